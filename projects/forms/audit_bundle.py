"""Which dossiers an auditor takes along."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from khuyencong.core.forms import PortalForm
from khuyencong.core.models import User
from khuyencong.core.refusals import Fault
from projects.models import Proposal


class AuditBundleForm(PortalForm, forms.Form):
    """A programme, and of it one plan year or all; drafts that were never sent are left out."""

    programme = forms.ChoiceField(label=gettext_lazy("Chương trình"))
    year = forms.TypedChoiceField(
        label=gettext_lazy("Năm kế hoạch"),
        required=False,
        coerce=int,
        empty_value=None,
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = Proposal.objects.visible_to(user).filter(round__gt=0)
        kept = self.rows.order_by().values_list
        programmes = kept("programme__code", "programme__name").distinct()
        years = kept("plan_year", flat=True).distinct()
        self.fields["programme"].choices = sorted(programmes, key=lambda row: row[1])
        self.fields["year"].choices = [
            ("", gettext_lazy("Mọi năm")),
            *((year, str(year)) for year in sorted(years, reverse=True)),
        ]

    def add_faults(self, faults: list[Fault]) -> None:
        for fault in faults:
            self.add_error(None, fault.message)

    @property
    def chosen(self) -> QuerySet[Proposal]:
        found = self.rows.filter(programme__code=self.cleaned_data["programme"])
        year = self.cleaned_data["year"]
        return found if year is None else found.filter(plan_year=year)
