"""Reference data: places, offices, sources, activities and chains as shipped, and their loading."""

import datetime
from collections import Counter

import pytest
import yaml
from django.core.management import CommandError, call_command

from khuyencong.core import clock, reference
from khuyencong.core.models import Organisation, Place, PlaceChange
from programmes.models import Activity, FundingSource
from projects.models import ReviewChain, ReviewStep
from projects.reference import LOADERS, shipped

pytestmark = pytest.mark.django_db
Kind = Organisation.Kind
LAST_DAY, FIRST_DAY = datetime.date(2025, 6, 30), datetime.date(2025, 7, 1)
MODELS = (Place, PlaceChange, Organisation, FundingSource, Activity, ReviewChain, ReviewStep)


def load(*names: str) -> None:
    """The shipped files whose path holds one of these words, or all of them."""
    files = [path for path in shipped() if not names or any(name in str(path) for name in names)]
    call_command("load_reference", *map(str, files), verbosity=0)


def rows() -> dict[str, list]:
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in MODELS}


def communes(day: datetime.date):
    return Place.objects.filter(level=Place.Level.COMMUNE).valid_on(day)


# --- places ---------------------------------------------------------------------------------------


def test_the_province_has_the_units_the_resolution_counts():
    load("places")
    assert Counter(communes(LAST_DAY).values_list("kind", flat=True)) == {
        "xã": 94,
        "phường": 5,
        "thị trấn": 7,
    }
    assert Counter(communes(FIRST_DAY).values_list("kind", flat=True)) == {"xã": 36, "phường": 2}
    districts = Place.objects.filter(level=Place.Level.DISTRICT)
    assert (districts.valid_on(LAST_DAY).count(), districts.valid_on(FIRST_DAY).count()) == (8, 0)
    members = Counter(communes(LAST_DAY).values_list("parent__name", flat=True))
    assert members == {
        "Lai Châu": 7,
        "Tam Đường": 13,
        "Mường Tè": 14,
        "Sìn Hồ": 22,
        "Phong Thổ": 17,
        "Than Uyên": 12,
        "Tân Uyên": 10,
        "Nậm Nhùn": 11,
    }


def test_the_province_itself_goes_on():
    load("places")
    (province,) = Place.objects.filter(level=Place.Level.PROVINCE)
    assert (province.code, province.name, province.abbreviation) == ("12", "Lai Châu", "LC")
    assert (province.valid_from, province.valid_to) == (None, None)
    assert {place.parent for place in communes(FIRST_DAY)} == {province}


def test_every_old_unit_went_into_exactly_one_new_one():
    load("places")
    changes = PlaceChange.objects.select_related("old", "new")
    assert Counter(change.old_id for change in changes) == dict.fromkeys(
        communes(LAST_DAY).values_list("pk", flat=True), 1
    )
    assert {change.new_id for change in changes} == set(
        communes(FIRST_DAY).values_list("pk", flat=True)
    )
    assert {(change.effective_on, change.document) for change in changes} == {
        (FIRST_DAY, "Nghị quyết 1670/NQ-UBTVQH15")
    }
    kept = {change.old.name for change in changes.filter(kind=PlaceChange.Kind.KEPT)}
    assert kept == {"Mù Cả", "Tà Tổng"}


def test_the_same_name_may_be_other_ground():
    """A site recorded in the old xã Mường Than lies today in xã Than Uyên."""
    load("places")
    old, new = Place.objects.filter(name="Mường Than").order_by("valid_to")
    assert (old.valid_to, new.valid_from) == (LAST_DAY, FIRST_DAY)
    assert [change.new.name for change in old.changes_to.all()] == ["Than Uyên"]
    assert {change.old.name for change in new.changes_from.all()} == {"Phúc Than", "Mường Mít"}


def test_the_same_code_may_be_other_ground():
    load("places")
    bearers = Place.objects.filter(code="03618", level=Place.Level.COMMUNE)
    assert [place.name for place in bearers.valid_on(LAST_DAY)] == ["Phúc Than"]
    assert [place.name for place in bearers.valid_on(FIRST_DAY)] == ["Mường Than"]


