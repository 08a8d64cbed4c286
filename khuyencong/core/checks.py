"""What ``check --deploy`` says about this portal beside what Django says."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register
from django.db import OperationalError, connection

from khuyencong.core import grants


@register(deploy=True)
def evidence_is_out_of_reach(**_options: Any) -> list[CheckMessage]:
    """On PostgreSQL the role that runs the portal may not change the audit trail or the ledger."""
    if settings.DEBUG or connection.vendor != "postgresql":
        return []
    try:
        tables = grants.changeable(connection)
    except OperationalError:
        return []  # no database answers here: there is nothing to say about its roles
    if not tables:
        return []
    return [
        Warning(
            f"The running database role owns or may change {', '.join(tables)}.",
            hint="Give DATABASE_URL a role of its own and run migrate with DATABASE_OWNER_URL.",
            id="khuyencong.W001",
        )
    ]
