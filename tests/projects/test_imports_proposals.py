"""Proposals from a workbook: a row each, and their cost lines on a second sheet."""

from __future__ import annotations

import datetime
import io
import zipfile
from typing import Any

import pytest

from khuyencong.core import clock
from projects.exchange import proposals, templates
from projects.models import EnterpriseIdentifier, ImportRun, Proposal
from tests import make
from tests.projects import sheets

pytestmark = [pytest.mark.both, pytest.mark.django_db, pytest.mark.usefixtures("files", "bells")]
State = ImportRun.State
TRIEU = 1_000_000
HEAD = ["Số đề án", "Tên đề án", "Loại đề án", "Năm kế hoạch", "Nội dung hoạt động"]
HEAD += ["Số lượng kết quả", "Địa điểm thực hiện", "Cơ sở thụ hưởng", "Bắt đầu", "Kết thúc"]
HEAD += ["Xã, phường có nhu cầu", "Người, cơ quan đề nghị", "Số văn bản khảo sát nhu cầu"]
HEAD += ["Ngày văn bản khảo sát"]
LINES = ["Số đề án", "Nội dung chi", "ĐVT", "Số lượng", "Đơn giá", "Thành tiền"]
LINES += ["Ngân sách tỉnh", "Cơ sở đối ứng", "Năm cấp kinh phí"]


@pytest.fixture
def year(place: Any) -> int:
    return max(clock.today().year, place.programme.start_year)


def head(year: int, ref: Any = 1, title: str = "Hỗ trợ máy sao chè", **cells: Any) -> list[Any]:
    by_head = {"Số đề án": ref, "Tên đề án": title, "Năm kế hoạch": year} | cells
    return [by_head.get(name) for name in HEAD]


def line(ref: Any = 1, **cells: Any) -> list[Any]:
    by_head = {
        "Số đề án": ref,
        "Nội dung chi": "Máy sao chè",
        "ĐVT": "bộ",
        "Số lượng": 2,
        "Đơn giá": "150 triệu",
        "Ngân sách tỉnh": 100 * TRIEU,
        "Cơ sở đối ứng": "200.000.000",
    } | cells
    return [by_head.get(name) for name in LINES]


def read(place: Any, heads: list[Any], lines: list[Any], **more: Any) -> ImportRun:
    content = sheets.book({"Đề án": [HEAD, *heads], "Dự toán": [LINES, *lines]}, **more)
    return sheets.imported("proposals", content, place.people.canbo, place.programme)


def test_a_workbook_becomes_drafts_with_money_by_source_and_year(place, year):
    firm = make.enterprise(place, "HTX Chè Bản Thử")
    run = read(
        place,
        [
            head(
                year,
                **{
                    "Loại đề án": "Một cơ sở thụ hưởng", "Nội dung hoạt động": "KC3d",
                    "Số lượng kết quả": 2, "Địa điểm thực hiện": "xã Bản Thử",
                    "Cơ sở thụ hưởng": "htx chè bản thử",
                    "Bắt đầu": datetime.date(year, 5, 1), "Kết thúc": f"30/11/{year}",
                    "Xã, phường có nhu cầu": "Bản Thử",
                    "Người, cơ quan đề nghị": "UBND xã Bản Thử",
                    "Số văn bản khảo sát nhu cầu": "12/BC-UBND",
                    "Ngày văn bản khảo sát": datetime.date(year - 1, 3, 2),
                },
            ),
            head(year, ref=2, title="Đề án chưa có dự toán"),
        ],
        [line(), line(**{"Nội dung chi": "Lắp đặt", "Năm cấp kinh phí": year + 1})],
    )  # fmt: skip
    assert not run.fault_count, sheets.said(run)
    assert not Proposal.objects.exists()
    done = sheets.agreed(run, place.people.canbo)
    assert (done.state, done.written_count) == (State.DONE, 4), done.error
    made = Proposal.objects.get(title="Hỗ trợ máy sao chè")
    assert made.status == Proposal.Status.DRAFT
    assert made.implementing_unit == place.orgs.centre
    assert (made.starts_on, made.ends_on) == (
        datetime.date(year, 5, 1),
        datetime.date(year, 11, 30),
    )
    survey = (made.survey_place, made.survey_asker, made.survey_number, made.survey_on)
    assert survey == (place.commune, "UBND xã Bản Thử", "12/BC-UBND", datetime.date(year - 1, 3, 2))
    assert made.activities.get().units == 2
    assert made.beneficiaries.get().enterprise == firm
    assert [item.amount for item in made.cost_items.all()] == [300 * TRIEU, 300 * TRIEU]
    asked = set(made.funding_lines.values_list("source__code", "year", "requested"))
    assert asked == {
        ("provincial", year, 100 * TRIEU),
        ("provincial", year + 1, 100 * TRIEU),
        ("counterpart", year, 200 * TRIEU),
        ("counterpart", year + 1, 200 * TRIEU),
    }
    assert "ban thu" in made.search_text
    assert Proposal.objects.get(title="Đề án chưa có dự toán").cost_items.count() == 0


