"""Programmes and their money: the figures of the one module, to the đồng."""

from dataclasses import asdict

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from khuyencong.core import clock
from programmes.models import Objective, PlannedCell, Target, TargetQuantity
from projects import amounts
from projects.firing import fire
from tests import make


@pytest.fixture
def url(place) -> str:
    return f"/api/v1/programmes/{place.programme.code}/"


@pytest.fixture
def spent(place):
    """Money in several stages, of several years."""
    make.allot(place, "provincial", 2026, 3000)
    make.allot(place, "national", 2027, 500)
    make.approved(place, {"provincial": 300})
    done = make.approved(place, {"provincial": 200})
    fire(done, "sign", by=place.people.ketoan, paper=make.paper("HĐ"))
    line = done.funding_lines.get(source__code="provincial")
    fire(
        done,
        "disburse",
        by=place.people.ketoan,
        paper=make.paper("CT"),
        data={"line_id": line.pk, "amount": 50 * make.TRIEU},
    )
    make.submitted(place, {"national": 70}, year=2027)
    version = place.programme.version
    PlannedCell.objects.create(
        version=version, year=2026, source=place.sources["provincial"], amount=1000 * make.TRIEU
    )
    return place


def test_a_programme_tells_the_decisions_figures(place, api, url):
    target = Target.objects.create(
        programme=place.programme, code="may", name="Cơ sở có máy mới", unit="cơ sở"
    )
    target.activities.add(place.activity)
    TargetQuantity.objects.create(version=place.programme.version, target=target, quantity=30)
    Objective.objects.create(programme=place.programme, position=1, text="Khôi phục làng nghề.")
    found = api(place.people.lanhdao).get(url).json()
    assert found["total_amount"] == 20_000 * make.TRIEU
    assert found["decision"]["issued_on"] is None and found["decision"]["issuer"]
    assert [row["year"] for row in found["year_phases"]] == list(range(2026, 2031))
    assert sum(row["amount"] for row in found["year_phases"]) == found["total_amount"]
    assert [(row["source"], row["rate"]) for row in found["source_shares"]] == [
        ("national", 0.25),
        ("provincial", 0.25),
        ("counterpart", 0.5),
    ]
    assert found["targets"] == [
        {
            "code": "may",
            "name": "Cơ sở có máy mới",
            "unit": "cơ sở",
            "quantity": 30,
            "achieved": 0,
        }
    ]
    assert found["objectives"] == ["Khôi phục làng nghề."]
    assert found["is_illustration"] is False


def test_rates_have_four_places_half_up(place, api):
    shares = {"national": 15_820, "provincial": 11_080, "counterpart": 48_400}
    other = make.programme(
        place.home, place.sources, code="ty-le", start=2031, end=2035, shares=shares
    )
    found = api(place.people.lanhdao).get(f"/api/v1/programmes/{other.code}/").json()
    assert [row["rate"] for row in found["source_shares"]] == [0.2101, 0.1471, 0.6428]


def test_a_target_counts_what_was_accepted(place, api, url):
    target = Target.objects.create(programme=place.programme, code="may", name="Máy", unit="cơ sở")
    target.activities.add(place.activity)
    TargetQuantity.objects.create(version=place.programme.version, target=target, quantity=30)
    make.allot(place, "provincial", 2026, 1000)
    proposal = make.approved(place)

    def achieved() -> int:
        return api(place.people.lanhdao).get(url).json()["targets"][0]["achieved"]

    fire(proposal, "sign", by=place.people.ketoan, paper=make.paper("HĐ"))
    fire(proposal, "start", by=place.people.canbo)
    assert achieved() == 0
    fire(proposal, "accept", by=place.people.ketoan, paper=make.paper("BB"))
    assert achieved() == 1


