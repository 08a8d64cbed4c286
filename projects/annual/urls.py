"""Addresses of the annual plan."""

from django.urls import path

from projects.annual import documents as _uses  # noqa: F401  tells what rests on documents
from projects.views.annual import deciding, files, lists, page, sending

urlpatterns = [
    path("", lists.lists, name="annual_list"),
    path("moi/", lists.new, name="annual_new"),
    path("<str:code>/", page.page, name="annual_plan"),
    path("<str:code>/trinh/", sending.send, name="annual_send"),
    path("<str:code>/quyet-dinh/", deciding.decide, name="annual_decide"),
    path("<str:code>/khep-lai/", sending.close, name="annual_close"),
    path("<str:code>/mau-2/", files.official_form, name="annual_official"),
    path("<str:code>/excel/", files.working_copy, name="annual_workbook"),
]
