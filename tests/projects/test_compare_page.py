"""Two versions of a dossier side by side, what changed on the desk, and the trail in pages."""

import re

import pytest

from khuyencong.core import audit
from projects import drafts, remarks
from projects.drafts import Draft
from projects.firing import fire
from projects.models import Proposal
from tests import acts, make
from tests.long_dossier import lengthen
from tests.projects.pages import page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return make.world()


def text_of(response):
    return re.sub(r"\s+", " ", response.content.decode())


def returned(place, money=None):
    proposal = make.submitted(place, money or {"provincial": 340})
    return fire(proposal, "return", by=place.people.sct, reason="Giảm vốn tỉnh.")


def edited(proposal, place, **fields):
    fresh = Proposal.objects.get(pk=proposal.pk)
    drafts.save(fresh, Draft(fields=fields), by=place.people.canbo, expected_version=fresh.version)
    return Proposal.objects.get(pk=proposal.pk)


@pytest.fixture
def resubmitted(place):
    """Asks for 290 instead of 340 triệu, and says its goals differently."""
    proposal = returned(place)
    acts.ask(proposal, place.people.canbo, {"provincial": 290})
    proposal = edited(proposal, place, goals="Nâng năng suất gấp đôi.")
    return fire(proposal, "submit", by=place.people.canbo)


def test_the_desk_says_first_what_changed_since_the_return(place, resubmitted):
    text = text_of(page_of(place.people.sct).get(f"/tham-dinh/{resubmitted.code}/"))
    assert re.search(r"\d+ thay đổi từ lần trả lại \d\d/\d\d/\d{4}", text)
    assert "<del>340,0</del>" in text
    assert "<ins>290,0</ins>" in text
    assert "−50,0" in text
    assert "<ins> suất gấp đôi.</ins>" in text


def test_a_dossier_submitted_again_unchanged_is_taken_and_said_so_everywhere(place):
    proposal = returned(place)
    sent = {"expected_version": proposal.version}
    client = page_of(place.people.canbo)
    answer = client.post(f"/de-an/{proposal.code}/thao-tac/submit/", sent, follow=True)
    assert "Hồ sơ trình lại không thay đổi so với lần trước." in text_of(answer)
    last = audit.trail(proposal).filter(action="projects.proposal.submit").last()
    assert last.changes["unchanged"] is True
    assert "hồ sơ không thay đổi so với lần trước" in audit.sentence(last)
    desk = text_of(page_of(place.people.sct).get(f"/tham-dinh/{proposal.code}/"))
    assert "Hồ sơ trình lại không thay đổi so với lần trước." in desk
    page = client.get(f"/de-an/{proposal.code}/so-sanh/?tu=1&den=2")
    assert "Hai bản giống nhau." in text_of(page)


def test_a_changed_dossier_is_not_said_to_be_unchanged(place, resubmitted):
    last = audit.trail(resubmitted).filter(action="projects.proposal.submit").last()
    assert "unchanged" not in last.changes


def test_the_last_two_rounds_are_compared_where_none_are_chosen(place, resubmitted):
    text = text_of(page_of(place.people.lanhdao).get(f"/de-an/{resubmitted.code}/so-sanh/"))
    assert '<option value="1" selected>' in text
    assert '<option value="2" selected>' in text
    assert "<del>340,0</del>" in text
    assert "Dòng 1 «Thiết bị provincial»: đơn giá" in text


def test_only_what_differs_is_shown_until_all_is_asked_for(place, resubmitted):
    client = page_of(place.people.lanhdao)
    address = f"/de-an/{resubmitted.code}/so-sanh/?tu=1&den=2"
    assert "Sự cần thiết và căn cứ" not in text_of(client.get(address))
    whole = text_of(client.get(f"{address}&tatca=1"))
    assert "Sự cần thiết và căn cứ" in whole
    assert "<del>340,0</del>" in whole


def test_any_two_rounds_can_be_chosen_in_either_order(place):
    proposal = make.submitted(place)
    lengthen(proposal, rounds=6, remarks=0, people=place.people)
    client = page_of(place.people.lanhdao)
    text = text_of(client.get(f"/de-an/{proposal.code}/so-sanh/?tu=2&den=5"))
    assert "bản <del>" not in text
    assert "<del> 2.</del>" in text
    assert "<ins> 5.</ins>" in text
    back = text_of(client.get(f"/de-an/{proposal.code}/so-sanh/?tu=5&den=2"))
    assert "<del> 5.</del>" in back
    same = text_of(client.get(f"/de-an/{proposal.code}/so-sanh/?tu=3&den=3"))
    assert "Hai bản giống nhau." in same


