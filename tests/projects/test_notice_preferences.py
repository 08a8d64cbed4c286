"""E-mails as each person wants them: each or one a day, all or one's own deadlines alone."""

import datetime

import pytest
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.test import Client, override_settings
from django.utils import timezone

from khuyencong.core import clock
from khuyencong.env import public_url
from projects import mailing
from projects.models import Notice, Proposal
from tests import make

pytestmark = pytest.mark.django_db
PAGE = "/thong-bao/cai-dat/"


def at(hour, minute=0, day=2):
    return clock.at(
        datetime.datetime(2026, 3, day, hour, minute, tzinfo=timezone.get_current_timezone())
    )


@pytest.fixture
def place():
    return make.world()


@pytest.fixture
def reader(place):
    place.people.sct.email = "sct@example.vn"
    place.people.sct.save()
    return place.people.sct


def notice(user, proposal, kind="arrived", due_on=None):
    return Notice.objects.create(
        user=user,
        proposal=proposal,
        kind=kind,
        status=proposal.status,
        due_on=due_on,
        created_at=clock.now(),
    )


def choose(user, mode="each", only=False):
    client = Client()
    client.force_login(user)
    data = {"mail_mode": mode} | ({"mail_only_deadlines": "on"} if only else {})
    answer = client.post(PAGE, data, follow=True)
    assert "Đã ghi cách nhận thư." in answer.content.decode()
    user.refresh_from_db()


def test_the_inbox_leads_to_the_page_which_says_where_mails_go(reader):
    client = Client()
    client.force_login(reader)
    assert PAGE in client.get("/thong-bao/").content.decode()
    assert "Thư gửi tới sct@example.vn." in client.get(PAGE).content.decode()
    assert client.post(PAGE, {"mail_mode": "carrier-pigeon"}).status_code == 422


def test_without_an_address_the_page_says_what_to_do(place):
    client = Client()
    client.force_login(place.people.stc)
    assert "Tài khoản chưa có địa chỉ thư" in client.get(PAGE).content.decode()


def test_a_digest_is_one_mail_a_day_after_its_hour_with_all_that_waited(place, reader):
    choose(reader, "digest")
    with at(15):
        proposals = [make.submitted(place, title=f"Đề án {n}") for n in range(3)]
        assert mailing.mail_waiting() == 0
    with at(7, 29, day=3):
        notice(reader, proposals[0], "due", datetime.date(2026, 3, 5))
        assert mailing.mail_waiting() == 0
    with at(7, 31, day=3):
        assert mailing.mail_waiting() == 1
        assert mailing.mail_waiting() == 0
    with at(10, day=3):
        notice(reader, proposals[1], "overdue", datetime.date(2026, 3, 2))
        assert mailing.mail_waiting() == 0
    with at(8, day=4):
        assert mailing.mail_waiting() == 1
    first, second = mail.outbox
    assert first.subject == "Cổng khuyến công: 4 thông báo"
    lines = first.body.splitlines()
    assert lines[0] == f"- {proposals[0].code} sắp hết hạn xử lý: hạn 05/03/2026."
    said = "- {} chờ cơ quan bạn xử lý, hạn 16/03/2026."
    assert [said.format(row.code) for row in proposals] == lines[1:4]
    assert "quá hạn xử lý" in second.body


def test_deadlines_alone_leave_the_rest_in_the_inbox_and_never_mail_it(place, reader):
    choose(reader, only=True)
    proposal = make.submitted(place)
    notice(reader, proposal, "overdue", datetime.date(2026, 3, 2))
    assert mailing.mail_waiting() == 1
    assert "quá hạn xử lý" in mail.outbox[0].subject
    choose(reader)
    assert mailing.mail_waiting() == 0, "what was not wanted then is not sent later"
    assert Notice.objects.filter(user=reader).count() == 2


def test_who_has_left_gets_no_mail(place, reader):
    make.submitted(place)
    reader.is_active = False
    reader.save()
    assert mailing.mail_waiting() == 0
    assert not Notice.objects.filter(mailed_at=None).exists()


def test_a_digest_that_could_not_be_sent_waits_whole(place, reader, settings):
    choose(reader, "digest")
    with at(15):
        make.submitted(place)
    backend, settings.EMAIL_BACKEND = (
        settings.EMAIL_BACKEND,
        "django.core.mail.backends.smtp.EmailBackend",
    )
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    with at(8, day=3):
        assert mailing.mail_waiting() == 0
        settings.EMAIL_BACKEND = backend
        assert mailing.mail_waiting() == 1


def test_a_mail_names_codes_and_the_portals_address_and_no_establishment(place, reader):
    proposal = make.submitted(place, title="Máy sao chè cho hộ ông Nguyễn Văn Kín")
    with override_settings(PUBLIC_URL="https://khuyencong.example.vn"):
        mailing.mail_waiting()
    body = mail.outbox[0].body
    assert f"https://khuyencong.example.vn/de-an/{proposal.code}/" in body
    assert "https://khuyencong.example.vn/thong-bao/cai-dat/" in body
    assert "Nguyễn Văn Kín" not in body + mail.outbox[0].subject
    Notice.objects.update(mailed_at=None)
    mailing.mail_waiting()
    assert "Mở cổng khuyến công để xem." in mail.outbox[1].body


@pytest.mark.parametrize("given", ["khuyencong.example", "ftp://x", "https://", "https://x/?a=1"])
def test_an_address_that_is_none_stops_the_portal_at_its_start(given):
    assert public_url("https://khuyencong.example/") == "https://khuyencong.example"
    with pytest.raises(ImproperlyConfigured, match="PUBLIC_URL"):
        public_url(given)


@pytest.mark.parametrize("kind", Notice.Kind.values)
def test_every_kind_of_notice_reads_as_a_sentence_with_its_code(place, reader, kind):
    proposal = make.draft(place)
    proposal.status = Proposal.Status.RETURNED
    for day in (None, datetime.date(2026, 3, 5)):
        said = notice(reader, proposal, kind, day).sentence
        assert said.startswith(proposal.code) and said.endswith("."), said
        assert "{" not in said and "None" not in said
