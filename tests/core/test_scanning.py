"""Asking a virus scanner: what it says, and when it says nothing."""

import io

import pytest
from django.core.exceptions import ImproperlyConfigured

from khuyencong.core import scanning
from khuyencong.env import clamd
from tests.clamd import LIMIT, MARK, Clamd
from tests.processes import free_port


@pytest.fixture(scope="module")
def server():
    with Clamd() as running:
        yield running


def scan(content: bytes, server: Clamd) -> str:
    return scanning.scan(io.BytesIO(content), server.url)


@pytest.mark.parametrize("content", [b"", b"x", b"y" * scanning.CHUNK, b"z" * 300_000])
def test_a_clean_file_has_no_name_of_a_find(server, content):
    assert scan(content, server) == ""


def test_what_is_found_is_named_wherever_it_stands(server):
    for before in (0, 10, scanning.CHUNK - 5, 250_000):
        assert scan(bytes(before) + MARK + b"rest", server) == "Thu.Nghiem-1"


def test_a_file_the_server_will_not_take_stays_unscanned(server):
    with pytest.raises(scanning.ScanError, match="size limit exceeded"):
        scan(bytes(LIMIT + 3 * scanning.CHUNK), server)


def test_a_unix_socket_serves_as_well():
    with Clamd(unix=True) as server:
        assert scan(b"x", server) == ""
        assert scan(MARK, server) == "Thu.Nghiem-1"


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:{port}", "unix:/khong/co/clamd.sock"])
def test_a_server_that_is_down_gives_no_answer(address):
    with pytest.raises(scanning.NoAnswer):
        scanning.scan(io.BytesIO(b"x"), address.format(port=free_port()))


def test_a_server_that_ends_in_between_has_not_scanned_the_file():
    with Clamd() as server:

        class Ending(io.BytesIO):
            def read(self, size: int = -1) -> bytes:
                server.kill()
                return super().read(size)

        with pytest.raises(scanning.ScanError):
            scanning.scan(Ending(bytes(200_000)), server.url)


@pytest.mark.parametrize("url", ["", "tcp://quet:3310", "unix:/run/clamav/clamd.ctl"])
def test_addresses_of_a_scanner_are_taken_as_they_are(url):
    assert clamd(url) == url


@pytest.mark.parametrize("url", ["quet:3310", "http://quet", "tcp://", "unix:"])
def test_a_senseless_address_stops_the_start(url):
    with pytest.raises(ImproperlyConfigured, match="CLAMD_URL"):
        clamd(url)
