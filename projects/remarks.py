"""Remarks beside a dossier: write, answer, resolve; and that none stays open when it moves on.

External ones are for the unit to read and answer; internal notes stay in the office that wrote
them, in words and in the trail.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from khuyencong.core import audit, clock, permissions, roles, text
from khuyencong.core.gathering import Part, gathered
from khuyencong.core.models import AuditEntry, User
from khuyencong.core.refusals import Fault, NotAllowed, NotNow, Refused
from projects import desk_rules, notices, remark_places, tracks
from projects import remark_sentences as _sentences  # noqa: F401  registers how its acts read
from projects.act import Act
from projects.models import Proposal, Remark

TEXT_MAX: Final = 4000
OPEN_SHOWN: Final = 100
LAST_SHOWN: Final = 20
OLDER_SHOWN: Final = 50
# Rows of the trail that only the office which wrote them, and auditors, may read.
_REPLIES: Final = Part(
    "replies", Remark.objects.select_related("written_by", "organisation").order_by("pk"), "parent"
)
INTERNAL_ACTIONS: Final = ("projects.remark.internal", "projects.finding.save")


def write(
    proposal: Proposal,
    *,
    by: User,
    text: str,
    field: str = "",
    is_internal: bool = False,
    parent: Remark | None = None,
    round: int | None = None,
) -> Remark:
    """Put a remark at a place of the round that was read, or answer one.

    Sent twice it is written once. Raises ``NotAllowed`` or ``Refused``.
    """
    box = f"reply-{parent.pk}" if parent else "note-text" if is_internal else "remark-text"
    words = _said(text, _("Viết nội dung ý kiến."), box)
    with transaction.atomic():
        locked = _locked(proposal)
        live = tracks.current(tracks.at_work(locked))
        if parent is not None:
            parent = _own(locked, parent, by)
            is_internal = parent.is_internal
            refuse("projects.remark.reply", by, locked, live, parent)
        else:
            refuse("projects.remark.write", by, locked, live)
        round = locked.round if round is None else round
        label = parent.label if parent else _label(locked, field, round)
        made = Remark(
            proposal=locked,
            review=next(iter(desk_rules.open_reviews(by, live)), None),
            parent=parent,
            round=round,
            field=parent.field if parent else field,
            label=label,
            text=words,
            is_internal=is_internal,
            organisation=by.organisation,
            written_by=by,
            written_at=clock.now(),
        )
        if twin := _twin(made):
            return twin
        made.save()
        _record("internal" if is_internal else "reply" if parent else "write", made, locked, by)
        notices.remarked(made)
    return made


def resolve(remark: Remark, *, by: User, resolution: str) -> Remark:
    """The office that asked is satisfied, and says why. A second time changes nothing."""
    words = _said(resolution, _("Ghi cách giải quyết ý kiến này."), f"reply-{remark.pk}")
    with transaction.atomic():
        locked = _locked(remark.proposal)
        live = tracks.current(tracks.at_work(locked))
        fresh = _own(locked, remark, by)
        refuse("projects.remark.resolve", by, locked, live, fresh)
        if fresh.parent_id or fresh.is_internal:
            raise Refused(Fault(_("Chỉ khép lại ý kiến gửi đơn vị, không phải câu trả lời.")))
        if not fresh.is_open:
            if fresh.resolution == words and fresh.resolved_by_id == by.pk:
                return fresh
            raise NotNow(
                _("Ý kiến này đã được {who} khép lại.").format(who=fresh.resolved_by.full_name)
            )
        fresh.resolved_by, fresh.resolved_at, fresh.resolution = by, clock.now(), words
        fresh.save(update_fields=["resolved_by", "resolved_at", "resolution"])
        _record("resolve", fresh, locked, by)
    return fresh


def faults(act: Act) -> Iterator[Fault]:
    """An office passes a dossier on when all it asked the unit is answered or withdrawn."""
    asked = Remark.objects.open().filter(
        proposal=act.proposal, is_internal=False, organisation__lineage=act.body.lineage
    )
    labels = list(asked.values_list("label", flat=True)[:4])
    if not labels:
        return
    n = len(labels) if len(labels) < 4 else asked.count()
    named = "; ".join(label or _("cả hồ sơ") for label in labels[:3])
    said = ngettext(
        "%(n)s ý kiến chưa giải quyết: %(named)s. Khép lại từng ý kiến, hoặc trả lại bổ sung.",
        "%(n)s ý kiến chưa giải quyết: %(named)s. Khép lại từng ý kiến, hoặc trả lại bổ sung.",
        n,
    )
    yield Fault(said % {"n": n, "named": named + ("…" if n > 3 else "")}, "remarks")


# --- what is shown --------------------------------------------------------------------------------


@dataclass
class Shown:
    """The remarks a page shows: open ones, then the last of the rest; ``older`` pages on."""

    open: list[Remark] = field(default_factory=list)
    open_more: bool = False  # they come into sight as the earlier ones are resolved
    notes: list[Remark] = field(default_factory=list)
    closed: list[Remark] = field(default_factory=list)
    older: int | None = None
    paged: bool = False
    counts: dict[str, int] = field(default_factory=dict)
    first: dict[str, int] = field(default_factory=dict)  # where a count leads

    @property
    def is_empty(self) -> bool:
        return not (self.open or self.notes or self.closed)


def shown(proposal: Proposal, user: User, before: int | None = None) -> Shown:
    """What a person may read beside a dossier, newest last; a fixed number of queries."""
    seen = _rooted(proposal, user)
    closed = seen.filter(Q(resolved_at__isnull=False) | Q(is_internal=True)).order_by("-pk")
    size = LAST_SHOWN
    if before is not None:
        closed, size = closed.filter(pk__lt=before), OLDER_SHOWN
    last = gathered(closed[: size + 1], [_REPLIES])
    asked = seen.open().filter(is_internal=False).order_by("pk")
    still = gathered(asked[: OPEN_SHOWN + 1], [_REPLIES])
    found = Shown(
        open=still[:OPEN_SHOWN],
        open_more=len(still) > OPEN_SHOWN,
        older=last[size - 1].pk if len(last) > size else None,
        paged=before is not None,
    )
    for row in reversed(last[:size]):
        (found.notes if row.is_internal else found.closed).append(row)
    _place(proposal, found)
    return found


def _rooted(proposal: Proposal, user: User) -> QuerySet[Remark]:
    seen = Remark.objects.visible_to(user).filter(proposal=proposal, parent=None)
    return seen.select_related("written_by", "organisation", "resolved_by")


def _place(proposal: Proposal, found: Shown) -> None:
    """Say of each remark where it stands, and count those of a cost line."""
    names = [item.name for item in proposal.cost_items.all()]
    for row in (*found.open, *found.notes, *found.closed):
        row.line = remark_places.line_now(row.field, row.label, row.round, proposal.round, names)
        row.at = _at(row, proposal.round)
        row.box = f"reply-{row.pk}"
        at = row.field if row.line is None else f"cost_items-{row.line}"
        if row.line is not None or not row.field.startswith("cost_items-"):
            found.counts[at] = found.counts.get(at, 0) + 1
            found.first.setdefault(at, row.pk)


def _at(remark: Remark, now: int) -> str:
    where = remark.label or _("Cả hồ sơ")
    if remark.round == now:
        return where
    return _("{place} (lần trình {round})").format(place=where, round=remark.round)


def of_trail(entries: QuerySet[AuditEntry], user: User) -> QuerySet[AuditEntry]:
    """The rows of a dossier's trail a person may read: no other office's internal work."""
    if user.may(roles.SEE_AUDIT):
        return entries
    return entries.exclude(
        ~Q(organisation__lineage=user.organisation.lineage), action__in=INTERNAL_ACTIONS
    )


# --- parts ----------------------------------------------------------------------------------------


def refuse(verb: str, by: User, *subject: Any) -> None:
    """Raise why the person may not; nothing where they may."""
    if reason := permissions.refusal(by, verb, *subject):
        raise NotAllowed(reason)


def _locked(proposal: Proposal) -> Proposal:
    Proposal.objects.select_for_update().only("pk").get(pk=proposal.pk)
    return Proposal.objects.select_related("implementing_unit").get(pk=proposal.pk)


def _own(proposal: Proposal, remark: Remark, by: User) -> Remark:
    """The remark as it is now, where it is of this dossier and the person may read it."""
    rows = Remark.objects.visible_to(by).select_related("organisation", "resolved_by")
    found = rows.filter(pk=remark.pk, proposal=proposal).first()
    if found is None:
        raise Refused(Fault(_("Không có ý kiến này, hoặc bạn không được xem.")))
    return found


def _label(proposal: Proposal, field: str, round: int) -> str:
    frozen = proposal.snapshots.filter(round=round).first()
    label = remark_places.label_of(field, frozen.content) if frozen else None
    if label is None:
        raise Refused(
            Fault(_("Hồ sơ lần trình {n} không có mục này.").format(n=round), "remark-field")
        )
    return label


def _twin(made: Remark) -> Remark | None:
    """The same words of the same person at the same place, not answered yet: a double click."""
    names = ("proposal", "parent", "round", "field", "text", "is_internal", "written_by")
    same = Remark.objects.filter(resolved_at=None, **{name: getattr(made, name) for name in names})
    return same.first()


def _said(given: str, lacking: str, box: str) -> str:
    try:
        words = text.clean(given or "", multiline=True)
    except text.TextInputError as error:
        raise Refused(Fault(str(error), box)) from error
    if not words.strip():
        raise Refused(Fault(lacking, box))
    if len(words) > TEXT_MAX:
        raise Refused(Fault(_("Dài quá {n} ký tự. Viết gọn lại.").format(n=TEXT_MAX), box))
    return words


def _record(act: str, remark: Remark, proposal: Proposal, by: User) -> None:
    """The place is in the trail, the words are in the remark; of a note not even the place."""
    said = {} if remark.is_internal else {"at": remark.label, "round": remark.round}
    audit.record(f"projects.remark.{act}", proposal, by=by, changes=said)
