from projects.models.annual_plan import AnnualPlan, PlanAmount, PlanItem
from projects.models.attachment import Attachment
from projects.models.beneficiary import Beneficiary, ProposalPlace
from projects.models.chain import ReviewChain, ReviewStep
from projects.models.check import CheckedNorm, CheckRecord, Justification
from projects.models.claim import TargetClaim
from projects.models.costing import CostItem, CostShare, FundingLine
from projects.models.craft_village import CraftVillage
from projects.models.criterion import Criterion, Finding
from projects.models.decision import Commitment, Decision, DecisionLine
from projects.models.decision_order import DecisionOrder
from projects.models.enterprise import Enterprise
from projects.models.execution import Acceptance, Contract, Disbursement, Settlement
from projects.models.identifier import EnterpriseIdentifier
from projects.models.import_run import ImportRow, ImportRun
from projects.models.notice import Notice
from projects.models.panel import (
    Panel,
    PanelConflict,
    PanelItem,
    PanelMember,
    PanelVote,
)
from projects.models.proposal import Proposal, ProposalActivity, Snapshot
from projects.models.remark import Remark
from projects.models.requirement import DocumentRequirement
from projects.models.saved_view import SavedView
from projects.models.sites import SiteList
from projects.models.track import ReturnPoint, Review, ReviewAmount, ReviewShare, Track
from projects.models.trail import StatusChange

__all__ = [
    "Acceptance",
    "AnnualPlan",
    "Attachment",
    "Beneficiary",
    "CheckRecord",
    "CheckedNorm",
    "Commitment",
    "Contract",
    "CostItem",
    "CostShare",
    "CraftVillage",
    "Criterion",
    "Decision",
    "DecisionLine",
    "DecisionOrder",
    "Disbursement",
    "DocumentRequirement",
    "Enterprise",
    "EnterpriseIdentifier",
    "Finding",
    "FundingLine",
    "ImportRow",
    "ImportRun",
    "Justification",
    "Notice",
    "Panel",
    "PanelConflict",
    "PanelItem",
    "PanelMember",
    "PanelVote",
    "PlanAmount",
    "PlanItem",
    "Proposal",
    "ProposalActivity",
    "ProposalPlace",
    "Remark",
    "ReturnPoint",
    "Review",
    "ReviewAmount",
    "ReviewChain",
    "ReviewShare",
    "ReviewStep",
    "SavedView",
    "Settlement",
    "SiteList",
    "Snapshot",
    "StatusChange",
    "TargetClaim",
    "Track",
]
