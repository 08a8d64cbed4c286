"""The desk: the queue, the dossier, what is found and said beside it, and the decision."""

import datetime
import re

import pytest

from khuyencong.core import clock, workdays
from projects import findings, remarks
from projects.findings import Answer
from projects.firing import fire
from projects.models import Criterion, Finding, Proposal, Remark, ReturnPoint, Review, ReviewShare
from tests import look, make
from tests.api.clients import client_of
from tests.projects.pages import page_of, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def criterion(place):
    return Criterion.objects.create(code="ho-so", name="Hồ sơ đầy đủ", position=1)


@pytest.fixture
def dossier(place, criterion):
    return make.submitted(place)


def desk(proposal):
    return f"/tham-dinh/{proposal.code}/"


def fresh(proposal):
    return Proposal.objects.get(pk=proposal.pk)


# --- the decision ---------------------------------------------------------------------------------


def test_one_post_saves_what_was_found_and_returns_the_dossier_with_its_reasons(
    place, dossier, criterion
):
    response = page_of(place.people.sct).post(
        desk(dossier),
        {
            "verb": "return",
            f"criterion-{criterion.pk}": "unmet",
            f"criterion-{criterion.pk}-remark": "Thiếu báo giá.",
            "need-du-toan": "on",
            "point-du-toan": "Bổ sung báo giá dòng 1.",
            "point-ho-so": "Bổ sung cam kết.",
            "due_on": "",
        },
        follow=True,
    )
    said = text_of(response)
    assert f"Trả lại {dossier.code} cho {place.orgs.centre.name}, 2 mục cần bổ sung." in said
    review = Review.objects.get(track__proposal=dossier)
    assert (review.verdict, review.reason) == ("return", "1. Hồ sơ đầy đủ: Thiếu báo giá.")
    assert Finding.objects.get().verdict == "unmet"
    assert [(row.section, row.text) for row in ReturnPoint.objects.all()] == [
        ("du-toan", "Bổ sung báo giá dòng 1."),
        ("ho-so", "Bổ sung cam kết."),
    ]


def test_a_return_suggests_five_working_days_and_says_the_day_it_gives(place, dossier):
    client = page_of(place.people.sct)
    day = workdays.calendar_of(place.home.pk).add(clock.today(), 5)
    shown = text_of(client.get(desk(dossier)))
    assert f'value="{day:%d/%m/%Y}"' in shown and "5 ngày làm việc" in shown
    sent = {"verb": "return", "reason": "Bổ sung.", "due_on": f"{day:%d/%m/%Y}"}
    assert f"hạn {day:%d/%m/%Y}." in text_of(client.post(desk(dossier), sent, follow=True))
    assert Review.objects.get(verdict="return").reply_due_on == day


def test_nothing_typed_is_lost_on_a_fault(place, dossier, criterion):
    yesterday = clock.today() - datetime.timedelta(days=1)
    sent = {
        "verb": "return",
        "reason": "Lý do dài.",
        "due_on": f"{yesterday:%d/%m/%Y}",
        f"criterion-{criterion.pk}": "unmet",
        f"criterion-{criterion.pk}-remark": "Nhận xét dài.",
        "note-text": "Ghi chú dài.",
        "point-du-toan": "Phần dài.",
    }
    response = page_of(place.people.sct).post(desk(dossier), sent)
    said = text_of(response)
    assert response.status_code == 422 and 'href="#id_due_on"' in said
    for words in ("Lý do dài.", "Nhận xét dài.", "Ghi chú dài.", "Phần dài.", sent["due_on"]):
        assert words in said
    assert re.search(r'value="unmet"\s+checked', said)
    assert not Finding.objects.exists() and not Remark.objects.exists()
    assert look.status(dossier) == "submitted"


def test_a_criterion_that_is_not_met_keeps_from_agreeing(place, dossier, criterion):
    act = {"verb": "pass", f"criterion-{criterion.pk}": "unmet"}
    response = page_of(place.people.sct).post(desk(dossier), act)
    assert response.status_code == 422
    assert "1 tiêu chí «Chưa»: Hồ sơ đầy đủ." in text_of(response)


