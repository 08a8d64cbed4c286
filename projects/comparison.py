"""What differs between two rounds of a dossier, place by place, in the words of its form.

Works on two ``Snapshot.content``. A key that one of them does not know yet (rounds of earlier
releases) is no change: ``not_kept`` names those.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from projects import cost_changes
from projects.changes import Change
from projects.models import Proposal

Content = Mapping[str, Any]

# Names in the content, in the order of the paper dossier.
_TEXTS: Final = ("title", "kind", "plan_year", "implementing_unit", "partner", "is_recoverable")
_REASONS: Final = ("necessity", "content")
_GOALS: Final = ("goals", "expected_output", "effect")
_TIMES: Final = ("starts_on", "ends_on", "organisation_plan")
SURVEY: Final = {
    "place": "survey_place",
    "asker": "survey_asker",
    "number": "survey_number",
    "on": "survey_on",
}
FIELDS: Final = (*_TEXTS, *_REASONS, *_GOALS, *_TIMES)
_NO_SURVEY: Final = dict.fromkeys(SURVEY, "")
_DATES: Final = frozenset({"starts_on", "ends_on", "on"})


def between(old: Content, new: Content, names: Mapping[str, str] | None = None) -> list[Change]:
    """Every place that differs: money first, then the rest in the order of the dossier.

    ``names`` says what sources and targets are called, by code.
    """
    if old == new:
        return []
    names = names or {}
    return [
        *_funding(old, new, names),
        *_costs(old, new, names),
        *_fields(old, new, _TEXTS),
        *_survey(old, new),
        *_beneficiaries(old, new),
        *_fields(old, new, _REASONS),
        *_activities(old, new),
        *_listed(old, new, "places", _("Địa điểm")),
        *_fields(old, new, _GOALS),
        *_listed(old, new, "objectives", _("Mục tiêu phục vụ")),
        *_claims(old, new, names),
        *_fields(old, new, _TIMES),
        *_papers(old, new, names),
    ]


def not_kept(old: Content, new: Content) -> list[str]:
    """What one of the two rounds did not keep, so that it cannot be compared."""
    titles = {
        "survey": _("Khảo sát nhu cầu"),
        "beneficiaries": _("Cơ sở thụ hưởng"),
        "activities": _("Nội dung hoạt động"),
        "places": _("Địa điểm"),
        "objectives": _("Mục tiêu phục vụ"),
        "claims": _("Chỉ tiêu"),
        "cost_items": _("Bảng dự toán"),
        "funding_lines": _("Nguồn vốn theo năm"),
        "attachments": _("Hồ sơ đính kèm"),
    }
    parts = [title for name, title in titles.items() if (name in old) != (name in new)]
    return [label_of(name) for name in FIELDS if (name in old) != (name in new)] + parts


def label_of(name: str) -> str:
    """The field's name as the form says it, with a capital: it opens a line of a table."""
    text = str(Proposal._meta.get_field(name).verbose_name)
    return text[:1].upper() + text[1:]


def words(name: str, said: Any) -> str:
    """One field of a content as a person reads it."""
    if said is None or said == "":
        return ""
    if name in _DATES:
        return f"{datetime.date.fromisoformat(said):%d/%m/%Y}"
    if name == "kind":
        return str(dict(Proposal.Kind.choices).get(said, said))
    if isinstance(said, bool):
        return _("Có") if said else _("Không")
    return str(said)


def _said(before: str, after: str) -> str:
    return "added" if not before else "changed" if after else "removed"


def _fields(old: Content, new: Content, fields: tuple[str, ...]) -> Iterator[Change]:
    for name in fields:
        if name not in old or name not in new or old[name] == new[name]:
            continue
        before, after = words(name, old[name]), words(name, new[name])
        if before != after:
            kind = _said(before, after)
            yield Change(label_of(name), before, after, kind=kind, field=name)


def _survey(old: Content, new: Content) -> Iterator[Change]:
    if "survey" not in old or "survey" not in new:
        return
    before, after = _NO_SURVEY | dict(old["survey"]), _NO_SURVEY | dict(new["survey"])
    for part, field in SURVEY.items():
        was, now = words(part, before[part]), words(part, after[part])
        if was != now:
            yield Change(label_of(field), was, now, kind=_said(was, now), field=field)


def funding_label(source: str, year: int, names: Mapping[str, str]) -> str:
    return _("{source} năm {year}").format(source=names.get(source, source), year=year)


def _funding(old: Content, new: Content, names: Mapping[str, str]) -> Iterator[Change]:
    """Source × year, in đồng; a line of nothing and no line are the same."""
    if "funding_lines" not in old or "funding_lines" not in new:
        return
    before, after = (
        {(row["source"], row["year"]): row["requested"] for row in content["funding_lines"]}
        for content in (old, new)
    )
    # In the order the dossier shows them; what is gone stands where it stood.
    for key in dict.fromkeys([*before, *after]):
        was, now = before.get(key), after.get(key)
        if (was or 0) == (now or 0):
            continue
        source, year = key
        yield Change(
            funding_label(source, year, names),
            before_amount=was,
            after_amount=now,
            is_money=True,
            kind="added" if not was else "changed" if now else "removed",
            field="funding_lines",
        )


