"""python manage.py refresh_search: write anew the words every proposal is found by."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from projects import search
from projects.models import Proposal


class Command(BaseCommand):
    help = "Ghi lại các từ để tìm của mọi đề án, sau khi sửa thẳng danh mục trong cơ sở dữ liệu."

    def handle(self, *args: Any, **options: Any) -> None:
        changed = search.refresh_all(Proposal.objects.all())
        if options["verbosity"]:
            self.stdout.write(f"Đã ghi lại từ tìm kiếm của {changed} đề án.")
