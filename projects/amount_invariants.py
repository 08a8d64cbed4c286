"""What the figures can prove: I9, never more than asked; I12, shares are lines at every stage."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db.models import F, Q, Sum

from budgets.models import AllocationLine
from khuyencong.core.invariants import Violation, invariant
from projects import snapshots
from projects.models import (
    CostShare,
    FundingLine,
    Proposal,
    Review,
    ReviewAmount,
    ReviewShare,
    Snapshot,
)

_AT_ONCE = 500
Asked = dict[tuple[Any, ...], int]


@invariant("I9")
def stages_fall() -> Iterator[Violation]:
    """What is appraised or approved is never more than what was asked."""
    for model in (FundingLine, CostShare):
        name = model._meta.model_name
        for row in model.objects.filter(
            Q(appraised__gt=F("requested")) | Q(approved__gt=F("requested"))
        ):
            yield Violation("I9", f"{name} {row.pk}", "more given than asked")


@invariant("I2")
def snapshots_are_as_sent() -> Iterator[Violation]:
    for row in Snapshot.objects.iterator(chunk_size=_AT_ONCE):
        if snapshots.digest(row.content) != row.sha256:
            yield Violation("I2", f"snapshot {row}", "its content is not that of its sha256")


@invariant("I9")
def reviews_give_no_more_than_was_asked() -> Iterator[Violation]:
    """Each office's figures against what was asked in the round it spoke on."""
    rounds: list[Snapshot] = []
    for row in Snapshot.objects.order_by("pk").iterator(chunk_size=_AT_ONCE):
        rounds.append(row)
        if len(rounds) == _AT_ONCE:
            yield from _more_than_asked(rounds)
            rounds = []
    if rounds:
        yield from _more_than_asked(rounds)


def _more_than_asked(rounds: list[Snapshot]) -> Iterator[Violation]:
    lines: dict[tuple[int, int], Asked] = {}
    shares: dict[tuple[int, int], Asked] = {}
    for row in rounds:
        key = (row.proposal_id, row.round)
        lines[key] = {
            (line["source"], line["year"]): line["requested"]
            for line in row.content.get("funding_lines", [])
        }
        shares[key] = {
            (position, source): amount
            for position, item in enumerate(row.content.get("cost_items", []))
            for source, amount in item["shares"].items()
        }
    about = {"review__track__proposal__in": {proposal for proposal, _round in lines}}
    for pk, proposal, number, source, year, amount in ReviewAmount.objects.filter(
        **about
    ).values_list(
        *("pk", "review__track__proposal", "review__round"),
        *("line__source__code", "line__year", "amount"),
    ):
        asked = lines.get((proposal, number))
        if asked is not None and amount > asked.get((source, year), 0):
            yield Violation("I9", f"review amount {pk}", "more given than asked in its round")
    for pk, proposal, number, position, source, amount in ReviewShare.objects.filter(
        **about
    ).values_list(
        *("pk", "review__track__proposal", "review__round"),
        *("position", "source__code", "amount"),
    ):
        asked = shares.get((proposal, number))
        if asked is not None and amount > asked.get((position, source), 0):
            yield Violation("I9", f"review share {pk}", "more given than asked in its round")


@invariant("I12")
def shares_are_lines() -> Iterator[Violation]:
    """Σ cost shares = Σ funding lines per source at every stage, once submitted."""
    for stage in ("requested", "appraised", "approved"):
        lines = _sums(FundingLine.objects.values_list("proposal_id", "source_id"), stage)
        shares = _sums(CostShare.objects.values_list("item__proposal_id", "source_id"), stage)
        drafts = (
            set(Proposal.objects.filter(status__in=Proposal.EDITABLE).values_list("pk", flat=True))
            if stage == "requested"
            else set()
        )
        for key in sorted(lines.keys() | shares.keys()):
            if key[0] in drafts or lines.get(key, 0) == shares.get(key, 0):
                continue
            yield Violation(
                "I12",
                f"proposal {key[0]} source {key[1]}",
                f"{stage}: lines {lines.get(key, 0)}, shares {shares.get(key, 0)}",
            )


def _sums(rows: Any, stage: str) -> dict[tuple[int, int], int]:
    return {
        (proposal, source): total or 0
        for proposal, source, total in rows.order_by().annotate(total=Sum(stage))
    }


@invariant("I12")
def what_an_office_gave_adds_up() -> Iterator[Violation]:
    """Σ shares = Σ amounts of a review per source, where its office spoke on the cost lines."""
    shares: dict[tuple[int, int], int] = defaultdict(int)
    for review, source, total in (
        ReviewShare.objects.order_by().values_list("review", "source").annotate(total=Sum("amount"))
    ):
        shares[review, source] = total
    if not shares:
        return
    amounts = {
        (review, source): total
        for review, source, total in ReviewAmount.objects.filter(
            review__in=ReviewShare.objects.values("review")
        )
        .order_by()
        .values_list("review", "line__source")
        .annotate(total=Sum("amount"))
    }
    for review, source in sorted(shares.keys() | amounts.keys()):
        given, told = amounts.get((review, source), 0), shares.get((review, source), 0)
        if given != told:
            yield Violation(
                "I12", f"review {review} source {source}", f"amounts {given}, shares {told}"
            )


@invariant("I1")
def decisions_give_no_more_than_they_approve() -> Iterator[Violation]:
    """A decision that allots as it approves gave each cell what its standing lines approve."""
    given: dict[tuple[int, int], int] = defaultdict(int)
    rows = AllocationLine.objects.filter(
        allocation__with_approval=True, entry__reversed_by__isnull=True
    )
    for document_id, cell_id, amount in rows.values_list(
        "allocation__document_id", "cell_id", "amount"
    ):
        given[document_id, cell_id] += amount
    approved: dict[tuple[int, int], int] = defaultdict(int)
    told = ReviewAmount.objects.filter(
        review__verdict=Review.Verdict.APPROVE,
        review__track__decision_lines__allots=True,
        review__track__decision_lines__is_effective=True,
        line__cell__isnull=False,
    )
    for document_id, cell_id, amount in told.values_list(
        "review__track__decision_lines__decision__document_id", "line__cell_id", "amount"
    ):
        approved[document_id, cell_id] += amount
    for key in sorted(given):
        if given[key] != approved[key]:
            yield Violation(
                "I1",
                f"document {key[0]} cell {key[1]}",
                f"gave {given[key]}, approved {approved[key]}",
            )
