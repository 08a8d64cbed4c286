"""One set of filters for the list page and the API.

Only what an index can answer is offered: every filter stays quick however many proposals there are.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple

import django_filters
from django import forms
from django.db.models import (
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.utils.translation import gettext_lazy as _

from khuyencong.core import places, roles
from khuyencong.core.filters import (
    CachedFormFilterSet,
    CodeFilter,
    Described,
    SearchFilter,
    YearFilter,
)
from khuyencong.core.forms import PortalForm
from khuyencong.core.models import Organisation
from programmes.models import Activity, FundingSource, Programme
from projects import place_choices
from projects.models import (
    Enterprise,
    FundingLine,
    Proposal,
    ProposalActivity,
    ProposalPlace,
    SavedView,
)


class FilterForm(PortalForm, forms.Form):
    """The filters as people see them on the page."""


class StatusFilter(django_filters.MultipleChoiceFilter):
    """One status or several; without DISTINCT, which would read every row before the first."""

    def filter(self, qs: QuerySet, value: list[str]) -> QuerySet:
        return qs.filter(status__in=value) if value else qs


class ActivityFilter(Described, django_filters.ChoiceFilter):
    """Proposals with this activity, by its code."""

    def filter(self, qs: QuerySet, value: str) -> QuerySet:
        if not value:
            return qs
        # By the few ids that bear the code: the index on them ends in the order of the list.
        known = Activity.objects.filter(code=value).values("pk")
        chosen = ProposalActivity.objects.filter(proposal=OuterRef("pk"), activity__in=known)
        return qs.filter(Exists(chosen))


def activity_choices() -> list[tuple[str, str]]:
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
    activity = ActivityFilter(label=_("Nội dung"), choices=activity_choices)
    implementing_unit = CodeFilter(
        label=_("Đơn vị thực hiện"), queryset=Organisation.objects.none()
    )
    kind = django_filters.ChoiceFilter(label=_("Loại đề án"), choices=Proposal.Kind.choices)
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


class Option(NamedTuple):
    """One value of a filter on the page: the record behind a code, and how it is called."""

    pk: int
    label: str
    position: int
    first_year: int
    last_year: int
    code: str = ""  # of a place its folded name, since many bear the same code


class PickFilter(django_filters.Filter):
    """A record named by its code, known from the options of the page: no query to look it up."""

    field_class = forms.ChoiceField

    def filter(self, qs: QuerySet, value: str) -> QuerySet:
        if not value:
            return qs
        return self.narrowed(qs, self.parent.options[self.field_name][value].pk)

    def narrowed(self, qs: QuerySet, pk: int) -> QuerySet:
        return qs.filter(**{f"{self.field_name}_id": pk})


class SourcePick(PickFilter):
    def narrowed(self, qs: QuerySet, pk: int) -> QuerySet:
        lines = FundingLine.objects.filter(proposal=OuterRef("pk"), source_id=pk, requested__gt=0)
        return qs.filter(Exists(lines))


class PlacePick(PickFilter):
    """By either geography: a unit of today, or one of before; never by name or code."""

    def narrowed(self, qs: QuerySet, pk: int) -> QuerySet:
        # Asked first: by their numbers the planner knows how many proposals lie there.
        ground = list(places.ground_of(pk).values_list("pk", flat=True))
        there = ProposalPlace.objects.filter(proposal=OuterRef("pk"), place__in=ground)
        return qs.filter(Exists(there))


class WaitingFilter(django_filters.Filter):
    field_class = forms.ChoiceField

    def filter(self, qs: QuerySet, value: str) -> QuerySet:
        return qs.awaiting(self.parent.request.user) if value else qs


class ProposalListFilter(ProposalFilter):
    """The filters of the list page: the same, with everything to choose from in one query."""

    waiting = WaitingFilter(label=_("Chờ tôi xử lý"), choices=[("1", "1")])
    source = SourcePick(label=_("Nguồn vốn"), field_name="source")
    programme = PickFilter(label=_("Chương trình"), field_name="programme")
    implementing_unit = PickFilter(label=_("Đơn vị thực hiện"), field_name="implementing_unit")
    place = PlacePick(label=_("Địa bàn"), field_name="place")

    PICKED = ("source", "programme", "implementing_unit", "activity", "place")

    @cached_property
    def options(self) -> dict[str, dict[str, Option]]:
        """Code → option by filter, each in the order in which people know it.

        With the reader's saved views (``view``), so that the page asks once for all it offers.
        """
        user, nil = self.request.user, Value(0)
        rows = FundingSource.objects.order_by().values_list(
            Value("source"), "pk", "code", "short_name", "position", nil, nil
        )
        parts = [
            Programme.objects.visible_to(user)
            .order_by()
            .values_list(Value("programme"), "pk", "code", "name", nil, "start_year", "end_year"),
            Activity.objects.order_by().values_list(
                Value("activity"), "pk", "code", "name", "position", nil, nil
            ),
            place_choices.offered(user),
            SavedView.objects.visible_to(user)
            .order_by()
            .values_list(Value("view"), "pk", Value(""), "name", nil, nil, nil),
        ]
        if user.may(roles.SEE_PROVINCE) or user.may(roles.SEE_RECEIVED):
            units = _units_seen_by(user).order_by()
            parts.append(
                units.values_list(
                    Value("implementing_unit"), "pk", "code", "short_name", nil, nil, nil
                )
            )
        found: dict[str, dict[str, Option]] = {name: {} for name in (*self.PICKED, "view")}
        options = [
            (name, code, Option(pk, label, *rest, code=code))
            for name, pk, code, label, *rest in rows.union(*parts, all=True)
        ]
        options.sort(key=lambda row: (row[2].position, -row[2].first_year, row[1]))
        for name, code, option in options:
            # Neither a place nor a view has a code that means one thing.
            found[name][str(option.pk) if name in ("place", "view") else code] = option
        return found

    @property
    def places_offered(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Units in groups: of today, then those of before."""
        groups: dict[int, list[tuple[str, str]]] = {}
        for key, option in self.options["place"].items():
            groups.setdefault(option.position, []).append((key, option.label))
        return [
            (str(label), groups[position])
            for position, label in place_choices.GROUPS
            if position in groups
        ]

    @property
    def years(self) -> list[int]:
        """Years of the programmes the reader may see, newest first."""
        found = {
            year
            for option in self.options["programme"].values()
            for year in range(option.first_year, option.last_year + 1)
        }
        return sorted(found, reverse=True)

    def narrow(self, form: forms.Form) -> None:
        for name in self.PICKED:
            form.fields[name].choices = [
                ("", ""),
                *((code, option.label) for code, option in self.options[name].items()),
            ]


class EnterpriseFilter(EnterpriseApiFilter):
    """The filters of the register as people see them."""

    class Meta(EnterpriseApiFilter.Meta):
        form = FilterForm
