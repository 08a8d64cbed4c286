"""The administrator keeps norms and deadlines; before saving it shows which dossiers change."""

import datetime
import re
from decimal import Decimal

import pytest
from django.urls import reverse

from khuyencong.core import audit, clock
from programmes import norms
from programmes.forms import ShareField
from programmes.models import Deadline, SupportNorm
from projects.models import CheckedNorm, CheckRecord
from tests import make
from tests.projects.norms import norm, sent
from tests.projects.pages import page_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_broken")]
DAY = datetime.date(2026, 6, 1)


@pytest.fixture(autouse=True)
def today():
    with clock.at(datetime.datetime(2026, 6, 1, 2, tzinfo=datetime.UTC)):
        yield


@pytest.fixture
def place():
    return make.world()


@pytest.fixture
def admin(place):
    return page_of(place.people.quantri)


def fill(client, address: str, data: dict[str, str]):
    """Look at the effects, then save what was looked at."""
    looked = client.post(address, {**data, "action": "preview"})
    assert looked.status_code == 200, text_of(looked)
    seen = re.search(r'name="previewed" value="(\w+)"', text_of(looked))[1]
    return client.post(address, {**data, "action": "save", "previewed": seen})


def used(norm: SupportNorm, place) -> None:
    """An act was checked under the row."""
    record = CheckRecord.objects.create(
        proposal=make.draft(place),
        act="submission",
        round=1,
        checked_on=DAY,
        results={},
        recorded_at=clock.now(),
    )
    CheckedNorm.objects.create(record=record, norm=norm)


# --- the list -------------------------------------------------------------------------------------


def test_the_list_shows_each_row_with_its_citation_and_how_sure_it_is(place, admin):
    norm(place, confidence="memory", line_multiplier=Decimal("1.5"))
    text = text_of(admin.get(reverse("norm_list")))
    for said in ("KC3d", "50%", "300", "Điều 1 Nghị quyết thử", "dây chuyền 1,5", "01/01/2026"):
        assert said in text, said
    assert "Chưa đối chiếu văn bản gốc" in text


def test_the_list_shows_the_law_of_the_day_asked_for(place, admin):
    norm(place, valid_to=DAY, max_amount=200_000_000)
    norm(place, valid_from=DAY + datetime.timedelta(days=1), max_amount=400_000_000)
    now = text_of(admin.get(reverse("norm_list")))
    later = text_of(admin.get(reverse("norm_list"), {"ngay": "2/6/2026"}))
    everything = text_of(admin.get(reverse("norm_list"), {"ngay": ""}))
    assert ">200<" in now and ">400<" not in now
    assert ">400<" in later and ">200<" not in later
    assert ">400<" in everything and ">200<" in everything


def test_a_day_that_cannot_be_read_is_said_and_today_is_shown(place, admin):
    norm(place)
    answer = admin.get(reverse("norm_list"), {"ngay": "31/02/2026"})
    assert answer.status_code == 200
    assert "Tháng 2 năm 2026 không có ngày 31" in text_of(answer) and "KC3d" in text_of(answer)


def test_the_list_asks_the_database_a_fixed_number_of_times(
    place, admin, django_assert_max_num_queries
):
    for code in ("KC1", "KC2a", "KC3a", "KC3b", "KC3c"):
        norm(place, activity_code=code)
    with django_assert_max_num_queries(8):
        admin.get(reverse("norm_list"))


def test_who_sees_dossiers_reads_the_norms_and_changes_none(place):
    row = norm(place)
    officer = page_of(place.people.canbo)
    text = text_of(officer.get(reverse("norm_list")))
    assert "KC3d" in text and reverse("norm_edit", args=[row.pk]) not in text
    for address in (reverse("norm_new"), reverse("norm_edit", args=[row.pk])):
        answer = officer.post(address, sent(place))
        assert answer.status_code == 403 and "quản trị hệ thống" in text_of(answer)
    assert SupportNorm.objects.count() == 1


