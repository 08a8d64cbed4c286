"""Write the parts a draft names, all or nothing; nothing is silently overwritten."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from khuyencong.core import audit, permissions
from khuyencong.core.models import User
from khuyencong.core.refusals import Fault, NotAllowed, Refused, Stale
from projects import loading, search
from projects.drafts import frozen
from projects.drafts.draft import PLAIN_FIELDS, Draft
from projects.drafts.money import save_costs, save_funding
from projects.drafts.parts import replace, save_activities, save_claims
from projects.models import Beneficiary, Proposal, ProposalPlace


def check(proposal: Proposal) -> None:
    """Field rules of what a person writes; the rest is the portal's own."""
    ours = [f.name for f in Proposal._meta.fields if f.name not in PLAIN_FIELDS]
    try:
        proposal.clean_fields(exclude=ours)
    except ValidationError as error:
        raise Refused(
            [
                Fault(message, name)
                for name, messages in error.message_dict.items()
                for message in messages
            ]
        ) from error


def save(proposal: Proposal, draft: Draft, *, by: User, expected_version: int | None) -> Proposal:
    """Write the parts the draft names, all or nothing; ``Stale`` when another was first."""
    reason = permissions.refusal(by, "projects.proposal.edit", proposal)
    if reason:
        raise NotAllowed(reason)
    with transaction.atomic():
        locked = loading.locked(proposal.pk)
        if expected_version is not None and locked.version != expected_version:
            raise Stale(
                _(
                    "Người khác vừa lưu đề án này. Nội dung bạn nhập vẫn còn ở đây; "
                    "mở bản mới để so, rồi lưu lại."
                )
            )
        reason = permissions.refusal(by, "projects.proposal.edit", locked)
        if reason:
            raise NotAllowed(reason)
        decided = frozen.content_of(locked)
        for name in PLAIN_FIELDS & draft.fields.keys():
            setattr(locked, name, draft.fields[name])
        check(locked)
        _save_parts(locked, draft)
        frozen.refuse_touching(decided, locked)
        locked.version += 1
        locked.edited_by = by
        locked.save()
        search.refresh(locked)
        if locked.status == Proposal.Status.RETURNED:
            audit.record("projects.proposal.edit", locked, by=by)
    return locked


def _save_parts(proposal: Proposal, draft: Draft) -> None:
    if draft.activities is not None:
        save_activities(proposal, draft.activities)
    if draft.places is not None:
        replace(
            proposal.places,
            "place_id",
            {place.pk: ProposalPlace(proposal=proposal, place=place) for place in draft.places},
        )
    if draft.beneficiaries is not None:
        replace(
            proposal.beneficiaries,
            "enterprise_id",
            {
                row.pk: Beneficiary(proposal=proposal, enterprise=row, place_id=row.place_id)
                for row in draft.beneficiaries
            },
        )
    if draft.claims is not None:
        save_claims(proposal, draft.claims)
    if draft.objective_ids is not None:
        allowed = proposal.programme.objectives.filter(pk__in=draft.objective_ids)
        proposal.objectives.set(allowed)
    before = frozen.money_by_source(proposal)
    if draft.cost_rows is not None:
        save_costs(proposal, draft.cost_rows)
    if draft.funding is not None:
        save_funding(proposal, draft.funding)
    if draft.cost_rows is not None or draft.funding is not None:
        frozen.after_money(proposal, before)
