"""The money plan as people see it: margins, cells, the book of a cell, and giving money."""

import io
import re

import pytest
from django.test import Client

from budgets.models import Allocation, Cell, LedgerEntry
from khuyencong.core import clock, files, invariants
from programmes.models import PlannedCell
from projects.firing import fire
from tests import make
from tests.make import TRIEU
from tests.projects.pages import page_of, words_of

pytestmark = pytest.mark.django_db
READERS = ("canbo", "canbo2", "sct", "sct_head", "stc", "ubnd", "ketoan", "lanhdao", "kiemtoan")


@pytest.fixture
def place():
    return make.world()


@pytest.fixture(autouse=True)
def nothing_is_broken():
    yield
    assert list(invariants.violations()) == []


def plan_address(place, rest=""):
    return f"/ke-hoach-von/{place.programme.code}/{rest}"


def test_the_plan_leads_to_the_newest_programme_one_may_see(place):
    make.programme(place.home, place.sources, code="cu-2021-2025", start=2021, end=2025)
    other = make.world("x", "Tỉnh Khác", "TK")
    make.programme(other.home, other.sources, code="xa-2031-2035", start=2031, end=2035)
    response = page_of(place.people.lanhdao).get("/ke-hoach-von/")
    assert response.url == plan_address(place)


def test_a_province_without_a_programme_is_told_so(place):
    PlannedCell.objects.all().delete()
    user = make.user("la", "manager", make.organisation("other", make.province("Xa", "XA", "97")))
    response = page_of(user).get("/ke-hoach-von/")
    assert response.status_code == 200
    assert "Chưa có chương trình nào" in words_of(response)


@pytest.mark.parametrize("who", READERS)
def test_whoever_may_see_the_budget_sees_the_plan(place, who):
    user = getattr(place.people, who)
    assert page_of(user).get(plan_address(place)).status_code == 200
    assert page_of(user).get(plan_address(place, "2026/provincial/")).status_code == 200


def test_who_may_not_see_the_budget_is_told_so_and_other_provinces_find_nothing(place):
    response = page_of(place.people.quantri).get(plan_address(place))
    assert response.status_code == 403
    assert "không xem kế hoạch vốn" in words_of(response)
    other = make.world("x", "Tỉnh Khác", "TK")
    for rest in ("", "2026/provincial/", "giao/"):
        assert page_of(other.people.sct).get(plan_address(place, rest)).status_code == 404
    assert Client().get(plan_address(place)).status_code == 302


def test_cells_without_a_decision_are_not_invented(place):
    text = words_of(page_of(place.people.lanhdao).get(plan_address(place)))
    # Five years of three sources, each shown in the plan and again beside what became of it.
    assert text.count("Chưa phân bổ") >= 2 * 5 * 3
    assert "20.000 trong 20.000 triệu đồng chưa phân bổ" in text


def test_the_difference_between_cells_and_margins_is_said(place):
    version = place.programme.version
    for code, amount in (("national", 1000), ("provincial", 1000), ("counterpart", 2000)):
        source = place.sources[code]
        PlannedCell.objects.create(version=version, year=2026, source=source, amount=amount * TRIEU)
    response = page_of(place.people.lanhdao).get(plan_address(place))
    first = response.context["plan"].rows[0]
    assert (first.total, first.left) == (4000 * TRIEU, 0)
    assert response.context["plan"].left == [4000 * TRIEU, 4000 * TRIEU, 8000 * TRIEU]
    assert "16.000 trong 20.000 triệu đồng chưa phân bổ" in words_of(response)


def test_a_cell_shows_what_was_given_promised_and_paid(place):
    make.allot(place, "provincial", 2026, 1000)
    proposal = make.approved(place, {"provincial": 300})
    response = page_of(place.people.lanhdao).get(plan_address(place))
    figures = response.context["matrix"].cells[2026, "provincial"]
    assert (figures.allotted, figures.committed) == (1000 * TRIEU, 300 * TRIEU)
    row = re.search(r"Giải ngân.*?2026 – 1\.000 300 0 700", words_of(response))
    assert row, "the sum of the year"
    address = plan_address(place, "2026/provincial/")
    assert response.content.decode().count(f'href="{address}') == 6
    text = words_of(page_of(place.people.lanhdao).get(address))
    assert f"Cam kết cho đề án {proposal.code}" in text
    assert "Giao dự toán theo" in text and "+1.000" in text and "+300" in text
    assert proposal.title in text


