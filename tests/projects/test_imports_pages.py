"""The pages of an import: upload once, preview by cell, agree, and the list as a workbook."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from khuyencong.core import invariants
from projects.exchange import runs
from projects.exchange.kind import Kind
from projects.models import Enterprise, ImportRun
from tests import make
from tests.projects import sheets

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files", "bells")]
State = ImportRun.State
HEAD = ["STT", "Tên cơ sở", "Loại hình", "Vốn (đồng)"]


@pytest.fixture
def browser(place: Any) -> Client:
    client = Client()
    client.force_login(place.people.canbo)
    return client


def sent(browser: Client, *rows: list[Any], key: str = "k") -> Any:
    content = sheets.book({"Cơ sở": [HEAD, *rows]})
    upload = sheets.SimpleUploadedFile("Sổ cơ sở.xlsx", content, sheets.XLSX)
    return browser.post("/nhap-excel/", {"kind": "enterprises", "key": key, "file": upload})


def test_an_upload_is_read_in_the_background_and_its_page_says_so(browser, bells):
    answer = sent(browser, [1, "Cơ sở A", "Hộ kinh doanh", 5])
    run = ImportRun.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/nhap-excel/{run.pk}/")
    page = browser.get(answer["Location"]).content.decode()
    assert "Bạn có thể rời trang" in page
    assert 'role="progressbar"' in page or "<svg" in page
    part = browser.get(f"/nhap-excel/{run.pk}/tien-do/?step=queued")
    assert part.status_code == 200
    assert "HX-Refresh" not in part
    runs.read(run.pk)
    assert browser.get(f"/nhap-excel/{run.pk}/tien-do/")["HX-Refresh"] == "true"


def test_the_same_page_sent_twice_imports_once(browser):
    first, second = (sent(browser, [1, "A", "Hộ kinh doanh"]) for _n in range(2))
    assert first["Location"] == second["Location"]
    assert ImportRun.objects.count() == 1


def test_faults_are_listed_by_row_and_column_and_the_copy_carries_them(browser, tmp_path):
    sent(browser, [1, "Cơ sở A", "Hộ kinh doanh", "nhiều"], [2, "Cơ sở B", "Hộ kinh doanh", 7])
    run = ImportRun.objects.get()
    runs.read(run.pk)
    address = f"/nhap-excel/{run.pk}/"
    page = browser.get(address).content.decode()
    assert "Dòng 2, cột Vốn (đồng): không phải số" in page
    assert 'id="r-2"' in page
    assert 'id="r-3"' not in page
    assert f"{address}ghi/" not in page
    assert 'id="r-3"' in browser.get(f"{address}?trang=0&xem=tat-ca").content.decode()
    refused = browser.post(f"{address}ghi/", follow=True)
    assert "Tệp còn lỗi nên chưa ghi được" in refused.content.decode()
    copy = b"".join(browser.get(f"{address}loi/").streaming_content)
    seen = sheets.cells(copy, tmp_path)
    assert any("Vốn (đồng): không phải số" in row[0] for row in seen)
    again = sheets.imported("enterprises", copy, run.ordered_by)
    assert [one.split(":")[0] for one in sheets.said(again)] == [
        f"{again.rows.exclude(faults=[]).get().sheet_row} capital"
    ]


def test_agreeing_twice_writes_once_and_the_page_links_to_what_was_written(browser):
    sent(browser, [1, "Cơ sở A", "Hộ kinh doanh"], [2, "Cơ sở B", "Hợp tác xã"])
    run = ImportRun.objects.get()
    runs.read(run.pk)
    page = browser.get(f"/nhap-excel/{run.pk}/").content.decode()
    assert "Ghi 2 cơ sở vào sổ" in page
    for _press in range(2):
        assert browser.post(f"/nhap-excel/{run.pk}/ghi/").status_code == 302
    assert "Chờ ghi" in browser.get(f"/nhap-excel/{run.pk}/").content.decode()
    runs.write(run.pk)
    runs.write(run.pk)
    assert browser.post(f"/nhap-excel/{run.pk}/ghi/").status_code == 302
    runs.write(run.pk)
    assert Enterprise.objects.count() == 2
    page = browser.get(f"/nhap-excel/{run.pk}/").content.decode()
    for one in Enterprise.objects.all():
        assert f'href="/co-so/{one.pk}/"' in page


def test_a_cancelled_import_writes_nothing(browser):
    sent(browser, [1, "Cơ sở A", "Hộ kinh doanh"])
    run = ImportRun.objects.get()
    runs.read(run.pk)
    browser.post(f"/nhap-excel/{run.pk}/ghi/")
    browser.post(f"/nhap-excel/{run.pk}/huy/")
    runs.write(run.pk)
    assert sheets.now(run).state == State.CANCELLED
    assert not Enterprise.objects.exists()


def test_a_workbook_with_numbers_of_persons_is_had_until_the_import_ends(browser):
    sent(browser, [1, "Cơ sở A", "Hộ kinh doanh"])
    run = ImportRun.objects.get()
    runs.read(run.pk)
    address = f"/nhap-excel/{run.pk}/"
    assert browser.get(f"{address}tep/").status_code == 200
    assert f'href="{address}tep/"' in browser.get(address).content.decode()
    browser.post(f"{address}huy/")
    refused = browser.get(f"{address}tep/")
    assert refused.status_code == 410
    assert "chỉ tải về được đến khi lượt nhập kết thúc" in refused.content.decode()
    assert f'href="{address}tep/"' not in browser.get(address).content.decode()
    assert [one for one in invariants.violations() if one.invariant == "I7"] == []


def test_the_workbook_of_an_ended_import_of_proposals_is_still_there(browser, place):
    content = sheets.book({"x": [["y"]]})
    run = sheets.imported("proposals", content, place.people.canbo, place.programme)
    assert run.state == State.FAILED
    assert browser.get(f"/nhap-excel/{run.pk}/tep/").status_code == 200


def test_an_expired_import_says_why(browser):
    sent(browser, [1, "Cơ sở A", "Hộ kinh doanh"])
    run = ImportRun.objects.get()
    runs.read(run.pk)
    ImportRun.objects.update(ordered_at=run.ordered_at - 2 * runs.CONFIRM_WITHIN)
    runs.sweep()
    page = browser.get(f"/nhap-excel/{run.pk}/").content.decode()
    assert "Quá 7 ngày không ai xác nhận" in page


def test_a_mistyped_persons_number_is_masked_on_the_page_and_in_the_copy(browser, place, tmp_path):
    head = ["STT", "Tên cơ sở", "Loại hình", "Số định danh cá nhân"]
    rows = [head, [1, "Cơ sở A", "Hộ kinh doanh", "01234567890"]]
    run = sheets.imported("enterprises", sheets.book({"Cơ sở": rows}), place.people.canbo)
    page = browser.get(f"/nhap-excel/{run.pk}/").content.decode()
    copy = b"".join(browser.get(f"/nhap-excel/{run.pk}/loi/").streaming_content)
    for shown in (page, repr(sheets.cells(copy, tmp_path))):
        assert "•••• •••• 7890" in shown
        assert "01234567890" not in shown


def test_another_kind_of_file_is_refused_beside_its_box(browser):
    png = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(40)
    upload = sheets.SimpleUploadedFile("a.png", png, "image/png")
    answer = browser.post("/nhap-excel/", {"kind": "enterprises", "file": upload})
    assert answer.status_code == 422
    assert "Chỉ nhập được tệp Excel .xlsx" in answer.content.decode()
    assert not ImportRun.objects.exists()


def test_a_preview_asks_the_same_number_of_queries_whatever_its_size(
    browser, place, django_assert_max_num_queries
):
    rows = [[n, f"Cơ sở số {n}", "Hộ kinh doanh", "x"] for n in range(60)]
    run = sheets.imported("enterprises", sheets.book({"Cơ sở": [HEAD, *rows]}), place.people.canbo)
    browser.get("/nhap-excel/")
    with django_assert_max_num_queries(16):
        assert browser.get(f"/nhap-excel/{run.pk}/?page=2").status_code == 200


def test_the_list_page_is_downloaded_with_its_filters(browser, place, tmp_path):
    make.draft(place, title="Đề án hai nghìn", year=2027)
    make.draft(place, title="Đề án một", year=2026)
    answer = browser.get("/de-an/xuat/?plan_year=2027&dvt=trieu")
    assert answer["Content-Type"] == sheets.XLSX
    seen = sheets.cells(b"".join(answer.streaming_content), tmp_path)
    said = "\n".join("|".join(row) for row in seen)
    assert "Đề án hai nghìn" in said
    assert "Đề án một" not in said
    assert "ĐVT: triệu đồng" in said


def test_the_changes_of_a_list_are_shown_old_beside_new(browser, place, tmp_path):
    from tests.projects.test_plan_workbook import TITLE, edited, exported, key

    changed, same = make.draft(place, title="Tên cũ"), make.draft(place, title="Giữ nguyên")
    content = edited(exported(place), tmp_path, **{key(changed): {TITLE: "Tên mới"}})
    run = sheets.imported("plan", content, place.people.canbo)
    page = browser.get(f"/nhap-excel/{run.pk}/").content.decode()
    assert "<del>Tên cũ</del>" in page
    assert "<ins>Tên mới</ins>" in page
    assert "Ghi thay đổi của 1 đề án" in page
    assert same.title not in page
    assert same.title in browser.get(f"/nhap-excel/{run.pk}/?xem=tat-ca").content.decode()


def test_the_chores_of_each_minute_look_after_imports():
    from reports import chores

    assert runs.sweep in chores.CHORES


def test_a_kind_that_cannot_read_judge_and_write_is_none(place):
    class Half(Kind):
        def plans(self):
            return ()

    with pytest.raises(TypeError, match=r"judge.*write"):
        Half(place.people.canbo)
