"""What tests of the register send and look at."""

from __future__ import annotations

from typing import Any

from django.contrib.messages import get_messages

from projects.models import Enterprise
from tests.projects.pages import page_of

LIST, NEW = "/co-so/", "/co-so/moi/"


def sent(**changes: str) -> dict[str, str]:
    return {
        "name": "HTX Chè Bản Bo",
        "kind": "cooperative",
        "place": "",
        "address": "Bản Bo",
        "representative": "Lò Văn A",
        "phone": "0912 345 678",
        "sector": "Chế biến chè",
        "workers": "12",
        "number": "",
        "version": "0",
    } | changes


def add(at: Any, /, **changes: str) -> Any:
    return page_of(at.people.canbo).post(NEW, sent(**changes))


def edit(at: Any, row: Enterprise, who: str = "canbo", /, **changes: str) -> Any:
    row.refresh_from_db()
    values = {"version": str(row.version), **changes}
    return page_of(getattr(at.people, who)).post(f"/co-so/{row.pk}/sua/", sent(**values))


def messages_of(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def active(row: Enterprise) -> set[tuple[str, str]]:
    return {(found.kind, found.value) for found in row.identifiers.filter(valid_to=None)}
