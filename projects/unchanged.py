"""What two rounds of a dossier have in common: the rest of the page that compares them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from projects import comparison, cost_changes
from projects.changes import Change
from projects.comparison import Content


def between(old: Content, new: Content, names: Mapping[str, str] | None = None) -> list[Change]:
    """Places that say the same in both, in the order of the dossier; empty ones are left out."""
    names = names or {}
    said = [*_parts(new, names)]
    before = {(row.field, row.label, row.after, row.after_amount) for row in _parts(old, names)}
    same = [row for row in said if (row.field, row.label, row.after, row.after_amount) in before]
    return [*same, *_lines(old, new, names)]


def _parts(content: Content, names: Mapping[str, str]) -> Iterator[Change]:
    """Everything a round says, but for its cost lines."""
    for name in comparison.FIELDS:
        if text := comparison.words(name, content.get(name)):
            yield _same(comparison.label_of(name), text, name)
    for part, field in comparison.SURVEY.items():
        if text := comparison.words(part, content.get("survey", {}).get(part)):
            yield _same(comparison.label_of(field), text, field)
    for row in content.get("beneficiaries", ()):
        yield _same(_("Cơ sở thụ hưởng"), row["name"], "beneficiaries")
    for row in content.get("activities", ()):
        yield _same(_("Nội dung hoạt động"), comparison.activity(row), "activities")
    for text in content.get("places", ()):
        yield _same(_("Địa điểm"), text, "places")
    for text in content.get("objectives", ()):
        yield _same(_("Mục tiêu phục vụ"), text, "objectives")
    for row in content.get("claims", ()):
        yield _same(_("Chỉ tiêu"), comparison.claim(row, names), "claims")
    for row in content.get("funding_lines", ()):
        label = comparison.funding_label(row["source"], row["year"], names)
        yield _same(label, "", "funding_lines", row["requested"])
    # The bytes decide: a file exchanged under the same title is not the same.
    for row in content.get("attachments", ()):
        yield _same(_("Hồ sơ đính kèm"), row["title"], f"attachments-{row['sha256']}")


def _lines(old: Content, new: Content, names: Mapping[str, str]) -> Iterator[Change]:
    rows = new.get("cost_items", ())
    _pairs, same = cost_changes.aligned(old.get("cost_items", ()), rows)
    for _i, j in sorted(same, key=lambda pair: pair[1]):
        label, text = cost_changes.title(j, rows[j]), cost_changes.figures(rows[j], names)
        yield _same(label, text, f"{cost_changes.FIELD}-{j}", rows[j]["amount"])


def _same(label: str, text: str, field: str, amount: int | None = None) -> Change:
    shown: dict[str, Any] = {"before": text, "after": text}
    if amount is not None:
        shown |= {"before_amount": amount, "after_amount": amount, "is_money": True}
    return Change(label, field=field, kind="same", **shown)
