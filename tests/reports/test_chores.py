"""The minute's chores: all are done, and one that fails stops no other."""

import datetime

import pytest
from django.utils import timezone

from khuyencong.core import clock
from khuyencong.core.models import AuditAnchor
from projects.models import Notice
from reports import chores
from tests import make

pytestmark = pytest.mark.django_db


def test_waiting_mails_go_out_and_the_day_is_anchored_once():
    place = make.world()
    with clock.at(timezone.now() - datetime.timedelta(hours=1)):
        make.submitted(place)
    assert chores.run() == []
    assert chores.run() == []
    assert not Notice.objects.filter(mailed_at=None).exists()
    assert AuditAnchor.objects.get().entries > 0


def test_a_chore_that_fails_stops_no_other(monkeypatch):
    def broken():
        raise RuntimeError("no table")

    monkeypatch.setattr(chores, "CHORES", (broken, *chores.CHORES[1:]))
    assert chores.run() == ["broken"]
    assert AuditAnchor.objects.count() == 1
