"""Entering a proposal in the browser: nothing typed is lost, nothing is saved by halves."""

import datetime
from decimal import Decimal

import pytest

from khuyencong.core import clock
from khuyencong.core.models import Place
from programmes.models import Activity
from projects.models import Proposal
from tests import make
from tests.make import TRIEU
from tests.projects.draftpages import address, complete, press, said, sent_by
from tests.projects.pages import ids_of, page_of, read_form, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_broken")]


def test_what_is_typed_is_saved_and_shown_again(place, empty):
    response = press(place, empty, "save", complete(place, empty))
    assert response.status_code == 302
    assert said(response)[0].startswith(f"Đã lưu nháp {empty.code}")
    empty.refresh_from_db()
    assert (empty.starts_on, empty.ends_on) == (
        datetime.date(2026, 5, 1),
        datetime.date(2026, 11, 30),
    )
    item = empty.cost_items.get()
    assert (item.quantity, item.unit_price, item.amount) == (2, 185 * TRIEU, 370 * TRIEU)
    shares = {share.source.code: share.requested for share in item.shares.all()}
    assert shares == {"provincial": 150 * TRIEU, "counterpart": 220 * TRIEU}
    lines = {(line.source.code, line.year): line.requested for line in empty.funding_lines.all()}
    assert lines == {("provincial", 2026): 150 * TRIEU, ("counterpart", 2026): 220 * TRIEU}
    form = sent_by(place, empty)
    assert form["cost_items-0-unit_price"] == ["185.000.000"]
    assert form["cost_items-0-amount"] == ["370.000.000"]
    assert form["starts_on"] == ["01/05/2026"]
    assert form["places"] == [str(place.commune.pk)]


def test_saving_the_page_as_it_stands_changes_nothing(place):
    proposal = make.draft(
        place, {"provincial": 200, "national": 70}, partner="Hội & bạn", goals="Dòng 1\n\nDòng 2"
    )
    before = snapshot_of(proposal)
    response = press(place, proposal, "save", sent_by(place, proposal))
    assert response.status_code == 302
    assert snapshot_of(Proposal.objects.get(pk=proposal.pk)) == before


def snapshot_of(proposal):
    from projects import loading, snapshots

    return snapshots.content(loading.with_parts(Proposal.objects.all()).get(pk=proposal.pk))


def test_a_draft_is_saved_at_any_completeness(place, empty):
    sent = sent_by(place, empty, **{"cost_items-0-unit_price": "90tr", "goals": "Nửa chừng"})
    assert press(place, empty, "save", sent).status_code == 302
    empty.refresh_from_db()
    assert empty.goals == "Nửa chừng"
    assert empty.cost_items.get().amount == 90 * TRIEU
    assert not empty.places.exists()


def test_an_amount_by_hand_stays_and_a_computed_one_follows(place, empty):
    sent = complete(place, empty, **{"cost_items-0-amount": "365.000.000"})
    press(place, empty, "save", sent)
    assert empty.cost_items.get().amount == 365 * TRIEU
    press(place, empty, "save", sent_by(place, empty, **{"cost_items-0-quantity": "3"}))
    assert empty.cost_items.get().amount == 365 * TRIEU, "a person wrote it"
    press(place, empty, "save", sent_by(place, empty, **{"cost_items-0-amount": ""}))
    assert empty.cost_items.get().amount == 555 * TRIEU, "emptied, it is computed"
    press(place, empty, "save", sent_by(place, empty, **{"cost_items-0-quantity": "2,5"}))
    assert empty.cost_items.get().amount == 462_500_000
    assert empty.cost_items.get().quantity == Decimal("2.5")


def test_rows_left_blank_are_no_rows_and_gaps_close(place, empty):
    sent = sent_by(
        place,
        empty,
        **{
            "cost_items-7-name": "Sau",
            "cost_items-3-name": "Trước",
            "cost_items-5-quantity": "4",
            "cost_items-99999999-name": "không phải dòng",
        },
    )
    press(place, empty, "save", sent)
    assert [row.name for row in empty.cost_items.all()] == ["Trước", "Sau"]


