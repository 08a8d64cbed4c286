"""Load the illustration, all of it or nothing; what is there already stays as it is."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.utils import timezone

from budgets import actions as budget_actions
from budgets.models import Cell
from khuyencong.core import audit, clock, workdays
from khuyencong.core.models import AuditEntry
from khuyencong.core.money import MILLION
from programmes.models import FundingSource, Programme
from projects.demo import attachments, days, desk, enterprises, files, people, reasons
from projects.demo.moves import Player, Story
from projects.demo.papers import Papers
from projects.demo.people import Cast
from projects.models import Notice, Proposal, ReviewChain

OPENING = datetime.time(8)
BETWEEN = datetime.timedelta(minutes=7)
FRESH = datetime.timedelta(days=14)


@dataclass
class Event:
    """Something that happens on a day, in the order in which it is told."""

    day: datetime.date
    act: Callable[[], None]


def programmes_told() -> list[tuple[str, str]]:
    """Code and data file of each programme that the illustration needs."""
    return [
        (data["programme"], data["file"]) for data in (files.read("history"), files.read("live"))
    ]


@transaction.atomic
def load() -> None:
    """Everything: people, establishments, the past period, the open year.

    National bodies get their accounts after the past period: until then the department recorded
    their papers, and the trail shows both ways.
    """
    cast_data, history, live = files.read("people"), files.read("history"), files.read("live")
    past = Programme.objects.select_related("province").get(code=history["programme"])
    present = Programme.objects.select_related("province").get(code=live["programme"])
    province, papers = past.province, Papers()
    password, order = cast_data["password"], cast_data["order"]
    people.add_offices(cast_data["organisations"], province)
    people.add_accounts(cast_data["accounts"], province, password, order)
    firms = enterprises.add(files.read("enterprises"), province)
    told_past, told_present = _is_told(past, papers.mark), _is_told(present, papers.mark)
    if not told_past:
        player = _player(past, history, papers, firms)
        _play(_of_period(player, history))
    if not told_present:
        player = _player(present, live, papers, firms)
        _play([*_allocations(player, live), *_from_today(player, live, "recorded")])
    people.add_accounts(cast_data["later"], province, password, order)
    if not told_present:
        player = _player(present, live, papers, firms)
        _play(_from_today(player, live, "proposals"))
        desk.add(present, player.cast, papers)
    if not (told_past and told_present):
        papers.mark_documents()
        _date_proposals(papers.mark)
        _read_notices()


def _is_told(programme: Programme, mark: str) -> bool:
    rows = Proposal.objects.filter(programme=programme, created_by__is_demo=True)
    return rows.filter(title__endswith=mark).exists()


def _player(
    programme: Programme, data: dict[str, Any], papers: Papers, firms: dict[str, Any]
) -> Player:
    cast = Cast(programme.province)
    return Player(
        programme=programme,
        cast=cast,
        papers=papers,
        enterprises=firms,
        recorder=cast.named(data["recorder"]),
        prose=data.get("prose", {}),
        allotted_apart=frozenset(data.get("allotted_apart", ())),
    )


def _of_period(player: Player, data: dict[str, Any]) -> list[Event]:
    states = set(FundingSource.objects.filter(is_state=True).values_list("code", flat=True))
    stories = [Story(spec, days.of_period(spec, data, states)) for spec in data["proposals"]]
    return [*_allocations(player, data), *_events(player, stories)]


def _from_today(player: Player, data: dict[str, Any], part: str) -> list[Event]:
    stories = [
        Story(spec, days.from_today(spec, data, _chain(spec, player.programme)))
        for spec in data[part]
    ]
    return _events(player, stories)


def _chain(spec: dict[str, Any], programme: Programme) -> ReviewChain | None:
    """The chain of the story's first source of state money."""
    asked = {code for shares in spec.get("money", {}).values() for code in shares}
    source = FundingSource.objects.filter(code__in=asked, is_state=True).first()
    if source is None:
        return None
    return ReviewChain.objects.in_force(source.pk, programme.province_id, clock.today())


def _events(player: Player, stories: Iterable[Story]) -> list[Event]:
    return [
        Event(step.day, lambda story=story, step=step: _play_step(player, story, step))
        for story in stories
        for step in story.steps
    ]


def _play_step(player: Player, story: Story, step: days.Step) -> None:
    player.play(story, step)
    if step.verb == "create":
        by = player.cast.named(story.spec["by"])
        attachments.add(story.proposal, story.spec, by=by, papers=player.papers)
        reasons.write(story.proposal, by=by)


def _allocations(player: Player, data: dict[str, Any]) -> list[Event]:
    return [
        Event(
            told.get("date") or workdays.calendar_of(None).add(clock.today(), -told["ago"]),
            lambda told=told: _allocate(player, told),
        )
        for told in data["allocations"]
    ]


def _allocate(player: Player, told: dict[str, Any]) -> None:
    programme = player.programme
    issuer = people.office(told["by"], programme.province)
    cells = {
        (cell.source.code, cell.year): cell
        for cell in Cell.objects.filter(programme=programme).select_related("source", "programme")
    }
    budget_actions.allocate(
        programme,
        {
            cells[source, year]: amount * MILLION
            for source, years in told["amounts"].items()
            for year, amount in years.items()
        },
        paper=player.papers.paper("allocate", issuer, clock.today()),
        issuer=issuer,
        by=player.recorder,
        note=told["note"],
    )


def _play(events: list[Event]) -> None:
    """In the order of the days; within a day as told, some minutes apart."""
    day, moment = None, timezone.now()
    for event in sorted(events, key=lambda event: event.day):
        if event.day == day:
            moment += BETWEEN
        else:
            day = event.day
            moment = timezone.make_aware(datetime.datetime.combine(day, OPENING))
        with clock.at(moment):
            event.act()


def _date_proposals(mark: str) -> None:
    """The columns that the database fills follow the story, too, not the day of loading."""
    entries = AuditEntry.objects.filter(
        subject_type=audit.subject_type(Proposal), subject_id=OuterRef("pk")
    ).values("recorded_at")
    Proposal.objects.filter(title__endswith=mark, created_by__is_demo=True).update(
        created_at=Subquery(entries.order_by("seq")[:1]),
        updated_at=Subquery(entries.order_by("-seq")[:1]),
    )


def _read_notices() -> None:
    """Nobody is to be mailed about stories; what is old by now has been read, too."""
    told = Notice.objects.filter(proposal__created_by__is_demo=True)
    told.filter(mailed_at=None).update(mailed_at=F("created_at"))
    old = clock.now() - FRESH
    told.filter(read_at=None, created_at__lt=old).update(read_at=F("created_at"))