def test_an_open_remark_keeps_from_agreeing_until_it_is_resolved(place, dossier):
    client = page_of(place.people.sct)
    client.post(desk(dossier), {"act": "remark", "remark-text": "Gửi báo giá."})
    assert "1 ý kiến chưa giải quyết" in text_of(client.post(desk(dossier), {"verb": "pass"}))
    remark = Remark.objects.get()
    closed = {"act": f"resolve-{remark.pk}", f"reply-{remark.pk}": "Đã có."}
    assert client.post(desk(dossier), closed).status_code == 302
    assert client.post(desk(dossier), {"verb": "pass"}).status_code == 302


def test_cost_lines_judged_on_their_own_make_the_sum_of_a_source_of_one_year(place, criterion):
    proposal = make.submitted(place, {"provincial": 200})
    sent = {"verb": "pass", "share-0-provincial": "150tr"}
    assert page_of(place.people.sct).post(desk(proposal), sent).status_code == 302
    line = proposal.funding_lines.get(source__code="provincial")
    assert line.appraised == 150_000_000
    assert ReviewShare.objects.get().amount == 150_000_000
    assert look.status(proposal) == "in_review" or Review.objects.get(verdict="").proposed


def test_more_than_was_asked_for_a_line_is_said_at_its_box(place, criterion):
    proposal = make.submitted(place, {"provincial": 200})
    sent = {"verb": "pass", "share-0-provincial": "250tr"}
    response = page_of(place.people.sct).post(desk(proposal), sent)
    assert response.status_code == 422
    assert 'href="#id_share-0-provincial"' in text_of(response)


# --- beside the decision --------------------------------------------------------------------------


def test_findings_and_a_note_are_saved_without_deciding_and_the_reason_stays(
    place, dossier, criterion
):
    client = page_of(place.people.sct)
    sent = {
        "act": "save",
        "verb": "return",
        "reason": "Đang viết dở.",
        "note-text": "Hỏi lại Sở Tài chính.",
        f"criterion-{criterion.pk}": "met",
    }
    shown = text_of(client.post(desk(dossier), sent, follow=True))
    assert "Đã lưu nhận xét; chưa kết luận." in shown and "Đang viết dở." in shown
    assert Finding.objects.get().verdict == "met"
    assert Remark.objects.get().is_internal
    assert look.status(dossier) == "submitted"


def test_a_remark_is_pinned_to_the_line_that_was_pointed_at(place, dossier):
    client = page_of(place.people.sct)
    shown = text_of(client.get(desk(dossier) + "?y-kien=cost_items-0"))
    assert '<option value="cost_items-0" selected>' in shown
    sent = {"act": "remark", "remark-field": "cost_items-0", "remark-text": "Thiếu căn cứ."}
    shown = text_of(client.post(desk(dossier), sent, follow=True))
    assert f'href="#y{Remark.objects.get().pk}"' in shown and "1 ý kiến" in shown
    # The part of the dossier and the reason of a return are suggested from it.
    assert 'value="Dòng 1: Thiết bị provincial: Thiếu căn cứ."' in shown


def test_the_unit_reads_and_answers_remarks_and_finds_no_note(place, dossier):
    sct, unit = page_of(place.people.sct), page_of(place.people.canbo)
    sct.post(desk(dossier), {"act": "remark", "remark-text": "Gửi báo giá."})
    sct.post(desk(dossier), {"act": "note", "note-text": "Giá cao bất thường."})
    address = f"/de-an/{dossier.code}/y-kien/"
    shown = text_of(unit.get(address))
    assert "Gửi báo giá." in shown and "Gửi trả lời" not in shown
    remark = Remark.objects.get(is_internal=False)
    answer = {"act": f"reply-{remark.pk}", f"reply-{remark.pk}": "Đã đính kèm."}
    early = unit.post(address, answer)
    assert early.status_code == 403 and "Đã đính kèm." in text_of(early)
    fire(fresh(dossier), "return", by=place.people.sct, reason="Bổ sung.")
    assert unit.post(address, answer).status_code == 302
    note = Remark.objects.get(is_internal=True)
    stolen = {"act": f"reply-{note.pk}", f"reply-{note.pk}": "Đọc được."}
    assert unit.post(address, stolen).status_code == 422
    for page in (address, f"/de-an/{dossier.code}/", f"/de-an/{dossier.code}/nhat-ky/"):
        seen = text_of(unit.get(page))
        assert "Giá cao" not in seen and "nội bộ" not in seen
    history = (
        client_of(place.people.canbo).get(f"/api/v1/proposals/{dossier.code}/").json()["history"]
    )
    assert "ghi ý kiến" in str(history) and "nội bộ" not in str(history)


