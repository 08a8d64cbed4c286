"""How the figures of a check read, the same in every check and in every language."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal

from django.utils.translation import gettext as _

from khuyencong.core import money
from programmes.models import FundingSource, SupportNorm
from projects.checks.outcome import ERROR, WARNING, Level, Stage


def trieu(amount: int) -> str:
    """Đồng in triệu, to the last đồng, with the unit."""
    return _("{amount} triệu đồng").format(amount=money.format_exact(amount))


def bare(amount: int) -> str:
    """The same without the unit, where the unit is said once beside it."""
    return money.format_exact(amount)


def percent(share: Decimal) -> str:
    """0.5 as 50%, 0.125 as 12,5%."""
    return f"{(share * 100).normalize():f}%".replace(".", ",")


def times(factor: Decimal) -> str:
    return f"{factor.normalize():f}".replace(".", ",")


def whole(amount: Decimal) -> int:
    """A ceiling in whole đồng: what is over by less than one đồng is over."""
    return int(amount.to_integral_value(rounding=ROUND_FLOOR))


def level_of(norm: SupportNorm) -> Level:
    """What breaks a norm that was never compared with the law only warns."""
    return ERROR if norm.is_rule else WARNING


def unverified(norm: SupportNorm) -> str:
    """Said beside a norm from memory, so that nobody takes it for the law."""
    return "" if norm.is_rule else _("chưa đối chiếu văn bản gốc")


def citation(norm: SupportNorm) -> str:
    return ", ".join(part for part in (norm.legal_ref, unverified(norm)) if part)


def subject(activity: str, source: str) -> str:
    return f"{activity}.{source}"


def asked(stage: Stage) -> str:
    """The word for the amount at this stage."""
    words = {"submission": _("Đề nghị"), "appraisal": _("Thẩm định"), "approval": _("Phê duyệt")}
    return words[stage]


def reduce_by(amount: int, source: FundingSource) -> str:
    return _("Giảm ít nhất {amount} ở nguồn {source}").format(
        amount=trieu(amount), source=source.short_name
    )
