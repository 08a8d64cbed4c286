"""Establishments from a workbook: read by cell, judged by the register's rules, all or nothing."""

from __future__ import annotations

import datetime
import io
import unicodedata
from typing import Any

import pytest
from django.utils import timezone

from khuyencong.core.models import AuditEntry
from projects import register
from projects.exchange import enterprises, templates
from projects.models import Enterprise, EnterpriseIdentifier, ImportRun
from tests import make
from tests.projects import sheets

pytestmark = [pytest.mark.both, pytest.mark.django_db, pytest.mark.usefixtures("files", "bells")]
HEAD = ["STT", "Tên cơ sở *", "Loại hình *", "Mã số thuế", "Số định danh cá nhân", "Địa bàn"]
HEAD += ["Số lao động", "Lao động nữ", "Vốn (đồng)", "Phụ nữ làm chủ", "Vẫn thêm dù trùng tên"]
TAX = "0100109106"
State = ImportRun.State


def row(name: str = "Cơ sở chè A", **cells: Any) -> list[Any]:
    by_head = {"Tên cơ sở *": name, "Loại hình *": "Hộ kinh doanh"} | cells
    return [by_head.get(title) for title in HEAD]


def read(place: Any, *rows: list[Any], **more: Any) -> ImportRun:
    content = sheets.book({"Cơ sở": [HEAD, *rows]}, **more)
    return sheets.imported("enterprises", content, place.people.canbo)


def test_a_workbook_becomes_establishments_with_numbers_places_and_a_trail(place):
    run = read(
        place,
        row(
            "Cơ sở chè A",
            **{
                "Mã số thuế": TAX,
                "Địa bàn": "ban thu",
                "Số lao động": 12,
                "Lao động nữ": "7",
                "Vốn (đồng)": "2 tỷ",
                "Phụ nữ làm chủ": "có",
            },
        ),
        row("Cơ sở chè B", **{"Loại hình *": "hop tac xa", "Vốn (đồng)": 300_000_000}),
    )
    assert (run.state, run.row_count, run.fault_count) == (State.READY, 2, 0), run.error
    assert not Enterprise.objects.exists()
    done = sheets.agreed(run, place.people.canbo)
    assert (done.state, done.written_count) == (State.DONE, 2), done.error
    first = Enterprise.objects.get(name="Cơ sở chè A")
    assert (first.place, first.workers, first.workers_female) == (place.commune, 12, 7)
    assert (first.capital, first.owner_is_woman) == (2_000_000_000, True)
    assert first.identifiers.get().value == TAX
    assert Enterprise.objects.get(name="Cơ sở chè B").kind == Enterprise.Kind.COOPERATIVE
    trail = AuditEntry.objects.filter(action="projects.enterprise.create")
    assert trail.count() == 2
    assert set(done.rows.values_list("written_id", flat=True)) == set(
        Enterprise.objects.values_list("pk", flat=True)
    )


def test_each_fault_names_its_row_and_cell_and_nothing_can_be_written(place):
    run = read(
        place,
        row(**{"Vốn (đồng)": "ba trăm", "Địa bàn": "Bản Không Có"}),
        row("", **{"Loại hình *": "Tập đoàn"}),
        row("Cơ sở C", **{"Mã số thuế": "123", "Số lao động": 5, "Lao động nữ": 9}),
    )
    assert run.state == State.READY
    said = sheets.said(run)
    assert "2 capital: không phải số; nhập ví dụ 300 triệu hoặc 300.000.000" in said
    assert any(one.startswith("2 place: không có «Bản Không Có»") for one in said)
    assert "3 name: chưa nhập" in said
    assert any(one.startswith("3 kind: không có «Tập đoàn»") for one in said)
    assert any(one.startswith("4 tax:") for one in said)
    assert any(one.startswith("4 workers_female:") for one in said)
    with pytest.raises(Exception, match="còn lỗi"):
        sheets.agreed(run, place.people.canbo)
    assert not Enterprise.objects.exists()


def test_what_the_register_has_is_recognised_by_number_and_by_name_and_place(place):
    known = make.enterprise(place, "HTX Chè Bản Thử")
    numbered = make.enterprise(place, "Cơ sở khác hẳn")
    EnterpriseIdentifier.objects.create(enterprise=numbered, kind="tax10", value=TAX)
    run = read(
        place,
        row("Hợp tác xã chè bản thử", **{"Địa bàn": "xã Bản Thử"}),
        row("Tên mới tinh", **{"Mã số thuế": TAX}),
        row("HTX Chè Bản Thử", **{"Địa bàn": "xã Bản Thử", "Vẫn thêm dù trùng tên": "có"}),
        row("Cơ sở mới"),
    )
    assert not run.fault_count, sheets.said(run)
    assert [one.action for one in run.rows.all()] == ["same", "same", "create", "create"]
    assert known.code in run.rows.all()[0].notes["name"]
    assert numbered.code in run.rows.all()[1].notes["tax"]
    assert sheets.agreed(run, place.people.canbo).written_count == 2
    assert Enterprise.objects.count() == 4


