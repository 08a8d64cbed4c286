"""Numbered pages that never count further than the cap."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.utils.functional import cached_property

from khuyencong.core.querysets import capped_count


class CappedPaginator(Paginator):
    """Counts no further than the cap: beyond it there is «next», not a number of pages."""

    @cached_property
    def _counted(self) -> tuple[int, bool]:
        return capped_count(self.object_list)

    @property
    def count(self) -> int:
        return self._counted[0]

    @property
    def is_capped(self) -> bool:
        return self._counted[1]