def test_another_province_keeps_its_rows_to_itself(place):
    row = norm(place, legal_ref="Riêng của tỉnh Thử")
    other = make.world("x", "Tỉnh Khác", "TK")
    stranger = page_of(other.people.quantri)
    assert "Riêng của tỉnh Thử" not in text_of(stranger.get(reverse("norm_list")))
    assert stranger.get(reverse("norm_edit", args=[row.pk])).status_code == 404
    assert stranger.get(reverse("norm_new"), {"tu": row.pk}).status_code == 404


# --- a new row ------------------------------------------------------------------------------------


def test_a_new_row_ends_the_one_before_on_the_day_before(place, admin):
    old = norm(place)
    answer = fill(admin, reverse("norm_new"), sent(place, max_amount="400 triệu", max_share="40"))
    assert answer.status_code == 302
    old.refresh_from_db()
    new = SupportNorm.objects.exclude(pk=old.pk).get()
    assert old.valid_to == datetime.date(2026, 6, 30)
    assert (new.max_amount, new.max_share) == (400_000_000, Decimal("0.4"))
    assert (new.valid_from, new.valid_to) == (datetime.date(2026, 7, 1), None)
    held = norms.in_force(datetime.date(2026, 7, 1), province_id=place.home.pk)
    assert held["KC3d", "provincial"] == new


def test_the_trail_says_who_changed_what(place, admin):
    old = norm(place)
    fill(admin, reverse("norm_new"), sent(place))
    new = SupportNorm.objects.exclude(pk=old.pk).get()
    old.refresh_from_db()
    (added,) = audit.trail(new)
    (ended,) = audit.trail(old)
    assert audit.sentence(added) == (
        "Người quantri thêm định mức KC3d, nguồn Ngân sách tỉnh có hiệu lực từ 01/07/2026, "
        "theo Điều 1 Nghị quyết thử"
    )
    assert audit.sentence(ended) == (
        "Người quantri đổi ngày hết hiệu lực của định mức KC3d, nguồn Ngân sách tỉnh "
        "từ chưa có thành 30/06/2026"
    )


def test_a_national_row_and_a_provincial_one_leave_each_other_alone(place, admin):
    national = norm(place, province=None)
    fill(admin, reverse("norm_new"), sent(place))
    national.refresh_from_db()
    assert national.valid_to is None


def test_the_next_row_may_begin_from_an_earlier_one(place, admin):
    old = norm(place, condition="Chỉ máy mới")
    text = text_of(admin.get(reverse("norm_new"), {"tu": old.pk}))
    assert "Chỉ máy mới" in text and 'value="50%"' in text and "300.000.000" in text


def test_a_row_before_a_later_one_must_end_before_it(place, admin):
    norm(place, valid_from=datetime.date(2026, 9, 1))
    answer = admin.post(reverse("norm_new"), sent(place))
    assert answer.status_code == 422
    assert "Nhập ngày hết hiệu lực muộn nhất là 31/08/2026" in text_of(answer)
    assert fill(admin, reverse("norm_new"), sent(place, valid_to="31/8/2026")).status_code == 302


@pytest.mark.parametrize(
    ("box", "typed", "said"),
    [
        ("max_share", "500", "không quá 100%"),
        ("max_share", "0", "lớn hơn 0%"),
        ("max_share", "0,5", "Ý bạn là 0,5% hay 50%"),
        ("max_share", "một nửa", "Không đọc được tỷ lệ"),
        ("max_amount", "300.5", "Ý bạn là"),
        ("line_multiplier", "0,5", "từ 1 đến 10"),
        ("valid_from", "31/02/2026", "không có ngày 31"),
        ("valid_from", "", "Nhập có hiệu lực từ"),
        ("valid_to", "01/01/2026", "từ ngày có hiệu lực trở đi"),
        ("legal_ref", "", "Nhập điều, khoản"),
        ("activity_code", "KC99", "Chọn lại trong danh sách"),
        ("scope", "999", "Chọn lại trong danh sách"),
        ("confidence", "sure", "Chọn lại trong danh sách"),
    ],
)
def test_bad_input_is_told_beside_its_box_and_nothing_typed_is_lost(place, admin, box, typed, said):
    data = sent(place, condition="Giữ lại câu này") | {box: typed, "action": "save"}
    answer = admin.post(reverse("norm_new"), data)
    assert answer.status_code == 422
    text = text_of(answer)
    assert said in text and "Giữ lại câu này" in text
    assert not SupportNorm.objects.exists()


