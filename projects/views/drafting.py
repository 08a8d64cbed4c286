"""Enter a proposal: begin it, save it at any completeness, check and submit it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from khuyencong.core import clock, permissions
from khuyencong.core.refusals import Fault, Refused, Stale
from programmes.models import FundingSource
from projects import drafts, guards, loading
from projects.firing import fire
from projects.forms.costs import ROWS_MAX, ROWS_MORE, FundingForm, cost_rows, readable
from projects.forms.draft import DraftForm, NewProposalForm, sections
from projects.models import Proposal
from projects.views.lookup import proposal_or_404

REDRAW = ("add_row", "recalc", "search")  # buttons that only draw the page again


def new(request: HttpRequest) -> HttpResponse:
    reason = permissions.refusal(request.user, "projects.proposal.create")
    if reason:
        raise PermissionDenied(reason)
    form = NewProposalForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        try:
            made = drafts.create(
                cleaned["programme"],
                cleaned["plan_year"],
                title=cleaned["title"],
                kind=cleaned["kind"],
                by=request.user,
            )
            messages.success(request, _("Đã lập nháp {code}.").format(code=made.code))
            return redirect("proposal_edit", code=made.code)
        except Refused as refused:
            for fault in refused.faults:
                form.add_error(fault.field if fault.field in form.fields else None, fault.message)
    status = 422 if form.is_bound else 200
    return render(request, "projects/proposal_new.html", {"form": form}, status=status)


def edit(request: HttpRequest, code: str) -> HttpResponse:
    proposal = proposal_or_404(request, code)
    reason = permissions.refusal(request.user, "projects.proposal.edit", proposal)
    if reason:
        raise PermissionDenied(reason)
    if request.method != "POST":
        stored = request.session.pop(f"faults-{proposal.pk}", [])
        return Page(proposal).show(request, [Fault(*pair) for pair in stored])
    page = Page(proposal, _with_rows(request.POST))
    if any(name in request.POST for name in REDRAW):
        return page.show(request, [], quiet=True)
    if not page.is_valid():
        return page.show(request, [], status=422)
    try:
        saved = drafts.save(
            proposal, page.draft(), by=request.user, expected_version=page.expected_version
        )
    except Stale as stale:
        return page.show(request, stale.faults, status=409)
    except Refused as refused:
        return page.show(request, refused.faults, status=422)
    at = f"{timezone.localtime(clock.now()):%H:%M}"
    if "submit" not in request.POST:
        messages.success(request, _("Đã lưu nháp lúc {time}.").format(time=at))
        return redirect("proposal_edit", code=code)
    return _submit(request, saved, at)


def _submit(request: HttpRequest, proposal: Proposal, at: str) -> HttpResponse:
    """Kiểm tra và trình: what is missing is told at once, and the draft stays saved."""
    try:
        fire(proposal, "submit", by=request.user, expected_version=proposal.version)
    except Refused as refused:
        messages.info(request, _("Đã lưu nháp lúc {time}, chưa trình được.").format(time=at))
        fresh = loading.with_parts(Proposal.objects.all()).get(pk=proposal.pk)
        return Page(fresh).show(request, refused.faults, status=422)
    messages.success(request, _("Đã trình {code} lúc {time}.").format(code=proposal.code, time=at))
    return redirect("proposal_detail", code=proposal.code)


def _with_rows(sent: QueryDict) -> QueryDict:
    """«Thêm dòng» without a script: the same form with a few rows more."""
    if "add_row" not in sent:
        return sent
    copy = sent.copy()
    try:
        total = int(sent.get("cost-TOTAL_FORMS", "0"))
    except ValueError:
        total = 0
    copy["cost-TOTAL_FORMS"] = str(min(max(total, 0) + ROWS_MORE, ROWS_MAX))
    return copy


class Page:
    """The three forms of the page as one."""

    def __init__(self, proposal: Proposal, data: QueryDict | None = None) -> None:
        self.proposal = proposal
        shares = proposal.programme.version.source_shares.select_related("source")
        used = {share.source.pk: share.source for share in shares}
        for source in FundingSource.objects.filter(is_state=False):
            used.setdefault(source.pk, source)
        self.sources = sorted(used.values(), key=lambda source: source.position)
        self.form = DraftForm(data, instance=proposal)
        self.rows = cost_rows(proposal, self.sources, data)
        self.funding = FundingForm(data, proposal=proposal, sources=self.sources)

    @property
    def expected_version(self) -> int | None:
        return self.form.cleaned_data.get("expected_version")

    def is_valid(self) -> bool:
        # Each is asked, so that all faults are told at once.
        return all([self.form.is_valid(), self.rows.is_valid(), self.funding.is_valid()])

    def draft(self) -> drafts.Draft:
        draft = self.form.draft()
        draft.cost_rows = [form.row() for form in self.rows.filled()]
        draft.funding = self.funding.funding()
        return draft

    def totals(self) -> list[dict[str, Any]]:
        """By source: what the costs and the years add up to as typed now, and the gap."""
        found = []
        for source in self.sources:
            costs = sum(readable(form, f"share_{source.code}") for form in self.rows.forms)
            years = [
                readable(self.funding, self.funding.name_of(source.code, year))
                for year in self.funding.years
            ]
            if costs or any(years):
                found.append(
                    {
                        "source": source,
                        "costs": costs,
                        "years": sum(years),
                        "gap": costs - sum(years),
                    }
                )
        return found

    def show(
        self, request: HttpRequest, faults: list[Fault], *, status: int = 200, quiet: bool = False
    ) -> HttpResponse:
        """Draw the page; ``quiet`` leaves out faults of what was not meant to be saved."""
        lacking = Counter(fault.field for fault in guards.complete(self.proposal))
        context = {
            "proposal": self.proposal,
            "form": self.form,
            "rows": self.rows,
            "funding": self.funding,
            "sources": self.sources,
            "totals": self.totals(),
            "sections": sections(lacking),
            "faults": faults,
            "quiet": quiet,
            "has_errors": bool(faults) or (not quiet and status >= 400),
            "is_illustration": self.proposal.programme.is_illustration,
            "stale": status == 409,
            "fresh_url": reverse("proposal_edit", args=[self.proposal.code]),
        }
        return render(request, "projects/proposal_edit.html", context, status=status)
