"""python manage.py check_invariants [--json]: prove what must always be true; changes nothing."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from django.utils.translation import gettext as _

from khuyencong.core import invariants
from khuyencong.core.invariants import Violation


@contextmanager
def one_moment() -> Iterator[None]:
    """All checks see the database of one instant: others go on writing meanwhile."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        # atomic() would begin IMMEDIATE here, and hold up every writer until the end.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")


class Command(BaseCommand):
    help = "Kiểm tra mọi bất biến của dữ liệu (chỉ đọc); mã thoát 1 khi có dòng sai."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="in kết quả dạng JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        with one_moment():
            found = list(invariants.violations())
        if options["json"]:
            self._write_json(found)
        else:
            self._write_lines(found)
        if found:
            raise CommandError(_("{n} dòng sai.").format(n=len(found)), returncode=1)

    def _write_json(self, found: list[Violation]) -> None:
        told = {
            "ok": not found,
            "checked": invariants.codes(),
            "violations": [asdict(violation) for violation in found],
        }
        self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2))

    def _write_lines(self, found: list[Violation]) -> None:
        by_code = defaultdict(list)
        for violation in found:
            by_code[violation.invariant].append(violation)
        for code in invariants.codes():
            rows = by_code[code]
            said = _("{n} dòng sai").format(n=len(rows)) if rows else _("đúng")
            self.stdout.write(f"{code}: {said}")
            for violation in rows:
                self.stdout.write(f"  {violation.record}: {violation.message}")
