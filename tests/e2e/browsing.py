"""Walk the real portal in a real browser as one of its people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page

PASSWORD = "khuyencong-demo"
# What a browser writes of answers and networks that a test asked for.
EXPECTED = ("status of 4", "ERR_INTERNET_DISCONNECTED")
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@contextmanager
def as_user(
    browser: Browser,
    address: str,
    username: str,
    *,
    size: dict[str, int] = DESKTOP,
    javascript: bool = True,
    password: str = PASSWORD,
) -> Iterator[Page]:
    """A page of its own, logged in; what the browser complains about fails the test."""
    context = browser.new_context(
        viewport=size, java_script_enabled=javascript, locale="vi", base_url=address
    )
    context.set_default_timeout(15_000)
    complaints: list[str] = []
    page = context.new_page()
    page.on(
        "console",
        lambda said: (
            complaints.append(f"{said.type}: {said.text}")
            if said.type in {"error", "warning"} and not any(word in said.text for word in EXPECTED)
            else None
        ),
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    try:
        page.goto("/dang-nhap/")
        page.fill("[name=username]", username)
        page.fill("[name=password]", password)
        page.click("main form button")
        page.wait_for_load_state()
        assert "/dang-nhap/" not in page.url, page.inner_text("main")
        yield page
        assert complaints == []
    finally:
        context.close()


def overflows(page: Page) -> int:
    """Pixels by which the page is wider than its window."""
    return page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
