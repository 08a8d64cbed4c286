"""Find the record of an address for a person: what they may not see is not there (404)."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from projects import loading
from projects.models import Proposal


def proposal_or_404(request: HttpRequest, code: str) -> Proposal:
    """The proposal with all its parts."""
    rows = loading.with_parts(Proposal.objects.visible_to(request.user))
    found = rows.filter(code=code).first()
    if found is None:
        raise Http404(_("Không có đề án này, hoặc bạn không được xem."))
    return found
