"""What the portal does under its running role, as a member of a team of one."""

from __future__ import annotations

from typing import Any

from khuyencong.core import audit, invariants
from tests import make, scenes


def act() -> dict[str, Any]:
    """From a draft over submission, appraisal and approval to the contract; all is well then."""
    place = make.world()
    make.norm(place, "KC3d", "provincial", max_amount=300 * make.TRIEU)
    proposal = scenes.executed(place, "sign")
    audit.anchor()
    found = [str(row) for row in invariants.violations()]
    return {"status": proposal.status, "violations": found}
