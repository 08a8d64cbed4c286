"""The official list come back edited: which cells changed, and which of them may."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Final

from django.utils.translation import gettext as _

from khuyencong.core import permissions, text
from khuyencong.core.money import MAX
from khuyencong.core.refusals import Refused
from programmes.models import FundingSource
from projects import drafts, loading
from projects.checks import figures
from projects.exchange import plan_draft, plan_sheet
from projects.exchange.columns import Column, SheetPlan, plain
from projects.exchange.intake import Found, Read
from projects.exchange.kind import Kind, Tell, in_parts, refused_at
from projects.exchange.plan_sheet import SHARE
from projects.forms.offered import decided
from projects.models import ImportRow, Proposal

_AT_ONCE: Final = 200
_TELL_EVERY: Final = 20  # drafts
# So many dossiers are put to every check at most; of the others the sums alone are looked at.
_CHECKED: Final = 100
_SUMS: Final = ("tong cong", "cong ", "khac: ")
# «–» and «Cộng –» stand in lists that were written earlier.
_MARKS: Final = frozenset(map(str.lower, (*plan_sheet.ROMAN[1:], "–", "cộng", "cong")))
# Said by the list itself, never compared.
_SILENT: Final = frozenset({"no", "total", "code", "version"})


class PlanChanges(Kind):
    """Danh mục đề án (Mẫu 2): a row changes the draft whose code and version it carries."""

    rule = "projects.import.plan"

    @cached_property
    def sources(self) -> list[FundingSource]:
        return plan_sheet.sources()

    @cached_property
    def _plans(self) -> list[SheetPlan]:
        return [plan_sheet.plan(self.sources)]

    def plans(self) -> Sequence[SheetPlan]:
        return self._plans

    # --- judging -------------------------------------------------------------------------------

    def judge(self, found: Sequence[Found]) -> list[Read]:
        listed = found[0]
        self.params = {"in_millions": _in_millions(listed)}
        if self.params["in_millions"]:
            listed = replace(listed, plan=plan_sheet.plan(self.sources, in_millions=True))
        rows = [row for row in listed.rows() if not _is_heading(row)]
        known = self._known(rows)
        seen: dict[str, int] = {}
        for row in rows:
            code = row.values.get("code")
            if not code:
                row.fault(
                    "code",
                    _("dòng này không có mã đề án; đề án mới thì nhập bằng mẫu «Đề án»"),
                )
                continue
            first = seen.setdefault(code, row.number)
            if first != row.number:
                row.fault("code", _("đề án này đã có ở dòng {n}").format(n=first))
                continue
            proposal = known.get(code)
            if proposal is None:
                row.fault("code", _("không có đề án này, hoặc bạn không được xem"))
                continue
            self._compare(row, proposal)
        self._foresee(rows)
        return rows

    def _known(self, rows: list[Read]) -> dict[str, Proposal]:
        codes = sorted({row.values["code"] for row in rows if row.values.get("code")})
        found: dict[str, Proposal] = {}
        for part in in_parts(codes, _AT_ONCE):
            visible = Proposal.objects.visible_to(self.user).filter(code__in=part)
            found |= {one.code: one for one in plan_sheet.with_words(visible)}
        return found

    def _compare(self, row: Read, proposal: Proposal) -> None:
        """Cells that differ, each judged by itself; what is the same asks for no right."""
        before = plan_sheet.said(proposal, self.sources)
        changed = [
            column
            for column in self._plans[0].columns
            if column.code not in _SILENT
            and not row.has_fault(column.code)
            and plan_sheet.differs(before, row.values, column)
        ]
        row.action = "change" if changed else "same"
        kept = {"code": proposal.code, "version": row.values.get("version")}
        for column in changed:
            row.notes[column.code] = self._was(before[column.code], column)
            if why := self._why_not(row, proposal, column):
                row.fault(column.code, why)
            else:
                value = row.values.get(column.code)
                kept[column.code] = (
                    "" if value is None and column.code not in plan_draft.DAYS else value
                )
        if changed:
            self._ask(row, proposal, changed[0])
            start = row.values.get("starts_on")
            end = row.values.get("ends_on")
            if start and end and end < start:
                row.fault("ends_on", _("phải từ ngày bắt đầu trở đi"))
        row.values = kept

    def _was(self, value: Any, column: Column) -> str:
        """What stood there, money in the unit of the file."""
        if self.params.get("in_millions") and column.code.startswith(SHARE):
            return figures.bare(value)
        return plan_sheet.shown(value)

    def _foresee(self, rows: list[Read]) -> None:
        """What will follow from changed money, and what will not fit; told, no fault."""
        changed = [
            row
            for row in rows
            if row.action == "change"
            and not row.faults
            and any(code.startswith(SHARE) for code in row.values)
        ]
        for at, part in enumerate(in_parts(changed, _AT_ONCE)):
            codes = [row.values["code"] for row in part]
            known = {
                one.code: one
                for one in loading.with_parts(Proposal.objects.visible_to(self.user)).filter(
                    code__in=codes
                )
            }
            for index, row in enumerate(part, start=at * _AT_ONCE):
                values = {code: plain(value) for code, value in row.values.items()}
                found = plan_draft.foreseen(
                    known[row.values["code"]], values, whole=index < _CHECKED
                )
                if found:
                    row.notes[plan_sheet.FORESEEN] = "\n".join(found)

    def _ask(self, row: Read, proposal: Proposal, column: Column) -> None:
        """May this person change the draft, and is it still the one that was exported?"""
        reason = permissions.refusal(self.user, "projects.proposal.edit", proposal)
        if reason:
            row.fault(column.code, reason)
        elif row.values.get("version") != proposal.version:
            row.fault(
                "version",
                _(
                    "đề án đã được sửa sau khi xuất (nay là phiên bản {now}, trong tệp là "
                    "{then}); xuất lại danh mục rồi sửa"
                ).format(now=proposal.version, then=row.values.get("version") or "–"),
            )

    def _why_not(self, row: Read, proposal: Proposal, column: Column) -> str:
        if column.code in plan_sheet.EDITABLE:
            return ""
        if not column.code.startswith(SHARE):
            return _("cột này không sửa trong danh mục; mở đề án {code} để sửa").format(
                code=proposal.code
            )
        code = column.code.removeprefix(SHARE)
        years = {
            line.year
            for line in proposal.funding_lines.all()
            if line.source.code == code and line.requested
        }
        if len(years) > 1:
            return _("nguồn này đề nghị cho {n} năm; mở đề án {code} để sửa từng năm").format(
                n=len(years), code=proposal.code
            )
        if code in decided(proposal):
            return _("nguồn này đã được phê duyệt, không sửa số tiền")
        if (row.values.get(column.code) or 0) > MAX:
            return _("lớn hơn 999.999 tỷ đồng; kiểm tra lại số chữ số không")
        return ""

    # --- writing -------------------------------------------------------------------------------

    def write(self, rows: Iterable[ImportRow], tell: Tell) -> dict[int, int]:
        """Each changed draft by its own verb, at the version the list was made from."""
        changes = [row for row in rows if row.action == "change"]
        written: dict[int, int] = {}
        for part in in_parts(changes, _AT_ONCE):
            codes = [row.values["code"] for row in part]
            visible = Proposal.objects.visible_to(self.user).filter(code__in=codes)
            known = {one.code: one for one in loading.with_parts(visible)}
            for row in part:
                try:
                    written[row.pk] = self._change(known[row.values["code"]], row.values)
                except Refused as refused:
                    raise refused_at(row, refused) from refused
                if len(written) % _TELL_EVERY == 0:
                    tell(len(written) * 100 // len(changes))
        return written

    def _change(self, proposal: Proposal, values: dict[str, Any]) -> int:
        draft, _followed = plan_draft.made(proposal, values)
        drafts.save(proposal, draft, by=self.user, expected_version=values["version"])
        return proposal.pk


def _in_millions(found: Found) -> bool:
    """Whether the lines above the head say «ĐVT: triệu đồng»."""
    above = " ".join(
        cell.text for row in found.sheet.rows[: found.head] for cell in row if not cell.is_empty
    )
    return "dvt: trieu" in text.fold(above)


def _is_heading(row: Read) -> bool:
    """Lines that name a group or add it up: the list makes them itself."""
    said = text.fold(row.typed.get("no", "") or row.typed.get("title", ""))
    if row.typed.get("code"):
        return False
    return said.partition(".")[0] in _MARKS or said.startswith(_SUMS)
