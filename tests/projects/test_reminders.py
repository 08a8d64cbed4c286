"""Reminders: in time, to whose turn it is, each once; late ones go up; outside offices get none."""

import datetime

import pytest
from django.utils import timezone

from khuyencong.core import clock
from khuyencong.core.models import Holiday, RoleGrant
from projects import notices, reminders
from projects.firing import fire
from projects.models import Notice, Remark, Review, Track
from reports import chores
from tests import make

pytestmark = pytest.mark.django_db
D = datetime.date
# A Monday; the step has ten working days, so that the dossier is due on Monday 16/03/2026.
ARRIVED, DUE = D(2026, 3, 2), D(2026, 3, 16)


@pytest.fixture
def place():
    return make.world()


@pytest.fixture
def proposal(place):
    with clock.at(ARRIVED):
        return make.submitted(place)


def remind(day):
    """Who is newly told what on a day."""
    last = Notice.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    with clock.at(day):
        count = reminders.remind()
    rows = Notice.objects.filter(pk__gt=last).select_related("user")
    found = {(row.user.username, row.kind) for row in rows}
    assert count == len(rows)
    return found


def test_two_working_days_before_the_day_the_office_is_reminded_once(proposal):
    assert Review.objects.get().due_on == DUE
    assert remind(D(2026, 3, 11)) == set()
    assert remind(D(2026, 3, 12)) == {("sct", "due"), ("sct.lanhdao", "due")}
    assert remind(D(2026, 3, 12)) == remind(D(2026, 3, 13)) == remind(DUE) == set()
    notice = Notice.objects.filter(kind="due").first()
    assert notice.sentence == f"{proposal.code} sắp hết hạn xử lý: hạn 16/03/2026."


def test_a_holiday_brings_the_reminder_forward(proposal):
    Holiday.objects.create(day=D(2026, 3, 13), name="Lễ")
    assert remind(D(2026, 3, 11)) == {("sct", "due"), ("sct.lanhdao", "due")}


def test_who_has_it_in_hand_is_reminded_alone_until_they_leave(place, proposal):
    other = make.user("sct2", "appraiser", place.orgs.industry)
    Review.objects.update(assigned_to=other)
    assert remind(D(2026, 3, 12)) == {("sct2", "due")}
    Notice.objects.all().delete()
    other.is_active = False
    other.save()
    assert remind(D(2026, 3, 12)) == {("sct", "due"), ("sct.lanhdao", "due")}


def test_once_proposed_it_is_the_heads_turn(place, proposal):
    with clock.at(D(2026, 3, 4)):
        fire(proposal, "pass", by=place.people.sct)
    assert remind(D(2026, 3, 12)) == {("sct.lanhdao", "due")}


