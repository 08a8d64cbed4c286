"""Set up a panel: its decision, its members row by row, the dossiers it considers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from khuyencong.core import permissions
from khuyencong.core.papers import Paper
from khuyencong.core.refusals import Fault, Refused
from projects.forms.panel import PanelForm, Pool, SeatForm, Seats
from projects.models import Panel, PanelMember, Proposal
from projects.panels import convening

ROWS, MORE, MOST = 7, 6, 25


def new(request: HttpRequest) -> HttpResponse:
    if reason := permissions.refusal(request.user, "projects.panel.convene"):
        raise PermissionDenied(reason)
    pool = Pool(request.user)
    if request.method != "POST":
        form = PanelForm(user=request.user, initial=_asked(request))
        return _page(request, form, _blank(request, pool), pool)
    form = PanelForm(request.POST, request.FILES, user=request.user)
    if "them-dong" in request.POST:
        return _page(request, form, _with_more_rows(request, pool), pool)
    seats = Seats(request.POST, prefix="tv", form_kwargs={"pool": pool})
    faults: list[Fault] = []
    valid = [form.is_valid(), seats.is_valid()]
    if all(valid):
        panel, faults = _convene(request, form, seats)
        if panel is not None:
            messages.success(request, _("Đã lập hội đồng {code}.").format(code=panel.code))
            return redirect("panel_detail", code=panel.code)
    return _page(request, form, seats, pool, faults, status=422)


def _asked(request: HttpRequest) -> dict[str, Any]:
    """A link from a dossier brings its code along."""
    code = request.GET.get("de-an", "")
    if not code:
        return {}
    rows = Proposal.objects.visible_to(request.user).filter(code=code)
    return {"proposals": [str(pk) for pk in rows.values_list("pk", flat=True)]}


def _blank(request: HttpRequest, pool: Pool) -> Any:
    """Rows to fill in: as many as the decision names, the first two being chair and secretary."""
    asked = request.GET.get("dong", "")
    count = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else ROWS
    count = min(max(count, convening.LEAST), MOST)
    kinds = PanelMember.Seat
    seats = [kinds.CHAIR, kinds.SECRETARY, *[kinds.MEMBER] * (count - 2)]
    return Seats(
        prefix="tv", initial=[{"seat": seat} for seat in seats], form_kwargs={"pool": pool}
    )


def _with_more_rows(request: HttpRequest, pool: Pool) -> Any:
    """The rows as they were typed, and some empty ones below."""
    sent = request.POST.copy()
    count = sent.get("tv-TOTAL_FORMS", "")
    known = int(count) if count.isascii() and count.isdigit() and len(count) < 4 else ROWS
    sent["tv-TOTAL_FORMS"] = str(min(known + MORE, MOST))
    for row in range(known, min(known + MORE, MOST)):
        sent.setdefault(f"tv-{row}-seat", PanelMember.Seat.MEMBER)
    return Seats(sent, prefix="tv", form_kwargs={"pool": pool})


def _convene(request: HttpRequest, form: PanelForm, seats: Any) -> tuple[Panel | None, list[Fault]]:
    found, paper = form.cleaned_data, Paper()
    try:
        with transaction.atomic():
            paper = form.paper(request.user)
            panel = convening.convene(
                name=found["name"],
                meets_on=found["meets_on"],
                venue=found["venue"],
                seats=entered(seats.forms),
                proposals=form.chosen(),
                paper=paper,
                by=request.user,
                form_key=found["form_key"],
            )
    except Refused as refused:
        forget(paper)
        return None, told(form, refused)
    return panel, []


def entered(forms: list[SeatForm]) -> list[convening.Seat]:
    return [seat for one in forms if (seat := one.seat_entered())]


def forget(paper: Paper) -> None:
    """After a refusal: the row went with the transaction, its bytes must not stay behind."""
    if paper.file is not None:
        paper.file.content.delete(save=False)


def told(form: Any, refused: Refused) -> list[Fault]:
    """Each fault at its box where it has one; the others come back."""
    rest = []
    for fault in refused.faults:
        if fault.field in form.fields:
            form.add_error(fault.field, fault.message)
        else:
            rest.append(fault)
    return rest


def _page(
    request: HttpRequest,
    form: PanelForm,
    seats: Any,
    pool: Pool,
    faults: list[Fault] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "seats": seats,
        "pool": pool,
        "faults": faults or [],
        "most": MOST,
        "has_errors": status != 200,
    }
    return render(request, "projects/panel_new.html", context, status=status)
