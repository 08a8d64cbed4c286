"""Locks on people and offices let the rows that name them be written meanwhile."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from khuyencong.core import clock, delegation, organisations
from khuyencong.core.delegation import Wish
from khuyencong.core.organisations import Named
from khuyencong.core.roles import Role
from tests import make

pytestmark = pytest.mark.django_db
ON_POSTGRESQL = "postgresql"


def locks(asked):
    return [one["sql"] for one in asked if " FOR " in one["sql"] and "UPDATE" in one["sql"][-80:]]


def test_a_delegation_and_a_new_name_lock_no_keys():
    """A plain FOR UPDATE waits for every row being written that points at the locked one."""
    place = make.world()
    deputy = make.user("sct.pho", "appraiser", place.orgs.industry)
    today = clock.today()
    day = today + datetime.timedelta(days=1)
    wish = Wish(place.people.sct_head, deputy, (Role.HEAD,), today, today, "12/GUQ-SCT")
    named = Named(
        name="Sở Công Thương mới", short_name="SCTM", sign="", legal_ref="", valid_from=day
    )
    with CaptureQueriesContext(connection) as asked:
        delegation.delegate(wish, by=wish.giver)
        organisations.rename(place.orgs.industry, named, by=place.people.quantri)
    if connection.vendor == ON_POSTGRESQL:
        assert len(locks(asked)) >= 2
    assert all("FOR NO KEY UPDATE" in sql for sql in locks(asked)), locks(asked)
