"""What was sent when the session had ended: kept until the person is back, then shown again.

It is kept in the session that the log-in goes on with, only when the page carries our own mark of
the person it was made for, and shown to that person alone. Nothing of it is saved by itself.
"""

from __future__ import annotations

from typing import Final

from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect

from khuyencong.core.models import User

_SALT: Final = "projects.entry.unsent"
_KEY: Final = "unsent"
_DAYS: Final = 3 * 24 * 3600  # seconds; a page left open over a weekend


def mark_of(user: User) -> str:
    """What a page carries to say whose it is."""
    return signing.dumps(user.pk, salt=_SALT)


def login_first(request: HttpRequest) -> HttpResponse:
    """The session has ended: keep what was sent, then to the log-in page and back here."""
    keep(request)
    if wants_data(request):
        return JsonResponse({"login": _login_page(request)}, status=401)
    return redirect(_login_page(request))


def wants_data(request: HttpRequest) -> bool:
    """Whether a script asks, and not a page."""
    return request.headers.get("Accept", "").startswith("application/json")


def keep(request: HttpRequest) -> bool:
    """Put what was sent aside, if the page was ours; a script keeps its own."""
    if request.method != "POST" or wants_data(request):
        return False
    try:
        owner = signing.loads(request.POST.get("mark", ""), salt=_SALT, max_age=_DAYS)
    except signing.BadSignature:
        return False
    sent = request.POST.copy()
    for name in ("csrfmiddlewaretoken", "mark"):
        sent.pop(name, None)
    request.session[_KEY] = {"path": request.path, "owner": owner, "sent": sent.urlencode()}
    return True


def take(request: HttpRequest) -> QueryDict | None:
    """What this person sent from this page before the session ended; given out once."""
    kept = request.session.get(_KEY)
    if not kept or kept["path"] != request.path:
        return None
    del request.session[_KEY]
    if kept["owner"] != request.user.pk:
        return None
    return QueryDict(kept["sent"])


def after_csrf_failure(request: HttpRequest) -> HttpResponse | None:
    """The page is from before another log-in: show it again with what was typed."""
    if not keep(request):
        return None
    return redirect(request.get_full_path())


def _login_page(request: HttpRequest) -> str:
    return redirect_to_login(request.get_full_path()).url
