"""The checks over the API: the same function, of the saved record and of a what-if."""

import pytest

from projects.models import CheckRecord, FundingLine
from tests import make

TRIEU = make.TRIEU


def path(proposal):
    return f"/api/v1/proposals/{proposal.code}/checks/"


def rows(answer):
    return {row["code"]: row for row in answer["checks"]}


@pytest.fixture
def proposal(place):
    make.norm(place, max_amount=180 * TRIEU, legal_ref="Điều 8")
    return make.draft(place)


def what_if(support=180 * TRIEU, **more):
    shares = {"provincial": support, "counterpart": 400 * TRIEU - support}
    return {
        "cost_items": [
            {
                "name": "Máy sao",
                "quantity": 2,
                "unit_price": 200 * TRIEU,
                "shares": [{"source": k, "requested": v} for k, v in shares.items()],
            }
        ],
        "funding_lines": [{"source": k, "year": 2026, "requested": v} for k, v in shares.items()],
        **more,
    }


def test_the_saved_record_is_checked(api, place, proposal):
    response = api(place.people.canbo).get(path(proposal))
    assert response.status_code == 200 and response.headers["ETag"] == f'"{proposal.version}"'
    answer = response.json()
    assert (answer["proposal"], answer["is_clear"]) == (proposal.code, False)
    row = rows(answer)["ceiling"]
    assert (row["level"], row["reduce_by"], row["citation"]) == ("error", 20 * TRIEU, "Điều 8")


def test_a_what_if_is_checked_and_nothing_is_saved(api, place, proposal):
    client = api(place.people.canbo, "write")
    answer = client.post(path(proposal), what_if(), format="json").json()
    assert rows(answer)["ceiling"]["level"] == "pass" and answer["is_clear"]
    answer = client.post(path(proposal), what_if(180 * TRIEU + 1), format="json").json()
    assert rows(answer)["ceiling"]["reduce_by"] == 1
    line = FundingLine.objects.get(proposal=proposal, source__code="provincial")
    assert line.requested == 200 * TRIEU
    proposal.refresh_from_db()
    assert client.get(path(proposal)).json()["version"] == proposal.version


def test_parts_that_are_not_sent_stay_as_they_are(api, place, proposal):
    client = api(place.people.canbo, "write")
    assert (
        client.post(path(proposal), {}, format="json").json() == client.get(path(proposal)).json()
    )
    activities = [{"code": "KC3d", "units": 2}]
    answer = client.post(path(proposal), {"activities": activities}, format="json").json()
    assert rows(answer)["ceiling"]["level"] == "pass"
    firm = make.enterprise(place)
    firm.kind = "artisan"
    firm.save()
    answer = client.post(path(proposal), {"beneficiaries": [firm.pk]}, format="json").json()
    assert rows(answer)["supported-before"]["level"] == "pass"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"activities": [{"code": "KC99"}]}, "activities.0.code"),
        ({"activities": [{"code": "KC3d", "units": 0}]}, "activities.0.units"),
        ({"activities": [{"code": "KC3d", "multiplier": "nhiều"}]}, "activities.0.multiplier"),
        ({"beneficiaries": [10**9]}, "beneficiaries.0"),
        ({"beneficiaries": ["x"]}, "beneficiaries.0"),
        ({"funding_lines": [{"source": "x", "year": 2026, "requested": 1}]}, "source"),
        ({"cost_items": [{"shares": [{"source": "provincial", "requested": -1}]}]},
         "cost_items.0.shares.0.requested"),
        ({"cost_items": [{"quantity": 999999999, "unit_price": 999999999999}]},
         "cost_items.0.amount"),
        ({"cost_items": [{"quantity": 0}]}, "cost_items.0.quantity"),
        ({"title": "Khác"}, "title"),
        ([], "non_field_errors"),
    ],
)  # fmt: skip
def test_a_senseless_what_if_is_refused_by_field(api, place, proposal, body, field):
    response = api(place.people.canbo, "write").post(path(proposal), body, format="json")
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    assert field in response.json()["errors"]


def test_results_of_the_acts_are_answered_as_they_were(api, place):
    make.norm(place, max_amount=300 * TRIEU)
    make.allot(place, "provincial", 2026, 500)
    proposal = make.approved(place)
    answer = api(place.people.kiemtoan).get(path(proposal)).json()
    acts = [(row["stage"], row["track"], row["round"]) for row in answer["kept"]]
    assert acts[0] == ("approval", "provincial", 1) and acts[-1] == ("submission", None, 1)
    record = CheckRecord.objects.get(act="approval")
    assert answer["kept"][0]["checks"] == record.results["checks"]


def test_not_yours_is_not_there_and_a_reading_key_only_reads(api, place, proposal):
    assert api(place.people.canbo2).get(path(proposal)).status_code == 404
    assert api(place.people.canbo2, "write").post(path(proposal), {}).status_code == 404
    assert api(place.people.canbo).post(path(proposal), {}, format="json").status_code == 403
