"""A report from the order to its start, and from the click to its file."""

from __future__ import annotations

import http.client
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import weasyprint
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.test import override_settings
from kombu import pools

from khuyencong import bell
from khuyencong.celery import app
from khuyencong.core.models import User
from programmes.models import Programme
from reports import pdf, registry, runs
from reports.models import ReportRun
from tests import make
from tests.bench import Result, median, quantile, stage
from tests.processes import until
from tests.reports import brokers
from tests.servers import Web, Worker

STARTS = 60
FILES = 15
_TOKEN = "a" * 32


def run() -> list[Result]:
    place = _place()
    return [
        *_starts("Redis", stage.REDIS, place.people.lanhdao, limit=25),
        *_starts("filesystem", None, place.people.lanhdao, limit=150),
        *_click_to_file(place.people.lanhdao),
    ]


def _place() -> Any:
    place = make.world("-bench")
    make.allot(place, "provincial", 2026, 5000)
    for _ in range(5):
        make.approved(place, {"provincial": 100})
        make.submitted(place, {"provincial": 50})
    return place


def _build(by: User) -> ReportRun:
    params = {"programme": Programme.objects.latest("pk").code}
    return runs.order("budget-execution", params, "pdf", by)


def _done(run: ReportRun) -> ReportRun:
    ended = ReportRun.objects.filter(pk=run.pk).exclude(state__in=ReportRun.UNFINISHED)
    found = until(ended.first)
    assert found.state == ReportRun.State.DONE, found.error
    return found


def _starts(name: str, redis: Any, by: User, limit: float) -> list[Result]:
    """Milliseconds from the order to the start, beside a bare task sent the same way."""
    folder = Path(tempfile.mkdtemp(prefix="kc-bench-"))
    with override_settings():
        env = brokers.use(settings, folder, redis, STATIC_MANIFEST="0")
        with Worker(env, "-I", "tests.bench.bare", "-l", "WARNING", "-l", "INFO") as worker:
            reports, bare = _interleaved(STARTS, lambda n: _start(by), lambda n: _bare(folder, n))
            worker.kill()
        bell.line.cache_clear()
    shutil.rmtree(folder, ignore_errors=True)
    ratio = median(reports) / median(bare)
    detail = f"median {median(reports):.1f} ms; bare task {median(bare):.1f} ms"
    return [
        Result(f"order → start, {name}, p95", quantile(reports, 0.95), limit, " ms", detail=detail),
        Result(
            f"order → start, {name}, of a bare task",
            ratio,
            detail=f"p95 {quantile(bare, 0.95):.1f} ms bare",
        ),
    ]


def _interleaved(
    rounds: int, first: Callable[[int], float], second: Callable[[int], float]
) -> tuple[list[float], list[float]]:
    """Both in turn, so that what else the machine does meets both; the first rounds warm up."""
    found: tuple[list[float], list[float]] = ([], [])
    for number in range(-2, rounds):
        for one, figures in zip((first, second), found, strict=True):
            figure = one(number)
            if number >= 0:
                figures.append(figure)
    return found


def _start(by: User) -> float:
    clicked = time.time()
    run = _done(_build(by))
    return (run.started_at.timestamp() - clicked) * 1000


def _bare(folder: Path, number: int) -> float:
    sent = time.time()
    line = bell.line(settings.CELERY_BROKER_URL)
    with pools.producers[line].acquire(block=True) as producer:
        app.send_task("tests.bench.bare", [number], producer=producer, retry=False)
    note = folder / f"bare-{number}"
    until(note.exists)
    return (float(note.read_text()) - sent) * 1000


def _click_to_file(by: User) -> list[Result]:
    """From the click on the page to the file, beside WeasyPrint alone on the same HTML."""
    folder = Path(tempfile.mkdtemp(prefix="kc-bench-"))
    with override_settings():
        env = brokers.use(settings, folder, stage.REDIS, STATIC_MANIFEST="0")
        with Web(env) as web, Worker(env) as worker:
            html = _html(_done(_build(by)))
            click = _Click(web.url, by)
            files, bare = _interleaved(FILES, lambda n: click(), lambda n: _render(html))
            worker.kill()
        bell.line.cache_clear()
    shutil.rmtree(folder, ignore_errors=True)
    detail = f"{median(files):.0f} ms; WeasyPrint alone {median(bare):.0f} ms (medians)"
    return [
        Result(
            "click → file, of WeasyPrint alone", median(files) / median(bare), 1.3, detail=detail
        )
    ]


def _html(run: ReportRun) -> str:
    return registry.get(run.report).html(run.figures)


def _render(html: str) -> float:
    """WeasyPrint as anybody would call it."""
    began = time.perf_counter()
    weasyprint.HTML(string=html, base_url="static:", url_fetcher=pdf._fetcher()).write_pdf()
    return (time.perf_counter() - began) * 1000


class _Click:
    """Somebody signed in who presses «Lập báo cáo»."""

    def __init__(self, url: str, by: User) -> None:
        session = SessionStore()
        session["_auth_user_id"] = str(by.pk)
        session["_auth_user_backend"] = settings.AUTHENTICATION_BACKENDS[0]
        session["_auth_user_hash"] = by.get_session_auth_hash()
        session.create()
        self.host = urlsplit(url).netloc
        self.headers = {
            "Cookie": f"sessionid={session.session_key}; csrftoken={_TOKEN}",
            "X-CSRFToken": _TOKEN,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        programme = Programme.objects.latest("pk").code
        self.form = urlencode({"report": "budget-execution", "programme": programme})

    def __call__(self) -> float:
        """Milliseconds from the request to the moment the run is done."""
        clicked = time.time()
        connection = http.client.HTTPConnection(self.host)
        connection.request("POST", "/bao-cao/", self.form, self.headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        assert answer.status == 302, answer.status
        pk = int(answer.headers["Location"].strip("/").rpartition("/")[2])
        run = _done(ReportRun.objects.get(pk=pk))
        return (run.ended_at.timestamp() - clicked) * 1000