def test_the_book_reads_newest_first_and_adds_up_over_its_pages(place, monkeypatch):
    monkeypatch.setattr("projects.views.budget_cell.PAGE_SIZE", 2)
    make.allot(place, "provincial", 2026, 1000)
    proposal = make.approved(place, {"provincial": 300})
    user = place.people
    proposal = fire(proposal, "sign", by=user.ketoan, paper=make.paper("HĐ"))
    line = proposal.funding_lines.get(source__code="provincial")
    data = {"line_id": line.pk, "amount": 100 * TRIEU}
    fire(proposal, "disburse", by=user.ketoan, paper=make.paper("UNC"), data=data)
    page = page_of(user.lanhdao).get(plan_address(place, "2026/provincial/"))
    assert [row.entry.kind for row in page.context["ledger"].object_list] == ["disburse", "commit"]
    assert "Giải ngân cho đề án" in words_of(page) and "Cộng cả sổ 1.000 300 100 0" in words_of(
        page
    )
    rest = page_of(user.lanhdao).get(plan_address(place, "2026/provincial/?so=2"))
    assert [row.entry.kind for row in rest.context["ledger"].object_list] == ["allot"]
    assert "Cộng cả sổ 1.000 300 100 0" in words_of(rest)


def test_another_units_dossier_is_not_named_in_the_book(place):
    make.allot(place, "provincial", 2026, 1000)
    proposal = make.approved(place, {"provincial": 300}, title="Bí mật nhà nghề")
    document = LedgerEntry.objects.get(kind="commit").document
    response = page_of(place.people.canbo2).get(plan_address(place, "2026/provincial/"))
    text = words_of(response)
    assert "một đề án của đơn vị khác" in text
    for secret in (proposal.code, proposal.title, str(document)):
        assert secret not in response.content.decode()


def test_other_peoples_money_has_no_book(place):
    make.approved(place, {"provincial": 300})
    response = page_of(place.people.lanhdao).get(plan_address(place, "2026/counterpart/"))
    text = words_of(response)
    assert "Nguồn này không phải ngân sách nhà nước" in text and "Sổ kinh phí" not in text
    assert "Cam kết đối ứng 300" in text


@pytest.mark.parametrize(
    "rest", ["1999/provincial/", "2026/khac/", "2026/other/", "999999999999999999999/provincial/"]
)
def test_a_cell_that_the_programme_lacks_is_not_there(place, rest):
    assert page_of(place.people.lanhdao).get(plan_address(place, rest)).status_code == 404


def giving(place, **fields):
    return {
        "document_number": "12/QĐ-UBND",
        "document_date": f"{clock.today():%d/%m/%Y}",
        "issuer": str(place.orgs.committee.pk),
        "amount-2026-provincial": "1,5 tỷ",
        "amount-2027-national": "300tr",
        "note": "đợt 1",
    } | fields


def test_a_decision_gives_money_to_several_cells_at_once(place):
    client = page_of(place.people.sct)
    assert "Giao dự toán" in words_of(client.get(plan_address(place)))
    response = client.post(plan_address(place, "giao/"), giving(place), follow=True)
    assert response.redirect_chain == [(plan_address(place), 302)]
    assert "giao 1.800 triệu đồng" in words_of(response) and "đợt 1" in words_of(response)
    given = Cell.objects.filter(allotted__gt=0).values_list("year", "source__code", "allotted")
    assert set(given) == {(2026, "provincial", 1500 * TRIEU), (2027, "national", 300 * TRIEU)}


def test_the_same_decision_is_not_taken_twice(place):
    client = page_of(place.people.sct)
    client.post(plan_address(place, "giao/"), giving(place))
    again = client.post(plan_address(place, "giao/"), giving(place))
    assert again.status_code == 422
    assert "đã được nhập" in words_of(again)
    assert Allocation.objects.count() == 1
    assert Cell.objects.get(year=2026, source__code="provincial").allotted == 1500 * TRIEU


