"""Ask a ClamAV server (clamd) whether a file carries malware, by its INSTREAM command."""

from __future__ import annotations

import socket
import struct
from typing import BinaryIO, Final
from urllib.parse import urlsplit

CHUNK: Final = 1 << 16
_LENGTH: Final = struct.Struct("!L")
_LONGEST_ANSWER: Final = 4096


class ScanError(Exception):
    """The file was not scanned; the message is the server's, for the log."""


class NoAnswer(ScanError):
    """The server cannot be reached: other files need not be tried now."""


def scan(content: BinaryIO, url: str, seconds: float = 60) -> str:
    """The name of what was found, or nothing for a clean file.

    ``url`` is tcp://host:port or unix:/path; ``seconds`` is how long the server may be silent.
    """
    try:
        server = _connect(url, seconds)
    except OSError as error:
        raise NoAnswer(f"{url}: {error}") from error
    try:
        with server:
            answer = _ask(server, content)
    except OSError as error:
        raise ScanError(f"{url}: {error}") from error
    said = answer.removeprefix("stream: ")
    if said == "OK":
        return ""
    if said.endswith(" FOUND"):
        return said.removesuffix(" FOUND")
    raise ScanError(answer or f"{url}: closed without an answer")


def _connect(url: str, seconds: float) -> socket.socket:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        server.settimeout(seconds)
        try:
            server.connect(parts.path)
        except OSError:
            server.close()
            raise
        return server
    server = socket.create_connection((parts.hostname, parts.port or 3310), timeout=5)
    server.settimeout(seconds)
    return server


def _ask(server: socket.socket, content: BinaryIO) -> str:
    """Send the file in pieces with their lengths; z commands and answers end with NUL."""
    try:
        server.sendall(b"zINSTREAM\0")
        while piece := content.read(CHUNK):
            server.sendall(_LENGTH.pack(len(piece)) + piece)
        server.sendall(_LENGTH.pack(0))
    except (BrokenPipeError, ConnectionResetError):
        pass  # it stopped reading because it has something to say, such as a limit
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < _LONGEST_ANSWER:
        piece = server.recv(_LONGEST_ANSWER)
        if not piece:
            break
        answer += piece
    return answer.rstrip(b"\0\n").decode("utf-8", "replace").strip()
