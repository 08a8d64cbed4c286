"""The places of a dossier a remark can be pinned to, named as they read in one round."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programmes.models import FundingSource
from projects import snapshots
from projects.models import Proposal

WHOLES: Final = {
    "implementing_unit": gettext_lazy("Đơn vị thực hiện"),
    "beneficiaries": gettext_lazy("Cơ sở thụ hưởng"),
    "activities": gettext_lazy("Nội dung hoạt động"),
    "places": gettext_lazy("Địa bàn"),
    "cost_items": gettext_lazy("Dự toán"),
    "funding_lines": gettext_lazy("Nguồn vốn, phân kỳ"),
    "claims": gettext_lazy("Đóng góp chỉ tiêu"),
    "objectives": gettext_lazy("Mục tiêu phục vụ"),
    "survey": gettext_lazy("Khảo sát nhu cầu"),
    "attachments": gettext_lazy("Hồ sơ đính kèm"),
}
FIELDS: Final = (*snapshots.FIELDS, "starts_on", "ends_on")
WHOLE_DOSSIER: Final = gettext_lazy("Cả hồ sơ")
LISTS: Final = ("cost_items", "funding_lines", "beneficiaries", "attachments")
_LABEL_MAX: Final = 300


def label_of(
    field: str, content: dict[str, Any], names: Mapping[str, str] | None = None
) -> str | None:
    """What stands at a place of a round; None where the round has no such place.

    ``names``: of the sources by code, where they are known already.
    """
    if not field:
        return ""
    if field in FIELDS:
        name = str(Proposal._meta.get_field(field).verbose_name)
        return name[:1].upper() + name[1:]
    if field in WHOLES:
        return str(WHOLES[field])
    kind, dash, number = field.partition("-")
    if kind not in LISTS or not dash or not (number.isascii() and number.isdigit()):
        return None
    rows = content.get(kind) or []
    index = int(number) if len(number) < 5 else len(rows)
    if index >= len(rows):
        return None
    return _row_label(kind, index, rows[index], names)[:_LABEL_MAX]


def _row_label(kind: str, index: int, row: dict[str, Any], names: Mapping[str, str] | None) -> str:
    if kind == "cost_items":
        return _("Dòng {n}: {name}").format(n=index + 1, name=row["name"])
    if kind == "funding_lines":
        if names is None:
            names = dict(FundingSource.objects.values_list("code", "name"))
        source = names.get(row["source"], row["source"])
        return _("{source} năm {year}").format(source=source, year=row["year"])
    return row.get("name") or row.get("title") or str(WHOLES[kind])


def choices(proposal: Proposal) -> list[tuple[str, str]]:
    """Every place of the dossier as it lies on the desk, to pin a remark to."""
    lines = list(proposal.funding_lines.all())
    content = {
        "cost_items": [{"name": item.name} for item in proposal.cost_items.all()],
        "funding_lines": [{"source": row.source.code, "year": row.year} for row in lines],
    }
    names = {row.source.code: row.source.name for row in lines}
    rows = [f"{kind}-{n}" for kind, found in content.items() for n in range(len(found))]
    fields = ["", *FIELDS[:1], *WHOLES, *rows, *FIELDS[1:]]
    return [(field, label_of(field, content, names) or str(WHOLE_DOSSIER)) for field in fields]


def line_now(field: str, label: str, round: int, now: int, names: Iterable[str]) -> int | None:
    """Which cost line of round ``now`` a remark of ``round`` is about, from 0.

    A line may have moved since: it is found again by its name where only one bears it.
    """
    kind, _dash, number = field.partition("-")
    if kind != "cost_items" or not number.isdigit():
        return None
    if round == now:
        return int(number)
    same = [index for index, name in enumerate(names) if label.endswith(f": {name}")]
    return same[0] if len(same) == 1 else None
