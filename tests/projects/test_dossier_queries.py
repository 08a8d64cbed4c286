"""A dossier with a long history costs its pages no more questions than a short one."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.firing import fire
from projects.models import Criterion
from tests import make, panels
from tests.long_dossier import lengthen, queue_up
from tests.projects.pages import page_of

pytestmark = pytest.mark.django_db
MOST = 20


@pytest.fixture
def place():
    return make.world()


def queries(user, address):
    client = page_of(user)
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        response = client.get(address)
    assert response.status_code == 200
    return [row["sql"] for row in asked]


def a_dossier(place, rounds, remarks):
    made = make.submitted(place, {"provincial": 150, "national": 50})
    lengthen(made, rounds=rounds, remarks=remarks, people=place.people)
    return made


@pytest.mark.parametrize("address", ["/de-an/{}/", "/tham-dinh/{}/"])
def test_fifty_versions_and_five_hundred_remarks_are_at_most_twenty_questions(place, address):
    short, long = a_dossier(place, 5, 50), a_dossier(place, 50, 500)
    # More than the desk's left column holds.
    queue_up(short, 130)
    few = queries(place.people.sct, address.format(short.code))
    many = queries(place.people.sct, address.format(long.code))
    assert len(many) <= MOST, "\n".join(sql[:150] for sql in many)
    assert len(many) <= len(few)


@pytest.mark.parametrize("who", ["sct", "sct_head"])
def test_a_desk_with_a_panel_and_criteria_is_at_most_twenty_questions(place, who):
    made = a_dossier(place, 50, 500)
    Criterion.objects.create(code="ho-so", name="Hồ sơ đầy đủ", position=1)
    panel = panels.convene(place, made)
    panels.all_vote(panel, panels.AGREE, panels.AGREE, panels.AGREE, panels.AGREE)
    queue_up(made, 130)
    asked = queries(getattr(place.people, who), f"/tham-dinh/{made.code}/")
    assert len(asked) <= MOST, "\n".join(sql[:150] for sql in asked)


def test_the_desks_of_who_concludes_and_who_approves_are_at_most_twenty_questions(place):
    concluding = a_dossier(place, 5, 50)
    panel = panels.convene(place, concluding)
    panels.all_vote(panel, panels.AGREE, panels.AGREE, panels.AGREE, panels.AGREE)
    panels.close(panel)
    concluding.remarks.update(resolved_at=concluding.submitted_at, resolved_by=place.people.sct)
    fire(concluding, "pass", by=place.people.sct, reason="Đủ.")
    approving = make.ready_to_approve(place, {"provincial": 150, "national": 50})
    queue_up(approving, 130)
    people = place.people
    for user, made in ((people.sct_head, concluding), (people.ubnd, approving)):
        asked = queries(user, f"/tham-dinh/{made.code}/")
        assert len(asked) <= MOST, "\n".join(sql[:150] for sql in asked)
