"""Tell people what a verb brought them: rows in its transaction, e-mail after its commit."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models import Q

from khuyencong.core import clock, delegation, roles
from khuyencong.core.models import Organisation, RoleGrant, User, dated_on
from projects.models import Notice, Proposal, Remark, Review, SiteList, Track

# tasks.py puts the bell of the worker here: the workflow itself knows no worker.
bells: list[Callable[[], None]] = []
OUTCOMES = frozenset(
    {
        Proposal.Status.RETURNED,
        Proposal.Status.APPROVED,
        Proposal.Status.PARTLY_APPROVED,
        Proposal.Status.REFUSED,
        Proposal.Status.SUSPENDED,
        Proposal.Status.STOPPED,
        Proposal.Status.SETTLED,
    }
)
# An approved track may still wait for the appraisal of its detailed allotment.
WITH_AN_OFFICE: Final = (Track.Status.IN_STEP, Track.Status.APPROVED)


def roles_with(*permissions: str) -> list[str]:
    """Roles that allow any of these."""
    return [role for role, rights in roles.PERMISSIONS.items() if rights & set(permissions)]


JUDGES = roles_with(roles.REVIEW, roles.CONCLUDE, roles.APPROVE)
HEADS = roles_with(roles.CONCLUDE)
OFFICERS = [roles.Role.OFFICER]


@dataclass(frozen=True)
class Reader:
    """Somebody who may be told something, and whether a mail can reach them."""

    pk: int
    has_address: bool


def people(lineages: Iterable[str], held: Iterable[str]) -> dict[str, list[Reader]]:
    """Active people of offices (under all their names) who hold such a role today."""
    in_force = dated_on(clock.today(), "role_grants__")
    rows = User.objects.filter(
        in_force,
        organisation__lineage__in=set(lineages),
        role_grants__role__in=list(held),
        is_active=True,
    )
    found: dict[str, list[Reader]] = defaultdict(list)
    for pk, email, lineage in rows.values_list("pk", "email", "organisation__lineage").distinct():
        found[lineage].append(Reader(pk, bool(email)))
    return found


def write(proposal: Proposal, before: str, by: User) -> bool:
    """Rows for who must act now, and for the unit whose dossier got an answer.

    Gives whether an e-mail waits: only for people who have an address.
    """
    return write_many([(proposal, before)], by)


def write_many(changed: Sequence[tuple[Proposal, str]], by: User) -> bool:
    """The same for several dossiers, each with its status before, in a fixed number of queries."""
    now = clock.now()
    told: dict[tuple[int, int], Notice] = {}
    by_pk = {proposal.pk: proposal for proposal, _before in changed}
    decided = {
        proposal.pk
        for proposal, before in changed
        if proposal.status != before and proposal.status in OUTCOMES
    }

    def tell(reader: Reader, proposal_id: int, kind: str, review: Review | None = None) -> None:
        told[reader.pk, proposal_id] = Notice(
            user_id=reader.pk,
            proposal_id=proposal_id,
            kind=kind,
            status=by_pk[proposal_id].status,
            review=review,
            due_on=_day_of(review),
            created_at=now,
            mailed_at=None if reader.has_address else now,
        )

    fresh = _fresh(by_pk)
    departments = _departments_asked(by_pk.values())
    offices = {review.organisation.lineage for review in fresh} | set(departments.values())
    judges = people(offices, JUDGES) if offices else {}
    for review in fresh:
        if now in (review.received_at, review.proposed_at):
            for reader in judges.get(review.organisation.lineage, ()):
                tell(reader, review.track.proposal_id, Notice.Kind.ARRIVED, review)
        elif review.assigned_to and review.assigned_to.is_active:
            reader = Reader(review.assigned_to.pk, bool(review.assigned_to.email))
            tell(reader, review.track.proposal_id, Notice.Kind.ASSIGNED, review)
    for proposal_id, lineage in departments.items():
        for reader in judges.get(lineage, ()):
            tell(reader, proposal_id, Notice.Kind.ARRIVED)
    if decided:
        units = {pk: by_pk[pk].implementing_unit.lineage for pk in decided}
        officers = people(units.values(), OFFICERS)
        sent_back = _sent_back(pk for pk in decided if by_pk[pk].status == Proposal.Status.RETURNED)
        for proposal_id, lineage in units.items():
            for reader in officers.get(lineage, ()):
                tell(reader, proposal_id, Notice.Kind.OUTCOME, sent_back.get(proposal_id))
    notices = [notice for (user_id, _pk), notice in told.items() if user_id != by.pk]
    Notice.objects.bulk_create(notices)
    return any(notice.mailed_at is None for notice in notices)


def _day_of(review: Review | None) -> datetime.date | None:
    """The day that binds the reader: the unit's to answer a return by, else the office's."""
    if review is None:
        return None
    is_return = review.verdict == Review.Verdict.RETURN
    return review.reply_due_on if is_return else review.due_on


def _sent_back(proposals: Iterable[int]) -> dict[int, Review]:
    """The return by which this very act sent each of these dossiers back."""
    wanted = list(proposals)
    if not wanted:
        return {}
    rows = Review.objects.filter(
        track__proposal__in=wanted, verdict=Review.Verdict.RETURN, decided_at=clock.now()
    )
    return {row.track.proposal_id: row for row in rows.select_related("track")}


def _fresh(proposals: Iterable[int]) -> list[Review]:
    """Open reviews that this very act brought to an office, to its head or to a colleague."""
    now = clock.now()
    rows = Review.objects.filter(
        Q(received_at=now) | Q(proposed_at=now) | Q(assigned_at=now),
        track__proposal__in=list(proposals),
        verdict="",
        track__status__in=WITH_AN_OFFICE,
    )
    return list(rows.select_related("organisation", "track", "assigned_to"))


def _departments_asked(proposals: Iterable[Proposal]) -> dict[int, str]:
    """The department's office of each dossier that this very act gave a list of sites."""
    groups = {row.pk: row for row in proposals if row.kind == Proposal.Kind.GROUP}
    if not groups:
        return {}
    listed = SiteList.objects.filter(
        proposal__in=list(groups), verdict="", submitted_at=clock.now()
    ).values_list("proposal_id", flat=True)
    provinces = {pk: groups[pk].province_id for pk in listed}
    if not provinces:
        return {}
    departments = Organisation.objects.valid_on(clock.today()).filter(
        kind=Organisation.Kind.INDUSTRY_DEPARTMENT, province__in=set(provinces.values())
    )
    lineages = dict(departments.values_list("province_id", "lineage"))
    return {pk: lineages[home] for pk, home in provinces.items() if home in lineages}


