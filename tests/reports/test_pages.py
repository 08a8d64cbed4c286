"""The pages of reports: catalogue, order, progress, file. Everything without JavaScript, too."""

from __future__ import annotations

import datetime
import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from khuyencong.core.models import User
from programmes.models import Programme
from reports import pdf, runs
from reports.models import ReportRun
from tests import make
from tests.reports.looking import now

State = ReportRun.State


pytestmark = pytest.mark.usefixtures("rung")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def manager(place: SimpleNamespace) -> Client:
    return signed_in(place.people.lanhdao)


def text(answer: Any) -> str:
    return answer.content.decode()


# --- the catalogue -----------------------------------------------------------------------------


def test_the_catalogue_comes_with_a_form_filled_in(manager, place):
    page = text(manager.get("/bao-cao/"))
    assert "Tình hình thực hiện kế hoạch vốn" in page
    assert f'<option value="{place.programme.code}"' in page
    assert "Bạn chưa lập báo cáo nào." in page


def test_a_link_brings_parameters_along(manager, place):
    page = text(manager.get(f"/bao-cao/?programme={place.programme.code}&year=2027"))
    assert '<option value="2027" selected>' in page


def test_real_programmes_come_before_illustrations(manager, place):
    made = make.programme(place.home, place.sources, code="minh-hoa", start=2031, end=2035)
    Programme.objects.filter(pk=made.pk).update(is_illustration=True)
    page = text(manager.get("/bao-cao/"))
    assert page.index(place.programme.code) < page.index("minh-hoa")


def test_programmes_of_another_province_are_no_choice(manager, place):
    other = make.world("-khac", "Tỉnh Khác", "TK")
    assert other.programme.code not in text(manager.get("/bao-cao/"))
    answer = manager.post(
        "/bao-cao/", {"report": "budget-execution", "programme": other.programme.code}
    )
    assert answer.status_code == 422
    assert not ReportRun.objects.exists()


def test_ordering_leads_to_the_runs_own_page(manager, params):
    answer = manager.post("/bao-cao/", {"report": "budget-execution", **params})
    run = ReportRun.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/bao-cao/{run.pk}/")
    assert run.params == params
    assert manager.get(answer["Location"]).status_code == 200


def test_the_same_form_sent_twice_orders_once(manager, params):
    key = re.search(r'name="key" value="([^"]+)"', text(manager.get("/bao-cao/")))[1]
    form = {"report": "budget-execution", "key": key, **params}
    first, second = manager.post("/bao-cao/", form), manager.post("/bao-cao/", form)
    assert first["Location"] == second["Location"]
    assert ReportRun.objects.count() == 1


def test_faults_stand_at_their_fields_with_what_was_typed(manager, params):
    answer = manager.post(
        "/bao-cao/", {"report": "budget-execution", "as_of": "32/13/2026", **params}
    )
    page = text(answer)
    assert answer.status_code == 422
    assert 'href="#id_as_of"' in page
    assert 'value="32/13/2026"' in page
    assert "<title>Lỗi:" in page


def test_senseless_forms_are_answered_in_words(manager):
    report = {"report": "budget-execution"}
    for form in (
        {},
        report,
        report | {"programme": "\x00", "year": "\x00", "source": "\x00"},
        report | {"programme": "x" * 9999, "year": "9" * 9999},
        report | {"programme": ["a", "b"], "as_of": "\x00"},
    ):
        assert manager.post("/bao-cao/", form).status_code in {404, 422}


def test_unknown_reports_are_not_found(manager, params):
    assert manager.get("/bao-cao/?bao-cao=none").status_code == 404
    assert manager.post("/bao-cao/", {"report": "none", **params}).status_code == 404


def test_missing_packages_are_named(manager, monkeypatch):
    told = "Máy chủ còn thiếu gói libpango-1.0-0, fonts-liberation2 của Debian"
    monkeypatch.setattr(pdf, "available", lambda: told)
    page = text(manager.get("/bao-cao/"))
    assert told in page
    assert "Lập báo cáo" in page


def test_ones_own_runs_are_listed_and_nobody_elses(manager, run, place):
    page = text(manager.get("/bao-cao/"))
    assert f"/bao-cao/{run.pk}/" in page
    assert f"/bao-cao/{run.pk}/" not in text(signed_in(place.people.kiemtoan).get("/bao-cao/"))


def test_the_list_asks_the_database_no_more_for_more_runs(manager, place, params):
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            manager.get("/bao-cao/")
        return len(captured)

    runs.order("budget-execution", params, "pdf", place.people.lanhdao)
    manager.get("/bao-cao/")
    few = count()
    for _ in range(15):
        runs.order("budget-execution", params, "pdf", place.people.lanhdao)
    assert count() == few


# --- one run -----------------------------------------------------------------------------------


def test_a_waiting_run_asks_for_itself_and_reloads_without_javascript(manager, run):
    page = text(manager.get(f"/bao-cao/{run.pk}/"))
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page
    assert f'hx-get="/bao-cao/{run.pk}/tien-do/' in page
    assert 'hx-trigger="every 1s"' in page
    assert "Đang chờ đến lượt" in page
    assert "Bạn có thể rời trang" in page
    assert f'action="/bao-cao/{run.pk}/huy/"' in page


