"""One list: ticked, ordered and explained while it is a draft; read once it was sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from khuyencong.core import audit, permissions, roles
from khuyencong.core.refusals import Fault, Refused, Stale
from projects.annual import candidates, plans, room
from projects.annual.rows import Row, offered, rows_of
from projects.forms.draft import whole_number
from projects.models import AnnualPlan, Proposal
from projects.views.annual import ticks
from projects.views.annual.found import not_now, plan_or_404, refuse_unless, wrong_state

EDIT = "projects.annual.edit"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, code: str) -> HttpResponse:
    plan = plan_or_404(request, code)
    is_draft = plan.state == AnnualPlan.Status.DRAFT
    if request.method == "POST":
        refuse_unless(request, EDIT, plan)
        if not is_draft:
            return not_now(request, plan, plan.title, wrong_state(plan))
        return _answer(request, plan)
    edits = is_draft and permissions.refusal(request.user, EDIT, plan) is None
    rows = offered(plan) if edits else rows_of(plan)
    return _shown(request, plan, rows, edits=edits)


def _answer(request: HttpRequest, plan: AnnualPlan) -> HttpResponse:
    """Show what was sent anew, or write it. Nothing ticked or typed is lost on the way."""
    rows = offered(plan)
    stored = {row.code for row in rows if row.item}
    faults = ticks.take(request.POST, rows)
    rows = ticks.sorted_rows(rows)
    action = request.POST.get("viec", "")[:40]
    if action == "luu":
        if not faults:
            try:
                after = plans.write(
                    plan,
                    ticks.entries(rows),
                    by=request.user,
                    expected_version=whole_number(request.POST.get("expected_version")),
                )
            except Stale as stale:
                return _stale(request, plan, rows, stale, stored)
            except Refused as refused:
                faults = refused.faults
            else:
                _say(request, plan, after)
                return redirect("annual_plan", code=plan.code)
        return _shown(request, plan, rows, edits=True, faults=faults, status=422)
    if faults:
        return _shown(request, plan, rows, edits=True, faults=faults, status=422)
    if action == "goi-y":
        rows = ticks.suggested(rows)
    elif action.startswith((ticks.UP, ticks.DOWN)):
        rows = ticks.moved(rows, action)
    elif action != "tinh-lai":
        faults = [Fault(_("Chọn việc cần làm: tính lại, xếp theo gợi ý hoặc lưu danh mục."))]
    status = 422 if faults else 200
    unsaved = not faults
    rows = ticks.renumbered(rows)
    return _shown(request, plan, rows, edits=True, faults=faults, status=status, unsaved=unsaved)


def _say(request: HttpRequest, before: AnnualPlan, after: AnnualPlan) -> None:
    if after.version == before.version:
        messages.info(request, _("Danh mục không có gì thay đổi."))
    else:
        messages.success(request, _("Đã lưu danh mục {code}.").format(code=after.code))


def _stale(
    request: HttpRequest, plan: AnnualPlan, rows: list[Row], stale: Stale, stored: set[str]
) -> HttpResponse:
    """Another window was quicker: what it wrote is said, what was ticked here stands ready."""
    ticked = {row.code for row in rows if row.chosen}
    faults = list(stale.faults)
    if mine := sorted(ticked - stored):
        said = _("Có ở trang này, chưa có trong danh mục đã lưu: {codes}.")
        faults.append(Fault(said.format(codes=", ".join(mine))))
    if theirs := sorted(stored - ticked):
        said = _("Có trong danh mục đã lưu, không đánh dấu ở trang này: {codes}.")
        faults.append(Fault(said.format(codes=", ".join(theirs))))
    faults.append(Fault(_("Xem lại rồi bấm «Lưu danh mục»: danh mục sẽ theo trang này.")))
    return _shown(request, plan, rows, edits=True, faults=faults, status=412)


def _shown(
    request: HttpRequest,
    plan: AnnualPlan,
    rows: Sequence[Row],
    *,
    edits: bool,
    faults: Sequence[Fault] = (),
    status: int = 200,
    unsaved: bool = False,
) -> HttpResponse:
    found = room.of(plan)
    chosen = [row for row in rows if row.chosen]
    found.chosen = sum(row.appraised for row in chosen)
    found.chosen_later = sum(row.later_appraised for row in chosen)
    context: dict[str, Any] = {
        "plan": plan,
        "rows": rows,
        "room": found,
        "chosen": chosen,
        "requested": sum(row.requested for row in chosen),
        "approved": sum(row.approved or 0 for row in chosen),
        "has_later": any(row.later_requested for row in rows),
        "faults": faults,
        "has_errors": bool(faults),
        "unsaved": unsaved,
        "edits": edits,
        "is_illustration": plan.programme.is_illustration,
        **_ways(request, plan),
    }
    if edits:
        context["elsewhere"] = _elsewhere(plan)
        template = "projects/annual/edit.html"
    else:
        _mark_open(request, rows)
        context["trail"] = [
            (entry, audit.sentence(entry)) for entry in audit.trail(plan).order_by("-seq")[:50]
        ]
        template = "projects/annual/detail.html"
    return render(request, template, context, status=status)


def _mark_open(request: HttpRequest, rows: Sequence[Row]) -> None:
    """The office that decides sees the list before the dossiers have come to it."""
    if request.user.may(roles.SEE_PROVINCE) or request.user.organisation.is_industry_department:
        return
    asked = [row.proposal.pk for row in rows]
    seen = Proposal.objects.visible_to(request.user).filter(pk__in=asked)
    opened = set(seen.values_list("pk", flat=True))
    for row in rows:
        row.opens = row.proposal.pk in opened


def _ways(request: HttpRequest, plan: AnnualPlan) -> dict[str, bool]:
    """Which of the next steps are open to this person now."""
    states = AnnualPlan.Status
    return {
        "may_send": plan.state == states.DRAFT
        and permissions.refusal(request.user, "projects.annual.send", plan) is None,
        "may_decide": plan.state == states.SENT
        and permissions.refusal(request.user, "projects.annual.decide", plan) is None,
        "may_close": plan.state == states.SENT
        and permissions.refusal(request.user, "projects.annual.close", plan) is None,
        "may_import": permissions.refusal(request.user, "projects.import.annual") is None,
    }


def _elsewhere(plan: AnnualPlan) -> list[str]:
    """Dossiers of the same year and source that stand in other lists, in words."""
    items = candidates.elsewhere(plan).select_related("plan", "track__proposal")
    return [
        _("{code} đang ở danh mục {plan}").format(
            code=item.track.proposal.code, plan=item.plan.code
        )
        for item in items.order_by("track__proposal__code")[:50]
    ]
