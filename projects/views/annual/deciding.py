"""One decision entered for a whole list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from khuyencong.core import money
from khuyencong.core.papers import Paper
from khuyencong.core.refusals import Fault, Refused
from projects.annual import deciding, room
from projects.annual.deciding import Answer
from projects.annual.rows import Row, rows_of
from projects.forms.annual import DecisionForm
from projects.models import AnnualPlan, FundingLine
from projects.views.annual.found import not_now, plan_or_404, refuse_unless, wrong_state
from projects.views.transition import bound

YES, LEFT = "duyet", "de-lai"
RECOUNT = "tinh-lai"


@dataclass
class Box:
    """The amount of one year, as it stands in its box."""

    line: FundingLine
    typed: str
    fault: str = ""


@dataclass
class Asked:
    """One dossier on the form."""

    row: Row
    verdict: str
    why_not: str
    boxes: list[Box] = field(default_factory=list)


def _asked(rows: Sequence[Row]) -> list[Asked]:
    """What the form begins with: what was noted for the decision, else what was appraised."""
    found = []
    for row in rows:
        why = deciding.why_not(row)
        boxes = [
            Box(line, money.format_dong(deciding.default_of(row, line)))
            for line in row.lines
            if line.requested
        ]
        found.append(Asked(row, LEFT if why else YES, why, boxes))
    return found


def _take(sent: Any, asked: Sequence[Asked]) -> tuple[dict[int, Answer], list[Fault]]:
    answers, faults = {}, []
    for one in asked:
        verdict = sent.get(f"kq-{one.row.track.pk}", "")
        if one.why_not:
            continue
        one.verdict = verdict if verdict in (YES, LEFT) else ""
        amounts = {}
        for box in one.boxes:
            name = f"so-{box.line.pk}"
            if name not in sent:
                continue
            box.typed = sent[name][:60]
            if one.verdict != YES:
                continue
            try:
                if not box.typed.strip():
                    raise ValueError(_("Nhập số tiền; ghi 0 nếu không đồng ý khoản này."))
                amounts[box.line.pk] = money.parse(box.typed)
            except ValueError as error:
                box.fault = str(error)
                said = _("{code}, năm {year}: {fault}").format(
                    code=one.row.code, year=box.line.year, fault=error
                )
                faults.append(Fault(said, name))
        if one.verdict:
            answers[one.row.track.pk] = Answer(one.verdict == YES, amounts)
    return answers, faults


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, code: str) -> HttpResponse:
    plan = plan_or_404(request, code)
    refuse_unless(request, "projects.annual.decide", plan)
    title = _("Nhập quyết định")
    if plan.state != AnnualPlan.Status.SENT:
        return not_now(request, plan, title, wrong_state(plan))
    rows = rows_of(plan)
    outside = deciding.recorded_for(rows, request.user)
    if why := deciding.closed_to(rows, outside):
        return not_now(request, plan, title, why)
    asked = _asked(rows)
    form = DecisionForm(*bound(request), initial={"expected_version": plan.version})
    faults: list[Fault] = []
    recounts = request.method == "POST" and request.POST.get("viec") == RECOUNT
    if form.is_bound:
        answers, faults = _take(request.POST, asked)
        if form.is_valid() and not faults and not recounts:
            faults = _attempt(request, plan, form, answers)
            if not faults:
                return redirect("annual_plan", code=plan.code)
    found = room.of(plan)
    found.chosen = _total(asked, plan)
    context = {
        "plan": plan,
        "form": form,
        "faults": faults,
        "asked": asked,
        "outside": outside.organisation if outside else None,
        "room": found,
        "yes": YES,
        "left": LEFT,
        "has_errors": bool(faults or form.errors),
        "is_illustration": plan.programme.is_illustration,
    }
    context["recounted"] = recounts and not context["has_errors"]
    status = 422 if form.is_bound and not context["recounted"] else 200
    return render(request, "projects/annual/decide.html", context, status=status)


def anchored(faults: Sequence[Fault]) -> list[Fault]:
    """Faults of a dossier (``<id>:amount-<line>``) with the name of their box on this page."""
    found = []
    for fault in faults:
        _owner, colon, own = fault.field.partition(":")
        if not colon:
            found.append(fault)
        elif own.startswith("amount-"):
            found.append(Fault(fault.message, f"so-{own.removeprefix('amount-')}"))
        else:
            found.append(Fault(fault.message))
    return list(dict.fromkeys(found))


def _total(asked: Sequence[Asked], plan: AnnualPlan) -> int:
    """What the boxes of the plan's year add up to; what cannot be read counts nothing."""
    total = 0
    for one in asked:
        for box in one.boxes if one.verdict == YES else ():
            if box.line.year == plan.year and not box.fault and box.typed.strip():
                total += money.parse(box.typed)
    return total


def _attempt(
    request: HttpRequest, plan: AnnualPlan, form: DecisionForm, answers: dict[int, Answer]
) -> list[Fault]:
    paper = Paper()
    try:
        with transaction.atomic():
            paper = form.paper(request.user)
            after = deciding.decide(
                plan,
                answers,
                by=request.user,
                paper=paper,
                allots=form.cleaned_data["allots"],
                expected_version=form.cleaned_data["expected_version"],
            )
    except Refused as refused:
        if paper.file:
            # The row went with the transaction; its bytes must not stay behind.
            paper.file.content.delete(save=False)
        return anchored(refused.faults)
    count = sum(answer.approves for answer in answers.values())
    said = _("Đã ghi {paper}: phê duyệt {n} đề án của danh mục {code}.")
    messages.success(request, said.format(paper=after.decision.document, n=count, code=after.code))
    return []
