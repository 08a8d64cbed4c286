"""Filters that stay quick: the form is made once, and nothing unindexed is asked."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django_filters.fields import IsoDateTimeField
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.drainage import set_override
from rest_framework.request import Request

LONGEST_SEARCH = 100


class CachedFormFilterSet(django_filters.FilterSet):
    """Makes its form class once; what depends on the reader is put into each form by ``narrow``.

    Making the class, with labels and fields, costs more than the query it filters.
    """

    def get_form_class(self) -> type[forms.Form]:
        made = type(self).__dict__.get("_form_class")
        if made is None:
            made = type(self)._form_class = super().get_form_class()
        return made

    @property
    def form(self) -> forms.Form:
        if not hasattr(self, "_form"):
            self.narrow(super().form)
        return self._form

    def narrow(self, form: forms.Form) -> None:
        """Leave in the form only choices the reader may see."""


class AskedFilters(DjangoFilterBackend):
    """Makes the filters of a list only when the reader names one of them."""

    def filter_queryset(self, request: Request, queryset: QuerySet, view: Any) -> QuerySet:
        filters = self.get_filterset_class(view, queryset)
        if filters is None or not filters.base_filters.keys() & request.query_params.keys():
            return queryset
        return super().filter_queryset(request, queryset, view)


class Described:
    """Says of itself, in the API's description, what cannot be guessed from the model."""

    openapi_type = "string"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_override(self, "field", {"type": self.openapi_type, "description": self.label})


class CodeFilter(Described, django_filters.ModelChoiceFilter):
    """A record named by its code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("to_field_name", "code")
        super().__init__(*args, **kwargs)


class YearFilter(Described, django_filters.Filter):
    field_class = forms.IntegerField
    openapi_type = "integer"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # What no column of a year can hold is refused in words, not by the database.
        super().__init__(*args, min_value=1900, max_value=9999, **kwargs)


class SearchFilter(Described, django_filters.CharFilter):
    """Words to be found, blind to accents, in any order."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, max_length=LONGEST_SEARCH, **kwargs)

    def filter(self, qs: QuerySet, value: str) -> QuerySet:
        return qs.matching(value) if value else qs


class MomentField(IsoDateTimeField):
    """An instant as ISO 8601. The first and last days of time fit no other time zone."""

    def to_python(self, value: Any) -> Any:
        moment = super().to_python(value)
        if moment and not 1900 <= moment.year < 9999:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return moment


class MomentFilter(django_filters.IsoDateTimeFilter):
    field_class = MomentField