def test_rows_that_repeat_each_other_are_faults(place):
    run = read(
        place,
        row("Cơ sở A", **{"Mã số thuế": TAX}),
        row("Cơ sở B", **{"Mã số thuế": TAX}),
        row("Cơ sở C"),
        row("co so c"),
    )
    assert sheets.said(run) == [
        "3 tax: trùng với dòng 2",
        "5 name: trùng tên và địa bàn với dòng 4",
    ]


def test_decomposed_letters_are_composed_and_old_codings_refused_by_cell(place):
    run = read(
        place,
        row(unicodedata.normalize("NFD", "Cơ sở chế biến chè")),
        row("C¬ së chÕ biÕn chÌ"),
    )
    assert [one.split(":")[0] for one in sheets.said(run)] == ["3 name"]
    assert "TCVN3" in sheets.said(run)[0]
    assert run.rows.all()[0].values["name"] == unicodedata.normalize("NFC", "Cơ sở chế biến chè")


def test_formulas_and_merged_cells_are_faults_in_words(place):
    def change(made: Any) -> None:
        paper = made.worksheets()[0]
        paper.write_formula(1, 6, "=5+7", None, 12)
        paper.merge_range(1, 2, 2, 2, "Hộ kinh doanh")

    run = read(place, row("A"), row("B", **{"Loại hình *": None}), change=change)
    said = sheets.said(run)
    assert any(one.startswith("2 workers: có công thức") for one in said)
    assert any(one.startswith("3 kind: nằm trong ô gộp C2:C3") for one in said)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"Trang": [["Cột lạ"], ["x"]]}, "thiếu cột: Tên cơ sở, Loại hình"),
        ({"Cơ sở": [HEAD]}, "Không có dòng nào"),
        ({"Cơ sở": [[*HEAD, "Tên cơ sở"], row()]}, "hai cột «Tên cơ sở»"),
    ],
)
def test_a_workbook_of_another_shape_is_refused_in_words(place, content, words):
    run = sheets.imported("enterprises", sheets.book(content), place.people.canbo)
    assert run.state == State.FAILED
    assert words in run.error


def test_the_template_with_its_example_untouched_has_nothing_to_import(place, tmp_path):
    target = io.BytesIO()
    templates.write(target, enterprises.Enterprises(place.people.canbo))
    seen = sheets.cells(target.getvalue(), tmp_path, "Cơ sở")
    assert ["Ví dụ"] in [line[:1] for line in seen]
    run = sheets.imported("enterprises", target.getvalue(), place.people.canbo)
    assert run.state == State.FAILED
    assert "Không có dòng nào" in run.error


def test_a_persons_own_number_is_masked_in_the_preview_and_forgotten_when_written(place):
    run = read(place, row(**{"Số định danh cá nhân": "012345678901"}))
    assert not run.fault_count, sheets.said(run)
    assert run.rows.get().cells["personal"] == "•••• •••• 8901"
    done = sheets.agreed(run, place.people.canbo)
    assert "personal" not in done.rows.get().values
    assert EnterpriseIdentifier.objects.get().value == "012345678901"


def test_a_tax_number_with_a_wrong_check_digit_is_taken_and_said(place):
    run = read(place, row(**{"Mã số thuế": "0100109107"}))
    assert not run.fault_count
    assert "không khớp số kiểm tra" in run.rows.get().notes["tax"]


def test_what_changed_between_preview_and_writing_writes_nothing(place):
    run = read(place, row("Cơ sở A"), row("Cơ sở B", **{"Mã số thuế": TAX}))
    other = make.enterprise(place, "Vừa thêm")
    register.save(other, by=None, numbers=[register.Number("tax10", TAX)])
    done = sheets.agreed(run, place.people.canbo)
    assert done.state == State.FAILED
    assert done.error.startswith("Dòng 3:")
    assert "chưa dòng nào được ghi" in done.error
    assert Enterprise.objects.get() == other
    assert done.written_count == 0


def test_judging_asks_for_lists_alone_however_many_rows(place, django_assert_max_num_queries):
    from projects.exchange.intake import recognised

    def judged(count: int) -> None:
        rows = [row(f"Cơ sở số {n}", **{"Mã số thuế": f"01001{n:05d}"}) for n in range(count)]
        content = sheets.book({"Cơ sở": [HEAD, *rows]})
        run = sheets.runs.order("enterprises", sheets.upload(content), place.people.canbo)
        kind = enterprises.Enterprises(place.people.canbo)
        found = recognised(sheets.reading.read(run.file.content.path), kind.plans())
        with django_assert_max_num_queries(3):
            assert len(kind.judge(found)) == count

    judged(2)
    judged(300)


