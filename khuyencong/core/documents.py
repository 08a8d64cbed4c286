"""The register of documents: who may see which, and what rests on them.

The apps above say what they know here, since this app imports none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db.models import Q, QuerySet

from khuyencong.core import roles
from khuyencong.core.models import LegalDocument, User

# Document ids -> sentences by id, in a fixed number of queries.
Uses = Callable[[list[int]], dict[int, list[str]]]
# What a person who does not follow the whole province may not see.
Hidden = Callable[[User], Q]
_uses: list[Uses] = []
_hidden: list[Hidden] = []


def tells_uses(function: Uses) -> Uses:
    """Register a function that says what rests on documents."""
    _uses.append(function)
    return function


def hides(function: Hidden) -> Hidden:
    """Register a function that names documents of dossiers a person may not see."""
    _hidden.append(function)
    return function


def uses_of(documents: Iterable[LegalDocument]) -> dict[int, list[str]]:
    """What rests on each document, in words."""
    ids = [document.pk for document in documents]
    found: dict[int, list[str]] = {}
    for tell in _uses:
        for pk, sentences in tell(ids).items():
            found.setdefault(pk, []).extend(sentences)
    return found


def follows_province(user: User) -> bool:
    """Whether a person sees every dossier of the province, and so every paper of it."""
    return user.may(roles.SEE_PROVINCE) or (
        user.may(roles.SEE_RECEIVED) and user.organisation.is_industry_department
    )


def visible_to(user: User) -> QuerySet[LegalDocument]:
    """National documents, those of one's province, and those of one's own office."""
    organisation = user.organisation
    rows = LegalDocument.objects.select_related("file").filter(
        Q(province=None)
        | Q(issuer_id=organisation.pk)
        | Q(province_id=organisation.province_id, province__isnull=False)
    )
    if follows_province(user):
        return rows
    for hidden in _hidden:
        rows = rows.exclude(hidden(user))
    return rows


def openable(user: User, ids: Iterable[int]) -> set[int]:
    """Which of these documents have a file that the person may open."""
    rows = visible_to(user).filter(pk__in=set(ids), file__isnull=False)
    return set(rows.values_list("pk", flat=True))
