"""Keep the present filters of the list under a name, share them, take them away again."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from khuyencong.core.forms import PortalForm
from projects.models import SavedView
from projects.views import columns
from projects.views.asking import Asked
from projects.views.lookup import sees_dossiers_or_404

LONGEST = SavedView._meta.get_field("query").max_length or 0
MOST = 50  # of one person: the list shows them all above its filters


class SavedViewForm(PortalForm, forms.ModelForm):
    class Meta:
        model = SavedView
        fields = ("name", "is_shared")


def saved_views(request: HttpRequest) -> HttpResponse:
    """Lưu bộ lọc: the filters stand in the address, as in the list's own."""
    sees_dossiers_or_404(request)
    asked = Asked(request)
    mine = SavedView.objects.filter(owner=request.user)
    sent = request.POST if request.method == "POST" else None
    form = SavedViewForm(sent, instance=SavedView(owner=request.user))
    if request.method == "POST" and form.is_valid():
        query = asked.without()
        if len(query) > LONGEST:
            form.add_error(None, _("Bộ lọc này quá dài để lưu. Bỏ bớt điều kiện rồi lưu."))
        elif mine.count() >= MOST:
            form.add_error(
                None, _("Bạn đã lưu {n} bộ lọc. Xóa bớt rồi lưu bộ lọc mới.").format(n=MOST)
            )
        else:
            view = form.save(commit=False)
            view.query, view.columns = query, str(asked.columns)
            if _kept(view, form):
                messages.success(request, _("Đã lưu bộ lọc «{name}».").format(name=view.name))
                return redirect(f"{reverse('proposal_list')}?xem={view.pk}")
    context = {"asked": asked, "form": form, "mine": mine}
    status = 422 if request.method == "POST" else 200
    return render(request, "projects/saved_views.html", context, status=status)


def _kept(view: SavedView, form: SavedViewForm) -> bool:
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError:
        form.add_error("name", _("Bạn đã có bộ lọc mang tên này."))
        return False
    return True


@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Only the owner's; another's is not there."""
    sees_dossiers_or_404(request)
    view = get_object_or_404(SavedView, pk=pk, owner=request.user)
    view.delete()
    messages.success(request, _("Đã xóa bộ lọc «{name}».").format(name=view.name))
    return redirect("proposal_saved_views")


@require_POST
def choose_columns(request: HttpRequest) -> HttpResponse:
    """The columns of the list, for this person from now on; back to the list as it was asked."""
    sees_dossiers_or_404(request)
    columns.keep(request.session, columns.chosen(request.POST.getlist("cot")))
    given = QueryDict(request.POST.get("query", "")[:LONGEST], mutable=True)
    given.pop("xem", None)  # the view would bring its own columns back
    query = Asked(request, given).without()
    return redirect(f"{reverse('proposal_list')}{'?' if query else ''}{query}")
