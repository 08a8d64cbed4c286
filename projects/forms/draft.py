"""The forms of a proposal's texts and choices; its money stands in ``costs``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from khuyencong.core import clock
from khuyencong.core.form_fields import DayField
from khuyencong.core.forms import PortalForm
from khuyencong.core.models import User
from khuyencong.core.refusals import Fault
from programmes.models import Programme
from projects import drafts
from projects.forms.words import Words
from projects.models import Proposal

PROSE: Final = (
    ("necessity", 5),
    ("content", 6),
    ("goals", 4),
    ("expected_output", 3),
    ("effect", 3),
    ("organisation_plan", 4),
)
_LARGEST_ID: Final = 2**63 - 1


def ids(sent: Iterable[str]) -> list[int]:
    """Ids among what a page sent; what is no id is passed over."""
    numbers = (int(text) for text in sent if text.isascii() and text.isdigit() and len(text) < 20)
    return [number for number in dict.fromkeys(numbers) if number <= _LARGEST_ID]


def whole_number(sent: str | None) -> int:
    """The version a page was made from; a page that names none is as old as can be."""
    typed = sent or ""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


def label(name: str) -> str:
    """A field's name as a box is titled with it."""
    text = str(Proposal._meta.get_field(name).verbose_name)
    return text[:1].upper() + text[1:]


def open_programmes(user: User) -> list[Programme]:
    """Programmes the person may see that still have a year to plan for, nearest first."""
    this_year = clock.today().year
    rows = Programme.objects.visible_to(user).filter(end_year__gte=this_year)
    return list(rows.select_related("province").order_by("start_year", "code"))


def open_years(programme: Programme) -> range:
    """Years of a programme that a proposal may still be planned for."""
    return range(max(programme.start_year, clock.today().year), programme.end_year + 1)


class NewProposalForm(PortalForm, forms.Form):
    """What a draft needs to exist: everything else may come later."""

    programme = forms.ChoiceField(label=gettext_lazy("Chương trình"))
    plan_year = forms.TypedChoiceField(
        label=gettext_lazy("Năm kế hoạch"),
        coerce=int,
        help_text=gettext_lazy("Năm đầu tiên đề nghị được cấp kinh phí"),
    )
    title = Words(
        label=gettext_lazy("Tên đề án"),
        max_length=Proposal._meta.get_field("title").max_length,
        help_text=gettext_lazy("Nêu việc làm và nơi làm, ví dụ: Hỗ trợ máy sao chè tại xã Bản Bo"),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Loại đề án"),
        choices=Proposal.Kind.choices,
        initial=Proposal.Kind.SINGLE,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, programmes: Sequence[Programme], **kwargs: Any) -> None:
        self.programmes = {programme.code: programme for programme in programmes}
        super().__init__(*args, **kwargs)
        self.fields["programme"].choices = [(row.code, row.name) for row in programmes]
        years = sorted({year for row in programmes for year in open_years(row)})
        self.fields["plan_year"].choices = [(year, str(year)) for year in years]
        if programmes:
            self.initial["plan_year"] = drafts.today_in(programmes[0], clock.today())

    @property
    def chosen(self) -> Programme:
        return self.programmes[self.cleaned_data["programme"]]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if {"programme", "plan_year"} <= cleaned.keys():
            years = open_years(self.chosen)
            if cleaned["plan_year"] not in years:
                text = _("Chương trình này nhận đề án cho các năm {first}–{last}.")
                self.add_error("plan_year", text.format(first=years[0], last=years[-1]))
        return cleaned

    def add_faults(self, faults: Iterable[Fault]) -> None:
        for fault in faults:
            self.add_error(fault.field if fault.field in self.fields else None, fault.message)


class DraftForm(PortalForm, forms.Form):
    """Texts, days and choices of a proposal, at any completeness.

    Only what cannot be read is a fault here; what is missing is said when it is submitted.
    """

    title = Words(
        label=gettext_lazy("Tên đề án"),
        max_length=Proposal._meta.get_field("title").max_length,
        widget=forms.Textarea(attrs={"rows": 2, "class": "title"}),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Loại đề án"), choices=Proposal.Kind.choices)
    partner = Words(
        label=gettext_lazy("Đơn vị phối hợp"),
        required=False,
        max_length=Proposal._meta.get_field("partner").max_length,
    )
    is_recoverable = forms.BooleanField(label=gettext_lazy("Có thu hồi kinh phí"), required=False)
    starts_on = DayField(
        label=gettext_lazy("Ngày bắt đầu"),
        required=False,
        help_text=gettext_lazy("ví dụ 1/5/2026 hoặc 010526"),
    )
    ends_on = DayField(
        label=gettext_lazy("Ngày kết thúc"),
        required=False,
        help_text=gettext_lazy("ví dụ 30/11/2026 hoặc 301126"),
    )
    places = forms.MultipleChoiceField(
        label=gettext_lazy("Địa điểm thực hiện"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    beneficiaries = forms.MultipleChoiceField(
        label=gettext_lazy("Cơ sở thụ hưởng"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    objectives = forms.MultipleChoiceField(
        label=gettext_lazy("Mục tiêu của chương trình mà đề án phục vụ"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    # Enter in any box presses the first button of the form; this says which box it was.
    find = forms.CharField(label=gettext_lazy("Tìm trong sổ cơ sở"), required=False, max_length=100)

    def __init__(
        self, *args: Any, choices: dict[str, Sequence[tuple[int, str]]], **kwargs: Any
    ) -> None:
        self.base_fields = dict(self.base_fields) | {
            name: Words(
                label=label(name),
                required=False,
                multiline=True,
                widget=forms.Textarea(attrs={"rows": rows}),
            )
            for name, rows in PROSE
        }
        super().__init__(*args, **kwargs)
        for name, options in choices.items():
            self.fields[name].choices = [(str(pk), text) for pk, text in options]

    def picked(self, name: str) -> list[int]:
        """Ids that stand chosen: as sent, else as saved."""
        return ids(str(value) for value in self[name].value() or [])

    def faults(self) -> Iterable[tuple[str, str]]:
        """Message and box; a message that does not name its box gets the name in front."""
        for name, messages in self.errors.items():
            title = str(self.fields[name].label)
            box = f"id_{name}" if self[name].use_fieldset else self[name].id_for_label
            for message in messages:
                named = title.lower() in message.lower()
                yield (message if named else f"{title}: {message}"), box


def fields_of(form: DraftForm) -> dict[str, Any]:
    """The plain fields that could be read."""
    return {name: value for name, value in form.cleaned_data.items() if name in drafts.PLAIN_FIELDS}


def initial_of(proposal: Proposal) -> dict[str, Any]:
    found = {name: getattr(proposal, name) for name in drafts.PLAIN_FIELDS}
    return found | {
        "places": [row.place_id for row in proposal.places.all()],
        "beneficiaries": [row.enterprise_id for row in proposal.beneficiaries.all()],
        "objectives": [row.pk for row in proposal.objectives.all()],
    }
