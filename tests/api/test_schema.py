"""The API describes itself: completely, truly, and in a page that works offline."""

import json
import re

import jsonschema
import pytest
import yaml
from django.core.management import call_command
from django.test import Client
from rest_framework.test import APIClient

from tests import make

SCHEMA = "/api/v1/schema/"
METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def schema() -> dict:
    response = APIClient().get(SCHEMA, HTTP_ACCEPT="application/vnd.oai.openapi+json")
    assert response.status_code == 200
    return json.loads(response.content)


def operations(schema: dict):
    for path, methods in schema["paths"].items():
        for method in METHODS & methods.keys():
            yield f"{method.upper()} {path}", methods[method]


def test_the_description_is_valid_and_complete_without_a_warning(tmp_path):
    file = tmp_path / "schema.yaml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(file))
    assert yaml.safe_load(file.read_text(encoding="utf-8"))["openapi"].startswith("3.")


def test_the_paths_of_the_contract_are_described(schema):
    found = {name for name, _operation in operations(schema)}
    assert found >= {
        "GET /api/v1/programmes/",
        "GET /api/v1/programmes/{code}/",
        "GET /api/v1/programmes/{code}/budget/",
        "GET /api/v1/allocations/",
        "GET /api/v1/enterprises/",
        "POST /api/v1/enterprises/",
        "PATCH /api/v1/enterprises/{id}/",
        "GET /api/v1/proposals/",
        "GET /api/v1/proposals/{code}/",
        "GET /api/v1/proposals/{code}/transitions/",
        "POST /api/v1/proposals/{code}/transitions/",
        "GET /api/v1/decisions/",
        "GET /api/v1/audit/",
        "GET /api/v1/reports/",
        "POST /api/v1/reports/",
        "GET /api/v1/reports/{id}/",
        "GET /api/v1/reports/{id}/file",
    }


def test_every_operation_says_what_it_does_and_shows_an_example(schema):
    for name, operation in operations(schema):
        assert operation["summary"] and operation["description"], name
        good = [code for code in operation["responses"] if code.startswith("2")]
        assert good, name
        for code in good:
            content = operation["responses"][code]["content"].values()
            assert all(kind.get("examples") for kind in content), name
        for kind in operation.get("requestBody", {}).get("content", {}).values():
            assert kind["examples"], name
        assert "application/problem+json" in operation["responses"]["401"]["content"], name
        for parameter in operation.get("parameters", []):
            assert parameter["in"] == "path" or parameter["description"], (name, parameter)


def plain(schema: dict):
    """OpenAPI 3.0 writes nullable where JSON Schema has a type null; objects are closed here."""
    if isinstance(schema, list):
        return [plain(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: plain(value) for key, value in schema.items() if key != "nullable"}
    if "properties" in found and "properties" in schema and "additionalProperties" not in found:
        found["additionalProperties"] = False
    if schema.get("nullable"):
        return {"anyOf": [found, {"type": "null"}]}
    return found


def checker(schema: dict, part: dict) -> jsonschema.Draft202012Validator:
    whole = {"components": plain(schema["components"])} | plain(part)
    return jsonschema.Draft202012Validator(whole)


def test_every_example_is_as_described(schema):
    for name, operation in operations(schema):
        bodies = [answer.get("content", {}) for answer in operation["responses"].values()]
        for content in [*bodies, operation.get("requestBody", {}).get("content", {})]:
            for kind in content.values():
                for example in kind.get("examples", {}).values():
                    faults = list(checker(schema, kind["schema"]).iter_errors(example["value"]))
                    assert not faults, (name, [fault.message for fault in faults])


def test_answers_are_as_described(place, api, schema):
    make.allot(place, "provincial", 2026, 5000)
    proposal = make.approved(place, {"provincial": 100, "national": 50})
    make.submitted(place)
    client = api(place.people.kiemtoan)
    for name, operation in operations(schema):
        method, path = name.split()
        path = path.replace("/programmes/{code}", f"/programmes/{place.programme.code}")
        path = path.replace("{code}", proposal.code)
        path = path.replace(
            "/enterprises/{id}", f"/enterprises/{make.Enterprise.objects.first().pk}"
        )
        if method != "GET" or "{" in path:
            continue
        answer = client.get(path)
        assert answer.status_code == 200, name
        part = operation["responses"]["200"]["content"]["application/json"]["schema"]
        faults = list(checker(schema, part).iter_errors(answer.json()))
        assert not faults, (name, [fault.message[:300] for fault in faults])


def test_the_description_is_public_and_in_both_languages(db):
    client = APIClient()
    assert client.get(SCHEMA).status_code == 200
    assert client.get(f"{SCHEMA}?lang=en").status_code == 200
    assert client.get(f"{SCHEMA}?lang=../../x").status_code == 400
    client.credentials(HTTP_AUTHORIZATION="Bearer sai")
    assert client.get(SCHEMA).status_code == 200


def test_the_page_lists_every_operation_without_scripts(db, schema):
    response = Client().get("/api/docs/")
    html = response.content.decode()
    for name, operation in operations(schema):
        method, path = name.split()
        assert f"<b>{method}</b> {path}" in html
        assert operation["summary"] in html
    assert "'unsafe" not in response["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=", html)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", html)


@pytest.mark.parametrize("width", [1366, 390])
def test_the_page_works_in_a_browser_without_any_other_host(live_server, chromium, width):
    page = chromium.new_page(viewport={"width": width, "height": 800}, locale="en-US")
    faults, hosts = [], set()
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.on("response", lambda answer: answer.status >= 400 and faults.append(answer.url))
    page.goto(f"{live_server.url}/api/docs/")
    page.wait_for_selector(".opblock")
    assert page.locator("html").get_attribute("lang") == "vi"
    assert page.get_by_text("Các đề án được xem").count() == 1
    page.locator("#operations-proposals-proposals_list button").first.click()
    page.wait_for_selector(".opblock-body .parameters")
    page.locator("button.authorize").first.click()
    page.wait_for_selector(".modal-ux")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert hosts == {live_server.url.split("/")[2]}
    assert not [text for text in faults if "blob:" not in text]
    page.close()
