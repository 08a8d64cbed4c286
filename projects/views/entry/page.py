"""What the pages of a draft show: one part, with the rail of all parts, the sums and the checks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from khuyencong.core import clock
from khuyencong.core.refusals import Fault
from programmes.models import FundingSource
from projects import checks, guards, papers_of_dossier, returns
from projects.dossier_parts import CODES, LAST, section_of
from projects.drafts import Draft
from projects.forms.draft import whole_number
from projects.forms.entry import PartEntry, as_draft
from projects.forms.offered import sources_of, years_of
from projects.forms.sections import sections
from projects.forms.totals import totals
from projects.forms.versions import Difference, base_of
from projects.models import Proposal
from projects.views.entry import taken
from projects.views.entry.said import said_here
from projects.views.entry.unsent import mark_of


def frame(
    request: HttpRequest,
    proposal: Proposal,
    section: str,
    *,
    wrong: Iterable[str] = (),
    draft: Draft | None = None,
    sources: list[FundingSource] | None = None,
) -> dict[str, Any]:
    """What stands around every part. ``draft``: what is typed, where it is not saved yet."""
    papers = papers_of_dossier.section(proposal, request.user)
    # The last page and the act itself ask everything; beside a part stands what its boxes lack.
    asked = guards.complete(proposal) if section == LAST else guards.filled(proposal)
    missing = list(asked) if section == LAST else [*asked, *papers.faults]
    saved = as_draft(proposal)
    sources = sources_of(proposal) if sources is None else sources
    outcome = outcome_of(proposal, draft)
    there = (papers.there, papers.needed)
    sent_back = returns.standing(proposal)
    asked = returns.untouched(proposal, sent_back)
    found = sections(missing, wrong, saved, there, outcome.open_count, asked)
    lacking = len(missing) + outcome.open_count
    number = CODES.index(section)
    back = request.POST.get("back") or request.GET.get("back")
    return {
        "proposal": proposal,
        "section": found[number],
        "sections": found,
        "next_section": found[number + 1] if section != LAST else None,
        "missing": missing,
        "returns": sent_back,
        "said_here": said_here(proposal, section, sent_back),
        "papers": papers,
        "sources": sources,
        "outcome": outcome,
        "lacking": lacking,
        "lack": lack_words(lacking),
        "totals": totals(draft or saved, sources, years_of(proposal)),
        "back": LAST if back == LAST and section != LAST else "",
        "mark": mark_of(request.user),
        "taken": taken.words(request),
        "is_illustration": proposal.programme.is_illustration,
    }


def lack_words(lacking: int) -> str:
    """How far it is from being submitted, as the foot of every part says it."""
    if not lacking:
        return _("Đủ để trình")
    text = ngettext("Còn %(n)s mục để trình", "Còn %(n)s mục để trình", lacking)
    return text % {"n": lacking}


def outcome_of(proposal: Proposal, draft: Draft | None = None) -> checks.Outcome:
    """What the checks say today of what is saved, or of what is typed."""
    case = checks.Case.of_draft(proposal, draft) if draft else checks.Case.of(proposal)
    return checks.run(case, clock.today())


def show(
    request: HttpRequest,
    entry: PartEntry,
    faults: list[Fault] | None = None,
    *,
    said: bool = False,
    refused: bool = False,
    returned_text: bool = False,
) -> HttpResponse:
    """A part. ``refused``: nothing was saved; ``returned_text``: typed before the log-in."""
    faults = faults or []
    unread = entry.faults()
    entry.say(faults)
    pasted = getattr(entry, "pasted", None)
    pasted_faults = [(str(fault), "id_cost_items") for fault in pasted.faults] if pasted else []
    boxes = [box for _message, box in unread]
    context = frame(
        request,
        entry.proposal,
        entry.code,
        wrong=boxes,
        draft=entry.whole() if entry.data is not None else None,
        sources=entry.sources,
    )
    if not faults:
        entry.say(entry.notices(context["missing"]))
    context |= {
        "entry": entry,
        "form": entry.form,
        "base": _base(request, entry),
        "version": _version(request, entry),
        "faults": [fault for fault in faults if section_of(fault.field) == entry.code],
        "faults_elsewhere": [fault for fault in faults if section_of(fault.field) != entry.code],
        "unread": (pasted_faults or unread) if said else [],
        "pasted": pasted,
        "refused": refused,
        "bound": entry.data is not None,
        "returned_text": returned_text,
        "has_errors": bool(faults or (said and (unread or pasted_faults))),
    }
    wrong = refused or context["has_errors"]
    status = 422 if wrong and request.method == "POST" else 200
    return render(request, "projects/proposal_edit.html", context, status=status)


def versions(
    request: HttpRequest,
    entry: PartEntry,
    rows: list[Difference],
    choices: dict[str, str],
    *,
    said: bool = False,
) -> HttpResponse:
    """Both versions of each piece that differs; everything typed goes along unseen."""
    last = entry.proposal.updated_at
    kept = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in _OWN and not name.startswith("choose-")
        for value in values
    ]
    picked = [(row, choices.get(row.key) or row.default) for row in rows]
    unchosen = [
        (_("Chọn một bản cho «{title}».").format(title=row.title), f"id_{row.box}")
        for row, choice in picked
        if not choice
    ]
    context = frame(request, entry.proposal, entry.code, sources=entry.sources) | {
        "rows": picked,
        "kept": kept,
        "unchosen": unchosen if said else [],
        "other_time": f"{timezone.localtime(last):%H:%M}" if last else "",
        "other": entry.proposal.edited_by,
        "has_errors": True,
    }
    return render(request, "projects/entry/versions.html", context, status=409)


# What a script sends to know the text again («sent») goes along, so that the choice ends it.
_OWN = ("csrfmiddlewaretoken", "action", "expected_version", "base", "mark")


def fragments(request: HttpRequest, entry: PartEntry, *, saved: bool = False) -> HttpResponse:
    """What a script puts in place after saving, or after each pause in typing."""
    wrong = [box for _message, box in entry.faults()]
    whole = entry.whole() if entry.data is not None else None
    context = frame(
        request, entry.proposal, entry.code, wrong=wrong, draft=whole, sources=entry.sources
    )
    answer = surroundings(request, context)
    if saved:
        answer |= {
            "version": entry.proposal.version,
            "saved_at": f"{timezone.localtime(clock.now()):%H:%M}",
            "base": base_of(entry.saved_part()),
            "said": [
                {"message": fault.message, "box": f"id_{fault.field}"}
                for fault in entry.notices(context["missing"])
                if fault.field in entry.form.fields
            ],
        }
    return JsonResponse(answer)


def surroundings(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """For a script: all that changes around the boxes, and how much is left in words."""
    return {
        "fragments": pieces(request, context),
        "lacking": context["lacking"],
        "lack": context["lack"],
    }


def pieces(request: HttpRequest, context: dict[str, Any]) -> dict[str, str]:
    """The parts of the page that change while a person types, by the id they stand in."""
    templates = {
        "rail": "projects/entry/_rail.html",
        "totals": "projects/entry/_totals.html",
        "checks": "projects/_checks.html",
    }
    return {
        name: render_to_string(template, context, request) for name, template in templates.items()
    }


def faults(found: Iterable[tuple[str, str]]) -> HttpResponse:
    """What cannot be read, for a script to put beside its boxes."""
    told = [{"message": message, "box": box} for message, box in found]
    return JsonResponse({"faults": told}, status=422)


def closed(request: HttpRequest, proposal: Proposal, reason: str) -> HttpResponse:
    """Yours to see, not to change now: the reason in words."""
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"message": reason}, status=403)
    context: dict[str, Any] = {
        "title": _("Không sửa được hồ sơ này"),
        "text": reason,
        "proposal": proposal,
        "is_illustration": proposal.programme.is_illustration,
    }
    return render(request, "projects/closed.html", context, status=403)


def _base(request: HttpRequest, entry: PartEntry) -> str:
    """What the page began from: kept while it is shown again unsaved."""
    sent = entry.data.get("base") if entry.data is not None else None
    return sent if sent is not None else base_of(entry.saved_part())


def _version(request: HttpRequest, entry: PartEntry) -> int:
    if entry.data is None:
        return entry.proposal.version
    return whole_number(entry.data.get("expected_version"))
