"""A new draft, with a code of its own."""

from __future__ import annotations

import datetime
import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from khuyencong.core import audit, permissions
from khuyencong.core.models import Organisation, SerialCounter, User
from khuyencong.core.refusals import Fault, NotAllowed, Refused
from programmes.models import Programme
from projects import search
from projects.drafts.saving import check
from projects.models import Proposal


def create(
    programme: Programme,
    plan_year: int,
    *,
    title: str,
    kind: str,
    by: User,
    unit: Organisation | None = None,
    previous: Proposal | None = None,
    form_key: uuid.UUID | None = None,
) -> Proposal:
    """A new draft with its code (province, plan year, serial).

    ``form_key`` names the page it was asked for on: the same page sent twice makes one draft.
    """
    reason = permissions.refusal(by, "projects.proposal.create")
    if reason:
        raise NotAllowed(reason)
    key = key_of(form_key, by)
    if made := _made_with(key):
        return made
    refuse_plan(programme, plan_year, by)
    # The serial's row is locked until the end: of two requests the second finds the first's draft.
    with transaction.atomic():
        code = take_codes(programme, plan_year)[0]
        if made := _made_with(key):
            transaction.set_rollback(True)
            return made
        proposal = Proposal(
            code=code,
            programme=programme,
            province=programme.province,
            plan_year=plan_year,
            implementing_unit=unit or by.organisation,
            title=title,
            kind=kind,
            previous=previous,
            created_by=by,
            form_key=key,
        )
        check(proposal)
        proposal.save()
        search.refresh(proposal)
        audit.record("projects.proposal.create", proposal, by=by)
    return proposal


def refuse_plan(programme: Programme, plan_year: int, by: User) -> None:
    """A year of the programme, and a programme of the person's own province."""
    if plan_year not in programme.years:
        raise Refused(
            Fault(
                _("Năm {year} ngoài giai đoạn {start}–{end} của chương trình.").format(
                    year=plan_year, start=programme.start_year, end=programme.end_year
                ),
                "plan_year",
            )
        )
    if by.organisation.province_id not in (None, programme.province_id):
        raise Refused(Fault(_("Chương trình này của tỉnh khác."), "programme"))


def take_codes(programme: Programme, plan_year: int, count: int = 1) -> list[str]:
    """The next codes of a province and plan year, kept until the transaction ends."""
    prefix = programme.province.abbreviation or programme.province.code
    last = SerialCounter.take(f"proposal/{prefix}/{plan_year}", count)
    return [f"{prefix}-{plan_year}-{serial:04d}" for serial in range(last - count + 1, last + 1)]


def key_of(form_key: uuid.UUID | None, by: User) -> uuid.UUID | None:
    """Of this person alone: a key somebody else sent is another one."""
    return uuid.uuid5(form_key, str(by.pk)) if form_key else None


def _made_with(key: uuid.UUID | None) -> Proposal | None:
    return Proposal.objects.filter(form_key=key).first() if key else None


def today_in(programme: Programme, day: datetime.date) -> int:
    """The plan year to offer first: this year inside the programme, else its last one."""
    return min(max(day.year, programme.start_year), programme.end_year)
