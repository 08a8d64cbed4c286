"""Addresses of the dashboard and the reports."""

from django.urls import path

from reports.views import dashboard, runs

urlpatterns = [
    path("tong-quan/", dashboard.dashboard, name="dashboard"),
    path("bao-cao/", runs.catalogue, name="report_list"),
    path("bao-cao/<int:pk>/", runs.detail, name="report_run"),
    path("bao-cao/<int:pk>/tien-do/", runs.progress, name="report_progress"),
    path("bao-cao/<int:pk>/huy/", runs.cancel, name="report_cancel"),
    path("bao-cao/<int:pk>/lap-lai/", runs.again, name="report_again"),
    path("bao-cao/<int:pk>/tep/", runs.file, name="report_file"),
]
