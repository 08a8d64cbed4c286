"""The form while it is typed: saved by itself, kept when the line is gone, never overwritten."""

import itertools

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.browsing import DESKTOP, PHONE, as_user, overflows
from tests.papers import pdf

_number = itertools.count(1)
SECTIONS = (
    *("don-vi", "co-so", "noi-dung", "muc-tieu"),
    *("du-toan", "tien-do", "ho-so", "kiem-tra"),
)
SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1440", "390"])
LINES = 20


@pytest.fixture
def code(portal) -> str:
    """A fresh draft of the illustrative programme, entered by ``canbo``."""
    said = portal.manage(
        "shell",
        "-c",
        f"""
from khuyencong.core.models import User
from programmes.models import Activity, Programme
from projects import drafts
user = User.objects.get(username="canbo")
programme = Programme.objects.get(code="minh-hoa-2026-2030")
made = drafts.create(programme, 2026, title="Thử biểu mẫu {next(_number)}", kind="single", by=user)
kc3d = Activity.objects.filter(code="KC3d").first()
drafts.save(made, drafts.Draft(activities=[(kc3d, 1)]), by=user, expected_version=made.version)
print("@" + made.code)
""",
    )
    return said.rsplit("@", 1)[1].split()[0]


def section(page: Page, code: str, name: str) -> None:
    page.goto(f"/de-an/{code}/sua/{name}/")


def status(page: Page):
    return page.locator(".dock [role=status]")


def kept(page: Page) -> int:
    """How many sections this device keeps."""
    return page.evaluate("Object.keys(localStorage).filter(k => k.startsWith('kc-draft:')).length")


@SIZES
def test_what_is_typed_is_saved_by_itself(portal, chromium, code, size):
    with as_user(chromium, portal.url, "canbo", size=size) as page:
        section(page, code, "noi-dung")
        page.fill("[name=necessity]", "Máy cũ hỏng luôn.")
        expect(status(page)).to_contain_text("Đã lưu nháp lúc")
        assert kept(page) == 0
        page.reload()
        assert page.input_value("[name=necessity]") == "Máy cũ hỏng luôn."


def test_a_second_change_is_saved_on_top_of_the_first(portal, chromium, code):
    with as_user(chromium, portal.url, "canbo") as page:
        section(page, code, "noi-dung")
        for text in ("Một.", "Một, hai.", "Một, hai, ba."):
            with page.expect_response(lambda r: r.request.method == "POST" and r.status == 200):
                page.fill("[name=necessity]", text)
                page.locator("[name=content]").focus()
            expect(status(page)).to_contain_text("Đã lưu nháp lúc")
        page.reload()
        assert page.input_value("[name=necessity]") == "Một, hai, ba."


def test_without_a_line_the_text_stays_here_and_goes_out_when_it_is_back(portal, chromium, code):
    with as_user(chromium, portal.url, "canbo") as page:
        section(page, code, "muc-tieu")
        page.context.set_offline(True)
        page.fill("[name=goals]", "Tăng năng suất.")
        expect(status(page)).to_contain_text("Mất mạng")
        assert kept(page) == 1
        page.context.set_offline(False)
        expect(status(page)).to_contain_text("Đã lưu nháp lúc")
        assert kept(page) == 0
        page.reload()
        assert page.input_value("[name=goals]") == "Tăng năng suất."


def test_a_page_closed_without_a_line_gives_its_text_back(portal, chromium, code):
    with as_user(chromium, portal.url, "canbo") as page:
        section(page, code, "muc-tieu")
        page.context.set_offline(True)
        page.fill("[name=goals]", "Gõ lúc mất mạng.")
        expect(status(page)).to_contain_text("Mất mạng")
        page.close(run_before_unload=False)
        page.context.set_offline(False)
        again = page.context.new_page()
        section(again, code, "muc-tieu")
        expect(again.locator("[name=goals]")).to_have_value("Gõ lúc mất mạng.")
        expect(status(again)).not_to_contain_text("chưa lưu")
        assert kept(again) == 0


def test_two_editors_see_both_versions_and_choose(portal, chromium, code):
    with as_user(chromium, portal.url, "canbo") as first:
        second = first.context.new_page()
        section(first, code, "noi-dung")
        section(second, code, "noi-dung")
        first.fill("[name=necessity]", "Bản của thẻ thứ nhất.")
        expect(status(first)).to_contain_text("Đã lưu nháp lúc")
        second.fill("[name=necessity]", "Bản của thẻ thứ hai.")
        choose = second.locator("[data-compare]")
        expect(choose).to_be_visible()
        # Whatever is typed on now, nothing is sent over the other's text.
        second.fill("[name=necessity]", "Bản của thẻ thứ hai, gõ tiếp.")
        choose.click()
        second.wait_for_load_state()
        both = second.inner_text("main")
        assert "Bản của thẻ thứ nhất." in both
        assert "Bản của thẻ thứ hai, gõ tiếp." in both
        assert [fault["id"] for fault in Axe().run(second).response["violations"]] == []
        second.locator("main [type=radio]").first.check()
        second.locator("button[name=action]:visible").last.click()
        second.wait_for_load_state()
        section(first, code, "noi-dung")
        assert first.input_value("[name=necessity]") in (
            "Bản của thẻ thứ nhất.",
            "Bản của thẻ thứ hai, gõ tiếp.",
        )


