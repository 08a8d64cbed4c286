"""Mẫu 2 and the tờ trình of an annual plan: figures, words, layout."""

from __future__ import annotations

import datetime
import json
import re
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from khuyencong.core import clock, money
from khuyencong.core.refusals import Refused
from programmes.models import Activity, Programme
from projects import drafts
from projects.annual import plans, sending
from projects.annual.plans import Entry
from projects.drafts import Draft
from projects.firing import fire
from projects.models import Proposal
from reports import layout, pdf, registry
from tests import make
from tests.make import TRIEU
from tests.reports.boxes import escaped, families

AT = datetime.datetime(2026, 11, 24, 8, 12, tzinfo=datetime.timezone(datetime.timedelta(hours=7)))
BOTH = ["annual-plan", "submission-letter"]


@pytest.fixture
def place(db):
    return make.world()


@pytest.fixture
def plan(place):
    """Two dossiers of two groups; the first asks for what is no round number."""
    training, _made = Activity.objects.get_or_create(
        code="KC1", defaults={"name": "Đào tạo nghề, truyền nghề", "group": 1}
    )
    found = []
    for title, trieu, activity in (("Máy sao chè", 200, None), ("Lớp dệt", 50, training)):
        proposal = make.draft(place, {"provincial": trieu}, title=title)
        if activity:
            draft = Draft(activities=[(activity, 30)])
            drafts.save(proposal, draft, by=place.people.canbo, expected_version=None)
        proposal = fire(proposal, "submit", by=place.people.canbo)
        line = proposal.funding_lines.get(source__code="provincial")
        data = {"amounts": {line.pk: trieu * TRIEU - (1 if not activity else 0)}}
        fire(proposal, "pass", by=place.people.sct, data=data)
        found.append(proposal)
    made = plans.create(place.programme, 2026, place.sources["provincial"], by=place.people.sct)
    entries = [Entry(one.tracks.get().pk, "Cấp thiết") for one in found]
    return plans.write(made, entries, by=place.people.sct)


def figures(code: str, plan, at: datetime.datetime = AT) -> dict[str, Any]:
    found = json.loads(json.dumps(registry.get(code).read({"plan": plan.code}, at)))
    return found | {"snapshot_at": at.isoformat(), "check_code": "7F3A-21C9-0000"}


def paper(code: str, plan) -> PdfReader:
    return PdfReader(BytesIO(pdf.render(registry.get(code).html(figures(code, plan)))))


