"""The steps of a review chain: as they are entered, how they read, and what makes a way of them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from khuyencong.core.models import Organisation
from khuyencong.core.refusals import Fault
from projects.models import ReviewChain, ReviewStep

Kind = ReviewStep.Kind
Office = Organisation.Kind
MOST_STEPS: Final = 12
# A unit never judges its own dossier; «other» and communes name no one office of the province.
NO_REVIEWER: Final = (Office.IMPLEMENTING_UNIT, Office.COMMUNE, Office.OTHER)


@dataclass(frozen=True)
class Step:
    """One step as entered; its place in the list is its order."""

    kind: str
    organisation_kind: str
    name: str = ""
    working_days: int | None = None
    may_return: bool = True
    two_signatures: bool = False
    acts_in_portal: bool = True

    @classmethod
    def of(cls, row: ReviewStep) -> Step:
        return cls(**{name: getattr(row, name) for name in cls.__dataclass_fields__})

    def row(self, chain: ReviewChain, order: int) -> ReviewStep:
        return ReviewStep(chain=chain, order=order, **asdict(self))


def in_words(step: ReviewStep) -> str:
    """What the step asks of its office, after its name."""
    said = [str(step.get_organisation_kind_display())]
    if step.working_days:
        said.append(
            ngettext(
                "%(n)d ngày làm việc", "%(n)d ngày làm việc", step.working_days
            ) % {"n": step.working_days}
        )  # fmt: skip
    if step.two_signatures:
        said.append(_("chuyên viên đề xuất, lãnh đạo kết luận"))
    if not step.may_return:
        said.append(_("không trả lại bổ sung"))
    if not step.acts_in_portal:
        said.append(_("ngoài cổng, Sở ghi nhận văn bản"))
    return ", ".join(said)


def faults(
    steps: Sequence[Step], *, province_id: int | None, day: datetime.date
) -> Iterator[Fault]:
    """Everything that keeps the steps from being a way a dossier can go from ``day`` on."""
    if not steps:
        yield Fault(_("Nhập các bước của quy trình."), "steps-0")
        return
    if len(steps) > MOST_STEPS:
        yield Fault(
            _("Tối đa {n} bước, đang có {count}.").format(n=MOST_STEPS, count=len(steps)), "steps-0"
        )
    for number, step in enumerate(steps, start=1):
        for message in _alone(step):
            yield Fault(
                _("Bước {n}: {message}").format(n=number, message=message), f"steps-{number - 1}"
            )
    yield from _approval(steps)
    yield from _without_office(steps, province_id, day)


def _alone(step: Step) -> Iterator[str]:
    if step.organisation_kind in NO_REVIEWER:
        yield _("{office} không thẩm định, phê duyệt; chọn loại cơ quan khác.").format(
            office=Office(step.organisation_kind).label
        )
    if step.working_days is not None and not 1 <= step.working_days <= 365:
        yield _("số ngày làm việc từ 1 đến 365, hoặc để trống.")
    if step.two_signatures and not step.acts_in_portal:
        yield _("cơ quan ngoài cổng không có hai chữ ký trên cổng; bỏ một trong hai dấu.")
    if step.two_signatures and step.kind == Kind.APPROVE:
        yield _("phê duyệt chỉ có một chữ ký; bỏ dấu hai chữ ký.")
    if step.kind == Kind.RECORD and step.acts_in_portal:
        yield _("bước ghi nhận văn bản là của cơ quan ngoài cổng; bỏ dấu làm việc trên cổng.")


def _approval(steps: Sequence[Step]) -> Iterator[Fault]:
    approving = [index for index, step in enumerate(steps) if step.kind == Kind.APPROVE]
    if not approving:
        yield Fault(_("Quy trình cần một bước phê duyệt."), "steps-0")
        return
    if len(approving) > 1:
        numbers = ", ".join(str(index + 1) for index in approving)
        yield Fault(
            _("Chỉ một bước được phê duyệt, đang có các bước {numbers}.").format(numbers=numbers),
            f"steps-{approving[1]}",
        )
        return
    at = approving[0]
    if not any(step.kind in ReviewStep.APPRAISING for step in steps[:at]):
        yield Fault(_("Trước bước phê duyệt cần ít nhất một bước thẩm định."), f"steps-{at}")
    for index, step in enumerate(steps):
        field = f"steps-{index}"
        if index > at and step.kind != Kind.FINANCE:
            yield Fault(
                _(
                    "Bước {n}: sau phê duyệt chỉ có thẩm định tài chính "
                    "(thẩm định phân bổ dự toán chi tiết)."
                ).format(n=index + 1),
                field,
            )
        if index > at and step.may_return:
            yield Fault(
                _("Bước {n}: sau phê duyệt không trả lại bổ sung; bỏ dấu được trả lại.").format(
                    n=index + 1
                ),
                field,
            )
        appraises = step.kind in ReviewStep.APPRAISING
        if appraises and step.organisation_kind == steps[at].organisation_kind:
            yield Fault(
                _("Bước {n}: cơ quan thẩm định không thể là cơ quan phê duyệt.").format(
                    n=index + 1
                ),
                field,
            )


def _without_office(
    steps: Sequence[Step], province_id: int | None, day: datetime.date
) -> Iterator[Fault]:
    """An office of each kind must be set up, or no dossier could go that way."""
    home = Q(province__isnull=True) | Q(province_id=province_id)
    known = set(Organisation.objects.valid_on(day).filter(home).values_list("kind", flat=True))
    for index, step in enumerate(steps):
        kind = step.organisation_kind
        if kind not in known and kind not in NO_REVIEWER:
            yield Fault(
                _("Bước {n}: chưa khai báo {office} nào còn hoạt động ngày {day}.").format(
                    n=index + 1, office=Office(kind).label, day=f"{day:%d/%m/%Y}"
                ),
                f"steps-{index}",
            )


def as_trail(steps: Sequence[Step]) -> list[dict[str, Any]]:
    return [asdict(step) for step in steps]