def remarked(remark: Remark) -> None:
    """Tell the other side of a remark, once a dossier and day; call it in the transaction.

    A unit hears of an office's remark when it can do something with it: its dossier is returned,
    or it is answered. An office hears of the unit's answer through who asked.
    """
    if remark.is_internal:
        return
    proposal = remark.proposal
    if remark.organisation.lineage != proposal.implementing_unit.lineage:
        if proposal.status != Proposal.Status.RETURNED and remark.parent_id is None:
            return
        lineage = proposal.implementing_unit.lineage
        readers = people([lineage], OFFICERS).get(lineage, [])
    elif remark.parent is not None and remark.parent.written_by.is_active:
        asked = remark.parent.written_by
        readers = [Reader(asked.pk, bool(asked.email))]
    else:
        return
    key = f"remark:{proposal.pk}:{clock.today():%Y-%m-%d}"
    once([Told(reader, Notice.Kind.REMARK, proposal, key) for reader in readers], remark.written_by)


@dataclass(frozen=True)
class Told:
    """What one reader is told once under its key."""

    reader: Reader
    kind: str
    proposal: Proposal
    key: str
    review: Review | None = None
    due_on: datetime.date | None = None


def once(wanted: Iterable[Told], by: User | None = None) -> int:
    """Write those not told before, never to who did it; how many were new."""
    by_key = {
        (row.reader.pk, row.key): row for row in wanted if by is None or row.reader.pk != by.pk
    }
    keys = {key for _user, key in by_key}
    known = set(Notice.objects.filter(key__in=keys).values_list("user_id", "key")) if keys else ()
    now = clock.now()
    fresh = [
        Notice(
            user_id=row.reader.pk,
            proposal=row.proposal,
            kind=row.kind,
            status=row.proposal.status,
            review=row.review,
            due_on=row.due_on,
            key=row.key,
            created_at=now,
            mailed_at=None if row.reader.has_address else now,
        )
        for name, row in by_key.items()
        if name not in known
    ]
    # Two workers may be at it at once: what the other one wrote stands.
    Notice.objects.bulk_create(fresh, ignore_conflicts=True)
    if any(notice.mailed_at is None for notice in fresh):
        transaction.on_commit(ring, robust=True)
    return len(fresh)


def ring() -> None:
    """After the commit: wake the worker. A broker that is down only delays the e-mails."""
    for bell in bells:
        bell()


@delegation.when_given
def tell_receiver(grants: Sequence[RoleGrant], by: User) -> None:
    """Who acts for somebody from a day on is told so, in the inbox and by mail."""
    now = clock.now()
    rows = [
        Notice(
            user=grant.user,
            grant=grant,
            kind=Notice.Kind.DELEGATED,
            created_at=now,
            mailed_at=None if grant.user.email else now,
        )
        for grant in grants
    ]
    Notice.objects.bulk_create(rows)
    if any(row.mailed_at is None for row in rows):
        transaction.on_commit(ring)
