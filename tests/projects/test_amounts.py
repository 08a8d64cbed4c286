"""Every amount by its definition: the module's sums against slow loops over random data."""

from __future__ import annotations

import datetime
import random

import pytest
from django.db import transaction

from budgets import ledger
from budgets.ledger import CellExhausted, Posting
from budgets.models import Cell, LedgerEntry
from khuyencong.core import clock
from programmes.models import PlannedCell
from projects import amounts
from projects.models import FundingLine, Proposal
from tests import make, scenes
from tests.make import TRIEU

pytestmark = pytest.mark.django_db
NAMES = (
    *("planned", "allotted", "requested", "appraised", "approved"),
    *("committed", "disbursed", "settled", "available", "pledged"),
)
SOURCES = ("national", "provincial", "counterpart")
YEARS = range(2026, 2031)
FIRST = datetime.datetime(2026, 1, 5, 3, 0, tzinfo=datetime.UTC)
# Each definition written out once more, from the list of amounts and not from the code.
WAITING = {"submitted", "in_review", "returned"}
PROMISED = {
    *("approved", "partly_approved", "contracted", "in_progress", "accepted"),
    *("liquidated", "settled", "suspended"),
    "stopped",
}
BOOK = {
    "allot": {"allotted": 1},
    "transfer_in": {"allotted": 1},
    "carry_in": {"allotted": 1},
    "transfer_out": {"allotted": -1},
    "carry_out": {"allotted": -1},
    "lapse": {"allotted": -1},
    "commit": {"committed": 1},
    "release": {"committed": -1},
    "disburse": {"disbursed": 1},
    "recover": {"disbursed": -1},
    "settle": {"settled": 1},
}


def random_money(place, chance):
    """A book of some dozen rows, posted on various days and in effect on others."""
    cells = list(Cell.objects.filter(programme=place.programme).select_related("source"))
    done = []
    for number in range(60):
        moment = FIRST + datetime.timedelta(days=3 * number)
        day = moment.date() - datetime.timedelta(days=chance.randint(0, 30))
        if done and chance.random() < 0.15:
            entry = chance.choice(done)
            wanted = Posting(
                entry.cell, entry.kind, entry.amount, "thử", effective_on=day, reverses=entry
            )
        else:
            kind = chance.choice(["allot", "allot", *BOOK])
            most = 300 if kind == "allot" else 90
            amount = chance.randint(1, most) * TRIEU + chance.randint(0, 9)
            wanted = Posting(chance.choice(cells), kind, amount, "thử", effective_on=day)
        try:
            with clock.at(moment), transaction.atomic():
                (entry,) = ledger.post([wanted])
        except CellExhausted:
            continue
        if wanted.reverses:
            done.remove(wanted.reverses)
        else:
            done.append(entry)


