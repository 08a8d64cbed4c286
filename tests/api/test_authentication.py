"""Keys: hashed, scoped, expiring, and never more than their user."""

import datetime

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from khuyencong.core.models import ApiToken
from tests import make

PROPOSALS = "/api/v1/proposals/"


def with_header(value: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=value)
    return client


def refused(response) -> dict:
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert response["Content-Type"] == "application/problem+json"
    return response.json()


def test_without_a_key_nothing_is_told(db):
    answer = refused(APIClient().get(PROPOSALS))
    assert answer["title"] == "Chưa đăng nhập"
    assert "Bearer" in answer["detail"]


@pytest.mark.parametrize(
    "header", ["Bearer sai", "Bearer", "Bearer a b", "Bearer kc_" + "x" * 5000, "Bearer \xff\xfe"]
)
def test_a_wrong_key_is_refused(db, header):
    refused(with_header(header).get(PROPOSALS))


def test_an_expired_key_is_refused(place):
    token, secret = ApiToken.issue(user=place.people.sct, name="cũ", scope="read", days=1)
    client = with_header(f"Bearer {secret}")
    assert client.get(PROPOSALS).status_code == 200
    ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now())
    refused(client.get(PROPOSALS))


def test_a_revoked_key_is_refused(place):
    token, secret = ApiToken.issue(user=place.people.sct, name="mất", scope="read", days=1)
    ApiToken.objects.filter(pk=token.pk).update(revoked_at=timezone.now())
    refused(with_header(f"Bearer {secret}").get(PROPOSALS))


def test_the_key_of_a_deactivated_account_is_refused(place, api):
    client = api(place.people.sct)
    place.people.sct.is_active = False
    place.people.sct.save()
    refused(client.get(PROPOSALS))


def test_a_key_that_may_read_changes_nothing(place, api):
    proposal = make.draft(place)
    path = f"{PROPOSALS}{proposal.code}/transitions/"
    response = api(place.people.canbo).post(path, {"verb": "submit"})
    assert response.status_code == 403
    assert "«write»" in response.json()["detail"]
    proposal.refresh_from_db()
    assert proposal.status == "draft"


def test_a_key_loses_what_its_user_loses(place, api):
    client = api(place.people.kiemtoan)
    assert client.get("/api/v1/audit/").status_code == 200
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    place.people.kiemtoan.role_grants.update(valid_to=yesterday)
    assert client.get("/api/v1/audit/").status_code == 403


def test_the_secret_is_not_kept(place):
    token, secret = ApiToken.issue(user=place.people.sct, name="mới", scope="read", days=1)
    stored = ApiToken.objects.filter(pk=token.pk).values_list().get()
    assert all(secret not in str(value) for value in stored)
    assert secret.startswith(token.hint)


def test_the_day_of_last_use_is_kept(place, api):
    api(place.people.sct).get(PROPOSALS)
    assert ApiToken.objects.get().last_used_on == timezone.localdate()


def test_a_session_reads_but_writes_only_with_its_csrf_token(place):
    proposal = make.draft(place)
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(place.people.canbo)
    assert client.get(PROPOSALS).status_code == 200
    path = f"{PROPOSALS}{proposal.code}/transitions/"
    refusal = client.post(path, {"verb": "submit"})
    assert refusal.status_code == 403
    assert "X-CSRFToken" in refusal.json()["detail"]
    client.get("/tro-giup/")
    csrf = client.cookies["csrftoken"].value
    response = client.post(path, {"verb": "submit"}, HTTP_X_CSRFTOKEN=csrf)
    assert response.status_code == 200
