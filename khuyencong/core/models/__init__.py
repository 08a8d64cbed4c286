from khuyencong.core.models.audit import AuditAnchor, AuditedModel, AuditEntry
from khuyencong.core.models.base import AppendOnlyModel, dated_on
from khuyencong.core.models.catalogue import CatalogueRow, once_from
from khuyencong.core.models.counter import SerialCounter
from khuyencong.core.models.document import LegalDocument
from khuyencong.core.models.file import StoredFile
from khuyencong.core.models.holiday import Holiday
from khuyencong.core.models.organisation import Organisation
from khuyencong.core.models.place import Place, PlaceChange
from khuyencong.core.models.place_trait import PlaceTrait
from khuyencong.core.models.rule import Confidence, Rule, RuleQuerySet
from khuyencong.core.models.sealed import SealedModel, seal_of
from khuyencong.core.models.token import ApiToken
from khuyencong.core.models.user import RoleGrant, User, in_force

__all__ = [
    "ApiToken",
    "AppendOnlyModel",
    "AuditAnchor",
    "AuditEntry",
    "AuditedModel",
    "CatalogueRow",
    "Confidence",
    "Holiday",
    "LegalDocument",
    "Organisation",
    "Place",
    "PlaceChange",
    "PlaceTrait",
    "RoleGrant",
    "Rule",
    "RuleQuerySet",
    "SealedModel",
    "SerialCounter",
    "StoredFile",
    "User",
    "dated_on",
    "in_force",
    "once_from",
    "seal_of",
]
