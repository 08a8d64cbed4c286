from programmes.models.activity import Activity
from programmes.models.norm import Confidence, Deadline, SupportNorm
from programmes.models.programme import (
    Objective,
    PlannedCell,
    Programme,
    ProgrammeVersion,
    SourceShare,
    Target,
    TargetQuantity,
    YearPhase,
)
from programmes.models.sector import IndustryCode, Sector
from programmes.models.source import FundingSource

__all__ = [
    "Activity",
    "Confidence",
    "Deadline",
    "FundingSource",
    "IndustryCode",
    "Objective",
    "PlannedCell",
    "Programme",
    "ProgrammeVersion",
    "Sector",
    "SourceShare",
    "SupportNorm",
    "Target",
    "TargetQuantity",
    "YearPhase",
]
