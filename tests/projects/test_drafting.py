"""Entering a proposal in the browser: nothing typed is lost, nothing is saved by halves."""

import datetime
from decimal import Decimal

import pytest

from khuyencong.core import clock
from khuyencong.core.models import Place
from programmes.models import Activity
from projects.dossier_parts import section_of
from projects.models import Proposal
from tests import make
from tests.make import TRIEU
from tests.projects.draftpages import (
    CONTENT,
    COSTS,
    GOALS,
    PARTIES,
    SCHEDULE,
    UNIT,
    address,
    complete,
    filled,
    press,
    said,
    sent_by,
)
from tests.projects.pages import ids_of, page_of, read_form, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_broken")]


def test_what_is_typed_is_saved_and_shown_again(place, empty):
    response = press(place, empty, "save", filled(place, empty, SCHEDULE))
    assert response.url == address(empty, SCHEDULE)
    assert said(response)[0].startswith(f"Đã lưu nháp {empty.code}")
    complete(place, empty)
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
    form = sent_by(place, empty, COSTS)
    assert form["cost_items-0-unit_price"] == ["185.000.000"]
    assert form["cost_items-0-amount"] == ["370.000.000"]
    assert sent_by(place, empty, SCHEDULE)["starts_on"] == ["01/05/2026"]
    assert sent_by(place, empty, CONTENT)["places"] == [str(place.commune.pk)]


def test_saving_the_page_as_it_stands_changes_nothing(place):
    proposal = make.draft(
        place, {"provincial": 200, "national": 70}, partner="Hội & bạn", goals="Dòng 1\n\nDòng 2"
    )
    before = snapshot_of(proposal)
    for section in (UNIT, PARTIES, CONTENT, GOALS, COSTS, SCHEDULE):
        response = press(place, proposal, "save", sent_by(place, proposal, section))
        assert response.status_code == 302
    assert snapshot_of(Proposal.objects.get(pk=proposal.pk)) == before


def snapshot_of(proposal):
    from projects import loading, snapshots

    return snapshots.content(loading.with_parts(Proposal.objects.all()).get(pk=proposal.pk))


def test_a_draft_is_saved_at_any_completeness(place, empty):
    for section, typed in (
        (COSTS, {"cost_items-0-unit_price": "90tr"}),
        (GOALS, {"goals": "Nửa chừng"}),
    ):
        sent = sent_by(place, empty, section, **typed)
        assert press(place, empty, "save", sent).status_code == 302
    empty.refresh_from_db()
    assert empty.goals == "Nửa chừng"
    assert empty.cost_items.get().amount == 90 * TRIEU
    assert not empty.places.exists()


def test_an_amount_by_hand_stays_and_a_computed_one_follows(place, empty):
    sent = filled(place, empty, COSTS, **{"cost_items-0-amount": "365.000.000"})
    press(place, empty, "save", sent)
    assert empty.cost_items.get().amount == 365 * TRIEU
    press(place, empty, "save", sent_by(place, empty, COSTS, **{"cost_items-0-quantity": "3"}))
    assert empty.cost_items.get().amount == 365 * TRIEU, "a person wrote it"
    press(place, empty, "save", sent_by(place, empty, COSTS, **{"cost_items-0-amount": ""}))
    assert empty.cost_items.get().amount == 555 * TRIEU, "emptied, it is computed"
    press(place, empty, "save", sent_by(place, empty, COSTS, **{"cost_items-0-quantity": "2,5"}))
    assert empty.cost_items.get().amount == 462_500_000
    assert empty.cost_items.get().quantity == Decimal("2.5")


def test_rows_left_blank_are_no_rows_and_gaps_close(place, empty):
    sent = sent_by(
        place,
        empty,
        COSTS,
        **{
            "cost_items-7-name": "Sau",
            "cost_items-3-name": "Trước",
            "cost_items-5-quantity": "4",
            "cost_items-99999999-name": "không phải dòng",
        },
    )
    press(place, empty, "save", sent)
    assert [row.name for row in empty.cost_items.all()] == ["Trước", "Sau"]


