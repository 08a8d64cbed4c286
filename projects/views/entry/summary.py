"""The answers of a draft as cards, each line with the way to its box."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from khuyencong.core import money
from khuyencong.core.refusals import Fault
from projects.dossier_parts import LAST, section_of
from projects.drafts import Draft
from projects.forms.activities import factor_text
from projects.forms.costs import quantity_text
from projects.forms.offered import place_text
from projects.forms.sections import Section
from projects.forms.texts import label
from projects.models import Proposal
from projects.papers_of_dossier import Section as Papers


@dataclass
class Answer:
    """One question: what was said, in lines, and what is wrong or missing there."""

    title: str
    lines: list[str]
    address: str
    faults: list[str] = field(default_factory=list)


@dataclass
class Card:
    """One part of the form as it reads now."""

    section: Section
    address: str
    answers: list[Answer]
    faults: list[Fault] = field(default_factory=list)


def papers_given(papers: Papers) -> list[str]:
    """Each paper that is asked for with the files given as it, then everything else."""
    return [
        _("{paper}: {files}").format(
            paper=line.title, files=", ".join(row.attachment.title for row in line.files)
        )
        for line in (*papers.lines, *papers.later, papers.others)
        if line.files
    ]


def address_of(proposal: Proposal, name: str) -> str:
    """The box of a field, from the page of checks and back there."""
    code = section_of(name)
    page = reverse("proposal_section", kwargs={"code": proposal.code, "section": code})
    return f"#id_{name}" if code == LAST else f"{page}?back={LAST}#id_{name}"


def cards(
    proposal: Proposal,
    saved: Draft,
    found: Iterable[Section],
    names: dict[str, str],
    papers: list[str],
) -> list[Card]:
    """A card for each part but this one."""
    said = {
        "don-vi": _unit(saved),
        "co-so": [("beneficiaries", _("Cơ sở thụ hưởng"), [str(x) for x in saved.beneficiaries])],
        "noi-dung": _content(saved),
        "muc-tieu": _goals(saved, names),
        "du-toan": _costs(saved, names),
        "tien-do": _schedule(saved, names),
        "ho-so": [("attachments", _("Tài liệu đã đính kèm"), papers)],
    }
    made = []
    for section in found:
        if section.code not in said:
            continue
        page = reverse("proposal_section", kwargs={"code": proposal.code, "section": section.code})
        answers = [
            Answer(title, [text for text in lines if text], address_of(proposal, name))
            for name, title, lines in said[section.code]
        ]
        rest = []
        places = {answer.address: answer for answer in answers}
        for fault in section.missing:
            answer = places.get(address_of(proposal, fault.field))
            if answer is not None:
                answer.faults.append(fault.message)
            else:
                rest.append(fault)
        made.append(Card(section, f"{page}?back={LAST}", answers, rest))
    return made


Said = list[tuple[str, str, list[str]]]


def _texts(saved: Draft, *names: str) -> Said:
    return [(name, label(name), [str(saved.fields[name] or "")]) for name in names]


def _unit(saved: Draft) -> Said:
    fields = saved.fields
    survey = [fields["survey_asker"], str(fields["survey_place"] or "")]
    paper = [fields["survey_number"], _day(fields["survey_on"])]
    kind = str(Proposal.Kind(fields["kind"]).label)
    recoverable = _("có thu hồi kinh phí") if fields["is_recoverable"] else ""
    return [
        *_texts(saved, "title"),
        ("kind", label("kind"), [", ".join(filter(None, [kind, recoverable]))]),
        *_texts(saved, "partner"),
        (
            "survey_place",
            _("Khảo sát nhu cầu"),
            [", ".join(filter(None, survey)), ", ".join(filter(None, paper))],
        ),
    ]


def _content(saved: Draft) -> Said:
    activities = []
    for row in saved.activities:
        text = f"{row.activity}: {row.units} {row.activity.unit or _('kết quả')}"
        if row.is_technology_line:
            text += ", " + _("dây chuyền công nghệ")
        if row.multiplier != 1:
            factor = factor_text(row.multiplier)
            text += ", " + _("hệ số {n}: {why}").format(n=factor, why=row.multiplier_reason)
        activities.append(text)
    places = [place_text(row) for row in saved.places]
    return [
        ("activity", _("Nội dung hoạt động"), activities),
        ("places", _("Địa điểm thực hiện"), ["; ".join(places)]),
        *_texts(saved, "necessity", "content"),
    ]


def _goals(saved: Draft, names: dict[str, str]) -> Said:
    claims = [f"{target.name}: {quantity} {target.unit}" for target, quantity in saved.claims]
    goals = [names.get(f"objective-{pk}", "") for pk in saved.objective_ids]
    return [
        *_texts(saved, "goals", "expected_output", "effect"),
        ("claims", _("Góp vào chỉ tiêu"), claims),
        ("objectives", _("Mục tiêu phục vụ"), goals),
    ]


def _costs(saved: Draft, names: dict[str, str]) -> Said:
    rows = [
        _("{n}. {name}: {quantity} {unit} × {price} = {amount} đồng").format(
            n=number,
            name=row.name or _("(chưa có tên)"),
            quantity=quantity_text(row.quantity),
            unit=row.unit,
            price=money.format_dong(row.unit_price),
            amount=money.format_dong(row.total()),
        )
        + _split(row.shares, names)
        for number, row in enumerate(saved.cost_rows, start=1)
    ]
    return [("cost_items", _("Các dòng dự toán"), rows)]


def _split(shares: dict[str, int], names: dict[str, str]) -> str:
    """Which source pays how much of a line."""
    parts = [
        f"{names.get(code, code)} {money.format_dong(part)}"
        for code, part in shares.items()
        if part
    ]
    return f" ({', '.join(parts)})" if parts else ""


def _schedule(saved: Draft, names: dict[str, str]) -> Said:
    funding: list[str] = [
        _("{source} năm {year}: {amount} đồng").format(
            source=names.get(code, code), year=year, amount=money.format_dong(amount)
        )
        for (code, year), amount in saved.funding.items()
        if amount
    ]
    days = [("starts_on", _("Ngày bắt đầu")), ("ends_on", _("Ngày kết thúc"))]
    return [
        *((name, title, [_day(saved.fields[name])]) for name, title in days),
        *_texts(saved, "organisation_plan"),
        ("funding_lines", _("Nguồn vốn theo năm"), funding),
    ]


def _day(day: Any) -> str:
    return f"{day:%d/%m/%Y}" if day else ""
