"""Programme files in the portal: to the đồng, once, and nothing at all where there is a fault."""

import datetime

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from budgets.models import Cell
from khuyencong.core import audit, invariants
from khuyencong.core.models import Organisation, Place
from programmes import loader
from programmes.models import FundingSource, Programme, ProgrammeVersion
from tests.programmes.files import cell, contents, faults, small, target

pytestmark = pytest.mark.django_db
SHIPPED = settings.BASE_DIR / "programmes" / "data"
LAI_CHAU = SHIPPED / "lai-chau-2021-2025.yaml"
TRIEU = 1_000_000


# --- the shipped programme ------------------------------------------------------------------------


def test_the_shipped_programme_is_loaded_to_the_dong(catalogues):
    call_command("load_programme", str(LAI_CHAU), verbosity=0)
    programme = Programme.objects.get(code="lai-chau-2021-2025")
    version = programme.version
    assert version.total_amount == 75_300 * TRIEU
    assert {phase.year: phase.amount for phase in version.year_phases.all()} == {
        2021: 10_814 * TRIEU,
        2022: 21_004 * TRIEU,
        2023: 20_714 * TRIEU,
        2024: 13_054 * TRIEU,
        2025: 9_714 * TRIEU,
    }
    assert {share.source.code: share.amount for share in version.source_shares.all()} == {
        "national": 15_820 * TRIEU,
        "provincial": 11_080 * TRIEU,
        "counterpart": 48_400 * TRIEU,
    }
    quantities = version.target_quantities.order_by("target__position")
    assert {row.target.code: row.quantity for row in quantities} == {
        "cluster": 1,
        "pollution": 3,
        "demonstration": 5,
        "machinery": 30,
    }
    assert all(row.target.activities.exists() for row in quantities)
    assert [row.text for row in programme.objectives.all()] == [
        "Khôi phục và phát triển các làng nghề truyền thống.",
        "Du nhập, phát triển ngành nghề mới gắn với Kế hoạch triển khai "
        "Chương trình mỗi xã một sản phẩm.",
    ]
    assert not programme.is_illustration


def test_cells_that_the_source_does_not_give_are_not_invented(catalogues):
    programme, _made = loader.load(LAI_CHAU)
    assert not programme.version.planned_cells.exists()


def test_every_year_and_state_source_gets_an_empty_cell(catalogues):
    call_command("load_programme", str(LAI_CHAU), verbosity=0)
    cells = Cell.objects.filter(programme__code="lai-chau-2021-2025")
    assert {(cell.year, cell.source.code) for cell in cells} == {
        (year, code) for year in range(2021, 2026) for code in ("national", "provincial")
    }
    assert {(cell.allotted, cell.committed, cell.disbursed) for cell in cells} == {(0, 0, 0)}


def test_the_decision_is_a_document_whose_date_is_missing(catalogues):
    programme, _made = loader.load(LAI_CHAU)
    decision = programme.version.decision
    assert (decision.kind, decision.number) == ("decision", "407/QĐ-UBND")
    assert decision.issuer == Organisation.objects.get(kind="provincial_committee")
    assert decision.issuer_name == "UBND tỉnh Lai Châu"
    assert decision.issued_on is None and decision.year is None
    assert decision.province == programme.province


def test_an_issuer_the_portal_does_not_know_stays_text(write):
    decision = {"number": "2/QĐ-X", "issuer": "Cơ quan lạ"}
    programme, _made = loader.load(write(small(decision=decision)))
    assert programme.version.decision.issuer is None
    assert programme.version.decision.issuer_name == "Cơ quan lạ"


def test_loading_writes_one_row_of_the_trail_that_reads_as_a_sentence(catalogues):
    programme, _made = loader.load(LAI_CHAU)
    (entry,) = audit.trail(programme)
    assert entry.action == "programmes.programme.load"
    assert entry.document == programme.version.decision
    assert entry.changes["total"] == 75_300 * TRIEU
    assert entry.changes["years"]["2022"] == 21_004 * TRIEU
    assert audit.sentence(entry) == (
        "Hệ thống nạp chương trình theo Quyết định 407/QĐ-UBND, tổng kinh phí 75.300 triệu đồng"
    )
    programme.refresh_from_db()
    assert (programme.audit_seq, programme.audit_head) == (1, entry.hash)
    assert list(invariants.violations()) == []


@pytest.mark.parametrize("path", [LAI_CHAU, SHIPPED / "minh-hoa-2026-2030.yaml"], ids=str)
def test_loading_twice_changes_nothing(catalogues, path, capsys):
    call_command("load_programme", str(path))
    before = contents()
    call_command("load_programme", str(path))
    assert contents() == before
    assert "không có gì thay đổi" in capsys.readouterr().out


def test_the_illustration_is_marked_and_has_its_cells(catalogues):
    programme, _made = loader.load(SHIPPED / "minh-hoa-2026-2030.yaml")
    assert programme.is_illustration
    assert programme.version.decision.is_illustration
    assert programme.version.planned_cells.count() == 3


