"""The sites of a list beside the law: at the list of the unit, and at the department's answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from khuyencong.core import clock
from khuyencong.core.models import Place
from khuyencong.core.refusals import Fault
from projects import loading
from projects.checks import ceiling, eligibility, figures, sector, supported_before
from projects.checks.case import Case, firms_of
from projects.checks.facts import Facts, gather
from projects.checks.outcome import ERROR, PASS, WARNING, Check, Outcome, Stage
from projects.models import Beneficiary, Enterprise, Proposal, SiteList

if TYPE_CHECKING:
    from projects.act import Act

STAGES: dict[str, Stage] = {"list_sites": "submission", "confirm_sites": "appraisal"}
# What concerns an establishment; the money as a whole was checked with the proposal.
CHECKS = (eligibility.check, sector.check, supported_before.check)
Pair = tuple[int, int | None, int]  # establishment, commune, support in đồng


def entered(rows: Iterable[Mapping[str, Any]]) -> list[Pair]:
    return [(row["enterprise"], row["place"], row["support"]) for row in rows]


def waiting(site_list: SiteList) -> list[Pair]:
    rows = site_list.sites.filter(standing=Beneficiary.Status.PLANNED)
    return list(rows.values_list("enterprise_id", "place_id", "support"))


def outcome_of(proposal: Proposal, listed: list[Pair], stage: Stage) -> Outcome:
    """The checks of the sites of one list, under the law of today."""
    loading.name_parties(proposal)
    known = Enterprise.objects.select_related("place", "sector_group").in_bulk(
        [firm for firm, _place, _support in listed]
    )
    places = {
        place.pk: place
        for place in Place.objects.filter(pk__in=[place for _firm, place, _support in listed])
    }
    firms = firms_of((known[firm], places.get(place)) for firm, place, _support in listed)
    case = replace(Case.of(proposal), firms=tuple(firms))
    facts = gather(case, clock.today(), stage)
    checks = [row for check in CHECKS for row in check(case, facts)]
    checks += _ceilings(case, facts, {firm: support for firm, _place, support in listed})
    return Outcome(day=facts.day, stage=stage, checks=checks)


def _ceilings(case: Case, facts: Facts, supports: Mapping[int, int]) -> Iterator[Check]:
    """Each site alone: the ceiling of one unit of every activity that is supported, raised."""
    pairs = [
        (activity, facts.norm(activity, source.code))
        for activity in case.activities
        for source in case.state_sources
        if case.supported(activity.code, source.code)
    ]
    norms = [(activity, norm) for activity, norm in pairs if norm and norm.max_amount is not None]
    if not norms or len(norms) < len(pairs):
        yield Check(
            code="site-ceiling",
            subject="",
            level=PASS,
            title=_("Mức hỗ trợ mỗi cơ sở"),
            figure=_("Danh mục chưa đủ mức trần để so"),
            is_unchecked=True,
        )
        return
    limit = sum(
        figures.whole(norm.max_amount * ceiling.factor(activity, norm)) for activity, norm in norms
    )
    level = ERROR if all(norm.is_rule for _activity, norm in norms) else WARNING
    for firm in case.firms:
        over = supports[firm.pk] - limit
        yield Check(
            code="site-ceiling",
            subject=str(firm.pk),
            level=level if over > 0 else PASS,
            title=_("{firm}: tối đa {limit} mỗi cơ sở").format(
                firm=firm.name, limit=figures.trieu(limit)
            ),
            figure=_("Hỗ trợ {support}").format(support=figures.trieu(supports[firm.pk])),
            gap=_("Vượt {amount}").format(amount=figures.trieu(over)) if over > 0 else "",
            fix=_("Giảm ít nhất {amount}").format(amount=figures.trieu(over)) if over > 0 else "",
            citation=figures.citation(norms[0][1]),
            norm_id=norms[0][1].pk,
            source=norms[0][1].source.code,
        )


def faults(act: Act, listed: list[Pair]) -> Iterator[Fault]:
    """Errors refuse; each warning wants the one reason of whoever lists or answers."""
    if act.checked is None:
        found = outcome_of(act.proposal, listed, STAGES[act.verb])
        act.checked = found.explained(act.reason.strip(), act.paper.number)
    for check in act.checked.errors:
        yield Fault(check.sentence, "sites-0-enterprise")
    for check in act.checked.unanswered:
        words = _("Nêu lý do vào ô ý kiến nếu vẫn giữ cơ sở này.")
        yield Fault(f"{check.sentence} {words}", "reason")
