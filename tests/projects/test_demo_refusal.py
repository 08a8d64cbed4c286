"""Accounts whose password everybody knows stay on the machine of who tries them."""

import io

import pytest
from django.core.management import CommandError, call_command

from khuyencong.core.models import User
from programmes.models import Activity


@pytest.mark.django_db
@pytest.mark.parametrize("hosts", [["khuyencong.example.vn"], ["localhost", "10.0.0.7"], ["*"], []])
def test_it_is_refused_where_others_can_reach_the_portal(settings, hosts):
    settings.ALLOWED_HOSTS, settings.DEBUG = hosts, False
    with pytest.raises(CommandError, match="Từ chối nạp dữ liệu minh họa"):
        call_command("load_demo", stdout=io.StringIO())
    assert not User.objects.exists() and not Activity.objects.exists()
