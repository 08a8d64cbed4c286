from projects.models.attachment import Attachment
from projects.models.beneficiary import Beneficiary, ProposalPlace
from projects.models.chain import ReviewChain, ReviewStep
from projects.models.costing import CostItem, CostShare, FundingLine
from projects.models.decision import Commitment, Decision, DecisionLine
from projects.models.enterprise import Enterprise, EnterpriseIdentifier
from projects.models.execution import Acceptance, Contract, Disbursement, Settlement
from projects.models.notice import Notice
from projects.models.proposal import Proposal, ProposalActivity, Snapshot
from projects.models.track import Review, ReviewAmount, Track
from projects.models.trail import StatusChange

__all__ = [
    "Acceptance",
    "Attachment",
    "Beneficiary",
    "Commitment",
    "Contract",
    "CostItem",
    "CostShare",
    "Decision",
    "DecisionLine",
    "Disbursement",
    "Enterprise",
    "EnterpriseIdentifier",
    "FundingLine",
    "Notice",
    "Proposal",
    "ProposalActivity",
    "ProposalPlace",
    "Review",
    "ReviewAmount",
    "ReviewChain",
    "ReviewStep",
    "Settlement",
    "Snapshot",
    "StatusChange",
    "Track",
]
