"""The main job in a real browser: entered, reviewed by three offices, approved, on paper.

The same steps with and without JavaScript, on a desk and on a phone.
"""

import datetime
import io
import itertools
import re

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.e2e.browsing import DESKTOP, PASSWORD, PHONE, as_user, overflows
from tests.papers import pdf

_number = itertools.count(1)
WAYS = [
    pytest.param((DESKTOP, True), id="1440"),
    pytest.param((DESKTOP, False), id="1440-without-javascript"),
    pytest.param((PHONE, True), id="390"),
    pytest.param((PHONE, False), id="390-without-javascript"),
]


@pytest.fixture(params=WAYS)
def way(request):
    return {"size": request.param[0], "javascript": request.param[1]}


def begin(page: Page, title: str) -> str:
    """A new draft of this year; gives its code."""
    page.goto("/de-an/moi/")
    page.fill("[name=title]", title)
    page.select_option("[name=programme]", "minh-hoa-2026-2030")
    page.select_option("[name=plan_year]", "2026")
    page.click("main form button.pri")
    page.wait_for_load_state()
    return re.search(r"LC-2026-\d+", page.url)[0]


def press(page: Page, action: str) -> None:
    page.locator(f"button[name=action][value={action}]:visible").first.click()
    page.wait_for_load_state()


def onward(page: Page, code: str, section: str) -> None:
    """Save this part and go on to the next one, by the button that says so."""
    press(page, "next")
    page.wait_for_url(f"**/de-an/{code}/sua/{section}/")


def fill_in(page: Page, code: str, javascript: bool) -> None:
    """Everything a complete dossier of one establishment needs, part after part.

    Money is typed as people type it. Ends on the page of checks.
    """
    page.goto(f"/de-an/{code}/sua/don-vi/")
    page.fill("[name=survey_asker]", "Trưởng bản")
    onward(page, code, "co-so")
    page.fill("[name=find]", "co so minh hoa")
    if javascript:
        page.wait_for_selector("[name=beneficiaries]")
    else:
        press(page, "find")
    page.locator("[name=beneficiaries]").first.check()
    onward(page, code, "noi-dung")
    choice = page.locator("[name='activities-0-activity']")
    wanted = choice.locator("option", has_text="KC3d").first.get_attribute("value")
    choice.select_option(wanted)
    page.fill("[name='activities-0-units']", "1")
    page.locator("[name=places]").first.check()
    for name in ("necessity", "content"):
        page.fill(f"[name={name}]", f"Nội dung phần {name} của đề án thử.")
    onward(page, code, "muc-tieu")
    for name in ("goals", "expected_output"):
        page.fill(f"[name={name}]", f"Nội dung phần {name} của đề án thử.")
    onward(page, code, "du-toan")
    page.fill("[name=block]", "Máy sao chè\tmáy\t2\t40tr\t\t\t30 triệu\t0,05 tỷ")
    press(page, "paste")
    assert page.input_value("[name='cost_items-0-amount']") == "80.000.000"
    onward(page, code, "tien-do")
    page.fill("[name=starts_on]", "1/5/2026")
    page.fill("[name=ends_on]", "30112026")
    page.fill("[name='funding-provincial-2026']", "30.000.000")
    page.fill("[name='funding-counterpart-2026']", "50000000")
    onward(page, code, "ho-so")
    give_papers(page)
    onward(page, code, "kiem-tra")
    justify(page)


def give_papers(page: Page) -> None:
    """A file for each paper that the checklist asks for."""
    while (missing := page.locator("li.r form[data-upload]")).count():
        left = missing.count()
        form = missing.first
        paper = {"name": "giay.pdf", "mimeType": "application/pdf", "buffer": pdf()}
        form.locator("input[multiple]").set_input_files([paper])
        if form.locator("button.send").is_visible():
            form.locator("button.send").click()
        expect(missing).to_have_count(left - 1)


def justify(page: Page) -> None:
    """A reason and a paper beside each warning."""
    for box in page.locator("textarea[name$='-reason']").all():
        box.fill("Sở Công Thương đã đồng ý.")
    for box in page.locator("input[name$='-document_number']").all():
        box.fill("12/SCT-QLCN")


def conclude(page: Page, code: str, verb: str, **fields: str) -> None:
    """At the desk: pick the verdict, fill what it needs, send."""
    page.goto(f"/tham-dinh/{code}/")
    radio = page.locator(f"[name=verb][value={verb}]")
    if radio.count():
        radio.check()
    for name, text in fields.items():
        page.fill(f"[name={name}]", text)
    page.click("aside .fin button.pri")
    page.wait_for_load_state()
    # On to the next dossier that waits, or to the list where none does.
    assert code not in page.url, page.inner_text("main")[:600]


