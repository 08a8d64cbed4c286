"""One decision over many dossiers: the verb «approve» done to all of them, or to none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from budgets import ledger
from budgets.models import Cell
from khuyencong.core import clock, papers
from khuyencong.core.models import LegalDocument, User
from khuyencong.core.papers import Paper
from khuyencong.core.refusals import Fault, NotAllowed, NotNow, Refused
from projects import firing, loading, notices, search, tracks
from projects.act import Act
from projects.checks import acting
from projects.effects.review import decision_of
from projects.models import Decision, Proposal, Remark, Review, ReviewStep, Track
from projects.workflow import TABLE, Transition
from projects.writes import Batch

MOST = 500  # dossiers under one decision; more are parted by hand


@dataclass(frozen=True)
class Line:
    """A dossier of the decision: đồng by funding line id, or what was appraised (``None``)."""

    proposal_id: int
    source_code: str
    amounts: Mapping[int, int] | None = None


def decide(
    lines: Sequence[Line],
    *,
    by: User,
    paper: Paper,
    allots: bool = False,
    reason: str = "",
) -> Decision:
    """Phê duyệt nhiều đề án theo một quyết định, all of them or none.

    By the approving office itself, or recorded by the department for one without accounts; then
    with its scan. Raises ``Refused``, ``NotAllowed`` or ``NotNow`` with the faults of every dossier
    at once, each beginning with its code, their fields with its id: ``<id>:<field>``.
    """
    reason = firing.clean_reason(reason)
    _refuse_odd(lines)
    try:
        with transaction.atomic(), tracks.offices_remembered(), clock.at(clock.now()):
            batch = Batch()
            known, running = _loaded(lines, by)
            acts = _acts(lines, known, running, by, paper, reason, allots, batch)
            acting.check_all(acts)
            faults = [fault for act in acts for fault in _faults(act)]
            if faults:
                # What is wrong with the paper is wrong for all of them, and said once.
                raise Refused(list(dict.fromkeys(faults)))
            decision = _decide(acts, batch)
            before = {act.proposal.pk: act.proposal.status for act in acts}
            for act in acts:
                TABLE[act.verb].effect(act)
                firing.derive(act, running[act.proposal.pk])
                act.proposal.version += 1
                act.proposal.updated_at = timezone.now()
                batch.change(act.proposal, "version", "updated_at")
            batch.flush()
            search.refresh_all(Proposal.objects.filter(pk__in=list(before)))
            changed = [(act.proposal, before[act.proposal.pk]) for act in acts]
            mails = notices.write_many(changed, by)
            postings = [posting for act in acts for posting in act.postings]
            short = _shortages(postings)
            if short:
                raise Refused(short)
            ledger.post(postings, by=by)
            if mails:
                transaction.on_commit(notices.ring, robust=True)
            return decision
    except ledger.CellExhausted as error:
        raise error.explain() from error


def _refuse_odd(lines: Sequence[Line]) -> None:
    if not lines:
        raise Refused(Fault(_("Chọn ít nhất một đề án để phê duyệt."), "lines"))
    if len(lines) > MOST:
        raise Refused(
            Fault(
                _("Một quyết định nhập tối đa {n} đề án. Chia làm hai lần.").format(n=MOST), "lines"
            )
        )
    seen: set[tuple[int, str]] = set()
    for line in lines:
        if (line.proposal_id, line.source_code) in seen:
            raise Refused(Fault(_("Một đề án ghi hai lần trong quyết định."), "lines"))
        seen.add((line.proposal_id, line.source_code))


def _acts(
    lines: Sequence[Line],
    known: Mapping[int, Proposal],
    running: Mapping[int, list[Track]],
    by: User,
    paper: Paper,
    reason: str,
    allots: bool,
    batch: Batch,
) -> list[Act]:
    """One act a line, each on a dossier under lock; refuses what is not open to the person."""
    acts: list[Act] = []
    closed: list[Fault] = []
    in_step = False
    cells: dict[int, Cell] = {}
    for line in lines:
        proposal = known[line.proposal_id]
        live = tracks.current(running[line.proposal_id])
        found = _open_verb(proposal, live, by, line.source_code)
        if not found.is_open:
            closed.append(_coded(proposal, Fault(found.reason)))
            in_step |= any(_waits(track, line) for track in live)
            continue
        for funding in proposal.funding_lines.all():
            if funding.cell_id:
                # One object a cell: what one line allots is seen by the next.
                funding.cell = cells.setdefault(funding.cell_id, funding.cell)
        (track,) = found.tracks
        act = Act(found.verb, by, proposal, reason, paper, track=track, writes=batch)
        act.review = tracks.open_review(track)
        act.data = {"amounts": dict(line.amounts or {}), "allots": allots}
        if found.verb == "record_decision":
            act.data["verdict"] = Review.Verdict.APPROVE
        acts.append(act)
    if closed:
        raise (NotAllowed if in_step else NotNow)(closed)
    if len({act.review.organisation.lineage for act in acts}) > 1:
        raise Refused(
            Fault(
                _("Các đề án đang chờ ở những cơ quan khác nhau: tách thành từng quyết định."),
                "lines",
            )
        )
    asked = Remark.objects.open().filter(
        proposal__in=known, is_internal=False, organisation__lineage=acts[0].body.lineage
    )
    remarked = set(asked.values_list("proposal_id", flat=True))
    grant = firing.standing_in(acts[0])
    for act in acts:
        firing.stamp(act, grant)
        act.is_remarked = act.proposal.pk in remarked
    return acts


def _open_verb(proposal: Proposal, live: list[Track], by: User, source: str) -> firing.Option:
    """The verb that approves for this person: their office's own, or that of a recorded paper."""
    own = firing.option(TABLE["approve"], proposal, live, by, source)
    if own.is_open:
        return own
    recorded = firing.option(TABLE["record_decision"], proposal, live, by, source)
    approving = recorded.is_open and all(
        track.step.kind == ReviewStep.Kind.APPROVE for track in recorded.tracks
    )
    return recorded if approving else own


