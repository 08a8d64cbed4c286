"""Quy trình thẩm định: every version of every chain, and the administrator's acts on them."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.contrib import messages
from django.db import transaction
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from khuyencong.core import audit, clock
from khuyencong.core.refusals import Refused
from khuyencong.core.token_views import administrators_only
from programmes.models import FundingSource
from projects import chain_steps, chains
from projects.chains import Use
from projects.forms.chains import EndForm, VersionEntry
from projects.models import ReviewChain, ReviewStep


@dataclass(frozen=True)
class Version:
    """A version as the list shows it."""

    chain: ReviewChain
    steps: list[tuple[ReviewStep, str]]
    use: Use
    state: str  # past, now or coming


@dataclass
class Line:
    """One chain of a source: its versions, the newest first."""

    source: FundingSource
    code: str
    versions: list[Version] = field(default_factory=list)


def _visible(request: HttpRequest) -> QuerySet[ReviewChain]:
    return ReviewChain.objects.visible_to(request.user).select_related("source", "province")


@administrators_only
def chain_list(request: HttpRequest) -> HttpResponse:
    rows = _visible(request).prefetch_related("steps")
    found = list(
        rows.order_by(
            "source__position", "province_id", "code", F("valid_from").desc(nulls_last=True)
        )
    )
    uses = chains.uses_of(found)
    lines: dict[str, Line] = {}
    for chain in found:
        line = lines.setdefault(chain.code, Line(chain.source, chain.code))
        line.versions.append(
            Version(
                chain,
                [(step, chain_steps.in_words(step)) for step in chain.steps.all()],
                uses.get(chain.pk, Use()),
                _state(chain),
            )
        )
    return render(request, "projects/chain_list.html", {"lines": list(lines.values())})


def _state(chain: ReviewChain) -> str:
    today = clock.today()
    if chain.valid_to and chain.valid_to < today:
        return "past"
    return "coming" if chain.valid_from and chain.valid_from > today else "now"


@administrators_only
def chain_version(request: HttpRequest, pk: int) -> HttpResponse:
    """Thêm phiên bản có hiệu lực từ…, begun from an earlier one."""
    chain = get_object_or_404(_visible(request), pk=pk)
    if request.method != "POST":
        return _page(request, chain, VersionEntry(chain, is_new=True), is_new=True)
    entry, asks = _sent(request, chain, is_new=True)
    if asks:
        return _page(request, chain, entry, is_new=True)
    if entry.is_valid() and not list(entry.rows.faults()):
        try:
            made = chains.add_version(chain, entry.terms(), by=request.user)
        except Refused as refused:
            entry.add_faults(refused.faults)
            return _page(request, chain, entry, is_new=True, status=refused.status)
        said = _("Đã thêm phiên bản có hiệu lực từ {day}. Hồ sơ đang chạy giữ phiên bản của mình.")
        messages.success(request, said.format(day=f"{made.valid_from:%d/%m/%Y}"))
        return redirect("chain_list")
    return _page(request, chain, entry, is_new=True, status=422)


@administrators_only
def chain_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """In place while no dossier was submitted under the version; afterwards only its end."""
    chain = get_object_or_404(_visible(request), pk=pk)
    if request.POST.get("end") or chains.is_used(chain):
        return _end(request, chain)
    if request.method != "POST":
        return _page(request, chain, VersionEntry(chain, is_new=False), is_new=False)
    entry, asks = _sent(request, chain, is_new=False)
    if asks:
        return _page(request, chain, entry, is_new=False)
    if entry.is_valid() and not list(entry.rows.faults()):
        try:
            chains.revise(chain, entry.terms(), by=request.user)
        except Refused as refused:
            entry.add_faults(refused.faults)
            return _page(request, chain, entry, is_new=False, status=refused.status)
        messages.success(request, _("Đã ghi quy trình."))
        return redirect("chain_list")
    return _page(request, chain, entry, is_new=False, status=422)


def _sent(request: HttpRequest, chain: ReviewChain, *, is_new: bool) -> tuple[VersionEntry, bool]:
    """What was typed; and whether only a row more or less was asked for."""
    action = request.POST.get("action", "")
    number = action.removeprefix("remove-steps-")
    gone = int(number) if number != action and number.isascii() and number.isdigit() else None
    entry = VersionEntry(chain, request.POST, is_new=is_new, without=gone)
    return entry, action == "add" or gone is not None


def _end(request: HttpRequest, chain: ReviewChain) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = EndForm(data, initial={"valid_to": chain.valid_to})
    status = 200
    if data is not None:
        status = 422
        if form.is_valid():
            try:
                with transaction.atomic():
                    chains.end(chain, form.cleaned_data["valid_to"], by=request.user)
            except Refused as refused:
                form.add_faults(refused.faults)
                status = refused.status
            else:
                messages.success(request, _("Đã ghi ngày hết hiệu lực."))
                return redirect("chain_list")
    context = {
        "chain": chain,
        "form": form,
        "steps": [(step, chain_steps.in_words(step)) for step in chain.steps.all()],
        "trail": _trail(chain),
    }
    return render(request, "projects/chain_end.html", context, status=status)


def _page(
    request: HttpRequest,
    chain: ReviewChain,
    entry: VersionEntry,
    *,
    is_new: bool,
    status: int = 200,
) -> HttpResponse:
    context = {
        "chain": chain,
        "entry": entry,
        "form": entry.form,
        "faults": entry.faults() if status != 200 else [],
        "has_errors": status != 200,
        "is_new": is_new,
        "trail": _trail(chain),
    }
    return render(request, "projects/chain_form.html", context, status=status)


def _trail(chain: ReviewChain) -> list[str]:
    return [audit.sentence(entry) for entry in audit.trail(chain)]
