"""The list and the dossier: who sees what, how it pages, what it costs."""

import orjson
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.renderers import JSONRenderer

from budgets.models import Allocation
from khuyencong.core import pagination
from khuyencong.core.models import StoredFile
from projects import amounts, loading
from projects.api.serializers import ProposalRowSerializer
from projects.firing import fire
from projects.models import Enterprise, EnterpriseIdentifier, Proposal
from tests import make

URL = "/api/v1/proposals/"


def codes(client, query: str = "") -> list[str]:
    response = client.get(f"{URL}?{query}")
    assert response.status_code == 200, response.content
    return [row["code"] for row in response.json()["results"]]


def several(place, count: int) -> list[Proposal]:
    """Drafts of two sources, some submitted."""
    made = []
    for number in range(count):
        money = {"provincial": 100 + number} | ({"national": 50} if number % 2 else {})
        proposal = make.draft(place, money, title=f"Máy số {number}")
        made.append(fire(proposal, "submit", by=place.people.canbo) if number % 3 else proposal)
    return made


def test_the_list_says_exactly_what_the_serializer_says(place, api):
    make.allot(place, "provincial", 2026, 5000)
    several(place, 5)
    make.approved(place, title="Đã duyệt")
    empty = make.drafts.create(
        place.programme, 2027, title="Trống", kind="task", by=place.people.canbo
    )
    answer = api(place.people.lanhdao).get(URL)
    rows = loading.with_parts(Proposal.objects.order_by("-pk"))
    wanted = ProposalRowSerializer(rows, many=True).data
    assert len(wanted) == 7 and wanted[0]["code"] == empty.code
    assert answer.json()["results"] == orjson.loads(JSONRenderer().render(wanted))


def test_sums_of_a_row_are_those_of_the_pages(place, api):
    several(place, 4)
    sums = amounts.totals_of(Proposal.objects.values_list("pk", flat=True))
    for row in api(place.people.lanhdao).get(URL).json()["results"]:
        pk = Proposal.objects.get(code=row["code"]).pk
        assert (row["state_amount"], row["other_amount"]) == sums[pk]


def test_the_list_costs_the_same_queries_for_5_rows_and_50(place, api):
    client = api(place.people.lanhdao)
    client.get(URL)

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(f"{URL}?page_size=200").status_code == 200
        return len(asked)

    several(place, 5)
    few = cost()
    several(place, 45)
    assert len(codes(client, "page_size=200")) == 50
    # The key, the roles; then rows, money and establishments.
    assert cost() == few == 5


@pytest.mark.parametrize("ordering", ["", "-id", "id", "code", "-code"])
def test_pages_follow_each_other_both_ways(place, api, ordering):
    several(place, 7)
    client = api(place.people.lanhdao)
    all_codes = codes(client, f"ordering={ordering}")
    assert all_codes == sorted(all_codes, reverse=ordering in {"", "-id", "-code"})
    url, seen, pages = f"{URL}?page_size=3&ordering={ordering}", [], []
    while url:
        page = client.get(url).json()
        assert page["count"] is None
        pages.append(page)
        seen += [row["code"] for row in page["results"]]
        url = page["next"]
    assert seen == all_codes
    assert [len(page["results"]) for page in pages] == [3, 3, 1]
    assert pages[0]["previous"] is None
    back = client.get(pages[2]["previous"]).json()
    assert back["results"] == pages[1]["results"]
    first = client.get(back["previous"]).json()
    assert first["results"] == pages[0]["results"] and first["previous"] is None


def test_a_page_has_a_largest_size_and_counts_when_asked(place, api, monkeypatch):
    assert pagination.MAX_PAGE_SIZE == 200
    several(place, 3)
    client = api(place.people.lanhdao)
    assert client.get(f"{URL}?count=1&page_size=2").json()["count"] == 3
    assert len(codes(client, "page_size=100000")) == 3
    monkeypatch.setattr(pagination, "MAX_PAGE_SIZE", 2)
    assert len(codes(client, "page_size=100000")) == 2


def test_filters_and_search_narrow_the_list(place, api):
    first = make.draft(place, {"provincial": 10}, title="Chế biến chè Lai Châu")
    second = make.submitted(place, {"national": 20}, title="Xưởng dệt", year=2027)
    client = api(place.people.lanhdao)
    unit = place.orgs.centre.code
    for query, wanted in {
        "status=draft": [first],
        "status=draft&status=submitted": [second, first],
        "plan_year=2027": [second],
        "source=national": [second],
        "source=provincial": [first],
        f"programme={place.programme.code}": [second, first],
        "activity=KC3d": [second, first],
        f"implementing_unit={unit}": [second, first],
        "search=lai chau CHE": [first],
        "search=xuong det": [second],
        f"search={second.code}": [second],
        "search=khong co": [],
        "plan_year=2027&status=draft": [],
    }.items():
        assert codes(client, query) == [proposal.code for proposal in wanted], query


def test_a_unit_sees_its_own_alone(place, api):
    ours = make.draft(place)
    theirs = make.draft(place, by=place.people.canbo2)
    client = api(place.people.canbo)
    assert codes(client) == [ours.code]
    for path in (f"{URL}{theirs.code}/", f"{URL}{theirs.code}/transitions/"):
        assert client.get(path).status_code == 404
    writer = api(place.people.canbo, "write")
    path = f"{URL}{theirs.code}/transitions/"
    assert writer.post(path, {"verb": "submit"}).status_code == 404


