"""What a check says, as plain data: shown live, answered by the API, and kept with each act."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from django.utils.translation import gettext as _

from khuyencong.core.refusals import Fault

Level = Literal["error", "warning", "pass"]
Stage = Literal["submission", "appraisal", "approval"]
ERROR: Level = "error"
WARNING: Level = "warning"
PASS: Level = "pass"


@dataclass(frozen=True)
class Earlier:
    """A file of before. Another unit's is named by its code and year alone."""

    code: str
    year: int
    title: str = ""


@dataclass(frozen=True)
class Answer:
    """The written reason beside a warning, and the paper it rests on."""

    reason: str
    document_number: str = ""
    document_date: str = ""


@dataclass(frozen=True)
class Check:
    """One rule on one subject: the rule, our figure, how far off, the fix and the citation.

    ``reduce_by`` is the amount of the fix in đồng, of the money of ``source``.
    """

    code: str
    subject: str
    level: Level
    title: str
    figure: str = ""
    gap: str = ""
    fix: str = ""
    citation: str = ""
    field: str = ""
    norm_id: int | None = None
    source: str = ""
    reduce_by: int = 0
    earlier: tuple[Earlier, ...] = ()
    justification: Answer | None = None
    is_unchecked: bool = False  # nothing to measure by: blocks nothing, and is not «đạt»

    @property
    def key(self) -> str:
        """The name of its inputs on a page: code and subject, which belong together."""
        return f"{self.code}~{self.subject}"

    @property
    def is_answered(self) -> bool:
        return self.level == WARNING and self.justification is not None

    @property
    def sentence(self) -> str:
        """The check in one line, as a fault says it."""
        rule = f"{self.title} ({self.citation})" if self.citation else self.title
        parts = [rule, self.figure, self.gap, self.fix]
        return " ".join(part if part.endswith((".", "?")) else f"{part}." for part in parts if part)


@dataclass(frozen=True)
class Outcome:
    """All checks of one case under the rules of one day."""

    day: datetime.date
    stage: Stage
    checks: list[Check] = field(default_factory=list)

    @property
    def errors(self) -> list[Check]:
        return [check for check in self.checks if check.level == ERROR]

    @property
    def warnings(self) -> list[Check]:
        return [check for check in self.checks if check.level == WARNING]

    @property
    def unanswered(self) -> list[Check]:
        """Warnings that still wait for a reason in writing."""
        return [check for check in self.warnings if check.justification is None]

    @property
    def open_count(self) -> int:
        return len(self.errors) + len(self.unanswered)

    @property
    def is_clear(self) -> bool:
        return not self.open_count

    @property
    def unchecked(self) -> list[Check]:
        """What could not be measured; it blocks nothing."""
        return [check for check in self.checks if check.is_unchecked]

    @property
    def is_site_list(self) -> bool:
        """Whether these are the checks of a list of sites: each measures its sites' ceiling."""
        return any(check.code == "site-ceiling" for check in self.checks)

    @property
    def by_weight(self) -> list[Check]:
        """Errors first, then what waits for a reason, what nobody could measure, and the rest."""
        order = {ERROR: 0, WARNING: 1, PASS: 4}
        return sorted(
            self.checks,
            key=lambda check: 3 if check.is_unchecked else order[check.level] + check.is_answered,
        )

    @property
    def norm_ids(self) -> list[int]:
        """The rows of the norms that were applied, each once."""
        return sorted({check.norm_id for check in self.checks if check.norm_id is not None})

    def explained(self, reason: str, document_number: str = "") -> Outcome:
        """The same, where whoever acts gives one reason for every warning that has none."""
        if not reason:
            return self
        answer = Answer(reason, document_number)
        return replace(
            self,
            checks=[
                replace(check, justification=answer)
                if check.level == WARNING and check.justification is None
                else check
                for check in self.checks
            ],
        )

    def faults(self) -> Iterator[Fault]:
        """What keeps the act from being done."""
        for check in self.errors:
            yield Fault(check.sentence, check.field)
        for check in self.unanswered:
            if self.stage == "submission":
                words = _("Ghi lý do và số văn bản cho cảnh báo này, hoặc sửa hồ sơ.")
                yield Fault(f"{check.sentence} {words}", f"justify-{check.key}")
            else:
                words = _("Nêu lý do nếu vẫn đồng ý.")
                yield Fault(f"{check.sentence} {words}", "reason")

    def as_data(self) -> dict[str, Any]:
        """Plain data for the record of an act and for the API."""
        return {
            "stage": self.stage,
            "day": self.day.isoformat(),
            "checks": [_check_data(check) for check in self.checks],
        }

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Outcome:
        """What ``as_data`` wrote, whenever that was."""
        return cls(
            day=datetime.date.fromisoformat(data["day"]),
            stage=data["stage"],
            checks=[_check_from(row) for row in data["checks"]],
        )


def _check_data(check: Check) -> dict[str, Any]:
    data = asdict(check)
    data["earlier"] = [asdict(row) for row in check.earlier]
    return data


def _check_from(data: dict[str, Any]) -> Check:
    known = {name: data[name] for name in Check.__dataclass_fields__ if name in data}
    known["earlier"] = tuple(Earlier(**row) for row in known.get("earlier", ()))
    answer = known.get("justification")
    known["justification"] = Answer(**answer) if answer else None
    return Check(**known)
