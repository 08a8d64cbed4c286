"""The administrator's pages of the chains of review, as a browser without a script has them."""

import datetime

import pytest
from django.urls import reverse

from khuyencong.core import clock
from projects import chains
from projects.models import ReviewChain
from tests import make
from tests.projects.pages import page_of, text_of
from tests.projects.test_chains import terms

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_broken")]
STEPS = (
    ("appraise", "industry_department", "10"),
    ("finance", "finance_department", "10"),
    ("approve", "provincial_committee", "10"),
    ("finance", "finance_department", "5"),
)


@pytest.fixture(autouse=True)
def today():
    with clock.at(datetime.datetime(2026, 6, 1, 2, tzinfo=datetime.UTC)):
        yield


@pytest.fixture
def admin(place):
    return page_of(place.people.quantri)


@pytest.fixture
def chain(place) -> ReviewChain:
    return ReviewChain.objects.get(code="provincial")


def sent(*steps, **changed: str) -> dict[str, str]:
    given = {
        "valid_from": "1/7/2026",
        "name": "Quy chế mới",
        "legal_ref": "Quyết định 1/QĐ-UBND",
        "confidence": "",
        "action": "save",
    }
    for index, (kind, office, days) in enumerate(steps or STEPS):
        before = f"steps-{index}"
        given |= {
            f"{before}-kind": kind,
            f"{before}-organisation_kind": office,
            f"{before}-working_days": days,
            f"{before}-order": str(index + 1),
            f"{before}-acts_in_portal": "on",
        }
        if index < 3:
            given[f"{before}-may_return"] = "on"
    return given | changed


def page(chain: ReviewChain, name: str = "chain_version") -> str:
    return reverse(name, args=[chain.pk])


def test_the_list_shows_versions_steps_days_basis_and_how_many_run(place, admin, chain):
    make.submitted(place)
    ReviewChain.objects.filter(pk=chain.pk).update(
        legal_ref="Thông tư thử Điều 8", confidence="chưa có quy chế"
    )
    chains.add_version(chain, terms(), by=place.people.quantri)
    text = text_of(admin.get(reverse("chain_list")))
    for words in (
        "Ngân sách tỉnh",
        "Quy trình provincial",
        "Thông tư thử Điều 8",
        "Chưa đối chiếu đủ: chưa có quy chế",
        "1 lượt hồ sơ theo phiên bản này",
        "1 đang chạy",
        "Đang có hiệu lực",
        "đến 30/06/2026",
        "Chưa đến ngày",
        "từ 01/07/2026",
        "<b>Thẩm định</b>: Sở Công Thương, 10 ngày làm việc, chuyên viên đề xuất, lãnh đạo",
        "<b>Thẩm định phân bổ dự toán chi tiết</b>: Sở Tài chính, không trả lại bổ sung",
    ):
        assert words in text, words


def test_the_list_asks_the_same_however_many_versions_there_are(
    place, admin, chain, django_assert_max_num_queries
):
    for month in range(7, 13):
        day = datetime.date(2026, month, 1)
        last = ReviewChain.objects.filter(code=chain.code).latest("pk")
        chains.add_version(last, terms(day=day), by=place.people.quantri)
    with django_assert_max_num_queries(9):
        admin.get(reverse("chain_list"))


def test_a_version_begins_from_the_one_before(admin, chain):
    text = text_of(admin.get(page(chain)))
    assert "Quy trình provincial" in text
    for number in (1, 2, 3, 4):
        assert f"<legend>Bước {number}</legend>" in text
    assert "<legend>Bước 5</legend>" not in text
    assert 'name="valid_from" ' in text


def test_a_version_is_entered_and_sent_twice_is_there_once(admin, chain):
    answer = admin.post(page(chain), sent(), follow=True)
    assert "Đã thêm phiên bản có hiệu lực từ 01/07/2026" in text_of(answer)
    made = ReviewChain.objects.get(code=chain.code, valid_from="2026-07-01")
    assert [(step.kind, step.working_days, step.may_return) for step in made.steps.all()] == [
        ("appraise", 10, True), ("finance", 10, True), ("approve", 10, True), ("finance", 5, False),
    ]  # fmt: skip
    again = admin.post(page(chain), sent())
    assert again.status_code == 422 and "Đã có phiên bản có hiệu lực từ" in text_of(again)
    assert ReviewChain.objects.filter(code=chain.code).count() == 2


