"""The page of the checks: reasons written, quick fixes, and what was checked at earlier acts."""

import pytest

from programmes.models import Confidence
from projects.models import Justification
from tests import look, make
from tests.projects.pages import page_of, text_of

TRIEU = make.TRIEU
KEY = "ceiling~KC3d.provincial"
BOX = f"justify-{KEY}"


def address(proposal):
    return f"/de-an/{proposal.code}/sua/kiem-tra/"


def quick(proposal):
    return f"/de-an/{proposal.code}/kiem-tra/"


@pytest.fixture
def canbo(place):
    return page_of(place.people.canbo)


@pytest.fixture
def warned(place):
    make.norm(place, max_amount=180 * TRIEU, confidence=Confidence.MEMORY, legal_ref="Điều 9")
    return make.draft(place)


def boxes(reason="", number="", day=""):
    return {
        f"{BOX}-reason": reason,
        f"{BOX}-document_number": number,
        f"{BOX}-document_date": day,
    }


def test_the_page_says_rule_figure_gap_fix_and_citation(canbo, warned):
    html = text_of(canbo.get(address(warned)))
    for words in (
        "KC3d: tối đa 180 triệu đồng",
        "Đề nghị 200, tối đa 180 triệu đồng",
        "Vượt 20 triệu đồng",
        "Giảm ít nhất 20 triệu đồng ở nguồn Tỉnh",
        "Điều 9, chưa đối chiếu văn bản gốc",
        "1 cảnh báo chờ lý do",
    ):
        assert words in html


def test_a_reason_is_written_beside_its_warning(canbo, warned, place):
    response = canbo.post(address(warned), boxes("Địa bàn khó khăn", "12/TTKC", "1/2/2026"))
    assert (response.status_code, response.url) == (302, address(warned))
    kept = Justification.objects.get()
    assert (kept.reason, kept.document_number) == ("Địa bàn khó khăn", "12/TTKC")
    assert (kept.document_date.isoformat(), kept.written_by) == ("2026-02-01", place.people.canbo)
    html = text_of(canbo.get(address(warned)))
    assert "Địa bàn khó khăn" in html and "01/02/2026" in html and "chờ lý do" not in html


def test_half_an_answer_comes_back_with_every_word(canbo, warned):
    response = canbo.post(address(warned), boxes("Địa bàn <khó> khăn", "", "32/13/2026"))
    html = text_of(response)
    assert response.status_code == 422
    assert "Địa bàn &lt;khó&gt; khăn" in html and "32/13/2026" in html
    assert f'href="#id_{BOX}-document_date"' in html
    response = canbo.post(address(warned), boxes("Địa bàn khó khăn"))
    assert "Ghi số văn bản làm căn cứ" in text_of(response)
    assert not Justification.objects.exists()


def test_words_that_cannot_be_stored_are_told(canbo, warned):
    response = canbo.post(address(warned), boxes("Lý do \x00", "1/GT"))
    assert response.status_code == 422 and not Justification.objects.exists()


def test_one_click_takes_away_what_is_over(canbo, place):
    make.norm(place, max_amount=180 * TRIEU)
    proposal = make.draft(place)
    assert f'name="fix" value="{KEY}"' in text_of(canbo.get(address(proposal)))
    sent = {"fix": KEY, "expected_version": proposal.version}
    assert canbo.post(quick(proposal), sent).status_code == 302
    assert look.stages(proposal, "provincial")[0] == 180
    # Sent twice, nothing more is taken.
    canbo.post(quick(proposal), sent)
    assert look.stages(proposal, "provincial")[0] == 180


def test_a_fix_on_a_page_that_is_old_changes_nothing(canbo, place):
    make.norm(place, max_amount=180 * TRIEU)
    proposal = make.draft(place)
    response = canbo.post(quick(proposal), {"fix": KEY, "expected_version": 1}, follow=True)
    assert "Người khác vừa lưu" in text_of(response)
    assert look.stages(proposal, "provincial")[0] == 200


@pytest.mark.parametrize("fix", ["", "x", "room~provincial", "ceiling~KC3d.x", "\x00"])
def test_a_senseless_fix_changes_nothing(canbo, warned, fix):
    response = canbo.post(quick(warned), {"fix": fix, "expected_version": "một"})
    assert response.status_code == 302
    assert look.stages(warned, "provincial")[0] == 200


def test_once_submitted_the_page_only_shows_what_was_checked(place, canbo, warned):
    assert canbo.get(quick(warned)).status_code == 302
    proposal = make.explained(warned)
    make.fire(proposal, "submit", by=place.people.canbo)
    html = text_of(canbo.get(quick(proposal)))
    assert "Kiểm tra định mức lúc trình lần 1" in html and "1/GT" in html
    assert "<textarea" not in html
    assert canbo.post(quick(proposal), {"fix": KEY}).status_code == 403
    assert page_of(place.people.canbo2).get(quick(proposal)).status_code == 404


def test_the_dossier_and_the_desk_show_what_was_checked_then(place, canbo):
    norm = make.norm(place, max_amount=300 * TRIEU, legal_ref="Điều khi ấy")
    proposal = make.submitted(place)
    type(norm).objects.update(legal_ref="Điều bây giờ")
    for client, path in (
        (canbo, f"/de-an/{proposal.code}/"),
        (page_of(place.people.sct), f"/tham-dinh/{proposal.code}/"),
    ):
        html = text_of(client.get(path))
        # The desk checks by today's law as well, in a part of its own.
        _before, then = html.split("Kiểm tra định mức lúc trình lần 1, ngày")
        then = then.split("</details>")[0]
        assert "Điều khi ấy" in then and "Điều bây giờ" not in then


def test_an_earlier_file_is_linked_for_its_own_unit_alone(place, canbo):
    earlier = make.submitted(place, title="Máy vò cũ")
    others = make.submitted(place, title="Máy của hội", by=place.people.canbo2)
    firms = [row.beneficiaries.get().enterprise for row in (earlier, others)]
    proposal = make.draft(place, kind="several")
    make.drafts.save(
        proposal,
        make.Draft(beneficiaries=firms),
        by=place.people.canbo,
        expected_version=None,
    )
    html = text_of(canbo.get(address(proposal)))
    assert f'href="/de-an/{earlier.code}/"' in html and "Máy vò cũ" in html
    assert others.code in html
    assert f'href="/de-an/{others.code}/"' not in html and "Máy của hội" not in html
