"""Entering a proposal in the browser: nothing typed is lost, nothing is saved by halves."""

import datetime
from decimal import Decimal

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext

from khuyencong.core import clock
from khuyencong.core.models import Place
from programmes.models import Activity
from projects import drafts
from projects.firing import fire
from projects.models import Proposal, Snapshot
from tests import make
from tests.make import TRIEU
from tests.projects.pages import ids_of, page_of, read_form, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_broken")]
NEW = "/de-an/moi/"
THIS_YEAR = clock.today().year


@pytest.fixture
def empty(place):
    """A draft that has only what it cannot exist without."""
    return drafts.create(
        place.programme, 2026, title="Máy sao chè", kind="single", by=place.people.canbo
    )


def address(proposal):
    return f"/de-an/{proposal.code}/sua/"


def sent_by(place, proposal, **changes):
    """What the page of a draft would send, with some boxes filled in otherwise."""
    form = read_form(page_of(place.people.canbo).get(address(proposal)))
    return form | {name: value for name, value in changes.items()}


def complete(place, proposal, **changes):
    firm = make.enterprise(place)
    return sent_by(
        place,
        proposal,
        **{
            "necessity": "Cần máy mới.",
            "goals": "Nâng năng suất.",
            "content": "Mua và lắp máy.",
            "expected_output": "1 cơ sở có máy.",
            "starts_on": "1/5/2026",
            "ends_on": "301126",
            "activities-0-activity": str(place.activity.pk),
            "activities-0-units": "1",
            "places": [str(place.commune.pk)],
            "beneficiaries": [str(firm.pk)],
            "cost_items-0-name": "Máy sao chè tự động",
            "cost_items-0-unit": "cái",
            "cost_items-0-quantity": "2",
            "cost_items-0-unit_price": "185tr",
            "cost_items-0-share-provincial": "0,15 tỷ",
            "cost_items-0-share-counterpart": "220.000.000",
            "funding-provincial-2026": "150 triệu",
            "funding-counterpart-2026": "220tr",
            **changes,
        },
    )


def press(place, proposal, button, sent, who="canbo"):
    client = page_of(getattr(place.people, who))
    return client.post(address(proposal), sent | {"action": button})


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def faults_of(response):
    return {fault.field for fault in response.context["faults"]}


# ---- a new draft ----


def test_a_draft_begins_with_programme_year_title_and_kind(place):
    client = page_of(place.people.canbo)
    assert "Lập nháp, điền tiếp" in text_of(client.get(NEW))
    sent = {
        "programme": place.programme.code,
        "plan_year": str(max(THIS_YEAR, 2026)),
        "title": "  Máy sao   chè ",
        "kind": "several",
    }
    response = client.post(NEW, sent)
    made = Proposal.objects.get()
    assert response.url == address(made)
    assert (made.title, made.kind, made.status) == ("Máy sao   chè", "several", "draft")
    assert (made.implementing_unit, made.created_by) == (place.orgs.centre, place.people.canbo)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", ""),
        ("title", "x" * 301),
        ("title", "máy\x00"),
        ("plan_year", "1999"),
        ("plan_year", "2031"),
        ("plan_year", "nay"),
        ("plan_year", "9" * 40),
        ("programme", "khong-co"),
        ("kind", "x"),
        ("kind", ""),
    ],
)
def test_a_draft_that_cannot_begin_says_why_and_keeps_what_was_typed(place, name, value):
    sent = {
        "programme": place.programme.code,
        "plan_year": str(max(THIS_YEAR, 2026)),
        "title": "Máy <b>",
        "kind": "task",
    }
    response = page_of(place.people.canbo).post(NEW, sent | {name: value})
    assert response.status_code == 422
    text = text_of(response)
    assert "<title>Lỗi: Lập đề án" in text
    assert f'href="#id_{name}' in text
    if name != "title":
        assert 'value="Máy &lt;b&gt;"' in text
    assert not Proposal.objects.exists()


def test_years_that_are_over_and_programmes_of_others_are_not_offered(place):
    make.programme(place.home, place.sources, code="cu-2011-2015", start=2011, end=2015)
    other = make.world("x", "Tỉnh Khác", "TK")
    text = text_of(page_of(place.people.canbo).get(NEW))
    assert "cu-2011-2015" not in text
    assert other.programme.code not in text
    assert f'value="{THIS_YEAR - 1}"' not in text
    with clock.at(datetime.date(2040, 5, 1)):
        assert "Chưa có chương trình nào còn năm" in text_of(page_of(place.people.canbo).get(NEW))


@pytest.mark.parametrize("who", ["sct", "stc", "lanhdao", "kiemtoan", "quantri", "ubnd"])
def test_who_makes_no_proposals_is_told_so(place, who):
    client = page_of(getattr(place.people, who))
    for response in (client.get(NEW), client.post(NEW, {"title": "Máy"})):
        assert response.status_code == 403
        assert "không lập đề án" in text_of(response)


