"""What the script of the annual plan counts while somebody answers for each dossier."""

from __future__ import annotations

from types import SimpleNamespace

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from playwright.sync_api import Browser, Page

from projects.annual.room import Room
from tests.make import TRIEU

ROW = """<tr data-answer><td>
<input type="radio" name="kq-{n}" id="y-{n}" value="duyet" checked>
<input type="radio" name="kq-{n}" id="l-{n}" value="de-lai"></td>
<td><input name="so-{n}" id="so-{n}" value="{typed}" data-counts><input value="900tr"></td></tr>"""


def shown(browser: Browser, *typed: str) -> Page:
    """The panel of sums as the portal makes it, above rows with these amounts."""
    room = Room(500 * TRIEU, 0, 500 * TRIEU, 500 * TRIEU, None, None)
    source = SimpleNamespace(name="Ngân sách tỉnh")
    plan = SimpleNamespace(source=source, source_words="ngân sách tỉnh", year=2026)
    with translation.override("vi"):
        panel = render_to_string("projects/annual/_room.html", {"room": room, "plan": plan})
    rows = "".join(ROW.format(n=n, typed=text) for n, text in enumerate(typed))
    page = browser.new_page()
    page.set_content(
        f'<html lang="vi"><form id="qd" data-yes="duyet">{panel}<table>{rows}</table></form>'
    )
    script = settings.BASE_DIR / "static/js/annual.js"
    page.add_script_tag(content=script.read_text(encoding="utf-8"))
    page.evaluate("dispatchEvent(new Event('pageshow'))")
    return page


def sums(page: Page) -> tuple[str, str, bool]:
    left = page.locator("[data-left]")
    return (
        page.inner_text("[data-sum]"),
        left.inner_text(),
        page.locator("[data-short]").is_visible(),
    )


def test_what_is_left_goes_out_of_the_sum_and_comes_back(chromium):
    page = shown(chromium, "200.000.000", "0,15 tỷ", "300tr")
    assert sums(page) == ("650", "-150", True)
    page.check("#l-2")
    assert sums(page) == ("350", "150", False)
    page.fill("#so-0", "100 triệu đồng")
    assert sums(page) == ("250", "250", False)
    page.fill("#so-0", "không rõ")  # what cannot be read counts nothing, as on the server
    assert sums(page) == ("150", "350", False)
    page.check("#y-2")
    assert sums(page) == ("450", "50", False)
    page.close()
