"""The only writer of the register: each verb locks, asks the rule, writes and leaves its trail."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from khuyencong.core import audit, clock, permissions, places
from khuyencong.core.models import User
from khuyencong.core.refusals import Fault, NotAllowed, NotNow, Refused, Stale
from projects import register_sentences as _sentences  # noqa: F401  registers how its acts read
from projects import rules as _rules  # noqa: F401  registers who may
from projects import search
from projects.models import Beneficiary, Enterprise, EnterpriseIdentifier, Proposal
from projects.register_fields import FIELDS, changes_between


class Number(NamedTuple):
    """A number as it is entered; ``valid_from`` empty means it is not known since when."""

    kind: str
    value: str
    valid_from: datetime.date | None = None
    is_verified: bool = False


def _ask(verb: str, by: User | None, enterprise: Enterprise) -> None:
    """Nobody (None) is the portal itself: the data it comes with."""
    if by is None:
        return
    if reason := permissions.refusal(by, f"projects.enterprise.{verb}", enterprise):
        raise NotAllowed(reason)


def _locked(pk: int) -> Enterprise:
    # No key is changed: who adds it to a dossier meanwhile need not wait, nor can block us.
    return Enterprise.objects.select_for_update(no_key=True).get(pk=pk)


def _alone(enterprise: Enterprise) -> Enterprise:
    if enterprise.merged_into_id is not None:
        raise NotNow(
            _("{code} đã gộp vào {kept}; sửa ở cơ sở được giữ lại.").format(
                code=enterprise.code, kept=f"CS-{enterprise.merged_into_id}"
            )
        )
    return enterprise


def _checked(enterprise: Enterprise) -> None:
    try:
        enterprise.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        raise Refused(
            [
                Fault(message, field)
                for field, messages in error.message_dict.items()
                for message in messages
            ]
        ) from error


@transaction.atomic
def save(
    enterprise: Enterprise,
    *,
    by: User | None,
    expected_version: int | None = None,
    numbers: Iterable[Number] = (),
) -> Enterprise:
    """Write what was entered into the record given, new or known, and its new numbers.

    Raises ``Stale`` where somebody else wrote since ``expected_version``. What is not changed is
    not written, and leaves no trail.
    """
    _ask("write", by, enterprise)
    is_new, changed = enterprise.pk is None, []
    if is_new:
        _checked(enterprise)
        enterprise.save()
        audit.record("projects.enterprise.create", enterprise, by=by)
    else:
        stored = _alone(_locked(enterprise.pk))
        if expected_version is not None and stored.version != expected_version:
            raise Stale(_("Người khác vừa sửa cơ sở này."))
        changed = changes_between(stored, enterprise)
        enterprise.version = stored.version
        enterprise.audit_seq, enterprise.audit_head = stored.audit_seq, stored.audit_head
        if changed:
            _checked(enterprise)
            enterprise.version += 1
            enterprise.save()
            audit.record(
                "projects.enterprise.change", enterprise, by=by, changes={"fields": changed}
            )
    added = [_add(enterprise, number, by) for number in numbers]
    if added:
        _words_of(enterprise)
    if not is_new and (added or "name" in changed):
        search.refresh_for_enterprise(enterprise)
    return enterprise


def _words_of(enterprise: Enterprise) -> None:
    enterprise.fill_keys()
    Enterprise.objects.filter(pk=enterprise.pk).update(search_text=enterprise.search_text)


def _add(enterprise: Enterprise, number: Number, by: User | None) -> EnterpriseIdentifier:
    row = EnterpriseIdentifier(enterprise=enterprise, **number._asdict())
    try:
        row.full_clean(exclude=["enterprise"], validate_constraints=False)
    except ValidationError as error:
        raise Refused([Fault(said, "number") for said in error.messages]) from error
    if row.valid_from and row.valid_from > clock.today():
        raise Refused(Fault(_("Ngày bắt đầu dùng không được sau hôm nay."), "number_from"))
    if enterprise.identifiers.filter(kind=row.kind, value=row.value, valid_to=None).exists():
        raise Refused(Fault(_("Cơ sở này đang có mã này rồi."), "number"))
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Refused(Fault(_("Mã này vừa được nhập cho một cơ sở khác."), "number")) from error
    audit.record(
        "projects.enterprise.add_identifier", enterprise, by=by, changes={"kind": str(row.kind)}
    )
    return row


@transaction.atomic
def add_identifier(
    enterprise: Enterprise, number: Number, *, by: User | None
) -> EnterpriseIdentifier:
    """Another number of an establishment, beside those it has."""
    _ask("write", by, enterprise)
    stored = _alone(_locked(enterprise.pk))
    row = _add(stored, number, by)
    _touch(stored)
    return row


@transaction.atomic
def end_identifier(identifier: EnterpriseIdentifier, *, on: datetime.date, by: User | None) -> None:
    """The number is no longer used after that day; it stays in the record as a former one."""
    _ask("write", by, identifier.enterprise)
    stored = _alone(_locked(identifier.enterprise_id))
    row = stored.identifiers.get(pk=identifier.pk)
    if not row.is_active:
        raise NotNow(_("Mã này đã kết thúc trước đó."))
    if on > clock.today():
        raise Refused(Fault(_("Ngày hết dùng không được sau hôm nay."), "ended_on"))
    if row.valid_from and on < row.valid_from:
        raise Refused(Fault(_("Ngày hết dùng phải từ ngày bắt đầu dùng trở đi."), "ended_on"))
    row.valid_to = on
    row.save(update_fields=["valid_to"])
    audit.record(
        "projects.enterprise.end_identifier", stored, by=by, changes={"kind": str(row.kind)}
    )
    _touch(stored)


@transaction.atomic
def verify_identifier(identifier: EnterpriseIdentifier, *, by: User | None) -> None:
    """Somebody held the number against its paper."""
    _ask("write", by, identifier.enterprise)
    stored = _alone(_locked(identifier.enterprise_id))
    if stored.identifiers.filter(pk=identifier.pk, is_verified=False).update(is_verified=True):
        kind = {"kind": str(identifier.kind)}
        audit.record("projects.enterprise.verify_identifier", stored, by=by, changes=kind)


def _touch(enterprise: Enterprise) -> None:
    """After a number came or went: the version moves, and the words follow."""
    Enterprise.objects.filter(pk=enterprise.pk).update(version=F("version") + 1)
    _words_of(enterprise)
    search.refresh_for_enterprise(enterprise)


@transaction.atomic
def reveal(identifier: EnterpriseIdentifier, *, by: User) -> str:
    """A person's own number whole, for who needs it; the trail keeps that it was looked at."""
    _ask("reveal", by, identifier.enterprise)
    stored = _locked(identifier.enterprise_id)
    kind = {"kind": str(identifier.kind)}
    audit.record("projects.enterprise.reveal", stored, by=by, changes=kind)
    return identifier.value