def test_new_units_do_not_nest_into_old_districts():
    load("places")
    changes = PlaceChange.objects.values_list("new__name", "old__parent__name")
    mixed = {}
    for new, district in changes:
        mixed.setdefault(new, set()).add(district)
    assert {new: found for new, found in mixed.items() if len(found) > 1} == {
        "Đoàn Kết": {"Lai Châu", "Phong Thổ"},
        "Tân Phong": {"Lai Châu", "Tam Đường"},
        "Hua Bum": {"Nậm Nhùn", "Mường Tè"},
        "Sin Suối Hồ": {"Phong Thổ", "Tam Đường"},
        "Lê Lợi": {"Nậm Nhùn", "Sìn Hồ"},
        "Pa Tần": {"Sìn Hồ", "Nậm Nhùn"},
    }


def test_every_new_unit_has_a_code_of_its_own_and_an_old_one_only_where_it_is_known():
    load("places")
    codes = list(communes(FIRST_DAY).values_list("code", flat=True))
    assert len(set(codes)) == 38 and all(len(code) == 5 for code in codes)
    assert communes(LAST_DAY).exclude(code="").count() == 6


def test_a_file_says_where_it_comes_from_and_what_must_be_verified():
    for path in shipped():
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert data["source"].strip(), path
    places = next(path for path in shipped() if path.parent.name == "places")
    said = yaml.safe_load(places.read_text(encoding="utf-8"))["verify"]
    assert said == "phải đối chiếu với NQ 1670/NQ-UBTVQH15"


# --- offices --------------------------------------------------------------------------------------


def test_exactly_one_office_of_a_kind_acts_on_any_day():
    load("places", "organisations")
    acting = {Kind.NATIONAL_AGENCY: datetime.date(2020, 1, 1)}
    for kind in (
        *(Kind.MINISTRY, Kind.NATIONAL_AGENCY, Kind.INDUSTRY_DEPARTMENT, Kind.FINANCE_DEPARTMENT),
        *(Kind.PROVINCIAL_COMMITTEE, Kind.IMPLEMENTING_UNIT),
    ):
        offices = list(Organisation.objects.filter(kind=kind))
        day = acting.get(kind, datetime.date(2021, 1, 1))
        while day <= clock.today() + datetime.timedelta(days=1500):
            valid = [
                office
                for office in offices
                if (office.valid_from or day) <= day <= (office.valid_to or day)
            ]
            assert len(valid) == 1, (kind, day)
            day += datetime.timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (datetime.date(2019, 12, 31), "Cục Công nghiệp địa phương"),
        (datetime.date(2020, 5, 15), "Cục Công Thương địa phương"),
        (datetime.date(2025, 2, 28), "Cục Công Thương địa phương"),
        (datetime.date(2025, 3, 1), "Cục Đổi mới sáng tạo, Chuyển đổi xanh và Khuyến công"),
        (datetime.date(2026, 6, 1), "Cục Đổi mới sáng tạo, Chuyển đổi xanh và Khuyến công"),
    ],
)
def test_the_national_agency_bears_the_name_of_its_day(day, name):
    load("places", "organisations")
    home = Place.objects.get(code="12", level=Place.Level.PROVINCE)
    assert Organisation.objects.acting(Kind.NATIONAL_AGENCY, home.pk, day).name == name


