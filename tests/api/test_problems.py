"""Errors are RFC 9457 problems, in the reader's language, and never a 500."""

import json

import pytest
from django.urls import get_resolver

from khuyencong.core.exceptions import MEDIA_TYPE
from tests import make


def problem(response, status: int) -> dict:
    assert response.status_code == status, response.content[:300]
    assert response["Content-Type"] == MEDIA_TYPE
    found = response.json()
    assert found["status"] == status
    assert {"type", "title", "detail"} <= found.keys()
    return found


@pytest.fixture
def client(place, api):
    return api(place.people.sct, "write")


@pytest.mark.parametrize(
    "path",
    [
        "/api/",
        "/api/v1/",
        "/api/v1/nothing/",
        "/api/v2/proposals/",
        "/api/v1/proposals/XX-2031-9999/",
        "/api/v1/programmes/nothing/",
        "/api/v1/enterprises/999999999999999999999999999999/",
        "/api/v1/enterprises/" + "9" * 5000 + "/",
        "/api/v1/reports/1/file",
        "/api/v1/proposals/%00/x",
        "/api/v1/proposals/%ED%A0%80/",
        "/api/v1/proposals/" + "x" * 2000 + "/",
    ],
)
def test_what_is_not_there_is_a_problem_too(client, path):
    problem(client.get(path), 400 if "%00" in path else 404)


def test_every_address_of_the_api_answers_problems(place, api):
    """A method that no address takes, at each of them."""
    client = api(place.people.kiemtoan, "write")

    def paths(patterns, prefix=""):
        for pattern in patterns:
            if hasattr(pattern, "url_patterns"):
                yield from paths(pattern.url_patterns, prefix + str(pattern.pattern))
            else:
                yield prefix + str(pattern.pattern)

    found = [path for path in paths(get_resolver().url_patterns) if path.startswith("api/v1/")]
    assert len(found) >= 15
    for path in found:
        path = path.replace("<slug:code>", "a").replace("<str:code>", "a").replace("<int:pk>", "1")
        problem(client.delete(f"/{path}"), 405)


@pytest.mark.parametrize("path", ["proposals/", "allocations/"])
def test_what_is_written_later_says_405(client, path):
    answer = problem(client.post(f"/api/v1/{path}", {}), 405)
    assert "Allow" in answer["detail"]


def test_another_content_type_is_415(place, client):
    path = f"/api/v1/proposals/{make.submitted(place).code}/transitions/"
    problem(client.post(path, "<x/>", content_type="application/xml"), 415)
    problem(client.post(path, {"verb": "pass"}, format="multipart"), 415)


def test_an_accept_header_that_json_does_not_fit_is_406(client):
    problem(client.get("/api/v1/proposals/", HTTP_ACCEPT="image/png"), 406)
    problem(client.get("/api/v1/schema/", HTTP_ACCEPT="image/png"), 406)


NESTED = "[" * 100_000
BROKEN = [
    b"{",
    b"\xff\xfe",
    b"",
    b'{"verb": "\\ud800"}',
    b'{"verb": "a\\u0000b"}',
    b'{"a\\u0000b": 1}',
    b'{"verb": NaN}',
    b'{"verb": Infinity}',
    b'{"amount": 1e999}',
    b'{"verb": "disburse", "amount": 1' + b"0" * 400 + b"}",
    b'{"verb": "disburse", "amount": 1' + b"0" * 20 + b"}",
    b'{"verb": "disburse", "amount": -1}',
    b'{"verb": "disburse", "amount": 1.5}',
    b'{"verb": "disburse", "amount": "1"}',
    b'{"verb": "disburse", "amount": true}',
    b'{"verb": "disburse", "line_id": 99999999999999999999}',
    NESTED.encode(),
    b'{"document": ' + b'{"document":' * 500 + b"1" + b"}" * 501,
    b"[]",
    b'"submit"',
    b"null",
    b"1",
    b'{"verb": null}',
    b'{"verb": []}',
    b'{"verb": {"verb": "submit"}}',
    b'{"verb": ""}',
    b'{"verb": "' + b"x" * 100_000 + b'"}',
    b'{"verb": "pass", "amounts": 1}',
    b'{"verb": "pass", "amounts": "x"}',
    b'{"verb": "pass", "amounts": {"x": 1}}',
    b'{"verb": "pass", "amounts": {"-1": 1}}',
    '{"verb": "pass", "amounts": {"١": 1}}'.encode(),
    b'{"verb": "pass", "amounts": {"99999999999999999999999": 1}}',
    b'{"verb": "pass", "amounts": {"1": 1e30}}',
    b'{"verb": "pass", "amounts": {"1": []}}',
    b'{"verb": "pass", "amounts": [1]}',
    b'{"verb": "pass", "amounts": [{}]}',
    b'{"verb": "pass", "amounts": [{"source": "provincial", "year": 1e5, "amount": 1}]}',
    b'{"verb": "pass", "document": []}',
    b'{"verb": "pass", "document": {"number": 1}}',
    b'{"verb": "pass", "document": {"date": "31/12/2026"}}',
    b'{"verb": "pass", "document": {"date": 20260101}}',
    b'{"verb": "pass", "document": {"date": "2026-02-30"}}',
    b'{"verb": "pass", "document": {"number": "' + b"9" * 61 + b'"}}',
    b'{"verb": "pass", "reason": ["x"]}',
    b'{"verb": "pass", "reason": "' + b"x" * 5000 + b'"}',
    b'{"verb": "pass", "strange": 1}',
    b'{"verb": "pass", "how": "less"}',
    b'{"verb": "pass", "source": "nothing"}',
    b'{"verb": "bay"}',
]


