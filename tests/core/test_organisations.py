"""Offices over time: another name from a day on, a merger, a correction; people follow."""

import datetime

import pytest
from django.urls import reverse

from khuyencong.core import audit, clock, organisations
from khuyencong.core.models import Organisation
from khuyencong.core.organisation_guards import Named
from khuyencong.core.refusals import NotAllowed, NotNow, Refused
from projects.models import Proposal
from reports import chores
from tests import make
from tests.projects.pages import page_of, text_of

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 7, 1)
BEFORE = DAY - datetime.timedelta(days=1)


def on(day: datetime.date):
    return clock.at(datetime.datetime.combine(day, datetime.time(3), datetime.UTC))


@pytest.fixture(autouse=True)
def today():
    with on(DAY):
        yield


@pytest.fixture
def place():
    return make.world()


def named(name: str = "Sở Tài chính và Kế hoạch", day: datetime.date = DAY, **more) -> Named:
    return Named(name, more.pop("short_name", "Sở TC-KH"), valid_from=day, legal_ref="NQ 1", **more)


def said(office: Organisation) -> str:
    return "\n".join(audit.sentence(entry) for entry in audit.trail(office))


# --- another name ---------------------------------------------------------------------------------


def test_another_name_is_a_new_row_of_the_same_office(place):
    old = place.orgs.finance
    made = organisations.rename(old, named(), by=place.people.quantri)
    old.refresh_from_db()
    assert (old.name, old.valid_to, old.successor) == ("Sở Tài chính Tỉnh Thử", BEFORE, made)
    assert (made.lineage, made.kind, made.province) == (old.lineage, old.kind, place.home)
    assert made.valid_from == DAY and made.code != old.code
    acting = Organisation.objects.acting
    assert acting(old.kind, place.home.pk, BEFORE) == old
    assert acting(old.kind, place.home.pk, DAY) == made


def test_the_people_of_the_office_work_under_the_new_name_but_who_left_stays_where_they_were(place):
    gone = make.user("cu", "appraiser", place.orgs.finance, is_active=False)
    made = organisations.rename(place.orgs.finance, named(), by=place.people.quantri)
    for user in (place.people.stc, gone):
        user.refresh_from_db()
    assert place.people.stc.organisation == made
    assert gone.organisation == place.orgs.finance


def test_a_name_entered_beforehand_comes_into_force_on_its_day(place):
    later = DAY + datetime.timedelta(days=10)
    made = organisations.rename(place.orgs.finance, named(day=later), by=place.people.quantri)
    stc = place.people.stc
    assert organisations.move_people() == 0
    stc.refresh_from_db()
    assert stc.organisation == place.orgs.finance
    with on(later):
        assert chores.run() == []
        stc.refresh_from_db()
        assert stc.organisation == made
        assert organisations.move_people() == 0
    assert "1 tài khoản của Sở Tài chính Tỉnh Thử chuyển sang" in said(place.orgs.finance)


def test_nothing_to_move_costs_one_question(place, django_assert_num_queries):
    organisations.rename(place.orgs.finance, named(), by=place.people.quantri)
    with django_assert_num_queries(1):
        organisations.move_people()


def test_an_office_renamed_twice_in_the_past_leads_its_people_to_the_last_name(place):
    first = organisations.rename(
        place.orgs.finance, named("Tên hai", datetime.date(2025, 3, 1)), by=place.people.quantri
    )
    last = organisations.rename(first, named("Tên ba"), by=place.people.quantri)
    late = make.user("muon", "appraiser", place.orgs.finance)
    organisations.move_people()
    for user in (place.people.stc, late):
        user.refresh_from_db()
        assert user.organisation == last
    assert last.lineage == place.orgs.finance.lineage


def test_offices_below_follow_to_the_new_name(place):
    below = make.organisation("implementing_unit", place.home, parent=place.orgs.industry)
    made = organisations.rename(place.orgs.industry, named("Sở Mới"), by=place.people.quantri)
    below.refresh_from_db()
    assert below.parent == made


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": ""}, "Nhập tên cơ quan"),
        ({"short_name": ""}, "Nhập tên ngắn"),
        ({"day": None}, "Nhập ngày có hiệu lực"),
        ({"day": datetime.date(2019, 1, 1)}, "có từ ngày 01/01/2020: chọn ngày muộn hơn"),
        ({"name": "Sở Tài chính Tỉnh Thử"}, "trùng tên đang dùng"),
    ],
)
def test_a_name_that_cannot_be_is_refused_and_nothing_changes(place, change, words):
    office = place.orgs.finance
    Organisation.objects.filter(pk=office.pk).update(valid_from=datetime.date(2020, 1, 1))
    count = Organisation.objects.count()
    with pytest.raises(Refused, match=words):
        organisations.rename(office, named(**change), by=place.people.quantri)
    assert Organisation.objects.count() == count
    office.refresh_from_db()
    assert office.valid_to is None and not audit.trail(office).exists()


