from programmes.models.activity import Activity
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
from programmes.models.source import FundingSource

__all__ = [
    "Activity",
    "FundingSource",
    "Objective",
    "PlannedCell",
    "Programme",
    "ProgrammeVersion",
    "SourceShare",
    "Target",
    "TargetQuantity",
    "YearPhase",
]
