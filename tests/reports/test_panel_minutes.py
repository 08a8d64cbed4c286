"""The paper «Biên bản họp hội đồng thẩm định»: its figures, its words, what it keeps to itself."""

from __future__ import annotations

import datetime
import json
import re
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse
from pypdf import PdfReader

from khuyencong.core import clock
from khuyencong.core.papers import Paper
from khuyencong.core.refusals import Refused
from programmes.models import Programme
from projects.models import Panel
from projects.panels import conflicts
from projects.panels.convening import Seat
from reports import pdf, registry
from reports.models import ReportRun
from reports.registry import Report
from tests import make, panels
from tests.panels import AGREE, SUPPLEMENT
from tests.projects.pages import page_of, text_of
from tests.reports.boxes import escaped, families

AT = datetime.datetime(2026, 11, 24, 8, 12, tzinfo=datetime.timezone(datetime.timedelta(hours=7)))
DAY = datetime.date(2026, 11, 20)


@pytest.fixture
def report() -> Report:
    return registry.get("panel-minutes")


@pytest.fixture
def place(db: None) -> SimpleNamespace:
    return make.world()


@pytest.fixture
def panel(place: SimpleNamespace) -> Panel:
    """Two dossiers, five members; one of them works at the unit, one speaks of family."""
    with clock.at(DAY):
        one = make.submitted(place, title="Máy sao chè")
        two = make.submitted(place, title="Máy sấy thảo quả")
        canbo = place.people.canbo
        made = panels.convene(
            place,
            one,
            two,
            seats=panels.seats(place, Seat("Cán Bộ Đơn Vị", user=canbo)),
            paper=Paper("15/QĐ-SCT", DAY, "Lê Văn Ký"),
            meets_on=DAY,
        )
        panels.all_vote(made, AGREE, AGREE, SUPPLEMENT, AGREE)
    return made


def figures(report: Report, panel: Panel) -> dict[str, Any]:
    """As a run freezes them: through JSON."""
    found = json.loads(json.dumps(report.read({"panel": panel.code}, AT)))
    return found | {"snapshot_at": AT.isoformat(), "check_code": "7F3A-21C9-0000"}


def words(report: Report, panel: Panel) -> str:
    reader = PdfReader(BytesIO(pdf.render(report.html(figures(report, panel)))))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def test_the_figures_are_those_of_the_votes(report, panel):
    with clock.at(DAY):
        panels.close(panel, paper=Paper("3/BB-SCT", DAY))
    found = figures(report, panel)
    for item in found["items"]:
        assert {name: item[name] for name in ("agree", "supplement", "disagree")} == {
            "agree": 3,
            "supplement": 1,
            "disagree": 0,
        }
        assert (item["without"], item["silent"]) == (1, 0)
        assert [row["name"] for row in item["barred"]] == ["Cán Bộ Đơn Vị"]
    assert [row["seat"] for row in found["members"][:2]] == ["Chủ tịch", "Thư ký"]
    assert {row["ratio"] for row in found["items"]} == {"3 trên 4 phiếu đồng ý"}
    assert (found["number"], found["panel"]["is_closed"]) == ("3/BB-SCT", True)


def test_open_it_is_a_draft_without_number_closed_it_has_number_and_verdict(report, panel):
    text = words(report, panel)
    assert "BẢN NHÁP" in text and "chưa ký" in text and re.search(r"Số:\s*/BB-SCT", text)
    assert "chưa kết luận" in text and "ngày ... tháng ... năm ..." in text
    with clock.at(DAY):
        panels.close(panel, paper=Paper("3/BB-SCT", DAY), note="Đồng ý mức đề nghị.")
    text = words(report, panel)
    assert "Số: 3/BB-SCT" in text and "ngày 20 tháng 11 năm 2026" in text
    assert "Đồng ý mức đề nghị." in text and "chưa kết luận" not in text
    assert "BẢN IN TỪ CỔNG" in text and "BẢN NHÁP" not in text and "chưa ký" not in text
    assert "Đồng ý (3 trên 4 phiếu đồng ý)" in text