# ---- who may open the form ----


def test_another_unit_finds_nothing_and_readers_are_told_they_only_read(place, empty):
    for who, status in (("canbo2", 404), ("stc", 404), ("quantri", 404), ("sct", 403)):
        assert page_of(getattr(place.people, who)).get(address(empty)).status_code == status, who
        sent = {"title": "Khác", "expected_version": "1"}
        response = press(place, empty, "save", sent, who)
        assert response.status_code == status, who
    other = make.world("x", "Tỉnh Khác", "TK")
    assert page_of(other.people.canbo).get(address(empty)).status_code == 404
    empty.refresh_from_db()
    assert (empty.title, empty.version) == ("Máy sao chè", 1)


def test_a_submitted_dossier_is_not_changed_and_says_why(place):
    proposal = make.submitted(place)
    client = page_of(place.people.canbo)
    for response in (
        client.get(address(proposal)),
        press(place, proposal, "save", {"title": "Khác"}),
        press(place, proposal, "submit", {"expected_version": str(proposal.version)}),
    ):
        assert response.status_code == 403
        assert "«Đã trình», không sửa được" in text_of(response)


# ---- saving ----


def test_what_is_typed_is_saved_and_shown_again(place, empty):
    response = press(place, empty, "save", complete(place, empty))
    assert response.status_code == 302
    assert said(response)[0].startswith(f"Đã lưu nháp {empty.code}")
    empty.refresh_from_db()
    assert (empty.starts_on, empty.ends_on) == (datetime.date(2026, 5, 1), datetime.date(2026, 11, 30))
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


# ---- buttons that only draw the page anew ----


@pytest.mark.parametrize(
    ("button", "rows", "activities"),
    [
        ("recount", 1, 1),
        ("add-cost_items", 4, 1),
        ("add-activities", 1, 4),
        ("remove-cost_items-0", 1, 1),
        ("remove-cost_items-99", 1, 1),
        ("find", 1, 1),
    ],
)
def test_rows_are_added_and_taken_out_without_a_script(place, empty, button, rows, activities):
    response = press(place, empty, button, complete(place, empty, goals="Còn đây"))
    assert response.status_code == 200
    form = read_form(response)
    assert len([name for name in form if name.endswith("-unit_price")]) == rows
    assert len([name for name in form if name.endswith("-units")]) == activities
    assert form["goals"] == ["Còn đây"]
    kept = [] if button == "remove-cost_items-0" else ["Máy sao chè tự động"]
    assert [name for name in form["cost_items-0-name"] if name] == kept
    empty.refresh_from_db()
    assert (empty.version, empty.goals) == (1, ""), "nothing is saved yet"


def test_recounting_computes_amounts_and_sums_of_what_is_typed(place, empty):
    response = press(place, empty, "recount", complete(place, empty))
    assert read_form(response)["cost_items-0-amount"] == ["370.000.000"]
    totals = response.context["totals"]
    assert totals.amount == 370 * TRIEU
    assert {row.source.code: (row.costs, row.years) for row in totals.sources} == {
        "national": (0, 0),
        "provincial": (150 * TRIEU, 150 * TRIEU),
        "counterpart": (220 * TRIEU, 220 * TRIEU),
        "other": (0, 0),
    }
    sent = read_form(response) | {"cost_items-0-quantity": "3"}
    again = press(place, empty, "recount", sent)
    assert read_form(again)["cost_items-0-amount"] == ["555.000.000"]
    assert again.context["totals"].unshared == 185 * TRIEU


def test_recounting_says_what_it_cannot_read(place, empty):
    sent = complete(place, empty, **{"cost_items-0-unit_price": "abc"})
    response = press(place, empty, "recount", sent)
    assert response.status_code == 422
    assert "Không đọc được số tiền" in text_of(response)


def test_the_register_is_searched_and_what_is_ticked_stays(place, empty):
    first, second = make.enterprise(place, "HTX Chè xanh"), make.enterprise(place, "Xưởng mộc")
    make.enterprise(make.world("x", "Tỉnh Khác", "TK"), "HTX Chè tỉnh khác")
    response = press(place, empty, "find", sent_by(place, empty, find="che"))
    text = text_of(response)
    assert "HTX Chè xanh" in text
    assert "Xưởng mộc" not in text
    assert "tỉnh khác" not in text
    ticked = read_form(response) | {"beneficiaries": [str(first.pk)], "find": "moc"}
    response = press(place, empty, "enter", ticked)
    assert read_form(response)["beneficiaries"] == [str(first.pk)]
    assert "Xưởng mộc" in text_of(response)
    both = read_form(response) | {"beneficiaries": [str(first.pk), str(second.pk)]}
    press(place, empty, "save", both)
    assert {row.enterprise for row in empty.beneficiaries.all()} == {first, second}