def test_a_session_that_ends_while_typing_loses_nothing(portal, chromium, code):
    with as_user(chromium, portal.url, "canbo") as page:
        section(page, code, "muc-tieu")
        page.context.clear_cookies(name="sessionid")
        page.fill("[name=goals]", "Gõ khi phiên đã hết.")
        link = status(page).locator("a")
        expect(link).to_have_text("Đăng nhập lại")
        assert kept(page) == 1
        page.on("dialog", lambda dialog: dialog.accept())
        link.click()
        page.fill("[name=username]", "canbo")
        page.fill("[name=password]", "khuyencong-demo")
        page.click("main form button")
        page.wait_for_url("**/sua/muc-tieu/")
        expect(page.locator("[name=goals]")).to_have_value("Gõ khi phiên đã hết.")
        expect(status(page)).not_to_contain_text("chưa lưu")


def test_an_amount_that_can_be_read_two_ways_is_asked_back_and_kept(portal, chromium, code):
    with as_user(chromium, portal.url, "canbo") as page:
        section(page, code, "du-toan")
        page.fill("[name='cost_items-0-name']", "Máy sấy")
        page.fill("[name='cost_items-0-unit_price']", "300.5")
        expect(status(page)).to_contain_text("Ý bạn là")
        assert page.input_value("[name='cost_items-0-unit_price']") == "300.5"
        page.fill("[name='cost_items-0-unit_price']", "300,5 triệu")
        page.locator("[name='cost_items-0-unit']").focus()
        expect(status(page)).to_contain_text("Đã lưu nháp lúc")
        assert page.input_value("[name='cost_items-0-unit_price']") == "300.500.000"


def test_twenty_lines_from_a_workbook_come_in_at_once_and_go_out_the_same(portal, chromium, code):
    block = "\r\n".join(
        [
            "Nội dung chi\tĐVT\tSố lượng\tĐơn giá\tThành tiền\tQuốc gia\tTỉnh\tĐối ứng\tKhác",
            *(
                f"Thiết bị {n}\tbộ\t{n}\t1.500.000\t\t\t{n} triệu\t{n * 500_000}\t"
                for n in range(1, LINES + 1)
            ),
        ]
    )
    total = sum(range(1, LINES + 1)) * 1_500_000
    with as_user(chromium, portal.url, "canbo") as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        section(page, code, "du-toan")
        page.evaluate("text => navigator.clipboard.writeText(text)", block)
        page.locator("[name='cost_items-0-name']").focus()
        page.keyboard.press("Control+V")
        expect(page.locator("[data-row]")).to_have_count(LINES)
        shown = f"{total:,}".replace(",", ".")
        expect(page.locator("[data-total=amount]")).to_have_text(shown)
        expect(status(page)).to_contain_text("Đã lưu nháp lúc")
        page.locator("[data-copy-table]").click()
        expect(page.locator("#pasted")).to_contain_text(str(LINES))
        copied = page.evaluate("() => navigator.clipboard.readText()")
        page.reload()
        assert page.locator("[data-row]").count() == LINES
        last = f"cost_items-{LINES - 1}-"
        assert page.input_value(f"[name='{last}name']") == f"Thiết bị {LINES}"
        assert page.input_value(f"[name='{last}share-provincial']") == f"{LINES}.000.000"
        # What went out comes in again as it was.
        page.locator("[name='cost_items-0-name']").focus()
        page.evaluate("text => navigator.clipboard.writeText(text)", copied)
        page.keyboard.press("Control+V")
        expect(page.locator("[data-row]")).to_have_count(LINES)
        expect(page.locator("[data-total=amount]")).to_have_text(shown)


def test_an_amount_above_the_norm_is_told_while_it_is_typed(portal, chromium, code):
    with as_user(chromium, portal.url, "canbo") as page:
        section(page, code, "du-toan")
        page.fill("[name='cost_items-0-name']", "Máy sấy")
        page.fill("[name='cost_items-0-unit_price']", "2 tỷ")
        page.fill("[name='cost_items-0-share-counterpart']", "1,68 tỷ")
        page.fill("[name='cost_items-0-share-provincial']", "320 triệu")
        checks = page.locator("#checks")
        expect(checks).to_contain_text("Vượt")
        expect(checks).to_contain_text("20")
        page.fill("[name='cost_items-0-share-provincial']", "300 triệu")
        expect(checks).not_to_contain_text("Vượt")


@SIZES
def test_every_section_fits_and_is_accessible(portal, chromium, code, size):
    faults = []
    axe = Axe()
    with as_user(chromium, portal.url, "canbo", size=size) as page:
        for name in SECTIONS:
            section(page, code, name)
            if overflows(page) > 0:
                faults.append(f"{name}: {overflows(page)} px too wide")
            for violation in axe.run(page).response["violations"]:
                nodes = [node["html"][:160] for node in violation["nodes"][:3]]
                faults.append(f"{name}: {violation['id']} {nodes}")
    assert faults == []


