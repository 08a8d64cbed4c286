"""What a round submitted, frozen as evidence: shown and compared, never summed."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from khuyencong.core import clock
from projects import papers_of_dossier
from projects.checks import Outcome
from projects.models import Proposal, Snapshot

FIELDS = (
    "title",
    "kind",
    "plan_year",
    "partner",
    "is_recoverable",
    "necessity",
    "goals",
    "content",
    "expected_output",
    "organisation_plan",
    "effect",
)


def content(proposal: Proposal) -> dict[str, Any]:
    """The dossier as plain data: amounts in đồng, codes and names as they read that day."""
    found: dict[str, Any] = {name: getattr(proposal, name) for name in FIELDS}
    for name in ("starts_on", "ends_on"):
        day = getattr(proposal, name)
        found[name] = day.isoformat() if day else None
    found["implementing_unit"] = proposal.implementing_unit.name
    found["activities"] = [
        {
            "code": row.activity.code,
            "name": row.activity.name,
            "units": row.units,
            "is_technology_line": row.is_technology_line,
            "multiplier": f"{row.multiplier:.2f}",
            "multiplier_reason": row.multiplier_reason,
        }
        for row in proposal.activities.all()
    ]
    codes = {row.pk: row.activity.code for row in proposal.activities.all()}
    alone = next(iter(codes.values())) if len(codes) == 1 else ""
    found["places"] = [str(row) for row in proposal.places.all()]
    found["beneficiaries"] = [
        {"id": row.enterprise_id, "name": row.enterprise.name, "support": row.support}
        for row in proposal.beneficiaries.all()
    ]
    found["cost_items"] = [
        {
            "name": item.name,
            "unit": item.unit,
            "quantity": str(item.quantity.normalize()),
            "unit_price": item.unit_price,
            "amount": item.amount,
            "activity": codes.get(item.activity_id, alone),
            "shares": {share.source.code: share.requested for share in item.shares.all()},
            "note": item.note,
        }
        for item in proposal.cost_items.all()
    ]
    found["funding_lines"] = [
        {"source": line.source.code, "year": line.year, "requested": line.requested}
        for line in proposal.funding_lines.all()
    ]
    found["claims"] = [
        {"target": row.target.code, "quantity": row.quantity} for row in proposal.claims.all()
    ]
    found["objectives"] = [row.text for row in proposal.objectives.all()]
    found["survey"] = {
        "place": str(proposal.survey_place or ""),
        "asker": proposal.survey_asker,
        "number": proposal.survey_number,
        "on": proposal.survey_on.isoformat() if proposal.survey_on else None,
    }
    found["attachments"] = [
        {
            "title": row.title,
            "requirement": row.requirement.code if row.requirement else "",
            "sha256": row.file.sha256,
        }
        for row in papers_of_dossier.current(proposal)
    ]
    return found


def digest(data: dict[str, Any]) -> str:
    """sha256 of a snapshot's content, in one canonical spelling."""
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def take(proposal: Proposal, checked: Outcome | None = None) -> Snapshot:
    """Freeze the present round, with what was checked as it was shown."""
    data = content(proposal)
    if checked is not None:
        data["checks"] = checked.as_data()["checks"]
    return Snapshot.objects.create(
        proposal=proposal,
        round=proposal.round,
        content=data,
        sha256=digest(data),
        taken_at=clock.now(),
    )


def requested_of(snapshot: Snapshot | None) -> dict[tuple[str, int], int]:
    """(source code, year) → đồng as that round asked; nothing before the first."""
    lines = snapshot.content["funding_lines"] if snapshot else []
    return {(line["source"], line["year"]): line["requested"] for line in lines}
