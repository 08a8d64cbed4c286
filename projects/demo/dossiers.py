"""Turn the description of a dossier into a draft."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from khuyencong.core.models import User
from khuyencong.core.money import MILLION
from programmes.models import Activity, Programme
from projects import drafts
from projects.demo.enterprises import commune
from projects.demo.papers import Papers
from projects.drafts import CostRow, Draft
from projects.models import Enterprise, Proposal

PROSE = ("necessity", "goals", "content", "expected_output")


def create(
    spec: dict[str, Any],
    programme: Programme,
    *,
    by: User,
    papers: Papers,
    enterprises: dict[str, Enterprise],
    prose: dict[str, str],
) -> Proposal:
    """Enter a dossier as its unit would: at the completeness its description has."""
    proposal = drafts.create(
        programme,
        spec["plan_year"],
        title=f"{spec['title']} {papers.mark}",
        kind=spec["kind"],
        by=by,
    )
    proposal = drafts.save(
        proposal,
        _draft(spec, programme, enterprises, prose),
        by=by,
        expected_version=proposal.version,
    )
    return proposal


def _draft(
    spec: dict[str, Any],
    programme: Programme,
    enterprises: dict[str, Enterprise],
    prose: dict[str, str],
) -> Draft:
    money = spec.get("money", {})
    return Draft(
        fields=_fields(spec, prose),
        activities=[
            (Activity.objects.get(code=code, valid_to=None), units)
            for code, units in spec.get("activities", {}).items()
        ],
        places=[commune(name, programme.province) for name in spec.get("places", ())],
        beneficiaries=[enterprises[key] for key in spec.get("beneficiaries", ())],
        cost_rows=_cost_rows(spec),
        funding={
            (source, year): amount * MILLION
            for year, shares in money.items()
            for source, amount in shares.items()
        },
    )


def _fields(spec: dict[str, Any], prose: dict[str, str]) -> dict[str, Any]:
    if "money" not in spec:
        return {}
    items = [spec["item"]] if "item" in spec else [item["name"] for item in spec["items"]]
    words = "; ".join(items)
    words = words[:1].lower() + words[1:]
    return {name: spec.get(name) or prose[name].format(item=words) for name in PROSE} | {
        "starts_on": datetime.date(spec["plan_year"], 3, 1),
        "ends_on": datetime.date(max(spec["money"]), 12, 15),
    }


def _cost_rows(spec: dict[str, Any]) -> list[CostRow]:
    if "items" in spec:
        rows = [
            (item["name"], shares, item.get("activity", ""))
            for item in spec["items"]
            for shares in item["shares"].values()
        ]
    else:
        money = spec.get("money", {})
        several = len(money) > 1
        rows = [
            (
                _("{item}, năm {year}").format(item=spec["item"], year=year)
                if several
                else spec["item"],
                shares,
                "",
            )
            for year, shares in money.items()
        ]
    return [
        CostRow(
            name=name,
            unit=_("gói"),
            quantity=Decimal(1),
            unit_price=sum(shares.values()) * MILLION,
            shares={source: amount * MILLION for source, amount in shares.items()},
            activity_code=activity,
        )
        for name, shares, activity in rows
    ]