# A box of the same part that is typed well, and must come back beside the one that is not.
KEPT = {
    UNIT: "survey_asker",
    PARTIES: "find",
    CONTENT: "necessity",
    GOALS: "goals",
    COSTS: "cost_items-0-name",
    SCHEDULE: "organisation_plan",
}


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
        ("activities-0-multiplier", "nhiều", "Hệ số ưu tiên phải là số từ 1"),
        ("activities-0-multiplier", "0,5", "Hệ số ưu tiên phải là số từ 1"),
        ("activities-0-multiplier_reason", "x" * 301, "tối đa 300"),
        ("survey_place", "99999999", "lựa chọn này không còn"),
        ("survey_on", "mai", "Ngày văn bản khảo sát: Không đọc được ngày"),
        ("survey_number", "x" * 61, "tối đa 60"),
    ],
)
def test_what_cannot_be_read_is_told_beside_its_box_and_nothing_is_saved(
    place, empty, box, typed, says
):
    section = section_of(box)
    kept = KEPT[section]
    sent = filled(place, empty, section, **{kept: "Chữ <đã gõ> & giữ"})
    response = press(place, empty, "save", sent | {box: typed}, section)
    text = text_of(response)
    assert response.status_code == 422
    assert "<title>Lỗi:" in text
    assert says in text
    assert "Chưa lưu gì" in text
    assert "Chữ &lt;đã gõ&gt; &amp; giữ" in text or box == kept
    is_choice = box in (
        *("kind", "activities-0-activity", "places", "beneficiaries", "objectives", "survey_place"),
    )
    if not is_choice and "\x00" not in typed:
        assert read_form(response)[box] == [typed], "it is still there to be corrected"
    anchors = {anchor for _text, anchor in response.context["unread"]}
    assert anchors <= set(ids_of(response))
    empty.refresh_from_db()
    assert (empty.version, getattr(empty, kept, "")) in {(1, ""), (1, "Máy sao chè")}
    assert not empty.cost_items.exists()


def test_bytes_that_are_no_text_are_refused_in_words(place, empty):
    body = b"goals=%ED%A0%80&expected_version=1&action=save"
    response = page_of(place.people.canbo).post(
        address(empty, GOALS), body, content_type="application/x-www-form-urlencoded"
    )
    assert response.status_code == 422
    assert "ký tự hỏng" in text_of(response)
    empty.refresh_from_db()
    assert empty.goals == ""


def test_all_faults_of_a_part_come_at_once_and_the_rail_counts_them(place, empty):
    sent = filled(place, empty, SCHEDULE)
    sent |= {"starts_on": "x", "ends_on": "y", "funding-other-2027": "z"}
    response = press(place, empty, "save", sent)
    assert len(response.context["unread"]) == 3
    assert "Có 3 chỗ" not in text_of(response)
    assert "Cần sửa 3 lỗi" in text_of(response)


def test_too_many_rows_are_refused(place, empty):
    many = {f"cost_items-{n}-name": f"Dòng {n}" for n in range(205)}
    response = press(place, empty, "save", sent_by(place, empty, COSTS, **many))
    assert response.status_code == 422
    assert "Tối đa 200 dòng, đang có 205" in text_of(response)
    assert not empty.cost_items.exists()


def test_an_activity_stands_once(place, empty):
    again = {"activities-1-activity": str(place.activity.pk)}
    response = press(place, empty, "save", filled(place, empty, CONTENT, **again))
    assert "đã chọn ở dòng trên" in text_of(response)
    assert response.status_code == 422


def test_activities_keep_their_units_and_what_raises_their_ceiling(place, empty):
    second = Activity.objects.create(code="KC9", name="Khác", group=9, unit="lớp")
    more = {
        "activities-0-is_technology_line": "on",
        "activities-0-multiplier": "1,5",
        "activities-0-multiplier_reason": "Vùng đặc biệt khó khăn",
        "activities-1-activity": str(second.pk),
        "activities-1-units": "3",
    }
    press(place, empty, "save", filled(place, empty, CONTENT, **more))
    rows = {row.activity.code: row for row in empty.activities.select_related("activity")}
    assert {code: row.units for code, row in rows.items()} == {"KC3d": 1, "KC9": 3}
    line = rows["KC3d"]
    assert (line.is_technology_line, line.multiplier) == (True, Decimal("1.5"))
    assert line.multiplier_reason == "Vùng đặc biệt khó khăn"
    assert rows["KC9"].multiplier == 1
    form = sent_by(place, empty, CONTENT)
    assert form["activities-0-multiplier"] == ["1,5"]
    assert form["activities-0-is_technology_line"] == ["on"]
    assert "activities-1-is_technology_line" not in form


