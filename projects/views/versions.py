"""Two rounds of a dossier side by side, and its whole trail in pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from khuyencong.core.refusals import Fault
from projects import timeline, unchanged, versions
from projects.changes import Change
from projects.dossier_parts import TITLES
from projects.models import Snapshot
from projects.views.lookup import proposal_or_404


def compare(request: HttpRequest, code: str) -> HttpResponse:
    """So sánh phiên bản: any two rounds, or a round and the dossier as it reads now."""
    proposal = proposal_or_404(request, code)
    rounds = versions.listed(proposal)
    old, new, faults = _chosen(request, rounds)
    compared = None
    if rounds and not faults:
        compared = versions.side_by_side(proposal, old, new)
    whole = bool(request.GET.get("tatca"))
    context = {
        "proposal": proposal,
        "is_illustration": proposal.programme.is_illustration,
        "rounds": rounds,
        "old": old,
        "new": new,
        "now": versions.NOW,
        "compared": compared,
        "whole": whole,
        "parts": _parts(compared, whole) if compared else [],
        "faults": faults,
        "has_errors": bool(faults),
    }
    status = 404 if faults else 200
    return render(request, "projects/proposal_compare.html", context, status=status)


def _chosen(request: HttpRequest, rounds: list[Snapshot]) -> tuple[int, int | None, list[Fault]]:
    """The two versions of the address; the last two where it names none."""
    known = {row.round for row in rounds}
    last = max(known, default=0)
    given_old, given_new = request.GET.get("tu", ""), request.GET.get("den", "")
    # A dossier submitted once can only be held against what it says now.
    new = _round(given_new) if given_new else last if last > 1 else None
    below = [number for number in known if number < (new or last + 1)]
    old = _round(given_old) if given_old else max(below, default=last)
    faults = [
        Fault(_("Đề án không có lần trình «{n}». Chọn trong danh sách.").format(n=given[:12]), box)
        for given, number, box in ((given_old, old, "tu"), (given_new, new, "den"))
        if given and number not in known and not (box == "den" and given == versions.NOW)
    ]
    return old or last, new, faults


def _round(given: str) -> int | None:
    return int(given) if given.isascii() and given.isdigit() and len(given) < 5 else None


def _parts(compared: versions.Compared, whole: bool) -> list[tuple[str, list[Change]]]:
    """Changes under the parts of the form; with ``whole`` what stayed the same too."""
    rows = list(compared.changes)
    if whole:
        rows += unchanged.between(compared.old, compared.new, compared.names)
    found: dict[str, list[Change]] = {code: [] for code in TITLES}
    for row in rows:
        found[row.section].append(row)
    return [(str(TITLES[code]), part) for code, part in found.items() if part]


def trail(request: HttpRequest, code: str) -> HttpResponse:
    """Nhật ký: every act on the dossier, in pages."""
    proposal = proposal_or_404(request, code)
    before = request.GET.get("truoc", "")
    context: dict[str, Any] = {
        "proposal": proposal,
        "is_illustration": proposal.programme.is_illustration,
        "timeline": timeline.page(proposal, request.user, before, timeline.AT_ONCE, scans=True),
    }
    return render(request, "projects/proposal_trail.html", context)
