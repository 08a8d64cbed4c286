"""Find the record of an address for a person: what they may not see is not there (404)."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from khuyencong.core import roles
from projects import loading
from projects.models import Proposal

SEES = (roles.SEE_OWN, roles.SEE_RECEIVED, roles.SEE_PROVINCE)


def sees_dossiers_or_404(request: HttpRequest) -> None:
    """Pages about dossiers are not there for who may see none at all."""
    if not any(request.user.may(right) for right in SEES):
        raise Http404(_("Không có trang này, hoặc bạn không được xem."))


def proposal_or_404(request: HttpRequest, code: str, *, seated: bool = False) -> Proposal:
    """The proposal with all its parts; ``seated``: also for a member of a panel on it."""
    found = loading.found(Proposal.objects.visible_to(request.user).filter(code=code))
    if found is None and seated:
        found = loading.found(Proposal.objects.before_panel_of(request.user).filter(code=code))
    if found is None:
        raise Http404(_("Không có đề án này, hoặc bạn không được xem."))
    return found
