"""What a draft may choose from: establishments, places, activities, sources and years."""

from __future__ import annotations

import datetime
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext as _

from khuyencong.core import clock, text
from khuyencong.core.models import Place, User, dated_on
from programmes.models import Activity, FundingSource, Target
from projects import tracks
from projects.models import Enterprise, EnterpriseIdentifier, Proposal, Track

SHOWN: Final = 20  # establishments found at once


def found_in_register(user: User, sought: str, without: list[Enterprise]) -> list[Enterprise]:
    """By name, trade or place, blind to accents; a whole identifier finds its one holder."""
    if not sought or text.is_broken(sought):
        return []
    visible = Enterprise.objects.visible_to(user)
    number = "".join(sought.split()).upper()
    held = EnterpriseIdentifier.objects.filter(value=number, valid_to=None)
    rows = visible.matching(sought) | visible.filter(pk__in=held.values("enterprise"))
    rows = rows.exclude(pk__in=[row.pk for row in without])
    return list(rows.select_related("place")[: SHOWN + 1])


def place_text(place: Place) -> str:
    """«xã Bản Bo», with the former district where a commune lay in one."""
    above = place.parent
    if above is None or above.level != Place.Level.DISTRICT:
        return place.full_name
    return _("{place}, {district} (trước sắp xếp)").format(
        place=place.full_name, district=above.full_name
    )


def sources_of(proposal: Proposal) -> list[FundingSource]:
    """Sources with a column: those of the programme, others' money, and those used already."""
    version = proposal.programme.version
    used = {line.source_id for line in proposal.funding_lines.all()}
    used |= {share.source_id for item in proposal.cost_items.all() for share in item.shares.all()}
    return list(
        FundingSource.objects.filter(
            Q(is_state=False) | Q(pk__in=version.source_shares.values("source")) | Q(pk__in=used)
        )
    )


def years_of(proposal: Proposal) -> list[int]:
    """Years with a row: from the plan year on, and those with money already."""
    wanted = set(range(proposal.plan_year, proposal.programme.end_year + 1))
    return sorted(wanted | {line.year for line in proposal.funding_lines.all()})


def decided(proposal: Proposal) -> frozenset[str]:
    """Sources approved already, while another one was returned: their money stays."""
    if proposal.status != Proposal.Status.RETURNED:
        return frozenset()
    return frozenset(
        track.source.code
        for track in tracks.current(tracks.of(proposal))
        if track.status == Track.Status.APPROVED
    )


def communes_of(proposal: Proposal, chosen: list[int]) -> list[Place]:
    """Communes of the province, today's and those of the plan year, chosen ones first."""
    first, last = (datetime.date(proposal.plan_year, month, 1) for month in (1, 12))
    in_force = dated_on(clock.today()) | dated_on(first) | dated_on(last)
    inside = Q(parent=proposal.province_id) | Q(parent__parent=proposal.province_id)
    rows = Place.objects.filter(
        Q(pk__in=chosen) | (inside & in_force & Q(level=Place.Level.COMMUNE))
    ).select_related("parent")
    return sorted(rows, key=lambda row: (row.pk not in chosen, text.sort_key(row.name), row.pk))


def activities_of(proposal: Proposal) -> dict[int, Activity]:
    """Activities in force today or in the plan year, and those chosen before."""
    chosen = [row.activity_id for row in proposal.activities.all()]
    in_year = dated_on(datetime.date(proposal.plan_year, 1, 1))
    rows = Activity.objects.filter(dated_on(clock.today()) | in_year | Q(pk__in=chosen))
    return {row.pk: row for row in rows}


def targets_of(proposal: Proposal, served: set[int]) -> tuple[list[Target], list[Target]]:
    """Targets of the programme: those that activities of the proposal serve, and the others."""
    rows = list(proposal.programme.targets.prefetch_related("activities"))
    matching = [row for row in rows if served & {one.pk for one in row.activities.all()}]
    return matching, [row for row in rows if row not in matching]