def _costs(old: Content, new: Content, names: Mapping[str, str]) -> Iterator[Change]:
    if "cost_items" in old and "cost_items" in new:
        yield from cost_changes.between(old["cost_items"], new["cost_items"], names)


def _beneficiaries(old: Content, new: Content) -> Iterator[Change]:
    if "beneficiaries" not in old or "beneficiaries" not in new:
        return
    before, after = (
        {row.get("id") or row["name"]: row for row in content["beneficiaries"]}
        for content in (old, new)
    )
    title = _("Cơ sở thụ hưởng")
    for key in dict.fromkeys([*before, *after]):
        was, now = before.get(key), after.get(key)
        if was == now:
            continue
        if was is None or now is None or was["name"] != now["name"]:
            left, right = was["name"] if was else "", now["name"] if now else ""
            kind = _said(left, right)
            yield Change(title, left, right, kind=kind, field="beneficiaries")
        if was and now and (was.get("support") or 0) != (now.get("support") or 0):
            yield Change(
                _("{enterprise}: hỗ trợ").format(enterprise=now["name"]),
                before_amount=was.get("support"),
                after_amount=now.get("support"),
                is_money=True,
                field="beneficiaries",
            )


def activity(row: Mapping[str, Any]) -> str:
    """Its name, how many, and what raises its norm."""
    text = row.get("name") or row["code"]
    text += _(", số lượng {n}").format(n=row.get("units", 1))
    if row.get("is_technology_line"):
        text += _(", dây chuyền công nghệ")
    if row.get("multiplier", "1.00") != "1.00":
        text += _(", hệ số {n}").format(n=row["multiplier"].replace(".", ","))
    if row.get("multiplier_reason"):
        text += f" ({row['multiplier_reason']})"
    return text


def _activities(old: Content, new: Content) -> Iterator[Change]:
    yield from _by_code(old, new, "activities", "code", activity, _("Nội dung hoạt động"))


def claim(row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    return f"{names.get(row['target'], row['target'])}: {row['quantity']}"


def _claims(old: Content, new: Content, names: Mapping[str, str]) -> Iterator[Change]:
    def said(row: Mapping[str, Any]) -> str:
        return claim(row, names)

    yield from _by_code(old, new, "claims", "target", said, _("Chỉ tiêu"))


def _by_code(
    old: Content,
    new: Content,
    name: str,
    code: str,
    said: Any,
    label: str,
) -> Iterator[Change]:
    if name not in old or name not in new:
        return
    before, after = ({row[code]: row for row in content[name]} for content in (old, new))
    for key in dict.fromkeys([*before, *after]):
        was, now = before.get(key), after.get(key)
        if was != now:
            left, right = said(was) if was else "", said(now) if now else ""
            if left != right:
                yield Change(label, left, right, kind=_said(left, right), field=name)


def _listed(old: Content, new: Content, name: str, label: str) -> Iterator[Change]:
    """Lists of words: what went and what came; their order says nothing."""
    if name not in old or name not in new:
        return
    yield from _gone_and_come(old[name], new[name], label, name)


def _gone_and_come(old: list[str], new: list[str], label: str, field: str) -> Iterator[Change]:
    stayed = set(old) & set(new)
    for text in old:
        if text not in stayed:
            yield Change(label, before=text, kind="removed", field=field)
    for text in new:
        if text not in stayed:
            yield Change(label, after=text, kind="added", field=field)


def _papers(old: Content, new: Content, names: Mapping[str, str]) -> Iterator[Change]:
    """Papers by what is in them: one under the same title and requirement was exchanged."""
    if "attachments" not in old or "attachments" not in new:
        return
    before, after = (
        {row["sha256"]: row for row in content["attachments"]} for content in (old, new)
    )
    label, field = _("Hồ sơ đính kèm"), "attachments"
    come: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for key, row in after.items():
        if key not in before:
            come.setdefault(_place_of(row), []).append(row)
        elif _place_of(row) != _place_of(before[key]):
            left, right = (_paper(each, names) for each in (before[key], row))
            yield Change(label, left, right, field=field)
    for key, row in before.items():
        if key in after:
            continue
        if come.get(_place_of(row)):
            come[_place_of(row)].pop()
            left = _("{title} (tệp cũ)").format(title=row["title"])
            right = _("{title} (tệp mới)").format(title=row["title"])
            yield Change(label, left, right, field=field)
        else:
            yield Change(label, row["title"], kind="removed", field=field)
    for row in (row for rows in come.values() for row in rows):
        yield Change(label, after=row["title"], kind="added", field=field)


def _place_of(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["title"], row.get("requirement", "")


def _paper(row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    title, code = _place_of(row)
    return f"{title} ({names.get(code, code)})" if code else title