@pytest.mark.parametrize(
    ("box", "typed", "says"),
    [
        ("cost_items-0-unit_price", "abc", "Dòng 1, đơn giá: Không đọc được số tiền"),
        ("cost_items-0-unit_price", "300.5", "300,5 triệu hay 300.500 đồng?"),
        ("cost_items-0-unit_price", "-5tr", "không được âm"),
        ("cost_items-0-unit_price", "9" * 30, "lớn hơn 999.999 tỷ"),
        ("cost_items-0-unit_price", "0,5", "tròn đồng"),
        ("cost_items-0-share-provincial", "1e9", "Dòng 1, tỉnh"),
        ("cost_items-0-amount", "1/2", "Dòng 1, thành tiền"),
        ("cost_items-0-unit_price", "12\x00", "ký tự hỏng"),
        ("cost_items-0-quantity", "-2", "Số lượng phải là số"),
        ("cost_items-0-quantity", "2.5", "Số lượng phải là số"),
        ("cost_items-0-quantity", "0", "lớn hơn 0"),
        ("cost_items-0-quantity", "9" * 30, "dưới 1 tỷ"),
        ("cost_items-0-quantity", "NaN", "Số lượng phải là số"),
        ("cost_items-0-name", "x" * 301, "tối đa 300"),
        ("funding-provincial-2026", "một trăm", "Tỉnh năm 2026: Không đọc được"),
        ("starts_on", "31/2/2026", "Ngày bắt đầu: Tháng 2 năm 2026 không có ngày 31"),
        ("ends_on", "mai", "Ngày kết thúc: Không đọc được ngày"),
        ("title", "", "Nhập tên đề án"),
        ("title", "x" * 301, "Tên đề án dài tối đa 300"),
        ("partner", "Hội\x00", "ký tự hỏng"),
        ("necessity", "a\x00b", "Sự cần thiết và căn cứ: Nội dung có ký tự hỏng"),
        ("kind", "khac", "lựa chọn này không còn"),
        ("activities-0-units", "nhiều", "phải là số nguyên"),
        ("activities-0-units", "9" * 30, "từ 1000000 trở xuống"),
        ("activities-0-activity", "99999999", "lựa chọn này không còn"),
        ("places", ["1", "abc"], "Địa điểm thực hiện: lựa chọn này không còn"),
        ("beneficiaries", ["9" * 40], "Cơ sở thụ hưởng: lựa chọn này không còn"),
        ("objectives", ["5"], "lựa chọn này không còn"),
    ],
)
def test_what_cannot_be_read_is_told_beside_its_box_and_nothing_is_saved(
    place, empty, box, typed, says
):
    sent = complete(place, empty, goals="Chữ <đã gõ> & giữ")
    response = press(place, empty, "save", sent | {box: typed})
    text = text_of(response)
    assert response.status_code == 422
    assert "<title>Lỗi: Sửa" in text
    assert says in text
    assert "Chưa lưu gì" in text
    assert "Chữ &lt;đã gõ&gt; &amp; giữ" in text
    assert 'value="185tr"' in text or "unit_price" in box
    is_choice = box in ("kind", "activities-0-activity", "places", "beneficiaries", "objectives")
    if not is_choice and "\x00" not in typed:
        assert read_form(response)[box] == [typed], "it is still there to be corrected"
    anchors = {anchor for _text, anchor in response.context["unread"]}
    assert anchors <= set(ids_of(response))
    empty.refresh_from_db()
    assert (empty.version, empty.goals) == (1, "")
    assert not empty.cost_items.exists()


def test_bytes_that_are_no_text_are_refused_in_words(place, empty):
    body = b"title=M%C3%A1y&goals=%ED%A0%80&kind=single&expected_version=1&action=save"
    response = page_of(place.people.canbo).post(
        address(empty), body, content_type="application/x-www-form-urlencoded"
    )
    assert response.status_code == 422
    assert "ký tự hỏng" in text_of(response)
    empty.refresh_from_db()
    assert empty.goals == ""


def test_all_faults_come_at_once_and_the_rail_counts_them(place, empty):
    sent = complete(place, empty)
    sent |= {"starts_on": "x", "cost_items-0-unit_price": "y", "funding-other-2027": "z"}
    response = press(place, empty, "save", sent)
    assert len(response.context["unread"]) == 3
    assert "Có 3 chỗ" not in text_of(response)
    assert "Cần sửa 2 lỗi" in text_of(response)


def test_too_many_rows_are_refused(place, empty):
    many = {f"cost_items-{n}-name": f"Dòng {n}" for n in range(205)}
    response = press(place, empty, "save", sent_by(place, empty, **many))
    assert response.status_code == 422
    assert "Tối đa 200 dòng, đang có 205" in text_of(response)
    assert not empty.cost_items.exists()


def test_an_activity_stands_once(place, empty):
    again = {"activities-1-activity": str(place.activity.pk)}
    response = press(place, empty, "save", complete(place, empty, **again))
    assert "đã chọn ở dòng trên" in text_of(response)
    assert response.status_code == 422


def test_a_pilot_takes_two_activities_with_their_units(place, empty):
    second = Activity.objects.create(code="KC9", name="Khác", group=9, unit="lớp")
    more = {"activities-1-activity": str(second.pk), "activities-1-units": "3", "kind": "pilot"}
    press(place, empty, "save", complete(place, empty, **more))
    assert {row.activity.code: row.units for row in empty.activities.all()} == {"KC3d": 1, "KC9": 3}


def test_establishments_of_other_provinces_are_not_taken(place, empty):
    other = make.world("x", "Tỉnh Khác", "TK")
    theirs = make.enterprise(other, "Cơ sở tỉnh khác")
    response = press(place, empty, "save", complete(place, empty, beneficiaries=[str(theirs.pk)]))
    assert response.status_code == 422
    assert "Cơ sở tỉnh khác" not in text_of(response)
    assert not empty.beneficiaries.exists()


def test_places_are_those_of_the_province_today_and_in_the_plan_year(place, empty):
    over, coming = datetime.date(2025, 6, 30), datetime.date(2027, 1, 1)
    district = Place.objects.create(name="Huyện Cũ", level="district", parent=place.home)
    commune = {"level": "commune", "kind": "xã"}
    Place.objects.create(name="Đã hết", parent=district, valid_to=over, **commune)
    Place.objects.create(name="Chưa có", parent=place.home, valid_from=coming, **commune)
    Place.objects.create(
        name="Trong năm", parent=district, valid_to=datetime.date(2026, 6, 30), **commune
    )
    with clock.at(datetime.date(2026, 11, 3)):
        text = text_of(page_of(place.people.canbo).get(address(empty)))
    assert "xã Bản Thử" in text
    assert "xã Trong năm" in text
    assert "Đã hết" not in text
    assert "Chưa có" not in text
