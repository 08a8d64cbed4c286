"""Many new establishments at once: what ``register.save`` does for each, in a few queries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from khuyencong.core import audit, permissions, text
from khuyencong.core.models import User
from khuyencong.core.refusals import Fault, NotAllowed, Refused
from projects.models import Enterprise, EnterpriseIdentifier
from projects.register import Number

_LISTS: Final = ("province", "place", "sector_group", "industry", "craft_village", "merged_into")


class RefusedAt(Refused):
    """Which of the records was refused, from 0."""

    def __init__(self, at: int, faults: list[Fault]) -> None:
        self.at = at
        super().__init__(faults)


@transaction.atomic
def create(entered: Sequence[tuple[Enterprise, Sequence[Number]]], *, by: User) -> list[Enterprise]:
    """New records with their numbers and their trail, all or none; some hundreds at a time.

    Records they point to (place, sector…) are given as objects the caller has read.
    """
    numbers: list[list[EnterpriseIdentifier]] = []
    for at, (enterprise, given) in enumerate(entered):
        if reason := permissions.refusal(by, "projects.enterprise.write", enterprise):
            raise NotAllowed(reason)
        numbers.append(_checked(at, enterprise, given))
        enterprise.fill_keys()
        found_by = [
            word for row in numbers[at] if not row.is_personal for word in (row.value, row.shown)
        ]
        enterprise.search_text = text.fold(
            " ".join([enterprise.search_text, *dict.fromkeys(found_by)])
        )
    _refuse_taken(numbers)
    made = Enterprise.objects.bulk_create(enterprise for enterprise, _given in entered)
    acts = []
    for enterprise, own in zip(made, numbers, strict=True):
        acts.append(("projects.enterprise.create", enterprise, None))
        for row in own:
            row.enterprise = enterprise
            acts.append(("projects.enterprise.add_identifier", enterprise, {"kind": str(row.kind)}))
    try:
        with transaction.atomic():
            EnterpriseIdentifier.objects.bulk_create(row for own in numbers for row in own)
    except IntegrityError as error:
        # Somebody entered one of them in this very moment.
        _refuse_taken(numbers)
        raise Refused(_("Một mã vừa được nhập cho một cơ sở khác.")) from error
    audit.record_many(acts, by=by)
    return made


def _checked(
    at: int, enterprise: Enterprise, given: Sequence[Number]
) -> list[EnterpriseIdentifier]:
    rows = [EnterpriseIdentifier(**number._asdict()) for number in given]
    try:
        enterprise.clean_fields(exclude=_LISTS)
        enterprise.clean()
        for row in rows:
            row.clean_fields(exclude=["enterprise"])
            row.clean()
    except ValidationError as error:
        faults = [
            Fault(message, field)
            for field, messages in error.message_dict.items()
            for message in messages
        ]
        raise RefusedAt(at, faults) from error
    return rows


def _refuse_taken(numbers: Sequence[Sequence[EnterpriseIdentifier]]) -> None:
    at = {(row.kind, row.value): n for n, own in enumerate(numbers) for row in own}
    held = EnterpriseIdentifier.objects.filter(
        value__in=[value for _kind, value in at], valid_to=None
    )
    for kind, value in held.values_list("kind", "value"):
        if (kind, value) in at:
            fault = Fault(_("Mã này vừa được nhập cho một cơ sở khác."), "number")
            raise RefusedAt(at[kind, value], [fault])
