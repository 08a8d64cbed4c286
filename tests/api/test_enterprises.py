"""The register over the API: entered and corrected by the same verbs as on the page."""

import pytest

from khuyencong.core import audit
from programmes.models import IndustryCode, Sector
from projects.models import CraftVillage, Enterprise
from tests import make

pytestmark = pytest.mark.django_db
URL = "/api/v1/enterprises/"
NEW = {"name": "HTX Chè Bản Thử", "kind": "cooperative"}


def test_an_establishment_is_added_with_everything_about_it(place, api):
    Sector.objects.create(code="che-bien", name="Chế biến")
    IndustryCode.objects.create(version="VSIC 2018", code="1076", name="Sản xuất chè")
    village = CraftVillage.objects.create(province=place.home, name="Làng chè")
    sent = NEW | {
        "place_id": place.commune.pk,
        "sector_group": "che-bien",
        "industry": {"version": "VSIC 2018", "code": "1076"},
        "craft_village_id": village.pk,
        "workers": 14,
        "workers_female": 9,
        "revenue": 2_000_000_000,
        "revenue_year": 2025,
        "owner_is_woman": True,
        "identifiers": [
            {"kind": "tax10", "value": "9900 000 016", "valid_from": "2019-04-02"},
            {"kind": "personal12", "value": "012345678901"},
        ],
    }
    response = api(place.people.hethong, "write").post(URL, sent, format="json")
    assert response.status_code == 201, response.content
    row = Enterprise.objects.get()
    found = response.json()
    assert found["identifiers"] == [{"kind": "tax10", "value": "9900000016"}]
    assert found["code"] == f"CS-{row.pk}" and found["place_id"] == place.commune.pk
    assert found["industry"]["name"] == "Sản xuất chè"
    assert found["craft_village"] == {"id": village.pk, "name": "Làng chè"}
    assert found["size"]["code"] == "small"
    assert row.identifiers.count() == 2
    assert [entry.action for entry in audit.trail(row)] == [
        "projects.enterprise.create",
        "projects.enterprise.add_identifier",
        "projects.enterprise.add_identifier",
    ]


def test_what_may_be_there_already_is_said_before_it_is_written(place, api):
    client = api(place.people.canbo, "write")
    first = client.post(URL, NEW, format="json").json()["id"]
    twice = client.post(URL, NEW, format="json")
    assert twice.status_code == 422
    assert f"CS-{first}" in twice.json()["errors"]["others"][0]
    assert client.post(URL, NEW | {"others": [first]}, format="json").status_code == 201


@pytest.mark.parametrize(
    ("change", "field", "status"),
    [
        ({"name": ""}, "name", 400),
        ({"name": "x" * 201}, "name", 400),
        ({"kind": "bank"}, "kind", 400),
        ({"place_id": 99}, "place_id", 400),
        ({"place_id": "1"}, "place_id", 400),
        ({"sector_group": "x"}, "sector_group", 400),
        ({"industry": {"code": "1076"}}, "industry.version", 400),
        ({"industry": {"version": "x", "code": "1"}}, "industry", 400),
        ({"craft_village_id": 2**63}, "craft_village_id", 400),
        ({"capital": 1.5}, "capital", 400),
        ({"merged_into": 1}, "merged_into", 400),
        ({"version": 7}, "version", 400),
        ({"workers": 2, "workers_female": 3}, "workers_female", 422),
        ({"revenue": 5}, "revenue_year", 422),
        ({"identifiers": [{"kind": "tax10", "value": "12"}]}, "number", 422),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_kept(place, api, change, field, status):
    response = api(place.people.canbo, "write").post(URL, NEW | change, format="json")
    assert response.status_code == status, response.content
    assert field in response.json()["errors"]
    assert not Enterprise.objects.exists()


def test_only_what_is_sent_is_changed_and_a_stale_writer_is_told(place, api):
    row = make.enterprise(place, "Cơ sở A")
    client, path = api(place.people.canbo, "write"), f"{URL}{row.pk}/"
    response = client.patch(path, {"workers": 5}, format="json", headers={"If-Match": '"1"'})
    assert (response.status_code, response["ETag"]) == (200, '"2"')
    assert (response.json()["workers"], response.json()["name"]) == (5, "Cơ sở A")
    stale = client.patch(path, {"workers": 6}, format="json", headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    assert client.patch(path, {"place_id": None}, format="json").json()["place"] is None
    refused = client.patch(path, {"identifiers": []}, format="json")
    assert refused.status_code == 400 and "identifiers" in refused.json()["errors"]
    row.refresh_from_db()
    assert (row.workers, row.version) == (5, 3)


def test_who_only_reads_changes_nothing(place, api):
    row = make.enterprise(place)
    path = f"{URL}{row.pk}/"
    for who in ("lanhdao", "ketoan", "kiemtoan"):
        client = api(getattr(place.people, who), "write")
        assert client.patch(path, {"workers": 5}, format="json").status_code == 403
        assert client.post(URL, NEW, format="json").status_code == 403
    assert api(place.people.cuc, "write").post(URL, NEW, format="json").status_code == 403
    assert api(place.people.canbo).patch(path, {"workers": 5}, format="json").status_code == 403
    other = make.world("x", "Tỉnh Khác", "TK")
    foreign = api(other.people.canbo, "write")
    assert foreign.patch(path, {"workers": 5}, format="json").status_code == 404
    row.refresh_from_db()
    assert row.workers is None and Enterprise.objects.count() == 1