@transaction.atomic
def merge(
    keep: Enterprise,
    gone: Enterprise,
    *,
    by: User,
    taken: Iterable[str] = (),
    reason: str = "",
    expected_versions: tuple[int, int] | None = None,
) -> Enterprise:
    """One of two records of the same establishment; ``taken`` names fields of ``gone`` to keep.

    Its numbers and its parts in dossiers move; it stays as a record that points to the other. What
    was frozen at a submission stays as it was frozen.
    """
    _ask("merge", by, keep)
    _ask("merge", by, gone)
    if keep.pk == gone.pk:
        raise Refused(_("Chọn hai cơ sở khác nhau để gộp."))
    # The records first, in the order of their ids, then the dossiers: as every verb here does.
    locked = {
        row.pk: _alone(row)
        for row in Enterprise.objects.select_for_update(no_key=True)
        .filter(pk__in=[keep.pk, gone.pk])
        .order_by("pk")
    }
    served = Beneficiary.objects.filter(enterprise=gone.pk).values("proposal")
    dossiers = Proposal.objects.select_for_update().filter(pk__in=served).order_by("pk")
    moved = list(dossiers.values_list("pk", flat=True))
    kept, left = locked[keep.pk], locked[gone.pk]
    if kept.province_id != left.province_id:
        raise Refused(_("Chỉ gộp hai cơ sở trong cùng tỉnh."))
    if expected_versions not in (None, (kept.version, left.version)):
        raise Stale(_("Một trong hai cơ sở vừa được sửa. Xem lại rồi gộp lần nữa."))
    _not_together(kept, left)
    _one_and_the_same(kept, left, reason)
    chosen = [name for name in FIELDS if name in set(taken)]
    for name in chosen:
        setattr(kept, name, getattr(left, name))
    _checked(kept)
    Beneficiary.objects.filter(enterprise=left).update(enterprise=kept)
    kinds = kept.identifiers.filter(valid_to=None).values_list("kind", flat=True)
    moving = EnterpriseIdentifier.objects.filter(enterprise=left)
    # It has one running number of a kind; the other stays as a former one.
    moving.filter(valid_to=None, kind__in=list(kinds)).update(valid_to=clock.today())
    moving.update(enterprise=kept)
    Enterprise.objects.filter(merged_into=left).update(merged_into=kept)
    left.merged_into, left.version = kept, left.version + 1
    left.save()
    kept.version += 1
    kept.save()
    Proposal.objects.filter(pk__in=moved).update(version=F("version") + 1)
    audit.record(
        "projects.enterprise.merge",
        kept,
        by=by,
        reason=reason,
        changes={"gone": left.code, "fields": chosen},
    )
    audit.record(
        "projects.enterprise.merged_away",
        left,
        by=by,
        reason=reason,
        changes={"kept": kept.code},
    )
    search.refresh_for_enterprise(kept)
    return kept


