"""Two imports written in the same moment: one waits, and sees what the other has added."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from khuyencong import env
from projects.exchange import runs
from projects.models import Enterprise, ImportRun
from tests.projects import sheets

pytestmark = [pytest.mark.both, pytest.mark.usefixtures("files", "bells")]
State = ImportRun.State
HEAD = ["STT", "Tên cơ sở", "Loại hình"]


def confirmed(place: Any) -> ImportRun:
    content = sheets.book({"Cơ sở": [HEAD, [1, "Cơ sở không số", "Hộ kinh doanh"]]})
    run = sheets.imported("enterprises", content, place.people.canbo)
    runs.confirm(run, place.people.canbo)
    return run


@pytest.mark.django_db
def test_the_province_is_locked_before_the_register_is_looked_at(place):
    run = confirmed(place)
    with CaptureQueriesContext(connection) as asked:
        runs.write(run.pk)
    said = [query["sql"] for query in asked.captured_queries]
    locked = next(at for at, sql in enumerate(said) if 'UPDATE "core_serialcounter"' in sql)
    looked = next(at for at, sql in enumerate(said) if 'FROM "projects_enterprise"' in sql)
    assert locked < looked


@pytest.mark.django_db(transaction=True)
def test_two_workbooks_with_the_same_establishment_add_it_once(place):
    ids = [confirmed(place).pk for _number in range(2)]
    together = threading.Barrier(2)

    def write(pk: int) -> None:
        together.wait(20)
        try:
            runs.write(pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(pk,)) for pk in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert Enterprise.objects.filter(name="Cơ sở không số").count() == 1
    states = sorted(ImportRun.objects.values_list("state", flat=True))
    assert states == [State.DONE, State.FAILED]


def test_others_wait_longer_for_the_one_write_lock_than_an_import_takes():
    made = env.database("", settings.DATA_DIR)
    assert made["OPTIONS"]["timeout"] >= 40


@pytest.mark.django_db
def test_the_file_box_speaks_vietnamese(place):
    client = Client()
    client.force_login(place.people.canbo)
    page = client.get("/nhap-excel/").content.decode()
    assert 'data-choose="Chọn tệp"' in page
    assert 'data-none="Chưa chọn tệp nào"' in page
    assert "Tệp .xlsx, tối đa 20 MB." in page
    assert "js/filebox" in page