def words(reader: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def test_mau_2_has_groups_with_sums_that_add_up_to_the_total(plan):
    report = registry.get("annual-plan")
    found = report.context(figures("annual-plan", plan))
    assert [group["mark"] for group in found["groups"]] == ["I", "III"]
    assert found["unit"] == "đồng"  # one amount is no whole thousand: nothing is rounded
    # total, national, provincial, counterpart, other
    assert found["groups"][0]["sums"] == ["100.000.000", "0", "50.000.000", "50.000.000", "0"]
    assert found["groups"][1]["sums"] == ["399.999.999", "0", "199.999.999", "200.000.000", "0"]
    assert found["total"] == ["499.999.999", "0", "249.999.999", "250.000.000", "0"]
    text = words(paper("annual-plan", plan))
    assert "TỔNG CỘNG 499.999.999 0 249.999.999 250.000.000 0" in text
    assert "Hai trăm bốn mươi chín triệu chín trăm chín mươi chín nghìn" in text


def test_the_letter_says_the_order_the_amounts_and_what_the_cell_has(place, plan):
    make.allot(place, "provincial", 2026, 900)
    text = words(paper("submission-letter", plan))
    assert text.index("Máy sao chè") < text.index("Lớp dệt")
    assert "Kinh phí thẩm định năm 2026: 249.999.999 đồng" in text
    assert f"{money.format_dong(900 * TRIEU)} đồng, đã cam kết 0 đồng, còn lại" in text
    assert "Kính gửi: " + place.orgs.committee.name in text
    assert f"(qua {place.orgs.finance.name})" in text
    assert "Cấp thiết" in text


def test_the_letter_names_the_list_once_and_breaks_no_year(plan):
    text = words(paper("submission-letter", plan))
    assert "Về việc phê duyệt danh mục đề án khuyến công năm 2026, Ngân sách tỉnh" in text
    assert text.lower().count("danh mục đề án khuyến công năm 2026") == 1
    frozen = figures("submission-letter", plan)
    for row in frozen["rows"]:
        row |= {"requested": TRIEU, "appraised": TRIEU}
    content = pdf.render(registry.get("submission-letter").html(frozen))
    short = words(PdfReader(BytesIO(content)))
    assert "Đề nghị 2026" in short and "Thẩm định 2026" in short


def test_papers_say_reasons_and_nothing_that_a_register_lacks(plan):
    for code in BOTH:
        text = words(paper(code, plan))
        assert "trong sổ" not in text and "provincial" not in text, code
        assert f"Mã danh mục: {plan.code}" in text


def test_the_end_of_the_letter_holds_together(plan):
    frozen = figures("submission-letter", plan)
    for count in range(14, 30, 3):
        rows = [frozen["rows"][0] | {"code": f"A-{n}"} for n in range(count)]
        html = registry.get("submission-letter").html(frozen | {"rows": rows})
        last = PdfReader(BytesIO(pdf.render(html))).pages[-1].extract_text()
        assert "Kính trình" in last and "THỦ TRƯỞNG" in last, count


def test_the_signer_has_the_office_of_who_sent_or_a_neutral_one(place, plan):
    head = place.people.sct_head
    head.title = "Phó Giám đốc"
    head.save()
    assert "THỦ TRƯỞNG CƠ QUAN" in words(paper("submission-letter", plan))
    given = make.paper("TTr-SCT", signer=head.full_name)
    sending.send(plan, by=head, paper=given)
    for code in BOTH:
        text = words(paper(code, plan))
        assert "PHÓ GIÁM ĐỐC" in text and "THỦ TRƯỞNG" not in text, code
    plan.refresh_from_db()
    plan.submission.signer = "Người Khác"
    plan.submission.save()
    assert "THỦ TRƯỞNG CƠ QUAN" in words(paper("submission-letter", plan))


def test_mau_2_keeps_the_order_of_the_list_and_says_kinds_alone(place, plan):
    other = make.draft(place, {"provincial": 70}, title="Máy đóng gói")
    other = fire(other, "submit", by=place.people.canbo)
    fire(other, "pass", by=place.people.sct)
    Proposal.objects.filter(pk=other.pk).update(kind=Proposal.Kind.PILOT)
    listed = list(plan.items.order_by("position").values_list("track_id", flat=True))
    entries = [Entry(pk, "Cấp thiết") for pk in (other.tracks.get().pk, *listed)]
    plans.write(plan, entries, by=place.people.sct)
    found = figures("annual-plan", plan)["groups"]
    said = [(row["title"], row["position"], row["remarks"]) for g in found for row in g["rows"]]
    assert said == [
        ("Lớp dệt", 3, ""),
        ("Máy đóng gói", 1, "Đề án điểm"),
        ("Máy sao chè", 2, ""),
    ]


def test_headings_of_money_take_two_lines_at_most(plan):
    shown = registry.get("annual-plan").context(figures("annual-plan", plan))
    size, widths = float(shown["size"]), [float(width) for width in shown["widths"]]
    counterpart = widths[-3]  # before the other sources and the notes
    assert counterpart >= layout.text_width("đối ứng", size)
    assert counterpart < layout.text_width("Cơ sở đối ứng", size)
    assert counterpart >= layout.text_width("Cơ sở", size) and len(widths) == 15


def test_the_letter_says_that_there_is_no_allotment(plan):
    text = words(paper("submission-letter", plan))
    assert "chưa được giao dự toán; kế hoạch của năm: chưa phân bổ" in text


def test_the_number_is_left_blank_until_the_list_is_sent(place, plan):
    assert re.search(r"Số:\s*/TTr-SCT", words(paper("submission-letter", plan)))
    assert re.search(r"Kèm theo Tờ trình số:\s*/TTr-SCT", words(paper("annual-plan", plan)))
    given = make.paper("TTr-SCT")
    sending.send(plan, by=place.people.sct_head, paper=given)
    assert f"Số: {given.number}" in words(paper("submission-letter", plan))
    assert f"Kèm theo Tờ trình số {given.number}" in words(paper("annual-plan", plan))


@pytest.mark.parametrize("code", BOTH)
def test_the_paper_is_laid_out_as_papers_are(place, plan, code):
    content = pdf.render(registry.get(code).html(figures(code, plan)))
    assert len(families(content)) == 1
    reader = PdfReader(BytesIO(content))
    sizes = {tuple(round(float(x)) for x in page.mediabox[2:]) for page in reader.pages}
    assert sizes == {(842, 595)} if code == "annual-plan" else {(595, 842)}
    text = words(reader)
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text
    assert "Mã đối chiếu số liệu: 7F3A-21C9-0000" in text
    assert "Tỉnh Thử, ngày 24 tháng 11 năm 2026" in text


@pytest.mark.parametrize("code", BOTH)
def test_nothing_leaves_its_cell_at_the_largest_amounts(plan, code):
    frozen = figures(code, plan)
    for group in frozen.get("groups", []):
        for row in group["rows"]:
            row["shares"] = [money.MAX - 1] * len(row["shares"])
            row["total"] = sum(row["shares"])
    for row in frozen.get("rows", []):
        row |= {"requested": money.MAX - 1, "appraised": money.MAX - 1, "later": money.MAX - 1}
        row["title"] = "W" * 120
    assert escaped(registry.get(code).html(frozen)) == []


@pytest.mark.parametrize("code", BOTH)
def test_the_same_figures_make_the_same_bytes(plan, code):
    frozen = figures(code, plan)
    first = pdf.render(registry.get(code).html(frozen))
    with clock.at(datetime.date(2027, 1, 1)):
        assert pdf.render(registry.get(code).html(frozen)) == first


@pytest.mark.parametrize("code", BOTH)
def test_illustration_says_so(plan, code):
    Programme.objects.update(is_illustration=True)
    assert "Dữ liệu minh họa, không phải số liệu thật" in words(paper(code, plan))


@pytest.mark.parametrize("code", BOTH)
def test_an_empty_list_makes_a_paper_as_well(place, code):
    empty = plans.create(place.programme, 2027, place.sources["national"], by=place.people.sct)
    assert pdf.render(registry.get(code).html(figures(code, empty)))


def test_a_list_is_named_by_its_code_or_by_programme_year_and_source(place, plan):
    report = registry.get("annual-plan")
    by_code, about = report.accept({"plan": plan.code}, place.people.lanhdao)
    asked = {"programme": place.programme.code, "year": 2026, "source": "provincial"}
    assert report.accept(asked, place.people.lanhdao) == (by_code, about)
    assert about == f"{plan.code} {plan.title}"


def test_what_one_may_not_see_is_not_there(place, plan):
    report, other = registry.get("annual-plan"), make.world("x", "Tỉnh Khác", "TK")
    for user in (place.people.ubnd, other.people.lanhdao):
        with pytest.raises(Refused, match="bạn không được xem"):
            report.accept({"plan": plan.code}, user)
    with pytest.raises(Refused, match="Chọn danh mục"):
        report.accept({}, place.people.lanhdao)
    with pytest.raises(Refused):
        report.accept({"plan": plan.code, "year": "\x00"}, place.people.lanhdao)