def test_another_province_sees_nothing(place, api):
    make.submitted(place, {"provincial": 10, "national": 10})
    elsewhere = make.world("-b", name="Tỉnh Khác", abbreviation="TK")
    people = elsewhere.people
    for person in (people.canbo, people.sct, people.lanhdao, people.kiemtoan, people.ubnd):
        client = api(person)
        assert codes(client) == []
        assert client.get(f"{URL}{Proposal.objects.get().code}/").status_code == 404
    programmes = api(people.sct).get("/api/v1/programmes/").json()["results"]
    assert [row["code"] for row in programmes] == [elsewhere.programme.code]
    assert api(people.sct).get(f"/api/v1/programmes/{place.programme.code}/").status_code == 404
    assert (
        api(people.sct).get(f"/api/v1/programmes/{place.programme.code}/budget/").status_code == 404
    )
    query = f"programme={place.programme.code}"
    assert api(people.sct).get(f"{URL}?{query}").status_code == 400


def test_a_national_body_sees_what_reached_it(place, api):
    make.submitted(place, {"provincial": 10})
    waiting = make.submitted(place, {"national": 10})
    client = api(place.people.cuc)
    assert codes(client) == []
    fire(waiting, "pass", by=place.people.sct)
    fire(waiting, "conclude", by=place.people.sct_head)
    assert codes(client) == [waiting.code]
    assert codes(api(place.people.bct)) == []


def test_an_administrator_and_a_stranger_see_no_proposal(place, api):
    proposal = make.submitted(place)
    client = api(place.people.quantri)
    assert codes(client) == []
    assert client.get(f"{URL}{proposal.code}/").status_code == 404


def test_the_dossier_holds_all_its_parts(place, api):
    make.allot(place, "provincial", 2026, 5000)
    make.allot(place, "national", 2026, 5000)
    proposal = make.approved(place, {"provincial": 200, "national": 100})
    response = api(place.people.lanhdao).get(f"{URL}{proposal.code}/")
    found = response.json()
    assert response["ETag"] == f'"{proposal.version}"'
    assert found["status"] == "approved" and found["status_label"] == "Đã phê duyệt"
    items = found["cost_items"]
    assert [item["amount"] for item in items] == [400_000_000, 200_000_000]
    assert isinstance(items[0]["quantity"], float)
    lines = {line["source"]: line for line in found["funding_lines"]}
    assert lines["provincial"]["approved"] == 200_000_000
    assert lines["counterpart"]["requested"] == 300_000_000
    assert [row["name"] for row in found["beneficiaries"]] == [Enterprise.objects.get().name]
    assert [row["code"] for row in found["activities"]] == ["KC3d"]
    assert [row["name"] for row in found["places"]] == ["xã Bản Thử, tỉnh Tỉnh Thử"]
    tracks = {track["source"]: track for track in found["tracks"]}
    assert {track["status"] for track in tracks.values()} == {"approved"}
    assert [review["verdict"] for review in tracks["provincial"]["reviews"]] == [
        *("pass", "pass", "approve")
    ]
    last = tracks["provincial"]["reviews"][-1]
    assert last["document"]["number"].endswith("QĐ-UBND")
    assert last["amounts"] == [{"line": lines["provincial"]["id"], "amount": 200_000_000}]
    assert [row["seq"] for row in found["history"]] == list(range(1, len(found["history"]) + 1))
    assert "lập đề án" in found["history"][0]["sentence"]


def test_the_dossier_costs_the_same_however_much_happened(place, api):
    client = api(place.people.lanhdao)

    def cost(proposal: Proposal) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(f"{URL}{proposal.code}/").status_code == 200
        return len(asked)

    make.allot(place, "provincial", 2026, 5000)
    once = cost(make.submitted(place))
    assert cost(make.approved(place, {"provincial": 100, "national": 50})) <= once + 1
    assert once <= 20


def test_an_opinion_not_yet_given_stays_in_its_office(place, api):
    proposal = make.submitted(place)
    fire(proposal, "pass", by=place.people.sct, reason="Giá còn cao")

    def reviews(person) -> list[dict]:
        return api(person).get(f"{URL}{proposal.code}/").json()["tracks"][0]["reviews"]

    assert reviews(place.people.sct)[0]["reason"] == "Giá còn cao"
    outside = reviews(place.people.canbo)[0]
    assert (outside["reason"], outside["amounts"], outside["verdict"]) == ("", [], "")


def test_no_personal_identifier_leaves(place, api):
    proposal = make.submitted(place)
    enterprise = Enterprise.objects.get()
    secret = {"representative": "Lò Thị Kín", "phone": "0912345678"}
    Enterprise.objects.filter(pk=enterprise.pk).update(**secret)
    for kind, value in (("personal12", "012345678901"), ("tax10", "0100000001")):
        EnterpriseIdentifier.objects.create(enterprise=enterprise, kind=kind, value=value)
    client = api(place.people.lanhdao)
    paths = (URL, f"{URL}{proposal.code}/", "/api/v1/enterprises/", "/api/v1/decisions/")
    text = "".join(client.get(path).content.decode() for path in paths)
    for hidden in (*secret.values(), "012345678901"):
        assert hidden not in text
    assert "0100000001" in text


def test_reading_writes_nothing(place, api):
    proposal = make.submitted(place)
    client = api(place.people.sct)
    client.get(URL)
    for path in (URL, f"{URL}{proposal.code}/", f"{URL}{proposal.code}/transitions/"):
        with CaptureQueriesContext(connection) as asked:
            client.get(path)
        assert not [q for q in asked if q["sql"].split()[0] in {"INSERT", "UPDATE", "DELETE"}]
    assert not Allocation.objects.exists() and not StoredFile.objects.exists()
