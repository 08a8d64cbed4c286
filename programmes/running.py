"""Which programme a person means who names none."""

from __future__ import annotations

from khuyencong.core import clock
from programmes.models import Programme


def order(programme: Programme) -> tuple[bool, bool, int, str]:
    """Sorts what runs today first, of these the real ones, then the newest."""
    return (
        clock.today().year not in programme.years,
        programme.is_illustration,
        -programme.start_year,
        programme.code,
    )
