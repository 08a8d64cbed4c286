"""The review desk in a real browser: how many clicks things take, keys, and what is in view."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.browsing import DESKTOP, PHONE, as_user, overflows

LAPTOP = {"width": 1366, "height": 768}
# Dossiers of the demonstration that wait for «sct»; the first came back after a return.
WAITING = """
from django.utils import timezone
from khuyencong.core.models import User
from projects import remarks
from projects.firing import fire
from projects.models import Proposal, Review
sct, unit = (User.objects.get(username=name) for name in ('sct', 'canbo'))
waiting = Review.objects.filter(verdict='', organisation=sct.organisation, proposed='',
    track__status='in_step').order_by('pk')
codes = list(dict.fromkeys(waiting.values_list('track__proposal__code', flat=True)))
for code in codes:
    proposal = Proposal.objects.get(code=code)
    if proposal.implementing_unit_id == unit.organisation_id:
        fire(proposal, 'return', by=sct, reason='Sửa tên.')
        Proposal.objects.filter(pk=proposal.pk).update(title=proposal.title + ' sửa')
        fire(Proposal.objects.get(pk=proposal.pk), 'submit', by=unit)
        remarks.write(proposal, by=sct, text='Gửi báo giá.', field='cost_items-0')
        remarks.write(proposal, by=sct, text='Hỏi lại.', is_internal=True)
        break
print('@', code, *[other for other in codes if other != code])
"""


@pytest.fixture(scope="module")
def codes(portal):
    """The dossier that came back, then others that wait."""
    said = portal.manage("shell", "-c", WAITING)
    return next(line for line in said.splitlines() if line.startswith("@")).split()[1:]


class Hand:
    """A person's hand: every press is counted, typing is not."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks = page, 0

    def press(self, what: str) -> None:
        self.page.locator(what).first.click()
        self.clicks += 1

    def type(self, what: str, text: str) -> None:
        self.press(what)
        self.page.keyboard.type(text)


def in_view(page: Page, what: str) -> bool:
    box = page.locator(what).first.bounding_box()
    size = page.viewport_size
    return box["y"] >= 0 and box["y"] + box["height"] <= size["height"]


def test_a_review_begins_with_one_click_and_its_button_is_in_view(portal, chromium, codes):
    with as_user(chromium, portal.url, "sct", size=LAPTOP) as page:
        page.goto("/")
        hand = Hand(page)
        hand.press("main table a.row")
        page.wait_for_url("**/tham-dinh/LC-*/")
        assert hand.clicks == 1
        for part in ("h1", ".queue [aria-current]", "#du-toan h2", "#kt h2"):
            assert page.locator(part).first.is_visible()
        assert in_view(page, "aside .fin button.pri")