def test_every_fault_is_told_at_once_and_nothing_typed_is_lost(place):
    sent = {
        "document_number": "",
        "document_date": "32/13/2026",
        "issuer": "",
        "amount-2026-provincial": "300.5",
        "amount-2027-national": "-7",
        "note": "giữ lại",
    }
    response = page_of(place.people.sct).post(plan_address(place, "giao/"), sent)
    assert response.status_code == 422
    html = response.content.decode()
    wrong = {"document_number", "document_date", "issuer", "amount-2026-provincial"}
    for name in (*wrong, "amount-2027-national"):
        assert f'href="#id_{name}"' in html, name
    for typed in ("32/13/2026", "300.5", "-7", "giữ lại"):
        assert f'value="{typed}"' in html
    assert "<title>Lỗi:" in html
    assert not Allocation.objects.exists()


@pytest.mark.parametrize(
    ("field", "sent", "words"),
    [
        ("amount-2026-provincial", "một ít", "Không đọc được số tiền"),
        ("amount-2026-provincial", "1,0000001 đồng", "tròn đồng"),
        ("amount-2026-provincial", "999999999 tỷ", "lớn hơn 999.999 tỷ"),
        ("amount-2026-provincial", "\x00", "ký tự"),
        ("document_date", "01/01/2099", "không được sau hôm nay"),
        ("document_number", "   ", "Nhập số văn bản"),
        ("document_number", "1\x002", "ký tự"),
        ("issuer", "0", "Chọn lại"),
    ],
)
def test_bad_input_is_told_in_words(place, field, sent, words):
    body = giving(place, **{field: sent})
    response = page_of(place.people.sct).post(plan_address(place, "giao/"), body)
    assert response.status_code == 422
    assert words in words_of(response)
    assert not Allocation.objects.exists()


def test_a_decision_without_money_is_refused(place):
    sent = giving(place, **{"amount-2026-provincial": "0", "amount-2027-national": ""})
    response = page_of(place.people.sct).post(plan_address(place, "giao/"), sent)
    assert response.status_code == 422
    assert "ít nhất một năm, một nguồn" in words_of(response)


def test_only_the_specialist_of_the_department_gives_money(place):
    for who in ("canbo", "stc", "ubnd", "sct_head", "ketoan", "lanhdao", "kiemtoan", "quantri"):
        client = page_of(getattr(place.people, who))
        for response in (
            client.get(plan_address(place, "giao/")),
            client.post(plan_address(place, "giao/"), giving(place)),
        ):
            assert response.status_code == 403, who
        assert "giao/" not in client.get(plan_address(place)).content.decode(), who
    assert not Allocation.objects.exists()


def test_the_pages_ask_a_fixed_number_of_questions(place, django_assert_max_num_queries):
    make.allot(place, "provincial", 2026, 4000)
    client = page_of(place.people.lanhdao)
    client.get(plan_address(place))
    for _ in range(3):
        make.approved(place, {"provincial": 100})
    with django_assert_max_num_queries(20):
        client.get(plan_address(place))
    with django_assert_max_num_queries(22):
        client.get(plan_address(place, "2026/provincial/"))


def test_a_paper_is_linked_only_for_those_who_may_open_it(place):
    stored = files.store(io.BytesIO(b"%PDF-1.4 minh hoa"), "qd.pdf", "application/pdf", None)
    proposal = make.ready_to_approve(place, {"national": 100})
    paper = make.paper("QĐ-BCT", file=stored)
    fire(proposal, "approve", by=place.people.bct, paper=paper, data={"allots": True})
    entry = LedgerEntry.objects.get(kind="allot")
    link = f'href="/van-ban/{entry.document_id}/tep/"'
    for rest in ("", "2026/national/"):
        own = page_of(place.people.canbo).get(plan_address(place, rest)).content.decode()
        other = page_of(place.people.canbo2).get(plan_address(place, rest)).content.decode()
        assert link in own and link not in other
        assert paper.number in other, "the decision itself is no secret"
