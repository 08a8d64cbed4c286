"""python manage.py anchor_audit: fix the state of all audit chains for today."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from khuyencong.core import audit


class Command(BaseCommand):
    help = "Đóng dấu mốc nhật ký của hôm nay. Chạy lần hai trong ngày không đổi gì."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        made = audit.anchor()
        if not options["verbosity"]:
            return
        if made is None:
            self.stdout.write(_("Hôm nay đã có dấu mốc."))
        else:
            said = _("Dấu mốc ngày {day}: {n} dòng nhật ký, mã {hash}")
            self.stdout.write(
                said.format(day=f"{made.day:%d/%m/%Y}", n=made.entries, hash=made.hash)
            )
