"""One decision over many dossiers: all of them or none, and the same as one after the other."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from budgets.models import Cell, LedgerEntry
from khuyencong.core import audit, clock, invariants
from khuyencong.core.models import LegalDocument
from khuyencong.core.refusals import NotAllowed, NotNow, Refused
from projects import deciding
from projects.deciding import Line
from projects.firing import fire
from projects.models import (
    CheckRecord,
    Decision,
    DecisionLine,
    Notice,
    Proposal,
    Review,
    ReviewStep,
    StatusChange,
    Track,
)
from tests import look, make
from tests.make import TRIEU


@pytest.fixture
def place(db):
    made = make.world()
    make.allot(made, "provincial", 2026, 1000)
    return made


def waiting(place, count: int = 3, **kw) -> list[Proposal]:
    return [
        make.ready_to_approve(place, {"provincial": 100}, title=f"Máy số {n}", **kw)
        for n in range(count)
    ]


def lines(proposals) -> list[Line]:
    return [Line(proposal.pk, "provincial") for proposal in proposals]


def committed(place) -> int:
    return Cell.objects.get(
        programme=place.programme, source__code="provincial", year=2026
    ).committed


def test_one_paper_approves_many(place):
    proposals = waiting(place)
    paper = make.paper()
    decision = deciding.decide(lines(proposals), by=place.people.ubnd, paper=paper)
    assert decision.document.number == paper.number
    assert decision.lines.count() == 3
    assert {look.status(row) for row in proposals} == {"approved"}
    assert committed(place) == 300 * TRIEU
    assert list(Proposal.objects.matching(paper.number)) != []
    assert not list(invariants.violations())


def test_it_leaves_the_same_rows_as_one_after_the_other(place):
    alone, together = waiting(place, 2)
    fire(alone, "approve", by=place.people.ubnd, paper=make.paper())
    deciding.decide(lines([together]), by=place.people.ubnd, paper=make.paper())

    def said(proposal):
        rows = [
            (
                row.action,
                row.from_state,
                row.to_state,
                row.organisation_name,
                row.changes,
            )
            for row in audit.trail(proposal)
        ]
        review = Review.objects.get(track__proposal=proposal, verdict="approve")
        fresh = Proposal.objects.get(pk=proposal.pk)
        return (
            rows,
            list(
                StatusChange.objects.filter(proposal=proposal).values_list(
                    "verb", "from_status", "to_status", "seq"
                )
            ),
            [row.amount for row in review.amounts.all()],
            review.decided_by_id,
            (fresh.version, fresh.status),
            [row.approved for row in fresh.funding_lines.all()],
            sorted(
                share.approved for item in fresh.cost_items.all() for share in item.shares.all()
            ),
            list(LedgerEntry.objects.filter(reference=fresh.code).values_list("kind", "amount")),
            CheckRecord.objects.filter(proposal=proposal).count(),
            Notice.objects.filter(proposal=proposal).values_list("user_id", "kind").count(),
        )

    assert said(alone) == said(together)


def test_amounts_of_each_are_kept(place):
    first, second = waiting(place, 2)
    line = look.line(first, "provincial", 2026)
    given = [Line(first.pk, "provincial", {line.pk: 60 * TRIEU}), Line(second.pk, "provincial")]
    deciding.decide(given, by=place.people.ubnd, paper=make.paper())
    assert committed(place) == 160 * TRIEU


def nothing_done(place, proposals) -> None:
    assert committed(place) == 0
    assert not Decision.objects.exists() and not DecisionLine.objects.exists()
    assert {look.status(row) for row in proposals} == {"in_review"}
    assert not list(invariants.violations())


def test_one_amount_above_what_was_asked_stops_all(place):
    proposals = waiting(place)
    line = look.line(proposals[1], "provincial", 2026)
    given = lines(proposals)
    given[1] = Line(proposals[1].pk, "provincial", {line.pk: 101 * TRIEU})
    with pytest.raises(Refused) as refused:
        deciding.decide(given, by=place.people.ubnd, paper=make.paper())
    (fault,) = refused.value.faults
    assert fault.message.startswith(f"{proposals[1].code}: ")
    assert "vượt mức đề nghị 100" in fault.message
    nothing_done(place, proposals)


def test_a_cell_without_the_money_stops_all_and_is_named(place):
    proposals = waiting(place, 11)
    with pytest.raises(Refused, match="chỉ còn 1\\.000 triệu đồng, không đủ") as refused:
        deciding.decide(lines(proposals), by=place.people.ubnd, paper=make.paper())
    assert "2026" in refused.value.faults[0].message
    nothing_done(place, proposals)


def test_a_decision_that_allots_brings_its_own_money(place):
    proposals = waiting(place, 11)
    deciding.decide(lines(proposals), by=place.people.ubnd, paper=make.paper(), allots=True)
    cell = Cell.objects.get(programme=place.programme, source__code="provincial", year=2026)
    assert (cell.allotted, cell.committed) == (2100 * TRIEU, 1100 * TRIEU)
    assert not list(invariants.violations())


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"number": ""}, "Nhập số văn bản"),
        ({"issued_on": datetime.date(2999, 1, 1)}, "không được sau hôm nay"),
        ({"issued_on": datetime.date(2000, 1, 1)}, "ngày hồ sơ được trình"),
    ],
)
def test_a_wrong_paper_is_said_once(place, fields, said):
    proposals = waiting(place, 2)
    paper = make.paper(**{k: v for k, v in fields.items() if k != "number"})
    if "number" in fields:
        paper = type(paper)(number="", issued_on=clock.today())
    with pytest.raises(Refused, match=said) as refused:
        deciding.decide(lines(proposals), by=place.people.ubnd, paper=paper)
    assert len({fault.message for fault in refused.value.faults}) == len(refused.value.faults) == 1
    nothing_done(place, proposals)


def test_a_number_of_another_day_is_refused(place):
    proposals = waiting(place, 1)
    LegalDocument.objects.create(
        number="7/QĐ-UBND",
        kind="decision",
        issuer=place.orgs.committee,
        issuer_name=place.orgs.committee.name,
        issued_on=clock.today().replace(month=1, day=1),
    )
    with pytest.raises(Refused, match="đã dùng cho văn bản ngày"):
        deciding.decide(
            lines(proposals),
            by=place.people.ubnd,
            paper=type(make.paper())(number="7/QĐ-UBND", issued_on=clock.today()),
        )
    nothing_done(place, proposals)


def test_who_may_not_decide_is_told_of_every_dossier(place):
    proposals = waiting(place, 2)
    with pytest.raises(NotAllowed) as refused:
        deciding.decide(lines(proposals), by=place.people.stc, paper=make.paper())
    assert [fault.message.split(":")[0] for fault in refused.value.faults] == [
        proposal.code for proposal in proposals
    ]
    nothing_done(place, proposals)


def test_a_dossier_that_is_further_on_stops_all(place):
    proposals = waiting(place, 2)
    fire(proposals[0], "approve", by=place.people.ubnd, paper=make.paper())
    with pytest.raises((NotNow, NotAllowed), match=proposals[0].code):
        deciding.decide(lines(proposals), by=place.people.ubnd, paper=make.paper())
    assert look.status(proposals[1]) == "in_review"


def test_another_provinces_dossier_is_not_there(place):
    other = make.world("-x", "Tỉnh Khác", "TK")
    with pytest.raises(Refused, match="không được xem"):
        deciding.decide(lines(waiting(place, 1)), by=other.people.ubnd, paper=make.paper())


@pytest.mark.parametrize("odd", ["none", "twice"])
def test_an_empty_or_doubled_list_is_refused(place, odd):
    given = [] if odd == "none" else lines(waiting(place, 1)) * 2
    with pytest.raises(Refused):
        deciding.decide(given, by=place.people.ubnd, paper=make.paper())


def test_the_department_records_it_for_a_body_without_accounts(place):
    proposals = waiting(place, 2)
    place.people.ubnd.is_active = False
    place.people.ubnd.save()
    with pytest.raises(Refused, match="bản quét"):
        deciding.decide(lines(proposals), by=place.people.sct, paper=make.paper())
    nothing_done(place, proposals)
    paper = make.paper(file=make.scan(place.people.sct))
    deciding.decide(lines(proposals), by=place.people.sct, paper=paper)
    reviews = Review.objects.filter(verdict="approve")
    assert {row.recorded_by for row in reviews} == {place.people.sct}
    assert {row.organisation for row in reviews} == {place.orgs.committee}
    assert not list(invariants.violations())


def test_the_step_after_approval_is_opened_for_each(place):
    step = ReviewStep.objects.get(chain__source__code="provincial", order=3)
    ReviewStep.objects.create(
        chain=step.chain, order=4, kind="finance", organisation_kind="finance_department"
    )
    proposals = waiting(place, 3)
    deciding.decide(lines(proposals), by=place.people.ubnd, paper=make.paper())
    assert set(Proposal.objects.awaiting(place.people.stc)) == set(proposals)
    assert set(Track.objects.values_list("status", flat=True)) == {"approved"}
    assert not list(invariants.violations())


def test_its_questions_do_not_grow_with_the_dossiers(place):
    def asked(count: int) -> list[str]:
        proposals = waiting(place, count)
        with CaptureQueriesContext(connection) as queries:
            deciding.decide(lines(proposals), by=place.people.ubnd, paper=make.paper())
        # A row that changes has its own short update; all else is asked and added together.
        return [
            query["sql"][:60]
            for query in queries.captured_queries
            if not query["sql"].startswith("UPDATE")
        ]

    few, many = asked(2), asked(4)
    assert len(many) <= len(few), set(many) - set(few)
