"""What is sent from the desk: findings, remarks, who has it in hand, the decision.

One POST carries all that stands on the right; whatever is refused comes back as it was typed.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from khuyencong.core import audit, clock
from khuyencong.core.papers import Paper
from khuyencong.core.refusals import Fault, Refused, Stale
from projects import findings, remarks, returns
from projects.firing import Option, fire
from projects.forms.transition import TransitionForm
from projects.models import Proposal, Remark
from projects.views import desk_words
from projects.views.desk_queue import waiting
from projects.views.transition import done

if TYPE_CHECKING:
    from projects.views.desk import Desk

_TWICE: Final = datetime.timedelta(minutes=10)


def lost(request: HttpRequest) -> HttpResponse:
    """The role ended while the page was open: why, and the words to keep."""
    return render(
        request, "projects/desk_lost.html", {"unsent": desk_words.typed(request)}, status=403
    )


def answer(desk: Desk) -> HttpResponse:
    act = desk.request.POST.get("act", "")
    kind, _dash, number = act.partition("-")
    if act == "assign":
        return _assign(desk)
    if kind in {"save", "remark", "note", "reply", "resolve"}:
        return _write(desk, kind, number)
    return _conclude(desk)


def _beside(desk: Desk, kind: str = "") -> Remark | None:
    """Findings, and what is typed as a remark or a note, in the transaction of the caller."""
    if not desk.may_remark:
        return None
    sent = desk.request.POST
    answers = desk_words.answers_of(sent, desk.asked)
    for review in desk.reviews if answers else ():
        findings.save(review, answers, desk.user)
    written = None
    if sent.get("remark-text", "").strip() or kind == "remark":
        written = remarks.write(
            desk.proposal,
            by=desk.user,
            text=sent.get("remark-text", ""),
            field=sent.get("remark-field", ""),
        )
    if sent.get("note-text", "").strip() or kind == "note":
        remarks.write(desk.proposal, by=desk.user, text=sent.get("note-text", ""), is_internal=True)
    return written


def _write(desk: Desk, kind: str, number: str) -> HttpResponse:
    """Save what stands beside the dossier, without deciding; the decision's boxes keep theirs."""
    sent, anchor = desk.request.POST, "kt"
    if not desk.may_remark:
        return _refused(desk, [Fault(_why_not(desk))], 403)
    try:
        with transaction.atomic():
            written = _beside(desk, kind)
            if kind in {"reply", "resolve"}:
                remark = _remark(desk, number)
                said = sent.get(f"reply-{remark.pk}", "")
                if kind == "reply":
                    remarks.write(desk.proposal, by=desk.user, text=said, parent=remark)
                else:
                    remarks.resolve(remark, by=desk.user, resolution=said)
                anchor = f"y{remark.pk}"
            elif written is not None:
                anchor = f"y{written.pk}"
    except Refused as refused:
        return _refused(desk, refused.faults, refused.status)
    said = {
        "remark": _("Đã ghi ý kiến; đơn vị thực hiện xem được."),
        "note": _("Đã ghi chú nội bộ; chỉ cơ quan bạn xem được."),
        "reply": _("Đã trả lời ý kiến."),
        "resolve": _("Đã khép lại ý kiến."),
    }
    messages.success(desk.request, said.get(kind, _("Đã lưu nhận xét; chưa kết luận.")))
    kept = desk_words.words(sent)
    if kept.get("reason", "").replace("\r", "") == _suggested_reason(desk, None):
        kept.pop("reason", None)  # it is made anew, with what has just been written
    desk.request.session[f"desk-{desk.proposal.pk}"] = kept
    return redirect(f"{_address(desk.proposal.code)}{desk.queue.query}#{anchor}")


def _remark(desk: Desk, number: str) -> Remark:
    known = number.isascii() and number.isdigit() and len(number) < 18
    rows = Remark.objects.visible_to(desk.user).filter(proposal=desk.proposal)
    found = rows.filter(pk=number).first() if known else None
    if found is None:
        raise Refused(Fault(_("Không có ý kiến này, hoặc bạn không được xem.")))
    return found


def _refused(
    desk: Desk, faults: list[Fault], status: int, form: TransitionForm | None = None
) -> HttpResponse:
    return desk.page(form, faults, status if status in {403, 409} else 422)


def _why_not(desk: Desk) -> str:
    verbs = ("pass", "conclude", "approve", "clear")
    closed = [row.reason for verb in verbs if (row := desk.option(verb)) and not row.is_open]
    return closed[0] if closed else _("Hồ sơ không còn ở cơ quan bạn, không ghi thêm ý kiến được.")


def _conclude(desk: Desk) -> HttpResponse:
    request, code = desk.request, desk.proposal.code
    picked = request.POST.get("verb", "")
    chosen = desk.option(picked)
    if picked and chosen is not None and chosen.verb not in {row.verb for row in desk.options}:
        if _just_done(desk, picked):
            said = _("{code}: «{label}» đã ghi rồi, lần gửi thứ hai không đổi gì.")
            messages.info(request, said.format(code=code, label=chosen.label))
            return _onward(desk)
        return _refused(desk, [Fault(chosen.reason, "verb")], 409)
    if not desk.options:
        if desk_words.typed(request):
            return _refused(desk, [Fault(_why_not(desk))], 409)
        return redirect("desk_dossier", code=code)
    form = desk.form(request.POST, request.FILES)
    if not form.is_valid():
        return _refused(desk, [], 422, form)
    try:
        said = _fire(desk, form, form.chosen)
    except Stale as stale:
        # The page shown now is the fresh one: the next attempt is made on it.
        again = request.POST.copy()
        again["expected_version"] = str(desk.proposal.version)
        return _refused(desk, stale.faults, 422, desk.form(again, request.FILES))
    except Refused as refused:
        return _refused(desk, refused.faults, 422, form)
    messages.success(request, said)
    return _onward(desk)


