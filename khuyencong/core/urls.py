"""Addresses of this app."""

from django.urls import path

from khuyencong.core import document_views, place_views, token_views

urlpatterns = [
    path("van-ban/", document_views.document_list, name="document_list"),
    path("van-ban/<int:pk>/tep/", document_views.document_file, name="document_file"),
    path("dia-ban/", place_views.place_list, name="place_list"),
    path("quan-tri/khoa-api/", token_views.token_list, name="token_list"),
    path("quan-tri/khoa-api/moi/", token_views.token_new, name="token_new"),
    path("quan-tri/khoa-api/<int:pk>/thu-hoi/", token_views.token_revoke, name="token_revoke"),
]
