"""Establishments, decisions, allocations and the trail: read by those who may."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from khuyencong.core import audit
from khuyencong.core.models import AuditEntry
from projects.models import Enterprise, EnterpriseIdentifier
from tests import make


def results(client, path: str) -> list[dict]:
    response = client.get(f"/api/v1/{path}")
    assert response.status_code == 200, response.content
    assert response.json().keys() == {"next", "previous", "count", "results"}
    return response.json()["results"]


def test_establishments_are_searched_and_filtered(place, api):
    tea = make.enterprise(place, "Hợp tác xã chè Bản Thử")
    Enterprise.objects.create(province=place.home, name="Xưởng mộc", kind="company")
    EnterpriseIdentifier.objects.create(enterprise=tea, kind="tax10", value="0100000001")
    client = api(place.people.canbo)
    assert len(results(client, "enterprises/")) == 2
    assert [row["id"] for row in results(client, "enterprises/?search=che ban thu")] == [tea.pk]
    assert [row["name"] for row in results(client, "enterprises/?kind=company")] == ["Xưởng mộc"]
    response = client.get(f"/api/v1/enterprises/{tea.pk}/")
    assert response["ETag"] == '"1"'
    found = response.json()
    assert found["identifiers"] == [{"kind": "tax10", "value": "0100000001"}]
    assert found["place"] == "Bản Thử" and found["kind_label"] == "Hộ kinh doanh"
    assert not {"phone", "representative"} & found.keys()


def test_another_provinces_register_is_not_there(place, api):
    here = make.enterprise(place)
    elsewhere = make.world("-b", name="Tỉnh Khác", abbreviation="TK")
    client = api(elsewhere.people.sct)
    assert results(client, "enterprises/") == []
    assert client.get(f"/api/v1/enterprises/{here.pk}/").status_code == 404
    assert results(api(place.people.cuc), "enterprises/") == []


def test_a_decision_lists_the_proposals_the_reader_may_see(place, api):
    make.allot(place, "provincial", 2026, 5000)
    ours = make.approved(place, {"provincial": 100})
    theirs = make.approved(place, {"provincial": 200}, by=place.people.canbo2)
    both = results(api(place.people.lanhdao), "decisions/")
    assert [row["lines"][0]["proposal"] for row in both] == [theirs.code, ours.code]
    assert both[0]["document"]["number"].endswith("QĐ-UBND")
    assert both[1]["lines"] == [
        {
            "proposal": ours.code,
            "source": "provincial",
            "round": 1,
            "is_approval": True,
            "amount": 100 * make.TRIEU,
            "is_effective": True,
        }
    ]
    own = results(api(place.people.canbo), "decisions/")
    assert [row["lines"][0]["proposal"] for row in own] == [ours.code]


def test_allocations_are_listed_line_by_line(place, api):
    make.allot(place, "provincial", 2026, 5000)
    make.allot(place, "national", 2027, 300)
    rows = results(api(place.people.canbo), "allocations/")
    assert [row["amount"] for row in rows] == [300 * make.TRIEU, 5000 * make.TRIEU]
    assert rows[0]["lines"] == [{"year": 2027, "source": "national", "amount": 300 * make.TRIEU}]
    client = api(place.people.lanhdao)
    assert len(results(client, f"allocations/?programme={place.programme.code}")) == 2
    assert results(client, "allocations/?programme=nothing") == []


def test_the_trail_is_for_auditors(place, api):
    make.submitted(place)
    for person in vars(place.people).values():
        status = api(person).get("/api/v1/audit/").status_code
        assert status == (200 if person == place.people.kiemtoan else 403), person


def test_the_trail_holds_every_row_with_its_proof(place, api):
    make.allot(place, "provincial", 2026, 5000)
    proposal = make.approved(place)
    client = api(place.people.kiemtoan)
    rows = results(client, "audit/?page_size=200")
    entries = {entry.pk: entry for entry in AuditEntry.objects.all()}
    assert {row["id"] for row in rows} == entries.keys()
    for row in rows:
        entry = entries[row["id"]]
        assert (row["hash"], row["prev_hash"]) == (entry.hash, entry.prev_hash)
        assert row["sentence"] == audit.sentence(entry)
        assert row["actor"] == entry.actor_name
    about = results(client, f"audit/?subject={proposal.code}")
    assert {row["subject"] for row in about} == {proposal.code}
    assert [row["seq"] for row in about] == list(range(len(about), 0, -1))
    chosen = results(client, "audit/?action=projects.track.approve")
    assert [row["to_state"] for row in chosen] == ["approved"]
    assert results(client, "audit/?since=2100-01-01T00:00:00Z") == []
    assert len(results(client, "audit/?until=2100-01-01T00:00:00Z")) > 3
    assert results(client, "audit/?subject=nothing") == []
    assert client.get("/api/v1/audit/?count=1").json()["count"] == len(entries)


def test_an_auditor_sees_no_other_province(place, api):
    make.submitted(place)
    elsewhere = make.world("-b", name="Tỉnh Khác", abbreviation="TK")
    assert results(api(elsewhere.people.kiemtoan), "audit/") == []


@pytest.mark.parametrize("path", ["enterprises/", "decisions/", "allocations/", "audit/"])
def test_lists_cost_the_same_however_long(place, api, path):
    client = api(place.people.kiemtoan)

    def fill(count: int) -> None:
        for year in range(2026, 2026 + count):
            make.allot(place, "provincial", year, 5000)
            make.approved(place, {"provincial": 10}, year=year)

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert results(client, f"{path}?page_size=200")
        return len(asked)

    fill(1)
    cost()
    few = cost()
    fill(5)
    assert cost() == few