def test_a_late_dossier_goes_up_on_days_one_three_five_and_ten_and_not_daily(place, proposal):
    Review.objects.update(assigned_to=place.people.sct)
    told = {}
    for late in range(1, 13):
        day = D(2026, 3, 16) + datetime.timedelta(days=late + 2 * ((late) // 5))
        if day.weekday() < 5 and (found := remind(day)):
            told[day] = found
    both = {("sct", "overdue"), ("sct.lanhdao", "overdue")}
    assert told == {
        D(2026, 3, 17): both,
        D(2026, 3, 19): both,
        D(2026, 3, 23): both,
        D(2026, 3, 30): both,
    }
    notice = Notice.objects.filter(kind="overdue").first()
    assert notice.sentence == f"{proposal.code} quá hạn xử lý: hạn là 16/03/2026."


def test_a_server_that_was_down_on_the_day_tells_it_on_the_next_one(proposal):
    assert ("sct", "overdue") in remind(D(2026, 3, 20))
    assert remind(D(2026, 3, 20)) == set()


def test_nobody_is_reminded_at_the_weekend_or_at_night(proposal):
    assert remind(D(2026, 3, 14)) == set()
    night = datetime.datetime(2026, 3, 13, 6, 59, tzinfo=timezone.get_current_timezone())
    assert remind(night) == set()
    assert remind(D(2026, 3, 13)) != set()


def test_an_office_the_portal_cannot_see_into_and_a_paused_dossier_are_left_alone(proposal):
    Review.objects.update(is_outside=True)
    assert remind(D(2026, 3, 12)) == remind(D(2026, 3, 20)) == set()
    Review.objects.update(is_outside=False, paused_at=clock.now())
    assert remind(D(2026, 3, 12)) == remind(D(2026, 3, 20)) == set()
    Review.objects.update(paused_at=None)
    Track.objects.update(status="waiting")
    assert remind(D(2026, 3, 12)) == remind(D(2026, 3, 20)) == set()


def returned(place, proposal, due_on):
    with clock.at(D(2026, 3, 5)):
        fire(proposal, "return", by=place.people.sct, reason="Thiếu báo giá")
    Review.objects.filter(verdict="return").update(reply_due_on=due_on)


def test_the_unit_is_reminded_of_its_day_before_and_once_after_it(place, proposal):
    returned(place, proposal, D(2026, 3, 20))
    assert remind(D(2026, 3, 17)) == set()
    assert remind(D(2026, 3, 18)) == {("canbo", "reply_due")}
    before = Notice.objects.filter(kind="reply_due").get()
    assert before.sentence == f"{proposal.code} chờ đơn vị bổ sung, hạn 20/03/2026."
    assert remind(D(2026, 3, 20)) == set()
    assert remind(D(2026, 3, 23)) == {("canbo", "reply_due")}
    assert remind(D(2026, 4, 23)) == set()
    after = Notice.objects.filter(kind="reply_due").latest("pk")
    assert after.sentence == f"{proposal.code} đã quá hạn bổ sung 20/03/2026."


def test_a_unit_that_has_sent_it_again_is_left_alone(place, proposal):
    returned(place, proposal, D(2026, 3, 20))
    with clock.at(D(2026, 3, 10)):
        fire(proposal, "submit", by=place.people.canbo)
    assert ("canbo", "reply_due") not in remind(D(2026, 3, 18))


def test_a_colleague_whose_role_has_ended_is_not_told(place, proposal):
    RoleGrant.objects.filter(user=place.people.sct_head).update(valid_to=D(2026, 3, 10))
    assert remind(D(2026, 3, 12)) == {("sct", "due")}


def test_the_minutes_chores_remind_and_many_dossiers_take_no_more_questions(
    place, proposal, django_assert_max_num_queries
):
    with clock.at(D(2026, 3, 12)):
        assert chores.run() == []
    assert Notice.objects.filter(kind="due").count() == 2
    with clock.at(ARRIVED):
        for number in range(6):
            make.submitted(place, title=f"Đề án {number}")
    with django_assert_max_num_queries(14), clock.at(D(2026, 3, 12)):
        assert reminders.remind() == 12


def test_who_is_given_a_dossier_is_told_with_its_day(place, proposal):
    Notice.objects.all().delete()
    with clock.at(D(2026, 3, 3)):
        Review.objects.update(
            assigned_to=place.people.sct,
            assigned_by=place.people.sct_head,
            assigned_at=clock.now(),
        )
        notices.write(proposal, proposal.status, place.people.sct_head)
    notice = Notice.objects.get()
    assert (notice.user, notice.kind) == (place.people.sct, "assigned")
    assert notice.sentence == f"{proposal.code} được giao cho bạn, hạn 16/03/2026."


def remark(proposal, by, **fields):
    made = Remark.objects.create(
        proposal=proposal,
        round=1,
        text="Nêu rõ công suất.",
        organisation=by.organisation,
        written_by=by,
        written_at=clock.now(),
        **fields,
    )
    notices.remarked(made)
    return made


def test_a_unit_hears_of_remarks_once_a_day_when_it_can_answer(place, proposal):
    people = place.people
    Notice.objects.all().delete()
    remark(proposal, people.sct)
    assert not Notice.objects.exists(), "the return itself will tell"
    fire(proposal, "return", by=people.sct, reason="Thiếu báo giá")
    proposal.refresh_from_db()
    Notice.objects.all().delete()
    remark(proposal, people.sct, is_internal=True)
    assert not Notice.objects.exists(), "an internal note is not for the unit"
    asked = remark(proposal, people.sct)
    remark(proposal, people.sct)
    assert {(row.user, row.kind) for row in Notice.objects.all()} == {(people.canbo, "remark")}
    assert Notice.objects.count() == 1
    remark(proposal, people.canbo, parent=asked)
    assert Notice.objects.filter(user=people.sct, kind="remark").count() == 1
