"""A list come back from Excel: which cells changed, and which of them may."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from khuyencong.core import audit, permissions, text
from khuyencong.core.money import format_dong
from programmes.models import Programme
from projects.annual import plans, workbook
from projects.annual.rows import Row, rows_of
from projects.annual.workbook import APPROVED, CODE, PLAN, POSITION, REASON, VERSION
from projects.exchange import plan_sheet
from projects.exchange.columns import Column, SheetPlan
from projects.exchange.intake import Found, Read
from projects.exchange.kind import Kind, Tell
from projects.models import AnnualPlan, FundingLine, ImportRow, PlanAmount, PlanItem

# Said by the list itself, never compared.
_SILENT: Final = frozenset({CODE, PLAN, VERSION, "suggestion"})
_SUMS: Final = frozenset({"cong", "tong cong"})


class AnnualChanges(Kind):
    """Danh mục năm: order and reasons while it is a draft, approved amounts until it is decided."""

    rule = "projects.import.annual"

    @cached_property
    def _plans(self) -> list[SheetPlan]:
        """Columns for every year a programme of the province may have money in."""
        rows = Programme.objects.filter(province=self.province_id)
        spans = rows.values_list("start_year", "end_year")
        years = {year for first, last in spans for year in range(first, last + 1)}
        return [workbook.sheet_plan(sorted(years))]

    def plans(self) -> Sequence[SheetPlan]:
        return self._plans

    # --- judging -------------------------------------------------------------------------------

    def judge(self, found: Sequence[Found]) -> list[Read]:
        rows = [row for row in found[0].rows() if not _is_sum(row)]
        at = found[0].at
        plan = self._plan(rows)
        listed = {row.code: row for row in rows_of(plan)} if plan else {}
        self.params = {"plan": plan.code} if plan else {}
        seen: dict[str, int] = {}
        for row in rows:
            self._judge_row(row, plan, listed, seen, at)
        if plan:
            self._judge_order(rows, plan)
        return rows

    def _plan(self, rows: list[Read]) -> AnnualPlan | None:
        """The list that the rows name: the first one the person may see."""
        codes = {row.values[PLAN] for row in rows if row.values.get(PLAN)}
        visible = AnnualPlan.objects.visible_to(self.user).select_related("programme", "source")
        found = {one.code: one for one in visible.filter(code__in=codes)}
        named = (found.get(row.values.get(PLAN, "")) for row in rows)
        return next((one for one in named if one), None)

    def _judge_row(
        self,
        row: Read,
        plan: AnnualPlan | None,
        listed: dict[str, Row],
        seen: dict[str, int],
        at: dict[str, int],
    ) -> None:
        code, named = row.values.get(CODE), row.values.get(PLAN)
        if plan is None or (named and named != plan.code):
            if named:
                row.fault(PLAN, _("không có danh mục này, hoặc khác danh mục của các dòng trên"))
            return
        if row.values.get(VERSION) != plan.version and not row.has_fault(VERSION):
            row.fault(
                VERSION,
                _(
                    "danh mục đã được sửa sau khi xuất (nay là phiên bản {now}, trong tệp là "
                    "{then}); xuất lại rồi sửa"
                ).format(now=plan.version, then=row.values.get(VERSION) or "–"),
            )
        if not code:
            return
        first = seen.setdefault(code, row.number)
        if first != row.number:
            row.fault(CODE, _("đề án này đã có ở dòng {n}").format(n=first))
        elif code not in listed:
            row.fault(CODE, _("đề án này không có trong danh mục {plan}").format(plan=plan.code))
        else:
            self._compare(row, listed[code], plan, at)

    def _compare(self, row: Read, listed: Row, plan: AnnualPlan, at: dict[str, int]) -> None:
        """Cells that differ, each judged by itself; what is the same asks for no right."""
        before = workbook.said(listed, plan)
        changed = [
            column
            for column in self._plans[0].columns
            if column.code in at
            and column.code not in _SILENT
            and not row.has_fault(column.code)
            and _differs(before, row.values, column)
        ]
        row.action = "change" if changed else "same"
        kept = {name: row.values.get(name) for name in (CODE, PLAN, VERSION, POSITION)}
        for column in changed:
            row.notes[column.code] = plan_sheet.shown(before.get(column.code))
            if why := self._why_not(row, listed, plan, column):
                row.fault(column.code, why)
            else:
                kept[column.code] = row.values.get(column.code)
        row.values = kept

    def _why_not(self, row: Read, listed: Row, plan: AnnualPlan, column: Column) -> str:
        if column.code in (POSITION, REASON):
            if plan.state != AnnualPlan.Status.DRAFT:
                return _("danh mục đã trình, thứ tự và lý do không sửa nữa")
            if reason := permissions.refusal(self.user, "projects.annual.edit", plan):
                return reason
            typed = row.values.get(column.code)
            if column.code == REASON and len(typed or "") > plans.REASON_MAX:
                return _("dài quá {n} ký tự").format(n=plans.REASON_MAX)
            if column.code == POSITION and not 0 < (typed or 0) <= plans.MOST:
                return _("thứ tự từ 1 đến {n}").format(n=plans.MOST)
            return ""
        if not column.code.startswith(APPROVED):
            return _("cột này không sửa trong danh mục; mở đề án {code} để sửa").format(
                code=listed.code
            )
        if plan.state == AnnualPlan.Status.DECIDED or listed.track.is_decided:
            return _("đã có quyết định, số phê duyệt không sửa nữa")
        if reason := permissions.refusal(self.user, "projects.annual.amounts", plan):
            return reason
        return self._over(row, listed, column)

    def _over(self, row: Read, listed: Row, column: Column) -> str:
        """Approved ≤ appraised ≤ requested, of the very year."""
        year = int(column.code.removeprefix(APPROVED))
        line = next((one for one in listed.lines if one.year == year), None)
        amount = row.values.get(column.code)
        if amount is None:
            return ""
        if line is None:
            return _("đề án không đề nghị kinh phí năm {year}").format(year=year)
        limit = _limit(line)
        if amount > line.requested:
            return _("vượt mức đề nghị {limit} đồng").format(limit=format_dong(line.requested))
        if amount > limit:
            return _("vượt mức thẩm định {limit} đồng").format(limit=format_dong(limit))
        return ""

    def _judge_order(self, rows: list[Read], plan: AnnualPlan) -> None:
        """No two dossiers in one place; those that are not in the file keep theirs."""
        if not any(POSITION in row.notes for row in rows):
            return
        named = {row.values.get(CODE): row for row in rows if not row.has_fault(CODE)}
        taken: dict[int, str] = {}
        items = plan.items.values_list("track__proposal__code", "position")
        for code, position in items:
            if code not in named:
                taken[position] = code
        for code, row in named.items():
            position = row.values.get(POSITION)
            if position is None or row.has_fault(POSITION):
                continue
            other = taken.setdefault(position, code)
            if other != code:
                row.fault(POSITION, _("trùng thứ tự với {code}").format(code=other))

    # --- writing -------------------------------------------------------------------------------

    def write(self, rows: Iterable[ImportRow], tell: Tell) -> dict[int, int]:
        """The changed cells, at the version the file was made from."""
        changes = {row.values[CODE]: row for row in rows if row.action == "change"}
        if not changes:
            return {}
        first = next(iter(changes.values()))
        with transaction.atomic():
            named = AnnualPlan.objects.visible_to(self.user).get(code=first.values[PLAN])
            plan = plans.locked(named.pk)
            states = [AnnualPlan.Status.DRAFT, AnnualPlan.Status.SENT]
            plans.refuse_unless(
                plan, "projects.annual.amounts", states, self.user, first.values[VERSION]
            )
            items = {
                item.track.proposal.code: item
                for item in plan.items.select_related("track__proposal")
            }
            touched = [items[code] for code in changes]
            self._order(items, changes)
            amounts = self._amounts(items, changes)
            plans.moved_on(plan)
            tell(90)
            audit.record(
                "projects.annual.edit", plan, by=self.user, changes=_told(changes, amounts)
            )
        by_code = {item.track.proposal.code: item.track.proposal_id for item in touched}
        return {row.pk: by_code[code] for code, row in changes.items()}

    def _order(self, items: dict[str, PlanItem], changes: dict[str, ImportRow]) -> None:
        said = [row for row in changes.values() if POSITION in row.notes or REASON in row.notes]
        if not said:
            return
        for row in said:
            item = items[row.values[CODE]]
            if POSITION in row.notes:
                item.position = row.values[POSITION]
            if REASON in row.notes:
                item.reason = row.values.get(REASON) or ""
        ordered = sorted(items.values(), key=lambda item: (item.position, item.pk))
        for position, item in enumerate(ordered, start=1):
            item.position = position
        PlanItem.objects.bulk_update(ordered, ["position", "reason"], batch_size=200)

    def _amounts(self, items: dict[str, PlanItem], changes: dict[str, ImportRow]) -> set[str]:
        told: set[str] = set()
        for code, row in changes.items():
            for name in row.notes:
                if not name.startswith(APPROVED):
                    continue
                told.add(code)
                year, amount = int(name.removeprefix(APPROVED)), row.values.get(name)
                kept = PlanAmount.objects.filter(item=items[code], year=year)
                if amount is None:
                    kept.delete()
                elif not kept.update(amount=amount):
                    PlanAmount.objects.create(item=items[code], year=year, amount=amount)
        return told


def _told(changes: dict[str, ImportRow], amounts: set[str]) -> dict[str, Any]:
    reasons = sorted(code for code, row in changes.items() if REASON in row.notes)
    moved = any(POSITION in row.notes for row in changes.values())
    found = {"reasons": reasons, "moved": moved, "amounts": len(amounts)}
    return {name: said for name, said in found.items() if said}


def _limit(line: FundingLine) -> int:
    return line.requested if line.appraised is None else line.appraised


def _differs(before: dict[str, Any], after: dict[str, Any], column: Column) -> bool:
    """An empty amount is not nought here: it says that no amount was entered yet."""
    if column.code.startswith(APPROVED):
        return before.get(column.code) != after.get(column.code)
    return plan_sheet.differs(before, after, column)


def _is_sum(row: Read) -> bool:
    said = text.fold(row.typed.get(POSITION, ""))
    return not row.typed.get(CODE) and said in _SUMS