def test_a_row_must_limit_something(place, admin):
    answer = admin.post(reverse("norm_new"), sent(place, max_share="", max_amount=""))
    assert answer.status_code == 422
    assert text_of(answer).count("Nhập tỷ lệ tối đa hoặc mức tối đa.") == 2  # box and summary


@pytest.mark.parametrize(
    ("typed", "share"),
    [("50%", "0.5"), ("50", "0.5"), (" 37,5 % ", "0.375"), ("100", "1"), ("0,5%", "0.005")],
)
def test_a_share_is_read_as_officers_type_it(typed, share):
    assert ShareField().clean(typed) == Decimal(share)


# --- the preview ----------------------------------------------------------------------------------


def test_nothing_is_saved_before_the_effects_were_seen(place, admin):
    answer = admin.post(reverse("norm_new"), sent(place) | {"action": "save"})
    assert answer.status_code == 200 and "Xem lại ảnh hưởng rồi bấm ghi" in text_of(answer)
    assert not SupportNorm.objects.exists()


def test_what_was_changed_after_the_preview_is_shown_again(place, admin):
    looked = admin.post(reverse("norm_new"), sent(place) | {"action": "preview"})
    seen = re.search(r'name="previewed" value="(\w+)"', text_of(looked))[1]
    other = sent(place, max_amount="100tr") | {"action": "save", "previewed": seen}
    assert "Nội dung đã đổi" in text_of(admin.post(reverse("norm_new"), other))
    assert not SupportNorm.objects.exists()


def test_the_preview_names_the_dossiers_that_would_change_and_only_those(place, admin):
    norm(place)
    hit = make.draft(place, {"provincial": 200}, title="Máy sao chè lớn")
    also = make.submitted(place, {"provincial": 150}, title="Máy vò chè")
    small = make.draft(place, {"provincial": 50}, title="Máy nhỏ")
    decided = make.approved(place, {"provincial": 180}, title="Đã duyệt rồi")
    looked = admin.post(reverse("norm_new"), sent(place, max_amount="100tr"))
    text = text_of(looked)
    assert "Ảnh hưởng 2 hồ sơ" in text
    assert hit.code in text and "Máy sao chè lớn" in text and also.code in text
    assert small.code not in text and decided.code not in text
    assert re.search(r"<dd>Đạt: .*300 triệu đồng/cơ sở", text)
    assert re.search(r"<dd>Lỗi: .*Vượt 100 triệu đồng", text)
    assert SupportNorm.objects.count() == 1


def test_a_norm_from_memory_would_only_warn(place, admin):
    make.draft(place, {"provincial": 200})
    data = sent(place, max_amount="100tr", confidence="memory")
    text = text_of(admin.post(reverse("norm_new"), data))
    assert "Cảnh báo: " in text and "Lỗi: " not in text


def test_ending_a_row_shows_what_it_would_set_free(place, admin):
    row = norm(place, max_amount=100_000_000)
    used(row, place)
    make.draft(place, {"provincial": 200})
    text = text_of(admin.post(reverse("norm_edit", args=[row.pk]), {"valid_to": "30/6/2026"}))
    assert "Ảnh hưởng" in text and "Không có định mức để so" in text


def test_a_row_that_is_there_already_is_not_added_again(place, admin):
    """A double click, or a second administrator with the same decision on the desk."""
    assert fill(admin, reverse("norm_new"), sent(place)).status_code == 302
    answer = admin.post(reverse("norm_new"), sent(place) | {"action": "save"})
    assert answer.status_code == 422
    assert "có hiệu lực từ ngày 01/07/2026 đã có" in text_of(answer)
    assert SupportNorm.objects.count() == 1


# --- changing a row -------------------------------------------------------------------------------


def test_a_row_nobody_used_is_changed_in_place(place, admin):
    row = norm(place)
    data = sent(place, valid_from="01/01/2026", max_amount="250tr")
    assert fill(admin, reverse("norm_edit", args=[row.pk]), data).status_code == 302
    row.refresh_from_db()
    assert row.max_amount == 250_000_000
    (entry,) = audit.trail(row)
    assert "từ 300 triệu đồng thành 250 triệu đồng" in audit.sentence(entry)


