"""Which columns of the list a person wants to see; kept with their session and saved views."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from django.contrib.sessions.backends.base import SessionBase
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SESSION_KEY: Final = "proposal_columns"
# In the order of the table: what is told before the money, the money, what comes after it.
LEADING: Final = {
    "year": _("Năm kế hoạch"),
    "kind": _("Loại đề án"),
    "programme": _("Chương trình"),
    "unit": _("Đơn vị thực hiện"),
    "source": _("Nguồn"),
}
MONEY: Final = {
    "total": _("Tổng kinh phí"),
    "state": _("NSNN hỗ trợ"),
    "other": _("Đối ứng, khác"),
}
TRAILING: Final = {"status": _("Trạng thái"), "due": _("Hạn xử lý")}
ALL: Final[dict[str, str | Promise]] = LEADING | MONEY | TRAILING
USUAL: Final = ("source", "total", "state", "other", "status", "due")


@dataclass(frozen=True)
class Columns:
    """The chosen ones; the name of the proposal always stands first."""

    names: tuple[str, ...]

    def __contains__(self, name: object) -> bool:
        return name in self.names

    @property
    def lead(self) -> int:
        """Cells before the money: the tick, the name and what else was chosen."""
        return 2 + len(LEADING.keys() & set(self.names))

    @property
    def tail(self) -> int:
        return len(TRAILING.keys() & set(self.names))

    @property
    def money(self) -> list[str]:
        return [name for name in MONEY if name in self.names]

    def offered(self) -> Iterator[tuple[str, str | Promise, bool]]:
        for name, label in ALL.items():
            yield name, label, name in self.names

    def __str__(self) -> str:
        return ",".join(self.names)


def chosen(names: Iterable[str]) -> Columns:
    """Those that exist, in the order of the table; the usual ones where none does."""
    known = set(names)
    return Columns(tuple(name for name in ALL if name in known) or USUAL)


def of_session(session: SessionBase) -> Columns:
    return chosen(str(session.get(SESSION_KEY, "")).split(","))


def keep(session: SessionBase, columns: Columns) -> None:
    """Written only when it changes, so that looking at a list costs nothing."""
    if session.get(SESSION_KEY, str(Columns(USUAL))) != str(columns):
        session[SESSION_KEY] = str(columns)
