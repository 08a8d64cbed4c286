"""Pages that belong to no app: home by role, log in, language, health, errors."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.i18n import set_language

from khuyencong.core import roles
from khuyencong.core.login import LoginForm
from khuyencong.core.middleware import for_script
from khuyencong.core.models import User

DEMO_PASSWORD = "khuyencong-demo"  # of the demonstration accounts only; says so on their page


def home(request: HttpRequest) -> HttpResponse:
    """Each role begins where its work is."""
    user = request.user
    if user.may(roles.PROPOSAL_WRITE):
        return redirect("proposal_list")
    if user.may(roles.REVIEW) or user.may(roles.CONCLUDE) or user.may(roles.APPROVE):
        return redirect("desk")
    if user.may(roles.SEE_BUDGET):
        return redirect("dashboard")
    return redirect("more")


@method_decorator(login_not_required, name="dispatch")
class Login(LoginView):
    """Đăng nhập. Names the demonstration accounts only where the demonstration was loaded."""

    form_class = LoginForm
    template_name = "registration/login.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        accounts = User.objects.filter(is_demo=True, is_active=True) if settings.EMBEDDED else []
        return super().get_context_data(
            demo_accounts=[
                {"username": user.username, "may": f"{user.title}, {user.organisation.short_name}"}
                for user in accounts.select_related("organisation").order_by("pk")
            ]
            if accounts
            else [],
            demo_password=DEMO_PASSWORD if accounts else "",
            **kwargs,
        )


@login_not_required
def switch_language(request: HttpRequest) -> HttpResponse:
    """VI | EN, also on the log-in page."""
    return set_language(request)


class PasswordChange(PasswordChangeView):
    """Đổi mật khẩu; not for the shared demonstration accounts."""

    template_name = "core/password_change.html"
    success_url = reverse_lazy("more")

    def form_valid(self, form: Any) -> HttpResponse:
        if self.request.user.is_demo:
            form.add_error(None, _("Tài khoản minh họa dùng chung, không đổi mật khẩu."))
            return self.form_invalid(form)
        messages.success(self.request, _("Đã đổi mật khẩu."))
        return super().form_valid(form)

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


def more(request: HttpRequest) -> HttpResponse:
    return render(request, "core/more.html")


def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "core/help.html")


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
def readyz(request: HttpRequest) -> JsonResponse:
    """The process can reach its database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"database": "ok"})


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page is from before another log-in. A page of long texts may know how to keep them."""
    match = request.resolver_match
    keep = getattr(match.func, "after_csrf_failure", None) if match else None
    if keep and (answer := keep(request)):
        return answer
    return render(
        request,
        "core/csrf_failure.html",
        {
            "title": _("Trang đã cũ"),
            "text": _(
                "Phiên làm việc đã đổi từ lúc mở trang. Mở lại trang rồi gửi lại; "
                "chưa có gì bị thay đổi."
            ),
        },
        status=403,
    )


def _message(request: HttpRequest, template: str, status: int) -> HttpResponse:
    if request.path.startswith("/api/"):
        from khuyencong.core.exceptions import problem

        return problem(status, instance=request.path)
    return render(request, template, status=status)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _message(request, "404.html", 404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith("/api/"):
        return _message(request, "403.html", 403)
    return render(request, "403.html", {"reason": str(exception)}, status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith("/api/"):
        return _message(request, "core/message.html", 400)
    text = _("Yêu cầu không đọc được. Quay lại trang trước và thử lại.")
    if isinstance(exception, TooManyFilesSent):
        text = _("Gửi quá nhiều tệp một lần. Gửi mỗi lần tối đa {n} tệp.").format(
            n=settings.DATA_UPLOAD_MAX_NUMBER_FILES
        )
    elif isinstance(exception, RequestDataTooBig | TooManyFieldsSent):
        text = _("Nội dung gửi lên quá lớn. Chia nhỏ rồi gửi lại.")
    if answer := for_script(request, text, 400):
        return answer
    context = {"title": _("Chưa làm được"), "text": text}
    return render(request, "core/message.html", context, status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    if request.path.startswith("/api/"):
        return _message(request, "500.html", 500)
    # Without a request: the page must come even when the session or the database is gone.
    return render(None, "500.html", status=500)
