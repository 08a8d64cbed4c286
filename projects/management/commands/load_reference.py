"""python manage.py load_reference [--missing] [FILE ...]: places, offices and all catalogues."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _

from khuyencong.core import reference
from khuyencong.core.reference import Tally
from khuyencong.core.refusals import Refused
from projects.reference import LOADERS, missing, shipped


class Command(BaseCommand):
    help = "Nạp danh mục (mặc định: mọi tệp đi kèm). Chạy lần hai không đổi gì."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="*", metavar="FILE", type=Path)
        parser.add_argument(
            "--missing",
            action="store_true",
            help="chỉ nạp những danh mục đi kèm mà cổng chưa có dòng nào",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        files = missing() if options["missing"] else options["files"] or shipped()
        with transaction.atomic():
            loaded = [(path, self._load(path)) for path in files]
        if options["verbosity"]:
            for path, tally in loaded:
                self._tell(path, tally, options["verbosity"])

    def _load(self, path: Path) -> Tally:
        try:
            return reference.load(path, LOADERS)
        except Refused as error:
            faults = "\n".join(f"  - {fault.message}" for fault in error.faults)
            raise CommandError(
                _("{file} chưa được nạp, không có gì thay đổi:").format(file=path.name)
                + f"\n{faults}"
            ) from error

    def _tell(self, path: Path, tally: Tally, verbosity: int) -> None:
        self.stdout.write(
            _("{file}: thêm {added}, bổ sung {filled}, đã có {kept}.").format(
                file=f"{path.parent.name}/{path.name}",
                added=tally.added,
                filled=tally.filled,
                kept=tally.kept,
            )
        )
        for said in tally.differing:
            self.stdout.write("  " + _("Giữ bản trong cổng – {said}").format(said=said))
        if tally.verify and (tally.added or verbosity > 1):
            self.stdout.write("  " + _("Lưu ý: {verify}.").format(verify=tally.verify))
