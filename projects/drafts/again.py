"""Register a refused or withdrawn proposal again: a new record in a later year, tied to the old."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from khuyencong.core import permissions
from khuyencong.core.models import User
from khuyencong.core.refusals import Fault, NotAllowed, Refused
from programmes.models import Programme
from projects import loading
from projects.drafts.creation import create, key_of
from projects.drafts.draft import PLAIN_FIELDS, ActivityChoice, CostRow, Draft
from projects.drafts.saving import save
from projects.models import Proposal

# Days and papers of the old year say nothing of the new one.
_OF_ITS_YEAR = frozenset({"starts_on", "ends_on"})


def register_again(
    old: Proposal,
    programme: Programme,
    plan_year: int,
    *,
    by: User,
    form_key: uuid.UUID | None = None,
) -> Proposal:
    """A new draft with what the old one said, its money moved so that it begins in the new year."""
    reason = permissions.refusal(by, "projects.proposal.register_again", old)
    if reason:
        raise NotAllowed(reason)
    if plan_year < old.plan_year:
        raise Refused(
            Fault(
                _("Đăng ký lại cho năm {year} hoặc năm sau đó.").format(year=old.plan_year),
                "plan_year",
            )
        )
    with transaction.atomic():
        old = loading.locked(old.pk)
        _refuse_twice(old, key_of(form_key, by))
        fresh = create(
            programme,
            plan_year,
            title=old.title,
            kind=old.kind,
            by=by,
            previous=old,
            form_key=form_key,
        )
        if fresh.version > 1:
            return fresh  # the same page sent twice
        return save(fresh, _said_by(old, fresh), by=by, expected_version=fresh.version)


def _refuse_twice(old: Proposal, key: uuid.UUID | None) -> None:
    """One record follows another: a second one would ask for the same money twice."""
    ended = (Proposal.Status.REFUSED, Proposal.Status.WITHDRAWN)
    living = old.registered_again.exclude(status__in=ended)
    if key is not None:
        living = living.exclude(form_key=key)
    if known := living.order_by("pk").first():
        raise Refused(
            Fault(
                _("{old} đã được đăng ký lại thành {code}. Mở {code} để làm tiếp.").format(
                    old=old.code, code=known.code
                ),
                "plan_year",
            )
        )


def _said_by(old: Proposal, fresh: Proposal) -> Draft:
    fields: dict[str, Any] = {name: getattr(old, name) for name in PLAIN_FIELDS - _OF_ITS_YEAR}
    draft = Draft(
        fields=fields,
        activities=[chosen(row) for row in old.activities.all()],
        places=[row.place for row in old.places.all()],
        beneficiaries=[row.enterprise for row in old.beneficiaries.all()],
        cost_rows=cost_rows(old),
        funding=_moved(old, fresh),
    )
    if old.programme_id == fresh.programme_id:
        draft.objective_ids = [row.pk for row in old.objectives.all()]
        draft.claims = [(row.target, row.quantity) for row in old.claims.select_related("target")]
    return draft


def chosen(row: Any) -> ActivityChoice:
    """An activity of a saved proposal as a draft says it."""
    return ActivityChoice(
        row.activity, row.units, row.is_technology_line, row.multiplier, row.multiplier_reason
    )


def cost_rows(proposal: Proposal) -> list[CostRow]:
    """The saved cost table as a draft says it."""
    codes = {row.pk: row.activity.code for row in proposal.activities.all()}
    return [
        CostRow(
            name=item.name,
            unit=item.unit,
            quantity=item.quantity,
            unit_price=item.unit_price,
            amount=item.amount,
            shares={share.source.code: share.requested for share in item.shares.all()},
            note=item.note,
            activity_code=codes.get(item.activity_id, ""),
        )
        for item in proposal.cost_items.all()
    ]


def _moved(old: Proposal, fresh: Proposal) -> dict[tuple[str, int], int]:
    """Requested money by source and year, later by as many years as the plan year is.

    What would fall behind the programme's end is asked for in its last year.
    """
    found: dict[tuple[str, int], int] = {}
    for line in old.funding_lines.all():
        year = max(line.year + fresh.plan_year - old.plan_year, fresh.plan_year)
        key = line.source.code, min(year, fresh.programme.end_year)
        found[key] = found.get(key, 0) + line.requested
    return found
