"""Play the steps of a story by the real verbs, each by the person whose work it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from khuyencong.core import clock, roles
from khuyencong.core.models import User
from khuyencong.core.money import MILLION
from khuyencong.core.papers import Paper
from programmes.models import Programme
from projects import rules, tracks
from projects.demo import dossiers
from projects.demo.days import Step
from projects.demo.papers import Papers
from projects.demo.people import Cast
from projects.effects.commitment import committed_on
from projects.firing import fire
from projects.models import Enterprise, Proposal, Review, ReviewStep, Track

REVIEWS = frozenset({"pass", "conclude", "approve", "return", "refuse"})
BY_UNIT = frozenset({"submit", "withdraw", "start", "replan"})
BY_HEAD = frozenset({"suspend", "resume", "stop"})
WITH_PAPER = frozenset({"sign", "pay", "accept", "liquidate", "settle", "stop"})


@dataclass
class Story:
    """A dossier of the illustration: its description, its steps, and what has become of it."""

    spec: dict[str, Any]
    steps: list[Step]
    proposal: Proposal | None = None


@dataclass
class Player:
    """Knows the programme, the cast and the papers; ``recorder`` enters outside bodies' papers.

    ``allotted_apart`` names the sources whose money comes by decisions of its own.
    """

    programme: Programme
    cast: Cast
    papers: Papers
    enterprises: dict[str, Enterprise]
    recorder: User
    prose: dict[str, str] = field(default_factory=dict)
    allotted_apart: frozenset[str] = frozenset()

    def play(self, story: Story, step: Step) -> None:
        """Do one step; the clock stands at its day."""
        by = self.cast.named(story.spec["by"])
        if step.verb == "create":
            story.proposal = dossiers.create(
                story.spec,
                self.programme,
                by=by,
                papers=self.papers,
                enterprises=self.enterprises,
                prose=self.prose,
            )
            return
        if step.verb in REVIEWS:
            story.proposal = self._review(story, step)
        elif step.verb == "pay":
            story.proposal = self._pay(story, step)
        else:
            story.proposal = self._plain(story, step, by)

    def _plain(self, story: Story, step: Step, by: User) -> Proposal:
        proposal, verb = story.proposal, step.verb
        if verb in BY_HEAD:
            by = self.cast.of_department(roles.CONCLUDE)
        elif verb not in BY_UNIT:
            by = self.cast.of_department(roles.EXECUTE)
        data = {}
        if verb == "accept":
            contracted = sum(contract.amount for contract in proposal.contracts.all())
            data["amount"] = contracted * step.told.get("share", 100) // 100
        return fire(
            proposal,
            verb,
            by=by,
            reason=self._reason(story, step),
            paper=self._paper(verb, by.organisation, proposal) if verb in WITH_PAPER else None,
            data=data,
        )

    def _review(self, story: Story, step: Step) -> Proposal:
        proposal, verb, source = story.proposal, step.verb, step.told.get("source", "")
        track, review = self._waiting(proposal, source)
        deciding = review.step.kind == ReviewStep.Kind.APPROVE
        data: dict[str, Any] = {"amounts": self._amounts(story, step, track, review)}
        if step.told.get("allots") and track.source.code not in self.allotted_apart:
            data["allots"] = True
        form = "refuse_decision" if verb == "refuse" and deciding else verb
        call: dict[str, Any] = {
            "source": track.source.code if source else "",
            "reason": self._reason(story, step),
        }
        if not rules.acts_itself(review):
            paper = self._paper(form, review.organisation, proposal, scanned=True)
            data["verdict"] = verb
            return fire(
                proposal, "record_decision", by=self.recorder, paper=paper, data=data, **call
            )
        second = verb == "conclude" or (verb == "refuse" and review.step.two_signatures)
        right = roles.APPROVE if deciding else roles.CONCLUDE if second else roles.REVIEW
        by = self.cast.at(review.organisation_id, right)
        proposes = verb == "pass" and review.step.two_signatures
        paper = None if proposes else self._paper(form, review.organisation, proposal)
        return fire(proposal, verb, by=by, paper=paper, data=data, **call)

    def _waiting(self, proposal: Proposal, source: str) -> tuple[Track, Review]:
        for track in tracks.current(tracks.of(proposal)):
            review = tracks.open_review(track)
            if (
                review
                and track.status == Track.Status.IN_STEP
                and source in ("", track.source.code)
            ):
                return track, review
        raise LookupError(f"{proposal.code} lies with no office")

    def _amounts(self, story: Story, step: Step, track: Track, review: Review) -> dict[int, int]:
        """Funding line id → đồng where the story says that an office gives less than was asked."""
        first = review.step.order == min(row.order for row in track.chain.steps.all())
        told = step.told.get("amounts") or (None if first else story.spec.get("appraised")) or {}
        years = told.get(track.source.code, {})
        return {
            line.pk: years[line.year] * MILLION
            for line in story.proposal.funding_lines.all()
            if line.source_id == track.source_id and line.year in years
        }

    def _pay(self, story: Story, step: Step) -> Proposal:
        """One payment a line of the year (of every year where the story names none)."""
        proposal = self._cleared(story.proposal)
        year = step.told.get("line_year")
        by = self.cast.of_department(roles.EXECUTE)
        lines = proposal.funding_lines.exclude(cell=None).select_related("source")
        for line in lines if year is None else lines.filter(year=year):
            amount = committed_on(line) * step.told["share"] // 100
            if not amount:
                continue
            proposal = fire(
                proposal,
                "disburse",
                by=by,
                paper=self._paper("pay", by.organisation, proposal),
                data={"line_id": line.pk, "amount": amount, "kind": step.told["kind"]},
            )
        return proposal

    def _cleared(self, proposal: Proposal) -> Proposal:
        """The detailed allotment is appraised before the first payment."""
        for track in tracks.current(tracks.of(proposal)):
            review = tracks.allotment_review(track)
            if review is None:
                continue
            here = rules.acts_itself(review)
            proposal = fire(
                proposal,
                "clear" if here else "record_decision",
                by=self.cast.at(review.organisation_id, roles.REVIEW) if here else self.recorder,
                source=track.source.code,
                paper=self._paper("clear", review.organisation, proposal, scanned=not here),
                data={} if here else {"verdict": Review.Verdict.PASS},
            )
        return proposal

    def _reason(self, story: Story, step: Step) -> str:
        told = step.told.get("reason", "")
        if not told and step.verb in {"refuse", "withdraw", "stop"}:
            told = story.spec["reason"]
        return told

    def _paper(self, form: str, office: Any, proposal: Proposal, *, scanned: bool = False) -> Paper:
        return self.papers.paper(form, office, clock.today(), code=proposal.code, scanned=scanned)
