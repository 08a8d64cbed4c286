"""Papers in a real browser: photos made small, a lost network outlived, without a script too."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from tests.e2e.browsing import DESKTOP, PHONE, as_user, overflows
from tests.papers import pdf


def photo(width: int, height: int) -> bytes:
    """A picture with enough in it to be large."""
    out = io.BytesIO()
    Image.effect_noise((width, height), 60).convert("RGB").save(out, "JPEG", quality=95)
    return out.getvalue()


def part_of_a_draft(page) -> str:
    """Opens the part on papers of the draft that was only begun; its address."""
    page.goto("/de-an/?search=say+thao+qua")
    code = page.locator("main a[href^='/de-an/LC-']").first.get_attribute("href").split("/")[2]
    address = f"/de-an/{code}/sua/ho-so/"
    page.goto(address)
    return address


def sent(name: str, content: bytes) -> dict:
    kind = "image/jpeg" if name.endswith("jpg") else "application/pdf"
    return {"name": name, "mimeType": kind, "buffer": content}


PLACE = "#giay-cong-van-de-nghi"


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1440", "390"])
def test_a_photo_is_made_small_before_it_is_sent(chromium, portal, size):
    large = photo(3000, 2250)
    with as_user(chromium, portal.url, "canbo", size=size) as page:
        part_of_a_draft(page)
        name = f"anh-{size['width']}"
        page.set_input_files(f"{PLACE} input[multiple]", [sent(f"{name}.jpg", large)])
        page.wait_for_selector("#papers-said >> text=Đã tải lên 1 tệp.")
        link = page.locator(f"{PLACE} .fn a", has_text=name).first
        kept = page.request.get(link.get_attribute("href")).body()
        assert max(Image.open(io.BytesIO(kept)).size) == 2000
        assert len(kept) < len(large)
        assert "Đã có" in page.inner_text(PLACE)
        assert overflows(page) == 0


def test_a_small_photo_and_a_document_go_as_they_are(chromium, portal):
    small, paper = photo(400, 300), pdf()
    with as_user(chromium, portal.url, "canbo") as page:
        part_of_a_draft(page)
        files = [sent("nho.jpg", small), sent("giay.pdf", paper)]
        page.set_input_files(f"{PLACE} input[multiple]", files)
        page.wait_for_selector("#papers-said >> text=Đã tải lên 2 tệp.")
        for name, content in (("nho", small), ("giay", paper)):
            link = page.locator(f"{PLACE} .fn a", has_text=name).first
            assert page.request.get(link.get_attribute("href")).body() == content


def test_a_lost_network_loses_no_file(chromium, portal):
    with as_user(chromium, portal.url, "canbo") as page:
        part_of_a_draft(page)
        page.context.set_offline(True)
        page.set_input_files(f"{PLACE} input[multiple]", [sent("mat-mang.pdf", pdf())])
        page.wait_for_selector(f"{PLACE} .said >> text=Mất mạng")
        page.context.set_offline(False)
        page.wait_for_selector("#papers-said >> text=Đã tải lên 1 tệp.")
        assert page.locator(f"{PLACE} .fn a", has_text="mat-mang").count() == 1


def test_what_is_refused_is_said_at_the_top_and_the_rest_is_kept(chromium, portal):
    with as_user(chromium, portal.url, "canbo") as page:
        part_of_a_draft(page)
        page.fill("#id_paper_title", "Biên bản khảo sát")
        files = [sent("khao-sat.pdf", pdf()), sent("trang.pdf", b"<html><p>")]
        page.set_input_files("#giay-khac input[multiple]", files)
        assert "khao-sat.pdf, trang.pdf" in page.inner_text("#giay-khac .said")
        page.click("#giay-khac button.send")
        page.wait_for_selector("#papers-said >> text=trang.pdf: Chỉ nhận tệp PDF")
        assert "Đã tải lên 1 tệp." in page.inner_text("#papers-said")
        assert page.evaluate("document.activeElement.id") == "papers-said"
        assert "Biên bản khảo sát" in page.inner_text("#giay-khac .given")


def test_without_a_script_papers_come_and_go(chromium, portal):
    with as_user(chromium, portal.url, "canbo", javascript=False) as page:
        address = part_of_a_draft(page)
        page.set_input_files(f"{PLACE} input[multiple]", [sent("khong-script.pdf", pdf())])
        page.click(f"{PLACE} button.send")
        page.wait_for_load_state()
        assert page.url.endswith(address)
        assert "Đã tải lên 1 tệp." in page.inner_text("main")
        row = page.locator(f"{PLACE} .given li", has_text="khong-script")
        row.locator("a.btn").click()
        page.click("main button.bad")
        page.wait_for_load_state()
        assert page.url.endswith(address)
        assert page.locator(f"{PLACE} .given li", has_text="khong-script").count() == 0
