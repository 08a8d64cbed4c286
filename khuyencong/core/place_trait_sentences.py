"""How the trail of a place's traits reads."""

from __future__ import annotations

import datetime

from django.utils.translation import gettext as _

from khuyencong.core.audit import says
from khuyencong.core.models import AuditEntry, PlaceTrait


def _facts(entry: AuditEntry) -> dict[str, str]:
    changes = entry.changes
    kinds = dict(PlaceTrait.Kind.choices)

    def day(name: str) -> str:
        said = changes.get(name)
        return f"{datetime.date.fromisoformat(said):%d/%m/%Y}" if said else "…"

    return {
        "who": f"{entry.actor_name} ({entry.organisation_name})",
        "place": changes.get("place", ""),
        "kind": str(kinds.get(changes.get("kind", ""), "")),
        "first": day("valid_from"),
        "last": day("valid_to"),
        "ref": changes.get("legal_ref", ""),
    }


@says("core.place_trait.add")
def added(entry: AuditEntry) -> str:
    text = _("{who} ghi đặc điểm «{kind}» của {place} từ {first} đến {last}, căn cứ {ref}")
    return text.format(**_facts(entry))


@says("core.place_trait.end")
def ended(entry: AuditEntry) -> str:
    text = _("{who} ghi ngày cuối {last} cho đặc điểm «{kind}» của {place}")
    return text.format(**_facts(entry))
