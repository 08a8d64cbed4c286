"""Keys for other systems, kept by the administrator. A key's secret is shown once, here."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from khuyencong.core import roles
from khuyencong.core.forms import PortalForm
from khuyencong.core.models import ApiToken, User

MAX_DAYS: Final = 366
View = Callable[..., HttpResponse]


def administrators_only(view: View) -> View:
    """For everybody else these pages are not there."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.may(roles.ADMINISTER):
            raise Http404
        return view(request, *args, **kwargs)

    return never_cache(guarded)


def users_of(administrator: User) -> QuerySet[User]:
    """Accounts of the administrator's province; a national one keeps those of national bodies."""
    return User.objects.filter(
        organisation__province_id=administrator.organisation.province_id
    ).select_related("organisation")


def _tokens(administrator: User) -> QuerySet[ApiToken]:
    return (
        ApiToken.objects.filter(user__in=users_of(administrator))
        .select_related("user__organisation", "created_by")
        .order_by("-pk")
    )


class UserChoice(forms.ModelChoiceField):
    def label_from_instance(self, user: User) -> str:
        return f"{user.username} – {user.full_name}, {user.organisation.short_name}"


class TokenForm(PortalForm, forms.Form):
    user = UserChoice(
        label=gettext_lazy("Tài khoản"),
        queryset=User.objects.none(),
        empty_label=gettext_lazy("Chọn tài khoản"),
        help_text=gettext_lazy("Khóa làm được đúng những gì tài khoản này làm được, không hơn."),
    )
    name = forms.CharField(
        label=gettext_lazy("Tên khóa"),
        max_length=80,
        help_text=gettext_lazy("ví dụ: Kho dữ liệu tỉnh, đồng bộ hằng đêm"),
    )
    scope = forms.ChoiceField(
        label=gettext_lazy("Phạm vi"), choices=ApiToken.Scope.choices, widget=forms.RadioSelect
    )
    days = forms.IntegerField(
        label=gettext_lazy("Số ngày hiệu lực"), min_value=1, max_value=MAX_DAYS, initial=90
    )

    def __init__(self, *args: Any, administrator: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.administrator = administrator
        self.fields["user"].queryset = (
            users_of(administrator).filter(is_active=True).order_by("username")
        )

    def issue(self) -> tuple[ApiToken, str] | None:
        """The key and its secret; None with the fault on the form when it cannot be kept."""
        try:
            return ApiToken.issue(**self.cleaned_data, created_by=self.administrator)
        except ValidationError as error:
            for name, texts in error.message_dict.items():
                self.add_error(name if name in self.fields else None, texts)
            return None


@administrators_only
def token_list(request: HttpRequest) -> HttpResponse:
    context = {"tokens": _tokens(request.user), "now": timezone.now()}
    return render(request, "core/token_list.html", context)


@administrators_only
def token_new(request: HttpRequest) -> HttpResponse:
    form = TokenForm(
        request.POST or None,
        administrator=request.user,
        initial={"scope": ApiToken.Scope.READ},
    )
    if request.method == "POST" and form.is_valid() and (made := form.issue()):
        # Not after a redirect: the secret would have to be kept somewhere on the way.
        token, secret = made
        return render(request, "core/token_created.html", {"token": token, "secret": secret})
    return render(
        request, "core/token_new.html", {"form": form}, status=422 if form.errors else 200
    )


@administrators_only
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(_tokens(request.user), pk=pk)
    if request.method != "POST":
        return render(request, "core/token_revoke.html", {"token": token})
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
    messages.success(request, _("Đã thu hồi khóa «{name}».").format(name=token.name))
    return redirect("token_list")
