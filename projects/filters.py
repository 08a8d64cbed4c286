"""One set of filters for the list page and the API.

Only what an index can answer is offered: every filter stays quick however many proposals there are.
"""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field

from khuyencong.core.filters import CachedFormFilterSet, CodeFilter, SearchFilter, YearFilter
from khuyencong.core.forms import PortalForm
from khuyencong.core.models import Organisation
from programmes.models import Activity, FundingSource, Programme
from projects.models import Enterprise, FundingLine, Proposal, ProposalActivity


class FilterForm(PortalForm, forms.Form):
    """The filters as people see them on the page."""


class StatusFilter(django_filters.MultipleChoiceFilter):
    """One status or several; without DISTINCT, which would read every row before the first."""

    def filter(self, qs: QuerySet, value: list[str]) -> QuerySet:
        return qs.filter(status__in=value) if value else qs


@extend_schema_field({"type": "string"})
class ActivityFilter(django_filters.ChoiceFilter):
    """Proposals with this activity, by its code."""

    def filter(self, qs: QuerySet, value: str) -> QuerySet:
        if not value:
            return qs
        chosen = ProposalActivity.objects.filter(proposal=OuterRef("pk"), activity__code=value)
        return qs.filter(Exists(chosen))


def _activities() -> list[tuple[str, str]]:
    """Each code of the catalogue once, under its present name."""
    names = dict(Activity.objects.order_by("valid_from").values_list("code", "name"))
    return [(code, f"{code} {name}") for code, name in sorted(names.items())]


class ProposalFilter(CachedFormFilterSet):
    status = StatusFilter(label=_("Trạng thái"), choices=Proposal.Status.choices)
    plan_year = YearFilter(label=_("Năm kế hoạch"))
    source = CodeFilter(
        label=_("Nguồn vốn"), queryset=FundingSource.objects.none(), method="from_source"
    )
    programme = CodeFilter(label=_("Chương trình"), queryset=Programme.objects.none())
    activity = ActivityFilter(label=_("Nội dung"), choices=_activities)
    implementing_unit = CodeFilter(
        label=_("Đơn vị thực hiện"), queryset=Organisation.objects.none()
    )
    search = SearchFilter(label=_("Tìm, không phân biệt dấu"))

    class Meta:
        model = Proposal
        fields: list[str] = []
        form = FilterForm

    def narrow(self, form: forms.Form) -> None:
        user = self.request.user
        form.fields["source"].queryset = FundingSource.objects.all()
        form.fields["programme"].queryset = Programme.objects.visible_to(user)
        form.fields["implementing_unit"].queryset = _units_seen_by(user)

    def from_source(self, rows: QuerySet, name: str, source: FundingSource) -> QuerySet:
        lines = FundingLine.objects.filter(proposal=OuterRef("pk"), source=source, requested__gt=0)
        return rows.filter(Exists(lines))


def _units_seen_by(user: Any) -> QuerySet[Organisation]:
    """Units that make proposals in the reader's province; of every province for a national body."""
    made_some = Proposal.objects.filter(implementing_unit=OuterRef("pk"))
    units = Organisation.objects.filter(
        Q(kind=Organisation.Kind.IMPLEMENTING_UNIT) | Exists(made_some)
    ).order_by("name")
    province_id = user.organisation.province_id
    return units if province_id is None else units.filter(province_id=province_id)


class ProposalApiFilter(ProposalFilter):
    """The same for programs: no looks, so a cheaper form."""

    class Meta(ProposalFilter.Meta):
        form = forms.Form


class EnterpriseApiFilter(CachedFormFilterSet):
    kind = django_filters.ChoiceFilter(label=_("Loại hình"), choices=Enterprise.Kind.choices)
    search = SearchFilter(label=_("Tìm không phân biệt dấu: tên cơ sở, ngành nghề"))

    class Meta:
        model = Enterprise
        fields: list[str] = []
        form = forms.Form
