"""What the members of a mixed crowd do: everybody's verbs, at random, on the same dossiers.

Each member keeps a journal of its acts. The reason of an act is its name, so that the trail can be
asked for it afterwards.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import Any

from khuyencong.core import clock, invariants
from khuyencong.core.models import AuditEntry, Organisation, Place, User
from khuyencong.core.papers import Paper
from khuyencong.core.refusals import Refused
from programmes.models import Activity, Programme
from projects import remarks
from projects.firing import fire, options
from projects.models import (
    DecisionLine,
    Disbursement,
    FundingLine,
    Proposal,
    Remark,
    ReviewChain,
    ReviewStep,
)
from tests import acts, make

SIGNS = {"approve": "QĐ-UBND", "record_decision": "QĐ-BCT", "reopen": "QĐ-UBND", "stop": "QĐ-SCT"}
SIGNS |= acts.SIGNS
# How many look at the page before they act, and what they then do seldom: it ends the dossier.
LOOKS_FIRST = 0.6
ENDINGS = frozenset({"withdraw", "refuse", "take_back"})
# Who tries which verb; how often is how often it stands here.
TRIES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("submit", ("canbo",)),
    ("submit", ("canbo",)),
    ("take_back", ("canbo", "sct", "sct.lanhdao", "stc")),
    ("withdraw", ("canbo",)),
    ("replan", ("canbo",)),
    ("pass", ("sct", "sct2")),
    ("pass", ("sct", "sct2", "stc")),
    ("pass", ("stc",)),
    ("conclude", ("sct.lanhdao",)),
    ("conclude", ("sct.lanhdao",)),
    ("return", ("sct", "sct.lanhdao", "stc", "ubnd")),
    ("refuse", ("sct.lanhdao", "stc", "ubnd2")),
    ("approve", ("ubnd", "ubnd2")),
    ("approve", ("ubnd", "ubnd2")),
    ("record_decision", ("sct", "sct2")),
    ("record_decision", ("sct", "sct2")),
    ("assign", ("sct.lanhdao", "sct", "stc")),
    ("reopen", ("ubnd", "sct")),
    ("clear", ("stc",)),
    ("clear", ("stc",)),
    ("sign", ("ketoan",)),
    ("start", ("canbo",)),
    ("disburse", ("ketoan",)),
    ("disburse", ("ketoan",)),
    ("suspend", ("sct.lanhdao",)),
    ("resume", ("sct.lanhdao",)),
    ("remark", ("sct", "stc", "ubnd")),
    ("resolve", ("sct", "stc", "ubnd")),
)


def prepare(dossiers: int) -> list[int]:
    """Dossiers of one and of two sources in all stages of their way, and money for some of them.

    The national offices have no accounts, so their papers are recorded; the provincial chain has a
    step after its approval.
    """
    place = make.world()
    people = place.people
    make.user("sct2", "appraiser", place.orgs.industry)
    make.user("ubnd2", "approver", place.orgs.committee)
    for outside in (people.cuc, people.bct):
        acts.silence(outside)
    ReviewStep.objects.create(
        chain=ReviewChain.objects.get(source=place.sources["provincial"]),
        order=4,
        kind="finance",
        organisation_kind=Organisation.Kind.FINANCE_DEPARTMENT,
        working_days=5,
        may_return=False,
    )
    make.allot(place, "provincial", 2026, 110 * dossiers)
    make.allot(place, "national", 2026, 20 * dossiers)
    made = []
    for number in range(dossiers):
        money = {"provincial": 200, "national": 100} if number % 4 == 3 else {"provincial": 200}
        proposal = make.submitted(place, money)
        if number % 3:
            fire(proposal, "pass", by=people.sct)
            fire(proposal, "conclude", by=people.sct_head)
        if number % 3 == 2:
            fire(proposal, "pass", by=people.stc)
        made.append(proposal.pk)
    return made


@cache
def person(name: str) -> User:
    return User.objects.select_related("organisation").get(username=name)


def attempt(act: Callable[[], Any]) -> dict[str, str]:
    """Whether the act was acknowledged, and if not with which error."""
    try:
        act()
    except Refused as refused:
        return {"did": "refused", "by": type(refused).__name__, "said": str(refused)}
    except Exception as error:
        return {"did": "error", "by": type(error).__name__, "said": str(error)}
    return {"did": "done", "by": "", "said": ""}


def mix(member: int, seed: int, times: int, dossiers: list[int]) -> list[dict[str, Any]]:
    """This member's acts, one after the other as fast as they go; its journal."""
    chance = random.Random(seed * 1000 + member)
    journal = []
    for number in range(times):
        pk = chance.choice(dossiers)
        verb, name = _seen(pk, chance) if chance.random() < LOOKS_FIRST else _blind(chance)
        mark = f"việc {member}-{number}"
        act = _act(verb, person(name), pk, mark, f"{member + 1}{number:03d}", chance)
        journal.append({"mark": mark, "verb": verb, "pk": pk, "who": name} | attempt(act))
    return journal


def _blind(chance: random.Random) -> tuple[str, str]:
    verb, names = chance.choice(TRIES)
    return verb, chance.choice(names)


