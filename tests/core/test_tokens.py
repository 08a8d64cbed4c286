"""Keys of other systems: random, kept as a hash, expiring, revocable."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from khuyencong.core.models import ApiToken
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return make.user("hethong", "service", make.organisation("industry_department", None))


def issue(user, **changes):
    return ApiToken.issue(**{"user": user, "name": "Kho", "scope": "read", "days": 30, **changes})


def test_no_two_keys_are_alike_and_each_is_long(user):
    secrets = {issue(user)[1] for _number in range(20)}
    assert len(secrets) == 20
    assert all(secret.startswith("kc_") and len(secret) >= 43 for secret in secrets)


def test_only_the_hash_and_a_hint_are_kept(user):
    token, secret = issue(user)
    held = " ".join(str(value) for value in ApiToken.objects.values().get(pk=token.pk).values())
    assert secret not in held and secret[len(token.hint) :] not in held
    assert secret.startswith(token.hint) and len(token.hint) <= 8
    assert ApiToken.objects.get(digest=ApiToken.digest_of(secret)) == token


def test_a_key_ends_after_its_days(user):
    token, _secret = issue(user, days=30)
    left = token.expires_at - timezone.now()
    assert datetime.timedelta(days=29, hours=23) < left <= datetime.timedelta(days=30)
    assert token.is_valid
    token.expires_at = timezone.now() - datetime.timedelta(seconds=1)
    assert not token.is_valid


def test_a_revoked_key_is_not_valid(user):
    token, _secret = issue(user)
    token.revoked_at = timezone.now()
    assert not token.is_valid


@pytest.mark.parametrize(
    "changes",
    [{"scope": "all"}, {"scope": ""}, {"name": ""}, {"name": "x" * 81}, {"name": "a\x00b"}],
)
def test_a_key_that_cannot_be_is_refused(user, changes):
    with pytest.raises(ValidationError):
        issue(user, **changes)
    assert not ApiToken.objects.exists()


def test_the_text_of_a_key_shows_its_hint_only(user):
    token, secret = issue(user)
    assert token.hint in str(token) and secret not in str(token)