def _fire(desk: Desk, form: TransitionForm, chosen: Option) -> str:
    """Findings, remarks and the verb, all of it or nothing; gives what happened, in words."""
    paper, data = Paper(), form.entered()
    try:
        with transaction.atomic():
            written = _beside(desk)
            reason = form.cleaned_data.get("reason") or ""
            if chosen.verb == "return" and not reason.strip():
                reason = _suggested_reason(desk, written)
            if "document" in chosen.transition.needs:
                paper = form.paper(desk.user)
            after = fire(
                desk.proposal,
                chosen.verb,
                by=desk.user,
                source=form.cleaned_data.get("source") or "",
                reason=reason,
                paper=paper,
                data=data,
                expected_version=form.cleaned_data.get("expected_version"),
            )
    except Refused:
        if paper.file:
            # The row went with the transaction; its bytes must not stay behind.
            paper.file.content.delete(save=False)
        raise
    return " ".join(filter(None, (_said(chosen, after, data), _unjudged(desk, chosen))))


def _unjudged(desk: Desk, chosen: Option) -> str:
    """Agreeing with criteria nobody judged is allowed, and said."""
    if chosen.verb not in {"pass", "conclude"}:
        return ""
    answers = desk_words.answers_of(desk.request.POST, desk.asked)
    n = 0
    for row in desk.asked:
        kept = row.finding.verdict if row.finding else ""
        given = answers.get(row.criterion.pk)
        n += not (given.verdict if given else kept)
    return (
        ngettext("%(n)s tiêu chí chưa xét.", "%(n)s tiêu chí chưa xét.", n) % {"n": n} if n else ""
    )


def _suggested_reason(desk: Desk, written: Remark | None) -> str:
    answers = desk_words.answers_of(desk.request.POST, desk.asked)
    return desk_words.reason_now(desk.asked, answers, desk.remarks.open, written)


def _said(chosen: Option, after: Proposal, data: dict[str, Any]) -> str:
    if (
        "return" not in (chosen.verb, data.get("verdict"))
        or after.status != Proposal.Status.RETURNED
    ):
        return done(chosen, after)
    # Two sources sent back by one act ask for the same points once.
    given = (point for review in returns.standing(after) for point in review.points)
    n = len({(point.section, point.text) for point in given})
    wanted = ngettext("%(n)s mục cần bổ sung", "%(n)s mục cần bổ sung", n) % {"n": n}
    parts = [_("Trả lại {code} cho {unit}").format(code=after.code, unit=after.implementing_unit)]
    if data.get("due_on"):
        parts.append(_("hạn {day}").format(day=f"{data['due_on']:%d/%m/%Y}"))
    return ", ".join([*parts, wanted] if n else parts) + "."


def _just_done(desk: Desk, verb: str) -> bool:
    """Whether this person did this very thing a moment ago: a double click."""
    acts = (f"projects.proposal.{verb}", f"projects.track.{verb}")
    since = clock.now() - _TWICE
    rows = audit.trail(desk.proposal).filter(actor=desk.user, action__in=acts)
    return rows.filter(recorded_at__gte=since).exists()


def _onward(desk: Desk) -> HttpResponse:
    """To the next dossier that waits for this person; else to the list, which says so."""
    code = desk.proposal.code
    rest = waiting(desk.user, desk.queue.scope, desk.queue.order)
    following = rest.after(code, desk.queue.place_of(code)) if desk.reviews else None
    if following is None:
        return redirect(f"{reverse('desk')}{desk.queue.query}")
    return redirect(f"{_address(following.proposal.code)}{desk.queue.query}")


def _assign(desk: Desk) -> HttpResponse:
    found = desk.option("assign")
    if found is None or not found.is_open:
        return _refused(desk, [Fault(found.reason if found else "", "assignee")], 403)
    form = TransitionForm(
        desk.request.POST, proposal=desk.proposal, options=[found], user=desk.user
    )
    if not form.is_valid():
        said = [Fault(text, "assignee") for texts in form.errors.values() for text in texts]
        return _refused(desk, said, 422)
    data = form.entered()
    try:
        fire(desk.proposal, "assign", by=desk.user, data=data)
    except Refused as refused:
        return _refused(desk, refused.faults, refused.status)
    field: Any = form.fields["assignee"]
    assert isinstance(field, forms.ChoiceField)
    name = dict(field.choices).get(str(data["assignee"] or ""), "")
    said = _("Đã giao {code} cho {name}.") if data["assignee"] else _("{code}: chưa giao cho ai.")
    messages.success(desk.request, said.format(code=desk.proposal.code, name=name))
    return redirect(f"{_address(desk.proposal.code)}{desk.queue.query}")


def _address(code: str) -> str:
    return reverse("desk_dossier", kwargs={"code": code})
