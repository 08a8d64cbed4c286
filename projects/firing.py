"""Fire a verb of the table, and say which verbs are open to whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from budgets import ledger
from khuyencong.core import clock, delegation, permissions, text
from khuyencong.core.models import RoleGrant, User
from khuyencong.core.papers import Paper
from khuyencong.core.refusals import Fault, NotAllowed, NotNow, Refused, Stale
from projects import amount_input, loading, notices, rules, tracks
from projects.act import Act
from projects.models import Proposal, Track
from projects.workflow import TABLE, Transition

REASON_MAX = 4000
# Acts on an approved proposal that no track has a part in.
AFTER_APPROVAL = frozenset({"sign", "commit_year", "list_sites", "confirm_sites", "return_sites"})


@dataclass
class Option:
    """A verb as it stands for one person now; ``reason`` says why it is closed."""

    transition: Transition
    tracks: list[Track] = field(default_factory=list)
    reason: str = ""

    @property
    def verb(self) -> str:
        return self.transition.verb

    @property
    def label(self) -> str:
        return str(self.transition.label)

    @property
    def is_open(self) -> bool:
        return not self.reason


def option(
    transition: Transition, proposal: Proposal, live: list[Track], user: User, source: str = ""
) -> Option:
    """Whether one verb is open to a person, on which tracks, or why not."""
    if transition.on == "proposal":
        if proposal.status not in transition.sources:
            return Option(transition, reason=_wrong_state(transition, proposal))
        why = permissions.refusal(user, transition.verb, proposal, live)
        return Option(transition, reason=why or "")
    found, reasons = [], []
    for track in live:
        if source and track.source.code != source:
            continue
        if track.status not in transition.sources:
            reasons.append(_wrong_state(transition, proposal))
            continue
        why = permissions.refusal(user, transition.verb, proposal, track, tracks.open_review(track))
        if why:
            reasons.append(why)
        else:
            found.append(track)
    if found:
        return Option(transition, tracks=found)
    return Option(transition, reason=reasons[0] if reasons else _wrong_state(transition, proposal))


def _wrong_state(transition: Transition, proposal: Proposal) -> str:
    return _("Đề án đang ở trạng thái «{status}», chưa «{verb}» được.").format(
        status=proposal.get_status_display(), verb=transition.label
    )


def options(proposal: Proposal, user: User, live: list[Track] | None = None) -> list[Option]:
    """Every verb of the table for a person, open ones and closed ones with the reason."""
    if live is None:
        live = tracks.current(tracks.of(proposal))
    return [option(row, proposal, live, user) for row in TABLE.values()]


def fire(
    proposal: Proposal,
    verb: str,
    *,
    by: User,
    source: str = "",
    reason: str = "",
    paper: Paper | None = None,
    data: dict[str, Any] | None = None,
    expected_version: int | None = None,
) -> Proposal:
    """Do one verb, all of it or nothing; gives the proposal as it stands then.

    A track verb acts on every track that lies with the person's office, or on that of ``source``.
    Raises ``Stale``, ``NotNow``, ``NotAllowed`` or ``Refused`` with every fault at once.
    """
    transition = TABLE.get(verb)
    if transition is None:
        raise Refused(Fault(_("Không có thao tác «{verb}».").format(verb=verb[:40]), "verb"))
    reason = clean_reason(reason)
    try:
        with transaction.atomic():
            locked = loading.locked(proposal.pk, whole=transition.on == "proposal")
            if expected_version is not None and locked.version != expected_version:
                raise Stale(
                    _(
                        "Hồ sơ đã thay đổi từ lúc bạn mở trang. "
                        "Xem lại rồi làm tiếp; chưa có gì bị ghi."
                    )
                )
            # One instant for the whole act, taken when its turn has come.
            with clock.at(clock.now()):
                acts = _acts(transition, locked, by, source, reason, paper or Paper(), data or {})
                grant = standing_in(acts[0])
                for act in acts:
                    stamp(act, grant)
                faults = [
                    fault for act in acts for guard in transition.guards for fault in guard(act)
                ]
                if faults:
                    raise Refused(list(dict.fromkeys(faults)))
                before = locked.status
                for act in acts:
                    transition.effect(act)
                    if transition.target:
                        act.move(transition.target)
                derive(acts[-1])
                locked.version += 1
                locked.save(update_fields=["version", "updated_at"])
                mails = notices.write(locked, before, by)
                # Last: the hot row of a cell is locked for this statement and the commit only.
                ledger.post([posting for act in acts for posting in act.postings], by=by)
            if mails:
                transaction.on_commit(notices.ring, robust=True)
    except ledger.CellExhausted as error:
        raise error.explain() from error
    return locked


def clean_reason(reason: str) -> str:
    """What a person wrote, safe to store and not without end."""
    try:
        cleaned = text.clean(reason, multiline=True)
    except text.TextInputError as error:
        raise Refused(Fault(str(error), "reason")) from error
    if len(cleaned) > REASON_MAX:
        raise Refused(
            Fault(_("Lý do dài quá {n} ký tự. Viết gọn lại.").format(n=REASON_MAX), "reason")
        )
    return cleaned


def _acts(
    transition: Transition,
    proposal: Proposal,
    by: User,
    source: str,
    reason: str,
    paper: Paper,
    data: dict[str, Any],
) -> list[Act]:
    live = tracks.current(tracks.at_work(proposal))
    found = option(transition, proposal, live, by, source)
    if not found.is_open:
        right_state = (
            proposal.status in transition.sources
            if transition.on == "proposal"
            else any(track.status in transition.sources for track in live)
        )
        raise (NotAllowed if right_state else NotNow)(found.reason)
    if transition.on == "proposal":
        return [Act(transition.verb, by, proposal, reason, paper, data)]
    return [
        Act(
            transition.verb,
            by,
            proposal,
            reason,
            paper,
            dict(data),
            track,
            tracks.open_review(track),
            beside=frozenset(other.pk for other in found.tracks),
        )
        for track in found.tracks
    ]


def standing_in(act: Act) -> RoleGrant | None:
    """The delegation under which alone the person may do this, if there is one."""
    return delegation.standing_in(act.by, rules.right_used(act.verb, act.by, act.review))


def stamp(act: Act, grant: RoleGrant | None) -> None:
    """What is done in somebody's place says in whose, and by what order."""
    act.delegation = grant
    if grant:
        act.changes |= {"on_behalf_of": grant.on_behalf_of.full_name, "order": grant.order}


def derive(act: Act, running: Iterable[Track] | None = None) -> None:
    """Until the contract the proposal's status is what its tracks make it.

    ``running``: all its tracks as they are now, where who calls has them in hand.
    """
    proposal = act.proposal
    if act.verb in AFTER_APPROVAL or proposal.status not in Proposal.DERIVED:
        return
    # Read again, for the acts moved them; no more of it than the status depends on.
    if running is None:
        running = proposal.tracks.prefetch_related("reviews")
    target = tracks.derived_status(running)
    if target in {Proposal.Status.APPROVED, Proposal.Status.PARTLY_APPROVED}:
        amount_input.follow_counterpart(act, "approved")
    act.move(target, derived=TABLE[act.verb].on == "track")
