"""Proposals from a workbook: one row each, and their cost lines on a second sheet."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from khuyencong.core import clock, money, text
from khuyencong.core.refusals import Refused
from programmes.models import FundingSource
from projects import drafts
from projects.drafts import ActivityChoice, CostRow, Draft, many
from projects.exchange import lists, proposal_columns, register_names
from projects.exchange.columns import SheetPlan
from projects.exchange.intake import Found, Read
from projects.exchange.kind import Kind, Tell, as_read, in_parts, refused_at
from projects.models import CostItem, Enterprise, ImportRow, Proposal

HEADS, LINES = 0, 1
_AT_ONCE: Final = 500
_DAYS: Final = frozenset({"starts_on", "ends_on", "survey_on"})


class Proposals(Kind):
    """Đề án, each a draft of the unit of who imports it; any completeness is kept."""

    rule = "projects.import.proposals"

    @cached_property
    def years(self) -> range:
        """Years that may still be planned for, as on the page that begins a draft."""
        return range(
            max(self.programme.start_year, clock.today().year), self.programme.end_year + 1
        )

    @cached_property
    def _plan_days(self) -> list[datetime.date]:
        return [datetime.date(year, month, 1) for year in self.years[:1] for month in (1, 12)]

    @cached_property
    def communes(self) -> dict[int, Any]:
        return lists.communes(self.province_id, *self._plan_days)

    @cached_property
    def activities(self) -> dict[str, Any]:
        return lists.activities(*self._plan_days)

    @cached_property
    def sources(self) -> list[FundingSource]:
        """Those of the programme, and other people's money."""
        own = self.programme.version.source_shares.values("source")
        return list(FundingSource.objects.filter(Q(is_state=False) | Q(pk__in=own)))

    def plans(self) -> Sequence[SheetPlan]:
        return self._plans

    @cached_property
    def _plans(self) -> list[SheetPlan]:
        return [
            SheetPlan(gettext_lazy("Đề án"), proposal_columns.heads(self)),
            SheetPlan(gettext_lazy("Dự toán"), proposal_columns.lines(self)),
        ]

    # --- judging -------------------------------------------------------------------------------

    def judge(self, found: Sequence[Found]) -> list[Read]:
        heads = list(found[HEADS].rows())
        lines = list(found[LINES].rows())
        for row in heads:
            self._units(row)
            self._days(row)
        self._beneficiaries(heads)
        self._known_titles(heads)
        self._together(heads, lines)
        return [*heads, *lines]

    def _units(self, row: Read) -> None:
        """How many results of each activity, in the order of the activities."""
        chosen = row.values.get("activities") or []
        if len(set(chosen)) < len(chosen):
            row.fault("activities", _("có một nội dung ghi hai lần"))
        typed = row.values.get("units") or []
        if typed and len(typed) != len(chosen):
            row.fault(
                "units", _("có {units} số cho {n} nội dung").format(units=len(typed), n=len(chosen))
            )
        numbers = [int(one) if one.isascii() and one.isdigit() else 0 for one in typed]
        if any(not 0 < number <= 1_000_000 for number in numbers):
            row.fault("units", _("phải là số nguyên từ 1 trở lên, ví dụ 1; 2"))
        row.values["units"] = numbers

    def _days(self, row: Read) -> None:
        start, end = row.values.get("starts_on"), row.values.get("ends_on")
        if start and end and end < start:
            row.fault("ends_on", _("phải từ ngày bắt đầu trở đi"))

    def _beneficiaries(self, rows: list[Read]) -> None:
        """By number, code or name in the register: three queries for the whole workbook."""
        asked = {said for row in rows for said in row.values.get("beneficiaries") or []}
        known = register_names.found(self.province_id, asked)
        for row in rows:
            ids = []
            for said in row.values.get("beneficiaries") or []:
                hits = known.get(text.fold(said), set())
                if len(hits) == 1:
                    ids += hits
                elif hits:
                    row.fault(
                        "beneficiaries",
                        _("có {n} cơ sở tên «{name}»; ghi mã số thuế hoặc mã CS-…").format(
                            n=len(hits), name=said[:60]
                        ),
                    )
                else:
                    row.fault(
                        "beneficiaries",
                        _("không có «{name}» trong sổ cơ sở; thêm cơ sở trước").format(
                            name=said[:60]
                        ),
                    )
            row.values["beneficiaries"] = list(dict.fromkeys(ids))

    def _known_titles(self, rows: list[Read]) -> None:
        """A unit has one proposal of a name in a plan year: another is the same file again."""
        held = Proposal.objects.filter(
            implementing_unit=self.user.organisation_id,
            programme=self.programme,
            plan_year__in={row.values.get("plan_year") for row in rows} - {None},
        ).exclude(status__in=(Proposal.Status.REFUSED, Proposal.Status.WITHDRAWN))
        known: dict[tuple[str, int], str] = {
            (text.fold(title), year): _("đã có đề án {code} cùng tên, cùng năm kế hoạch").format(
                code=code
            )
            for code, title, year in held.order_by("-pk").values_list("code", "title", "plan_year")
        }
        for row in rows:
            key = (text.fold(row.values.get("title") or ""), row.values.get("plan_year") or 0)
            if not key[0]:
                continue
            if said := known.get(key):
                row.fault("title", said)
            known[key] = _("trùng tên với dòng {n}").format(n=row.number)

    def _together(self, heads: list[Read], lines: list[Read]) -> None:
        """Each line belongs to one proposal; its money must add up as the page would have it."""
        times = Counter(row.values["ref"] for row in heads if "ref" in row.values)
        by_ref = {row.values["ref"]: row for row in heads if "ref" in row.values}
        for row in heads:
            if times[row.values.get("ref")] > 1:
                row.fault("ref", _("số này ghi ở nhiều dòng"))
        for row in lines:
            ref = row.values.get("ref")
            head = by_ref.get(ref)
            if ref and head is None:
                row.fault("ref", _("trang «Đề án» không có số {ref}").format(ref=ref[:20]))
            if head is not None:
                chosen = head.values.get("activities") or []
                activity = row.values.get("activity")
                if activity and activity not in chosen:
                    row.fault("activity", _("đề án không có nội dung này"))
            self._line(row)

    def _line(self, row: Read) -> None:
        cost = _cost_row(row.values)
        if cost.total() > money.MAX:
            row.fault("amount", _("thành tiền lớn hơn 999.999 tỷ đồng"))
            return
        item = CostItem(
            name=cost.name,
            quantity=cost.quantity,
            unit_price=cost.unit_price,
            amount=cost.total(),
        )
        try:
            item.clean_fields(exclude=["proposal", "activity", "position", "name"])
        except ValidationError as error:
            for name, messages in error.message_dict.items():
                if not row.has_fault(name):
                    row.fault(name, " ".join(messages))

    # --- writing -------------------------------------------------------------------------------

    def write(self, rows: Iterable[ImportRow], tell: Tell) -> dict[int, int]:
        """A draft each, by the very verbs of the pages."""
        heads, lines = [], defaultdict(list)
        for row in rows:
            if row.sheet == HEADS:
                heads.append(row)
            else:
                lines[row.values["ref"]].append(row)
        self._refuse_known(heads)
        written: dict[int, int] = {}
        for done, part in enumerate(in_parts(heads, _AT_ONCE)):
            tell(done * _AT_ONCE * 100 // len(heads))
            ids = {pk for row in part for pk in row.values.get("beneficiaries") or ()}
            known = Enterprise.objects.visible_to(self.user).in_bulk(ids)
            begun = [self._begun(row, lines[row.values["ref"]], known) for row in part]
            try:
                made = many.create_many(self.programme, begun, by=self.user)
            except many.RefusedAt as refused:
                raise refused_at(part[refused.at], refused) from refused
            for row, proposal in zip(part, made, strict=True):
                written |= {one.pk: proposal.pk for one in (row, *lines[row.values["ref"]])}
        return written

    def _refuse_known(self, rows: Sequence[ImportRow]) -> None:
        """Nobody began them since the preview, by hand or with the same workbook."""
        again = [as_read(row) for row in rows]
        self._known_titles(again)
        for row, read in zip(rows, again, strict=True):
            if read.faults:
                raise refused_at(row, Refused(f"{read.faults[0][1]}."))

    def _begun(
        self, row: ImportRow, lines: list[ImportRow], known: dict[int, Enterprise]
    ) -> many.Begun:
        values = row.values
        fields = {
            name: _day(value) if name in _DAYS else value
            for name, value in values.items()
            if name in drafts.PLAIN_FIELDS
        }
        if "survey_place" in fields:
            fields["survey_place"] = self.communes.get(fields["survey_place"])
        units = values.get("units") or []
        firms = values.get("beneficiaries") or []
        if not known.keys() >= set(firms):
            gone = Refused(_("một cơ sở thụ hưởng không còn trong sổ."))
            raise refused_at(row, gone)
        costs = [_cost_row(line.values) for line in lines]
        draft = Draft(
            fields=fields,
            activities=[
                ActivityChoice(self.activities[code], units[at] if at < len(units) else 1)
                for at, code in enumerate(values.get("activities") or [])
            ],
            places=[self.communes[pk] for pk in dict.fromkeys(values.get("places") or [])],
            beneficiaries=[known[pk] for pk in firms],
            cost_rows=costs,
            funding=_funding(values["plan_year"], lines, costs),
        )
        return many.Begun(values["plan_year"], draft)


def _day(value: str) -> datetime.date:
    return datetime.date.fromisoformat(value)


def _cost_row(values: dict[str, Any]) -> CostRow:
    """A line as the drafts know it, from values as read or as kept."""
    return CostRow(
        name=values.get("name") or "",
        unit=values.get("unit") or "",
        quantity=Decimal(values.get("quantity") or 1),
        unit_price=values.get("unit_price") or 0,
        amount=values.get("amount"),
        shares={
            code.removeprefix(proposal_columns.SHARE): amount
            for code, amount in values.items()
            if code.startswith(proposal_columns.SHARE) and amount
        },
        note=values.get("note") or "",
        activity_code=values.get("activity") or "",
    )


def _funding(
    plan_year: int, lines: list[ImportRow], costs: list[CostRow]
) -> dict[tuple[str, int], int]:
    """đồng by source and year: the shares of the lines, each in its line's year."""
    found: dict[tuple[str, int], int] = defaultdict(int)
    for line, cost in zip(lines, costs, strict=True):
        year = line.values.get("year") or plan_year
        for code, amount in cost.shares.items():
            found[code, year] += amount
    return dict(found)