def test_the_register_is_searched_while_typing(place, empty):
    chosen = make.enterprise(place, "HTX Chè xanh")
    make.enterprise(place, "Xưởng <mộc>")
    response = page_of(place.people.canbo).get(
        address(empty),
        {"find": "moc", "beneficiaries": [chosen.pk, "x", "9" * 40]},
        headers={"HX-Request": "true"},
    )
    text = text_of(response)
    assert "<html" not in text
    assert "Xưởng &lt;mộc&gt;" in text
    assert f'value="{chosen.pk}" checked' in text


# ---- submitting ----


def test_a_complete_draft_is_saved_and_submitted_at_one_press(place, empty):
    response = press(place, empty, "submit", complete(place, empty))
    assert response.url == f"/de-an/{empty.code}/"
    assert said(response)[0].startswith(f"Đã trình {empty.code} lúc ")
    empty.refresh_from_db()
    assert (empty.status, empty.round) == ("submitted", 1)


def test_the_same_press_twice_submits_once(place, empty):
    sent = complete(place, empty)
    first, second = (press(place, empty, "submit", sent) for _ in range(2))
    assert first.url == second.url == f"/de-an/{empty.code}/"
    assert "đã được trình ở lần bấm trước" in said(second)[0]
    empty.refresh_from_db()
    assert empty.round == 1
    assert Snapshot.objects.count() == 1


def test_an_incomplete_draft_is_saved_and_every_fault_leads_to_its_box(place, empty):
    sent = sent_by(place, empty, goals="Đã có")
    response = press(place, empty, "submit", sent)
    text = text_of(response)
    assert response.status_code == 422
    assert "<title>Lỗi: Sửa" in text
    assert "Đã lưu nháp, chưa trình" in text
    assert faults_of(response) == {
        *("necessity", "content", "expected_output", "starts_on", "ends_on", "activity"),
        *("places", "beneficiaries", "cost_items", "funding_lines"),
    }
    for name in faults_of(response):
        assert f'href="#id_{name}"' in text
        assert f"id_{name}" in ids_of(response)
    empty.refresh_from_db()
    assert (empty.status, empty.goals) == ("draft", "Đã có")
    # The page goes on from what was saved.
    assert press(place, empty, "save", read_form(response)).status_code == 302


def test_a_cost_line_that_does_not_add_up_is_named(place, empty):
    sent = complete(place, empty, **{"cost_items-0-share-provincial": "100tr"})
    response = press(place, empty, "submit", sent)
    assert faults_of(response) == {"cost_items-0", "funding_lines"}
    assert "Dòng 1: các nguồn cộng 320, thành tiền là 370" in text_of(response)
    assert 'href="#id_cost_items-0"' in text_of(response)
    assert "id_cost_items-0" in ids_of(response)


def test_a_cost_line_with_two_state_sources_is_refused(place, empty):
    both = {
        "cost_items-0-share-national": "50tr",
        "cost_items-0-share-provincial": "100tr",
        "funding-national-2026": "50tr",
        "funding-provincial-2026": "100tr",
    }
    response = press(place, empty, "submit", complete(place, empty, **both))
    assert "chỉ nhận một nguồn ngân sách" in text_of(response)


def test_unreadable_values_stop_the_submission_before_anything_is_saved(place, empty):
    response = press(place, empty, "submit", complete(place, empty, starts_on="hôm nay"))
    assert response.status_code == 422
    empty.refresh_from_db()
    assert (empty.status, empty.version) == ("draft", 1)


def test_faults_found_elsewhere_are_shown_here_once(place, empty):
    client = page_of(place.people.canbo)
    turned = client.post(f"/de-an/{empty.code}/thao-tac/submit/")
    assert turned.url == address(empty)
    first = client.get(address(empty))
    assert "<title>Lỗi:" in text_of(first)
    assert 'href="#id_funding_lines"' in text_of(first)
    assert "errsum" not in text_of(client.get(address(empty)))


# ---- two at once ----


def test_a_stale_page_shows_what_was_typed_and_saves_at_the_second_press(place, empty):
    sent = complete(place, empty, goals="Của tôi", title="Tên của tôi")
    other = sent_by(place, empty, goals="Của đồng nghiệp")
    assert press(place, empty, "save", other).status_code == 302
    response = press(place, empty, "save", sent)
    text = text_of(response)
    assert response.status_code == 409
    assert "Người khác vừa lưu đề án này" in text
    assert {"Tên đề án", "Mục tiêu", "Dự toán"} <= set(response.context["differences"])
    assert "Của tôi" in text
    empty.refresh_from_db()
    assert empty.goals == "Của đồng nghiệp"
    again = read_form(response)
    assert again["goals"] == ["Của tôi"]
    assert press(place, empty, "save", again).status_code == 302
    empty.refresh_from_db()
    assert (empty.goals, empty.title) == ("Của tôi", "Tên của tôi")


