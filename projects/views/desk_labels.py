"""What a decision is called at the desk: by what will happen, and to whom the dossier goes."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from khuyencong.core import roles
from khuyencong.core.models import User
from projects import tracks
from projects.firing import Option
from projects.models import Review, ReviewStep, Track


def labels(options: Iterable[Option], user: User) -> dict[str, str]:
    """Names of the verbs on offer; the table's own where sources of one dossier differ."""
    found = {}
    for option in options:
        said = {_label(option.verb, track, user) for track in option.tracks}
        found[option.verb] = (said.pop() if len(said) == 1 else "") or option.label
    return found


def notes(options: Iterable[Option], user: User) -> dict[str, str]:
    """Small words under a name: what does not need the head where other answers do."""
    for option in options:
        if option.verb == "return" and any(_proposes(track, user) for track in option.tracks):
            return {"return": _("gửi thẳng đơn vị, không cần lãnh đạo ký")}
    return {}


def task(options: Iterable[Option]) -> str:
    """What is being done, where it is no opinion on the dossier: the allotment's appraisal."""
    sources = [
        track.source.name for option in options if option.verb == "clear" for track in option.tracks
    ]
    if not sources:
        return ""
    said = _("Thẩm định phân bổ dự toán chi tiết: {sources}. Xong bước này mới được chi tiền.")
    return said.format(sources="; ".join(sources))


def _label(verb: str, track: Track, user: User) -> str:
    if verb == "pass":
        if _proposes(track, user):
            return _("Đề xuất đồng ý, trình lãnh đạo")
        return _onward(track)
    if verb == "conclude":
        review = tracks.open_review(track)
        if review and review.proposed == Review.Verdict.REFUSE:
            return _("Từ chối theo đề xuất")
        return _onward(track)
    if verb == "refuse" and _proposes(track, user) and not user.may(roles.CONCLUDE):
        return _("Đề xuất từ chối, trình lãnh đạo")
    return ""


def _proposes(track: Track, user: User) -> bool:
    """Whether this person's word waits for the head's at the step at hand."""
    review = tracks.open_review(track)
    return bool(
        review
        and review.step.two_signatures
        and review.step.kind != ReviewStep.Kind.APPROVE
        and not review.proposed
        and user.may(roles.REVIEW)
    )


def _onward(track: Track) -> str:
    step = tracks.following_step(track)
    if step is None:
        return ""
    office = step.get_organisation_kind_display()
    if step.kind == ReviewStep.Kind.APPROVE:
        return pgettext("desk", "Đồng ý, trình {office}").format(office=office)
    return pgettext("desk", "Đồng ý, chuyển {office}").format(office=office)