def test_of_a_row_that_was_used_only_the_last_day_changes(place, admin):
    row = norm(place)
    used(row, place)
    address = reverse("norm_edit", args=[row.pk])
    assert 'name="max_amount"' not in text_of(admin.get(address))
    data = sent(place, valid_from="01/01/2026", max_amount="1tr", valid_to="31/12/2026")
    assert fill(admin, address, data).status_code == 302
    row.refresh_from_db()
    assert (row.max_amount, row.valid_to) == (300_000_000, datetime.date(2026, 12, 31))


def test_what_a_row_is_about_stays(place, admin):
    row = norm(place)
    data = sent(place, activity_code="KC1", source=str(place.sources["national"].pk))
    fill(admin, reverse("norm_edit", args=[row.pk]), data | {"valid_from": "01/01/2026"})
    row.refresh_from_db()
    assert (row.activity_code, row.source.code) == ("KC3d", "provincial")


def test_a_last_day_that_runs_into_the_next_row_is_refused(place, admin):
    row = norm(place, valid_to=DAY)
    norm(place, valid_from=datetime.date(2026, 9, 1))
    used(row, place)
    answer = admin.post(reverse("norm_edit", args=[row.pk]), {"valid_to": "01/10/2026"})
    assert answer.status_code == 422 and "muộn nhất là 31/08/2026" in text_of(answer)


def test_a_row_is_not_ended_before_it_began(place, admin):
    row = norm(place)
    used(row, place)
    answer = admin.post(reverse("norm_edit", args=[row.pk]), {"valid_to": "31/12/2025"})
    assert answer.status_code == 422 and "từ ngày có hiệu lực trở đi" in text_of(answer)


# --- deadlines ------------------------------------------------------------------------------------


def deadline(place, **fields: str) -> dict[str, str]:
    return {
        "source": str(place.sources["national"].pk),
        "scope": str(place.home.pk),
        "plan_year": "2027",
        "due_on": "15/5/2026",
        "legal_ref": "Công văn thử",
        "confidence": "checked",
        **fields,
    }


def test_a_deadline_is_set_and_moved_and_both_are_told(place, admin):
    assert admin.post(reverse("deadline_new"), deadline(place)).status_code == 302
    row = Deadline.objects.get()
    assert (row.due_on, row.province) == (datetime.date(2026, 5, 15), place.home)
    moved = deadline(place, due_on="20/5/2026")
    assert admin.post(reverse("deadline_edit", args=[row.pk]), moved).status_code == 302
    said = [audit.sentence(entry) for entry in audit.trail(Deadline.objects.get())]
    assert said == [
        "Người quantri đặt hạn đăng ký năm 2027, nguồn Khuyến công quốc gia: 15/05/2026",
        "Người quantri đặt hạn đăng ký năm 2027, nguồn Khuyến công quốc gia: 20/05/2026 "
        "(trước là 15/05/2026)",
    ]
    assert "20/05/2026" in text_of(admin.get(reverse("deadline_list")))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"due_on": "15/5/2020"}, "phải nằm trong các năm 2025–2027"),
        ({"due_on": "mai"}, "Không đọc được ngày"),
        ({"plan_year": "27"}, "từ 2000 trở lên"),
        ({"source": ""}, "Chọn nguồn kinh phí"),
    ],
)
def test_a_deadline_that_cannot_be_is_told(place, admin, fields, said):
    answer = admin.post(reverse("deadline_new"), deadline(place, **fields))
    assert answer.status_code == 422 and said in text_of(answer)
    assert not Deadline.objects.exists()


def test_a_deadline_is_there_once(place, admin):
    admin.post(reverse("deadline_new"), deadline(place))
    answer = admin.post(reverse("deadline_new"), deadline(place))
    assert answer.status_code == 422 and "đã có. Sửa dòng đó" in text_of(answer)
    assert admin.post(reverse("deadline_new"), deadline(place, scope="national")).status_code == 302
