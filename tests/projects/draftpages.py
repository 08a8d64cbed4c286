"""The page of a draft as a person without a script works with it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpResponse

from projects.models import Proposal
from tests import make
from tests.projects.pages import page_of, read_form

Sent = dict[str, Any]


def address(proposal: Proposal) -> str:
    return f"/de-an/{proposal.code}/sua/"


def sent_by(place: SimpleNamespace, proposal: Proposal, **changes: Any) -> Sent:
    """What the page of a draft would send, with some boxes filled in otherwise."""
    form = read_form(page_of(place.people.canbo).get(address(proposal)))
    return form | changes


def complete(place: SimpleNamespace, proposal: Proposal, **changes: Any) -> Sent:
    firm = make.enterprise(place)
    return sent_by(
        place,
        proposal,
        **{
            "necessity": "Cần máy mới.",
            "goals": "Nâng năng suất.",
            "content": "Mua và lắp máy.",
            "expected_output": "1 cơ sở có máy.",
            "starts_on": "1/5/2026",
            "ends_on": "301126",
            "activities-0-activity": str(place.activity.pk),
            "activities-0-units": "1",
            "places": [str(place.commune.pk)],
            "beneficiaries": [str(firm.pk)],
            "cost_items-0-name": "Máy sao chè tự động",
            "cost_items-0-unit": "cái",
            "cost_items-0-quantity": "2",
            "cost_items-0-unit_price": "185tr",
            "cost_items-0-share-provincial": "0,15 tỷ",
            "cost_items-0-share-counterpart": "220.000.000",
            "funding-provincial-2026": "150 triệu",
            "funding-counterpart-2026": "220tr",
            **changes,
        },
    )


def press(
    place: SimpleNamespace, proposal: Proposal, button: str, sent: Sent, who: str = "canbo"
) -> HttpResponse:
    client = page_of(getattr(place.people, who))
    return client.post(address(proposal), sent | {"action": button})


def said(response: HttpResponse) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def faults_of(response: HttpResponse) -> set[str]:
    return {fault.field for fault in response.context["faults"]}