def test_what_changed_stands_before_the_dossier_without_a_click(place, dossier):
    proposal = fire(dossier, "return", by=place.people.sct, reason="Sửa tên.")
    Proposal.objects.filter(pk=proposal.pk).update(title="Máy sao chè mới")
    fire(fresh(proposal), "submit", by=place.people.canbo)
    shown = text_of(page_of(place.people.sct).get(desk(proposal)))
    assert "1 thay đổi từ lần trả lại" in shown
    assert shown.index('id="dif"') < shown.index('id="du-toan"')


def test_the_unit_finds_what_is_wanted_beside_the_boxes_of_that_part(place, dossier):
    remarks.write(dossier, by=place.people.sct, field="cost_items-0", text="Gửi báo giá.")
    remarks.write(dossier, by=place.people.sct, field="title", text="Tên quá dài.")
    points = [("du-toan", "Bổ sung đơn giá.")]
    fire(dossier, "return", by=place.people.sct, reason="Bổ sung.", data={"points": points})
    unit = page_of(place.people.canbo)
    costs = text_of(unit.get(f"/de-an/{dossier.code}/sua/du-toan/"))
    assert f"Ý kiến của {place.orgs.industry.short_name}:" in costs
    assert "Gửi báo giá." in costs and "Bổ sung đơn giá." in costs and "Tên quá" not in costs
    assert "Tên quá dài." in text_of(unit.get(f"/de-an/{dossier.code}/sua/don-vi/"))


def test_each_office_has_the_verbs_of_its_own_step(place, criterion):
    proposal = make.ready_to_approve(place, {"provincial": 200})
    shown = text_of(page_of(place.people.ubnd).get(desk(proposal)))
    assert 'name="verb" value="approve"' in shown
    assert page_of(place.people.sct).get(desk(proposal)).status_code == 200


def test_machine_checks_are_one_line(place, dossier):
    shown = text_of(page_of(place.people.sct).get(desk(dossier)))
    assert re.search(r"Máy kiểm tra</span> <span class=\"st \w\">\d+ trên \d+ đạt", shown)


# --- two at once, a role that ends ----------------------------------------------------------------


def test_a_stale_page_says_so_keeps_the_words_and_works_the_second_time(place, dossier):
    client = page_of(place.people.sct)
    old = dossier.version
    fire(fresh(dossier), "assign", by=place.people.sct_head, data={"assignee": place.people.sct.pk})
    sent = {"verb": "return", "reason": "Thiếu báo giá.", "expected_version": str(old)}
    response = client.post(desk(dossier), sent)
    shown = text_of(response)
    assert response.status_code == 422
    assert "đã thay đổi từ lúc bạn mở trang" in shown and "Thiếu báo giá." in shown
    version = re.search(r'name="expected_version" value="(\d+)"', shown)[1]
    assert client.post(desk(dossier), sent | {"expected_version": version}).status_code == 302


def test_the_second_of_two_reviewers_is_told_what_the_first_did(place, dossier):
    second = make.user("sct2", "appraiser", place.orgs.industry)
    fire(fresh(dossier), "pass", by=place.people.sct)
    sent = {"verb": "pass", "reason": "Tôi cũng đồng ý."}
    response = page_of(second).post(desk(dossier), sent)
    shown = text_of(response)
    assert response.status_code == 409
    assert "đang chờ lãnh đạo kết luận" in shown and "Tôi cũng đồng ý." in shown


def test_a_double_click_does_its_work_once_and_is_no_fault(place, dossier):
    client = page_of(place.people.sct)
    assert client.post(desk(dossier), {"verb": "pass"}).status_code == 302
    again = client.post(desk(dossier), {"verb": "pass"}, follow=True)
    assert again.status_code == 200
    assert "lần gửi thứ hai không đổi gì" in text_of(again)
    assert Review.objects.get(track__proposal=dossier).proposed_by == place.people.sct


def test_whose_role_has_ended_reads_why_and_keeps_the_words(place, dossier):
    client = page_of(place.people.sct)
    assert client.get(desk(dossier)).status_code == 200
    place.people.sct.role_grants.all().delete()
    response = client.post(desk(dossier), {"verb": "return", "reason": "Đã gõ một giờ."})
    assert response.status_code == 403
    shown = text_of(response)
    assert "không còn quyền thẩm định" in shown and "Đã gõ một giờ." in shown
    assert dossier.title not in shown
    assert client.post(desk(dossier), {}).status_code == 404