def test_an_office_is_renamed_once(place):
    organisations.rename(place.orgs.finance, named(), by=place.people.quantri)
    with pytest.raises(NotNow, match="đã có cơ quan kế tiếp là Sở Tài chính và Kế hoạch"):
        organisations.rename(place.orgs.finance, named(), by=place.people.quantri)
    assert Organisation.objects.filter(name="Sở Tài chính và Kế hoạch").count() == 1


def test_an_office_that_has_ended_takes_no_name_from_a_later_day(place):
    Organisation.objects.filter(pk=place.orgs.finance.pk).update(valid_to="2026-01-31")
    with pytest.raises(Refused, match="đã kết thúc ngày 31/01/2026"):
        organisations.rename(place.orgs.finance, named(), by=place.people.quantri)


@pytest.mark.parametrize("who", ["sct", "lanhdao", "hethong"])
def test_only_an_administrator_of_the_province_writes_offices(place, who):
    with pytest.raises(NotAllowed, match="Chỉ quản trị hệ thống"):
        organisations.rename(place.orgs.finance, named(), by=getattr(place.people, who))
    elsewhere = make.world("x", "Tỉnh Khác", "TK")
    with pytest.raises(NotAllowed, match="tỉnh khác"):
        organisations.rename(place.orgs.finance, named(), by=elsewhere.people.quantri)


# --- merged into another one ----------------------------------------------------------------------


@pytest.fixture
def planning(place):
    return make.organisation("other", place.home, "Sở Kế hoạch và Đầu tư")


def test_what_was_merged_belongs_to_the_lineage_of_the_office_that_goes_on(place, planning):
    worker = make.user("skhdt", "appraiser", planning)
    finance = place.orgs.finance
    organisations.merge(planning, finance, DAY, legal_ref="NQ 2", by=place.people.quantri)
    for row in (planning, worker, finance):
        row.refresh_from_db()
    assert (planning.valid_to, planning.successor) == (BEFORE, finance)
    assert planning.lineage == finance.lineage and planning.name == "Sở Kế hoạch và Đầu tư"
    assert worker.organisation == finance
    assert finance.valid_to is None
    assert "nhận Sở Kế hoạch và Đầu tư từ ngày 01/07/2026, theo NQ 2" in said(finance)
    assert "sáp nhập vào Sở Tài chính Tỉnh Thử từ ngày 01/07/2026" in said(planning)


def test_all_names_the_merged_office_ever_had_join_the_lineage(place, planning):
    second = organisations.rename(
        planning, named("Sở Kế hoạch", datetime.date(2025, 1, 1)), by=place.people.quantri
    )
    organisations.merge(second, place.orgs.finance, DAY, legal_ref="NQ", by=place.people.quantri)
    lineages = Organisation.objects.filter(pk__in=[planning.pk, second.pk])
    assert set(lineages.values_list("lineage", flat=True)) == {place.orgs.finance.lineage}


def test_a_merger_entered_beforehand_changes_no_right_before_its_day(place, planning):
    later = DAY + datetime.timedelta(days=5)
    organisations.merge(
        planning, place.orgs.finance, later, legal_ref="NQ", by=place.people.quantri
    )
    planning.refresh_from_db()
    assert planning.lineage == planning.code
    with on(later):
        organisations.move_people()
    planning.refresh_from_db()
    assert planning.lineage == place.orgs.finance.lineage


def test_a_merger_that_cannot_be_is_refused(place, planning):
    by, centre, industry = place.people.quantri, place.orgs.centre, place.orgs.industry
    elsewhere = make.world("x", "Tỉnh Khác", "TK")
    for office, into, words in (
        (planning, planning, "tên khác của chính cơ quan này"),
        (centre, industry, "không gộp làm một"),
        (planning, elsewhere.orgs.finance, "cùng tỉnh"),
    ):
        with pytest.raises(Refused, match=words):
            organisations.merge(office, into, DAY, legal_ref="NQ", by=by)
    Organisation.objects.filter(pk=industry.pk).update(valid_to=BEFORE)
    with pytest.raises(Refused, match="không hoạt động"):
        organisations.merge(planning, industry, DAY, legal_ref="NQ", by=by)
    planning.refresh_from_db()
    assert planning.valid_to is None and planning.successor is None


# --- corrections ----------------------------------------------------------------------------------


def given(office: Organisation, **changed):
    return {name: getattr(office, name) for name in organisations.CORRECTED} | changed


def test_a_corrected_name_stands_in_the_trail_and_its_dossiers_are_found_by_it(place):
    make.draft(place)
    centre = place.orgs.centre
    organisations.correct(
        centre, given(centre, name="Trung tâm Xúc tiến Tỉnh Thử"), by=place.people.quantri
    )
    assert "tên từ «Trung tâm Khuyến công Tỉnh Thử» thành «Trung tâm Xúc tiến" in said(centre)
    assert Proposal.objects.matching("xuc tien").count() == 1
    assert Proposal.objects.matching("trung tam khuyen cong").count() == 0


