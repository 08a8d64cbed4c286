"""A stand-in for clamd: the INSTREAM part of its protocol, as a process of its own.

clamd is an optional service outside the portal and needs a gigabyte of signatures; what is tested
here is what the portal says to it and makes of its answers. A file that holds MARK is infected.
"""

from __future__ import annotations

import socket
import socketserver
import struct
import sys
from pathlib import Path

from tests.processes import Server, free_port

MARK = b"MA-DOC-DE-THU"
LIMIT = 4 * 2**20


class Clamd(Server):
    """The stand-in on a port of its own, or on a Unix socket in its folder."""

    def __init__(self, *, unix: bool = False) -> None:
        super().__init__()
        self.address = str(self.folder / "clamd.sock") if unix else str(free_port())
        self.url = f"unix:{self.address}" if unix else f"tcp://127.0.0.1:{self.address}"

    def command(self) -> list[str]:
        return [sys.executable, "-m", "tests.clamd", self.address]

    def ready(self) -> bool:
        try:
            if self.address.isdecimal():
                line = socket.create_connection(("127.0.0.1", int(self.address)), timeout=1)
            else:
                line = socket.socket(socket.AF_UNIX)
                line.connect(self.address)
        except OSError:
            return False
        with line:
            line.sendall(b"zPING\0")
            return line.recv(16) == b"PONG\0"


class _Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        command = b""
        while not command.endswith(b"\0"):
            piece = self.rfile.read(1)
            if not piece:
                return
            command += piece
        if command == b"zPING\0":
            self.wfile.write(b"PONG\0")
        elif command == b"zINSTREAM\0":
            self.wfile.write(self.judge())
        else:
            self.wfile.write(b"UNKNOWN COMMAND\0")

    def judge(self) -> bytes:
        content = b""
        while length := struct.unpack("!L", self.rfile.read(4))[0]:
            content += self.rfile.read(length)
            if len(content) > LIMIT:
                return b"INSTREAM size limit exceeded. ERROR\0"
        return b"stream: Thu.Nghiem-1 FOUND\0" if MARK in content else b"stream: OK\0"


class _Tcp(socketserver.ThreadingTCPServer):
    allow_reuse_address = True


class _Unix(socketserver.ThreadingUnixStreamServer):
    pass


def main(address: str) -> None:
    if address.isdecimal():
        server = _Tcp(("127.0.0.1", int(address)), _Talk)
    else:
        Path(address).unlink(missing_ok=True)
        server = _Unix(address, _Talk)
    with server:
        server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1])