@pytest.mark.parametrize("body", BROKEN, ids=lambda body: body[:60].decode("utf-8", "replace"))
def test_bad_input_is_refused_and_changes_nothing(place, client, body):
    proposal = make.submitted(place)
    path = f"/api/v1/proposals/{proposal.code}/transitions/"
    response = client.post(path, body, content_type="application/json")
    assert response.status_code in {400, 409, 422}, response.content[:300]
    problem(response, response.status_code)
    version = proposal.version
    proposal.refresh_from_db()
    assert proposal.version == version


def test_a_body_beyond_the_limit_is_413(place, client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    path = f"/api/v1/proposals/{make.submitted(place).code}/transitions/"
    problem(client.post(path, {"verb": "pass", "reason": "x" * 2000}), 413)


@pytest.mark.parametrize(
    "query",
    [
        "page_size=0",
        "page_size=-1",
        "page_size=x",
        "page_size=" + "9" * 5000,
        "cursor=x",
        "cursor=%ff",
        "cursor=" + "A" * 3000,
        "cursor=LWlkfG58LTU",  # -id|n|-5
        "cursor=LWlkfG58OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5",  # -id|n|9999…
        "ordering=title",
        "ordering=--id",
        "ordering=pk",
        "plan_year=x",
        "plan_year=1" + "0" * 400,
        "plan_year=-1",
        "plan_year=2026.5",
        "status=nothing",
        "source=nothing",
        "programme=nothing",
        "activity=nothing",
        "implementing_unit=nothing",
        "search=" + "x" * 101,
    ],
)
def test_a_query_that_means_nothing_is_refused_by_name(client, query):
    answer = problem(client.get(f"/api/v1/proposals/?{query}"), 400)
    assert list(answer["errors"]) == [query.partition("=")[0]]


@pytest.mark.parametrize("query", ["search=%00", "plan_year=20%0026", "cursor=%00"])
def test_a_nul_in_a_query_is_refused(client, query):
    problem(client.get(f"/api/v1/proposals/?{query}"), 400)


@pytest.mark.parametrize(
    "query", ["search=%ED%A0%80", "search=%25_%5C'%22", "search=" + "%20a" * 20, "unknown=1"]
)
def test_odd_queries_are_answered(client, query):
    assert client.get(f"/api/v1/proposals/?{query}").status_code == 200


@pytest.mark.parametrize(
    "query", ["since=x", "since=0001-01-01T00:00:00%2B07:00", "until=9999-12-31T23:59:59-12:00"]
)
def test_moments_that_no_clock_shows_are_refused(place, api, query):
    problem(api(place.people.kiemtoan).get(f"/api/v1/audit/?{query}"), 400)


def test_the_language_is_the_readers(client):
    plain = problem(client.get("/api/v1/nothing/"), 404)
    assert plain["title"] == "Không tìm thấy"
    response = client.get("/api/v1/nothing/", HTTP_ACCEPT_LANGUAGE="en")
    problem(response, 404)
    assert response["Content-Language"] == "en"
    assert client.get("/api/v1/nothing/", HTTP_ACCEPT_LANGUAGE="xx")["Content-Language"] == "vi"


def test_a_fault_of_our_own_is_a_problem_without_its_details(place, client, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("secret")

    monkeypatch.setattr("projects.api.rows.complete", broken)
    client.raise_request_exception = False
    answer = problem(client.get("/api/v1/proposals/"), 500)
    assert "secret" not in json.dumps(answer)


def test_head_and_options_are_answered(client):
    assert client.head("/api/v1/proposals/").content == b""
    response = client.options("/api/v1/proposals/")
    assert response.status_code == 200
    assert "GET" in response["Allow"]
