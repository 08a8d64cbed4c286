"""How the trail of a proposal reads: each row a sentence a clerk would write."""

from __future__ import annotations

import datetime

from django.utils.translation import gettext as _

from khuyencong.core import money
from khuyencong.core.audit import says
from khuyencong.core.models import AuditEntry
from projects.dossier_parts import TITLES
from projects.models import Proposal, Review, Track


def who(entry: AuditEntry) -> str:
    """The person with their office, and for whom they stood in by which order."""
    name = entry.actor_name
    if entry.changes.get("on_behalf_of"):
        name += _(" (thay {giver}, theo {order})").format(
            giver=entry.changes["on_behalf_of"], order=entry.changes.get("order", "")
        )
    return f"{name} ({entry.organisation_name})" if entry.organisation_name else name


def _amount(entry: AuditEntry) -> str:
    amount = entry.changes.get("amount")
    return "" if amount is None else money.format_trieu(amount)


def source_of(entry: AuditEntry) -> str:
    return entry.changes.get("source_name", "")


def finish(entry: AuditEntry, text: str) -> str:
    """Append the warnings that were explained, the paper and the reason, as far as given."""
    if entry.changes.get("explained"):
        text += _(", {n} cảnh báo có giải trình").format(n=entry.changes["explained"])
    if entry.document_text and entry.document_text not in text:
        text += _(", {document}").format(document=entry.document_text)
    if entry.document_id and entry.effective_on and entry.document_text:
        text += _(" ngày {day}").format(day=f"{entry.effective_on:%d/%m/%Y}")
    if entry.reason:
        text += _(". Lý do: {reason}").format(reason=entry.reason)
    return text


def wanted(entry: AuditEntry) -> str:
    """The day to answer a return by, and the parts of the dossier it names."""
    text = ""
    if entry.changes.get("due_on"):
        day = datetime.date.fromisoformat(entry.changes["due_on"])
        text += _(", hạn {day}").format(day=f"{day:%d/%m/%Y}")
    parts = [str(TITLES.get(code, code)) for code in entry.changes.get("points", ())]
    if parts:
        text += "; " + ", ".join(_("phần {part}").format(part=part) for part in parts)
    return text


def _state_name(entry: AuditEntry, state: str) -> str:
    names = dict(Track.Status.choices) | dict(Proposal.Status.choices)
    return str(names.get(state, state))


@says("projects.proposal.create")
def created(entry: AuditEntry) -> str:
    return _("{who} lập đề án").format(who=who(entry))


@says("projects.proposal.edit")
def edited(entry: AuditEntry) -> str:
    return _("{who} sửa hồ sơ bị trả lại").format(who=who(entry))


@says("projects.proposal.attach")
def attached(entry: AuditEntry) -> str:
    return _("{who} đính kèm «{title}»").format(
        who=who(entry), title=entry.changes.get("title", "")
    )


@says("projects.proposal.set_aside")
def set_aside(entry: AuditEntry) -> str:
    return _("{who} gỡ «{title}» khỏi hồ sơ; tệp vẫn được lưu").format(
        who=who(entry), title=entry.changes.get("title", "")
    )


@says("projects.proposal.submit")
def submitted(entry: AuditEntry) -> str:
    text = _("{who} trình thẩm định lần {round}, đề nghị ngân sách hỗ trợ {amount} triệu đồng")
    if entry.changes.get("unchanged"):
        text += _(", hồ sơ không thay đổi so với lần trước")
    return finish(
        entry,
        text.format(who=who(entry), round=entry.changes.get("round", 1), amount=_amount(entry)),
    )


@says("projects.proposal.pass", "projects.proposal.conclude", "projects.proposal.refuse")
def passed(entry: AuditEntry) -> str:
    if entry.changes.get("derived"):
        return derived(entry)
    if entry.changes.get("proposed") == Review.Verdict.REFUSE:
        text = _("{who} đề xuất từ chối nguồn {source}, chờ lãnh đạo kết luận")
    elif entry.changes.get("proposed"):
        text = _(
            "{who} đề xuất đồng ý nguồn {source} với {amount} triệu đồng, chờ lãnh đạo kết luận"
        )
    elif "amount" not in entry.changes:
        text = _("{who} gửi văn bản về nguồn {source}, chuyển {next}")
    else:
        text = _("{who} thẩm định đồng ý nguồn {source} với {amount} triệu đồng, chuyển {next}")
    if entry.changes.get("panel"):
        text += ", " + _("sau hội đồng {panel}")
    return finish(
        entry,
        text.format(
            who=who(entry),
            source=source_of(entry),
            amount=_amount(entry),
            next=entry.changes.get("next", ""),
            panel=entry.changes.get("panel", ""),
        ),
    )


@says("projects.proposal.record_decision", "projects.track.record_decision")
def recorded(entry: AuditEntry) -> str:
    verdicts = {
        "pass": _("đồng ý"),
        "return": _("trả lại bổ sung"),
        "refuse": _("từ chối"),
        "approve": _("phê duyệt"),
    }
    if "verdict" not in entry.changes:
        return derived(entry)
    text = _("{who} ghi nhận văn bản của {body}: {verdict} nguồn {source}").format(
        who=who(entry),
        body=entry.changes.get("body", ""),
        verdict=verdicts.get(entry.changes["verdict"], ""),
        source=source_of(entry),
    )
    if _amount(entry):
        text += _(", {amount} triệu đồng").format(amount=_amount(entry))
    return finish(entry, text + wanted(entry))


