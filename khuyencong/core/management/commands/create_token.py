"""Make a key for another system: ``create_token USER --scope read --days 90``."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from khuyencong.core.models import ApiToken, User

MAX_DAYS = 366


class Command(BaseCommand):
    help = "Tạo khóa API cho một tài khoản; in ra đúng khóa đó, một lần."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="tên đăng nhập")
        parser.add_argument("--scope", choices=ApiToken.Scope.values, default=ApiToken.Scope.READ)
        parser.add_argument("--days", type=int, default=90, help=f"1 đến {MAX_DAYS}")
        parser.add_argument("--name", default="create_token", help="tên khóa")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["user"], is_active=True).first()
        if user is None:
            raise CommandError(f"Không có tài khoản «{options['user']}» đang hoạt động.")
        if not 1 <= options["days"] <= MAX_DAYS:
            raise CommandError(f"Số ngày hiệu lực phải từ 1 đến {MAX_DAYS}.")
        try:
            _token, secret = ApiToken.issue(
                user=user, name=options["name"], scope=options["scope"], days=options["days"]
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(secret)