def test_the_number_boxes_put_the_steps_in_order(admin, chain):
    swapped = {"steps-0-order": "2", "steps-1-order": "1"}
    admin.post(page(chain), sent(**swapped))
    made = ReviewChain.objects.get(code=chain.code, valid_from="2026-07-01")
    assert [step.kind for step in made.steps.all()][:2] == ["finance", "appraise"]


def test_a_step_more_and_a_step_less_keep_what_was_typed_and_write_nothing(admin, chain):
    more = text_of(admin.post(page(chain), sent(name="Tên đang gõ", action="add")))
    assert "Tên đang gõ" in more and "<legend>Bước 5</legend>" in more
    less = text_of(admin.post(page(chain), sent(action="remove-steps-1")))
    assert "<legend>Bước 4</legend>" in less and "<legend>Bước 5</legend>" not in less
    assert ReviewChain.objects.filter(code=chain.code).count() == 1


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"valid_from": "31/2/2026"}, "31/2/2026"),
        ({"valid_from": ""}, "Nhập có hiệu lực từ"),
        ({"name": ""}, "Nhập tên"),
        ({"steps-0-working_days": "mười"}, "phải là số nguyên"),
        ({"steps-0-working_days": "0"}, "trở lên"),
        ({"steps-1-kind": "khác"}, "lựa chọn này không còn"),
        ({"steps-1-organisation_kind": "commune"}, "lựa chọn này không còn"),
        ({"steps-2-kind": "appraise"}, "Quy trình cần một bước phê duyệt"),
        ({"steps-1-organisation_kind": "provincial_committee"}, "không thể là cơ quan phê duyệt"),
        ({"steps-0-kind": "", "steps-0-order": "x"}, "Bước 1"),
    ],
)
def test_a_fault_is_said_beside_what_was_typed_and_nothing_is_written(admin, chain, changed, words):
    answer = admin.post(page(chain), sent(**changed))
    text = text_of(answer)
    assert answer.status_code == 422 and words in text
    assert 'class="errsum"' in text and "Quyết định 1/QĐ-UBND" in text
    assert ReviewChain.objects.filter(code=chain.code).count() == 1


def test_a_fault_of_a_step_leads_to_the_row_it_was_typed_in(admin, chain):
    swapped = {
        "steps-0-order": "2",
        "steps-1-order": "1",
        "steps-0-organisation_kind": "provincial_committee",
    }
    text = text_of(admin.post(page(chain), sent(**swapped)))
    assert 'href="#id_steps-0">Bước 2: cơ quan thẩm định không thể' in text


def test_a_version_nobody_uses_is_corrected_in_place(place, admin, chain):
    made = chains.add_version(chain, terms(), by=place.people.quantri)
    assert "Chưa có hồ sơ nào theo phiên bản này" in text_of(admin.get(page(made, "chain_edit")))
    admin.post(page(made, "chain_edit"), sent(*STEPS[:3], name="Đã sửa"))
    made.refresh_from_db()
    assert made.name == "Đã sửa" and made.steps.count() == 3


def test_a_version_in_use_has_one_box_its_end(place, admin, chain):
    make.submitted(place)
    text = text_of(admin.get(page(chain, "chain_edit")))
    assert "chỉ đổi được ngày hết hiệu lực" in text and "steps-0-kind" not in text
    answer = admin.post(page(chain, "chain_edit"), {"valid_to": "30/6/2026", "end": "1"})
    assert answer.status_code == 302
    admin.post(page(chain, "chain_edit"), sent(name="Lén sửa"))
    chain.refresh_from_db()
    assert chain.name == "Quy trình provincial" and chain.steps.count() == 3


def test_the_chain_of_another_province_is_not_there(place, admin, chain):
    elsewhere = make.world("x", "Tỉnh Khác", "TK")
    ReviewChain.objects.filter(pk=chain.pk).update(province=elsewhere.home)
    for name in ("chain_version", "chain_edit"):
        assert admin.get(page(chain, name)).status_code == 404
    assert "Quy trình provincial" not in text_of(admin.get(reverse("chain_list")))