def random_dossiers(place, chance):
    """Dossiers in every status with lines at every stage, as far as a stage can be reached."""
    for status in Proposal.Status.values * 2:
        proposal = Proposal.objects.create(
            code=f"TT-2026-{Proposal.objects.count() + 1:04d}",
            programme=place.programme,
            province=place.home,
            plan_year=2026,
            implementing_unit=place.orgs.centre,
            title="Máy",
            status=status,
            created_by=place.people.canbo,
        )
        for code in SOURCES:
            for year in chance.sample(YEARS, 2):
                requested = chance.randint(0, 500) * TRIEU + chance.randint(0, 9)
                appraised = chance.choice([None, requested, requested // 3])
                approved = chance.choice([None, appraised, requested // 2])
                FundingLine.objects.create(
                    proposal=proposal,
                    source=place.sources[code],
                    year=year,
                    requested=requested,
                    appraised=appraised,
                    approved=approved,
                )


def random_plan(place, chance):
    version = place.programme.version
    for code in SOURCES:
        for year in chance.sample(YEARS, 3):
            amount = chance.randint(1, 900) * TRIEU
            PlannedCell.objects.create(
                version=version, year=year, source=place.sources[code], amount=amount
            )


def slow(place, *, as_of=None, until=None):
    """(year, source) -> figures, added up one row at a time."""
    found = {}
    for year in YEARS:
        for code in SOURCES:
            found[year, code] = dict.fromkeys(NAMES, 0) | {"planned": None}
    for planned in PlannedCell.objects.all():
        found[planned.year, planned.source.code]["planned"] = planned.amount
    for entry in LedgerEntry.objects.select_related("cell__source"):
        late = (as_of and entry.effective_on > as_of) or (until and entry.posted_at > until)
        if late:
            continue
        row = found[entry.cell.year, entry.cell.source.code]
        sign = -1 if entry.reverses_id else 1
        for name, effect in BOOK[entry.kind].items():
            row[name] += sign * effect * entry.amount
    for line in FundingLine.objects.select_related("proposal", "source"):
        status, row = line.proposal.status, found[line.year, line.source.code]
        if status in WAITING and line.approved is None:
            row["requested"] += line.requested
        if status in WAITING | PROMISED:
            row["appraised"] += line.appraised or 0
        if status in PROMISED:
            row["approved" if line.source.is_state else "pledged"] += line.approved or 0
    for (_year, code), row in found.items():
        state = place.sources[code].is_state
        row["available"] = row["allotted"] - row["committed"] if state else None
    return found


def add(rows):
    """Sums of rows; planned is not summed, and what no row knows stays unknown."""
    sums = dict.fromkeys(NAMES, 0)
    available = [row["available"] for row in rows if row["available"] is not None]
    del sums["planned"]
    for row in rows:
        for name in sums.keys() - {"available"}:
            sums[name] += row[name]
    return sums | {"available": sum(available) if available else None}


def figures(row, *, planned=True):
    return {name: getattr(row, name) for name in NAMES if planned or name != "planned"}


def compare(matrix, wanted, years=YEARS, codes=SOURCES):
    rows = {key: row for key, row in wanted.items() if key[0] in years and key[1] in codes}
    assert {key: figures(row) for key, row in matrix.cells.items()} == rows
    for year in years:
        mine = [row for key, row in rows.items() if key[0] == year]
        assert figures(matrix.by_year[year], planned=False) == add(mine)
    for code in codes:
        mine = [row for key, row in rows.items() if key[1] == code]
        assert figures(matrix.by_source[code], planned=False) == add(mine)
    assert figures(matrix.total, planned=False) == add(list(rows.values()))
    state = [row for key, row in rows.items() if key[1] != "counterpart"]
    assert figures(matrix.state(), planned=False) == add(state)


@pytest.mark.parametrize("seed", [1, 2])
def test_every_figure_is_what_its_definition_says(seed, django_assert_max_num_queries):
    place = make.world()
    chance = random.Random(seed)
    random_money(place, chance)
    random_dossiers(place, chance)
    random_plan(place, chance)
    with django_assert_max_num_queries(6):
        matrix = amounts.matrix(place.programme)
    compare(matrix, slow(place))
    for _ in range(4):
        day = FIRST.date() + datetime.timedelta(days=chance.randint(-40, 200))
        until = FIRST + datetime.timedelta(days=chance.randint(-1, 190))
        compare(amounts.matrix(place.programme, as_of=day), slow(place, as_of=day))
        compare(amounts.matrix(place.programme, posted_until=until), slow(place, until=until))
        both = amounts.matrix(place.programme, as_of=day, posted_until=until)
        compare(both, slow(place, as_of=day, until=until))
        years = sorted(chance.sample(YEARS, chance.randint(1, 4)))
        codes = [code for code in SOURCES if chance.random() < 0.6] or ["national"]
        narrow = amounts.matrix(place.programme, years=years, sources=codes)
        compare(narrow, slow(place), years, codes)
        compare(matrix.of_years(years), slow(place), years)


def test_without_a_decision_a_cell_has_no_plan_and_the_margins_are_the_decisions(place):
    matrix = amounts.matrix(place.programme)
    assert {row.planned for row in matrix.cells.values()} == {None}
    version = place.programme.version
    assert {year: row.planned for year, row in matrix.by_year.items()} == dict(
        version.year_phases.values_list("year", "amount")
    )
    assert {code: row.planned for code, row in matrix.by_source.items()} == dict(
        version.source_shares.values_list("source__code", "amount")
    )
    assert matrix.total.planned == version.total_amount
    assert matrix.state().planned == 10_000 * TRIEU


def test_a_narrowed_margin_is_known_only_where_all_its_cells_are(place):
    version = place.programme.version
    for year in (2026, 2027):
        PlannedCell.objects.create(
            version=version, year=year, source=place.sources["national"], amount=year
        )
    known = amounts.matrix(place.programme, years=[2026, 2027])
    assert known.by_source["national"].planned == 2026 + 2027
    assert known.by_source["provincial"].planned is None
    assert known.by_year[2026].planned == version.year_phases.get(year=2026).amount
    alone = amounts.matrix(place.programme, sources=["national"])
    assert (alone.by_year[2026].planned, alone.by_year[2028].planned) == (2026, None)
    assert alone.by_source["national"].planned == 5000 * TRIEU
    nothing = amounts.matrix(place.programme, years=[1999], sources=["khac"])
    assert (nothing.cells, nothing.total.planned, nothing.total.available) == ({}, None, None)


def test_a_source_without_a_cell_of_state_money_has_nothing_available(place):
    row = amounts.matrix(place.programme).by_source["counterpart"]
    assert (row.available, row.allotted, row.committed) == (None, 0, 0)


def test_the_figures_follow_a_dossier_through_its_life(place):
    def now():
        total = amounts.matrix(place.programme).state()
        names = ("requested", "appraised", "approved", "committed", "disbursed", "settled")
        return [getattr(total, name) // TRIEU for name in names]

    make.draft(place)
    assert now() == [0, 0, 0, 0, 0, 0]
    make.submitted(place)
    assert now() == [200, 0, 0, 0, 0, 0]
    scenes.in_review(place)
    assert now() == [400, 200, 0, 0, 0, 0]
    scenes.approved(place)
    assert now() == [400, 400, 200, 200, 0, 0]
    scenes.refused(place)
    scenes.withdrawn(place)
    assert now() == [400, 400, 200, 200, 0, 0]
    assert amounts.matrix(place.programme).total.pledged == 200 * TRIEU


def test_totals_of_proposals_are_their_latest_stages(place):
    first = make.submitted(place, {"provincial": 200, "national": 50})
    second = scenes.approved(place)
    assert amounts.totals_of([first.pk, second.pk]) == {
        first.pk: (250 * TRIEU, 250 * TRIEU),
        second.pk: (200 * TRIEU, 200 * TRIEU),
    }
    assert amounts.totals_of([]) == {}


def test_contracted_and_accepted_are_sums_over_the_programme(place):
    scenes.SCENES["accepted"](place)
    scenes.SCENES["contracted"](place)
    assert amounts.contracted(place.programme) == 400 * TRIEU
    assert amounts.accepted(place.programme) == 200 * TRIEU
