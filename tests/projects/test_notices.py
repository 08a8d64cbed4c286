"""Who is told what, and that a dead broker or mail server loses nothing."""

import pytest
from django.core import mail
from django.test import Client, override_settings

from projects import mailing, tasks
from projects.firing import fire
from projects.models import Notice, Review
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return make.world()


def told():
    return {(row.user.username, row.kind) for row in Notice.objects.select_related("user")}


def test_each_office_is_told_when_a_dossier_reaches_it_and_the_unit_when_it_is_decided(place):
    proposal = make.submitted(place, {"provincial": 100})
    assert told() == {("sct", "arrived"), ("sct.lanhdao", "arrived")}
    fire(proposal, "pass", by=place.people.sct)
    Notice.objects.all().delete()
    fire(proposal, "conclude", by=place.people.sct_head)
    assert told() == {("stc", "arrived")}
    Notice.objects.all().delete()
    fire(proposal, "return", by=place.people.stc, reason="Thiếu báo giá")
    assert told() == {("canbo", "outcome")}


def test_a_notice_is_mailed_once_to_who_has_an_address(place):
    place.people.sct.email = "sct@example.vn"
    place.people.sct.save()
    make.submitted(place)
    assert mailing.mail_waiting() == 1
    assert mailing.mail_waiting() == 0
    assert [message.to for message in mail.outbox] == [["sct@example.vn"]]


def test_a_mail_server_that_is_down_leaves_the_notice_waiting(place, settings):
    place.people.sct.email = "sct@example.vn"
    place.people.sct.save()
    make.submitted(place)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert mailing.mail_waiting() == 0
    assert Notice.objects.filter(user=place.people.sct, mailed_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_an_approval_stands_when_the_broker_is_down_and_its_notice_waits(place, caplog):
    place.people.canbo.email = "canbo@example.vn"
    place.people.canbo.save()
    proposal = make.ready_to_approve(place, {"provincial": 100})
    with override_settings(CELERY_BROKER_URL="redis://127.0.0.1:9/0"):
        fire(proposal, "approve", by=place.people.ubnd, paper=make.paper("QĐ-UBND"))
    proposal.refresh_from_db()
    assert proposal.status == "approved"
    assert "the broker did not answer" in caplog.text
    assert Notice.objects.filter(kind="outcome", mailed_at=None).exists()


def test_the_task_does_what_the_function_does(place):
    place.people.sct.email = "sct@example.vn"
    place.people.sct.save()
    make.submitted(place)
    assert tasks.mail_notices() == 1
    assert not Notice.objects.filter(mailed_at=None).exists()


def test_the_bell_counts_and_the_inbox_is_ones_own(place):
    proposal = make.submitted(place)
    client = Client()
    client.force_login(place.people.sct)
    page = client.get("/thong-bao/").content.decode()
    due = Review.objects.get(track__proposal=proposal).due_on
    assert f"{proposal.code} chờ cơ quan bạn xử lý, hạn {due:%d/%m/%Y}." in page
    assert "<em>1</em>" in page
    client.post("/thong-bao/da-doc/")
    assert "<em>1</em>" not in client.get("/thong-bao/").content.decode()
    other = Client()
    other.force_login(place.people.canbo2)
    assert proposal.code not in other.get("/thong-bao/").content.decode()
