"""python manage.py load_demo: fictional people, establishments and dossiers, marked as such."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from programmes.models import Activity, Programme
from projects.demo import load
from projects.demo.people import Clash
from projects.models import ReviewChain

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]", "::1"})


def is_local() -> bool:
    """Whether this portal answers to names of this very machine only."""
    hosts = settings.ALLOWED_HOSTS
    return bool(hosts) and all(host in LOCAL_HOSTS or host.endswith(".localhost") for host in hosts)


class Command(BaseCommand):
    help = "Nạp dữ liệu minh họa: tài khoản, cơ sở và đề án hư cấu. Chạy lần hai không đổi gì."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG and not is_local():
            raise CommandError(
                "Từ chối nạp dữ liệu minh họa: mật khẩu của các tài khoản này ai cũng biết, mà "
                f"cổng này mở cho {', '.join(settings.ALLOWED_HOSTS) or 'mọi máy'}. "
                "Chỉ nạp trên máy cá nhân, với ALLOWED_HOSTS=localhost,127.0.0.1."
            )
        if not (ReviewChain.objects.exists() and Activity.objects.exists()):
            call_command("load_reference", verbosity=options["verbosity"])
        for code, file in load.programmes_told():
            if not Programme.objects.filter(code=code).exists():
                path = settings.BASE_DIR / "programmes" / "data" / file
                call_command("load_programme", str(path), verbosity=options["verbosity"])
        try:
            load.load()
        except Clash as clash:
            raise CommandError(
                f"Tài khoản {clash} đã có và không phải tài khoản minh họa. Chưa có gì bị thay đổi."
            ) from clash
        if options["verbosity"]:
            self.stdout.write("Đã có dữ liệu minh họa.")
