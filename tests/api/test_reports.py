"""Reports over the API: ordered at once, made later, fetched by whoever ordered them."""

import hashlib

import pytest

from reports import runs
from reports.models import ReportRun
from tests import make

URL = "/api/v1/reports/"


@pytest.fixture
def client(place, api):
    return api(place.people.lanhdao, "write")


def order(client, place, **changes):
    body = {"report": "budget-execution", "params": {"programme": place.programme.code}}
    headers = changes.pop("headers", {})
    return client.post(URL, body | {"format": "pdf"} | changes, headers=headers)


def test_a_report_is_ordered_watched_and_fetched(place, client, monkeypatch):
    response = order(client, place)
    assert response.status_code == 202, response.content
    run = ReportRun.objects.get()
    assert response["Location"].endswith(f"{URL}{run.pk}/")
    assert response.json()["state"] == "queued" and response.json()["file"] is None

    refusal = client.get(f"{URL}{run.pk}/file")
    assert refusal.status_code == 409
    assert refusal["Content-Type"] == "application/problem+json"

    monkeypatch.setattr(runs, "_content", lambda run: b"%PDF-1.7 tep")
    runs.build(run.pk)
    found = client.get(response["Location"]).json()
    assert (found["state"], found["progress"]) == ("done", 100)
    file = client.get(found["file"], HTTP_ACCEPT="application/pdf")
    content = b"".join(file.streaming_content)
    assert file["Content-Type"] == "application/pdf"
    assert file["Content-Disposition"].startswith("attachment;")
    assert hashlib.sha256(content).hexdigest() == found["sha256"]
    assert [row["id"] for row in client.get(URL).json()["results"]] == [run.pk]


def test_a_run_belongs_to_who_ordered_it(place, client, api):
    run = order(client, place).json()
    other = api(place.people.kiemtoan, "write")
    assert other.get(URL).json()["results"] == []
    for path in (f"{URL}{run['id']}/", f"{URL}{run['id']}/file"):
        assert other.get(path).status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"report": "nothing"}, 422, "report"),
        ({"format": "docx"}, 422, "format"),
        ({"params": {"programme": "nothing"}}, 422, "programme"),
        ({"params": {"strange": 1}}, 422, "strange"),
        ({"params": {"programme": {"a": []}}}, 422, "programme"),
        ({"params": []}, 400, "params"),
        ({"params": None}, 400, "params"),
        ({"report": 1}, 400, "report"),
        ({"report": "x" * 41}, 400, "report"),
        ({"strange": 1}, 400, "strange"),
    ],
)
def test_an_order_that_cannot_be_is_refused_by_name(place, client, body, status, field):
    response = order(client, place, **body)
    assert response.status_code == status, response.content
    assert field in response.json()["errors"]
    assert not ReportRun.objects.exists()


def test_an_order_needs_the_role_and_the_scope(place, api):
    assert order(api(place.people.quantri, "write"), place).status_code == 403
    assert order(api(place.people.lanhdao), place).status_code == 403
    assert not ReportRun.objects.exists()


def test_an_order_sent_twice_with_one_key_is_made_once(place, client):
    key = {"Idempotency-Key": "đêm 1"}
    first = order(client, place, headers=key)
    again = order(client, place, headers=key)
    assert first.json()["id"] == again.json()["id"]
    other = make.programme(place.home, place.sources, code="khac")
    changed = order(client, place, headers=key, params={"programme": other.code})
    assert changed.status_code == 422
    assert list(changed.json()["errors"]) == ["Idempotency-Key"]
    assert order(client, place).json()["id"] != first.json()["id"]
    assert ReportRun.objects.count() == 2
