"""Boxes of a decision beyond reason and paper: cost lines, parts to supplement, a colleague."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _

from khuyencong.core import clock, roles
from khuyencong.core.form_fields import MoneyInputField
from khuyencong.core.models import User, dated_on
from projects.dossier_parts import SECTIONS
from projects.models import CostShare, Proposal, ReviewStep, Track

PARTS: Final = SECTIONS[:-1]


def current(share: CostShare) -> int:
    """The figure an office starts from, in đồng."""
    return share.appraised if share.appraised is not None else share.requested


def share_fields(proposal: Proposal, tracks: Iterable[Track]) -> dict[str, forms.Field]:
    """One box a cost line and source that is judged here, named as its faults are."""
    sources = {track.source_id for track in tracks}
    return {
        f"share-{position}-{share.source.code}": MoneyInputField(
            label=_("Dòng {n}, {source}").format(n=position + 1, source=share.source.short_name),
            required=False,
            initial=current(share),
        )
        for position, item in enumerate(proposal.cost_items.all())
        for share in item.shares.all()
        if share.source_id in sources
    }


def share_rows(proposal: Proposal, form: forms.Form) -> list[dict[str, Any]]:
    """The boxes of the cost lines as a table shows them."""
    found = []
    for position, item in enumerate(proposal.cost_items.all()):
        boxes = [
            {"share": share, "bound": form[name]}
            for share in item.shares.all()
            if (name := f"share-{position}-{share.source.code}") in form.fields
        ]
        if boxes:
            found.append({"item": item, "boxes": boxes})
    return found


def point_fields(suggested: Mapping[str, str]) -> dict[str, forms.Field]:
    """A tick and a text for each part of the dossier."""
    made: dict[str, forms.Field] = {}
    for code, title, _names in PARTS:
        made[f"need-{code}"] = forms.BooleanField(
            label=title, required=False, initial=code in suggested
        )
        made[f"point-{code}"] = forms.CharField(
            label=_("Cần bổ sung ở phần «{part}»").format(part=title),
            required=False,
            initial=suggested.get(code, ""),
        )
    return made


def point_rows(form: forms.Form) -> list[dict[str, forms.BoundField]]:
    if f"need-{PARTS[0][0]}" not in form.fields:
        return []
    return [
        {"need": form[f"need-{code}"], "text": form[f"point-{code}"]}
        for code, _title, _names in PARTS
    ]


def points(cleaned: Mapping[str, Any], suggested: Mapping[str, str]) -> list[tuple[str, str]]:
    """(part, text) of what is ticked. Words typed where nothing was suggested count as a tick."""
    found = []
    for code, _title, _names in PARTS:
        said = cleaned.get(f"point-{code}") or ""
        if cleaned.get(f"need-{code}") or (said and code not in suggested):
            found.append((code, said))
    return found


def colleagues(user: User, tracks: Iterable[Track]) -> list[User]:
    """Who of the person's office may do what the steps at hand ask."""
    approving = any(track.step.kind == ReviewStep.Kind.APPROVE for track in tracks)
    right = roles.APPROVE if approving else roles.REVIEW
    named = [role for role, rights in roles.PERMISSIONS.items() if right in rights]
    in_force = dated_on(clock.today(), "role_grants__")
    rows = User.objects.filter(
        in_force,
        organisation__lineage=user.organisation.lineage,
        is_active=True,
        role_grants__role__in=named,
    )
    return list(rows.distinct().order_by("full_name", "pk"))


def assignee_field(user: User, tracks: list[Track]) -> forms.ChoiceField:
    from projects.tracks import open_review

    at_hand = next((review for track in tracks if (review := open_review(track))), None)
    return forms.ChoiceField(
        label=_("Giao thẩm định"),
        required=False,
        choices=[
            ("", _("Chưa giao")),
            *((str(row.pk), row.full_name) for row in colleagues(user, tracks)),
        ],
        initial=str(at_hand.assigned_to_id or "") if at_hand else "",
    )
