"""The norms, sectors, codes and deadlines the portal ships, each with how sure it is."""

import datetime
from decimal import Decimal

import pytest
from django.core.management import call_command

from khuyencong.core.models import LegalDocument, Place
from programmes import norms
from programmes.models import Activity, Confidence, Deadline, IndustryCode, Sector, SupportNorm
from projects.reference import missing, shipped

pytestmark = pytest.mark.django_db
TRIEU = 1_000_000


@pytest.fixture
def loaded():
    call_command("load_reference", verbosity=0)


def row(code: str, source: str, day: tuple[int, int, int]) -> SupportNorm | None:
    province = Place.objects.get(level=Place.Level.PROVINCE)
    found = norms.in_force(datetime.date(*day), province_id=province.pk)
    return found.get((code, source))


@pytest.mark.parametrize(
    ("code", "source", "day", "share", "amount", "line", "confidence"),
    [
        ("KC3d", "national", (2016, 1, 1), "0.5", 200, None, "checked"),
        ("KC3a", "national", (2014, 4, 8), "0.3", 500, None, "checked"),
        ("KC7b2", "national", (2018, 3, 27), None, 3000, None, "checked"),
        ("KC3a", "national", (2018, 3, 28), "0.3", 1000, None, "quoted"),
        ("KC3d", "national", (2026, 6, 1), "0.5", 300, "1.5", "quoted"),
        ("KC2d", "national", (2026, 6, 1), None, 10, None, "quoted"),
        ("KC3e", "national", (2026, 6, 1), "0.3", 500, None, "memory"),
        ("KC4e", "national", (2026, 6, 1), "0.5", 50, None, "memory"),
        ("KC7b2", "national", (2026, 6, 1), "0.3", 6000, None, "memory"),
        ("KC4c", "national", (2026, 6, 1), "0.8", None, None, "memory"),
        ("KC3a", "provincial", (2025, 5, 5), "0.3", 500, None, "quoted"),
        ("KC3d", "provincial", (2025, 5, 5), "0.5", 300, "1.5", "quoted"),
        ("KC4c", "provincial", (2025, 5, 5), "1", None, None, "quoted"),
    ],
)
def test_the_norm_of_a_day_is_the_one_of_the_law_then(
    loaded, code, source, day, share, amount, line, confidence
):
    norm = row(code, source, day)
    assert norm.max_share == (Decimal(share) if share else None)
    assert norm.max_amount == (amount * TRIEU if amount else None)
    assert norm.line_multiplier == (Decimal(line) if line else None)
    assert norm.confidence == confidence
    assert norm.document and norm.legal_ref


@pytest.mark.parametrize(
    ("code", "source", "day"),
    [
        ("KC3d", "provincial", (2025, 5, 4)),  # the province's earlier level was not found
        ("KC3d", "national", (2014, 4, 7)),
        ("KC4e", "national", (2016, 1, 1)),  # named, without a cap
        ("KC4a", "national", (2026, 1, 1)),  # changed, the figure was not seen
        ("KC1", "national", (2026, 1, 1)),
        ("KC6", "provincial", (2026, 1, 1)),
    ],
)
def test_where_no_figure_is_known_there_is_no_row(loaded, code, source, day):
    assert row(code, source, day) is None


def test_a_norm_from_memory_is_marked_and_never_blocks(loaded):
    for norm in SupportNorm.objects.all():
        assert norm.is_rule == (norm.confidence != Confidence.MEMORY)
    seen = {"KC2d", "KC3a", "KC3c", "KC3d"}
    newer = SupportNorm.objects.filter(document__number="28/2018/TT-BTC")
    assert set(newer.exclude(confidence="memory").values_list("activity_code", flat=True)) == seen
    assert str(Confidence.MEMORY.label) == "Chưa đối chiếu văn bản gốc"


def test_one_row_at_a_time_holds_for_one_thing(loaded):
    for norm in SupportNorm.objects.all():
        assert not list(norms.faults_of(norm, takes_over=False)), norm


def test_each_norm_is_of_an_activity_of_the_catalogue(loaded):
    codes = set(Activity.objects.values_list("code", flat=True))
    assert set(SupportNorm.objects.values_list("activity_code", flat=True)) <= codes


def test_the_priority_multiplier_is_data_of_national_rows(loaded):
    old = SupportNorm.objects.filter(document__number="26/2014/TTLT-BTC-BCT")
    assert set(old.values_list("priority_multiplier", flat=True)) == {Decimal("1.5")}
    local = SupportNorm.objects.filter(source__code="provincial")
    assert set(local.values_list("priority_multiplier", flat=True)) == {None}


def test_a_date_that_was_not_seen_is_not_there(loaded):
    circular = LegalDocument.objects.get(number="28/2018/TT-BTC")
    assert (circular.issued_on, circular.effective_from) == (datetime.date(2018, 3, 28), None)
    assert "chưa đối chiếu" in circular.confidence
    assert LegalDocument.objects.get(number="26/2014/TTLT-BTC-BCT").issued_on is None


def test_sectors_follow_the_decree_of_their_day_and_fired_bricks_stay_out(loaded):
    before, after = datetime.date(2025, 10, 14), datetime.date(2025, 10, 15)
    assert Sector.objects.valid_on(before).filter(is_excluded=False).count() == 7
    assert Sector.objects.valid_on(after).filter(is_excluded=False).count() == 11
    (excluded,) = Sector.objects.filter(is_excluded=True)
    assert "Gạch" in excluded.name and "46/2012" in excluded.legal_ref
    assert not Sector.objects.filter(confidence="").exists()


def test_codes_of_economic_activities_carry_their_version(loaded):
    assert set(IndustryCode.objects.values_list("version", flat=True)) == {"VSIC 2018"}
    assert IndustryCode.objects.get(code="1076").name == "Sản xuất chè"


def test_deadlines_are_only_those_whose_day_is_known(loaded):
    found = {row.plan_year: row.due_on for row in Deadline.objects.all()}
    assert found == {year: datetime.date(year - 1, 5, 20) for year in (2028, 2029, 2030)}


def test_a_database_of_an_earlier_release_gets_what_came_since(capsys):
    earlier = ("places", "organisations", "sources", "activities", "chains")
    files = [path for path in shipped() if path.parent.name in earlier or path.stem in earlier]
    call_command("load_reference", *map(str, files), verbosity=0)
    assert SupportNorm.objects.count() == 0
    call_command("load_reference", "--missing")
    assert "norms-national.yaml" in capsys.readouterr().out
    assert SupportNorm.objects.count() == 42 and Deadline.objects.count() == 3
    assert missing() == []
    SupportNorm.objects.filter(activity_code="KC3d").update(unit="dây chuyền")
    call_command("load_reference", "--missing")
    assert capsys.readouterr().out == ""
    assert set(SupportNorm.objects.filter(activity_code="KC3d").values_list("unit", flat=True)) == {
        "dây chuyền"
    }


def test_a_portal_of_another_province_is_not_given_this_ones_norms():
    from tests import make

    make.world()
    assert not [path for path in missing() if "lai-chau" in path.stem]
    call_command("load_reference", "--missing", verbosity=0)
    assert SupportNorm.objects.exists()
    assert not SupportNorm.objects.exclude(province=None).exists()
