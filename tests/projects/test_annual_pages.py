"""The pages of the annual plan: ticked, ordered, sent and decided without a script."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from khuyencong.core import clock
from khuyencong.core.models import PlaceTrait
from projects.annual import plans, sending
from projects.annual.plans import Entry
from projects.firing import fire
from projects.models import AnnualPlan, Decision, PlanItem, Proposal
from tests import make
from tests.make import TRIEU
from tests.projects.pages import page_of, read_form, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(place):
    return plans.create(place.programme, 2026, place.sources["provincial"], by=place.people.sct)


def proposed(place, trieu=200) -> Proposal:
    return fire(make.submitted(place, {"provincial": trieu}), "pass", by=place.people.sct)


def path(plan, *parts: str) -> str:
    return "/".join(["/danh-muc", plan.code, *parts, ""])


def pk(proposal) -> int:
    return proposal.tracks.get(source__code="provincial").pk


def ticked(answer, *proposals, **more) -> dict:
    return read_form(answer, "ap") | {"chon": [str(pk(one)) for one in proposals]} | more


def listed(plan) -> list[int]:
    return list(plan.items.order_by("position").values_list("track__proposal_id", flat=True))


# --- the list -------------------------------------------------------------------------------------


def test_a_list_is_begun_and_found_again(place):
    page = page_of(place.people.sct)
    assert "Chưa có danh mục nào." in text_of(page.get("/danh-muc/"))
    answer = page.post(
        "/danh-muc/moi/",
        {"programme": place.programme.code, "year": "2026", "source": "provincial"},
    )
    plan = AnnualPlan.objects.get()
    assert answer.status_code == 302 and answer.url == path(plan)
    assert plan.code in text_of(page.get("/danh-muc/"))


def test_a_wrong_year_is_said_at_its_box(place):
    sent = {"programme": place.programme.code, "year": "2040", "source": "provincial"}
    answer = page_of(place.people.sct).post("/danh-muc/moi/", sent)
    assert answer.status_code == 422
    assert "từ năm 2026 đến năm 2030" in text_of(answer)


def test_ticks_are_counted_by_the_server_without_being_saved(place, plan):
    make.allot(place, "provincial", 2026, 500)
    one, two = proposed(place, 200), proposed(place, 250)
    page = page_of(place.people.sct)
    answer = page.post(path(plan), ticked(page.get(path(plan)), one, two, viec="tinh-lai"))
    assert answer.status_code == 200
    said = text_of(answer)
    assert 'data-sum aria-live="polite">450<' in said and ">50</dd>" in said
    assert "chưa lưu" in said
    assert listed(plan) == []


def test_a_cell_without_allotment_says_so_and_shows_the_margins(place, plan):
    proposed(place)
    said = text_of(page_of(place.people.sct).get(path(plan)))
    assert "chưa được giao dự toán" in said and "tổng các nguồn của năm 4.000" in said


def test_what_is_saved_stands_in_the_order_of_its_numbers(place, plan):
    one, two = proposed(place), proposed(place)
    page = page_of(place.people.sct)
    numbers = {f"tt-{pk(one)}": "2", f"tt-{pk(two)}": "1", f"ly-do-{pk(one)}": "Sau"}
    answer = page.post(path(plan), ticked(page.get(path(plan)), one, two, viec="luu", **numbers))
    assert answer.status_code == 302
    assert listed(plan) == [two.pk, one.pk]
    assert plan.items.get(track__proposal=one).reason == "Sau"


def test_a_row_moves_by_its_buttons(place, plan):
    one, two = proposed(place), proposed(place)
    entries = [Entry(pk(one)), Entry(pk(two))]
    plans.write(plan, entries, by=place.people.sct)
    page = page_of(place.people.sct)
    answer = page.post(path(plan), ticked(page.get(path(plan)), one, two, viec=f"len-{pk(two)}"))
    assert listed(plan) == [one.pk, two.pk]  # nothing is ordered in silence
    page.post(path(plan), read_form(answer, "ap") | {"viec": "luu"})
    assert listed(plan) == [two.pk, one.pk]


@pytest.mark.parametrize(
    ("number", "words"), [("ba", "thứ tự phải là số nguyên"), ("1", "cùng thứ tự 1")]
)
def test_numbers_that_cannot_be_are_named_and_no_tick_is_lost(place, plan, number, words):
    one, two = proposed(place), proposed(place)
    page = page_of(place.people.sct)
    numbers = {f"tt-{pk(one)}": "1", f"tt-{pk(two)}": number}
    answer = page.post(path(plan), ticked(page.get(path(plan)), one, two, viec="luu", **numbers))
    assert answer.status_code == 422 and words in text_of(answer)
    assert set(read_form(answer, "ap")["chon"]) == {str(pk(one)), str(pk(two))}
    assert listed(plan) == []


def test_of_two_windows_the_second_is_told_and_loses_no_tick(place, plan):
    one, two = proposed(place), proposed(place)
    page = page_of(place.people.sct)
    old = page.get(path(plan))
    page.post(path(plan), ticked(old, one, viec="luu"))
    answer = page.post(path(plan), ticked(old, two, viec="luu"))
    said = text_of(answer)
    assert answer.status_code == 412 and "ở cửa sổ khác" in said
    assert f"chưa có trong danh mục đã lưu: {two.code}" in said
    assert f"không đánh dấu ở trang này: {one.code}" in said
    assert listed(plan) == [one.pk]
    page.post(path(plan), read_form(answer, "ap") | {"viec": "luu"})
    assert listed(plan) == [two.pk]


def test_a_dossier_of_another_list_is_said(place, plan):
    one = proposed(place)
    other = plans.create(place.programme, 2026, plan.source, by=place.people.sct)
    page = page_of(place.people.sct)
    old = page.get(path(plan))
    plans.write(other, [Entry(pk(one))], by=place.people.sct)
    said = text_of(page.get(path(plan)))
    assert f"{one.code} đang ở danh mục {other.code}" in said
    page.post(path(plan), ticked(old, one, viec="luu"))
    assert listed(plan) == [] and PlanItem.objects.count() == 1


@pytest.mark.parametrize("action", ["", "x", "len-", "len-abc", "xuong-99999999999999999999"])
def test_senseless_requests_are_answered_in_words(place, plan, action):
    one = proposed(place)
    sent = {"viec": action, "chon": [str(pk(one)), "x", "9" * 40], f"tt-{pk(one)}": "\x00"}
    answer = page_of(place.people.sct).post(path(plan), sent)
    assert answer.status_code in {200, 422}


# --- sending and deciding -------------------------------------------------------------------------


def paper(number="12/TTr-SCT") -> dict[str, str]:
    return {"document_number": number, "document_date": f"{clock.today():%d/%m/%Y}"}


def test_the_head_sends_and_the_office_decides_on_its_page(place, plan):
    make.allot(place, "provincial", 2026, 300)
    found = [make.ready_to_approve(place, {"provincial": 200}) for _n in range(2)]
    plans.write(plan, [Entry(pk(one)) for one in found], by=place.people.sct)
    head = page_of(place.people.sct_head)
    assert "Trình danh mục 2 đề án" in text_of(head.get(path(plan, "trinh")))
    assert head.post(path(plan, "trinh"), {}).status_code == 422
    assert head.post(path(plan, "trinh"), paper()).status_code == 302
    office = page_of(place.people.ubnd)
    form = read_form(office.get(path(plan, "quyet-dinh")), "qd")
    short = office.post(path(plan, "quyet-dinh"), form | paper("21/QĐ-UBND"))
    assert short.status_code == 422 and not Decision.objects.exists()
    line = found[1].funding_lines.get(source__code="provincial")
    form |= {f"so-{line.pk}": ["100tr"]} | paper("21/QĐ-UBND")
    assert office.post(path(plan, "quyet-dinh"), form).status_code == 302
    assert [row.amount for row in Decision.objects.get().lines.order_by("pk")] == [
        200 * TRIEU,
        100 * TRIEU,
    ]
    again = office.post(path(plan, "quyet-dinh"), form)
    assert again.status_code == 409 and Decision.objects.count() == 1
    said = text_of(office.get(path(plan)))
    assert "Đã có quyết định" in said and "21/QĐ-UBND" in said


def test_amounts_that_cannot_be_are_said_at_their_boxes(place, plan):
    one = make.ready_to_approve(place, {"provincial": 200})
    plans.write(plan, [Entry(pk(one))], by=place.people.sct)
    sending.send(plan, by=place.people.sct_head, paper=make.paper("TTr-SCT"))
    office = page_of(place.people.ubnd)
    form = read_form(office.get(path(plan, "quyet-dinh")), "qd") | paper("21/QĐ-UBND")
    line = one.funding_lines.get(source__code="provincial")
    for typed, words in (
        ("hai trăm", "Không đọc được"),
        ("", "Nhập số tiền"),
        ("900tr", "vượt mức"),
    ):
        answer = office.post(path(plan, "quyet-dinh"), form | {f"so-{line.pk}": typed})
        assert answer.status_code == 422 and words in text_of(answer), typed
        assert f'href="#id_so-{line.pk}"' in text_of(answer)


def test_what_is_left_is_taken_out_of_the_sum_without_writing(place, plan):
    make.allot(place, "provincial", 2026, 500)
    one, two = (make.ready_to_approve(place, {"provincial": n}) for n in (200, 150))
    plans.write(plan, [Entry(pk(one)), Entry(pk(two))], by=place.people.sct)
    sending.send(plan, by=place.people.sct_head, paper=make.paper("TTr-SCT"))
    office = page_of(place.people.ubnd)
    first = office.get(path(plan, "quyet-dinh"))
    assert 'data-sum aria-live="polite">350<' in text_of(first)
    assert "js/annual" in text_of(first) and 'data-yes="duyet"' in text_of(first)
    form = read_form(first, "qd") | {f"kq-{pk(two)}": "de-lai", "document_number": "21/QĐ"}
    answer = office.post(path(plan, "quyet-dinh"), form | {"viec": "tinh-lai"})
    said = text_of(answer)
    assert answer.status_code == 200 and not Decision.objects.exists()
    assert 'data-sum aria-live="polite">200<' in said and ">300</dd>" in said
    assert "chưa ghi quyết định" in said and 'value="21/QĐ"' in said
    assert "Còn lại của năm 2026, ngân sách tỉnh" in said and "của ô" not in said


def test_who_decides_reads_a_list_whose_dossiers_have_not_come(place, plan):
    one = proposed(place)
    plans.write(plan, [Entry(pk(one))], by=place.people.sct)
    sending.send(plan, by=place.people.sct_head, paper=make.paper("TTr-SCT"))
    answer = page_of(place.people.ubnd).get(path(plan))
    assert answer.status_code == 200 and one.title in text_of(answer)
    assert f'/de-an/{one.code}/"' not in text_of(answer)
    assert f'/de-an/{one.code}/"' in text_of(page_of(place.people.stc).get(path(plan)))


def test_equal_suggestions_say_so_and_those_that_wait_are_named(place, plan):
    one, _two = proposed(place), proposed(place)
    said = text_of(page_of(place.people.sct).get(path(plan)))
    assert said.count("Đồng hạng 1") == 2 and "chờ lãnh đạo Sở kết luận" in said
    Proposal.objects.filter(pk=one.pk).update(kind=Proposal.Kind.PILOT)
    said = text_of(page_of(place.people.sct).get(path(plan)))
    assert "Đồng hạng" not in said and ">Thứ 1<" in said and ">Thứ 2<" in said


def test_the_department_is_told_why_it_does_not_record(place, plan):
    one = make.ready_to_approve(place, {"provincial": 200})
    plans.write(plan, [Entry(pk(one))], by=place.people.sct)
    sending.send(plan, by=place.people.sct_head, paper=make.paper("TTr-SCT"))
    answer = page_of(place.people.sct).get(path(plan, "quyet-dinh"))
    assert answer.status_code == 409 and "tự xử lý trên cổng" in text_of(answer)


def test_a_list_is_closed_with_a_reason(place, plan):
    one = make.ready_to_approve(place, {"provincial": 200})
    plans.write(plan, [Entry(pk(one))], by=place.people.sct)
    sending.send(plan, by=place.people.sct_head, paper=make.paper("TTr-SCT"))
    head = page_of(place.people.sct_head)
    assert head.post(path(plan, "khep-lai"), {"reason": ""}).status_code == 422
    assert head.post(path(plan, "khep-lai"), {"reason": "Lập lại"}).status_code == 302
    assert "khép lại danh mục. Lý do: Lập lại" in text_of(head.get(path(plan)))


# --- places and cost ------------------------------------------------------------------------------


def test_the_administrator_writes_traits_and_everybody_reads_them(place):
    page = page_of(place.people.quantri)
    sent = {
        "place": str(place.commune.pk),
        "kind": "hardship",
        "valid_from": "01/06/2026",
        "legal_ref": "Quyết định 861/QĐ-TTg",
        "confidence": "checked",
    }
    faulty = page.post("/dia-ban/dac-diem/moi/", sent | {"legal_ref": ""})
    assert faulty.status_code == 422 and "Nhập căn cứ" in text_of(faulty)
    assert page.post("/dia-ban/dac-diem/moi/", sent).status_code == 302
    trait = PlaceTrait.objects.get()
    ending = f"/dia-ban/dac-diem/{trait.pk}/het/"
    assert page.post(ending, {"valid_to": ""}).status_code == 422
    assert page.post(ending, {"valid_to": "31/12/2026"}).status_code == 302
    said = text_of(page_of(place.people.canbo).get("/dia-ban/dac-diem/"))
    assert "Quyết định 861/QĐ-TTg" in said and "31/12/2026" in said
    assert "Thêm đặc điểm" not in said


def queries(page, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert page.get(address).status_code == 200
    return len(found)


def grown(place, plan, times: int) -> None:
    """Some dossiers in the list, and as many beside it."""
    made = [proposed(place, 1) for _n in range(2 * times)]
    known = [Entry(track) for track in plan.items.values_list("track_id", flat=True)]
    plans.write(plan, [*known, *(Entry(pk(one)) for one in made[:times])], by=place.people.sct)


def test_pages_ask_the_same_questions_however_long_the_list_is(place, plan):
    addresses = {
        place.people.sct: [path(plan), "/danh-muc/"],
        place.people.sct_head: [path(plan), path(plan, "trinh")],
    }
    pages = [(page_of(user), one) for user, found in addresses.items() for one in found]
    grown(place, plan, 1)
    few = [queries(page, one) for page, one in pages]
    grown(place, plan, 4)
    many = [queries(page, one) for page, one in pages]
    assert many == few
    assert max(many) <= 20, many


def test_the_page_of_a_decision_asks_the_same_questions_too(place, plan):
    def sent(times: int) -> int:
        found = plans.create(place.programme, 2026, plan.source, by=place.people.sct)
        made = [make.ready_to_approve(place, {"provincial": 1}) for _n in range(times)]
        plans.write(found, [Entry(pk(one)) for one in made], by=place.people.sct)
        sending.send(found, by=place.people.sct_head, paper=make.paper("TTr-SCT"))
        return queries(page_of(place.people.ubnd), path(found, "quyet-dinh"))

    few, many = sent(1), sent(4)
    assert few == many <= 20