def _seen(pk: int, chance: random.Random) -> tuple[str, str]:
    """What a page shows to somebody for whom the dossier waits; it may be late when it is sent."""
    names = sorted({name for _verb, names in TRIES for name in names})
    proposal = Proposal.objects.get(pk=pk)
    for name in chance.sample(names, len(names)):
        shown = {row.verb for row in options(proposal, person(name)) if row.is_open}
        open_to = [verb for verb, theirs in TRIES if verb in shown and name in theirs]
        likely = [verb for verb in open_to if verb not in ENDINGS] or open_to
        if likely:
            return chance.choice(likely), name
    return _blind(chance)


def _act(
    verb: str, by: User, pk: int, mark: str, number: str, chance: random.Random
) -> Callable[[], Any]:
    if verb == "remark":
        return lambda: remarks.write(
            Proposal.objects.get(pk=pk), by=by, field="title", text=mark, is_internal=False
        )
    if verb == "resolve":
        return lambda: _resolve(pk, by, mark)
    paper = None
    if verb in SIGNS:
        scan = make.scan(by) if verb in {"record_decision", "reopen"} else None
        paper = Paper(number=f"{number}/{SIGNS[verb]}", issued_on=clock.today(), file=scan)
    data = _data(verb, pk, chance)
    return lambda: fire(Proposal(pk=pk), verb, by=by, reason=mark, paper=paper, data=data)


def _resolve(pk: int, by: User, mark: str) -> None:
    asked = Remark.objects.open().filter(proposal=pk, organisation=by.organisation).first()
    if asked is None:
        raise Refused("nothing was asked")
    remarks.resolve(asked, by=by, resolution=mark)


def _data(verb: str, pk: int, chance: random.Random) -> dict[str, Any]:
    lines = FundingLine.objects.filter(proposal=pk, source__is_state=True).select_related("source")
    match verb:
        case "pass" | "approve":
            if chance.random() < 0.5:
                return {}
            return {"amounts": {line.pk: line.requested // chance.choice((1, 2)) for line in lines}}
        case "record_decision":
            return {"verdict": chance.choice(("pass", "pass", "approve", "approve", "return"))}
        case "replan":
            return {"how": chance.choice(("less", "again"))}
        case "assign":
            return {"assignee": person(chance.choice(("sct", "sct2", "stc"))).pk}
        case "return":
            return {"points": [("chi-phi", "Thiếu báo giá")]} if chance.random() < 0.5 else {}
        case "disburse":
            line = chance.choice(list(lines))
            return {"line_id": line.pk, "amount": 20 * make.TRIEU, "kind": "advance"}
    return {}


def rush(who: str, verb: str, pk: int, version: int, number: int, mark: str) -> dict[str, str]:
    """One verb on a page of a known version, as a form sends it."""
    paper = None
    if verb in {"approve", "refuse"}:
        paper = Paper(number=f"{number}/QĐ-UBND", issued_on=clock.today())
    return attempt(
        lambda: fire(
            Proposal(pk=pk),
            verb,
            by=person(who),
            reason=mark,
            paper=paper,
            expected_version=version,
        )
    )


def waiting_for_approval(number: int) -> int:
    """A dossier of its own, one step before its decision."""
    canbo = person("canbo")
    place = SimpleNamespace(
        programme=Programme.objects.get(),
        commune=Place.objects.get(level="commune"),
        activity=Activity.objects.get(),
        home=canbo.organisation.province,
        people=SimpleNamespace(
            canbo=canbo,
            sct=person("sct"),
            sct_head=person("sct.lanhdao"),
            stc=person("stc"),
        ),
    )
    return make.ready_to_approve(place, {"provincial": 1}, title=f"Máy thứ {number}").pk


def decisions_of(pk: int) -> int:
    return DecisionLine.objects.filter(track__proposal=pk).count()


def version_of(pk: int) -> int:
    return Proposal.objects.values_list("version", flat=True).get(pk=pk)


def told() -> dict[str, dict[str, Any]]:
    """What the trail says of each named act: its verbs, dossiers and instants, each once."""
    found: dict[str, dict[str, set[Any]]] = defaultdict(lambda: defaultdict(set))
    for row in AuditEntry.objects.filter(reason__startswith="việc "):
        act = found[row.reason]
        act["verbs"].add(row.action.rsplit(".", 1)[-1])
        act["dossiers"].add(row.subject_id)
        act["instants"].add(row.recorded_at.isoformat())
    return {mark: {key: sorted(rows) for key, rows in act.items()} for mark, act in found.items()}


def papers_used() -> dict[str, list[str]]:
    """Numbers of the papers that decided and that paid."""
    return {
        "decided": sorted(
            DecisionLine.objects.values_list("decision__document__number", flat=True).distinct()
        ),
        "paid": sorted(Disbursement.objects.values_list("document__number", flat=True)),
    }


def remarks_written() -> list[str]:
    return sorted(Remark.objects.filter(text__startswith="việc ").values_list("text", flat=True))


def violations() -> list[str]:
    return [str(row) for row in invariants.violations()]
