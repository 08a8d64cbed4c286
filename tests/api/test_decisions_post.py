"""POST /api/v1/decisions/: one paper over many dossiers, all of them or none."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from khuyencong.core import clock
from projects.models import Decision, DecisionOrder, Proposal
from tests import acts, make, papers
from tests.make import TRIEU

pytestmark = [pytest.mark.both, pytest.mark.django_db]
PATH = "/api/v1/decisions/"


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def ready(place):
    make.allot(place, "provincial", 2026, 350)
    return [make.ready_to_approve(place, {"provincial": 200}) for _n in range(2)]


def body(*lines: Any, number: str = "21/QĐ-UBND", **more: Any) -> dict[str, Any]:
    day = clock.today().isoformat()
    rows = [
        {"proposal": getattr(one, "code", one)}
        | ({"amounts": [{"year": 2026, "amount": trieu * TRIEU}]} if trieu is not None else {})
        for one, trieu in lines
    ]
    document = {"number": number, "date": day, "signer": "Người ký"}
    return {
        "document": document,
        "source": "provincial",
        "verdict": "approve",
        "lines": rows,
    } | more


def send(client: Any, given: dict[str, Any], key: str = "") -> Any:
    headers = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
    return client.post(PATH, given, format="json", **headers)


def test_one_paper_decides_many_dossiers(place, ready, api):
    answer = send(api(place.people.ubnd, "write"), body((ready[0], 200), (ready[1], 100)))
    assert answer.status_code == 201, answer.json()
    found = answer.json()
    assert found["document"]["number"] == "21/QĐ-UBND"
    assert [(row["proposal"], row["amount"]) for row in found["lines"]] == [
        (ready[0].code, 200 * TRIEU),
        (ready[1].code, 100 * TRIEU),
    ]
    assert {Proposal.objects.get(pk=one.pk).status for one in ready} == {"approved"}
    assert Decision.objects.get().document.signer == "Người ký"


def test_without_amounts_what_was_appraised_is_approved(place, ready, api):
    answer = send(api(place.people.ubnd, "write"), body((ready[0], None)))
    assert answer.json()["lines"][0]["amount"] == 200 * TRIEU


def test_what_the_cell_lacks_is_said_and_nothing_is_decided(place, ready, api):
    answer = send(api(place.people.ubnd, "write"), body((ready[0], 200), (ready[1], 200)))
    assert answer.status_code == 422
    assert answer["Content-Type"].startswith("application/problem+json")
    assert not Decision.objects.exists()
    assert {Proposal.objects.get(pk=one.pk).status for one in ready} == {"in_review"}


def test_each_fault_names_its_line(place, ready, api):
    answer = send(api(place.people.ubnd, "write"), body((ready[0], 100), (ready[1], 900)))
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["lines.1.amounts.0.amount"]
    given = body((ready[0], 100), ("TT-2026-9999", 1))
    given["lines"][0]["amounts"][0]["year"] = 2029
    answer = send(api(place.people.ubnd, "write"), given)
    assert set(answer.json()["errors"]) == {"lines.0.amounts.0.year", "lines.1.proposal"}
    answer = send(api(place.people.ubnd, "write"), body((ready[0], 100), number=""))
    assert list(answer.json()["errors"]) == ["document.number"]
    assert not Decision.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"lines": []}, "lines"),
        ({"lines": "x"}, "lines"),
        ({"verdict": "maybe"}, "verdict"),
        ({"allots": "yes"}, "allots"),
        ({"stray": 1}, "stray"),
        ({"lines": [{"proposal": "x", "amounts": [{"year": 2026, "amount": -1}]}]}, "lines"),
        ({"lines": [{"proposal": "x", "amounts": [{"year": 2026, "amount": 1.5}]}]}, "lines"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(place, ready, api, change, field):
    answer = send(api(place.people.ubnd, "write"), body((ready[0], 100)) | change)
    assert answer.status_code == 400
    assert any(name.startswith(field) for name in answer.json()["errors"])


@pytest.mark.parametrize("name", ["canbo", "sct_head", "ketoan", "kiemtoan", "hethong", "stc"])
def test_who_does_not_decide_is_told_so(place, ready, api, name):
    answer = send(api(getattr(place.people, name), "write"), body((ready[0], 100)))
    assert answer.status_code in {403, 422}
    assert not Decision.objects.exists()


def test_a_key_that_only_reads_decides_nothing(place, ready, api):
    assert send(api(place.people.ubnd), body((ready[0], 100))).status_code == 403


def test_the_department_records_an_outside_body_with_its_scan(place, ready, api):
    acts.silence(place.people.ubnd)
    client = api(place.people.sct, "write")
    answer = send(client, body((ready[0], 200), (ready[1], 100)))
    assert list(answer.json()["errors"]) == ["document.file"]
    given = body((ready[0], 200), (ready[1], 100))
    content = base64.b64encode(papers.pdf()).decode()
    given["document"]["file"] = {"name": "qd.pdf", "content": content}
    answer = send(client, given)
    assert answer.status_code == 201, answer.json()
    assert answer.json()["organisation"]["name"] == place.orgs.committee.name


def test_the_same_key_decides_once_and_another_body_is_refused(place, ready, api):
    client, given = api(place.people.ubnd, "write"), body((ready[0], 200), (ready[1], 100))
    first = send(client, given, "đêm 1")
    again = send(client, given, "đêm 1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    other = send(client, body((ready[0], 100)), "đêm 1")
    assert (other.status_code, list(other.json()["errors"])) == (422, ["Idempotency-Key"])
    assert Decision.objects.count() == 1


def test_a_refused_request_leaves_its_key_free(place, ready, api):
    client = api(place.people.ubnd, "write")
    assert send(client, body((ready[0], 900)), "k").status_code == 422
    assert not DecisionOrder.objects.exists()
    assert send(client, body((ready[0], 200)), "k").status_code == 201


def test_the_same_without_a_key_is_refused_the_second_time(place, ready, api):
    client, given = api(place.people.ubnd, "write"), body((ready[0], 200))
    assert send(client, given).status_code == 201
    assert send(client, given).status_code in {403, 409}
    assert Decision.objects.count() == 1