def test_a_database_without_catalogues_gets_them_with_its_first_programme():
    call_command("load_programme", str(LAI_CHAU), verbosity=0)
    assert FundingSource.objects.filter(code="national", is_state=True).exists()


def test_a_refused_first_programme_leaves_even_the_catalogues_out(tmp_path):
    path = tmp_path / "sai.yaml"
    path.write_text("code: x\n")
    with pytest.raises(CommandError):
        call_command("load_programme", str(path))
    assert not FundingSource.objects.exists()


def test_margins_that_disagree_are_refused_with_both_sums_named(write):
    text = LAI_CHAU.read_text(encoding="utf-8").replace("2022: 21004", "2022: 21005")
    (said,) = faults(write(text))
    assert "75.301 triệu đồng" in said and "75.300 triệu đồng" in said


def test_the_command_says_so_and_ends_with_an_error(write):
    path = write(small(total=90))
    with pytest.raises(CommandError, match="không có gì thay đổi") as caught:
        call_command("load_programme", str(path))
    assert "theo năm là 100 triệu" in str(caught.value)
    assert "90 triệu đồng" in str(caught.value)
    assert not Programme.objects.exists() and not Cell.objects.exists()


def test_a_file_that_is_not_there_is_refused(catalogues, tmp_path):
    with pytest.raises(CommandError, match="Không mở được tệp"):
        call_command("load_programme", str(tmp_path / "khong-co.yaml"))
    with pytest.raises(CommandError, match="Không mở được tệp"):
        call_command("load_programme", str(tmp_path))


# --- the same code again --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "Tên khác"}, "name"),
        (
            {
                "total": 101,
                "year_phases": {2026: 41, 2027: 60},
                "source_shares": {"national": 31, "provincial": 20, "counterpart": 50},
            },
            "total",
        ),
        ({"year_phases": {2026: 41, 2027: 59}}, "years 2026"),
        ({"source_shares": {"national": 50, "counterpart": 50}}, "sources provincial"),
        ({"cells": [cell()]}, "cells 2026 national"),
        ({"targets": [target(quantity=4)]}, "targets"),
        ({"targets": []}, "targets"),
        ({"objectives": []}, "objectives"),
        ({"decision": {"number": "9/QĐ-UBND", "issuer": "UBND tỉnh Lai Châu"}}, "decision number"),
        ({"illustration": True}, "illustration"),
        ({"end_year": 2028, "year_phases": {2026: 40, 2027: 60, 2028: 0}}, "end_year"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_same_code_with_other_contents_is_refused(write, changes, said):
    loader.load(write(small()))
    (message,) = faults(write(small(**changes)))
    assert said in message and "phiên bản mới" in message


def test_an_amended_programme_still_knows_its_first_file(write):
    programme, _made = loader.load(write(small()))
    first = programme.version
    second = ProgrammeVersion.objects.create(
        programme=programme, number=2, decision=first.decision, total_amount=200 * TRIEU
    )
    for phase in first.year_phases.all():
        second.year_phases.create(year=phase.year, amount=phase.amount * 2)
    for share in first.source_shares.all():
        second.source_shares.create(source=share.source, amount=share.amount * 2)
    for row in first.target_quantities.all():
        second.target_quantities.create(target=row.target, quantity=row.quantity)
    assert loader.load(write(small())) == (programme, False)


def test_a_date_found_out_later_is_no_other_decision(write):
    programme, _made = loader.load(write(small()))
    decision = programme.version.decision
    decision.issued_on = datetime.date(2020, 4, 15)
    decision.save()
    assert loader.load(write(small())) == (programme, False)


def test_a_decision_that_is_registered_already_is_used_again(write):
    day = "2020-04-15"
    decision = {"number": "1/QĐ-UBND", "issuer": "UBND tỉnh Lai Châu", "issued_on": day}
    first, _made = loader.load(write(small(decision=decision)))
    second, _made = loader.load(write(small(code="khac", decision=decision)))
    assert first.version.decision == second.version.decision
    other = {**decision, "issued_on": "2020-05-01"}
    (said,) = faults(write(small(code="khac-nua", decision=other)))
    assert "đã có với ngày 15/04/2020" in said


def test_another_province_is_only_another_file(write):
    programme, _made = loader.load(write(small(province={"code": "01", "name": "Hà Nội"})))
    assert (programme.province.code, programme.province.name) == ("01", "Hà Nội")
    assert programme.province.level == Place.Level.PROVINCE


def test_reading_asks_the_database_a_fixed_number_of_questions(write, django_assert_num_queries):
    many = [target(code=f"t{number}") for number in range(40)]
    path = write(small(targets=many))
    loader.load(path)
    with django_assert_num_queries(15, exact=False):
        loader.load(path)
