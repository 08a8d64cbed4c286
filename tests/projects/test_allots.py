"""A decision gives its money once: by itself, with the dossiers it approves, or not at all."""

from __future__ import annotations

import pytest

from budgets import actions as budget_actions
from budgets.models import Cell
from khuyencong.core import invariants
from khuyencong.core.refusals import Refused
from projects import deciding
from projects.firing import fire
from projects.models import Proposal
from tests import look, make
from tests.make import TRIEU


@pytest.fixture
def place(db):
    return make.world()


@pytest.fixture(autouse=True)
def nothing_is_broken(db):
    yield
    assert not list(invariants.violations())


def cell_of(place) -> Cell:
    return Cell.objects.get(programme=place.programme, source__code="provincial", year=2026)


def allotted(place) -> int:
    return cell_of(place).allotted // TRIEU


def allocate(place, paper, trieu: int = 220) -> None:
    budget_actions.allocate(
        place.programme,
        {cell_of(place): trieu * TRIEU},
        paper=paper,
        issuer=place.orgs.committee,
        by=place.people.sct,
    )


def approve(place, proposal: Proposal, paper, **data) -> Proposal:
    return fire(proposal, "approve", by=place.people.ubnd, paper=paper, data=data)


@pytest.mark.parametrize("way", ["one", "many"])
def test_a_paper_entered_as_an_allotment_gives_no_more_when_it_approves(place, way):
    paper = make.paper()
    allocate(place, paper)
    proposal = make.ready_to_approve(place, {"provincial": 110})
    with pytest.raises(Refused, match="đã được nhập"):
        if way == "one":
            approve(place, proposal, paper, allots=True)
        else:
            line = deciding.Line(proposal.pk, "provincial")
            deciding.decide([line], by=place.people.ubnd, paper=paper, allots=True)
    assert allotted(place) == 220
    assert look.status(proposal) == "in_review"


def test_not_even_after_it_approved_another_without_giving_money(place):
    paper = make.paper()
    allocate(place, paper)
    first, second = (make.ready_to_approve(place, {"provincial": 100}) for _ in range(2))
    approve(place, first, paper)
    with pytest.raises(Refused, match="đã được nhập"):
        approve(place, second, paper, allots=True)
    approve(place, second, paper)
    assert allotted(place) == 220


def test_taken_up_again_what_its_decision_gave_is_given_back(place):
    people, paper = place.people, make.paper()
    proposal = approve(place, make.ready_to_approve(place), paper, allots=True)
    assert (allotted(place), cell_of(place).committed) == (200, 200 * TRIEU)
    proposal = fire(proposal, "reopen", by=people.ubnd, reason="Sai số.", paper=make.paper())
    assert (allotted(place), cell_of(place).committed) == (0, 0)
    approve(place, proposal, make.paper(), allots=True)
    assert allotted(place) == 200


def test_money_others_gave_stays_when_a_dossier_is_taken_up_again(place):
    make.allot(place, "provincial", 2026, 500)
    proposal = approve(place, make.ready_to_approve(place), make.paper())
    fire(proposal, "reopen", by=place.people.ubnd, reason="Sai số.", paper=make.paper())
    assert allotted(place) == 500


def test_a_paper_that_was_taken_back_decides_nothing_more(place):
    people, old = place.people, make.paper()
    proposal = approve(place, make.ready_to_approve(place), old, allots=True)
    new = make.paper()
    proposal = fire(proposal, "reopen", by=people.ubnd, reason="Sai số.", paper=new)
    with pytest.raises(Refused, match="đã được thay bằng văn bản xem xét lại"):
        approve(place, proposal, old, allots=True)
    proposal = approve(place, proposal, new, allots=True)
    for paper in (old, new):
        with pytest.raises(Refused, match="một văn bản mới"):
            fire(proposal, "reopen", by=people.ubnd, reason="Lại sai.", paper=paper)
    assert allotted(place) == 200


def test_what_a_source_was_cut_by_changes_no_cost(place):
    from projects.views.dossier import funding_table

    people = place.people
    proposal = make.submitted(place, {"provincial": 200})
    line = look.line(proposal, "provincial", 2026)
    proposal = fire(
        proposal, "pass", by=people.sct, data={"amounts": {line.pk: 100 * TRIEU}}, reason="Giảm."
    )
    table = funding_table(Proposal.objects.get(pk=proposal.pk))
    assert table["totals"]["appraised"] is None  # the enterprise's part is not said yet
    fire(proposal, "conclude", by=people.sct_head)
    table = funding_table(Proposal.objects.get(pk=proposal.pk))
    assert table["totals"]["appraised"] == 300 * TRIEU
    assert table["rate"] == 0.25  # of 400, what it costs
