"""What the papers of an annual plan have in common: the list, its head, its figures."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from khuyencong.core import clock, text
from khuyencong.core.models import Organisation
from khuyencong.core.vndates import long_date
from projects.models import AnnualPlan, Review, ReviewStep
from reports import papers, pdf


def plan_of(params: Mapping[str, Any]) -> AnnualPlan:
    rows = AnnualPlan.objects.select_related(
        "programme__province", "source", "submission", "organisation", "sent_by"
    )
    return rows.get(code=params["plan"])


def about(plan: AnnualPlan, at: datetime.datetime) -> dict[str, Any]:
    """Plain facts of the list and of who sends it."""
    paper = plan.submission
    return {
        "programme": {
            "name": plan.programme.name,
            "is_illustration": plan.programme.is_illustration,
            "is_mixed": False,
        },
        "plan": {
            "code": plan.code,
            "title": plan.title,
            "year": plan.year,
            "source": plan.source.name,
            "source_words": plan.source_words,
            "is_sent": paper is not None,
        },
        "number": paper.number if paper else "",
        "signer": paper.signer if paper else "",
        "signer_title": _title(plan),
        "dated_on": paper.issued_on.isoformat() if paper and paper.issued_on else "",
        "office": papers.head(plan.programme, at),
    }


def _title(plan: AnnualPlan) -> str:
    """The office of who signed, where known: the sender's, unless somebody else signed."""
    if plan.sent_by is None:
        return ""
    signer = plan.submission.signer if plan.submission else ""
    if signer and text.fold(signer) != text.fold(plan.sent_by.full_name):
        return ""
    return plan.sent_by.title


def on_paper(figures: Mapping[str, Any], title: Any, subtitle: str | None = None) -> dict[str, Any]:
    """What the head of the paper shows, from the figures alone.

    The subtitle is the list's name, but for a title that names the list already.
    """
    at = timezone.localtime(datetime.datetime.fromisoformat(figures["snapshot_at"]))
    said = figures["dated_on"]
    day = datetime.date.fromisoformat(said) if said else None
    place = figures["office"]["place"]
    return {
        **figures,
        "title": title,
        "subtitle": figures["plan"]["title"] if subtitle is None else subtitle,
        "at": at,
        "created": at.isoformat(timespec="minutes"),
        "font": pdf.FONT,
        # A paper that was not sent yet bears the day on which it was drawn up.
        "dated": long_date(day or at.date(), place),
    }


def addressed_to(plan: AnnualPlan) -> dict[str, Any]:
    """Who decides the list, and through whom it goes: the offices of its chain behind the sender.

    Empty while no dossier stands in it.
    """
    item = plan.items.select_related("track__chain").order_by("position").first()
    if item is None:
        return {"office": "", "through": []}
    opened = Review.objects.filter(track=item.track_id, verdict="").select_related("organisation")
    names = {review.step_id: review.organisation.name for review in opened}
    office, through, own = "", [], plan.organisation.kind
    for step in item.track.chain.steps.order_by("order"):
        name = names.get(step.pk) or _acting(step, plan)
        if step.kind == ReviewStep.Kind.APPROVE:
            office = name
            break
        if step.organisation_kind != own:
            through.append(name)
    return {"office": office, "through": through}


def _acting(step: ReviewStep, plan: AnnualPlan) -> str:
    found = Organisation.objects.acting(step.organisation_kind, plan.province_id, clock.today())
    return found.name if found else str(step.get_organisation_kind_display())
