"""What a first visit costs on a weak line: bytes over the wire, with nothing in the cache."""

import pytest
from playwright.sync_api import Page

from tests.e2e.browsing import as_user

KB = 1000
PAGES = {
    "canbo": ["/de-an/", "/de-an/moi/", "/co-so/", "/nhap-excel/", "{draft}"],
    "sct": ["/tham-dinh/", "/ke-hoach-von/", "/van-ban/"],
    "lanhdao": ["/tong-quan/", "/bao-cao/"],
    "quantri": ["/dinh-muc/"],
}
SECTIONS = ("don-vi", "co-so", "noi-dung", "muc-tieu", "du-toan", "tien-do", "ho-so", "kiem-tra")


@pytest.fixture(scope="module")
def draft(portal) -> str:
    said = portal.manage(
        "shell",
        "-c",
        "from projects.models import Proposal\n"
        "own = Proposal.objects.filter(implementing_unit__users__username='canbo')\n"
        "print('@' + own.filter(status='draft').first().code)",
    )
    return said.rsplit("@", 1)[1].split()[0]


def weigh(page: Page, address: str) -> int:
    """Bytes that came over the wire for the page and all it asks for."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    came: list[int] = []
    session.on("Network.loadingFinished", lambda event: came.append(event["encodedDataLength"]))
    page.goto(address, wait_until="networkidle")
    session.detach()
    assert len(came) > 3
    return int(sum(came))


@pytest.mark.parametrize("username", PAGES)
def test_no_page_weighs_more_than_120_kb(portal, chromium, draft, username):
    with as_user(chromium, portal.url, username) as page:
        weights = {
            address: weigh(page, address.format(draft=f"/de-an/{draft}/"))
            for address in PAGES[username]
        }
    assert {address: n for address, n in weights.items() if n > 120 * KB} == {}, weights


def test_no_section_of_the_form_weighs_more_than_60_kb(portal, chromium, draft):
    with as_user(chromium, portal.url, "canbo") as page:
        weights = {name: weigh(page, f"/de-an/{draft}/sua/{name}/") for name in SECTIONS}
    assert {name: n for name, n in weights.items() if n > 60 * KB} == {}, weights
