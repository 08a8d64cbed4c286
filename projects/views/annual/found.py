"""Find a list for a person: what they may not see is not there (404)."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from khuyencong.core import permissions, roles
from projects.annual import plans as _plans  # noqa: F401  registers rules and sentences
from projects.models import AnnualPlan

SEES = (roles.SEE_RECEIVED, roles.SEE_PROVINCE)


def sees_lists_or_404(request: HttpRequest) -> None:
    if not any(request.user.may(right) for right in SEES):
        raise Http404(_("Không có trang này, hoặc bạn không được xem."))


def plan_or_404(request: HttpRequest, code: str) -> AnnualPlan:
    rows = AnnualPlan.objects.visible_to(request.user).select_related(
        "programme__province",
        "source",
        "organisation",
        "submission",
        "decision__document",
        "sent_by",
    )
    found = rows.filter(code=code[:40]).first()
    if found is None:
        raise Http404(_("Không có danh mục này, hoặc bạn không được xem."))
    return found


def refuse_unless(request: HttpRequest, verb: str, plan: AnnualPlan) -> None:
    """403 with the reason for who may not do it at all."""
    if reason := permissions.refusal(request.user, verb, plan):
        raise PermissionDenied(reason)


def not_now(request: HttpRequest, plan: AnnualPlan, title: str, text: str) -> HttpResponse:
    """Yours but not now: the reason in words, nothing changed."""
    context = {
        "title": title,
        "text": text,
        "action_url": reverse("annual_plan", args=[plan.code]),
        "action_label": _("Về danh mục"),
    }
    return render(request, "core/message.html", context, status=409)


def wrong_state(plan: AnnualPlan) -> str:
    return _("Danh mục {code} đang ở trạng thái «{state}», không làm được việc này.").format(
        code=plan.code, state=plan.get_state_display()
    )
