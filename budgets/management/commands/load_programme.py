"""python manage.py load_programme FILE: a programme's figures, targets and decision."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _

from budgets.actions import ensure_cells
from khuyencong.core import money
from khuyencong.core.refusals import Refused
from programmes import loader, reference


class Command(BaseCommand):
    help = "Nạp một chương trình từ tệp YAML hoặc JSON. Chạy lần hai không đổi gì."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with transaction.atomic():
                reference.load_if_empty()
                programme, made = loader.load(options["file"])
                ensure_cells(programme)
        except Refused as error:
            faults = "\n".join(f"  - {fault.message}" for fault in error.faults)
            raise CommandError(
                _("{file} chưa được nạp, không có gì thay đổi:").format(file=options["file"].name)
                + f"\n{faults}"
            ) from error
        if options["verbosity"]:
            said = (
                _("Đã nạp {name}: tổng kinh phí {total} triệu đồng.")
                if made
                else _("{name} đã có trong cổng, không có gì thay đổi (tổng {total} triệu đồng).")
            )
            total = money.format_trieu(programme.version.total_amount)
            self.stdout.write(said.format(name=programme.name, total=total))