def test_what_is_being_written_is_held_against_the_last_round(place):
    proposal = edited(returned(place), place, goals="Nâng năng suất gấp ba.")
    text = text_of(page_of(place.people.canbo).get(f"/de-an/{proposal.code}/so-sanh/?tu=1&den=nay"))
    assert "gấp ba." in text
    alone = text_of(page_of(place.people.canbo).get(f"/de-an/{proposal.code}/so-sanh/"))
    assert "gấp ba." in alone, "one round can only be held against what stands there now"


def test_a_round_that_is_not_there_is_named_and_the_choice_stays_open(place, resubmitted):
    client = page_of(place.people.lanhdao)
    for query in ("tu=9&den=2", "tu=1&den=77", "tu=abc", "den=²", "tu=nay"):
        answer = client.get(f"/de-an/{resubmitted.code}/so-sanh/?{query}")
        assert answer.status_code == 404, query
        assert "Đề án không có lần trình" in text_of(answer)
        assert '<select class="in" id="id_tu"' in text_of(answer)


def test_a_dossier_never_submitted_has_no_versions_and_says_so(place):
    proposal = make.draft(place)
    answer = page_of(place.people.canbo).get(f"/de-an/{proposal.code}/so-sanh/")
    assert answer.status_code == 200
    assert "chưa trình lần nào" in text_of(answer)


def test_who_may_not_see_the_dossier_finds_neither_page(place, resubmitted):
    other = make.world("x", "Tỉnh Khác", "TK")
    for user in (place.people.canbo2, place.people.stc, other.people.sct):
        for page in ("so-sanh", "nhat-ky"):
            assert page_of(user).get(f"/de-an/{resubmitted.code}/{page}/").status_code == 404


def test_the_dossier_lists_its_last_rounds_with_a_way_to_what_changed(place):
    proposal = make.submitted(place)
    lengthen(proposal, rounds=8, remarks=0, people=place.people)
    text = text_of(page_of(place.people.lanhdao).get(f"/de-an/{proposal.code}/"))
    assert f'href="/de-an/{proposal.code}/so-sanh/?den=8"' in text
    assert f'href="/de-an/{proposal.code}/so-sanh/?den=4"' in text
    assert f'href="/de-an/{proposal.code}/so-sanh/?den=3"' not in text
    assert "Các lần trình trước nữa" in text


def test_the_trail_is_read_in_pages_and_none_of_it_is_lost(place):
    proposal = make.submitted(place)
    lengthen(proposal, rounds=30, remarks=100, people=place.people)
    client = page_of(place.people.lanhdao)
    seen, address, pages = [], f"/de-an/{proposal.code}/", 0
    while address:
        answer = client.get(address)
        rows = answer.context["timeline"]
        seen += [row.entry.seq for row in rows.rows]
        pages += 1
        address = f"/de-an/{proposal.code}/?truoc={rows.older}" if rows.older else None
    total = audit.trail(proposal).count()
    assert seen == list(range(total, 0, -1))
    assert pages == -(-total // 30)
    whole = client.get(f"/de-an/{proposal.code}/nhat-ky/").context["timeline"]
    assert len(whole.rows) == 100
    for nonsense in ("abc", "-1", "99999999999999999999", "²"):
        answer = client.get(f"/de-an/{proposal.code}/nhat-ky/?truoc={nonsense}")
        assert answer.context["timeline"].rows[0].entry.seq == total
    past = client.get(f"/de-an/{proposal.code}/nhat-ky/?truoc=1")
    assert "Không còn dòng nhật ký nào cũ hơn." in text_of(past)


def test_the_unit_never_reads_in_the_trail_that_a_note_was_written(place):
    proposal = make.submitted(place)
    remarks.write(proposal, by=place.people.sct, text="Nghi khai khống.", is_internal=True)
    assert audit.trail(proposal).filter(action="projects.remark.internal").exists()
    for page in ("", "nhat-ky/"):
        for user, reads in ((place.people.canbo, False), (place.people.sct, True)):
            shown = page_of(user).get(f"/de-an/{proposal.code}/{page}").context["timeline"].rows
            actions = [row.entry.action for row in shown]
            assert ("projects.remark.internal" in actions) is reads
            assert "khai khống" not in " ".join(row.sentence for row in shown)


def test_papers_of_earlier_rounds_can_be_fetched_from_the_trail(place):
    proposal = make.submitted(place)
    for number in range(2):
        scanned = make.paper("SCT", file=make.scan(place.people.sct))
        proposal = fire(
            proposal, "return", by=place.people.sct, reason=f"Lần {number}", paper=scanned
        )
        proposal = fire(proposal, "submit", by=place.people.canbo)
    text = text_of(page_of(place.people.canbo).get(f"/de-an/{proposal.code}/nhat-ky/"))
    links = set(re.findall(rf'href="(/de-an/{proposal.code}/tep/\d+/)"', text))
    assert len(links) == 2
    for link in links:
        assert page_of(place.people.canbo).get(link).status_code == 200
