"""Accounts from the command line, and changing one's own password."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from khuyencong.core.models import User
from tests import make

pytestmark = pytest.mark.django_db


def created(capsys, **changes):
    options = {"name": "Nguyễn Văn Thử", "role": "appraiser", **changes}
    call_command("create_account", "moi", **options)
    return capsys.readouterr().out.strip()


def test_the_first_account_can_log_in_with_the_password_it_was_told(capsys):
    place = make.world()
    password = created(capsys, organisation=place.orgs.industry.code)
    client = Client()
    page = client.post("/dang-nhap/", {"username": "moi", "password": password})
    assert page.status_code == 302
    assert User.objects.get(username="moi").roles == {"appraiser"}
    with pytest.raises(CommandError):
        created(capsys, organisation=place.orgs.industry.code)


def test_an_unknown_office_is_named_with_those_there_are():
    place = make.world()
    with pytest.raises(CommandError, match=place.orgs.finance.code):
        call_command("create_account", "x", name="X", organisation="khong-co", role="head")


def test_a_password_is_changed_only_with_the_old_one_and_a_long_new_one():
    place = make.world()
    client = Client()
    client.force_login(place.people.canbo)
    sent = {"new_password1": "mot-mat-khau-rat-dai", "new_password2": "mot-mat-khau-rat-dai"}
    assert client.post("/doi-mat-khau/", {"old_password": "sai", **sent}).status_code == 422
    short = {"old_password": make.PASSWORD, "new_password1": "ngan", "new_password2": "ngan"}
    assert client.post("/doi-mat-khau/", short).status_code == 422
    good = client.post("/doi-mat-khau/", {"old_password": make.PASSWORD, **sent})
    assert good.status_code == 302
    place.people.canbo.refresh_from_db()
    assert place.people.canbo.check_password("mot-mat-khau-rat-dai")


def test_a_shared_demonstration_account_keeps_its_password():
    place = make.world()
    User.objects.filter(pk=place.people.canbo.pk).update(is_demo=True)
    client = Client()
    client.force_login(place.people.canbo)
    sent = {"new_password1": "mot-mat-khau-rat-dai", "new_password2": "mot-mat-khau-rat-dai"}
    assert client.post("/doi-mat-khau/", {"old_password": make.PASSWORD, **sent}).status_code == 422
    place.people.canbo.refresh_from_db()
    assert place.people.canbo.check_password(make.PASSWORD)
