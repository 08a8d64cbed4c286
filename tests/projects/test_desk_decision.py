"""The decision at the desk: nothing picked beforehand, named by what will happen."""

import re

import pytest

from khuyencong.core import clock
from projects.firing import fire
from projects.models import Criterion, Proposal, Review
from projects.views.desk_queue import waiting
from tests import make
from tests.projects.pages import page_of, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def criteria(place):
    return [
        Criterion.objects.create(code=f"c{n}", name=f"Tiêu chí {n}", position=n) for n in (1, 2, 3)
    ]


@pytest.fixture
def dossier(place, criteria):
    return make.submitted(place)


def desk(proposal):
    return f"/tham-dinh/{proposal.code}/"


def shown_to(user, proposal):
    return text_of(page_of(user).get(desk(proposal)))


def plain(page):
    return " ".join(re.sub("<[^>]+>", " ", page).split())


def test_nothing_is_picked_beforehand_and_pressing_without_a_choice_keeps_what_was_typed(
    place, dossier, criteria
):
    shown = shown_to(place.people.sct, dossier)
    assert not re.search(r'name="verb"[^>]*checked', shown)
    assert 'data-none="Chọn kết luận"' in shown
    sent = {"reason": "Đang viết.", f"criterion-{criteria[0].pk}-remark": "Nhận xét dở."}
    response = page_of(place.people.sct).post(desk(dossier), sent)
    again = text_of(response)
    assert response.status_code == 422 and "Chọn một kết luận." in again
    assert "Đang viết." in again and "Nhận xét dở." in again
    assert Review.objects.get(track__proposal=dossier).proposed == ""


def test_criteria_nobody_judged_do_not_block_and_are_counted(place, dossier, criteria):
    client = page_of(place.people.sct)
    client.post(desk(dossier), {"act": "save", f"criterion-{criteria[0].pk}": "met"})
    assert "1 trên 3 tiêu chí đã xét" in plain(text_of(client.get(desk(dossier))))
    sent = {"verb": "pass", f"criterion-{criteria[1].pk}": "skipped"}
    said = text_of(client.post(desk(dossier), sent, follow=True))
    assert "1 tiêu chí chưa xét." in said
    assert Review.objects.get(track__proposal=dossier).proposed == "pass"


def test_labels_say_what_will_happen_to_whom(place, dossier):
    specialist = plain(shown_to(place.people.sct, dossier))
    assert "Đề xuất đồng ý, trình lãnh đạo" in specialist
    assert "Đề xuất từ chối, trình lãnh đạo" in specialist
    assert "Trả lại bổ sung gửi thẳng đơn vị, không cần lãnh đạo ký" in specialist
    fire(dossier, "pass", by=place.people.sct)
    head = plain(shown_to(place.people.sct_head, dossier))
    track = dossier.tracks.get()
    following = track.chain.steps.filter(order__gt=track.step.order).order_by("order").first()
    verb = "trình" if following.kind == "approve" else "chuyển"
    assert f"Đồng ý, {verb} {following.get_organisation_kind_display()}" in head
    assert "không cần lãnh đạo ký" not in head and "Đề xuất" not in head.split("Kết luận")[-1]


def test_a_proposed_refusal_is_concluded_under_its_name(place, dossier):
    fire(dossier, "refuse", by=place.people.sct, reason="Không đúng đối tượng.")
    assert "Từ chối theo đề xuất" in shown_to(place.people.sct_head, dossier)


def test_a_closed_verb_is_shown_only_where_it_is_the_persons_part(place, dossier):
    head = plain(shown_to(place.people.sct_head, dossier))
    assert "Chưa có ý kiến đề xuất của chuyên viên." in head
    assert "Đồng ý, chuyển tiếp:" not in head
    fire(dossier, "pass", by=place.people.sct)
    specialist = plain(shown_to(place.people.sct, dossier))
    assert "đang chờ lãnh đạo kết luận" in specialist
    assert "Kết luận theo đề xuất:" not in specialist


def test_the_appraisal_of_an_allotment_shows_its_own_task_and_the_amounts_to_read(place):
    proposal = make.approved(place, {"provincial": 200})
    track = proposal.tracks.get()
    step = track.chain.steps.create(
        order=90, kind="finance", organisation_kind="finance_department"
    )
    Review.objects.create(
        track=track,
        step=step,
        round=track.round,
        organisation=place.orgs.finance,
        received_at=clock.now(),
    )
    shown = shown_to(place.people.stc, proposal)
    box = plain(shown[shown.index('id="qd"') :])
    assert "Thẩm định phân bổ dự toán chi tiết: " in box
    assert "200.000.000 đồng" in box and 'name="amount-' not in shown
    assert 'name="document_number"' in shown
    assert "Đồng ý, chuyển tiếp" not in box and "Kết luận theo đề xuất" not in box
    assert "chưa «" not in box


def test_a_check_that_is_not_passed_is_amber_and_named_in_the_folded_line(place, dossier):
    shown = shown_to(place.people.sct, dossier)
    line = re.search(r'<details class="mach"><summary>(.*?)</summary>', shown, re.S)[1]
    passed, total = map(int, re.search(r"(\d+) trên (\d+) đạt", line).groups())
    assert ('class="st g"' in line) == (passed == total)
    assert ("<small>" in line) == (passed < total)


def test_a_remark_box_is_folded_until_it_is_needed(place, dossier, criteria):
    client = page_of(place.people.sct)
    sent = {
        "act": "save",
        f"criterion-{criteria[0].pk}": "unmet",
        f"criterion-{criteria[1].pk}": "met",
        f"criterion-{criteria[1].pk}-remark": "Đủ.",
    }
    client.post(desk(dossier), sent)
    shown = text_of(client.get(desk(dossier)))
    assert re.findall(r'<details class="crm"( open)?>', shown) == [" open", " open", ""]


def test_the_queue_says_where_its_order_begins_anew(place, dossier):
    other = make.submitted(place, title="Lò sấy")
    assert 'class="grp"' not in shown_to(place.people.sct, other)
    fire(dossier, "pass", by=place.people.sct)
    assert waiting(place.people.sct).is_grouped
    shown = shown_to(place.people.sct, other)
    groups = re.findall(r'<li class="grp">(.*?)</li>', shown)
    assert groups == ["Chờ xem xét", "Chờ lãnh đạo kết luận"]
    assert "Hạn gần nhất trước" in shown


def test_changes_stack_with_their_column_names(place, dossier):
    fire(dossier, "return", by=place.people.sct, reason="Sửa tên.")
    Proposal.objects.filter(pk=dossier.pk).update(title="Máy sao chè mới")
    fire(Proposal.objects.get(pk=dossier.pk), "submit", by=place.people.canbo)
    shown = shown_to(place.people.sct, dossier)
    assert 'class="t cards chg"' in shown and re.search(r'<td class="ln" data-l="[^"]+"', shown)
