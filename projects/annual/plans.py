"""Begin a list, and write which dossiers stand in it, in which order and why."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from khuyencong.core import audit, permissions, text
from khuyencong.core.models import SerialCounter, User
from khuyencong.core.refusals import Fault, NotAllowed, NotNow, Refused, Stale
from programmes.models import FundingSource, Programme
from projects.annual import candidates
from projects.annual import rules as _rules  # noqa: F401  registers who may
from projects.annual import sentences as _sentences  # noqa: F401  registers how its acts read
from projects.models import AnnualPlan, PlanItem

REASON_MAX = 300
MOST = 500


@dataclass(frozen=True)
class Entry:
    """One dossier as it should stand in the list; the order of entries is the order of the list."""

    track_id: int
    reason: str = ""


def create(
    programme: Programme,
    year: int,
    source: FundingSource,
    *,
    by: User,
    title: str = "",
    form_key: uuid.UUID | None = None,
) -> AnnualPlan:
    """An empty list of a year and a state source; the same page sent twice makes one."""
    if reason := permissions.refusal(by, "projects.annual.create"):
        raise NotAllowed(reason)
    if form_key and (made := AnnualPlan.objects.filter(form_key=form_key, created_by=by).first()):
        return made
    if faults := _faults(programme, year, source, by):
        raise Refused(faults)
    title = title or _("Danh mục đề án khuyến công năm {year}, {source}").format(
        year=year, source=source.name
    )
    # The serial's row is locked until the end: of two requests the second finds the first's list.
    with transaction.atomic():
        code = _code(programme, year, source)
        if form_key and (made := AnnualPlan.objects.filter(form_key=form_key).first()):
            transaction.set_rollback(True)
            return made
        plan = AnnualPlan(
            code=code,
            title=title,
            programme=programme,
            province=programme.province,
            organisation=by.organisation,
            year=year,
            source=source,
            created_by=by,
            form_key=form_key,
        )
        plan.clean_fields(exclude=["submission", "sent_by", "sent_at", "decision", "form_key"])
        plan.save()
        audit.record("projects.annual.create", plan, by=by)
    return plan


def _faults(programme: Programme, year: int, source: FundingSource, by: User) -> list[Fault]:
    faults = []
    if programme.province_id != by.organisation.province_id:
        faults.append(Fault(_("Chương trình này của tỉnh khác."), "programme"))
    if year not in programme.years:
        faults.append(
            Fault(
                _("Chương trình này từ năm {first} đến năm {last}. Chọn lại năm.").format(
                    first=programme.start_year, last=programme.end_year
                ),
                "year",
            )
        )
    shares = programme.version.source_shares.filter(source=source)
    if not source.is_state or not shares.exists():
        faults.append(
            Fault(
                _("Chương trình này không có nguồn {source}. Chọn lại nguồn.").format(
                    source=source.name
                ),
                "source",
            )
        )
    return faults


def _code(programme: Programme, year: int, source: FundingSource) -> str:
    """«DM-LC-2026-NST-01»: province, year, source, serial."""
    home = programme.province.abbreviation or programme.province.code
    begins = f"DM-{home[:6]}-{year}-{sign_of(source)}"
    return f"{begins}-{SerialCounter.take(begins):02d}"


def sign_of(source: FundingSource) -> str:
    """Initials of a source as papers show it: «QG» of «Quốc gia», «NST» of «Ngân sách tỉnh».

    A short name of one word has one initial, which says too little: then the whole name is taken.
    Two sources with the same initials share their serials, so that no code is given twice.
    """
    short = text.fold(source.short_name).split()
    words = short if len(short) > 1 else text.fold(source.name).split()
    initials = (re.sub("[^a-z]", "", word)[:1] for word in words)
    return "".join(initials)[:8].upper() or "NV"


def locked(plan_id: int) -> AnnualPlan:
    """The list under its lock, as it is now."""
    rows = AnnualPlan.objects.select_related(
        "programme__province", "source", "province", "organisation", "submission"
    )
    return rows.select_for_update(of=("self",)).get(pk=plan_id)


def refuse_unless(
    plan: AnnualPlan, verb: str, states: Iterable[str], by: User, expected_version: int | None
) -> None:
    """Permission, state and version of an act on a locked list."""
    if reason := permissions.refusal(by, verb, plan):
        raise NotAllowed(reason)
    if plan.state not in states:
        raise NotNow(
            _("Danh mục {code} đang ở trạng thái «{state}», không làm được việc này.").format(
                code=plan.code, state=plan.get_state_display()
            )
        )
    if expected_version is not None and plan.version != expected_version:
        raise Stale(
            _(
                "Danh mục đã được người khác hoặc ở cửa sổ khác sửa từ lúc bạn mở trang. "
                "Chưa có gì bị ghi; những gì bạn đã chọn còn nguyên trên trang này."
            )
        )


def moved_on(plan: AnnualPlan, *fields: str) -> None:
    """Write a changed list; its version tells other windows so."""
    plan.version += 1
    plan.save(update_fields=["version", *fields])


def write(
    plan: AnnualPlan, entries: Sequence[Entry], *, by: User, expected_version: int | None = None
) -> AnnualPlan:
    """The list from now on: these dossiers in this order. Raises every fault at once."""
    with transaction.atomic():
        found = locked(plan.pk)
        refuse_unless(
            found, "projects.annual.edit", [AnnualPlan.Status.DRAFT], by, expected_version
        )
        known = {item.track_id: item for item in found.items.select_related("track__proposal")}
        wanted = {entry.track_id: entry for entry in entries}
        fresh = candidates.free(found).filter(pk__in=wanted.keys() - known.keys())
        tracks = {track.pk: track for track in fresh.select_related("proposal")}
        if faults := list(_not_possible(found, entries, known.keys() | tracks.keys())):
            raise Refused(faults)
        changes = _apply(found, entries, known, set(tracks))
        if not changes:
            return found
        codes = {pk: track.proposal.code for pk, track in tracks.items()}
        codes |= {pk: item.track.proposal.code for pk, item in known.items()}
        moved_on(found)
        audit.record(
            "projects.annual.edit",
            found,
            by=by,
            changes={
                name: sorted(codes[pk] for pk in pks) if pks is not True else True
                for name, pks in changes.items()
            },
        )
        return found


def _not_possible(plan: AnnualPlan, entries: Sequence[Entry], possible: set[int]) -> list[Fault]:
    faults = []
    if len(entries) > MOST:
        faults.append(
            Fault(_("Một danh mục có tối đa {n} đề án. Tách thành hai danh mục.").format(n=MOST))
        )
    gone = [entry.track_id for entry in entries if entry.track_id not in possible]
    if gone:
        others = candidates.elsewhere(plan).filter(track__in=gone)
        listed = {item.track_id: item for item in others.select_related("plan", "track__proposal")}
        for pk in gone:
            faults.append(_why_gone(pk, listed.get(pk)))
    for entry in entries:
        if len(entry.reason) > REASON_MAX:
            said = _("Lý do dài quá {n} ký tự. Viết gọn lại.").format(n=REASON_MAX)
            faults.append(Fault(said, f"ly-do-{entry.track_id}"))
        elif text.is_broken(entry.reason):
            said = _("Lý do có ký tự hỏng. Gõ lại.")
            faults.append(Fault(said, f"ly-do-{entry.track_id}"))
    return faults


def _why_gone(track_id: int, item: PlanItem | None) -> Fault:
    if item is not None:
        said = _("{code} đã nằm trong danh mục {plan}; mỗi đề án chỉ ở một danh mục.").format(
            code=item.track.proposal.code, plan=item.plan.code
        )
        return Fault(said, f"chon-{track_id}")
    return Fault(
        _("Có đề án không còn chờ quyết định hoặc chưa được thẩm định. Mở lại trang."),
        f"chon-{track_id}",
    )


def _apply(
    plan: AnnualPlan, entries: Sequence[Entry], known: dict[int, PlanItem], fresh: set[int]
) -> dict[str, object]:
    """Write the difference; gives what changed, empty when nothing did."""
    wanted = [entry.track_id for entry in entries]
    removed = known.keys() - set(wanted)
    before = [pk for pk in known if pk not in removed]
    moved = before != [pk for pk in wanted if pk in known]
    reasons = {
        entry.track_id
        for entry in entries
        if entry.reason != (known[entry.track_id].reason if entry.track_id in known else "")
    }
    found: dict[str, object] = {
        "added": fresh,
        "removed": set(removed),
        "moved": moved,
        "reasons": reasons,
    }
    found = {name: said for name, said in found.items() if said}
    if not found:
        return found
    PlanItem.objects.filter(plan=plan, track__in=removed).delete()
    changed, new = [], []
    for position, entry in enumerate(entries, start=1):
        item = known.get(entry.track_id)
        if item is None:
            new.append(
                PlanItem(plan=plan, track_id=entry.track_id, position=position, reason=entry.reason)
            )
        elif (item.position, item.reason) != (position, entry.reason):
            item.position, item.reason = position, entry.reason
            changed.append(item)
    PlanItem.objects.bulk_update(changed, ["position", "reason"], batch_size=200)
    try:
        with transaction.atomic():
            PlanItem.objects.bulk_create(new)
    except IntegrityError as error:
        # Somebody put one of them into another list a moment ago.
        raise Refused(
            _("Một đề án vừa được đưa vào danh mục khác. Mở lại trang rồi chọn lại.")
        ) from error
    return found
