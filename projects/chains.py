"""Write the chains of review: a new version from a date, and the end of one.

A dossier keeps the version it was submitted under, so a version that a dossier runs or ran under is
never rewritten.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from khuyencong.core import audit, clock, permissions
from khuyencong.core.models import User
from khuyencong.core.refusals import Fault, NotAllowed, NotNow, Refused
from projects import chain_offices as _offices  # noqa: F401  who cannot become one office
from projects import chain_rules as _rules  # noqa: F401  registers who may write them
from projects import chain_sentences as _sentences  # noqa: F401  registers how the acts read
from projects import chain_steps
from projects.chain_steps import Step
from projects.models import ReviewChain, Track

EDIT: Final = "projects.chains.edit"
_A_DAY: Final = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Terms:
    """What a version says."""

    name: str
    valid_from: datetime.date | None
    legal_ref: str = ""
    confidence: str = ""
    steps: tuple[Step, ...] = ()

    @classmethod
    def of(cls, chain: ReviewChain) -> Terms:
        return cls(
            chain.name,
            chain.valid_from,
            chain.legal_ref,
            chain.confidence,
            tuple(Step.of(row) for row in chain.steps.all()),
        )


@dataclass(frozen=True)
class Use:
    """How many dossiers went the way of a version, and how many are still on it."""

    total: int = 0
    running: int = 0


def uses_of(chains: Iterable[ReviewChain]) -> dict[int, Use]:
    rows = (
        Track.objects.filter(chain__in=[chain.pk for chain in chains])
        .order_by()
        .values("chain")
        .annotate(total=Count("pk"), running=Count("pk", filter=~Q(status__in=Track.DECIDED)))
    )
    return {row["chain"]: Use(row["total"], row["running"]) for row in rows}


def is_used(chain: ReviewChain) -> bool:
    return Track.objects.filter(chain=chain).exists()


def add_version(chain: ReviewChain, terms: Terms, *, by: User) -> ReviewChain:
    """A further version of the chain; the one before it ends on the day before."""
    with transaction.atomic():
        versions = _locked(chain, by)
        _refuse([*_date_faults(versions, chain, terms), *_term_faults(chain, terms, by)])
        _end_before(versions, terms.valid_from, by=by)
        made = ReviewChain.objects.create(
            code=chain.code,
            source_id=chain.source_id,
            province_id=chain.province_id,
            name=terms.name,
            valid_from=terms.valid_from,
            legal_ref=terms.legal_ref,
            confidence=terms.confidence,
        )
        _write_steps(made, terms.steps)
        audit.record("projects.chain.add", made, by=by, changes=_said(made, terms))
        return made


def revise(chain: ReviewChain, terms: Terms, *, by: User) -> None:
    """Correct a version under which no dossier was submitted yet; the one before moves along."""
    with transaction.atomic():
        versions = _locked(chain, by)
        current = next(version for version in versions if version.pk == chain.pk)
        if is_used(current):
            raise NotNow(
                _(
                    "Đã có hồ sơ theo phiên bản này nên chỉ đổi được ngày hết hiệu lực. "
                    "Thêm phiên bản mới để đổi các bước."
                )
            )
        others = [version for version in versions if version.pk != chain.pk]
        _refuse(
            [
                *_order_faults(others, current, terms.valid_from),
                *_term_faults(current, terms, by),
            ]
        )
        was, now = _said(current, Terms.of(current)), _said(current, terms)
        changed = {name: [was[name], now[name]] for name in now if was[name] != now[name]}
        if not changed:
            return
        _move_end_of_previous(others, current, terms.valid_from, by=by)
        for name in ("name", "valid_from", "legal_ref", "confidence"):
            setattr(current, name, getattr(terms, name))
        current.save()
        if "steps" in changed:
            current.steps.all().delete()
            _write_steps(current, terms.steps)
        audit.record("projects.chain.edit", current, by=by, changes={"changed": changed})


def end(chain: ReviewChain, last: datetime.date | None, *, by: User) -> None:
    """Set or clear the last day of a version; running dossiers go on under it."""
    with transaction.atomic():
        versions = _locked(chain, by)
        current = next(version for version in versions if version.pk == chain.pk)
        following = [version for version in versions if _begins(version) > _begins(current)]
        if last and current.valid_from and last < current.valid_from:
            raise Refused(
                Fault(_("Ngày hết hiệu lực phải từ ngày có hiệu lực trở đi."), "valid_to")
            )
        if following and (last is None or last >= _begins(following[0])):
            raise Refused(
                Fault(
                    _(
                        "Phiên bản sau có hiệu lực từ ngày {day}: ngày hết hiệu lực muộn nhất "
                        "là {last}."
                    ).format(
                        day=f"{following[0].valid_from:%d/%m/%Y}",
                        last=f"{_begins(following[0]) - _A_DAY:%d/%m/%Y}",
                    ),
                    "valid_to",
                )
            )
        _end(current, last, by=by)


def _locked(chain: ReviewChain, by: User) -> list[ReviewChain]:
    """All versions, oldest first: who writes them takes turns, and no dossier is submitted."""
    rows = ReviewChain.objects.filter(code=chain.code).select_for_update().order_by("pk")
    versions = sorted(rows, key=_begins)
    if reason := permissions.refusal(by, EDIT, chain):
        raise NotAllowed(reason)
    return versions


def _begins(chain: ReviewChain) -> datetime.date:
    return chain.valid_from or datetime.date.min


def _date_faults(versions: list[ReviewChain], chain: ReviewChain, terms: Terms) -> Iterator[Fault]:
    day = terms.valid_from
    if day and chain.valid_from and day < chain.valid_from:
        yield Fault(
            _("Phiên bản mới phải có hiệu lực sau ngày {day} của phiên bản trước.").format(
                day=f"{chain.valid_from:%d/%m/%Y}"
            ),
            "valid_from",
        )
        return
    if day is None:
        yield Fault(_("Nhập ngày có hiệu lực, ví dụ 01/07/2026."), "valid_from")
    elif later := [version for version in versions if _begins(version) >= day]:
        yield Fault(
            _(
                "Đã có phiên bản có hiệu lực từ ngày {day}. Chọn ngày muộn hơn, hoặc sửa phiên bản "
                "đó."
            ).format(day=f"{later[-1].valid_from:%d/%m/%Y}"),
            "valid_from",
        )


def _order_faults(
    others: list[ReviewChain], current: ReviewChain, day: datetime.date | None
) -> Iterator[Fault]:
    """A corrected first day stays between the versions before and after."""
    if day is None:
        if current.valid_from:
            yield Fault(_("Nhập ngày có hiệu lực, ví dụ 01/07/2026."), "valid_from")
        return
    before = [version for version in others if _begins(version) < _begins(current)]
    after = [version for version in others if _begins(version) > _begins(current)]
    if before and day <= _begins(before[-1]):
        yield Fault(
            _("Phiên bản mới phải có hiệu lực sau ngày {day} của phiên bản trước.").format(
                day=f"{before[-1].valid_from:%d/%m/%Y}" if before[-1].valid_from else "–"
            ),
            "valid_from",
        )
    last = current.valid_to or (_begins(after[0]) - _A_DAY if after else None)
    if last and day > last:
        yield Fault(
            _("Phiên bản này hết hiệu lực ngày {day}: chọn ngày sớm hơn.").format(
                day=f"{last:%d/%m/%Y}"
            ),
            "valid_from",
        )


def _term_faults(chain: ReviewChain, terms: Terms, by: User) -> Iterator[Fault]:
    if not terms.name:
        yield Fault(_("Nhập tên quy trình."), "name")
    if not terms.legal_ref:
        yield Fault(_("Nhập căn cứ: văn bản quy định trình tự này."), "legal_ref")
    home = chain.province_id or by.organisation.province_id
    day = max(terms.valid_from or clock.today(), clock.today())
    yield from chain_steps.faults(terms.steps, province_id=home, day=day)


def _end_before(versions: list[ReviewChain], day: datetime.date, *, by: User) -> None:
    """The version that would still hold on ``day`` ends the day before."""
    before = versions[-1]
    if before.valid_to is None or before.valid_to >= day:
        _end(before, day - _A_DAY, by=by)


def _move_end_of_previous(
    others: list[ReviewChain], current: ReviewChain, day: datetime.date | None, *, by: User
) -> None:
    """A version that had ended for this one still ends on the day before it."""
    if day is None or day == current.valid_from:
        return
    for version in others:
        adjoins = current.valid_from and version.valid_to == current.valid_from - _A_DAY
        if adjoins or (_begins(version) < _begins(current) and (version.valid_to or day) >= day):
            _end(version, day - _A_DAY, by=by)


def _end(chain: ReviewChain, last: datetime.date | None, *, by: User) -> None:
    was = chain.valid_to
    if was == last:
        return
    chain.valid_to = last
    chain.save(update_fields=["valid_to"])
    audit.record(
        "projects.chain.end",
        chain,
        by=by,
        changes={"name": chain.name, "valid_to": [_iso(was), _iso(last)]},
    )


def _write_steps(chain: ReviewChain, steps: Iterable[Step]) -> None:
    for order, step in enumerate(steps, start=1):
        step.row(chain, order).save()


def _said(chain: ReviewChain, terms: Terms) -> dict[str, Any]:
    return {
        "chain": chain.code,
        "source": chain.source.code,
        "source_name": chain.source.name,
        "name": terms.name,
        "valid_from": _iso(terms.valid_from),
        "legal_ref": terms.legal_ref,
        "confidence": terms.confidence,
        "steps": chain_steps.as_trail(terms.steps),
    }


def _iso(day: datetime.date | None) -> str | None:
    return day.isoformat() if day else None


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise Refused(faults)
