"""The workbooks of a list: Mẫu 2 goes out, the working copy comes back cell by cell."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from khuyencong.core.workbooks import reading
from projects.annual import plans, rows, sending, workbook
from projects.annual.plans import Entry
from projects.firing import fire
from projects.models import AnnualPlan, ImportRun, PlanAmount, Proposal
from tests import make
from tests.make import TRIEU
from tests.projects import sheets
from tests.projects.pages import page_of, read_form, text_of

pytestmark = [pytest.mark.both, pytest.mark.django_db, pytest.mark.usefixtures("files", "bells")]
State = ImportRun.State
POSITION, REASON, CODE, VERSION = "Thứ tự", "Lý do xếp", "Mã đề án", "Phiên bản danh mục"
APPRAISED, APPROVED = "Thẩm định năm 2026", "Phê duyệt năm 2026"


@pytest.fixture
def listed(place) -> list[Proposal]:
    found = []
    for trieu in (200, 100):
        proposal = make.submitted(place, {"provincial": trieu})
        line = proposal.funding_lines.get(source__code="provincial")
        data = {"amounts": {line.pk: (trieu - 20) * TRIEU}}
        found.append(fire(proposal, "pass", by=place.people.sct, data=data))
    return found


@pytest.fixture
def plan(place, listed) -> AnnualPlan:
    made = plans.create(place.programme, 2026, place.sources["provincial"], by=place.people.sct)
    entries = [Entry(one.tracks.get().pk, "Cấp thiết") for one in listed]
    return plans.write(made, entries, by=place.people.sct)


def exported(plan: AnnualPlan) -> bytes:
    target = io.BytesIO()
    workbook.write(target, AnnualPlan.objects.select_related("source").get(pk=plan.pk))
    return target.getvalue()


def grid(content: bytes, folder: Path) -> list[list[Any]]:
    path = folder / "list.xlsx"
    path.write_bytes(content)
    sheet = next(one for one in reading.read(path) if not one.hidden)
    return [
        [cell.number if cell.number is not None else cell.lines for cell in row]
        for row in sheet.rows
    ]


def edited(content: bytes, folder: Path, changes: dict[str, dict[str, Any]]) -> bytes:
    """The list with other values in cells: by proposal code, then by head."""
    found = grid(content, folder)
    head = next(row for row in found if CODE in row)
    for row in found:
        for title, value in changes.get(str(row[head.index(CODE)]), {}).items():
            row[head.index(title)] = value
    return sheets.book({"Danh mục năm": found})


def imported(plan, folder, by, **changes) -> ImportRun:
    return sheets.imported("annual", edited(exported(plan), folder, changes), by)


def said(run: ImportRun) -> str:
    return " | ".join(sheets.said(run)) + run.error


def test_the_working_copy_has_the_order_the_reasons_and_live_sums(plan, listed, tmp_path):
    found = grid(exported(plan), tmp_path)
    head = next(row for row in found if CODE in row)
    rows_ = [dict(zip(head, row, strict=True)) for row in found if row[head.index(CODE)]][1:]
    assert [row[CODE] for row in rows_] == [one.code for one in listed]
    assert [row[POSITION] for row in rows_] == [1, 2]
    assert [row[APPRAISED] for row in rows_] == [180 * TRIEU, 80 * TRIEU]
    assert [row[APPROVED] for row in rows_] == ["", ""]
    sums = next(row for row in found if row[0] == "CỘNG")
    assert sums[head.index(APPRAISED)] == 260 * TRIEU


def test_order_reasons_and_amounts_come_back_and_are_written_when_agreed_to(
    place, plan, listed, tmp_path
):
    one, two = (proposal.code for proposal in listed)
    run = imported(
        plan,
        tmp_path,
        place.people.sct,
        **{
            one: {POSITION: 2, REASON: "Sau", APPROVED: 150 * TRIEU},
            two: {POSITION: 1},
        },
    )
    assert run.state == State.READY and not run.fault_count, said(run)
    assert not PlanAmount.objects.exists()  # nothing before somebody agrees
    run = sheets.agreed(run, place.people.sct)
    assert (run.state, run.written_count) == (State.DONE, 2), run.error
    first, second = rows.rows_of(AnnualPlan.objects.select_related("source").get(pk=plan.pk))
    assert (first.code, second.code, second.reason) == (two, one, "Sau")
    assert second.entered == {2026: 150 * TRIEU}


def test_the_list_as_it_was_exported_changes_nothing(place, plan, tmp_path):
    run = imported(plan, tmp_path, place.people.sct)
    assert {row.action for row in run.rows.all()} == {"same"}, said(run)


@pytest.mark.parametrize(
    ("title", "value", "words"),
    [
        (APPROVED, 190 * TRIEU, "vượt mức thẩm định 180.000.000 đồng"),
        (APPROVED, 201 * TRIEU, "vượt mức đề nghị 200.000.000 đồng"),
        (APPROVED, "hai trăm", "không phải số"),
        (APPROVED, -5, "số tiền không được âm"),
        (APPRAISED, 1 * TRIEU, "cột này không sửa trong danh mục"),
        (POSITION, 2, "trùng thứ tự với"),
        (POSITION, 0, "thứ tự từ 1 đến"),
        (POSITION, "nhất", "không phải số"),
        (CODE, "TT-2026-9999", "không có trong danh mục"),
        (VERSION, 1, "danh mục đã được sửa sau khi xuất"),
        (REASON, "x" * 301, "dài quá 300 ký tự"),
        ("Tên đề án", "Tên khác", "cột này không sửa trong danh mục"),
    ],
)
def test_what_may_not_be_changed_is_said_cell_by_cell(
    place, plan, listed, tmp_path, title, value, words
):
    run = imported(plan, tmp_path, place.people.sct, **{listed[0].code: {title: value}})
    assert run.state == State.READY and run.fault_count, said(run)
    assert words in said(run)
    plan.refresh_from_db()
    assert plan.version == 2 and not PlanAmount.objects.exists()


def test_a_list_that_changed_after_the_preview_is_not_written(place, plan, listed, tmp_path):
    run = imported(plan, tmp_path, place.people.sct, **{listed[0].code: {REASON: "Khác"}})
    plans.write(plan, [Entry(listed[0].tracks.get().pk)], by=place.people.sct)
    run = sheets.agreed(run, place.people.sct)
    assert run.state == State.FAILED and "sửa từ lúc bạn mở trang" in run.error
    assert plan.items.get().reason == ""


def test_another_provinces_list_is_not_there(place, plan, listed, tmp_path):
    other = make.world("x", "Tỉnh Khác", "TK")
    run = imported(plan, tmp_path, other.people.sct, **{listed[0].code: {REASON: "Khác"}})
    assert "không có danh mục này" in said(run)


def test_amounts_noted_in_the_workbook_stand_in_the_decisions_boxes(place, plan, listed, tmp_path):
    sending.send(plan, by=place.people.sct_head, paper=make.paper("TTr-SCT"))
    for proposal in listed:
        fire(proposal, "pass", by=place.people.stc)
    changes = {listed[0].code: {APPROVED: 120 * TRIEU}}
    run = sheets.agreed(imported(plan, tmp_path, place.people.sct, **changes), place.people.sct)
    assert run.state == State.DONE, run.error
    page = page_of(place.people.ubnd).get(f"/danh-muc/{plan.code}/quyet-dinh/")
    lines = [one.funding_lines.get(source__code="provincial").pk for one in listed]
    form = read_form(page, "qd")
    assert [form[f"so-{pk}"] for pk in lines] == [["120.000.000"], ["80.000.000"]]
    moved = imported(plan, tmp_path, place.people.sct, **{listed[0].code: {REASON: "Khác"}})
    assert "danh mục đã trình" in said(moved)


def test_the_preview_shows_what_stood_there(place, plan, listed, tmp_path):
    run = imported(plan, tmp_path, place.people.sct, **{listed[0].code: {REASON: "Vì khác"}})
    page = page_of(place.people.sct)
    shown = text_of(page.get(f"/nhap-excel/{run.pk}/"))
    assert "<del>Cấp thiết</del>" in shown and "<ins>Vì khác</ins>" in shown
    assert "Danh mục năm" in text_of(page.get("/nhap-excel/"))
    assert page.get("/nhap-excel/mau/annual/").status_code == 404


def test_mau_2_is_the_official_list_of_these_dossiers(place, plan, listed, tmp_path):
    make.draft(place)  # not in the list
    page = page_of(place.people.sct)
    answer = page.get(f"/danh-muc/{plan.code}/mau-2/")
    found = grid(b"".join(answer.streaming_content), tmp_path)
    head = next(row for row in found if CODE in row)
    codes = [row[head.index(CODE)] for row in found if row[head.index(CODE)]][1:]
    in_order = plan.items.order_by("position").values_list("track__proposal__code", flat=True)
    assert codes == list(in_order)
    total = next(row for row in found if row[0] == "TỔNG CỘNG")
    assert total[head.index("Ngân sách tỉnh")] == 260 * TRIEU
    assert found[0][0] == plan.title.upper()
