"""What the portal told a person, and how they want to be told by e-mail."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from khuyencong.core import clock
from projects.forms.mail import MailForm
from projects.models import Notice

SHOWN = 100


def inbox(request: HttpRequest) -> HttpResponse:
    """Thông báo của tôi, newest first."""
    rows = Notice.objects.filter(user=request.user).select_related(
        "proposal", "review__organisation", "grant__on_behalf_of"
    )[:SHOWN]
    return render(request, "projects/inbox.html", {"notices": rows})


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    Notice.objects.filter(user=request.user, read_at=None).update(read_at=clock.now())
    return redirect(reverse("inbox"))


def mail_settings(request: HttpRequest) -> HttpResponse:
    """Cách nhận thư: one's own alone; the inbox has everything whatever is chosen."""
    form = MailForm(request.POST if request.method == "POST" else None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Đã ghi cách nhận thư."))
        return redirect("inbox_settings")
    context = {"form": form}
    return render(
        request, "projects/inbox_settings.html", context, status=422 if form.errors else 200
    )
