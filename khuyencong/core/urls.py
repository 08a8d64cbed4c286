"""Addresses of this app."""

from django.urls import path

from khuyencong.core import document_views

urlpatterns = [
    path("van-ban/", document_views.document_list, name="document_list"),
    path("van-ban/<int:pk>/tep/", document_views.document_file, name="document_file"),
]
