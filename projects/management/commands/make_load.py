"""python manage.py make_load --proposals N: synthetic dossiers at scale, to measure with."""

from __future__ import annotations

import argparse
import time
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from khuyencong.core.models import User
from programmes.models import Programme
from projects.demo import files
from projects.demo.bulk import run


def positive(given: str) -> int:
    if not given.isdecimal() or not 0 < int(given) <= 1_000_000:
        raise argparse.ArgumentTypeError("một số từ 1 đến 1000000")
    return int(given)


class Command(BaseCommand):
    help = "Sinh dữ liệu thử tải theo hạt giống: cùng số lượng và hạt giống cho cùng đề án."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--proposals", type=positive, required=True, help="số đề án cần sinh")
        parser.add_argument("--seed", type=int, default=1, help="hạt giống (mặc định 1)")
        parser.add_argument("--programme", default="", help="mã chương trình nhận đề án")

    def handle(self, *args: Any, **options: Any) -> None:
        if not User.objects.filter(is_demo=True).exists():
            call_command("load_demo", verbosity=options["verbosity"])
        code = options["programme"] or files.read("live")["programme"]
        programme = Programme.objects.select_related("province").filter(code=code).first()
        if programme is None:
            raise CommandError(f"Không có chương trình {code}.")
        if not programme.is_illustration:
            raise CommandError(f"{code} là chương trình thật: không sinh dữ liệu thử tải vào đó.")
        started = time.monotonic()
        told = self._tell if options["verbosity"] > 1 else lambda done: None
        run.make(programme, options["proposals"], options["seed"], told)
        if options["verbosity"]:
            seconds = time.monotonic() - started
            self.stdout.write(f"Đã sinh {options['proposals']} đề án trong {seconds:.1f} giây.")

    def _tell(self, done: int) -> None:
        self.stdout.write(f"{done}")
