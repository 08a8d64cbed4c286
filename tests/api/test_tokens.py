"""The administrator's page of keys."""

import datetime
import re

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from khuyencong.core.models import ApiToken
from tests import make

LIST = "/quan-tri/khoa-api/"
NEW = f"{LIST}moi/"


@pytest.fixture
def admin(place) -> Client:
    client = Client()
    client.force_login(place.people.quantri)
    return client


def entered(place, **changes) -> dict:
    return {
        "user": place.people.hethong.pk,
        "name": "Kho dữ liệu tỉnh",
        "scope": "read",
        "days": "90",
    } | changes


def test_a_key_is_made_shown_once_and_works(place, admin):
    response = admin.post(NEW, entered(place))
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    secret = re.search(r'value="(kc_[^"]+)"', response.content.decode())[1]
    token = ApiToken.objects.get()
    assert (token.user, token.created_by) == (place.people.hethong, place.people.quantri)
    assert token.scope == "read"
    left = token.expires_at - timezone.now()
    assert datetime.timedelta(days=89) < left <= datetime.timedelta(days=90)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert client.get("/api/v1/proposals/").status_code == 200
    listed = admin.get(LIST).content.decode()
    assert "Kho dữ liệu tỉnh" in listed and token.hint in listed and secret not in listed


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"days": "0"}, "days"),
        ({"days": "367"}, "days"),
        ({"days": "9" * 5000}, "days"),
        ({"days": "1,5"}, "days"),
        ({"name": ""}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "\u200b"}, "name"),
        ({"scope": "all"}, "scope"),
        ({"user": "999999"}, "user"),
        ({"user": "x"}, "user"),
    ],
)
def test_what_cannot_be_a_key_is_refused(place, admin, change, field):
    response = admin.post(NEW, entered(place, **change))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert not ApiToken.objects.exists()


def test_a_key_is_revoked_at_once(place, admin):
    token, secret = ApiToken.issue(user=place.people.hethong, name="cũ", scope="read", days=5)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert client.get("/api/v1/proposals/").status_code == 200
    path = f"{LIST}{token.pk}/thu-hoi/"
    assert "Thu hồi" in admin.get(path).content.decode()
    assert client.get("/api/v1/proposals/").status_code == 200
    assert admin.post(path, follow=True).redirect_chain == [(LIST, 302)]
    assert client.get("/api/v1/proposals/").status_code == 401
    at = ApiToken.objects.get().revoked_at
    admin.post(path)
    assert ApiToken.objects.get().revoked_at == at


def test_for_everybody_else_the_page_is_not_there(place):
    token, _secret = ApiToken.issue(user=place.people.hethong, name="x", scope="read", days=5)
    for person in vars(place.people).values():
        if person == place.people.quantri:
            continue
        client = Client()
        client.force_login(person)
        for path in (LIST, NEW, f"{LIST}{token.pk}/thu-hoi/"):
            assert client.get(path).status_code == 404
            assert client.post(path, entered(place)).status_code == 404
    assert Client().get(LIST).status_code == 302
    assert ApiToken.objects.get().revoked_at is None


def test_another_provinces_accounts_and_keys_are_not_there(place, admin):
    elsewhere = make.world("-b", name="Tỉnh Khác", abbreviation="TK")
    theirs = elsewhere.people.hethong
    token, _secret = ApiToken.issue(user=theirs, name="bên kia", scope="read", days=5)
    assert admin.post(NEW, entered(place, user=theirs.pk)).status_code == 422
    assert "bên kia" not in admin.get(LIST).content.decode()
    assert admin.post(f"{LIST}{token.pk}/thu-hoi/").status_code == 404


def test_a_deactivated_account_gets_no_key(place, admin):
    place.people.hethong.is_active = False
    place.people.hethong.save()
    assert admin.post(NEW, entered(place)).status_code == 422


def test_the_command_prints_the_key_alone(place, capsys):
    call_command("create_token", "hethong", "--scope", "write", "--days", "3")
    secret = capsys.readouterr().out.strip()
    assert re.fullmatch(r"kc_[\w-]{40,}", secret)
    token = ApiToken.objects.get()
    assert (token.user, token.scope) == (place.people.hethong, "write")
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert client.get("/api/v1/proposals/").status_code == 200


@pytest.mark.parametrize(
    "wrong", [["nobody"], ["hethong", "--days", "0"], ["hethong", "--days", "400"]]
)
def test_the_command_refuses_what_cannot_be(place, wrong):
    with pytest.raises(CommandError):
        call_command("create_token", *wrong)
    assert not ApiToken.objects.exists()
