"""Each rule about reviews and figures is seen to be broken when somebody breaks it by hand."""

from __future__ import annotations

import pytest

from khuyencong.core import clock, invariants
from khuyencong.core.models import Organisation, RoleGrant
from projects.models import (
    DecisionLine,
    Proposal,
    Review,
    ReviewAmount,
    ReviewShare,
    Track,
)
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return make.world()


@pytest.fixture
def proposal(place) -> Proposal:
    make.allot(place, "provincial", 2026, 500)
    made = make.approved(place)
    assert not list(invariants.violations())
    return made


def found(code: str) -> set[str]:
    return {row.message for row in invariants.violations(code)}


def review(proposal: Proposal, order: int) -> Review:
    return Review.objects.get(track__proposal=proposal, step__order=order)


def test_the_same_office_under_another_name_is_the_same_office(place, proposal):
    """It appraised before its change of name, and approved after it."""
    finance, committee = place.orgs.finance, place.orgs.committee
    Organisation.objects.filter(pk=committee.pk).update(lineage=finance.lineage)
    assert found("I5") == {"was approved by who appraised it"}
    Organisation.objects.filter(pk=committee.pk).update(lineage=place.orgs.centre.lineage)
    assert found("I5") == {"was reviewed by its own unit"}


def test_one_person_for_both_signatures(place, proposal):
    first = review(proposal, 1)
    Review.objects.filter(pk=first.pk).update(decided_by=first.proposed_by)
    assert found("I5") == {"one person gave both signatures"}


def test_who_submitted_it_reviews_nothing_of_it(place, proposal):
    Review.objects.filter(pk=review(proposal, 2).pk).update(decided_by=proposal.submitted_by)
    assert found("I5") == {"was reviewed by who submitted it"}


def test_a_delegation_is_its_holders_alone(place, proposal):
    grant = RoleGrant.objects.create(
        user=place.people.sct,
        role="head",
        on_behalf_of=place.people.sct_head,
        order="1/QĐ-SCT",
        valid_from=clock.today(),
        valid_to=clock.today(),
    )
    Review.objects.filter(pk=review(proposal, 2).pk).update(delegation=grant)
    assert found("I5") == {"was decided under another person's delegation"}


def test_an_approved_source_has_the_decision_that_approved_it(proposal):
    DecisionLine.objects.update(is_effective=False)
    assert found("I5") == {"is approved by no decision that holds"}


def test_a_source_taken_up_again_is_held_by_no_old_decision(place, proposal):
    old = proposal.tracks.get()
    document = old.decision_lines.get().decision.document
    Track.objects.create(
        proposal=proposal,
        source=old.source,
        attempt=2,
        chain=old.chain,
        step=old.step,
        status=Track.Status.IN_STEP,
        round=old.round,
        reopened_by=document,
    )
    assert "holds for a source decided anew" in found("I5")
    DecisionLine.objects.update(is_effective=False)
    assert found("I5") == set()


def test_no_office_gives_more_than_was_asked_in_its_round(proposal):
    amount = ReviewAmount.objects.first()
    ReviewAmount.objects.filter(pk=amount.pk).update(amount=201 * make.TRIEU)
    assert found("I9") == {"more given than asked in its round"}


def test_what_an_office_gave_by_line_adds_up_and_was_asked(place, proposal):
    second = review(proposal, 2)
    fields = {"review": second, "source": place.sources["provincial"]}
    share = ReviewShare.objects.create(**fields, position=0, amount=200 * make.TRIEU)
    assert (found("I9"), found("I12")) == (set(), set())
    ReviewShare.objects.filter(pk=share.pk).update(amount=199 * make.TRIEU)
    assert found("I12") == {"amounts 200000000, shares 199000000"}
    ReviewShare.objects.filter(pk=share.pk).update(position=7, amount=200 * make.TRIEU)
    assert found("I9") == {"more given than asked in its round"}
