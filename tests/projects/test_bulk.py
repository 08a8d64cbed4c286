"""Several proposals at once: what was ticked goes into a workbook, or each on its own way."""

from pathlib import Path

import pytest

from khuyencong.core.workbooks import reading
from projects.firing import fire
from projects.models import Proposal
from tests import make
from tests.projects.pages import page_of, text_of
from tests.projects.test_listing import LIST, many

pytestmark = pytest.mark.django_db
BULK = "/de-an/hang-loat/"


def submitted_titles() -> list[str]:
    rows = Proposal.objects.filter(status="submitted").order_by("pk")
    return list(rows.values_list("title", flat=True))


def test_the_list_has_a_tick_for_each_row_and_its_actions(place):
    proposal = make.draft(place, title="Máy")
    text = text_of(page_of(place.people.canbo).get(LIST))
    assert f'<input type="checkbox" name="chon" value="{proposal.code}"' in text
    assert 'value="trinh"' in text and 'value="xuat"' in text
    assert 'value="trinh"' not in text_of(page_of(place.people.sct).get(LIST))


def test_complete_drafts_are_submitted_after_a_confirmation_row_by_row(place):
    one = make.draft(place, title="Đủ một")
    two = make.draft(place, title="Đủ hai")
    short = make.draft(place, title="Thiếu")
    short.cost_items.all().delete()
    gone = make.submitted(place, title="Đã trình")
    client = page_of(place.people.canbo)
    ticked = {"viec": "trinh", "chon": [row.code for row in (one, two, short, gone)]}
    asked = text_of(client.post(BULK, ticked))
    assert "Trình 3 đề án" in asked
    assert "1 đề án không trình được" in asked and "Đã trình" in asked
    assert submitted_titles() == ["Đã trình"]
    done = text_of(client.post(BULK, ticked | {"xac_nhan": "1"}))
    assert "2 đề án đã trình, 2 đề án chưa trình." in done
    assert submitted_titles() == ["Đủ một", "Đủ hai", "Đã trình"]
    short.refresh_from_db()
    assert short.status == "draft"
    again = text_of(client.post(BULK, ticked | {"xac_nhan": "1"}))
    assert "0 đề án đã trình, 4 đề án chưa trình." in again


def test_nobody_submits_what_they_may_not(place):
    mine = make.draft(place, title="Của trung tâm")
    ticked = {"viec": "trinh", "xac_nhan": "1", "chon": [mine.code]}
    assert "chưa chọn đề án nào" in _after(page_of(place.people.canbo2), ticked).lower()
    answer = text_of(page_of(place.people.sct).post(BULK, ticked))
    assert "0 đề án đã trình" in answer
    assert submitted_titles() == []


def _after(client, sent) -> str:
    return text_of(client.post(BULK, sent, follow=True))


def test_what_is_missing_is_said_and_the_filter_is_kept(place):
    make.draft(place)
    client = page_of(place.people.canbo)
    response = client.post(BULK, {"viec": "xuat", "query": "search=may"})
    assert response["Location"] == f"{LIST}?search=may"
    assert "Chưa chọn đề án nào" in _after(client, {"viec": "xuat"})
    assert "Chọn việc cần làm" in _after(client, {"viec": "xoa", "ca": "1"})
    assert "Chưa chọn đề án nào" in _after(client, {"viec": "xuat", "chon": ["\x01", "x" * 900]})
    many(place, 60)
    assert "nhiều nhất 50 đề án" in _after(client, {"viec": "trinh", "ca": "1"})


@pytest.fixture
def sheet_of(tmp_path: Path):
    """The rows of a workbook that was answered, as the portal itself would read them."""

    def read(response) -> list[list]:
        assert response["Content-Type"].startswith("application/vnd.openxmlformats")
        assert "attachment" in response["Content-Disposition"]
        file = tmp_path / "de-an.xlsx"
        file.write_bytes(b"".join(response.streaming_content))
        (sheet,) = reading.read(file)
        return sheet.rows

    return read


def test_the_ticked_ones_go_into_a_workbook_with_real_numbers(place, sheet_of):
    one = make.draft(place, {"provincial": 200}, title="=HYPERLINK(0)")
    fire(make.draft(place, title="Hai"), "submit", by=place.people.canbo)
    client = page_of(place.people.canbo)
    rows = sheet_of(client.post(BULK, {"viec": "xuat", "chon": [one.code]}))
    (row,) = [row for row in rows if row and row[0].text == one.code]
    assert row[1].text == "=HYPERLINK(0)" and not row[1].is_formula
    assert [cell.number for cell in row[8:11]] == [400_000_000, 200_000_000, 200_000_000]
    assert row[6].text == "Bản Thử"
    assert not any(cell.text == "Hai" for found in rows for cell in found)


def test_all_of_the_filter_goes_into_a_workbook(place, sheet_of):
    many(place, 60)
    make.draft(place, title="Riêng", year=2027)
    client = page_of(place.people.canbo)
    sent = {"viec": "xuat", "ca": "1", "query": "plan_year=2026"}
    codes = [row[0].text for row in sheet_of(client.post(BULK, sent)) if row]
    assert sum(code.startswith("TT-2026") for code in codes) == 60
    assert not any(code.startswith("TT-2027") for code in codes)


def test_nobody_exports_what_they_may_not_see(place):
    make.draft(place, title="Của trung tâm")
    codes = list(Proposal.objects.values_list("code", flat=True))
    sent = {"viec": "xuat", "chon": codes}
    assert "Chưa chọn đề án nào" in _after(page_of(place.people.canbo2), sent)
