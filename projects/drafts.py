"""Make and save drafts: any completeness is kept, nothing is silently overwritten."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from budgets.models import Cell
from khuyencong.core import audit, money, permissions
from khuyencong.core.models import Organisation, Place, SerialCounter, User
from khuyencong.core.refusals import Fault, NotAllowed, Refused, Stale
from programmes.models import Activity, FundingSource, Programme, Target
from projects import loading, search, snapshots, tracks
from projects.models import (
    Beneficiary,
    CostItem,
    CostShare,
    Enterprise,
    FundingLine,
    Proposal,
    ProposalActivity,
    ProposalPlace,
    TargetClaim,
)

PLAIN_FIELDS = frozenset(
    {
        "title",
        "kind",
        "partner",
        "is_recoverable",
        "necessity",
        "goals",
        "content",
        "expected_output",
        "organisation_plan",
        "effect",
        "starts_on",
        "ends_on",
        "survey_place",
        "survey_asker",
        "survey_number",
        "survey_on",
    }
)


# What an approval stands on, beside the cost lines of its source.
FROZEN = (
    *("title", "kind", "partner", "expected_output"),
    *("activities", "places", "beneficiaries"),
)


class ActivityChoice(NamedTuple):
    """An activity of the proposal, how many results, and what raises its ceiling."""

    activity: Activity
    units: int = 1
    is_technology_line: bool = False
    multiplier: Decimal = Decimal(1)
    multiplier_reason: str = ""


@dataclass
class CostRow:
    """One line of the cost table; ``shares`` is đồng by source code, no ``amount`` = computed.

    ``activity_code`` is needed only where the proposal has several activities.
    """

    name: str = ""
    unit: str = ""
    quantity: Decimal = Decimal(1)
    unit_price: int = 0
    amount: int | None = None
    shares: dict[str, int] = field(default_factory=dict)
    note: str = ""
    activity_code: str = ""

    def total(self) -> int:
        """Thành tiền in đồng: as entered, else quantity × unit price, half up."""
        if self.amount is not None:
            return self.amount
        exact = self.quantity * self.unit_price
        return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


@dataclass
class Draft:
    """What a form, the API or an import wants to save. None leaves a part as it is."""

    fields: dict[str, Any] = field(default_factory=dict)
    activities: list[ActivityChoice] | None = None
    places: list[Place] | None = None
    beneficiaries: list[Enterprise] | None = None
    objective_ids: list[int] | None = None
    cost_rows: list[CostRow] | None = None
    funding: dict[tuple[str, int], int] | None = None
    claims: list[tuple[Target, int]] | None = None


def create(
    programme: Programme,
    plan_year: int,
    *,
    title: str,
    kind: str,
    by: User,
    unit: Organisation | None = None,
    previous: Proposal | None = None,
) -> Proposal:
    """A new draft with its code (province, plan year, serial)."""
    reason = permissions.refusal(by, "projects.proposal.create")
    if reason:
        raise NotAllowed(reason)
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
    prefix = programme.province.abbreviation or programme.province.code
    with transaction.atomic():
        serial = SerialCounter.take(f"proposal/{prefix}/{plan_year}")
        proposal = Proposal(
            code=f"{prefix}-{plan_year}-{serial:04d}",
            programme=programme,
            province=programme.province,
            plan_year=plan_year,
            implementing_unit=unit or by.organisation,
            title=title,
            kind=kind,
            previous=previous,
            created_by=by,
        )
        _check(proposal)
        proposal.save()
        search.refresh(proposal)
        audit.record("projects.proposal.create", proposal, by=by)
    return proposal


def _check(proposal: Proposal) -> None:
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
        decided = _decided(locked)
        for name in PLAIN_FIELDS & draft.fields.keys():
            setattr(locked, name, draft.fields[name])
        _check(locked)
        _save_parts(locked, draft)
        _refuse_touching(decided, locked)
        locked.version += 1
        locked.save()
        search.refresh(locked)
        if locked.status == Proposal.Status.RETURNED:
            audit.record("projects.proposal.edit", locked, by=by)
    return locked


def _decided(proposal: Proposal) -> dict[str, Any] | None:
    """What an approval already stands on, as plain data; None while no source is approved.

    The reasons (necessity, goals, content) may still be written better for the other office.
    """
    approved = {
        track.source.code
        for track in tracks.current(tracks.of(proposal))
        if track.status == track.Status.APPROVED
    }
    if not approved:
        return None
    said = snapshots.content(proposal)
    found = {name: said[name] for name in FROZEN}
    found["cost_items"] = [item for item in said["cost_items"] if approved & item["shares"].keys()]
    return found


def _refuse_touching(before: dict[str, Any] | None, proposal: Proposal) -> None:
    """Once one source is approved, only what belongs to the undecided ones may change."""
    if before is None:
        return
    fresh = loading.with_parts(Proposal.objects.all()).get(pk=proposal.pk)
    fresh.title, fresh.kind = proposal.title, proposal.kind
    fresh.expected_output, fresh.partner = proposal.expected_output, proposal.partner
    if _decided(fresh) != before:
        raise Refused(
            Fault(
                _(
                    "Một nguồn vốn đã được phê duyệt: không đổi tên, nội dung, cơ sở, địa điểm, "
                    "kết quả và các dòng dự toán của nguồn đó."
                ),
                "cost_items",
            )
        )


def _save_parts(proposal: Proposal, draft: Draft) -> None:
    if draft.activities is not None:
        _save_activities(proposal, draft.activities)
    if draft.places is not None:
        _replace(
            proposal.places,
            "place_id",
            {place.pk: ProposalPlace(proposal=proposal, place=place) for place in draft.places},
        )
    if draft.beneficiaries is not None:
        _replace(
            proposal.beneficiaries,
            "enterprise_id",
            {
                row.pk: Beneficiary(proposal=proposal, enterprise=row, place_id=row.place_id)
                for row in draft.beneficiaries
            },
        )
    if draft.claims is not None:
        _save_claims(proposal, draft.claims)
    if draft.objective_ids is not None:
        allowed = proposal.programme.objectives.filter(pk__in=draft.objective_ids)
        proposal.objectives.set(allowed)
    before = _money_by_source(proposal)
    if draft.cost_rows is not None:
        _save_costs(proposal, draft.cost_rows)
    if draft.funding is not None:
        _save_funding(proposal, draft.funding)
    if draft.cost_rows is not None or draft.funding is not None:
        _after_money(proposal, before)


def _replace(rows: Any, key: str, wanted: dict[int, Any]) -> None:
    """Delete what is no longer wanted and add what is new; what stays keeps its row."""
    rows.exclude(**{f"{key}__in": list(wanted)}).delete()
    kept = set(rows.values_list(key, flat=True))
    rows.model.objects.bulk_create(row for pk, row in wanted.items() if pk not in kept)


def _save_activities(proposal: Proposal, wanted: Iterable[ActivityChoice]) -> None:
    chosen = {row.activity.pk: row for row in (ActivityChoice(*given) for given in wanted)}
    proposal.cost_items.exclude(activity__activity_id__in=chosen).update(activity=None)
    proposal.activities.exclude(activity_id__in=chosen).delete()
    for pk, row in chosen.items():
        fields = row._asdict()
        del fields["activity"]
        made = ProposalActivity(proposal=proposal, activity=row.activity, **fields)
        try:
            made.clean_fields(exclude=["proposal", "activity"])
        except ValidationError as error:
            raise Refused([Fault(message, "activity") for message in error.messages]) from error
        ProposalActivity.objects.update_or_create(
            proposal=proposal, activity_id=pk, defaults=fields
        )


def _save_claims(proposal: Proposal, wanted: Iterable[tuple[Target, int]]) -> None:
    """Which targets of its own programme the proposal means to serve, and by how much."""
    chosen = {
        target.pk: quantity
        for target, quantity in wanted
        if quantity and target.programme_id == proposal.programme_id
    }
    proposal.claims.exclude(target_id__in=chosen).delete()
    for pk, quantity in chosen.items():
        TargetClaim.objects.update_or_create(
            proposal=proposal, target_id=pk, defaults={"quantity": quantity}
        )


def _sources(proposal: Proposal) -> dict[str, FundingSource]:
    shares = proposal.programme.version.source_shares.select_related("source")
    known = {share.source.code: share.source for share in shares}
    # Other people's money may come from where the programme has no line.
    for source in FundingSource.objects.filter(is_state=False):
        known.setdefault(source.code, source)
    return known


def _lacking(code: str) -> Refused:
    name = FundingSource.objects.filter(code=code).values_list("name", flat=True).first()
    return Refused(
        Fault(
            _("Chương trình không có nguồn «{source}». Chọn nguồn khác.").format(
                source=name or code[:40]
            ),
            "funding_lines",
        )
    )


def _save_costs(proposal: Proposal, rows: list[CostRow]) -> None:
    known = _sources(proposal)
    stages = {
        (item.position, share.source_id): share
        for item in proposal.cost_items.all()
        for share in item.shares.all()
    }
    proposal.cost_items.all().delete()
    activities = {row.activity.code: row for row in proposal.activities.select_related("activity")}
    for position, row in enumerate(rows):
        item = CostItem(
            proposal=proposal,
            activity=activities.get(row.activity_code),
            position=position,
            name=row.name,
            unit=row.unit,
            quantity=row.quantity,
            unit_price=row.unit_price,
            note=row.note,
        )
        # Its factors first: their product is only made of figures that can be multiplied.
        _check_row(item, position)
        item.amount = row.total()
        _check_row(item, position)
        item.save()
        for code, amount in row.shares.items():
            if not amount:
                continue
            if code not in known:
                raise _lacking(code)
            before = stages.get((position, known[code].pk))
            share = CostShare(
                item=item,
                source=known[code],
                requested=amount,
                appraised=before.appraised if before else None,
                approved=before.approved if before else None,
            )
            _check_row(share, position)
            share.save()


def _check_row(row: CostItem | CostShare, position: int) -> None:
    nameless = [] if getattr(row, "name", "") else ["name"]
    try:
        row.clean_fields(exclude=[*nameless, "item", "proposal"])
    except ValidationError as error:
        raise Refused(
            [
                Fault(
                    _("Dòng {n}: {message}").format(n=position + 1, message=message),
                    f"cost_items-{position}",
                )
                for message in error.messages
            ]
        ) from error


def _save_funding(proposal: Proposal, wanted: dict[tuple[str, int], int]) -> None:
    known = _sources(proposal)
    years = proposal.programme.years
    cells = {
        (cell.source_id, cell.year): cell
        for cell in Cell.objects.filter(programme_id=proposal.programme_id)
    }
    keep = []
    for (code, year), amount in wanted.items():
        if not amount:
            continue
        if code not in known:
            raise _lacking(code)
        source = known[code]
        if year not in years:
            raise Refused(
                Fault(
                    _("Năm {year} ngoài giai đoạn {start}–{end} của chương trình.").format(
                        year=year, start=years[0], end=years[-1]
                    ),
                    "funding_lines",
                )
            )
        if not 0 <= amount <= money.MAX:
            raise Refused(Fault(_("Số tiền phải từ 0 đến 999.999 tỷ đồng."), "funding_lines"))
        line, _made = FundingLine.objects.update_or_create(
            proposal=proposal,
            source=source,
            year=year,
            defaults={
                "requested": amount,
                "cell": cells.get((source.pk, year)) if source.is_state else None,
            },
        )
        keep.append(line.pk)
    gone = proposal.funding_lines.exclude(pk__in=keep)
    # A line an office has spoken on is kept as a nought, for its opinion points to it.
    gone.filter(pk__in=_spoken_on(proposal)).update(requested=0)
    gone.exclude(pk__in=_spoken_on(proposal)).delete()


def _spoken_on(proposal: Proposal) -> list[int]:
    from projects.models import ReviewAmount

    return list(
        ReviewAmount.objects.filter(line__proposal=proposal).values_list("line_id", flat=True)
    )


def _money_by_source(proposal: Proposal) -> dict[int, list[tuple[Any, ...]]]:
    """Everything asked of each source: to see which ones an edit touched."""
    found: dict[int, list[tuple[Any, ...]]] = {}
    for line in FundingLine.objects.filter(proposal=proposal).order_by("year"):
        if line.requested:
            found.setdefault(line.source_id, []).append(("line", line.year, line.requested))
    shares = CostShare.objects.filter(item__proposal=proposal).order_by("item__position")
    for share in shares.select_related("item"):
        found.setdefault(share.source_id, []).append(
            ("share", share.item.position, share.requested)
        )
    return found


def _after_money(proposal: Proposal, before: dict[int, list[tuple[Any, ...]]]) -> None:
    """Money of a decided source may not be touched; elsewhere earlier opinions no longer hold."""
    after = _money_by_source(proposal)
    touched = {pk for pk in before.keys() | after.keys() if before.get(pk) != after.get(pk)}
    if not touched:
        return
    for track in tracks.current(tracks.of(proposal)):
        if (
            track.is_decided
            and track.status == track.Status.APPROVED
            and (track.source_id in touched)
        ):
            raise Refused(
                Fault(
                    _("{source} đã được phê duyệt, không sửa số tiền của nguồn này.").format(
                        source=track.source.name
                    ),
                    "funding_lines",
                )
            )
    # What enterprises promised was counted as approved with the half that was: it is asked anew.
    open_again = {"appraised": None, "approved": None}
    FundingLine.objects.filter(proposal=proposal, source_id__in=touched).update(**open_again)
    CostShare.objects.filter(item__proposal=proposal, source_id__in=touched).update(**open_again)


def today_in(programme: Programme, day: datetime.date) -> int:
    """The plan year to offer first: this year inside the programme, else its last one."""
    return min(max(day.year, programme.start_year), programme.end_year)
