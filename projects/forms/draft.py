"""The plain fields of a draft, its parties and places."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from khuyencong.core import clock
from khuyencong.core.form_fields import DayField
from khuyencong.core.forms import PortalForm
from khuyencong.core.models import Place, User
from programmes.models import Activity, Programme
from projects.drafts import Draft, today_in
from projects.models import Enterprise, Proposal
from projects.models.proposal import ProposalActivity

OFFERED = 20  # establishments shown for a search; more are found by searching closer


class NewProposalForm(PortalForm, forms.Form):
    """What a draft cannot begin without."""

    programme = forms.ModelChoiceField(
        Programme.objects.none(),
        label=gettext_lazy("Chương trình"),
        to_field_name="code",
        empty_label=None,
    )
    plan_year = forms.TypedChoiceField(label=gettext_lazy("Năm kế hoạch"), coerce=int)
    title = forms.CharField(label=gettext_lazy("Tên đề án"), max_length=300)
    kind = forms.ChoiceField(label=gettext_lazy("Loại đề án"), choices=Proposal.Kind.choices)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = clock.today()
        # A closed period takes no new dossier; its data came with its file.
        programmes = Programme.objects.visible_to(user).filter(end_year__gte=today.year)
        self.fields["programme"].queryset = programmes
        years = sorted({year for programme in programmes for year in programme.years})
        self.fields["plan_year"].choices = [(year, str(year)) for year in years]
        first = programmes.first()
        if first:
            self.fields["plan_year"].initial = today_in(first, today)

    @property
    def has_programme(self) -> bool:
        return bool(self.fields["plan_year"].choices)


class ManyIds(forms.TypedMultipleChoiceField):
    """Ticked records by id; those no longer offered are left out, not refused."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(coerce=int, required=False, **kwargs)

    def valid_value(self, value: str) -> bool:
        return str(value).isdigit() and len(str(value)) < 19