def test_what_changed_is_there_without_a_click(portal, chromium, codes):
    with as_user(chromium, portal.url, "sct", size=LAPTOP) as page:
        page.goto(f"/tham-dinh/{codes[0]}/")
        expect(page.locator("#dif h2")).to_contain_text("thay đổi từ lần trả lại")
        assert in_view(page, "#dif h2") and "sửa" in page.inner_text("#dif")
        for cell in page.locator("#dif tbody :is(th, td)").all():
            assert cell.bounding_box()["width"] >= 120
        assert in_view(page, ".queue [aria-current]")
    with as_user(chromium, portal.url, "sct", size=PHONE) as page:
        page.goto(f"/tham-dinh/{codes[0]}/")
        box = page.locator("#dif td[data-l]").last.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"]


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_a_return_with_its_reasons_takes_five_clicks(portal, chromium, codes, javascript):
    code = codes[1 if javascript else 2]
    with as_user(chromium, portal.url, "sct", size=LAPTOP, javascript=javascript) as page:
        page.goto(f"/tham-dinh/{code}/")
        hand = Hand(page)
        button = page.locator("aside .fin button.pri")
        assert page.locator("[name=verb]:checked").count() == 0
        if javascript:
            expect(button).to_have_text("Chọn kết luận")
            expect(button).to_have_attribute("aria-disabled", "true")
        hand.press("fieldset.cr label.no")
        if javascript:
            expect(page.locator("#da-xet")).to_contain_text("1 trên ")
        else:
            hand.press("fieldset.cr details summary")
        hand.type("fieldset.cr input.in", "Thiếu báo giá.")
        hand.press("label.opx:has([value=return])")
        assert in_view(page, "label.opx:has([value=return])")
        assert in_view(page, "aside .fin button.pri")
        if javascript:
            made = "1. Phù hợp nguyên tắc hỗ trợ: Thiếu báo giá."
            expect(page.locator("[name=reason]")).to_have_value(made)
            expect(page.locator("aside .fin button.pri")).to_have_text("Trả lại bổ sung")
        hand.press("aside .fin button.pri")
        page.wait_for_load_state()
        assert hand.clicks <= 5
        said = page.inner_text("main")
        assert f"Trả lại {code} cho" in said and ", hạn " in said
    told = portal.manage(
        "shell",
        "-c",
        "from projects.models import Review; print('@', Review.objects.filter("
        f"track__proposal__code='{code}', verdict='return').last().reason)",
    )
    assert "Phù hợp nguyên tắc hỗ trợ: Thiếu báo giá." in told


def test_keys_move_through_the_queue_and_leave_who_types_alone(portal, chromium, codes):
    with as_user(chromium, portal.url, "sct") as page:
        page.goto("/tham-dinh/")
        page.locator("main table a.row").first.click()
        page.wait_for_url("**/tham-dinh/LC-*/")
        first = page.url
        page.keyboard.press("j")
        page.wait_for_url(lambda address: address != first)
        page.keyboard.press("k")
        page.wait_for_url(first)
        page.keyboard.press("c")
        expect(page.locator("#id_remark-text")).to_be_focused()
        page.keyboard.type("j?k")
        expect(page.locator("#id_remark-text")).to_have_value("j?k")
        assert page.url == first
        page.locator("h1").click()
        page.keyboard.press("?")
        expect(page.locator("#phim")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#phim")).not_to_be_visible()
        page.keyboard.press("?")
        page.check("#phim-off")
        page.keyboard.press("Escape")
        page.keyboard.press("j")
        page.keyboard.press("?")
        expect(page.locator("#phim")).to_be_visible()
        assert page.url == first


def test_a_place_that_is_pointed_at_gets_the_remark(portal, chromium, codes):
    for javascript in (True, False):
        with as_user(chromium, portal.url, "sct", javascript=javascript) as page:
            page.goto(f"/tham-dinh/{codes[0]}/")
            page.locator("#du-toan a.pin").first.click()
            expect(page.locator("#id_remark-field")).to_have_value("cost_items-0")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1440", "390"])
def test_the_desk_is_accessible_and_fits(portal, chromium, codes, size):
    axe, faults = Axe(), []
    with as_user(chromium, portal.url, "sct", size=size) as page:
        for address in ("/tham-dinh/", f"/tham-dinh/{codes[0]}/", f"/de-an/{codes[0]}/y-kien/"):
            page.goto(address)
            if page.locator("label.opx:has([value=return])").count():
                page.locator("label.opx:has([value=return])").click()
                for summary in page.locator(".desk summary:visible").all():
                    summary.click()
            assert overflows(page) <= 0, address
            for violation in axe.run(page).response["violations"]:
                nodes = [node["html"][:160] for node in violation["nodes"][:3]]
                faults.append(f"{address}: {violation['id']} {nodes}")
        if size is PHONE:
            page.goto(f"/tham-dinh/{codes[0]}/")
            assert page.locator(".jump a").all_inner_texts() == [
                "Thay đổi",
                "Hồ sơ",
                "Kiểm tra",
                "Kết luận",
            ]
    assert faults == []