def test_two_previews_of_one_workbook_are_written_once(place):
    first, second = (read(place, row("Cơ sở A"), row("Cơ sở B")) for _n in range(2))
    assert not second.fault_count
    assert sheets.agreed(first, place.people.canbo).state == State.DONE
    done = sheets.agreed(second, place.people.canbo)
    assert done.state == State.FAILED
    assert "đã có trong sổ" in done.error
    assert Enterprise.objects.count() == 2


OWN = "012345678901"


def kept(run: ImportRun) -> str:
    """Everything the rows of a run still hold."""
    return repr(list(run.rows.values("cells", "values", "faults", "notes")))


def test_a_persons_number_is_forgotten_when_the_import_is_cancelled(place):
    run = read(place, row(**{"Số định danh cá nhân": OWN}))
    assert OWN in kept(run)
    assert sheets.runs.cancel(run)
    assert OWN not in kept(run)


def test_a_persons_number_is_forgotten_when_the_writing_fails(place):
    run = read(place, row("Cơ sở A", **{"Số định danh cá nhân": OWN}))
    other = make.enterprise(place, "Vừa thêm")
    register.save(other, by=None, numbers=[register.Number("personal12", OWN)])
    assert sheets.agreed(run, place.people.canbo).state == State.FAILED
    assert OWN not in kept(run)


def test_numbers_a_dead_worker_left_in_an_ended_import_are_swept(place):
    run = read(place, row(**{"Số định danh cá nhân": OWN}))
    ended = {"state": State.CANCELLED, "ended_at": timezone.now()}
    ImportRun.objects.filter(pk=run.pk).update(**ended)
    sheets.runs.sweep()
    assert OWN not in kept(run)


def test_a_preview_nobody_agrees_to_expires_with_its_numbers_and_says_so(place):
    run, fresh = (read(place, row(**{"Số định danh cá nhân": OWN})) for _n in range(2))
    long_ago = timezone.now() - sheets.runs.CONFIRM_WITHIN - datetime.timedelta(minutes=1)
    ImportRun.objects.filter(pk=run.pk).update(ordered_at=long_ago)
    sheets.runs.sweep()
    ended = sheets.now(run)
    assert (ended.state, sheets.now(fresh).state) == (State.CANCELLED, State.READY)
    assert "7 ngày không ai xác nhận" in ended.error
    assert ended.ended_at
    assert OWN not in kept(run)
    assert OWN in kept(fresh)


@pytest.mark.parametrize("typed", ["01234567890", "0123 4567 8901 2", "01234567890X"])
def test_a_mistyped_persons_number_is_judged_whole_and_kept_masked(place, typed):
    run = read(place, row(**{"Số định danh cá nhân": typed}))
    assert sheets.said(run)[0].startswith(f"2 personal: có {len(typed)} ký tự.")
    assert run.rows.get().cells["personal"] == f"•••• •••• {typed[-4:]}"
    assert typed not in kept(run)


def test_a_persons_number_in_the_column_of_tax_numbers_is_masked_too(place):
    run = read(place, row(**{"Mã số thuế": OWN}))
    assert run.fault_count == 1
    assert OWN not in kept(run)


def test_a_masked_number_sent_back_is_to_be_typed_again(place):
    run = read(place, row(**{"Số định danh cá nhân": "•••• •••• 8901"}))
    assert sheets.said(run) == ["2 personal: số đã được che bớt; gõ lại đủ các chữ số"]


def test_a_known_number_under_another_name_says_whose_it_is(place):
    known = make.enterprise(place, "HTX Chè Bản Thử")
    EnterpriseIdentifier.objects.create(enterprise=known, kind="tax10", value=TAX)
    other = read(place, row("Xưởng mộc", **{"Mã số thuế": TAX})).rows.get()
    alike = read(place, row("Hợp tác xã chè bản thử", **{"Mã số thuế": TAX})).rows.get()
    assert (other.action, alike.action) == ("same", "same")
    assert f"là của «HTX Chè Bản Thử» ({known.code}), khác tên" in other.notes["tax"]
    assert "khác tên" not in alike.notes["tax"]


def test_the_example_has_a_number_of_nobody_and_is_refused_without_its_mark(place):
    example = enterprises.EXAMPLE_TAX
    assert example.startswith("99")
    run = read(place, row(**{"Mã số thuế": example}))
    assert [one.split(";")[0] for one in sheets.said(run)] == ["2 tax: là số của dòng ví dụ"]
