"""The review desk: the queue, the dossier and the decision on one screen."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from khuyencong.core import clock, permissions, roles
from khuyencong.core.models import User
from khuyencong.core.refusals import Fault
from projects import checks, desk_rules, findings, remark_places, remarks, tracks
from projects.checks import Outcome
from projects.firing import Option, options
from projects.forms.transition import TransitionForm
from projects.models import Proposal, Review, ReviewStep, Track
from projects.views import desk_acts, desk_labels, desk_shown, desk_words
from projects.views.desk_queue import Queue, may_judge, queue, waiting
from projects.views.dossier import DESK_VERBS, dossier_context
from projects.views.lookup import proposal_or_404

__all__ = ["dossier", "queue"]


def dossier(request: HttpRequest, code: str) -> HttpResponse:
    """One dossier at the desk; opening it is what ends the sender's right to take it back."""
    if not may_judge(request.user):
        # Whose role ended while they wrote keeps their words; nothing of the dossier is told.
        if desk_words.typed(request):
            return desk_acts.lost(request)
        raise Http404(_("Trang này của cơ quan thẩm định, phê duyệt."))
    proposal = proposal_or_404(request, code)
    shown = waiting(request.user, request.GET.get("loc", ""), request.GET.get("xep", ""))
    desk = Desk(request, proposal, shown)
    if request.method == "POST":
        return desk_acts.answer(desk)
    tracks.mark_opened(desk.live, request.user)
    return desk.page()


class Desk:
    """A dossier in front of one person: what they may do with it, and what they have typed."""

    def __init__(self, request: HttpRequest, proposal: Proposal, shown: Queue) -> None:
        self.request, self.proposal, self.queue = request, proposal, shown
        self.user: User = request.user
        self.all_tracks = tracks.for_page(proposal)
        self.live = tracks.current(self.all_tracks)
        self.every: list[Option] = options(proposal, self.user, self.live)
        self.options = [row for row in self.every if row.is_open and row.verb in DESK_VERBS]
        self.reviews: list[Review] = desk_rules.open_reviews(self.user, self.live)
        self.may_remark = not permissions.refusal(
            self.user, "projects.remark.write", proposal, self.live
        )
        before = request.GET.get("truoc", "")
        number = int(before) if before.isascii() and before.isdigit() and len(before) < 18 else None
        self.remarks = remarks.shown(proposal, self.user, number)
        self.asked = findings.asked(self.reviews[0]) if self.reviews and self.may_remark else []

    def option(self, verb: str) -> Option | None:
        return next((row for row in self.every if row.verb == verb), None)

    @property
    def labels(self) -> dict[str, str]:
        return desk_labels.labels(self.options, self.user)

    @property
    def suggested(self) -> dict[str, str]:
        return desk_words.points_of(self.remarks.open)

    def form(
        self, data: Any = None, files: Any = None, words: dict[str, Any] | None = None
    ) -> TransitionForm | None:
        """Bound to ``data``, or with ``words`` that were typed before standing in its boxes."""
        if not self.options:
            return None
        return TransitionForm(
            data,
            files,
            proposal=self.proposal,
            options=self.options,
            user=self.user,
            suggested=self.suggested,
            labels=self.labels,
            notes=desk_labels.notes(self.options, self.user),
            initial=words,
        )

    def page(
        self,
        form: TransitionForm | None = None,
        faults: list[Fault] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        """``faults`` of a POST: what was typed stands in its boxes again."""
        form = form or self.form(words=desk_words.words_at_hand(self.request, self.proposal))
        faults = faults or []
        sent = self.request.POST if self.request.method == "POST" else None
        pinned = self.request.GET.get("y-kien") if sent is None else sent.get("remark-field")
        context = {
            **dossier_context(self.proposal, self.all_tracks, self.user),
            "queue": self.queue,
            "form": form,
            "options": self.options,
            "only": next(iter(self.labels.values())) if len(self.options) == 1 else "",
            "task": desk_labels.task(self.options),
            "allotted": desk_shown.allotted(self.proposal, self.options),
            "faults": faults,
            "has_errors": bool(faults or (form and form.errors)),
            "opinions": desk_shown.opinions(self.all_tracks),
            "remarks": self.remarks,
            "may_remark": self.may_remark,
            "criteria": (criteria := desk_shown.criteria(self.asked, sent)),
            "judged": desk_shown.judged(criteria),
            "unmet": desk_words.reason_of(self.asked, self.remarks.open),
            "outcome": (outcome := self.outcome()),
            "passed": desk_shown.passed(outcome),
            "failing": desk_shown.failing(outcome),
            "closed": self._closed(),
            "assign": self._assign(),
            "pinned": pinned or "",
            "typed": desk_words.words_of(sent),
            "pins": remark_places.choices(self.proposal),
            "cost_rows": desk_shown.cost_rows(self.proposal, self.remarks),
            "facts": desk_shown.facts(self.proposal, self.remarks),
            "prose": desk_shown.prose(self.proposal, self.remarks),
            "ask": f"?{self.queue.query[1:]}&y-kien=" if self.queue.query else "?y-kien=",
            "may_save": self.may_remark,
            "unsent": desk_words.typed(self.request) if sent is not None and form is None else [],
        }
        return render(self.request, "projects/desk_dossier.html", context, status=status)

    def outcome(self) -> Outcome | None:
        """The checks as the step at hand will run them, on the latest figures."""
        deciding = [track for row in self.options for track in row.tracks]
        sources = {track.source.code for track in deciding}
        if not sources:
            return None
        approving = any(track.step.kind == ReviewStep.Kind.APPROVE for track in deciding)
        case = checks.Case.of(self.proposal, amounts={}, shares={}).for_sources(sources)
        return checks.run(case, clock.today(), "approval" if approving else "appraisal")

    def _closed(self) -> list[Option]:
        """The verb of the step at hand where it is closed to this person, with the reason."""
        if not self.reviews:
            return []
        ours = self._own_verbs(self.reviews[0])
        if any(row.verb in ours for row in self.options):
            return []
        return [row for row in self.every if not row.is_open and row.verb == ours[0]]

    def _own_verbs(self, review: Review) -> list[str]:
        """Verbs that answer at this step; first the one that is this person's part in it."""
        if any(
            row.pk == review.track_id and row.status == Track.Status.APPROVED for row in self.live
        ):
            return ["clear"]
        if review.step.kind == ReviewStep.Kind.APPROVE:
            return ["approve"]
        concludes = self.user.may(roles.CONCLUDE)
        if concludes and (review.proposed or not self.user.may(roles.REVIEW)):
            return ["conclude", "pass"]
        return ["pass", "conclude"]

    def _assign(self) -> TransitionForm | None:
        found = self.option("assign")
        if not (found and found.is_open):
            return None
        return TransitionForm(
            proposal=self.proposal, options=[found], user=self.user, auto_id="giao_%s"
        )
