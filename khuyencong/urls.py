"""Composition root: the only place, with api_urls and navigation, that knows all apps."""

from django.contrib.auth.views import LogoutView
from django.urls import include, path

from khuyencong.core import views

urlpatterns = [
    path("", views.home, name="home"),
    path("dang-nhap/", views.Login.as_view(), name="login"),
    path("dang-xuat/", LogoutView.as_view(), name="logout"),
    path("doi-mat-khau/", views.PasswordChange.as_view(), name="password_change"),
    path("ngon-ngu/", views.switch_language, name="set_language"),
    path("them/", views.more, name="more"),
    path("tro-giup/", views.help_page, name="help"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("", include("khuyencong.core.urls")),
    path("", include("budgets.urls")),
    path("", include("projects.urls")),
    path("", include("reports.urls")),
    path("api/", include("khuyencong.api_urls")),
]

handler400 = "khuyencong.core.views.bad_request"
handler403 = "khuyencong.core.views.forbidden"
handler404 = "khuyencong.core.views.not_found"
handler500 = "khuyencong.core.views.server_error"