def test_faults_of_both_sheets_are_said_by_row_and_cell(place, year):
    run = read(
        place,
        [
            head(year, **{"Nội dung hoạt động": "KC99", "Cơ sở thụ hưởng": "Không ai biết"}),
            head(1999, ref=2, title="Khác"),
            head(year, ref=2, title="Khác nữa", **{"Bắt đầu": "1/5/2026", "Kết thúc": "1/4/2026"}),
        ],
        [line(**{"Đơn giá": "hai mươi"}), line(ref=7), line(**{"Số lượng": 0})],
    )
    said = sheets.said(run)
    for words in (
        "2 activities: không có «KC99»",
        "2 beneficiaries: không có «Không ai biết» trong sổ cơ sở",
        "3 plan_year: không có «1999»",
        "3 ref: số này ghi ở nhiều dòng",
        "4 ends_on: phải từ ngày bắt đầu trở đi",
        "2 unit_price: không phải số",
        "3 ref: trang «Đề án» không có số 7",
        "4 quantity: Số lượng phải lớn hơn 0",
    ):
        assert any(one.startswith(words) for one in said), (words, said)
    with pytest.raises(Exception, match="còn lỗi"):
        sheets.agreed(run, place.people.canbo)
    assert not Proposal.objects.exists()


def test_the_same_workbook_sent_again_is_recognised(place, year):
    run = read(place, [head(year)], [line()])
    sheets.agreed(run, place.people.canbo)
    again = read(place, [head(year), head(year, ref=2, title="HO TRO MAY SAO CHE")], [line()])
    code = Proposal.objects.get().code
    assert sheets.said(again) == [
        f"2 title: đã có đề án {code} cùng tên, cùng năm kế hoạch",
        "3 title: trùng tên với dòng 2",
    ]


def test_two_establishments_of_one_name_are_told_apart_by_their_numbers(place, year):
    make.enterprise(place, "Cơ sở chè")
    other = make.enterprise(place, "Cơ sở chè")
    EnterpriseIdentifier.objects.create(enterprise=other, kind="tax10", value="0100109106")
    run = read(place, [head(year, **{"Cơ sở thụ hưởng": "Cơ sở chè"})], [])
    assert "có 2 cơ sở tên «Cơ sở chè»" in sheets.said(run)[0]
    said = f"0100109106; {other.code}"
    run = read(place, [head(year, **{"Cơ sở thụ hưởng": said})], [])
    assert run.rows.get().values["beneficiaries"] == [other.pk]


def test_a_computed_amount_may_be_a_formula_and_is_computed_again(place, year):
    def change(made: Any) -> None:
        made.worksheets()[1].write_formula(1, 5, "=D2*E2", None, 7)

    run = read(place, [head(year)], [line(**{"Đơn giá": 150 * TRIEU})], change=change)
    assert not run.fault_count, sheets.said(run)
    sheets.agreed(run, place.people.canbo)
    assert Proposal.objects.get().cost_items.get().amount == 300 * TRIEU


def test_the_template_offers_lists_notes_and_an_ignored_example(place, tmp_path):
    target = io.BytesIO()
    templates.write(target, proposals.Proposals(place.people.canbo, place.programme))
    seen = sheets.cells(target.getvalue(), tmp_path, "Đề án")
    heads = next(row for row in seen if "Số đề án *" in row)
    assert {"Xã, phường có nhu cầu", "Người, cơ quan đề nghị"} <= set(heads)
    run = sheets.imported("proposals", target.getvalue(), place.people.canbo, place.programme)
    assert "Không có dòng nào" in run.error
    with zipfile.ZipFile(target) as parts:
        names = parts.namelist()
        first = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<dataValidations" in first
    assert 'state="frozen"' in first
    assert any(name.startswith("xl/comments") for name in names)


def test_an_import_is_there_for_who_ordered_it_alone(place, year):
    run = read(place, [head(year)], [line()])
    assert run in ImportRun.objects.visible_to(place.people.canbo)
    assert run not in ImportRun.objects.visible_to(place.people.canbo2)


def test_two_previews_of_one_workbook_are_written_once(place, year):
    first, second = (read(place, [head(year)], [line()]) for _n in range(2))
    assert not second.fault_count
    assert sheets.agreed(first, place.people.canbo).state == State.DONE
    done = sheets.agreed(second, place.people.canbo)
    assert done.state == State.FAILED
    assert "cùng tên, cùng năm kế hoạch" in done.error
    assert Proposal.objects.count() == 1
