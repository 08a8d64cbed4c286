"""python manage.py create_account USER --organisation CODE --role ROLE: the first accounts."""

from __future__ import annotations

import secrets
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from khuyencong.core.models import Organisation, RoleGrant, User
from khuyencong.core.roles import Role


class Command(BaseCommand):
    help = "Tạo tài khoản với một vai trò; in ra mật khẩu tạm, chỉ một lần."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", required=True, help="họ và tên")
        parser.add_argument("--organisation", required=True, help="mã đơn vị")
        parser.add_argument("--role", required=True, choices=Role.values)
        parser.add_argument("--title", default="", help="chức vụ")
        parser.add_argument("--email", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        home = Organisation.objects.filter(code=options["organisation"]).first()
        if home is None:
            codes = ", ".join(Organisation.objects.order_by("code").values_list("code", flat=True))
            raise CommandError(f"Không có đơn vị mã {options['organisation']}. Có: {codes}.")
        password = secrets.token_urlsafe(12)
        try:
            with transaction.atomic():
                made = User.objects.create_user(
                    options["username"],
                    password,
                    full_name=options["name"],
                    title=options["title"],
                    email=options["email"],
                    organisation=home,
                )
                RoleGrant.objects.create(user=made, role=options["role"])
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        self.stdout.write(password)
