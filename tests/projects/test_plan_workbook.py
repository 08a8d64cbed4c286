"""The official list (Mẫu 2): live sums, exact numbers, and its changes cell by cell."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from khuyencong.core.workbooks import reading
from programmes.models import Activity
from projects import drafts
from projects.drafts import CostRow, Draft
from projects.exchange import plan, plan_changes
from projects.models import ImportRun, Proposal
from tests import make
from tests.projects import sheets

pytestmark = [pytest.mark.both, pytest.mark.django_db, pytest.mark.usefixtures("files", "bells")]
State = ImportRun.State
TRIEU = 1_000_000
TITLE, OUTPUT, PARTNER = "Tên đề án và nội dung chính", "Mục tiêu, kết quả chính", "Đơn vị phối hợp"
PROVINCIAL, PLACES, CODE, VERSION = "Ngân sách tỉnh", "Địa điểm", "Mã đề án", "Phiên bản"


def exported(place: Any, *, in_millions: bool = False) -> bytes:
    target = io.BytesIO()
    rows = Proposal.objects.visible_to(place.people.canbo)
    plan.write(target, rows, title="BIỂU", about="Ngày", in_millions=in_millions)
    return target.getvalue()


def grid(content: bytes, folder: Path) -> list[list[Any]]:
    path = folder / "list.xlsx"
    path.write_bytes(content)
    sheet = next(one for one in reading.read(path) if not one.hidden)
    return [
        [cell.date or (cell.number if cell.number is not None else cell.lines) for cell in row]
        for row in sheet.rows
    ]


def edited(content: bytes, folder: Path, **changes: Any) -> bytes:
    """The list with other values in cells: by proposal code, then by head."""
    rows = grid(content, folder)
    head = next(row for row in rows if CODE in row)
    for row in rows:
        for title, value in changes.get(str(row[head.index(CODE)]).replace("-", "_"), {}).items():
            row[head.index(title)] = value
    return sheets.book({"Danh mục": rows})


def key(proposal: Proposal) -> str:
    return proposal.code.replace("-", "_")


def compared(place: Any, content: bytes, by: Any = None) -> ImportRun:
    return sheets.imported("plan", content, by or place.people.canbo)


def test_the_list_is_grouped_with_live_sums_and_exact_numbers(place, tmp_path):
    make.draft(place, {"provincial": 200}, title="=CMD()")
    second = make.draft(place, {"national": 100, "provincial": 50}, title="Đề án hai")
    other, _made = Activity.objects.get_or_create(
        code="KC1", defaults={"name": "Đào tạo nghề, truyền nghề", "group": 1}
    )
    drafts.save(
        second, Draft(activities=[(other, 30)]), by=place.people.canbo, expected_version=None
    )
    content = exported(place)
    rows = grid(content, tmp_path)
    said = [row[0] for row in rows]
    assert "ĐVT: đồng" in said
    first = next(at for at, text in enumerate(said) if str(text).startswith("I. Đào tạo nghề"))
    assert str(said[first + 3]).startswith("III. ")
    assert said[-1] == "TỔNG CỘNG"
    head = next(row for row in rows if CODE in row)
    total = head.index("Tổng kinh phí")
    assert rows[-1][total] == (200 + 200 + 100 + 50 + 150) * TRIEU
    assert rows[-1][head.index(PROVINCIAL)] == 250 * TRIEU
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    formulas = re.findall(r"<f>([^<]+)</f>", sheet)
    assert sum(formula.startswith("SUM(") for formula in formulas) == 2
    assert sum(formula.startswith("SUBTOTAL(9,") for formula in formulas) == 3 * 5
    assert not any("CMD" in formula for formula in formulas)
    assert 'orientation="landscape"' in sheet
    hidden = re.findall(r"<col [^>]*hidden=\"1\"[^>]*>", sheet)
    assert len(hidden) == 2
    assert any("=CMD()" in row for row in rows)


def test_an_untouched_list_changes_nothing(place, tmp_path):
    for amount in (200, 123):
        make.draft(place, {"provincial": amount}, title=f"Đề án {amount}", partner="Hội nghề")
    for in_millions in (False, True):
        content = exported(place, in_millions=in_millions)
        for sent in (content, edited(content, tmp_path)):
            run = compared(place, sent)
            assert (run.state, run.row_count, run.fault_count) == (State.READY, 2, 0), (
                run.error or sheets.said(run)
            )
            assert [row.action for row in run.rows.all()] == ["same", "same"]


def test_changed_cells_are_shown_old_and_new_and_written_by_the_drafts_own_verb(place, tmp_path):
    first, second = make.draft(place, title="Một"), make.draft(place, title="Hai")
    content = edited(
        exported(place),
        tmp_path,
        **{
            key(first): {
                TITLE: "Một, sửa tên",
                PARTNER: "UBND xã",
                OUTPUT: "2 cơ sở.\nCó máy.",
                "Thời gian kết thúc": datetime.date(2026, 12, 15),
                PROVINCIAL: 190 * TRIEU,
            }
        },
    )
    run = compared(place, content)
    assert not run.fault_count, sheets.said(run)
    row = run.rows.get(action="change")
    assert row.notes["title"] == "Một"
    assert row.notes["share-provincial"] == "200.000.000"
    assert row.cells["title"] == "Một, sửa tên"
    done = sheets.agreed(run, place.people.canbo)
    assert (done.state, done.written_count) == (State.DONE, 1), done.error
    before = first.version
    first.refresh_from_db()
    assert (first.title, first.partner) == ("Một, sửa tên", "UBND xã")
    assert (first.expected_output, first.version) == ("2 cơ sở.\nCó máy.", before + 1)
    assert first.ends_on == datetime.date(2026, 12, 15)
    assert first.funding_lines.get(source__code="provincial").requested == 190 * TRIEU
    assert first.funding_lines.get(source__code="counterpart").requested == 200 * TRIEU
    untouched = second.version
    second.refresh_from_db()
    assert second.version == untouched


def test_amounts_typed_into_a_list_in_trieu_are_trieu(place, tmp_path):
    proposal = make.draft(place)
    content = exported(place, in_millions=True)
    changed = edited(content, tmp_path, **{key(proposal): {PROVINCIAL: 150.25}})
    run = sheets.agreed(compared(place, changed), place.people.canbo)
    assert run.state == State.DONE
    assert proposal.funding_lines.get(source__code="provincial").requested == 150_250_000


def test_what_may_not_be_changed_in_the_list_is_said_by_cell(place, tmp_path):
    proposal = make.draft(place, title="Nháp")
    lines = {("provincial", 2026): 100 * TRIEU, ("provincial", 2027): 100 * TRIEU}
    drafts.save(proposal, Draft(funding=lines), by=place.people.canbo, expected_version=None)
    sent = make.submitted(place, title="Đã trình")
    content = edited(
        exported(place),
        tmp_path,
        **{
            key(proposal): {PLACES: "xã Khác", PROVINCIAL: 5, TITLE: ""},
            key(sent): {TITLE: "Sửa trộm"},
        },
    )
    said = sheets.said(compared(place, content))
    assert any("places: cột này không sửa trong danh mục" in one for one in said)
    assert any("share-provincial: nguồn này đề nghị cho 2 năm" in one for one in said)
    assert any("title: chưa nhập" in one for one in said)
    assert any("title: Đề án đang ở trạng thái" in one for one in said)


def test_a_draft_saved_after_the_export_is_stale(place, tmp_path):
    proposal = make.draft(place)
    content = edited(exported(place), tmp_path, **{key(proposal): {TITLE: "Tên từ danh mục"}})
    drafts.save(
        proposal,
        Draft(fields={"title": "Người khác sửa"}),
        by=place.people.canbo,
        expected_version=None,
    )
    run = compared(place, content)
    assert any("version: đề án đã được sửa sau khi xuất" in one for one in sheets.said(run))
    proposal.refresh_from_db()
    assert proposal.title == "Người khác sửa"


def test_a_draft_saved_between_preview_and_writing_stops_all_of_it(place, tmp_path):
    first, second = make.draft(place, title="Một"), make.draft(place, title="Hai")
    changes = {key(one): {TITLE: f"{one.title}, sửa"} for one in (first, second)}
    run = compared(place, edited(exported(place), tmp_path, **changes))
    assert not run.fault_count
    drafts.save(
        second,
        Draft(fields={"title": "Hai, người khác"}),
        by=place.people.canbo,
        expected_version=None,
    )
    done = sheets.agreed(run, place.people.canbo)
    assert done.state == State.FAILED
    assert "chưa dòng nào được ghi" in done.error
    assert set(Proposal.objects.values_list("title", flat=True)) == {"Một", "Hai, người khác"}


def test_rows_without_a_code_and_of_another_unit_are_faults(place, tmp_path):
    make.draft(place, by=place.people.canbo2, title="Của hội nghề")
    target = io.BytesIO()
    rows = Proposal.objects.all()
    plan.write(target, rows, title="BIỂU", about="", in_millions=False)
    listed = grid(target.getvalue(), tmp_path)
    at = next(i for i, row in enumerate(listed) if "Của hội nghề" in row)
    listed.insert(at + 1, ["9", "Đề án viết thêm", *[""] * (len(listed[at]) - 2)])
    said = sheets.said(compared(place, sheets.book({"Danh mục": listed})))
    assert any("code: không có đề án này, hoặc bạn không được xem" in one for one in said)
    assert any("code: dòng này không có mã đề án" in one for one in said)


def test_the_number_of_queries_does_not_grow_with_the_list(place, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            exported(place)
        return len(asked)

    make.draft(place)
    few = asked()
    for number in range(4):
        make.draft(place, title=f"Đề án {number}")
    assert asked() == few


def with_cost(place: Any, lines: int = 1) -> Proposal:
    """190 from the province and 210 of others, in so many cost lines."""
    proposal = make.draft(place)
    rows = [
        CostRow(
            name=f"Máy sao chè {number}",
            amount=400 * TRIEU // lines,
            shares={
                "provincial": 190 * TRIEU // lines,
                "counterpart": 210 * TRIEU // lines,
            },
        )
        for number in range(lines)
    ]
    funding = {("provincial", 2026): 190 * TRIEU, ("counterpart", 2026): 210 * TRIEU}
    return drafts.save(
        proposal,
        Draft(cost_rows=rows, funding=funding),
        by=place.people.canbo,
        expected_version=None,
    )


def moved(place: Any, tmp_path: Path, proposal: Proposal, *, in_millions: bool = True) -> ImportRun:
    unit = 1 if in_millions else TRIEU
    content = exported(place, in_millions=in_millions)
    head = next(row for row in grid(content, tmp_path) if CODE in row)
    other = next(name for name in head if "đối ứng" in str(name))
    changes = {key(proposal): {PROVINCIAL: 170 * unit, other: 230 * unit}}
    return compared(place, edited(content, tmp_path, **changes))


def test_the_one_cost_line_of_a_source_goes_along_with_its_money(place, tmp_path):
    proposal = with_cost(place)
    run = moved(place, tmp_path, proposal)
    assert not run.fault_count, sheets.said(run)
    told = run.rows.get(action="change").notes["foreseen"]
    assert "Ngân sách tỉnh: 190 → 170 triệu đồng" in told
    assert "sửa bảng dự toán sau khi nhập" not in told
    done = sheets.agreed(run, place.people.canbo)
    assert done.state == State.DONE, done.error
    item = proposal.cost_items.get()
    shares = {share.source.code: share.requested for share in item.shares.all()}
    assert shares == {"provincial": 170 * TRIEU, "counterpart": 230 * TRIEU}
    assert item.amount == 400 * TRIEU


def test_money_of_several_cost_lines_is_left_and_the_preview_says_what_will_not_fit(
    place, tmp_path
):
    proposal = with_cost(place, 2)
    run = moved(place, tmp_path, proposal)
    assert not run.fault_count, sheets.said(run)
    told = run.rows.get(action="change").notes["foreseen"]
    assert "dự toán 190, phân kỳ 170 triệu đồng: sửa bảng dự toán sau khi nhập" in told
    sheets.agreed(run, place.people.canbo)
    kept = [share.requested for item in proposal.cost_items.all() for share in item.shares.all()]
    assert sorted(kept) == [95 * TRIEU, 95 * TRIEU, 105 * TRIEU, 105 * TRIEU]


def test_a_line_that_no_longer_adds_up_is_told_before_writing(place, tmp_path):
    proposal = with_cost(place)
    content = exported(place)
    changes = {key(proposal): {PROVINCIAL: 170 * TRIEU}}
    run = compared(place, edited(content, tmp_path, **changes))
    told = run.rows.get(action="change").notes["foreseen"]
    assert "Các nguồn cộng 380, thành tiền 400 triệu đồng" in told


def test_the_preview_says_old_and_new_in_the_unit_of_the_file(place, tmp_path, client):
    proposal = with_cost(place)
    client.force_login(place.people.canbo)
    for in_millions, old, new, unit in (
        (True, "190", "170", "triệu đồng"),
        (False, "190.000.000", "170.000.000", "đồng"),
    ):
        run = moved(place, tmp_path, proposal, in_millions=in_millions)
        page = client.get(f"/nhap-excel/{run.pk}/").content.decode()
        assert f"<del>{old}</del>" in page
        assert f'<ins>{new}</ins> <span class="un">{unit}</span>' in page
        assert "190 → 170 triệu đồng" in page
        assert "Đơn vị thụ hưởng" not in page, "columns without a change are left out"
        everything = client.get(f"/nhap-excel/{run.pk}/?xem=tat-ca").content.decode()
        assert "Đơn vị thụ hưởng" in everything


def test_what_has_no_activity_is_named_in_words_and_the_list_comes_back(place, tmp_path):
    proposal = make.draft(place)
    proposal.cost_items.update(activity=None)
    proposal.activities.all().delete()
    content = exported(place)
    said = [str(row[0]) for row in grid(content, tmp_path)]
    assert "Khác: chưa chọn nội dung hoạt động" in said
    assert "Cộng" in said
    assert not any("–" in one for one in said)
    run = compared(place, edited(content, tmp_path))
    assert (run.row_count, run.fault_count) == (1, 0), sheets.said(run)


def test_each_unit_has_a_file_name_of_its_own(place, client):
    make.draft(place)
    client.force_login(place.people.canbo)
    names = [
        client.get(f"/de-an/xuat/{query}")["Content-Disposition"] for query in ("", "?dvt=trieu")
    ]
    assert [name.rpartition("-")[2] for name in names] == ["dong.xlsx", "trieu.xlsx"]


def test_a_list_too_long_says_how_long_and_offers_its_years(place, client, monkeypatch):
    for year in (2026, 2026, 2027):
        make.draft(place, title=f"Đề án {year}", year=year)
    monkeypatch.setattr(plan, "MOST", 2)
    client.force_login(place.people.canbo)
    page = client.get("/de-an/xuat/?dvt=trieu", follow=True).content.decode()
    assert "Danh mục có 3 đề án" in page
    assert "2026 (2)</a>" in page
    assert 'href="/de-an/xuat/?plan_year=2027&amp;dvt=trieu"' in page


def test_beyond_so_many_dossiers_only_the_sums_are_looked_at(place, tmp_path, monkeypatch):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    proposals = [with_cost(place) for _number in range(4)]
    changes = {key(one): {PROVINCIAL: 170 * TRIEU} for one in proposals}
    content = edited(exported(place), tmp_path, **changes)

    def asked(most: int) -> int:
        monkeypatch.setattr(plan_changes, "_CHECKED", most)
        with CaptureQueriesContext(connection) as found:
            run = compared(place, content)
        for row in run.rows.all():
            assert "Các nguồn cộng 380" in row.notes["foreseen"]
        return len(found)

    none, one, two = asked(0), asked(1), asked(2)
    assert one - none == two - one <= 8
