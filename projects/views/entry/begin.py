"""Begin a draft: a new one, or an earlier proposal registered again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from khuyencong.core import permissions
from khuyencong.core.refusals import Refused
from projects import drafts
from projects.dossier_parts import CODES
from projects.forms.draft import AgainForm, NewProposalForm, open_programmes
from projects.models import Proposal
from projects.views.entry import unsent
from projects.views.lookup import proposal_or_404


# It may be sent after the session has ended: what was typed is kept first.
@login_not_required
def new(request: HttpRequest) -> HttpResponse:
    """Lập đề án: programme, year, title and kind make a draft; the rest is its form."""
    if not request.user.is_authenticated:
        return unsent.login_first(request)
    reason = permissions.refusal(request.user, "projects.proposal.create")
    if reason:
        raise PermissionDenied(reason)
    programmes = open_programmes(request.user)
    kept = unsent.take(request) if request.method == "GET" else None
    form = NewProposalForm(kept or _sent(request), programmes=programmes)

    def make() -> Proposal:
        return drafts.create(
            form.chosen,
            form.cleaned_data["plan_year"],
            title=form.cleaned_data["title"],
            kind=form.cleaned_data["kind"],
            by=request.user,
            form_key=form.cleaned_data.get("form_key"),
        )

    if kept is None and (made := _made(form, make)) is not None:
        messages.success(request, _("Đã lập nháp {code}.").format(code=made.code))
        return redirect("proposal_section", code=made.code, section=CODES[0])
    context = {
        "form": form,
        "programmes": programmes,
        "mark": unsent.mark_of(request.user),
        "returned_text": kept is not None,
        "is_illustration": bool(programmes) and all(row.is_illustration for row in programmes),
    }
    return _shown(request, "projects/proposal_new.html", context)


def again(request: HttpRequest, code: str) -> HttpResponse:
    """Đăng ký lại: a new draft from what was refused or withdrawn, tied to it."""
    old = proposal_or_404(request, code)
    reason = permissions.refusal(request.user, "projects.proposal.register_again", old)
    if reason:
        context = {"title": _("Không đăng ký lại được"), "text": reason, "proposal": old}
        return render(request, "projects/closed.html", context, status=403)
    programmes = open_programmes(request.user)
    form = AgainForm(_sent(request), programmes=programmes, old=old)

    def make() -> Proposal:
        return drafts.register_again(
            old,
            form.chosen,
            form.cleaned_data["plan_year"],
            by=request.user,
            form_key=form.cleaned_data.get("form_key"),
        )

    if (made := _made(form, make)) is not None:
        text = _("Đã đăng ký lại {old} thành nháp {code}. Xem lại từng phần rồi trình.")
        messages.success(request, text.format(old=old.code, code=made.code))
        return redirect("proposal_section", code=made.code, section=CODES[0])
    context = {
        "form": form,
        "proposal": old,
        "programmes": programmes,
        "is_illustration": old.programme.is_illustration,
    }
    return _shown(request, "projects/proposal_again.html", context)


new.after_csrf_failure = unsent.after_csrf_failure


def _sent(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _made(form: NewProposalForm, make: Callable[[], Proposal]) -> Proposal | None:
    """The draft of a form that was sent and can be read; its refusals stand in the form."""
    if not form.is_bound or not form.is_valid():
        return None
    try:
        return make()
    except Refused as refused:
        form.add_faults(refused.faults)
        return None


def _shown(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    errors = bool(context["form"].errors)
    context["has_errors"] = errors
    refused = errors and request.method == "POST"
    return render(request, template, context, status=422 if refused else 200)
