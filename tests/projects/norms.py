"""A norm for tests, and what the form of a norm sends."""

from __future__ import annotations

import datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from programmes.models import SupportNorm
from tests import make

START = datetime.date(2026, 1, 1)


def norm(place: SimpleNamespace, **fields: Any) -> SupportNorm:
    """50%, at most 300 triệu a site, for provincial money, from the first day of 2026."""
    given = {
        "max_share": Decimal("0.5"),
        "max_amount": 300_000_000,
        "unit": "cơ sở",
        "legal_ref": "Điều 1 Nghị quyết thử",
        "valid_from": START,
        **fields,
    }
    return make.norm(place, given.pop("activity_code", "KC3d"), **given)


def sent(place: SimpleNamespace, **fields: str) -> dict[str, str]:
    """The boxes of the form as an administrator fills them."""
    return {
        "activity_code": place.activity.code,
        "source": str(place.sources["provincial"].pk),
        "scope": str(place.home.pk),
        "max_share": "50%",
        "max_amount": "300tr",
        "unit": "cơ sở",
        "line_multiplier": "",
        "priority_multiplier": "",
        "condition": "",
        "document": "",
        "legal_ref": "Điều 1 Nghị quyết thử",
        "confidence": "checked",
        "valid_from": "01/07/2026",
        "valid_to": "",
        **fields,
    }