@says("projects.track.approve")
def approved(entry: AuditEntry) -> str:
    text = _("{who} phê duyệt nguồn {source}: {amount} triệu đồng").format(
        who=who(entry), source=source_of(entry), amount=_amount(entry)
    )
    if entry.changes.get("allots"):
        text += _(", đồng thời giao dự toán")
    years = entry.changes.get("waiting_years")
    if years:
        text += _(" (năm {years} chờ giao dự toán)").format(years=", ".join(map(str, years)))
    return finish(entry, text)


@says("projects.track.return")
def returned(entry: AuditEntry) -> str:
    if entry.changes.get("derived"):
        return derived(entry)
    text = _("{who} trả lại bổ sung, nguồn {source}").format(
        who=who(entry), source=source_of(entry)
    )
    return finish(entry, text + wanted(entry))


@says("projects.track.refuse", "projects.track.conclude")
def refused(entry: AuditEntry) -> str:
    text = _("{who} từ chối nguồn {source}").format(who=who(entry), source=source_of(entry))
    return finish(entry, text)


@says("projects.proposal.take_back")
def taken_back(entry: AuditEntry) -> str:
    return finish(entry, _("{who} lấy lại hồ sơ vừa chuyển").format(who=who(entry)))


@says("projects.proposal.withdraw")
def withdrawn(entry: AuditEntry) -> str:
    return finish(entry, _("{who} rút hồ sơ").format(who=who(entry)))


@says("projects.proposal.replan")
def replanned(entry: AuditEntry) -> str:
    return finish(entry, _("{who} xử lý phần vốn không được duyệt").format(who=who(entry)))


@says("projects.proposal.sign")
def signed(entry: AuditEntry) -> str:
    text = _("{who} nhập hợp đồng {amount} triệu đồng")
    return finish(entry, text.format(who=who(entry), amount=_amount(entry)))


def _sites_gone(entry: AuditEntry) -> str:
    gone = entry.changes.get("leaving") or []
    return _(", rút hoặc thay {n} cơ sở").format(n=len(gone)) if gone else ""


@says("projects.proposal.list_sites")
def sites_listed(entry: AuditEntry) -> str:
    text = _("{who} trình danh sách lần {list}: {n} cơ sở, hỗ trợ {amount} triệu đồng").format(
        who=who(entry),
        list=entry.changes.get("list", 1),
        n=len(entry.changes.get("sites") or []),
        amount=_amount(entry),
    )
    return finish(entry, text + _sites_gone(entry))


@says("projects.proposal.confirm_sites")
def sites_confirmed(entry: AuditEntry) -> str:
    text = _("{who} xác nhận danh sách lần {list}: {n} cơ sở, hỗ trợ {amount} triệu đồng").format(
        who=who(entry),
        list=entry.changes.get("list", 1),
        n=len(entry.changes.get("sites") or []),
        amount=_amount(entry),
    )
    return finish(entry, text + _sites_gone(entry))


@says("projects.proposal.return_sites")
def sites_returned(entry: AuditEntry) -> str:
    text = _("{who} trả lại danh sách cơ sở lần {list}")
    return finish(entry, text.format(who=who(entry), list=entry.changes.get("list", 1)))


@says("projects.proposal.start")
def started(entry: AuditEntry) -> str:
    return finish(entry, _("{who} báo bắt đầu thực hiện").format(who=who(entry)))


@says("projects.proposal.disburse")
def disbursed(entry: AuditEntry) -> str:
    text = _("{who} chi {amount} triệu đồng, {source} năm {year}")
    return finish(
        entry,
        text.format(
            who=who(entry),
            amount=_amount(entry),
            source=source_of(entry),
            year=entry.changes.get("year", ""),
        ),
    )


@says("projects.proposal.commit_year")
def year_committed(entry: AuditEntry) -> str:
    text = _("{who} cam kết {amount} triệu đồng của năm {years} vừa được giao dự toán")
    years = ", ".join(map(str, entry.changes.get("years", [])))
    return finish(entry, text.format(who=who(entry), amount=_amount(entry), years=years))


@says("projects.proposal.accept")
def accepted(entry: AuditEntry) -> str:
    text = _("{who} nhập nghiệm thu đạt, {amount} triệu đồng")
    return finish(entry, text.format(who=who(entry), amount=_amount(entry)))


@says("projects.proposal.liquidate")
def liquidated(entry: AuditEntry) -> str:
    return finish(entry, _("{who} nhập thanh lý hợp đồng").format(who=who(entry)))


@says("projects.proposal.settle")
def settled(entry: AuditEntry) -> str:
    text = _("{who} quyết toán {amount} triệu đồng")
    return finish(entry, text.format(who=who(entry), amount=_amount(entry)))


@says("projects.proposal.suspend")
def suspended(entry: AuditEntry) -> str:
    return finish(entry, _("{who} tạm dừng đề án").format(who=who(entry)))


@says("projects.proposal.resume")
def resumed(entry: AuditEntry) -> str:
    return finish(entry, _("{who} cho tiếp tục thực hiện").format(who=who(entry)))


@says("projects.proposal.stop")
def stopped(entry: AuditEntry) -> str:
    return finish(entry, _("{who} ngừng thực hiện đề án").format(who=who(entry)))


@says(
    "projects.track.submit",
    "projects.track.take_back",
    "projects.track.withdraw",
    "projects.track.replan",
    "projects.proposal.approve",
    "projects.proposal.return",
    "projects.proposal.reopen",
)
def derived(entry: AuditEntry) -> str:
    """A status that followed from another row."""
    what = source_of(entry) or _("Đề án")
    return _("{what} chuyển từ «{before}» sang «{after}»").format(
        what=what,
        before=_state_name(entry, entry.from_state),
        after=_state_name(entry, entry.to_state),
    )