def test_the_same_page_saved_twice_is_no_conflict(place, empty):
    sent = complete(place, empty)
    first, second = (press(place, empty, "save", sent) for _ in range(2))
    assert (first.status_code, second.status_code) == (302, 302)
    empty.refresh_from_db()
    assert empty.version == 2


@pytest.mark.parametrize("version", ["", "abc", "-1", "9" * 40, "0"])
def test_a_page_of_no_known_version_never_overwrites(place, empty, version):
    sent = complete(place, empty, goals="Mới", expected_version=version)
    assert press(place, empty, "save", sent).status_code == 409
    empty.refresh_from_db()
    assert empty.goals == ""


def test_a_page_opened_before_a_colleague_submitted_changes_nothing(place):
    proposal = make.draft(place)
    sent = sent_by(place, proposal, goals="Muộn")
    fire(proposal, "submit", by=place.people.canbo)
    response = press(place, proposal, "save", sent)
    assert response.status_code == 403
    proposal.refresh_from_db()
    assert proposal.goals != "Muộn"


# ---- after a return ----


def test_a_returned_dossier_says_what_was_asked_for(place):
    proposal = make.submitted(place)
    fire(proposal, "return", by=place.people.sct, reason="Bổ sung báo giá <máy>")
    text = text_of(page_of(place.people.canbo).get(address(proposal)))
    assert "Bổ sung báo giá &lt;máy&gt;" in text
    response = press(place, proposal, "submit", sent_by(place, proposal, goals="Đã bổ sung"))
    assert response.status_code == 302
    proposal.refresh_from_db()
    assert (proposal.status, proposal.round) == ("submitted", 2)


def test_money_that_is_decided_can_be_read_but_not_changed(place):
    make.allot(place, "provincial", 2026, 500)
    proposal = make.ready_to_approve(place, {"provincial": 200, "national": 100})
    people = place.people
    fire(proposal, "approve", by=people.ubnd, paper=make.paper("QĐ-UBND"), source="provincial")
    fire(proposal, "return", by=people.bct, reason="Giải trình thêm")
    page = text_of(page_of(people.canbo).get(address(proposal)))
    assert page.count("readonly") >= 3
    sent = sent_by(place, proposal, **{"funding-provincial-2026": "150tr"})
    response = press(place, proposal, "save", sent)
    assert response.status_code == 422
    assert "đã được phê duyệt, không sửa số tiền" in text_of(response)
    assert "Chưa lưu gì" in text_of(response)


# ---- the page itself ----


def test_texts_of_people_are_shown_as_text(place, empty):
    evil = '"><script>alert(1)</script>'
    sent = complete(place, empty, title=evil, goals=evil, **{"cost_items-0-name": evil})
    assert press(place, empty, "save", sent).status_code == 302
    text = text_of(page_of(place.people.canbo).get(address(empty)))
    assert "<script>alert" not in text
    assert text.count("&lt;script&gt;alert(1)") >= 3


def test_the_page_stays_light_and_asks_the_database_the_same_for_any_length(place, empty):
    client = page_of(place.people.canbo)

    def opened():
        with CaptureQueriesContext(connection) as seen:
            response = client.get(address(empty))
        return len(seen), len(response.content)

    press(place, empty, "save", complete(place, empty))
    before, _size = opened()
    Place.objects.bulk_create(
        Place(name=f"Xã số {n}", name_folded=f"xa so {n}", kind="xã", level="commune",
              parent=place.home)
        for n in range(200)
    )  # fmt: skip
    rows = {}
    for n in range(20):
        rows |= {
            f"cost_items-{n}-name": f"Máy {n}",
            f"cost_items-{n}-unit_price": "10tr",
            f"cost_items-{n}-share-counterpart": "10tr",
        }
    firms = [str(make.enterprise(place).pk) for _ in range(15)]
    sent = sent_by(place, empty, beneficiaries=firms, kind="several", **rows)
    assert press(place, empty, "save", sent).status_code == 302
    after, size = opened()
    assert after == before
    assert before <= 35
    assert size < 120_000


def test_sections_say_how_far_they_are(place, empty):
    def words():
        found = page_of(place.people.canbo).get(address(empty)).context["sections"]
        return {section.code: section.words for section in found}

    assert words()["noi-dung"] == "Còn thiếu 4 mục"
    assert words()["don-vi"] == "Hoàn thành"
    press(place, empty, "save", complete(place, empty))
    assert set(words().values()) == {"Hoàn thành"}
