"""Which programme a person means who names none."""

from __future__ import annotations

from khuyencong.core import clock
from programmes.models import Programme


def order(programme: Programme) -> tuple[bool, bool, int, str]:
    """Sorts the real ones first, of these what runs today, then the newest."""
    return (
        programme.is_illustration,
        clock.today().year not in programme.years,
        -programme.start_year,
        programme.code,
    )
