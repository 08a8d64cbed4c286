"""The folded words by which a proposal is found, stored on its row (performance.md: the same SQL

and the same rows on both databases). Whoever changes one of the words refreshes the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet

from khuyencong.core import organisations, places, text
from khuyencong.core.models import Place, PlaceChange
from projects.models import (
    Beneficiary,
    DecisionLine,
    Enterprise,
    EnterpriseIdentifier,
    Proposal,
    ProposalPlace,
)

# A number that is a person's own is never searched for, since the words stand unmasked.
IMPERSONAL: Final = (
    EnterpriseIdentifier.Kind.TAX10,
    EnterpriseIdentifier.Kind.TAX13,
    EnterpriseIdentifier.Kind.LICENCE,
)
BATCH: Final = 500


def with_words(rows: QuerySet[Proposal]) -> QuerySet[Proposal]:
    """With all that the words come from, in a fixed number of queries."""
    ground = Place.objects.select_related("parent").prefetch_related(
        Prefetch("changes_to", PlaceChange.objects.select_related("new")),
        Prefetch("changes_from", PlaceChange.objects.select_related("old")),
    )
    firms = Enterprise.objects.prefetch_related(
        Prefetch("identifiers", EnterpriseIdentifier.objects.filter(kind__in=IMPERSONAL))
    )
    decided = DecisionLine.objects.select_related("decision__document")
    return rows.select_related("implementing_unit").prefetch_related(
        Prefetch(
            "beneficiaries",
            Beneficiary.objects.prefetch_related(Prefetch("enterprise", firms)),
        ),
        Prefetch("places", ProposalPlace.objects.prefetch_related(Prefetch("place", ground))),
        Prefetch("tracks__decision_lines", decided),
    )


def words_of(proposal: Proposal) -> list[str]:
    """Code, title, unit, establishments with their numbers, decisions, places by every name.

    Loaded by ``with_words`` it asks nothing.
    """
    found = [proposal.code, proposal.title, proposal.implementing_unit.name]
    for row in proposal.beneficiaries.all():
        found += firm_words(row.enterprise)
    for row in proposal.places.all():
        found += place_words(row.place, row.frozen_name)
    for track in proposal.tracks.all():
        found += [line.decision.document.number for line in track.decision_lines.all()]
    return found


def firm_words(firm: Enterprise) -> list[str]:
    """An establishment's name and its numbers, the long ones without their dash as well."""
    numbers = [row.value for row in firm.identifiers.all() if not row.is_personal]
    return [firm.name, *numbers, *(number.replace("-", "") for number in numbers)]


def place_words(place: Place, frozen: str = "") -> list[str]:
    """A place by every name; what it was called at submission stays, should it be renamed."""
    parent = [place.parent.full_name] if place.parent else []
    return [*frozen.split(", "), place.full_name, *parent, *places.names(place)]


def folded(words: Iterable[str]) -> str:
    """The stored form: folded, each phrase once."""
    return " ".join(dict.fromkeys(filter(None, map(text.fold, words))))


def refresh(proposal: Proposal) -> None:
    """Write what the proposal is found by; whoever changes one of the words calls this."""
    fresh = with_words(Proposal.objects.all()).get(pk=proposal.pk)
    proposal.search_text = folded(words_of(fresh))
    Proposal.objects.filter(pk=proposal.pk).update(search_text=proposal.search_text)


def refresh_all(rows: QuerySet[Proposal]) -> int:
    """Write the words of many, some hundreds at a time; how many differed."""
    changed = 0
    for batch in _batches(rows.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            # Under lock: who records a decision meanwhile must not lose its number.
            list(Proposal.objects.select_for_update().filter(pk__in=batch).order_by("pk"))
            stale = []
            for proposal in with_words(Proposal.objects.filter(pk__in=batch)):
                words = folded(words_of(proposal))
                if words != proposal.search_text:
                    proposal.search_text = words
                    stale.append(proposal)
            Proposal.objects.bulk_update(stale, ["search_text"])
            changed += len(stale)
    return changed


def _batches(ids: Iterable[int]) -> Iterator[list[int]]:
    pending: list[int] = []
    for pk in list(ids):
        pending.append(pk)
        if len(pending) == BATCH:
            yield pending
            pending = []
    if pending:
        yield pending


def refresh_for_enterprise(enterprise: Enterprise) -> int:
    """After an establishment was renamed, merged, or got or lost a number."""
    return refresh_all(Proposal.objects.filter(beneficiaries__enterprise=enterprise).distinct())


@organisations.when_renamed
def refresh_for_units(ids: set[int]) -> None:
    """After the name of units was corrected: all dossiers of theirs."""
    refresh_all(Proposal.objects.filter(implementing_unit__in=ids))


@places.when_changed
def refresh_for_places(ids: set[int]) -> None:
    """After units were renamed or joined: all whose ground they touch."""
    touched = Place.objects.filter(
        Q(pk__in=ids)
        | Q(parent__in=ids)
        | Q(changes_to__new__in=ids)
        | Q(changes_from__old__in=ids)
        | Q(changes_from__old__parent__in=ids)
    )
    rows = ProposalPlace.objects.filter(place__in=touched.values("pk"))
    refresh_all(Proposal.objects.filter(pk__in=rows.values("proposal_id")))