def test_closed_verbs_say_first_what_is_missing(place, dossier):
    head = text_of(page_of(place.people.sct_head).get(desk(dossier)))
    assert "Chưa có ý kiến đề xuất của chuyên viên." in head


# --- the queue ------------------------------------------------------------------------------------


def test_the_head_gives_a_dossier_to_somebody_and_the_queue_says_whose_it_is(place, dossier):
    head = page_of(place.people.sct_head)
    sent = {"act": "assign", "assignee": str(place.people.sct.pk)}
    shown = text_of(head.post(desk(dossier), sent, follow=True))
    assert f"Đã giao {dossier.code} cho {place.people.sct.full_name}." in shown
    other = make.submitted(place, title="Lò sấy")
    mine = text_of(page_of(place.people.sct).get("/tham-dinh/?loc=toi"))
    assert dossier.code in mine and other.code not in mine
    free = text_of(page_of(place.people.sct).get("/tham-dinh/?loc=chua"))
    assert other.code in free and dossier.code not in free
    stranger = {"act": "assign", "assignee": str(place.people.stc.pk)}
    assert head.post(desk(dossier), stranger).status_code == 422


def test_after_a_decision_comes_the_next_dossier_and_at_the_end_the_word_that_none_is_left(
    place, dossier
):
    second = make.submitted(place, title="Lò sấy")
    client = page_of(place.people.sct)
    first = client.post(desk(dossier), {"verb": "pass"})
    assert first["Location"] == desk(second)
    last = client.post(desk(second), {"verb": "return", "reason": "Bổ sung."}, follow=True)
    assert last.redirect_chain[-1][0] == "/tham-dinh/"


def test_an_empty_desk_names_the_last_dossier(place, dossier):
    client = page_of(place.people.sct)
    client.post(desk(dossier), {"verb": "return", "reason": "Bổ sung."})
    shown = re.sub("<[^>]+>", "", text_of(client.get("/tham-dinh/")))
    assert f"Không còn hồ sơ chờ bạn. Hồ sơ gần nhất: {dossier.code}" in shown


def test_a_thousand_dossiers_and_five_hundred_remarks_cost_a_fixed_number_of_questions(
    place, dossier, django_assert_max_num_queries
):
    track = dossier.tracks.get()
    review = track.reviews.get()
    many = Proposal.objects.bulk_create(
        Proposal(
            code=f"TT-2026-{n:04}",
            programme=place.programme,
            province=place.home,
            plan_year=2026,
            implementing_unit=place.orgs.centre,
            title=f"Đề án {n}",
            created_by=place.people.canbo,
            status="submitted",
        )
        for n in range(1000, 2000)
    )
    tracks = type(track).objects.bulk_create(
        type(track)(proposal=row, source=track.source, chain=track.chain, step=track.step,
                    status="in_step", round=1)
        for row in many
    )  # fmt: skip
    Review.objects.bulk_create(
        Review(track=row, step=track.step, round=1, organisation=place.orgs.industry,
               received_at=review.received_at, due_on=review.due_on)
        for row in tracks
    )  # fmt: skip
    sct = place.people.sct
    told = {"proposal": dossier, "review": review, "round": 1, "written_by": sct}
    told |= {"organisation": sct.organisation, "written_at": review.received_at}
    Remark.objects.bulk_create(Remark(text=f"Ý {n}", **told) for n in range(500))
    client = page_of(sct)
    with django_assert_max_num_queries(20):
        shown = text_of(client.get("/tham-dinh/"))
    assert "và 901 hồ sơ nữa" in shown
    client.get(desk(dossier))
    with django_assert_max_num_queries(20):
        shown = text_of(client.get(desk(dossier)))
    assert "Còn ý kiến chưa giải quyết nữa" in shown


def test_the_head_sees_what_the_specialist_found(place, dossier):
    review = Review.objects.get(track__proposal=dossier)
    criterion = Criterion.objects.get()
    findings.save(review, {criterion.pk: Answer("met", "Đủ.")}, place.people.sct)
    remarks.write(dossier, by=place.people.sct, text="Nội bộ.", is_internal=True)
    fire(fresh(dossier), "pass", by=place.people.sct)
    head = text_of(page_of(place.people.sct_head).get(desk(dossier)))
    assert "Đủ." in head and "Nội bộ." in head