def test_progress_says_percent_and_step_in_words(manager, run):
    claimed = runs.claim(run.pk)
    runs.advance(claimed, 62, "pages", 18)
    part = text(manager.get(f"/bao-cao/{run.pk}/tien-do/?step=figures"))
    assert "62%" in part
    assert "Đang lập: Dựng trang" in part
    assert " 18" in part
    assert 'aria-valuenow="62"' in part
    assert "<html" not in part
    assert 'hx-swap-oob="innerHTML"' in part  # said aloud, because the step has changed
    again = text(manager.get(f"/bao-cao/{run.pk}/tien-do/?step=pages"))
    assert "hx-swap-oob" not in again


@pytest.mark.parametrize(("age", "pause"), [(1, 1), (30, 2), (300, 5)])
def test_it_is_looked_at_less_often_the_longer_it_takes(manager, run, age, pause):
    ordered = run.ordered_at - datetime.timedelta(seconds=age)
    ReportRun.objects.filter(pk=run.pk).update(ordered_at=ordered)
    assert f'hx-trigger="every {pause}s"' in text(manager.get(f"/bao-cao/{run.pk}/tien-do/"))


def test_a_finished_run_asks_no_more_and_offers_its_file(manager, run):
    runs.build(run.pk)
    part = text(manager.get(f"/bao-cao/{run.pk}/tien-do/"))
    assert "hx-get" not in part
    assert re.search(r"Tải PDF, \d+,\d\sKB", part)
    assert now(run).check_code in part
    assert now(run).sha256 in part
    assert "<noscript><meta" not in text(manager.get(f"/bao-cao/{run.pk}/"))


def test_the_file_is_an_attachment_that_is_kept_nowhere(manager, run):
    assert manager.get(f"/bao-cao/{run.pk}/tep/").status_code == 404
    runs.build(run.pk)
    answer = manager.get(f"/bao-cao/{run.pk}/tep/")
    content = b"".join(answer.streaming_content)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment; filename")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    assert int(answer["Content-Length"]) == len(content) == now(run).file.size


def test_a_failed_run_says_why_and_is_ordered_again(manager, run, monkeypatch):
    monkeypatch.setattr(pdf, "available", lambda: "Thiếu gói fonts-liberation2")
    runs.build(run.pk)
    page = text(manager.get(f"/bao-cao/{run.pk}/"))
    assert "Không lập được" in page
    assert "Thiếu gói fonts-liberation2" in page
    answer = manager.post(f"/bao-cao/{run.pk}/lap-lai/", {"key": "k"})
    new = ReportRun.objects.latest("pk")
    assert answer["Location"] == f"/bao-cao/{new.pk}/"
    assert (new.pk, new.params) != (run.pk, None)
    assert new.params == run.params
    manager.post(f"/bao-cao/{run.pk}/lap-lai/", {"key": "k"})
    assert ReportRun.objects.count() == 2


def test_a_run_under_way_is_not_ordered_again(manager, run):
    answer = manager.post(f"/bao-cao/{run.pk}/lap-lai/", follow=True)
    assert "đang được lập" in text(answer)
    assert ReportRun.objects.count() == 1


def test_cancelling(manager, run):
    answer = manager.post(f"/bao-cao/{run.pk}/huy/", follow=True)
    assert "Đã hủy báo cáo" in text(answer)
    assert now(run).state == State.CANCELLED
    answer = manager.post(f"/bao-cao/{run.pk}/huy/", follow=True)
    assert "kết thúc trước khi hủy" in text(answer)


# --- who may -----------------------------------------------------------------------------------

ADDRESSES = (
    ("get", "report_run"),
    ("get", "report_progress"),
    ("get", "report_file"),
    ("post", "report_cancel"),
    ("post", "report_again"),
)


def test_a_run_is_there_for_its_owner_only(run, place):
    runs.build(run.pk)
    for method, name in ADDRESSES:
        address = reverse(name, args=[run.pk])
        for person in ("kiemtoan", "sct", "canbo", "cuc", "hethong"):
            client = signed_in(getattr(place.people, person))
            assert getattr(client, method)(address).status_code == 404, (person, name)
        assert getattr(signed_in(place.people.quantri), method)(address).status_code == 403
        answer = getattr(Client(), method)(address)
        assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/dang-nhap/")
    assert now(run).state == State.DONE
    assert ReportRun.objects.count() == 1


def test_runs_that_are_not_there_are_not_found(manager):
    for method, name in ADDRESSES:
        for pk in (0, 999_999, 2**63, 10**30):
            assert getattr(manager, method)(reverse(name, args=[pk])).status_code == 404


def test_who_has_no_reports_is_told_so(place):
    answer = signed_in(place.people.quantri).get("/bao-cao/")
    assert answer.status_code == 403
    assert "không lập báo cáo" in text(answer)


@pytest.mark.parametrize("name", ["report_cancel", "report_again"])
def test_what_changes_something_is_no_link(manager, run, name):
    assert manager.get(reverse(name, args=[run.pk])).status_code == 405


def test_pages_speak_english_where_a_person_picks_it(manager, run):
    manager.post("/ngon-ngu/", {"language": "en"})
    assert manager.get("/bao-cao/").status_code == 200
    assert manager.get(f"/bao-cao/{run.pk}/").status_code == 200
