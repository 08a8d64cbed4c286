"""A workbook in a real browser: its faults by cell, mended, agreed to, written by a real worker."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.e2e.browsing import DESKTOP, PHONE, as_user, overflows
from tests.projects import sheets

HEAD = ["STT", "Tên cơ sở", "Loại hình", "Vốn (đồng)"]


def send(page, rows) -> None:
    """Uploads a workbook of establishments and waits until it is read."""
    content = sheets.book({"Cơ sở": [HEAD, *rows]})
    page.goto("/nhap-excel/")
    form = page.locator("form.imu").first
    form.locator("input[type=file]").set_input_files(
        [{"name": "co-so.xlsx", "mimeType": sheets.XLSX, "buffer": content}]
    )
    form.locator("button").click()
    page.wait_for_selector("#h-rows")  # a page without a script loads itself anew


def sound(page, javascript: bool) -> list[str]:
    """What is wrong with the looks of a page."""
    if not javascript:
        return []
    found = [one["id"] for one in Axe().run(page).response["violations"]]
    return found + (["too wide"] if overflows(page) > 0 else [])


@pytest.mark.parametrize(
    ("size", "javascript"),
    [(DESKTOP, True), (PHONE, True), (PHONE, False)],
    ids=["1440", "390", "390-no-script"],
)
def test_faults_are_mended_and_the_workbook_is_written(portal, chromium, size, javascript):
    name = f"Cơ sở gửi từ {size['width']} {javascript}"
    with as_user(chromium, portal.url, "canbo", size=size, javascript=javascript) as page:
        page.goto("/nhap-excel/")
        assert sound(page, javascript) == []
        send(page, [[1, f"{name} A", "Hộ kinh doanh", "nhiều"], [2, f"{name} B", "Hợp tác xã", 5]])
        assert "Dòng 2, cột Vốn (đồng): không phải số" in page.inner_text("main")
        assert sound(page, javascript) == []
        send(page, [[1, f"{name} A", "Hộ kinh doanh", "2 tỷ"], [2, f"{name} B", "Hợp tác xã", 5]])
        assert sound(page, javascript) == []
        page.click("text=Ghi 2 cơ sở vào sổ")
        page.wait_for_selector("text=Đã thêm 2")
        assert sound(page, javascript) == []
        page.click(f"text={name} A")
        assert page.inner_text("h1") == f"{name} A"