def test_a_cost_line_says_which_of_several_activities_it_is_for(place, empty):
    second = Activity.objects.create(code="KC9", name="Khác", group=9, unit="lớp")
    more = {"activities-1-activity": str(second.pk)}
    press(place, empty, "save", filled(place, empty, CONTENT, **more))
    sent = filled(place, empty, COSTS, **{"cost_items-0-activity": "KC9"})
    assert press(place, empty, "save", sent).status_code == 302
    assert empty.cost_items.get().activity.activity == second
    press(place, empty, "save", sent_by(place, empty, COSTS))
    assert empty.cost_items.get().activity.activity == second


def test_with_one_activity_every_cost_line_is_of_it(place, empty):
    press(place, empty, "save", filled(place, empty, CONTENT))
    page = filled(place, empty, COSTS)
    assert "cost_items-0-activity" not in page
    press(place, empty, "save", page)
    assert empty.cost_items.get().activity.activity == place.activity


def test_the_need_a_commune_reported_is_written_down(place, empty):
    sent = sent_by(
        place,
        empty,
        UNIT,
        survey_place=str(place.commune.pk),
        survey_asker="Bà Lò Thị Một, trưởng bản",
        survey_number="12/TTr-UBND",
        survey_on="5/3/2026",
    )
    assert press(place, empty, "save", sent).status_code == 302
    empty.refresh_from_db()
    assert empty.survey_place == place.commune
    assert (empty.survey_number, empty.survey_on) == ("12/TTr-UBND", datetime.date(2026, 3, 5))
    again = sent_by(place, empty, UNIT)
    assert again["survey_place"] == [str(place.commune.pk)]
    press(place, empty, "save", again | {"survey_place": ""})
    empty.refresh_from_db()
    assert empty.survey_place is None


def test_targets_that_the_activities_serve_are_offered_first_and_claimed_by_number(place, empty):
    programme = place.programme
    ours = programme.targets.create(
        code="machinery", name="Cơ sở ứng dụng máy", unit="cơ sở", position=2
    )
    other = programme.targets.create(code="cluster", name="Cụm công nghiệp", unit="cụm")
    ours.activities.add(place.activity)
    goal = programme.objectives.create(position=1, text="Khôi phục làng nghề.")
    press(place, empty, "save", filled(place, empty, CONTENT))
    page = text_of(page_of(place.people.canbo).get(address(empty, GOALS)))
    assert page.index("Cơ sở ứng dụng máy") < page.index("Chỉ tiêu khác") < page.index("Cụm công")
    claims = {f"claim-{ours.pk}": "2", f"claim-{other.pk}": "0", "objectives": [str(goal.pk)]}
    assert press(place, empty, "save", sent_by(place, empty, GOALS, **claims)).status_code == 302
    assert {row.target: row.quantity for row in empty.claims.all()} == {ours: 2}
    assert list(empty.objectives.all()) == [goal]
    wrong = sent_by(place, empty, GOALS, **{f"claim-{ours.pk}": "-1"})
    response = press(place, empty, "save", wrong)
    assert response.status_code == 422
    assert f'href="#id_claim-{ours.pk}"' in text_of(response)
    press(place, empty, "save", sent_by(place, empty, GOALS, **{f"claim-{ours.pk}": ""}))
    assert not empty.claims.exists()


def test_establishments_of_other_provinces_are_not_taken(place, empty):
    other = make.world("x", "Tỉnh Khác", "TK")
    theirs = make.enterprise(other, "Cơ sở tỉnh khác")
    response = press(
        place, empty, "save", filled(place, empty, PARTIES, beneficiaries=[str(theirs.pk)])
    )
    assert response.status_code == 422
    assert "Cơ sở tỉnh khác" not in text_of(response)
    assert not empty.beneficiaries.exists()


def test_places_are_those_of_the_province_today_and_in_the_plan_year(place, empty):
    over, coming = datetime.date(2025, 6, 30), datetime.date(2027, 1, 1)
    district = Place.objects.create(name="Huyện Cũ", level="district", parent=place.home)
    commune = {"level": "commune", "kind": "xã"}
    Place.objects.create(name="Đã hết", parent=district, valid_to=over, **commune)
    Place.objects.create(name="Sắp có", parent=place.home, valid_from=coming, **commune)
    Place.objects.create(
        name="Trong năm", parent=district, valid_to=datetime.date(2026, 6, 30), **commune
    )
    with clock.at(datetime.date(2026, 11, 3)):
        text = text_of(page_of(place.people.canbo).get(address(empty, CONTENT)))
    assert "xã Bản Thử" in text
    assert "xã Trong năm" in text
    assert "Đã hết" not in text
    assert "Sắp có" not in text