def test_a_proposal_goes_all_the_way_to_approval(portal, chromium, way):
    title = f"Máy sao chè thử số {next(_number)}"

    def person(name):
        return as_user(chromium, portal.url, name, **way)

    with person("canbo") as page:
        code = begin(page, title)
        press(page, "save")
        assert "Đã lưu nháp" in page.inner_text("main")
        press(page, "finish")
        press(page, "submit")
        summary = page.inner_text(".errsum")
        assert "Nhập ít nhất một dòng dự toán" in summary and "Chọn địa điểm" in summary
        assert page.title().startswith("Lỗi:")
        ways = [link.get_attribute("href") for link in page.locator(".errsum a").all()]
        for address in ways:
            page.goto(address)
            target = address.partition("#")[2]
            assert page.locator(f"[id='{target}']").count() == 1, f"{address} leads nowhere"
        fill_in(page, code, way["javascript"])
        press(page, "submit")
        assert page.url.endswith(f"/de-an/{code}/"), page.inner_text("main")[:800]
        assert f"Đã trình {code}" in page.inner_text("main")
    with person("canbo2") as page:
        assert page.goto(f"/de-an/{code}/").status == 404
    with person("sct") as page:
        conclude(page, code, "pass")
    with person("sct.lanhdao") as page:
        conclude(page, code, "conclude")
    with person("stc") as page:
        conclude(page, code, "return", reason="Thiếu báo giá thiết bị.")
    with person("canbo") as page:
        page.goto(f"/de-an/{code}/sua/muc-tieu/")
        assert "Thiếu báo giá thiết bị" in page.inner_text("main")
        page.fill("[name=goals]", "Mục tiêu đã bổ sung báo giá.")
        press(page, "finish")
        press(page, "submit")
        assert f"Đã trình {code}" in page.inner_text("main")
    with person("stc") as page:
        page.goto(f"/tham-dinh/{code}/")
        assert "Mục tiêu đã bổ sung báo giá." in page.inner_text("#dif")
        conclude(page, code, "pass")
    with person("ubnd") as page:
        page.goto(f"/tham-dinh/{code}/")
        page.locator("[name=verb][value=approve]").check()
        page.click("aside .fin button.pri")
        page.wait_for_load_state()
        assert "Nhập số văn bản" in page.inner_text(".errsum")
        today = datetime.date.today()
        conclude(
            page,
            code,
            "approve",
            document_number=f"{900 + next(_number)}/QĐ-UBND",
            document_date=f"{today:%d/%m/%Y}",
        )
    with person("lanhdao") as page:
        page.goto(f"/de-an/{code}/")
        text = page.inner_text("main")
        assert "Đã phê duyệt" in text
        assert "phê duyệt nguồn Ngân sách tỉnh: 30 triệu đồng" in text
        assert "trả lại bổ sung, nguồn Ngân sách tỉnh, hạn " in text
        assert "Lý do: Thiếu báo giá thiết bị." in text
    assert "I1: đúng" in portal.manage("check_invariants")


@pytest.mark.parametrize(
    ("size", "javascript"), [(DESKTOP, True), (PHONE, False)], ids=["js", "no-js"]
)
def test_a_report_is_ordered_left_found_again_and_downloaded(portal, chromium, size, javascript):
    with as_user(chromium, portal.url, "lanhdao", size=size, javascript=javascript) as page:
        page.goto("/bao-cao/")
        page.select_option("[name=programme]", "lai-chau-2021-2025")
        page.click("main form button.pri")
        page.wait_for_load_state()
        address = page.url
        page.goto("/tong-quan/")
        totals = page.inner_text("main")
        page.goto(address)
        page.wait_for_selector("a[href$='/tep/']", timeout=60_000)
        with page.expect_download() as told:
            page.click("a[href$='/tep/']")
        content = told.value.path().read_bytes()
    paper = PdfReader(io.BytesIO(content))
    text = " ".join(part.extract_text() for part in paper.pages)
    for words in ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "75.300", "chưa phân bổ", "/BC-SCT"):
        assert words.lower() in text.lower(), words
    for figure in ("15.820", "11.080", "48.400"):
        assert figure in totals and figure in text


@pytest.mark.parametrize(
    ("size", "javascript"), [(DESKTOP, True), (PHONE, False)], ids=["js", "no-js"]
)
def test_two_tabs_show_both_versions_and_a_person_chooses(portal, chromium, size, javascript):
    with as_user(chromium, portal.url, "canbo", size=size, javascript=javascript) as page:
        code = begin(page, f"Hai thẻ {next(_number)}")
        other = page.context.new_page()
        other.goto(page.url)
        page.fill("[name=partner]", "Bản của thẻ thứ nhất")
        press(page, "save")
        assert "Đã lưu nháp" in page.inner_text("main")
        other.fill("[name=partner]", "Bản của thẻ thứ hai")
        press(other, "save")
        shown = other.inner_text("main")
        assert "Người khác vừa lưu đề án này" in shown
        assert "Bản của thẻ thứ nhất" in shown and "Bản của thẻ thứ hai" in shown
        assert overflows(other) == 0
        other.locator("[name=choose-partner][value=mine]").check()
        press(other, "resolve")
        page.goto(f"/de-an/{code}/sua/don-vi/")
        assert page.input_value("[name=partner]") == "Bản của thẻ thứ hai"


def test_the_button_pressed_twice_makes_one_draft(portal, chromium):
    title = f"Bấm hai lần {next(_number)}"
    with as_user(chromium, portal.url, "canbo", javascript=False) as page:
        page.goto("/de-an/moi/")
        page.fill("[name=title]", title)
        page.locator("main form button.pri").dblclick()
        page.wait_for_url("**/sua/don-vi/")
        page.goto(f"/de-an/?search={title.replace(' ', '+')}")
        assert page.locator("a.row", has_text=title).count() == 1


def test_a_page_sent_after_the_session_ended_is_there_after_the_log_in(portal, chromium):
    with as_user(chromium, portal.url, "canbo", size=PHONE, javascript=False) as page:
        begin(page, f"Hết phiên {next(_number)}")
        page.fill("[name=partner]", "Chữ đã gõ lâu")
        page.context.clear_cookies(name="sessionid")
        press(page, "save")
        assert "/dang-nhap/" in page.url
        page.fill("[name=username]", "canbo")
        page.fill("[name=password]", PASSWORD)
        page.click("main form button")
        page.wait_for_load_state()
        assert "Phiên làm việc đã hết" in page.inner_text("main")
        assert page.input_value("[name=partner]") == "Chữ đã gõ lâu"
        press(page, "save")
        assert "Đã lưu nháp" in page.inner_text("main")
        assert page.input_value("[name=partner]") == "Chữ đã gõ lâu"
