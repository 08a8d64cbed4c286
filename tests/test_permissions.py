"""Every route × method × person and every verb × person against one table written by hand."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.db import transaction

from khuyencong.core.models import User
from khuyencong.core.refusals import NotAllowed, NotNow
from projects import tracks
from projects.firing import fire, option
from projects.models import Proposal
from projects.workflow import TABLE
from tests import make, scenes
from tests.permission_table import PEOPLE, VERBS

pytestmark = pytest.mark.django_db


def proposed(place: SimpleNamespace) -> Proposal:
    return fire(make.submitted(place), "pass", by=place.people.sct)


def passed(place: SimpleNamespace) -> Proposal:
    make.allot(place, "provincial", 2026, 500)
    return make.ready_to_approve(place)


def passed_to_a_body_without_account(place: SimpleNamespace) -> Proposal:
    proposal = passed(place)
    place.orgs.committee.users.update(is_active=False)
    return proposal


def approved_before_its_money_came(place: SimpleNamespace) -> Proposal:
    proposal = make.approved(place)
    make.allot(place, "provincial", 2026, 500)
    return proposal


SCENES = scenes.SCENES | {
    "proposed": proposed,
    "passed": passed,
    "passed, no account": passed_to_a_body_without_account,
    "approved before its money came": approved_before_its_money_came,
}


def people_of(place: SimpleNamespace) -> dict[str, User]:
    other = make.world("x", "Tỉnh Khác", "TK")
    found = vars(place.people) | {f"x_{name}": user for name, user in vars(other.people).items()}
    return {name: found[name] for name in PEOPLE}


def test_the_table_has_every_verb():
    assert set(VERBS) == set(TABLE)


@pytest.mark.parametrize(
    ("verb", "scene", "allowed"),
    [(verb, scene, who) for verb, rows in VERBS.items() for scene, who in rows],
)
def test_a_verb_is_fired_by_whom_the_table_names_and_by_nobody_else(verb, scene, allowed):
    place = make.world()
    proposal = SCENES[scene](place)
    people = people_of(place)
    line = proposal.funding_lines.get(source__code="provincial")
    given = {
        "reason": "Thử",
        "data": {"how": "less", "line_id": line.pk, "amount": 1, "verdict": "approve"},
    }
    live = tracks.current(tracks.of(proposal))
    for name, user in people.items():
        offered = option(TABLE[verb], proposal, live, user)
        assert offered.is_open == (name in allowed.split()), (name, offered.reason)
        with transaction.atomic():
            if name in allowed.split():
                scan = make.scan(user) if verb == "record_decision" else None
                fire(proposal, verb, by=user, paper=make.paper(file=scan), **given)
            else:
                with pytest.raises((NotAllowed, NotNow)) as refused:
                    fire(proposal, verb, by=user, paper=make.paper(), **given)
                assert str(refused.value) == offered.reason
            transaction.set_rollback(True)
