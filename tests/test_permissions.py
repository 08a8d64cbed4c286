"""Every route × method × person and every verb × person against one table written by hand."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.db import transaction
from django.urls import reverse

from khuyencong.core.refusals import NotAllowed, NotNow
from projects import tracks
from projects.firing import fire, option
from projects.models import Proposal, ReviewStep
from projects.workflow import TABLE
from tests import make, scenes
from tests import permission_stage as stage
from tests.permission_table import ANONYMOUS, PEOPLE, ROUTES, VERBS

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


def approved_with_its_allotment_to_appraise(place: SimpleNamespace) -> Proposal:
    last = ReviewStep.objects.get(chain__source__code="provincial", order=3)
    ReviewStep.objects.create(
        chain=last.chain, order=4, kind="finance", organisation_kind="finance_department"
    )
    return make.approved(place)


SCENES = scenes.SCENES | {
    "approved, its allotment to appraise": approved_with_its_allotment_to_appraise,
    "proposed": proposed,
    "passed": passed,
    "passed, no account": passed_to_a_body_without_account,
    "approved before its money came": approved_before_its_money_came,
    "group approved": scenes.group,
    "sites listed": scenes.listed,
}


def test_every_route_has_its_rows():
    wanted = {(method, name) for name in stage.routes() for method in ("GET", "POST")}
    assert wanted - set(ROUTES) == set(), "routes without a row: who may go there?"
    assert set(ROUTES) - wanted == set(), "rows of routes that are not there"


def who(rows: dict[int, str]) -> dict[str, int]:
    """Each person's answer; everybody stands in a row exactly once."""
    named = [name for people in rows.values() for name in people.split() if name != "*"]
    assert len(set(named)) == len(named) and set(named) <= {ANONYMOUS, *PEOPLE}, rows
    others = [status for status, people in rows.items() if people == "*"]
    assert len(others) <= 1
    found = {name: status for status, people in rows.items() for name in people.split()}
    return {name: found.get(name, *others) for name in (ANONYMOUS, *PEOPLE)}


@pytest.mark.parametrize("begins", ["/api/", "/"])
def test_every_address_answers_each_person_as_the_table_says(begins):
    place = make.world()
    given = stage.arguments(place)
    people = {ANONYMOUS: None, **stage.people_of(place)}
    persons = {name: stage.Person(user) for name, user in people.items()}
    wrong = []
    for (method, name), rows in ROUTES.items():
        address = stage.address(name, given)
        if address.startswith("/api/") != (begins == "/api/"):
            continue
        for person, wanted in who(rows).items():
            found = persons[person].ask(method, address)
            if found != wanted:
                wrong.append(f"{method} {name} {person}: {found}, not {wanted}")
    assert not wrong, "\n".join(wrong)


def test_a_key_that_only_reads_changes_nothing():
    place = make.world()
    given = stage.arguments(place)
    wrong = []
    for name, user in stage.people_of(place).items():
        person = stage.Person(user, scope="read")
        for (method, route), rows in ROUTES.items():
            address = stage.address(route, given)
            if method == "POST" and address.startswith("/api/v1/") and 401 in rows:
                found = person.ask(method, address)
                if found != 403:
                    wrong.append(f"{route} {name}: {found}")
    assert not wrong


def test_the_table_has_every_verb():
    assert set(VERBS) == set(TABLE)


@pytest.mark.parametrize(
    ("verb", "scene", "allowed"),
    [(verb, scene, who) for verb, rows in VERBS.items() for scene, who in rows],
)
def test_a_verb_is_fired_by_whom_the_table_names_and_by_nobody_else(verb, scene, allowed):
    place = make.world()
    proposal = SCENES[scene](place)
    people = stage.people_of(place)
    line = proposal.funding_lines.get(source__code="provincial")
    given = {
        "reason": "Thử",
        "data": {"how": "less", "line_id": line.pk, "amount": 1, "verdict": "approve"},
    }
    if verb == "list_sites":
        given["data"]["sites"] = [scenes.site(place)]
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


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_page_and_api_offer_a_verb_to_the_same_people(verb):
    scene, allowed = VERBS[verb][0]
    place = make.world()
    proposal = SCENES[scene](place)
    page = reverse("proposal_transition", kwargs={"code": proposal.code, "verb": verb})
    verbs = reverse("api_transitions", kwargs={"code": proposal.code})
    for name, user in stage.people_of(place).items():
        may, person = name in allowed.split(), stage.Person(user)
        sees = Proposal.objects.visible_to(user).filter(pk=proposal.pk).exists()
        found = person.answer("GET", verbs)
        user.refresh_from_db()
        if not user.is_active:
            # Who left has neither a session nor a key any more.
            assert (found.status_code, person.ask("GET", page)) == (401, 302), name
            continue
        if not sees:
            assert not may, name
            assert (found.status_code, person.ask("GET", page)) == (404, 404), name
            continue
        offered = {row["verb"]: row["open"] for row in found.json()["results"]}
        assert offered[verb] == may, name
        assert person.ask("GET", page) == (200 if may else 403), name