def _not_together(keep: Enterprise, gone: Enterprise) -> None:
    both = Proposal.objects.filter(beneficiaries__enterprise=keep.pk)
    codes = list(
        both.filter(pk__in=gone.benefits.values("proposal")).values_list("code", flat=True)[:5]
    )
    if codes:
        raise Refused(
            _(
                "Hai cơ sở cùng đứng tên trong đề án {codes}, nên không phải một. "
                "Bỏ một cơ sở khỏi đề án đó rồi gộp lại."
            ).format(codes=", ".join(codes))
        )


def _one_and_the_same(keep: Enterprise, gone: Enterprise, reason: str) -> None:
    """Two numbers that were compared with papers are two firms; other names want a reason."""
    numbers = [
        {
            row.kind: row
            for row in firm.identifiers.filter(valid_to=None, kind__in=EnterpriseIdentifier.TAX)
        }
        for firm in (keep, gone)
    ]
    differing = numbers[0].keys() & numbers[1].keys()
    if any(numbers[0][kind].is_verified and numbers[1][kind].is_verified for kind in differing):
        raise Refused(
            _(
                "Hai mã số thuế khác nhau, cả hai đã đối chiếu giấy tờ, nên là hai cơ sở. "
                "Mã nào sai thì kết thúc mã đó trước rồi gộp lại."
            )
        )
    if (differing or keep.name_bare != gone.name_bare) and not reason.strip():
        raise Refused(
            Fault(
                _("Tên hoặc mã số thuế khác nhau: nêu vì sao hai bản ghi là một cơ sở."), "reason"
            )
        )


@places.when_changed
def refresh_for_places(ids: set[int]) -> None:
    """After units were renamed or joined: establishments on that ground are found by both names."""
    touched = (
        Q(place__in=ids)
        | Q(place__parent__in=ids)
        | Q(place__changes_to__new__in=ids)
        | Q(place__changes_from__old__in=ids)
        | Q(place__changes_from__old__parent__in=ids)
    )
    rows = Enterprise.objects.filter(pk__in=Enterprise.objects.filter(touched).values("pk"))
    for enterprise in rows.select_related("place__parent", "sector_group", "craft_village"):
        _words_of(enterprise)
