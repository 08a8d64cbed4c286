"""A small programme file, and what a refused one must leave alone."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from budgets.models import Cell
from khuyencong.core.models import AuditEntry, LegalDocument, Place
from khuyencong.core.refusals import Refused
from programmes import loader
from programmes.models import Programme, ProgrammeVersion


def small(**changes: Any) -> dict[str, Any]:
    data = {
        "code": "thu-2026-2027",
        "name": "Chương trình thử",
        "province": {"code": "12", "name": "Lai Châu"},
        "start_year": 2026,
        "end_year": 2027,
        "decision": {"number": "1/QĐ-UBND", "issuer": "UBND tỉnh Lai Châu", "issued_on": None},
        "total": 100,
        "year_phases": {2026: 40, 2027: 60},
        "source_shares": {"national": 30, "provincial": 20, "counterpart": 50},
        "targets": [
            {"code": "may", "name": "Máy", "unit": "cơ sở", "quantity": 3, "activities": ["KC3d"]}
        ],
        "objectives": ["Khôi phục làng nghề."],
    }
    return {**copy.deepcopy(data), **changes}


def cell(year: Any = 2026, source: Any = "national", amount: Any = 5) -> dict[str, Any]:
    return {"year": year, "source": source, "amount": amount}


def target(**changes: Any) -> dict[str, Any]:
    return {**small()["targets"][0], **changes}


def faults(path: Path) -> list[str]:
    before = contents()
    with pytest.raises(Refused) as caught:
        loader.load(path)
    assert contents() == before, "nothing may be written"
    return [fault.message for fault in caught.value.faults]


def contents() -> dict[str, list]:
    models = (Programme, ProgrammeVersion, LegalDocument, AuditEntry, Cell, Place)
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}
