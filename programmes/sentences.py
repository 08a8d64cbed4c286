"""How the acts on a programme and on the catalogues read."""

import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from khuyencong.core import money
from khuyencong.core.audit import says
from khuyencong.core.models import AuditEntry
from programmes.models import Confidence, SupportNorm


@says("programmes.programme.load")
def programme_loaded(entry: AuditEntry) -> str:
    return _("{who} nạp chương trình theo {document}, tổng kinh phí {total} triệu đồng").format(
        who=entry.actor_name,
        document=entry.document_text,
        total=money.format_trieu(entry.changes.get("total", 0)),
    )


def _norm(entry: AuditEntry) -> str:
    return _("định mức {activity}, nguồn {source}").format(
        activity=entry.changes.get("activity", ""), source=entry.changes.get("source_name", "")
    )


def _day(iso: str | None) -> str:
    return f"{datetime.date.fromisoformat(iso):%d/%m/%Y}" if iso else _("chưa có")


@says("programmes.norm.add")
def norm_added(entry: AuditEntry) -> str:
    return _("{who} thêm {norm} có hiệu lực từ {day}, theo {reference}").format(
        who=entry.actor_name,
        norm=_norm(entry),
        day=_day(entry.changes.get("valid_from")),
        reference=entry.changes.get("legal_ref", ""),
    )


@says("programmes.norm.edit")
def norm_edited(entry: AuditEntry) -> str:
    parts = [
        _("{what} từ {before} thành {after}").format(
            what=_label(name), before=_shown(name, before), after=_shown(name, after)
        )
        for name, (before, after) in entry.changes.get("changed", {}).items()
    ]
    return _("{who} sửa {norm}: {changes}").format(
        who=entry.actor_name, norm=_norm(entry), changes="; ".join(parts)
    )


@says("programmes.norm.end")
def norm_ended(entry: AuditEntry) -> str:
    before, after = entry.changes.get("valid_to", [None, None])
    return _("{who} đổi ngày hết hiệu lực của {norm} từ {before} thành {after}").format(
        who=entry.actor_name, norm=_norm(entry), before=_day(before), after=_day(after)
    )


@says("programmes.deadline.add", "programmes.deadline.edit")
def deadline_set(entry: AuditEntry) -> str:
    before, after = entry.changes.get("due_on", [None, None])
    said = _("{who} đặt hạn đăng ký năm {year}, nguồn {source}: {day}").format(
        who=entry.actor_name,
        year=entry.changes.get("plan_year", ""),
        source=entry.changes.get("source_name", ""),
        day=_day(after),
    )
    return said + (_(" (trước là {day})").format(day=_day(before)) if before else "")


def _label(name: str) -> str:
    return str(SupportNorm._meta.get_field(name).verbose_name)


def _shown(name: str, given: object) -> str:
    if given in (None, ""):
        return _("trống")
    if name == "max_amount":
        return _("{amount} triệu đồng").format(amount=money.format_exact(int(str(given))))
    if name == "max_share":
        return f"{Decimal(str(given)) * 100:f}%".replace(".", ",")
    if name in ("valid_from", "valid_to"):
        return _day(str(given))
    if name == "confidence":
        return str(dict(Confidence.choices).get(given, given))
    return str(given)
