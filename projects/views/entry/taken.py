"""Which texts, kept on a device when their page was sent, have been saved since.

A page that is sent may never arrive, so its script keeps the text until it hears of it: it sends a
word of its own with the form, and the pages that come after a save name the last such words.
"""

from __future__ import annotations

import re
from typing import Final

from django.http import HttpRequest

_KEY: Final = "taken"
_WORD: Final = re.compile(r"[a-z0-9]{8,40}")
_MOST: Final = 10


def note(request: HttpRequest) -> None:
    """What was sent is saved."""
    word = request.POST.get("sent", "")
    if _WORD.fullmatch(word):
        request.session[_KEY] = [*request.session.get(_KEY, []), word][-_MOST:]


def words(request: HttpRequest) -> str:
    """The last words, for the page to name."""
    return " ".join(request.session.get(_KEY, []))