def test_the_offices_of_the_province_are_found_by_kind():
    load("places", "organisations")
    home = Place.objects.get(code="12", level=Place.Level.PROVINCE)
    found = {
        kind: Organisation.objects.acting(kind, home.pk, datetime.date(2021, 3, 1)).short_name
        for kind in (
            *(Kind.INDUSTRY_DEPARTMENT, Kind.FINANCE_DEPARTMENT),
            *(Kind.PROVINCIAL_COMMITTEE, Kind.IMPLEMENTING_UNIT, Kind.MINISTRY),
        )
    }
    assert found == {
        "industry_department": "Sở Công Thương",
        "finance_department": "Sở Tài chính",
        "provincial_committee": "UBND tỉnh",
        "implementing_unit": "Trung tâm Khuyến công",
        "ministry": "Bộ Công Thương",
    }
    successors = Organisation.objects.filter(kind=Kind.NATIONAL_AGENCY, successor__isnull=False)
    assert successors.count() == 2


# --- sources, activities, chains ------------------------------------------------------------------


def test_only_the_two_state_sources_are_budget():
    load("sources")
    assert list(FundingSource.objects.values_list("code", "is_state")) == [
        ("national", True),
        ("provincial", True),
        ("counterpart", False),
        ("other", False),
    ]


def test_the_catalogue_has_nine_groups_each_with_its_legal_source():
    load("activities")
    activities = Activity.objects.all()
    assert {activity.group for activity in activities} == set(range(1, 10))
    assert activities.count() == 29
    for activity in activities:
        assert activity.code.startswith(f"KC{activity.group}")
        assert f"Điều 4 khoản {activity.group}" in activity.legal_ref
        assert activity.confidence
    units = dict(activities.values_list("code", "unit"))
    assert (units["KC3a"], units["KC3d"], units["KC7c2"], units["KC7b1"]) == (
        "mô hình",
        "cơ sở",
        "hệ thống",
        "cụm",
    )


SCT, STC, UBND = "industry_department", "finance_department", "provincial_committee"
NATIONAL = [("appraise", SCT), ("appraise", "national_agency"), ("approve", "ministry")]
PROVINCIAL = [("appraise", SCT), ("finance", STC), ("approve", UBND), ("finance", STC)]


@pytest.mark.parametrize(("source", "ways"), [("national", NATIONAL), ("provincial", PROVINCIAL)])
def test_each_state_source_has_its_chain(source, ways):
    load()
    home = Place.objects.get(code="12", level=Place.Level.PROVINCE)
    money = FundingSource.objects.get(code=source)
    for day in (datetime.date(2021, 1, 1), datetime.date(2025, 12, 31), clock.today()):
        chain = ReviewChain.objects.in_force(money.pk, home.pk, day)
        steps = list(chain.steps.all())
        assert [(step.kind, step.organisation_kind) for step in steps] == ways
        assert [step.order for step in steps if step.two_signatures] == [1]
        assert chain.legal_ref and "chưa đối chiếu" in chain.confidence


def test_the_detailed_allotment_is_looked_at_after_approval():
    load()
    last = ReviewStep.objects.filter(chain__code="provincial").last()
    assert last.label == "Thẩm định phân bổ dự toán chi tiết" and not last.may_return
    assert "26/2014/TTLT-BTC-BCT Điều 8 khoản 1" in last.chain.legal_ref


def test_the_planning_department_went_up_in_the_finance_department():
    load("places", "organisations")
    planning = Organisation.objects.get(code="lai-chau-skhdt")
    finance = Organisation.objects.get(code="lai-chau-stc")
    assert planning.successor == finance and planning.valid_to.year == 2025
    assert planning.lineage == finance.lineage and "chưa đối chiếu" in planning.legal_ref


# --- loading --------------------------------------------------------------------------------------


def test_loading_twice_changes_nothing(capsys):
    load()
    before = rows()
    call_command("load_reference")
    assert rows() == before
    assert "thêm 0, bổ sung 0" in capsys.readouterr().out


def test_what_was_corrected_in_the_portal_stays_and_is_told(capsys):
    load("sources")
    FundingSource.objects.filter(code="other").update(name="Vốn lồng ghép")
    sources = next(path for path in shipped() if path.stem == "sources")
    call_command("load_reference", str(sources))
    assert FundingSource.objects.get(code="other").name == "Vốn lồng ghép"
    assert "“Vốn lồng ghép”, tệp ghi “Nguồn khác”" in capsys.readouterr().out


