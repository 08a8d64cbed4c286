"""The list in a real browser: it narrows as one types, counts ticks, and works without a script."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.e2e.browsing import DESKTOP, PHONE, as_user, overflows

PAGES = (
    "/de-an/?search=muong+than&status=draft&ordering=title",
    "/de-an/tong/?status=approved",
    "/de-an/theo-dia-ban/?theo=huyen",
    "/de-an/bo-loc/?search=che",
    "/dia-ban/",
)


def test_the_list_narrows_while_one_types_and_its_totals_come_by_themselves(portal, chromium):
    with as_user(chromium, portal.url, "sct") as page:
        page.goto("/de-an/")
        expect(page.locator("tr.whole")).to_contain_text("theo bộ lọc")
        before = page.locator("tbody tr").count()
        page.fill("#q", "che bien")
        expect(page.locator(".chip")).to_contain_text("Tìm: che bien")
        rows = page.locator("tbody tr")
        assert 0 < rows.count() < before
        page.click(".chip")
        expect(page.locator(".chip")).to_have_count(0)


def test_ticks_are_counted_and_all_of_the_page_is_ticked_at_once(portal, chromium):
    with as_user(chromium, portal.url, "sct") as page:
        page.goto("/de-an/")
        page.check("[data-page]")
        count = page.locator("[name=chon]").count()
        expect(page.locator("[data-chosen]")).to_have_text(str(count))
        page.locator("[name=chon]").first.uncheck()
        expect(page.locator("[data-chosen]")).to_have_text(str(count - 1))
        with page.expect_download() as download:
            page.click("button[value=xuat]")
        assert download.value.suggested_filename == "de-an.xlsx"


def test_filters_views_columns_and_submission_work_without_a_script(portal, chromium):
    with as_user(chromium, portal.url, "canbo", javascript=False) as page:
        page.goto("/de-an/")
        page.fill("#q", "may")
        page.click("form.flt noscript button")
        expect(page.locator(".chip")).to_contain_text("Tìm: may")
        page.click("text=Lưu bộ lọc này")
        page.fill("[name=name]", "Máy không có script")
        page.click("main form button.pri")
        expect(page.locator("#views [aria-current]")).to_have_text("Máy không có script")
        page.click("details.cols summary")
        page.uncheck("[name=cot][value=due]")
        page.click("text=Hiện các cột này")
        expect(page.locator("thead")).not_to_contain_text("Hạn xử lý")
        page.goto("/de-an/?status=draft")
        page.locator("[name=chon]").first.check()
        page.click("button[value=trinh]")
        expect(page.locator("h1")).to_have_text("Trình nhiều đề án")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1440", "390"])
def test_nothing_of_the_list_hinders_anybody(portal, chromium, size):
    axe = Axe()
    with as_user(chromium, portal.url, "canbo", size=size) as page:
        for address in PAGES:
            page.goto(address)
            page.wait_for_load_state("networkidle")
            found = axe.run(page).response["violations"]
            assert [row["id"] for row in found] == [], address
            assert overflows(page) <= 0, address
