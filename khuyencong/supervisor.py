"""One process that keeps the embedded portal running: ``python -m khuyencong.supervisor FILE...``.

It prepares the database (an empty one gets the programmes in the files named), then starts the web
server and one background worker, starts them again when they die, sweeps unfinished jobs, and ends
every process it started. With the word ``sweep`` it only sweeps: the scheduler of production.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from typing import IO, NoReturn

from khuyencong.processes import Child, Keeper, bound_to_us

ROOT = Path(__file__).resolve().parent.parent
DEMO_PASSWORD = "khuyencong-demo"
# Threads only so that an idle connection of a browser does not hold a whole process.
WEB = (
    "gunicorn khuyencong.wsgi --preload --workers 2 --worker-class gthread --threads 2 "
    "--no-control-socket --log-level warning --timeout 60 --graceful-timeout 5"
)
WORKER = (
    "celery -q -A khuyencong worker -P prefork -c 1 -Q celery -l WARNING "
    "--without-gossip --without-mingle --without-heartbeat"
)

logger = logging.getLogger("khuyencong.supervisor")


class Refusal(Exception):
    """Why the portal cannot start here, as a sentence for the person at the terminal."""


def say(text: str) -> None:
    print(text, flush=True)


def lock(data_dir: Path) -> IO[str]:
    """Hold the data folder: two supervisors on one folder would fight over its queue."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        file = (data_dir / "supervisor.lock").open("a+", encoding="utf-8")
    except OSError as error:
        raise Refusal(f"Không ghi được vào thư mục dữ liệu {data_dir}: {error.strerror}.") from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.seek(0)
        raise Refusal(
            f"Một cổng khác đang chạy trên thư mục dữ liệu {data_dir} "
            f"(tiến trình {file.read().strip() or '?'}). Dừng nó trước, hoặc đặt DATA_DIR khác."
        ) from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def listen() -> socket.socket:
    """The portal's own socket; holding it here keeps the port while the web server restarts."""
    raw = os.environ.get("PORT", "").strip() or "8000"
    if not raw.isdecimal() or int(raw) > 65535:
        raise Refusal(f"PORT={raw}: viết một số từ 0 đến 65535.")
    try:
        return socket.create_server(("127.0.0.1", int(raw)), backlog=512)
    except PermissionError:
        raise Refusal(f"Cổng mạng {raw} cần quyền quản trị; chọn số từ 1024 trở lên.") from None
    except OSError:
        raise Refusal(
            f"Cổng mạng {raw} đang có chương trình khác dùng. "
            f"Dừng chương trình đó, hoặc chạy: PORT={int(raw) + 1} make run"
        ) from None


def prepare(programmes: list[str]) -> None:
    """Bring the database and the static files up to date; load the first data into an empty one."""
    from django.core.management import call_command
    from django.db import transaction

    from programmes.models import Programme

    call_command("migrate", interactive=False, verbosity=0)
    if not Programme.objects.exists():
        say("Lần chạy đầu: đang nạp danh mục, chương trình và dữ liệu minh họa ...")
        # All or nothing: a start that is broken off here begins anew next time.
        with transaction.atomic():
            call_command("load_reference")
            for file in programmes:
                call_command("load_programme", file)
            call_command("load_demo")
    else:
        # A database of an earlier release gets the catalogues that came since.
        call_command("load_reference", "--missing")
    collect_static()


def collect_static() -> None:
    """Collect and compress static files, unless none has changed since the last time."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    if not settings.STATIC_MANIFEST:
        return
    lines = []
    for finder in get_finders():
        for path, storage in finder.list([]):
            stat = os.stat(storage.path(path))
            lines.append(f"{path} {stat.st_size} {stat.st_mtime_ns}")
    now = hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
    stamp = settings.DATA_DIR / "static.stamp"
    if stamp.exists() and stamp.read_text() == now and settings.STATIC_ROOT.is_dir():
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(now)


def sweep_forever() -> NoReturn:
    """Ring again for unfinished jobs, now and then; a failure waits for the next time."""
    from django.conf import settings
    from django.db import connections

    while True:
        try:
            from reports import chores

            chores.run()
            (settings.DATA_DIR / "last_sweep").touch()  # the scheduler's sign of life
        except Exception:
            logger.exception("sweep failed")
        finally:
            connections.close_all()
        time.sleep(settings.SWEEP_SECONDS)


def children(server: socket.socket) -> list[Child]:
    python = [*bound_to_us(), sys.executable, "-m"]
    fd = server.fileno()
    return [
        Child("web", [*python, *WEB.split(), "--bind", f"fd://{fd}"], ROOT, (fd,)),
        Child("worker", [*python, *WORKER.split()], ROOT),
    ]


def announce(port: int) -> None:
    from khuyencong.core.models import User

    say(f"\nCổng khuyến công: http://127.0.0.1:{port}   (Ctrl-C để dừng)")
    accounts = User.objects.filter(is_demo=True, is_active=True).select_related("organisation")
    if accounts:
        say(f"Tài khoản minh họa, mật khẩu {DEMO_PASSWORD}:")
    for user in accounts.order_by("pk"):
        say(f"  {user.username:<12} {user.organisation}")
    say("")


def leave(number: int, _frame: object) -> NoReturn:
    sys.exit(128 + number)


def main(arguments: list[str]) -> int:
    import django
    from django.core.management import CommandError

    data_dir = Path(os.environ.get("DATA_DIR", "").strip() or ROOT / "var").resolve()
    os.environ["DATA_DIR"] = str(data_dir)
    os.environ["PYTHONUTF8"] = os.environ["PYTHONUNBUFFERED"] = "1"
    # The worker forks: a library that starts threads of its own before that would hang its child.
    os.environ["OMP_NUM_THREADS"] = "1"
    os.environ.setdefault("PYTHONWARNINGS", "ignore:You're running the worker")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "khuyencong.settings")
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
    try:
        if arguments == ["sweep"]:
            django.setup()
            sweep_forever()
        with lock(data_dir), listen() as server:
            django.setup()
            prepare(arguments)
            announce(server.getsockname()[1])
            threading.Thread(target=sweep_forever, name="sweep", daemon=True).start()
            Keeper(children(server)).run()
            say("Đã dừng.")
    except (Refusal, CommandError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
