"""Addresses of this app. The pages of the money plan stand above, with the proposals."""

from django.urls import path

from budgets import document_uses as _uses  # noqa: F401  tells what rests on documents
from budgets import views

urlpatterns = [
    path("ke-hoach-von/<slug:code>/giao/", views.allocation_new, name="allocation_new"),
]
