"""Addresses of the panels."""

from django.urls import path

from projects.views import panel_acts, panel_new, panels

urlpatterns = [
    path("", panels.panel_list, name="panel_list"),
    path("moi/", panel_new.new, name="panel_new"),
    path("<str:code>/", panels.detail, name="panel_detail"),
    path("<str:code>/phieu/", panel_acts.ballot, name="panel_ballot"),
    path("<str:code>/phieu/<int:pk>/", panel_acts.ballot, name="panel_ballot_for"),
    path("<str:code>/xung-dot/", panel_acts.conflict, name="panel_conflict"),
    path("<str:code>/xung-dot/<int:pk>/", panel_acts.conflict, name="panel_conflict_for"),
    path("<str:code>/thanh-vien/<int:pk>/", panel_acts.replace, name="panel_member"),
    path("<str:code>/ket-luan/", panel_acts.close, name="panel_close"),
]