class DraftForm(PortalForm, forms.ModelForm):
    """Sections 1–4 and 6 of a dossier; anything may still be missing."""

    expected_version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    starts_on = DayField(label=gettext_lazy("Bắt đầu"), required=False)
    ends_on = DayField(label=gettext_lazy("Kết thúc"), required=False)
    activity = forms.ModelChoiceField(
        Activity.objects.none(),
        label=gettext_lazy("Nội dung hoạt động"),
        required=False,
        empty_label=gettext_lazy("Chọn nội dung"),
    )
    units = forms.IntegerField(
        label=gettext_lazy("Số lượng kết quả"), required=False, min_value=1, max_value=1_000_000
    )
    places = ManyIds(label=gettext_lazy("Địa điểm thực hiện"))
    beneficiaries = ManyIds(label=gettext_lazy("Cơ sở thụ hưởng"))
    objectives = ManyIds(label=gettext_lazy("Mục tiêu không có con số mà đề án phục vụ"))
    find = forms.CharField(label=gettext_lazy("Tìm cơ sở trong sổ"), required=False, max_length=100)

    class Meta:
        model = Proposal
        fields = (
            "title",
            "kind",
            "partner",
            "is_recoverable",
            "necessity",
            "goals",
            "content",
            "expected_output",
            "organisation_plan",
            "effect",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        proposal: Proposal = kwargs["instance"]
        chosen = next(iter(proposal.activities.all()), None)
        kwargs["initial"] = {
            "expected_version": proposal.version,
            "starts_on": proposal.starts_on,
            "ends_on": proposal.ends_on,
            "activity": chosen.activity_id if chosen else None,
            "units": chosen.units if chosen else 1,
            "places": [row.place_id for row in proposal.places.all()],
            "beneficiaries": [row.enterprise_id for row in proposal.beneficiaries.all()],
            "objectives": [row.pk for row in proposal.objectives.all()],
        }
        super().__init__(*args, **kwargs)
        self._offer(proposal)

    def _offer(self, proposal: Proposal) -> None:
        day = datetime.date(proposal.plan_year, 12, 31)
        self.fields["activity"].queryset = Activity.objects.valid_on(min(day, clock.today()))
        communes = (
            Place.objects.valid_on(day)
            .filter(level=Place.Level.COMMUNE)
            .filter(Q(parent_id=proposal.province_id) | Q(parent__parent_id=proposal.province_id))
            .order_by("name_folded", "pk")
        )
        ticked = self._ids("places")
        rows = list(communes)
        known = {place.pk for place in rows}
        rows += Place.objects.filter(pk__in=[pk for pk in ticked if pk not in known])
        self.fields["places"].choices = [(place.pk, place.full_name) for place in rows]
        self.fields["beneficiaries"].choices = self._enterprises(proposal)
        self.fields["objectives"].choices = [
            (row.pk, row.text) for row in proposal.programme.objectives.all()
        ]

    def _ids(self, name: str) -> list[int]:
        """Ids ticked now: those sent, else those stored."""
        if self.is_bound:
            sent = self.data.getlist(name)
            return [int(pk) for pk in sent if pk.isdigit() and len(pk) < 19]
        return self.initial.get(name, [])

    def _enterprises(self, proposal: Proposal) -> list[tuple[int, str]]:
        """Those ticked, then the best matches of the search box."""
        rows = Enterprise.objects.filter(province_id=proposal.province_id).select_related("place")
        ticked = list(rows.filter(pk__in=self._ids("beneficiaries")))
        query = self.data.get("find", "")[:100] if self.is_bound else ""
        offered = rows.exclude(pk__in=[row.pk for row in ticked])
        if query.strip() and "\x00" not in query:
            offered = offered.matching(query)
        found = [*ticked, *offered.order_by("name", "pk")[:OFFERED]]
        return [
            (row.pk, f"{row.name}, {row.place.full_name}" if row.place else row.name)
            for row in found
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        # The model's own rules run in drafts.save, together with those of the other parts.
        return cleaned

    def _post_clean(self) -> None:
        """The instance stays as it is stored: drafts.save writes, and only under its lock."""

    def draft(self) -> Draft:
        cleaned = self.cleaned_data
        activity = cleaned.get("activity")
        kept: list[ProposalActivity] = list(self.instance.activities.all())[1:]
        activities = [(activity, cleaned.get("units") or 1)] if activity else []
        activities += [(row.activity, row.units) for row in kept if row.activity != activity]
        province = self.instance.province_id
        return Draft(
            fields={name: cleaned[name] for name in (*self.Meta.fields, "starts_on", "ends_on")},
            activities=activities,
            places=list(
                Place.objects.filter(pk__in=cleaned["places"], level=Place.Level.COMMUNE).filter(
                    Q(parent_id=province) | Q(parent__parent_id=province)
                )
            ),
            beneficiaries=list(
                Enterprise.objects.filter(pk__in=cleaned["beneficiaries"], province_id=province)
            ),
            objective_ids=cleaned["objectives"],
        )


def sections(faults_by_field: dict[str, int]) -> list[dict[str, Any]]:
    """The sections with how many things each still lacks; computed, never ticked."""
    parts = (
        (
            "chung",
            _("Thông tin chung"),
            ("title", "kind", "partner", "activity", "starts_on", "ends_on"),
        ),
        ("dia-ban", _("Địa điểm, cơ sở"), ("places", "beneficiaries")),
        (
            "thuyet-minh",
            _("Thuyết minh"),
            ("necessity", "goals", "content", "expected_output"),
        ),
        ("du-toan", _("Dự toán"), ("cost_items",)),
        ("nguon-von", _("Nguồn vốn theo năm"), ("funding_lines",)),
    )
    found = []
    for number, (anchor, title, names) in enumerate(parts, start=1):
        lacking = sum(
            count for field, count in faults_by_field.items() if field.split("-")[0] in names
        )
        found.append({"n": number, "anchor": anchor, "title": title, "lacking": lacking})
    return found
