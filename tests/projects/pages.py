"""Pages as a browser without a script has them: who asks, what a form would send."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse
from django.test import Client


def page_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(response: HttpResponse) -> str:
    return response.content.decode()


def words_of(response: HttpResponse) -> str:
    """The words of a page, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", text_of(response)).split())


class _Form(HTMLParser):
    """Names and values of the boxes of the form with an id, but for its buttons."""

    def __init__(self, form: str) -> None:
        super().__init__()
        self.wanted, self.depth = form, 0
        self.sent: dict[str, list[str]] = {}
        self.ids: list[str] = []
        self._area: str | None = None
        self._select: str | None = None
        self._options: list[tuple[str, bool]] = []
        self._in_template = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if found.get("id"):
            self.ids.append(found["id"] or "")
        if tag == "form":
            self.depth = 1 if found.get("id") == self.wanted else 0
        self._in_template |= tag == "template"
        name = found.get("name")
        if not self.depth or self._in_template or not name:
            if tag == "option" and self._select:
                self._options.append((found.get("value") or "", "selected" in found))
            return
        if tag == "input":
            ticks = found.get("type") in ("checkbox", "radio")
            if not ticks or "checked" in found:
                standing = "on" if ticks else ""
                self.sent.setdefault(name, []).append(found.get("value", standing) or "")
        elif tag == "textarea":
            self._area = name
            self.sent[name] = [""]
        elif tag == "select":
            self._select, self._options = name, []

    def handle_data(self, data: str) -> None:
        if self._area:
            self.sent[self._area][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.depth = 0
        elif tag == "template":
            self._in_template = False
        elif tag == "textarea" and self._area:
            # The line end after the tag is the page's own.
            self.sent[self._area][0] = self.sent[self._area][0].removeprefix("\n").lstrip("\r\n")
            self._area = None
        elif tag == "select" and self._select:
            chosen = [value for value, selected in self._options if selected]
            first = [value for value, _selected in self._options[:1]]
            self.sent[self._select] = chosen or first
            self._select = None


def read_form(response: HttpResponse, form: str = "draft") -> dict[str, list[str]]:
    """What a browser would send of the form as the page shows it."""
    parser = _Form(form)
    parser.feed(text_of(response))
    return parser.sent


def ids_of(response: HttpResponse) -> list[str]:
    parser = _Form("")
    parser.feed(text_of(response))
    return parser.ids
