"""The paper «Tình hình thực hiện kế hoạch vốn»: its figures, its words, its look."""

from __future__ import annotations

import datetime
import json
import re
import unicodedata
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from pypdf import PdfReader

from khuyencong.core import clock, money
from khuyencong.core.models import LegalDocument, Organisation
from programmes.models import FundingSource, PlannedCell, Programme
from projects import amounts
from reports import pdf, registry
from reports.registry import Report
from tests import make
from tests.reports.boxes import escaped, families

AT = datetime.datetime(2026, 11, 24, 8, 12, tzinfo=datetime.timezone(datetime.timedelta(hours=7)))


@pytest.fixture
def report() -> Report:
    return registry.get("budget-execution")


def figures(report: Report, params: dict[str, Any], at: datetime.datetime = AT) -> dict[str, Any]:
    """As a run freezes them: through JSON."""
    found = json.loads(json.dumps(report.read(params, at)))
    return found | {"snapshot_at": at.isoformat(), "check_code": "7F3A-21C9-0000"}


def paper(report: Report, params: dict[str, Any]) -> PdfReader:
    return PdfReader(BytesIO(pdf.render(report.html(figures(report, params)))))


def words(reader: PdfReader) -> str:
    """The text in reading order, every run of spaces as one."""
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def test_each_total_is_that_of_the_matrix_to_the_dong(report, params, place):
    found = amounts.matrix(place.programme)
    text = words(paper(report, params))
    total = found.total
    for label, amount in (
        ("Kế hoạch", total.planned),
        ("Giao dự toán", total.allotted),
        ("Cam kết", total.committed),
        ("Giải ngân", total.disbursed),
        ("Quyết toán", total.settled),
        ("Còn lại", total.available),
        ("Cam kết đối ứng", total.pledged),
    ):
        assert f"- {label}: {money.format_dong(amount)} đồng" in text


def test_each_cell_of_the_tables_is_that_of_the_matrix(report, params, place):
    found = amounts.matrix(place.programme)
    context = report.context(figures(report, params))
    assert context["unit"] == "đồng"  # a figure is no whole thousand: nothing is rounded
    stages = ("planned", "requested", "allotted", "approved", "committed", "disbursed")
    for row, year in zip(context["years"].rows, found.years, strict=False):
        wanted = [getattr(found.by_year[year], stage) for stage in stages]
        assert list(row.texts[:6]) == [money.format_dong(amount) for amount in wanted]
    rows = {row.label: row for row in context["sources"].rows}
    state = found.state()
    assert list(rows["Ngân sách nhà nước"].texts[2:8]) == [
        money.format_dong(getattr(state, stage))
        for stage in ("allotted", "approved", "committed", "disbursed", "settled", "available")
    ]
    assert list(rows["Cơ sở đối ứng"].texts[2:8]) == ["–"] * 6
    assert rows["Cơ sở đối ứng"].texts[8] == money.format_dong(found.total.pledged)
    assert rows["Ngân sách tỉnh"].texts[8] == "–"


def test_round_figures_are_in_trieu(report, db):
    place = make.world()
    make.allot(place, "provincial", 2026, 300)
    context = report.context(figures(report, {"programme": place.programme.code}))
    assert context["unit"] == "triệu đồng"
    assert context["years"].rows[0].texts[2] == "300"


def test_cells_that_no_decision_gives_are_said_and_not_worked_out(report, params, place):
    context = report.context(figures(report, params))
    assert set(context["plan"].rows[0].texts[:3]) == {"chưa phân bổ"}
    assert "chưa phân bổ" in words(paper(report, params))
    version = place.programme.version
    for source in version.source_shares.all():
        PlannedCell.objects.create(version=version, year=2026, source=source.source, amount=7)
    row = report.context(figures(report, params))["plan"].rows[0]
    assert list(row.texts[:3]) == ["7", "7", "7"]


def test_vietnamese_stands_in_reading_order(report, params, place):
    Organisation.objects.filter(pk=place.orgs.industry.pk).update(short_name="Sở Công Thương")
    Organisation.objects.filter(pk=place.orgs.committee.pk).update(name="UBND tỉnh Thử")
    text = words(paper(report, params))
    assert unicodedata.is_normalized("NFC", text)
    order = [
        "UBND TỈNH THỬ",
        "SỞ CÔNG THƯƠNG",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "/BC-SCT",
        "Tỉnh Thử, ngày 24 tháng 11 năm 2026",
        "BÁO CÁO",
        "Tình hình thực hiện kế hoạch vốn",
        place.programme.name,
        "BẢN NHÁP",
        "Số liệu đến 08:12 24/11/2026",
        "1. Tổng hợp",
        "2. Theo năm",
        "3. Theo nguồn",
        "4. Kế hoạch từng năm theo nguồn",
        "Mã đối chiếu số liệu: 7F3A-21C9-0000",
        "Nơi nhận:",
        "(bản nháp, chưa ký)",
    ]
    places = [text.index(phrase) for phrase in order]
    assert places == sorted(places)


def test_the_number_is_left_blank_and_the_missing_day_is_said(report, params, place):
    text = words(paper(report, params))
    assert re.search(r"Số:\s*/BC-SCT", text)
    assert "(chưa có ngày ban hành)" in text
    document = place.programme.version.decision
    LegalDocument.objects.filter(pk=document.pk).update(issued_on="2020-04-15", year=2020)
    assert "ngày 15/04/2020" in words(paper(report, params))


