"""What the portal told a person."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from khuyencong.core import clock
from projects.models import Notice

SHOWN = 100


def inbox(request: HttpRequest) -> HttpResponse:
    """Thông báo của tôi, newest first."""
    rows = Notice.objects.filter(user=request.user).select_related("proposal")[:SHOWN]
    return render(request, "projects/inbox.html", {"notices": rows})


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    Notice.objects.filter(user=request.user, read_at=None).update(read_at=clock.now())
    return redirect(reverse("inbox"))