def test_a_corrected_first_day_moves_the_last_day_of_the_name_before(place):
    old = place.orgs.finance
    made = organisations.rename(old, named(), by=place.people.quantri)
    right = datetime.date(2026, 6, 1)
    organisations.correct(made, given(made, valid_from=right), by=place.people.quantri)
    old.refresh_from_db()
    assert old.valid_to == datetime.date(2026, 5, 31)
    assert Organisation.objects.acting(old.kind, place.home.pk, right) == made


def test_nothing_changed_is_nothing_written(place):
    office = place.orgs.finance
    organisations.correct(office, given(office), by=place.people.quantri)
    assert not audit.trail(office).exists()


def test_corrections_that_contradict_are_refused(place):
    by, old = place.people.quantri, place.orgs.finance
    with pytest.raises(Refused, match="còn tài khoản đang hoạt động"):
        organisations.correct(old, given(old, valid_to=BEFORE), by=by)
    made = organisations.rename(old, named(), by=by)
    old.refresh_from_db()
    for changed, words in (
        ({"valid_to": None}, "nhập ngày cuối"),
        ({"valid_to": DAY}, "chọn ngày cuối sớm hơn"),
        ({"valid_from": datetime.date(2027, 1, 1)}, "từ ngày bắt đầu trở đi"),
        ({"name": ""}, "Nhập tên cơ quan"),
    ):
        with pytest.raises(Refused, match=words):
            organisations.correct(old, given(old, **changed), by=by)
    assert made.valid_from == DAY


# --- the pages ------------------------------------------------------------------------------------


@pytest.fixture
def admin(place):
    return page_of(place.people.quantri)


def test_the_list_shows_every_name_with_its_days_and_what_followed(place, admin):
    organisations.rename(place.orgs.finance, named(), by=place.people.quantri)
    text = text_of(admin.get(reverse("organisation_list")))
    for words in ("Sở Tài chính Tỉnh Thử", "đến 30/06/2026", "từ 01/07/2026", "trung ương"):
        assert words in text, words
    assert text.index("Sở Tài chính và Kế hoạch") < text.index("Sở Tài chính Tỉnh Thử")


def test_the_list_asks_the_same_however_many_offices_there_are(
    place, admin, django_assert_max_num_queries
):
    for number in range(30):
        make.organisation("implementing_unit", place.home, f"Hội {number}")
    with django_assert_max_num_queries(9):
        admin.get(reverse("organisation_list"))


def test_a_new_name_is_entered_on_its_page_and_a_second_sending_does_nothing(place, admin):
    page = reverse("organisation_rename", args=[place.orgs.finance.pk])
    assert "Sở Tài chính Tỉnh Thử" in text_of(admin.get(page))
    sent = {
        "valid_from": "1/7/2026",
        "name": "Sở Tài chính và Kế hoạch",
        "short_name": "Sở TC-KH",
        "sign": "STCKH",
        "legal_ref": "Nghị quyết 1",
    }
    answer = admin.post(page, sent, follow=True)
    assert "Đã ghi tên mới Sở Tài chính và Kế hoạch" in text_of(answer)
    again = admin.post(page, sent)
    assert again.status_code == 409 and "đã có cơ quan kế tiếp" in text_of(again)
    assert Organisation.objects.filter(name="Sở Tài chính và Kế hoạch").count() == 1


def test_faults_stand_beside_their_boxes_and_nothing_typed_is_lost(place, admin):
    page = reverse("organisation_rename", args=[place.orgs.finance.pk])
    answer = admin.post(page, {"valid_from": "32/7/2026", "name": "Tên thử", "short_name": ""})
    text = text_of(answer)
    assert answer.status_code == 422 and "32/7/2026" in text and "Tên thử" in text
    assert 'id="id_short_name_error"' in text


def test_a_merger_and_a_correction_are_entered_on_their_pages(place, admin, planning):
    finance = place.orgs.finance
    merged = admin.post(
        reverse("organisation_merge", args=[planning.pk]),
        {"into": finance.pk, "valid_from": "01/07/2026", "legal_ref": "Nghị quyết 2"},
        follow=True,
    )
    assert "sáp nhập vào Sở Tài chính Tỉnh Thử" in text_of(merged)
    page = reverse("organisation_edit", args=[finance.pk])
    assert "nhận Sở Kế hoạch và Đầu tư" in text_of(admin.get(page))
    answer = admin.post(
        page, {"name": "Sở Tài chính tỉnh", "short_name": "STC", "sign": "STC"}, follow=True
    )
    assert "Đã ghi Sở Tài chính tỉnh" in text_of(answer)
    finance.refresh_from_db()
    assert finance.name == "Sở Tài chính tỉnh"


def test_an_office_of_another_province_is_not_there(place, admin):
    elsewhere = make.world("x", "Tỉnh Khác", "TK")
    for name in ("organisation_edit", "organisation_rename", "organisation_merge"):
        assert admin.get(reverse(name, args=[elsewhere.orgs.finance.pk])).status_code == 404
