"""Panels (hội đồng): the list, and a panel's own page with my votes on top."""

from __future__ import annotations

import secrets
from typing import Any

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from khuyencong.core import audit, documents, permissions, roles
from khuyencong.core.models import User
from projects.forms.panel_ballot import BallotForm
from projects.models import Panel, PanelItem, PanelMember, Proposal
from projects.panel_rules import seat_of
from projects.panels import conflicts, counting, loading, seeing
from projects.panels import paper_uses as _uses  # noqa: F401  tells what rests on its papers
from projects.panels.conflicts import Pair
from projects.views.paging import asked_page, page_of


def _convenes(user: User) -> bool:
    return permissions.refusal(user, "projects.panel.convene") is None


def sees_panels(user: User) -> bool:
    """Who appraises or audits, there being any or none; else whoever may open at least one."""
    judges = (roles.REVIEW, roles.CONCLUDE, roles.SEE_AUDIT)
    return any(map(user.may, judges)) or Panel.objects.visible_to(user).exists()


def panel_list(request: HttpRequest) -> HttpResponse:
    if not sees_panels(request.user):
        raise Http404(_("Trang này của cơ quan thẩm định và thành viên hội đồng."))
    found = Panel.objects.visible_to(request.user)
    page = page_of(
        found,
        asked_page(request.GET.get("page", "")),
        described=lambda rows: rows.select_related("organisation").annotate(
            dossiers=Count("items", distinct=True)
        ),
    )
    context = {"page": page, "may_convene": _convenes(request.user)}
    return render(request, "projects/panel_list.html", context)


def panel_or_404(request: HttpRequest, code: str) -> Panel:
    rows = loading.whole(Panel.objects.visible_to(request.user))
    found = rows.filter(code=code).first()
    if found is None:
        raise Http404(_("Không có hội đồng này, hoặc bạn không được xem."))
    return found


def detail(request: HttpRequest, code: str) -> HttpResponse:
    return detail_page(request, panel_or_404(request, code))


def detail_page(
    request: HttpRequest, panel: Panel, form: BallotForm | None = None, status: int = 200
) -> HttpResponse:
    """The panel's page; ``form`` is a ballot that was sent and not taken."""
    user, barred = request.user, conflicts.standing(panel)
    seat, is_open = seat_of(user, panel), panel.state == Panel.Status.OPEN
    if form is None and seat and is_open:
        form = BallotForm(panel=panel, member=seat, barred=barred)
    papers = {panel.decision_id, panel.minutes_id} - {None}
    context = {
        "panel": panel,
        "is_open": is_open,
        "is_illustration": is_illustration(panel),
        "seat": seat,
        "form": form,
        "has_errors": bool(form and form.errors),
        "rows": _rows(panel, barred, user),
        "members": _members(panel, barred, user),
        "opens": documents.openable(user, papers),
        "may_close": is_open and permissions.refusal(user, "projects.panel.close", panel) is None,
        "may_print": user.may(roles.REPORT)
        and user.may(roles.SEE_BUDGET)
        and seeing.why_no_minutes(user, panel, barred) is None,
        "key": secrets.token_urlsafe(24),
        "timeline": [
            {"entry": entry, "sentence": audit.sentence(entry)}
            for entry in reversed(audit.trail(panel))
        ],
    }
    return render(request, "projects/panel_detail.html", context, status=status)


def is_illustration(panel: Panel) -> bool:
    return any(row.proposal.programme.is_illustration for row in panel.items.all())


def _rows(panel: Panel, barred: dict[Pair, str], user: User) -> list[dict[str, Any]]:
    items = list(panel.items.all())
    ids = [row.proposal_id for row in items]
    seen = set(Proposal.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))
    found = []
    for item in items:
        told = seeing.may_see_votes(user, panel, item, barred)
        found.append(
            {
                "item": item,
                "opens": item.proposal_id in seen,
                "told": told,
                "count": counting.of(panel, item, barred) if told else None,
                "votes": _votes(panel, item, barred) if told else [],
            }
        )
    return found


def _votes(panel: Panel, item: PanelItem, barred: dict[Pair, str]) -> list[dict[str, Any]]:
    by_member = {row.member_id: row for row in item.votes.all()}
    return [
        {
            "member": member,
            "vote": by_member.get(member.pk),
            "reason": barred.get((item.pk, member.pk), ""),
        }
        for member in panel.members.all()
    ]


def _members(panel: Panel, barred: dict[Pair, str], user: User) -> list[dict[str, Any]]:
    items, is_open = list(panel.items.all()), panel.state == Panel.Status.OPEN
    changes = is_open and permissions.refusal(user, "projects.panel.change", panel) is None
    found = []
    for member in panel.members.all():
        open_to = [item for item in items if (item.pk, member.pk) not in barred]
        cast = sum(any(row.member_id == member.pk for row in item.votes.all()) for item in open_to)
        found.append(
            {
                "member": member,
                "cast": cast,
                "of": len(open_to),
                "may_record": is_open and _records_for(user, panel, member),
                "may_replace": changes,
            }
        )
    return found


def _records_for(user: User, panel: Panel, member: PanelMember) -> bool:
    return permissions.refusal(user, "projects.panel.record", panel, member) is None
