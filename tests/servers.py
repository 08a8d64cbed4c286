"""Real servers for tests: PostgreSQL, Redis, the portal's web server, its worker, the whole portal.

Each is a process of its own on an address of its own, and is ended by its number.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Self
from urllib.parse import quote

import psycopg2
import redis

from khuyencong.supervisor import WEB, WORKER
from tests.processes import ROOT, MissingProgram, Server, find, free_port

PROGRAMME = "programmes/data/lai-chau-2021-2025.yaml"
# What a server is told comes from its test, never from the run around it.
OURS = {
    *("ALLOWED_HOSTS", "BEHIND_PROXY", "CLAMD_URL", "CSRF_TRUSTED_ORIGINS", "DATABASE_URL"),
    *("DATABASE_OWNER_URL", "DATA_DIR", "DEBUG"),
    *("DJANGO_ALLOW_ASYNC_UNSAFE", "DJANGO_SETTINGS_MODULE", "EMAIL_URL", "HTTPS", "PORT"),
    *("REDIS_URL", "SECRET_KEY", "STATIC_MANIFEST"),
}


def environment(data_dir: Path | str, **changes: str) -> dict[str, str]:
    """The environment of a portal on its own data folder; embedded unless DATABASE_URL is given."""
    env = {name: text for name, text in os.environ.items() if name not in OURS}
    env |= {"DATA_DIR": str(data_dir), "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}
    if "DATABASE_URL" in changes:
        env |= {"SECRET_KEY": "only-for-tests", "HTTPS": "0", "ALLOWED_HOSTS": "127.0.0.1"}
    return env | changes


def manage(env: dict[str, str], *arguments: str) -> str:
    """Run a management command as a process; its output, or an error that shows what it wrote."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"manage.py {' '.join(arguments)}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def get(url: str, seconds: float = 30) -> int | None:
    """Status of a page, or None where nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=seconds) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


class Postgres(Server):
    """PostgreSQL on a Unix socket in its own folder, never as root, which it refuses.

    ``durable`` keeps fsync, for tests that crash it.
    """

    where = "/"  # its user may not enter ours

    end_signal = signal.SIGINT  # fast shutdown: does not wait for clients

    def __init__(self, *, durable: bool = False, **settings: str) -> None:
        super().__init__()
        off = {} if durable else dict.fromkeys(("fsync", "full_page_writes"), "off")
        self.settings = {"max_connections": "120", "listen_addresses": "", **off, **settings}
        if not durable:
            self.settings.setdefault("synchronous_commit", "off")
        self.prefix: list[str] = []
        if os.geteuid() == 0:
            names = {user.pw_name: user for user in pwd.getpwall()}
            user = names.get("postgres") or names["nobody"]
            self.prefix = [find("setpriv", "util-linux"), "--reuid", str(user.pw_uid)]
            self.prefix += ["--regid", str(user.pw_gid), "--clear-groups"]
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        self.data = self.folder / "data"

    @staticmethod
    def program(name: str) -> str:
        told = subprocess.run(
            [find("pg_config", "postgresql"), "--bindir"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        # A newer client library may name a folder that holds no server.
        folders = [Path(told), *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
        for folder in folders:
            if (folder / name).exists():
                return str(folder / name)
        raise MissingProgram(f"{name} is missing: install postgresql (scripts/setup test)")

    def start(self) -> Self:
        new = not self.data.exists()
        if new:
            subprocess.run(
                [
                    *self.prefix,
                    *(self.program("initdb"), "-D", self.data, "-U", "khuyencong", "-A", "trust"),
                    *("-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"),
                ],
                check=True,
                stdout=subprocess.DEVNULL,
                cwd="/",
            )
        super().start()
        if new:
            with contextlib.closing(self.connect("postgres")) as connection:
                connection.autocommit = True
                connection.cursor().execute("CREATE DATABASE khuyencong")
        return self

    def command(self) -> list[str]:
        options = [f"-c{name}={text}" for name, text in self.settings.items()]
        line = [self.program("postgres"), "-D", str(self.data), "-k", str(self.folder), *options]
        return [*self.prefix, *line]

    def connect(self, name: str = "khuyencong") -> psycopg2.extensions.connection:
        return psycopg2.connect(host=str(self.folder), user="khuyencong", dbname=name)

    def ready(self) -> bool:
        try:
            self.connect("postgres").close()
        except psycopg2.OperationalError:
            return False
        return True

    def kill(self) -> None:
        """A crash: every process of it ends at once, and the next start recovers."""
        self._end(signal.SIGQUIT)

    @property
    def url(self) -> str:
        return f"postgres://khuyencong@/khuyencong?host={quote(str(self.folder), safe='')}"


class Redis(Server):
    """Redis on a free loopback port, which it keeps over restarts; nothing is written to disk."""

    def __init__(self, *options: str) -> None:
        super().__init__()
        self.port = free_port()
        self.options = options

    def command(self) -> list[str]:
        return [
            *(find("redis-server", "redis-server"), "--port", str(self.port)),
            *("--bind", "127.0.0.1", "--dir", str(self.folder), "--daemonize", "no"),
            *("--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction"),
            *self.options,
        ]

    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url)

    def ready(self) -> bool:
        with contextlib.suppress(redis.ConnectionError), self.client() as client:
            return client.ping()
        return False

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"


class Web(Server):
    """The portal's web server alone, for an ``environment()``; the database must be migrated."""

    def __init__(self, env: dict[str, str]) -> None:
        super().__init__()
        self.env = env
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def command(self) -> list[str]:
        bind = f"fd://{self.listener.fileno()}"
        return [sys.executable, "-m", *WEB.split(), "--bind", bind]

    def environment(self) -> dict[str, str]:
        return self.env

    def pass_fds(self) -> tuple[int, ...]:
        return (self.listener.fileno(),)

    def ready(self) -> bool:
        return get(f"{self.url}/healthz", 1) is not None

    def close(self) -> None:
        super().close()
        self.listener.close()


class Worker(Server):
    """The Celery worker alone, for an ``environment()``."""

    def __init__(self, env: dict[str, str], *options: str) -> None:
        super().__init__()
        self.env = env
        self.options = options

    def command(self) -> list[str]:
        return [sys.executable, "-m", *WORKER.split(), "-l", "INFO", *self.options]

    def environment(self) -> dict[str, str]:
        return self.env

    def ready(self) -> bool:
        return " ready." in self.output()


class Portal(Server):
    """The whole embedded portal as ``make run`` starts it: the supervisor, its web and worker."""

    def __init__(self, data_dir: Path | None = None, **changes: str) -> None:
        super().__init__()
        self.data_dir = data_dir or self.folder / "data"
        self.env = environment(self.data_dir, PORT="0", **changes)

    def command(self) -> list[str]:
        return [sys.executable, "-m", "khuyencong.supervisor", PROGRAMME]

    def environment(self) -> dict[str, str]:
        return self.env

    @property
    def url(self) -> str:
        told = re.search(r"http://127\.0\.0\.1:\d+", self.output())
        return told[0] if told else ""

    def ready(self) -> bool:
        return bool(self.url) and get(f"{self.url}/healthz") is not None

    def manage(self, *arguments: str) -> str:
        return manage(self.env, *arguments)
