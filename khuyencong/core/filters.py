"""Filters that stay quick: the form is made once, and nothing unindexed is asked."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field

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


@extend_schema_field({"type": "string"})
class CodeFilter(django_filters.ModelChoiceFilter):
    """A record named by its code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("to_field_name", "code")
        super().__init__(*args, **kwargs)


@extend_schema_field({"type": "integer"})
class YearFilter(django_filters.Filter):
    field_class = forms.IntegerField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # What no column of a year can hold is refused in words, not by the database.
        super().__init__(*args, min_value=1900, max_value=9999, **kwargs)


@extend_schema_field({"type": "string"})
class SearchFilter(django_filters.CharFilter):
    """Words to be found, blind to accents, in any order."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, max_length=LONGEST_SEARCH, **kwargs)

    def filter(self, qs: QuerySet, value: str) -> QuerySet:
        return qs.matching(value) if value else qs
