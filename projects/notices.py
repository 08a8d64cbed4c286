"""Tell people what a verb brought them: rows in its transaction, e-mail after its commit."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import Q
from django.utils.translation import gettext as _

from khuyencong.core import clock, roles
from khuyencong.core.models import Organisation, User, dated_on
from projects.models import Notice, Proposal, Review, SiteList, Track

logger = logging.getLogger(__name__)
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
JUDGES = [
    role
    for role, rights in roles.PERMISSIONS.items()
    if rights & {roles.REVIEW, roles.CONCLUDE, roles.APPROVE}
]


def write(proposal: Proposal, before: str, by: User) -> bool:
    """Rows for who must act now, and for the unit whose dossier got an answer.

    Gives whether an e-mail waits: only for people who have an address.
    """
    now = clock.now()
    here = Review.objects.filter(
        track__proposal=proposal, verdict="", track__status=Track.Status.IN_STEP
    )
    fresh = here.filter(Q(received_at=now) | Q(proposed_at=now))
    offices = set(fresh.values_list("organisation_id", flat=True))
    told: dict[int, tuple[str, str]] = {}
    if offices:
        for pk, email in _people(Q(organisation_id__in=offices, role_grants__role__in=JUDGES)):
            told[pk] = (Notice.Kind.ARRIVED, email)
    if _sites_listed(proposal):
        department = Q(
            organisation__kind=Organisation.Kind.INDUSTRY_DEPARTMENT,
            organisation__province_id=proposal.province_id,
            role_grants__role__in=JUDGES,
        )
        for pk, email in _people(department):
            told[pk] = (Notice.Kind.ARRIVED, email)
    if proposal.status != before and proposal.status in OUTCOMES:
        unit = Q(
            organisation_id=proposal.implementing_unit_id, role_grants__role=roles.Role.OFFICER
        )
        for pk, email in _people(unit):
            told[pk] = (Notice.Kind.OUTCOME, email)
    told.pop(by.pk, None)
    Notice.objects.bulk_create(
        Notice(
            user_id=pk,
            proposal=proposal,
            kind=kind,
            status=proposal.status,
            created_at=now,
            mailed_at=None if email else now,
        )
        for pk, (kind, email) in told.items()
    )
    return any(email for _kind, email in told.values())


def _sites_listed(proposal: Proposal) -> bool:
    """Whether this very act brought a list of sites that waits for the department."""
    return (
        proposal.kind == Proposal.Kind.GROUP
        and SiteList.objects.filter(
            proposal=proposal, verdict="", submitted_at=clock.now()
        ).exists()
    )


def _people(wanted: Q) -> list[tuple[int, str]]:
    """Ids and addresses of active people with such a role today."""
    in_force = dated_on(clock.today(), "role_grants__")
    rows = User.objects.filter(wanted & in_force, is_active=True)
    return list(rows.values_list("pk", "email").distinct())


def ring() -> None:
    """After the commit: wake the worker. A broker that is down only delays the e-mails."""
    for bell in bells:
        bell()


def mail_waiting(limit: int = 200) -> int:
    """Send the e-mails of notices not mailed yet; each at most once even if two workers try."""
    waiting = Notice.objects.filter(mailed_at=None).select_related("user", "proposal")
    sent = 0
    for notice in waiting.order_by("pk")[:limit]:
        claimed = Notice.objects.filter(pk=notice.pk, mailed_at=None).update(mailed_at=clock.now())
        if not claimed:
            continue
        try:
            send_mail(
                subject=str(notice.sentence),
                message=_("{title}\n\nMở cổng khuyến công để xem.").format(
                    title=notice.proposal.title
                ),
                from_email=settings.DEFAULT_FROM_EMAIL,
                recipient_list=[notice.user.email],
            )
            sent += 1
        except OSError:
            logger.warning("mail server does not answer; notice %s waits", notice.pk)
            Notice.objects.filter(pk=notice.pk).update(mailed_at=None)
            break
    return sent