def test_on_a_phone_most_of_the_screen_is_the_form(portal, chromium, code):
    with as_user(chromium, portal.url, "canbo", size=PHONE) as page:
        for name in SECTIONS:
            section(page, code, name)
            top = page.locator(".mid").bounding_box()["y"]
            bars = [page.locator(css).bounding_box() for css in (".dock", ".sumline", ".tabbar")]
            bottom = min(bar["y"] for bar in bars if bar)
            assert bottom - top >= 0.55 * PHONE["height"], (name, top, bottom)


def test_an_unread_amount_is_said_below_its_box_and_the_foot_warns(portal, chromium, code):
    with as_user(chromium, portal.url, "canbo") as page:
        section(page, code, "du-toan")
        page.fill("[name='cost_items-0-name']", "Máy sấy")
        box = page.locator("[name='cost_items-0-unit_price']")
        box.fill("300.5")
        page.locator("[name='cost_items-0-unit']").focus()
        said = page.locator("[data-row] .said-here")
        expect(said).to_contain_text("Ý bạn là")
        assert said.get_attribute("id") in box.get_attribute("aria-describedby").split()
        expect(page.locator(".sv .bad .i")).to_be_visible()
        expect(page.locator(".sv .ok .i")).to_be_hidden()
        heights = page.locator(".dk .btn").evaluate_all("all => all.map(b => b.offsetHeight)")
        assert max(heights) <= 48, heights
        assert Axe().run(page).response["violations"] == []
        box.fill("300,5 triệu")
        expect(said).to_have_count(0)
        expect(status(page)).to_contain_text("Đã lưu nháp lúc")
        expect(page.locator(".sv .ok .i")).to_be_visible()


def test_a_part_that_was_sent_with_figures_written_short_raises_no_alarm(portal, chromium, code):
    with as_user(chromium, portal.url, "canbo") as page:
        section(page, code, "tien-do")
        lack = page.inner_text("#lack")
        page.fill("[name=starts_on]", "1/5/2026")
        page.fill("[name=ends_on]", "301126")
        page.locator("button[value=next]").click()
        page.wait_for_url("**/sua/ho-so/")
        assert kept(page) == 0
        assert page.inner_text("#lack") != lack
        section(page, code, "tien-do")
        expect(page.locator("#kept")).to_be_hidden()


def test_two_versions_once_chosen_leave_no_third_on_the_device(portal, chromium, code):
    with as_user(chromium, portal.url, "canbo") as first:
        second = first.context.new_page()
        section(first, code, "noi-dung")
        section(second, code, "noi-dung")
        first.fill("[name=necessity]", "Một.")
        expect(status(first)).to_contain_text("Đã lưu nháp lúc")
        second.fill("[name=necessity]", "Hai.")
        second.locator("[data-compare]").click()
        second.locator("main [type=radio]").first.check()
        assert kept(second) == 1
        second.locator("button[value=resolve]").click()
        second.wait_for_url("**/sua/noi-dung/")
        expect(second.locator("#kept")).to_be_hidden()
        assert kept(second) == 0


def test_the_years_turn_from_red_when_they_meet_the_costs(portal, chromium, code):
    with as_user(chromium, portal.url, "canbo") as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        section(page, code, "du-toan")
        block = "Máy\tbộ\t1\t120 triệu\t\t\t35tr\t85tr\nLò\tbộ\t1\t120 triệu\t\t\t35tr\t85tr"
        page.evaluate("text => navigator.clipboard.writeText(text)", block)
        page.locator("[name='cost_items-0-name']").focus()
        page.keyboard.press("Control+V")
        expect(page.locator("[name='cost_items-1-unit_price']")).to_have_value("120.000.000")
        expect(page.locator("[name='cost_items-1-share-provincial']")).to_have_value("35.000.000")
        assert page.locator("[data-row] button .vh").all_text_contents() == [
            "Xóa dòng 1",
            "Xóa dòng 2",
        ]
        expect(status(page)).to_contain_text("Đã lưu nháp lúc")
        section(page, code, "tien-do")
        due = page.locator("[data-due=provincial]")
        expect(due).to_have_class("num rv")
        page.fill("[name='funding-provincial-2026']", "70tr")
        expect(due).to_have_class("num")
        expect(status(page)).to_contain_text("Đã lưu nháp lúc")


def test_a_paper_sent_by_the_script_counts_at_once_around_the_list(
    portal, chromium, code, tmp_path
):
    paper = tmp_path / "a.pdf"
    paper.write_bytes(pdf())
    with as_user(chromium, portal.url, "canbo") as page:
        section(page, code, "ho-so")
        rail = page.locator("#rail [aria-current=step] small")
        expect(rail).to_contain_text("0 trên")
        lack = page.inner_text("#lack")
        page.locator("form[data-upload] input[type=file]").first.set_input_files(paper)
        expect(rail).to_contain_text("1 trên")
        assert page.inner_text("#lack") != lack
