"""Two versions of one part of a draft side by side, and one made of both by a person's choice.

A draft is taken apart into named pieces (a text, an activity, a cost line, a year's money), so
that two versions can be compared, and put together again, piece by piece.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from khuyencong.core import money
from khuyencong.core.models import Place
from programmes.models import Target
from projects.drafts import ActivityChoice, CostRow, Draft
from projects.forms.costs import quantity_text
from projects.forms.offered import place_text
from projects.forms.texts import label
from projects.models import Proposal

MINE: Final = "mine"
THEIRS: Final = "theirs"
Pieces = dict[str, Any]


def pieces(draft: Draft) -> Pieces:
    """The parts a draft names, piece by piece; what is empty has no piece."""
    found: Pieces = {name: value for name, value in draft.fields.items() if value not in ("", None)}
    for row in draft.activities or []:
        found[f"activity-{row.activity.pk}"] = row
    for name in ("places", "beneficiaries", "objective_ids"):
        if chosen := getattr(draft, name):
            found[name] = chosen
    for number, row in enumerate(draft.cost_rows or []):
        found[f"cost_items-{number}"] = row
    for (code, year), amount in (draft.funding or {}).items():
        if amount:
            found[f"funding-{code}-{year}"] = ((code, year), amount)
    for target, quantity in draft.claims or []:
        found[f"claim-{target.pk}"] = (target, quantity)
    return found


def together(chosen: Pieces, like: Draft) -> Draft:
    """A draft of these pieces, with the parts that ``like`` names."""

    def of(prefix: str) -> list[Any]:
        return [piece for key, piece in chosen.items() if key.startswith(prefix)]

    def when(part: Any, value: Any) -> Any:
        return None if part is None else value

    empty = {name: _empty(name) for name in like.fields}
    return Draft(
        fields={name: chosen.get(name, empty[name]) for name in like.fields},
        activities=when(like.activities, of("activity-")),
        places=when(like.places, chosen.get("places", [])),
        beneficiaries=when(like.beneficiaries, chosen.get("beneficiaries", [])),
        objective_ids=when(like.objective_ids, chosen.get("objective_ids", [])),
        cost_rows=when(like.cost_rows, of("cost_items-")),
        funding=when(like.funding, dict(of("funding-"))),
        claims=when(like.claims, of("claim-")),
    )


def _empty(name: str) -> Any:
    field = Proposal._meta.get_field(name)
    return None if field.null else field.get_default()


def token(piece: Any) -> str:
    """A piece in few letters: the same piece always gives the same ones."""
    return hashlib.sha256(repr(_plain(piece)).encode()).hexdigest()[:8]


def base_of(draft: Draft) -> str:
    """What a page carries with it, to know later what changed since it was opened."""
    return " ".join(f"{key}:{token(piece)}" for key, piece in pieces(draft).items())


def read_base(sent: str | None) -> dict[str, str] | None:
    if sent is None or len(sent) > 100_000:
        return None
    pairs = (word.rpartition(":") for word in sent.split())
    return {key: value for key, _colon, value in pairs if key}


def _plain(piece: Any) -> Any:
    """A piece as plain values, in an order that does not matter."""
    if isinstance(piece, CostRow):
        shares = sorted((code, amount) for code, amount in piece.shares.items() if amount)
        figures = (quantity_text(piece.quantity), piece.unit_price, piece.total())
        return (piece.name, piece.unit, figures, shares, piece.note, piece.activity_code)
    if isinstance(piece, ActivityChoice):
        factor = f"{piece.multiplier:.2f}"
        return (
            *(piece.activity.pk, piece.units, bool(piece.is_technology_line)),
            *(factor, piece.multiplier_reason),
        )
    if isinstance(piece, list):
        return sorted(getattr(row, "pk", row) for row in piece)
    if isinstance(piece, tuple):
        return tuple(_plain(part) for part in piece)
    return getattr(piece, "pk", piece)


@dataclass(frozen=True)
class Difference:
    """One piece that two people say otherwise; ``default`` is the only one that was changed."""

    key: str
    title: str
    mine: str
    theirs: str
    default: str

    @property
    def box(self) -> str:
        return f"choose-{self.key}"


class Comparison:
    """What a page says beside what is saved now, and what both began from."""

    def __init__(
        self,
        mine: Draft,
        theirs: Draft,
        base: Mapping[str, str] | None,
        names: Mapping[str, str] | None = None,
    ) -> None:
        self.draft, self.base, self.names = mine, base, names or {}
        self.mine, self.theirs = pieces(mine), pieces(theirs)

    @property
    def keys(self) -> list[str]:
        return list(dict.fromkeys([*self.mine, *self.theirs]))

    def is_touched(self) -> bool:
        """Whether somebody else changed this part since the page was opened."""
        return any(self._by_them(key) for key in {*self.keys, *(self.base or ())})

    def _token(self, side: Pieces, key: str) -> str:
        return token(side[key]) if key in side else ""

    def _by_them(self, key: str) -> bool:
        return self.base is None or self._token(self.theirs, key) != self.base.get(key, "")

    def _by_me(self, key: str) -> bool:
        return self.base is None or self._token(self.mine, key) != self.base.get(key, "")

    def differing(self) -> list[str]:
        return [
            key for key in self.keys if self._token(self.mine, key) != self._token(self.theirs, key)
        ]

    def differences(self) -> list[Difference]:
        return [
            Difference(
                key,
                self._title(key),
                self._text(self.mine.get(key)),
                self._text(self.theirs.get(key)),
                "" if self._by_me(key) and self._by_them(key) else self._only_side(key),
            )
            for key in self.differing()
        ]

    def _only_side(self, key: str) -> str:
        return MINE if self._by_me(key) else THEIRS

    def merged(self, choices: Mapping[str, str]) -> Draft:
        """The draft made of the chosen side of each piece."""
        chosen: Pieces = {}
        for key in self.keys:
            side = self.theirs if choices.get(key) == THEIRS else self.mine
            if key in side:
                chosen[key] = side[key]
        return together(chosen, self.draft)

    def _title(self, key: str) -> str:
        name, _dash, rest = key.partition("-")
        piece = self.mine.get(key, self.theirs.get(key))
        if name == "activity":
            return str(piece.activity)
        if name == "cost_items":
            return _("Dòng dự toán {n}").format(n=int(rest) + 1)
        if name == "funding":
            (code, year), _amount = piece
            return _("{source} năm {year}").format(source=self.names.get(code, code), year=year)
        if name == "claim":
            target: Target = piece[0]
            return target.name
        groups = {
            "places": _("Địa điểm thực hiện"),
            "beneficiaries": _("Cơ sở thụ hưởng"),
            "objective_ids": _("Mục tiêu của chương trình"),
        }
        return groups.get(key) or label(key)

    def _text(self, piece: Any) -> str:
        if piece is None or piece == "":
            return _("(để trống)")
        if isinstance(piece, bool):
            return _("có") if piece else _("không")
        if isinstance(piece, CostRow):
            return self._cost_text(piece)
        if isinstance(piece, ActivityChoice):
            text = _("{n} {unit}").format(n=piece.units, unit=piece.activity.unit or _("kết quả"))
            text += ", " + _("dây chuyền công nghệ") if piece.is_technology_line else ""
            factor = quantity_text(piece.multiplier)
            more = ", " + _("hệ số {n}: {why}").format(n=factor, why=piece.multiplier_reason)
            return text + (more if piece.multiplier != 1 else "")
        if isinstance(piece, list):
            return "; ".join(self._one_text(row) for row in piece)
        if isinstance(piece, tuple):
            first, number = piece
            unit = first.unit if isinstance(first, Target) else _("đồng")
            return f"{money.format_dong(number)} {unit}"
        return self._one_text(piece)

    def _one_text(self, row: Any) -> str:
        if isinstance(row, Place):
            return place_text(row)
        if isinstance(row, int):
            return self.names.get(f"objective-{row}", str(row))
        if row in Proposal.Kind.values:
            return str(Proposal.Kind(row).label)
        return f"{row:%d/%m/%Y}" if hasattr(row, "strftime") else str(row)

    def _cost_text(self, row: CostRow) -> str:
        shares = ", ".join(
            f"{self.names.get(code, code)} {money.format_dong(amount)}"
            for code, amount in row.shares.items()
            if amount
        )
        text = _("{name}: {quantity} {unit} × {price} = {amount} đồng").format(
            name=row.name or _("(chưa có tên)"),
            quantity=quantity_text(row.quantity),
            unit=row.unit,
            price=money.format_dong(row.unit_price),
            amount=money.format_dong(row.total()),
        )
        return f"{text} ({shares})" if shares else text


def names_of(proposal: Proposal, sources: Iterable[Any]) -> dict[str, str]:
    """What codes and ids are called where two versions are shown."""
    found = {source.code: source.short_name for source in sources}
    goals = proposal.programme.objectives.all()
    return found | {f"objective-{row.pk}": row.text for row in goals}