def test_what_was_empty_is_filled():
    load("activities")
    Activity.objects.filter(code="KC1").update(unit="")
    load("activities")
    assert Activity.objects.get(code="KC1").unit == "người"


def test_a_respelled_old_unit_is_not_added_again():
    load("places")
    old = Place.objects.get(name="Sì Lở Lầu", valid_to=LAST_DAY)
    old.name = "Sì Lờ Lầu"
    old.save()
    load("places")
    assert communes(LAST_DAY).count() == 106


def test_a_chain_that_is_known_gets_no_new_step(tmp_path, capsys):
    load()
    chains = next(path for path in shipped() if path.stem == "chains")
    data = yaml.safe_load(chains.read_text(encoding="utf-8"))
    data["chains"][0]["steps"].append({"kind": "approve", "organisation_kind": "other"})
    for chain in data["chains"]:
        chain["valid_from"] = str(chain["valid_from"])
    path = tmp_path / "chains.yaml"
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    call_command("load_reference", str(path))
    assert ReviewStep.objects.filter(chain__code="national").count() == 3
    assert "có 3 bước, tệp ghi 4 bước" in capsys.readouterr().out


ORGANISATION = "{code: a, kind: ministry, name: Bộ A, short_name: A"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "cần dòng kind"),
        ("- a", "cần dòng kind"),
        ("kind: lạ", "cần dòng kind"),
        ("kind: [places]", "cần dòng kind"),
        ("kind: sources", "thiếu sources"),
        ("kind: sources\nsources: x", "cần một danh sách"),
        ("kind: sources\nsources: [x]", "cần các dòng"),
        ("kind: sources\nsources: []\nla: 1", "không có khóa la"),
        ("kind: sources\nsources: [{code: a}]", "thiếu name"),
        (
            "kind: sources\nsources: [{code: [a], name: b, short_name: c, is_state: true}]",
            "một giá",
        ),
        (
            'kind: sources\nsources: [{code: "a\\0", name: b, short_name: c, is_state: true}]',
            "hỏng",
        ),
        ("kind: sources\nsources: [{code: a b, name: b, short_name: c, is_state: true}]", "- b:"),
        ("kind: sources\nsources: [{code: a, name: b, short_name: c, is_state: đúng}]", "đúng"),
        (f"kind: organisations\norganisations: [{ORGANISATION}, parent: z}}]", "cơ quan mã z"),
        (f"kind: organisations\norganisations: [{ORGANISATION}, valid_from: x}}]", "ngày x"),
        ('kind: organisations\nprovince: "77"\norganisations: []', "Chưa có tỉnh mã 77"),
        ("kind: organisations\norganisations: [{code: a, kind: b, name: c, short_name: d}]", "c:"),
        (
            "kind: chains\nchains: [{code: a, name: b, source: counterpart, steps: []}]",
            "counterpart",
        ),
        ("kind: sources\nkind: sources", "ghi hai lần"),
        ("kind: !!python/name:os.system x", "thẻ YAML"),
    ],
)
def test_a_faulty_file_is_refused_whole(tmp_path, text, said):
    FundingSource.objects.create(code="counterpart", name="x", short_name="x", is_state=False)
    good = "kind: sources\nsources: [{code: t, name: T, short_name: T, is_state: true}]"
    (tmp_path / "tot.yaml").write_text(good, encoding="utf-8")
    (tmp_path / "sai.yaml").write_text(text, encoding="utf-8")
    before = rows()
    with pytest.raises(CommandError) as caught:
        call_command("load_reference", str(tmp_path / "tot.yaml"), str(tmp_path / "sai.yaml"))
    assert said in str(caught.value) and "không có gì thay đổi" in str(caught.value)
    assert rows() == before


def test_every_kind_of_file_has_its_loader():
    assert {reference.datafile.read(path).data["kind"] for path in shipped()} == set(LOADERS)