def test_vietnamese_stands_in_the_order_of_such_a_paper(report, panel):
    text = words(report, panel)
    order = [
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "BIÊN BẢN",
        "Họp hội đồng thẩm định",
        panel.name,
        "BẢN NHÁP",
        "15/QĐ-SCT",
        "Lê Văn Ký",
        "tại Phòng họp 1",
        "1. Thành viên",
        "Nguyễn Thị Ngoài",
        "2. Kết quả bỏ phiếu",
        "3. Xung đột lợi ích",
        "Công tác tại đơn vị thực hiện đề án",
        "4. Kết luận",
        "Mã đối chiếu số liệu: 7F3A-21C9-0000",
        "THƯ KÝ",
        "CHỦ TỊCH HỘI ĐỒNG",
    ]
    places, at = [], 0
    for phrase in order:
        at = text.index(phrase, at)
        places.append(at)
    assert places == sorted(places)


def test_it_says_how_many_and_never_who_voted_how(report, panel):
    panels.vote(panel, panel.members.get(position=3).user, SUPPLEMENT, remark="Giá cao quá")
    text = json.dumps(figures(report, panel), ensure_ascii=False)
    assert "Giá cao quá" not in text
    assert '"verdict": "supplement"' not in text


def test_illustration_says_so(report, panel, place):
    mark = "Dữ liệu minh họa, không phải số liệu thật"
    assert mark not in words(report, panel)
    Programme.objects.filter(pk=place.programme.pk).update(is_illustration=True)
    assert mark in words(report, panel)


def test_it_is_a4_in_one_family_and_nothing_leaves_its_cell(report, panel):
    long = "Rất dài không có dấu cách " + "x" * 90
    panel.members.filter(position=4).update(full_name=long, title=long)
    panel.items.first().proposal.__class__.objects.update(title=long)
    html = report.html(figures(report, panel))
    assert escaped(html) == []
    content = pdf.render(html)
    assert len(families(content)) == 1
    pages = PdfReader(BytesIO(content)).pages
    assert {tuple(round(float(x)) for x in page.mediabox[2:]) for page in pages} == {(595, 842)}
    assert pdf.render(html) == content


def test_markup_in_names_is_only_text(report, panel):
    evil = "<script>alert(1)</script>{{ 7|add:7 }}"
    Panel.objects.filter(pk=panel.pk).update(name=evil, venue=evil)
    panel.members.update(title=evil)
    html = report.html(figures(report, panel))
    assert "<script" not in html and evil.replace(" ", "") in words(report, panel).replace(" ", "")


def test_it_is_made_for_who_may_open_the_panel_alone(report, panel, place):
    params, about = report.accept({"panel": panel.code}, place.people.stc)
    assert params == {"panel": panel.code} and panel.name in about
    stranger = make.world("x", "Tỉnh Khác", "TK").people.sct
    for user in (place.people.canbo2, stranger):
        with pytest.raises(Refused, match="lựa chọn này không còn"):
            report.accept({"panel": panel.code}, user)


def test_one_click_on_the_panels_page_orders_it(panel, place, rung):
    browser = page_of(place.people.stc)
    text = text_of(browser.get(reverse("panel_detail", kwargs={"code": panel.code})))
    assert 'value="panel-minutes"' in text
    key = re.search(r'name="key" value="([^"]+)"', text)[1]
    sent = {"report": "panel-minutes", "panel": panel.code, "key": key}
    answers = [browser.post(reverse("report_list"), sent) for _ in range(2)]
    run = ReportRun.objects.get()
    assert {answer["Location"] for answer in answers} == {
        reverse("report_run", kwargs={"pk": run.pk})
    }
    assert run.params == {"panel": panel.code}


def test_before_the_conclusion_it_has_no_count(report, panel):
    found = figures(report, panel)
    assert not {"agree", "supplement", "disagree", "silent"} & set(found["items"][0])
    assert "Số phiếu chỉ ghi sau khi hội đồng kết luận" in words(report, panel)


def test_who_is_barred_from_a_dossier_prints_no_minutes_before_the_conclusion(report, panel, place):
    barred = make.user("stc.khac", "appraiser", place.orgs.finance)
    panel.members.filter(position=3).update(user=barred)
    item = panel.items.first()
    conflicts.declare(panel, item.pk, "Có người nhà làm chủ cơ sở", by=barred)
    address = reverse("panel_detail", kwargs={"code": panel.code})
    with pytest.raises(Refused, match="xung đột lợi ích"):
        report.accept({"panel": panel.code}, barred)
    assert "panel-minutes" not in text_of(page_of(barred).get(address))
    assert report.accept({"panel": panel.code}, place.people.sct)
    with clock.at(DAY):
        panels.close(panel, paper=Paper("3/BB-SCT", DAY))
    assert report.accept({"panel": panel.code}, barred)
    assert "panel-minutes" in text_of(page_of(barred).get(address))