def _waits(track: Track, line: Line) -> bool:
    return track.source.code == line.source_code and track.status == Track.Status.IN_STEP


def _loaded(lines: Sequence[Line], by: User) -> tuple[dict[int, Proposal], dict[int, list[Track]]]:
    """The dossiers under lock with their money, and all their tracks, in a few questions."""
    wanted = {line.proposal_id for line in lines}
    seen = set(Proposal.objects.visible_to(by).filter(pk__in=wanted).values_list("pk", flat=True))
    if wanted - seen:
        raise Refused(Fault(_("Có đề án không còn, hoặc bạn không được xem."), "lines"))
    known = loading.all_locked(wanted)
    reviews = Review.objects.select_related("organisation", "step", "assigned_to")
    rows = (
        Track.objects.filter(proposal__in=wanted)
        .select_related("source", "step", "chain")
        .prefetch_related("chain__steps", Prefetch("reviews", reviews))
    )
    running: dict[int, list[Track]] = {pk: [] for pk in wanted}
    for track in rows:
        track.proposal = known[track.proposal_id]
        running[track.proposal_id].append(track)
    return known, running


def _faults(act: Act) -> list[Fault]:
    transition: Transition = TABLE[act.verb]
    found = [fault for guard in transition.guards for fault in guard(act)]
    return [_coded(act.proposal, fault) for fault in dict.fromkeys(found)]


def _coded(proposal: Proposal, fault: Fault) -> Fault:
    """The fault with the dossier it is about; those of the paper belong to all of them."""
    if fault.field.startswith("document_"):
        return fault
    return Fault(f"{proposal.code}: {fault.message}", f"{proposal.pk}:{fault.field}")


def _decide(acts: list[Act], batch: Batch) -> Decision:
    first = acts[0]
    document = papers.register(
        first.paper,
        kind=LegalDocument.Kind.DECISION,
        issuer=first.body,
        province=first.proposal.province,
        illustration=first.proposal.programme.is_illustration,
    )
    decision = decision_of(document, first.body, first.by)
    for act in acts:
        act.document, act.decision = document, decision
    return decision


def _shortages(postings: list[ledger.Posting]) -> list[Fault]:
    """Every cell that has not the money, in words; the ledger itself would name the first alone."""
    found = []
    for cell, deltas in ledger.sums(postings):
        now = Cell.objects.select_related("source", "programme").get(pk=cell.pk)
        allotted, committed, _disbursed = deltas
        if now.allotted + allotted < now.committed + committed:
            found.append(Fault(ledger.shortage(now, deltas), "amounts"))
    return found
