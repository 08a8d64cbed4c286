"""The pages of a draft as a person without a script works with them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpResponse

from projects.dossier_parts import section_of
from projects.forms.entry import ENTRIES
from projects.models import Proposal
from tests import make
from tests.projects.pages import page_of, read_form

Sent = dict[str, Any]
UNIT, PARTIES, CONTENT = "don-vi", "co-so", "noi-dung"
GOALS, COSTS, SCHEDULE, PAPERS, LAST = "muc-tieu", "du-toan", "tien-do", "ho-so", "kiem-tra"


def address(proposal: Proposal, section: str = "") -> str:
    return f"/de-an/{proposal.code}/sua/" + (f"{section}/" if section else "")


def sent_by(place: SimpleNamespace, proposal: Proposal, section: str, **changes: Any) -> Sent:
    """What the page of a part would send, with some boxes filled in otherwise."""
    form = read_form(page_of(place.people.canbo).get(address(proposal, section)))
    return form | changes


def answers(place: SimpleNamespace, **changes: Any) -> Sent:
    """Everything a complete dossier of one establishment needs, typed as people type it."""
    return {
        "necessity": "Cần máy mới.",
        "goals": "Nâng năng suất.",
        "content": "Mua và lắp máy.",
        "expected_output": "1 cơ sở có máy.",
        "starts_on": "1/5/2026",
        "ends_on": "301126",
        "activities-0-activity": str(place.activity.pk),
        "activities-0-units": "1",
        "places": [str(place.commune.pk)],
        "beneficiaries": [str(make.enterprise(place).pk)],
        "cost_items-0-name": "Máy sao chè tự động",
        "cost_items-0-unit": "cái",
        "cost_items-0-quantity": "2",
        "cost_items-0-unit_price": "185tr",
        "cost_items-0-share-provincial": "0,15 tỷ",
        "cost_items-0-share-counterpart": "220.000.000",
        "funding-provincial-2026": "150 triệu",
        "funding-counterpart-2026": "220tr",
        **changes,
    }


def filled(place: SimpleNamespace, proposal: Proposal, section: str, **changes: Any) -> Sent:
    """The page of a part with its share of a complete dossier filled in."""
    found = {name: typed for name, typed in answers(place).items() if section_of(name) == section}
    return sent_by(place, proposal, section, **(found | changes))


def complete(place: SimpleNamespace, proposal: Proposal, **changes: Any) -> Proposal:
    """Fill in and save every part, one page after the other."""
    found = answers(place, **changes)
    for section in ENTRIES:
        here = {name: typed for name, typed in found.items() if section_of(name) == section}
        response = press(place, proposal, "save", sent_by(place, proposal, section, **here))
        assert response.status_code == 302, (section, response.content.decode())
    proposal.refresh_from_db()
    return proposal


def press(
    place: SimpleNamespace,
    proposal: Proposal,
    button: str,
    sent: Sent,
    section: str = "",
    who: str = "canbo",
    **headers: Any,
) -> HttpResponse:
    """Send a page of the form; which part it is of shows in what it sends."""
    section = section or next(
        (section_of(name) for name in sent if section_of(name) in ENTRIES), UNIT
    )
    client = page_of(getattr(place.people, who))
    return client.post(address(proposal, section), sent | {"action": button}, **headers)


def submit(place: SimpleNamespace, proposal: Proposal, **changes: Any) -> HttpResponse:
    """Press «Kiểm tra và trình» on the last page."""
    return press(place, proposal, "submit", sent_by(place, proposal, LAST, **changes), LAST)


def said(response: HttpResponse) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]
