"""Pages go out packed to who takes it, and whole to who does not."""

import gzip

import pytest
from django.test import Client

from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader() -> Client:
    place = make.world()
    client = Client()
    client.force_login(place.people.canbo)
    return client


def test_a_page_is_packed_for_a_browser(reader: Client):
    plain = reader.get("/de-an/")
    packed = reader.get("/de-an/", headers={"accept-encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed["Vary"]
    assert len(packed.content) < len(plain.content) / 2
    assert "Lập đề án" in gzip.decompress(packed.content).decode()


def test_the_api_keeps_its_etags(reader: Client):
    answer = reader.get("/api/v1/schema/", headers={"accept-encoding": "gzip"})
    assert answer.status_code == 200
    assert "Content-Encoding" not in answer.headers
