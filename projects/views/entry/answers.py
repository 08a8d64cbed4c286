"""8. Kiểm tra và trình: every answer with its way back, every fault, every check, one press."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from khuyencong.core import permissions
from khuyencong.core.refusals import Fault, Refused
from projects import fixes, justifications
from projects.checks import Outcome
from projects.dossier_parts import LAST
from projects.firing import fire
from projects.forms.draft import whole_number
from projects.forms.entry import as_draft
from projects.forms.justification import JustificationForm
from projects.forms.versions import names_of
from projects.models import Proposal
from projects.views.entry import page, sendoff, taken, unsent
from projects.views.entry.sending import now
from projects.views.entry.summary import address_of, cards, papers_given
from projects.views.lookup import proposal_or_404


def answers(request: HttpRequest, proposal: Proposal) -> HttpResponse:
    """Shown; the reasons written here are saved with «Lưu nháp» and before each submission."""
    if request.method != "POST":
        kept = unsent.take(request)
        told = request.session.pop(f"faults-{proposal.pk}", [])
        faults = [Fault(message, name) for message, name in told]
        return shown(request, proposal, faults, typed=kept)
    action = request.POST.get("action", "save")
    if action == "check":
        return checked(request, proposal)
    boxes = reasons(page.outcome_of(proposal), request.POST)
    wrong = [pair for form in boxes.values() for pair in _pairs(form)]
    if wrong:
        if unsent.wants_data(request):
            return page.faults(wrong)
        return shown(request, proposal, refused=wrong, typed=request.POST)
    justifications.save(proposal, [form.written() for form in boxes.values()], by=request.user)
    taken.note(request)
    if action == "submit":
        return submit(request, proposal)
    if action == "autosave":
        return checked(request, proposal, saved=True)
    text = _("Đã lưu nháp {code} lúc {time}.")
    messages.success(request, text.format(code=proposal.code, time=now()))
    return redirect("proposal_section", code=proposal.code, section=LAST)


def reasons(outcome: Outcome, data: Any = None) -> dict[str, JustificationForm]:
    """Boxes of each warning; one that the sent page did not have yet keeps what it has."""
    return {
        check.key: JustificationForm(data, check=check)
        for check in outcome.warnings
        if data is None or f"justify-{check.key}-reason" in data
    }


def _pairs(form: JustificationForm) -> list[tuple[str, str]]:
    """Its faults with the boxes they are about."""
    form.is_valid()
    return [
        (str(message), form[name].id_for_label)
        for name, messages in form.errors.items()
        for message in messages
    ]


def checked(request: HttpRequest, proposal: Proposal, *, saved: bool = False) -> HttpResponse:
    context = page.frame(request, proposal, LAST)
    answer = page.surroundings(request, context)
    if saved:
        answer |= {"version": proposal.version, "saved_at": now()}
    return JsonResponse(answer)


def submit(request: HttpRequest, proposal: Proposal) -> HttpResponse:
    """Send it for review; a second press of the same page sends nothing."""
    expected = whole_number(request.POST.get("expected_version"))
    try:
        fire(proposal, "submit", by=request.user, expected_version=expected)
    except Refused as refused:
        fresh = proposal_or_404(request, proposal.code)
        if is_repeated(request, fresh):
            return submitted_already(request, fresh)
        reason = permissions.refusal(request.user, "projects.proposal.edit", fresh)
        if reason:
            return page.closed(request, fresh, reason)
        return shown(request, fresh, refused.faults, kept=True)
    text = _("Đã trình {code} lúc {time}.")
    messages.success(request, text.format(code=proposal.code, time=now()))
    return redirect("proposal_detail", code=proposal.code)


def shown(
    request: HttpRequest,
    proposal: Proposal,
    faults: list[Fault] | None = None,
    *,
    refused: list[tuple[str, str]] | None = None,
    kept: bool = False,
    typed: Any = None,
) -> HttpResponse:
    """``refused``: reasons that cannot be kept; ``kept``: saved, but not submitted."""
    context = page.frame(request, proposal, LAST)
    outcome = context["outcome"]
    boxes = reasons(outcome) | (reasons(outcome, typed) if typed is not None else {})
    names = names_of(proposal, context["sources"])
    papers = papers_given(context["papers"])
    told = [(fault.message, address_of(proposal, fault.field)) for fault in faults or []]
    told += [(message, f"#{box}") for message, box in refused or []]
    context |= {
        "cards": cards(proposal, as_draft(proposal), context["sections"], names, papers),
        "rows": [
            {
                "check": check,
                "fixable": fixes.is_fixable(check),
                "form": boxes.get(check.key),
            }
            for check in outcome.by_weight
        ],
        "faults": told,
        "version": proposal.version,
        "sendoff": sendoff.sentence(proposal, context["papers"]),
        "refused": refused,
        "kept": kept,
        "returned_text": typed is not None and refused is None,
        "has_errors": bool(told),
    }
    status = 422 if told and request.method == "POST" else 200
    return render(request, "projects/entry/answers.html", context, status=status)


def is_repeated(request: HttpRequest, proposal: Proposal) -> bool:
    """Whether this page has been sent before: it submitted what it was made from."""
    return (
        request.POST.get("action") == "submit"
        and proposal.status in (Proposal.Status.SUBMITTED, Proposal.Status.IN_REVIEW)
        and proposal.submitted_by_id == request.user.pk
        and proposal.version == whole_number(request.POST.get("expected_version")) + 1
    )


def submitted_already(request: HttpRequest, proposal: Proposal) -> HttpResponse:
    text = _("{code} đã được trình ở lần bấm trước; không trình thêm lần nữa.")
    messages.info(request, text.format(code=proposal.code))
    return redirect("proposal_detail", code=proposal.code)