@pytest.mark.parametrize("by", ["year,source", "source,year", "year", "source", ""])
@pytest.mark.parametrize("narrowed", ["", "year=2026", "source=provincial", "as_of"])
def test_the_budget_is_the_matrix(spent, api, url, by, narrowed):
    today = clock.today()
    query = f"by={by}&" + (f"as_of={today.isoformat()}" if narrowed == "as_of" else narrowed)
    found = api(spent.people.lanhdao).get(f"{url}budget/?{query}").json()
    matrix = amounts.matrix(
        spent.programme,
        years=[2026] if narrowed == "year=2026" else None,
        sources=["provincial"] if narrowed == "source=provincial" else None,
        as_of=today if narrowed == "as_of" else None,
    )
    if by == "year":
        wanted = [{"year": year} | asdict(row) for year, row in matrix.by_year.items()]
    elif by == "source":
        wanted = [{"source": code} | asdict(row) for code, row in matrix.by_source.items()]
    else:
        wanted = [
            {"year": year, "source": code} | asdict(row)
            for (year, code), row in matrix.cells.items()
        ]
    assert found["results"] == wanted
    assert found["totals"] == asdict(matrix.total)
    for name in amounts.SUMMED:
        assert sum(row[name] for row in found["results"]) == found["totals"][name]


def test_what_was_not_decided_is_null_and_other_money_has_nothing_available(spent, api, url):
    rows = api(spent.people.lanhdao).get(f"{url}budget/").json()["results"]
    cells = {(row["year"], row["source"]): row for row in rows}
    given = cells[2026, "provincial"]
    assert given["planned"] == 1000 * make.TRIEU
    assert given["allotted"] == 3000 * make.TRIEU and given["committed"] == 500 * make.TRIEU
    assert given["available"] == 2500 * make.TRIEU and given["disbursed"] == 50 * make.TRIEU
    assert cells[2027, "national"]["planned"] is None
    assert cells[2027, "national"]["requested"] == 70 * make.TRIEU
    own = cells[2026, "counterpart"]
    assert own["available"] is None and own["allotted"] == 0
    assert own["pledged"] == 500 * make.TRIEU and own["approved"] == 0
    margin = api(spent.people.lanhdao).get(f"{url}budget/?by=source").json()
    assert [row["planned"] for row in margin["results"]] == [
        amount * make.TRIEU for amount in (5000, 5000, 10_000)
    ]
    assert margin["totals"]["planned"] == 20_000 * make.TRIEU


@pytest.mark.parametrize(
    "query",
    [
        *("by=month", "by=year,year", "by=year,source,month", "by=,", "by=YEAR"),
        *("year=2025", "year=x", "year=2026,", "year=1" + "0" * 400),
        *("source=nothing", "source=other", "source=provincial,nothing"),
        *("as_of=x", "as_of=2026-13-01", "as_of=2026-02-30", "as_of=1" + "0" * 400),
    ],
)
def test_a_question_about_nothing_is_refused_in_words(place, api, url, query):
    response = api(place.people.lanhdao).get(f"{url}budget/?{query}")
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [query.partition("=")[0]]


def test_money_is_not_shown_to_whoever_may_not_see_it(place, api, url):
    client = api(place.people.quantri)
    for path in (f"{url}budget/", "/api/v1/allocations/"):
        response = client.get(path)
        assert response.status_code == 403
        assert response["Content-Type"] == "application/problem+json"


def test_a_programme_without_figures_yet_is_not_there(place, api):
    programme = place.programme.__class__.objects.create(
        code="chua-co", name="Chưa có", province=place.home, start_year=2031, end_year=2035
    )
    client = api(place.people.lanhdao)
    assert len(client.get("/api/v1/programmes/").json()["results"]) == 1
    for path in ("", "budget/"):
        assert client.get(f"/api/v1/programmes/{programme.code}/{path}").status_code == 404


def test_programmes_cost_the_same_for_2_and_20(place, api):
    client = api(place.people.lanhdao)

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get("/api/v1/programmes/")
        return len(asked)

    cost()
    few = cost()
    for number in range(20):
        make.programme(place.home, place.sources, code=f"so-{number}")
    assert client.get("/api/v1/programmes/").json()["count"] == 21
    assert cost() == few