def test_illustration_says_so_on_every_page(report, params, place):
    mark = "Dữ liệu minh họa, không phải số liệu thật"
    assert mark not in words(paper(report, params))
    Programme.objects.filter(pk=place.programme.pk).update(is_illustration=True)
    for page in paper(report, params).pages:
        assert mark in page.extract_text()


def test_title_language_and_page_numbers(report, params, place):
    reader = paper(report, params)
    title = f"Tình hình thực hiện kế hoạch vốn – {place.programme.name}"
    assert reader.metadata.title == title
    assert reader.trailer["/Root"]["/Lang"] == "vi"
    assert reader.metadata.creation_date == AT
    lines = [page.extract_text().split("\n") for page in reader.pages]
    assert "1" not in lines[0]
    assert all(str(number) in page for number, page in enumerate(lines[1:], start=2))
    assert len(lines) > 1


def test_it_is_a4_in_one_family(report, params):
    content = pdf.render(report.html(figures(report, params)))
    assert len(families(content)) == 1
    sizes = {
        tuple(round(float(x)) for x in page.mediabox[2:])
        for page in PdfReader(BytesIO(content)).pages
    }
    assert sizes <= {(595, 842), (842, 595)}
    assert len(sizes) == 1


def test_the_same_figures_make_the_same_bytes_whenever_they_are_drawn(report, params):
    frozen = figures(report, params)
    with clock.at(datetime.date(2027, 1, 1)):
        later = pdf.render(report.html(frozen))
    assert later == pdf.render(report.html(frozen))


def test_markup_in_names_is_only_text(report, params, place):
    evil = "<script>alert(1)</script>&<img src=x onerror=y>{{ 7|add:7 }}"
    Programme.objects.filter(pk=place.programme.pk).update(name=evil)
    FundingSource.objects.filter(code="provincial").update(name=evil[:80])
    Organisation.objects.filter(pk=place.orgs.industry.pk).update(short_name=evil[:80])
    html = report.html(figures(report, params))
    assert "<script" not in html
    assert "<img" not in html
    text = "".join(words(paper(report, params)).split())
    assert "".join(evil.split()) in text


# --- nothing leaves its cell -------------------------------------------------------------------


def test_nothing_leaves_its_cell(report, params):
    assert escaped(report.html(figures(report, params))) == []


def test_nothing_leaves_its_cell_at_the_largest_amounts(report, params):
    frozen = figures(report, params)
    for row in (*frozen["by_year"], *frozen["by_source"]):
        row["figures"] = dict.fromkeys(row["figures"], 9 * money.MAX - 1)
    frozen["cells"] = [[label, [money.MAX - 1] * len(row)] for label, row in frozen["cells"]]
    html = report.html(frozen)
    assert "landscape" in html
    assert escaped(html) == []


@pytest.mark.parametrize("name", ["N" * 80, "Ngân sách " * 8, "Ỗ" * 80])
def test_nothing_leaves_its_cell_with_long_names(report, params, place, name):
    FundingSource.objects.update(name=name.strip())
    Organisation.objects.update(name=name.strip(), short_name=name.strip())
    Programme.objects.update(name=(name * 3)[:200].strip())
    assert escaped(report.html(figures(report, params))) == []


# --- what narrows it ---------------------------------------------------------------------------


def test_one_year_and_one_source(report, params, place):
    found = amounts.matrix(place.programme, years=[2026], sources=["provincial"])
    context = report.context(figures(report, params | {"year": 2026, "source": "provincial"}))
    assert [row.label for row in context["years"].rows] == ["2026", "Tổng cộng"]
    assert [row.label for row in context["sources"].rows] == ["Ngân sách tỉnh", "Tổng cộng"]
    assert context["years"].rows[0].texts[0] == "chưa phân bổ"
    assert context["years"].rows[0].texts[2] == money.format_dong(found.total.allotted)
    assert context["subtitle"].endswith("năm 2026, Ngân sách tỉnh")


def test_money_that_is_not_the_states_has_no_budget(report, params):
    context = report.context(figures(report, params | {"source": "counterpart"}))
    assert not any("Giao dự toán" in line for line in context["sums"])
    assert list(context["sources"].rows[0].texts[2:8]) == ["–"] * 6


def test_an_earlier_day_reads_the_ledger_as_it_stood(report, params, place):
    before = (clock.today() - datetime.timedelta(days=1)).isoformat()
    context = report.context(figures(report, params | {"as_of": before}))
    assert context["years"].rows[-1].texts[2] == "0"
    text = words(paper(report, params | {"as_of": before}))
    assert f"hết ngày {clock.today() - datetime.timedelta(days=1):%d/%m/%Y}" in text


def test_it_asks_the_database_a_fixed_number_of_times(
    report, params, place, django_assert_max_num_queries
):
    for _ in range(5):
        make.submitted(place, {"provincial": 10})
    with django_assert_max_num_queries(12):
        report.read(params, AT)


def test_drawing_asks_the_database_nothing(report, params, django_assert_num_queries):
    frozen = figures(report, params)
    with django_assert_num_queries(0):
        report.html(frozen)


def test_the_file_name_is_kept_by_every_system(report, params, place: SimpleNamespace):
    name = report.file_name(params | {"year": 2026}, AT)
    assert re.fullmatch(r"[a-z0-9_.-]+", name)
    assert "20261124-0812" in name
