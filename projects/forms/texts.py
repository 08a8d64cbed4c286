"""The texts, days and choices of each part of a proposal; its money stands in ``costs``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from khuyencong.core.form_fields import DayField
from khuyencong.core.forms import PortalForm
from projects.forms.draft import ids
from projects.forms.words import Words
from projects.models import Proposal

Choices = Mapping[str, Sequence[tuple[int, str]]]


def label(name: str) -> str:
    """A field's name as a box is titled with it."""
    text = str(Proposal._meta.get_field(name).verbose_name)
    return text[:1].upper() + text[1:]


def _line(name: str) -> Words:
    return Words(
        label=label(name),
        required=False,
        max_length=Proposal._meta.get_field(name).max_length,
    )


class PartForm(PortalForm, forms.Form):
    """One part at any completeness.

    Only what cannot be read is a fault here; what is missing is said when it is submitted.
    """

    prose: ClassVar[tuple[tuple[str, int], ...]] = ()
    lines: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        self.base_fields = (
            dict(self.base_fields)
            | {name: _line(name) for name in self.lines}
            | {
                name: Words(
                    label=label(name),
                    required=False,
                    multiline=True,
                    widget=forms.Textarea(attrs={"rows": rows}),
                )
                for name, rows in self.prose
            }
        )
        super().__init__(*args, **kwargs)
        for name, options in choices.items():
            field = self.fields[name]
            blank = [] if isinstance(field, forms.MultipleChoiceField) else [("", _("Chưa chọn"))]
            field.choices = [*blank, *((str(pk), text) for pk, text in options)]

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


def _ticks(text: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=text, required=False, widget=forms.CheckboxSelectMultiple
    )


class UnitForm(PartForm):
    """Đơn vị thực hiện, and the need that a commune reported."""

    lines = ("partner", "survey_asker", "survey_number")
    title = Words(
        label=gettext_lazy("Tên đề án"),
        max_length=Proposal._meta.get_field("title").max_length,
        widget=forms.Textarea(attrs={"rows": 2, "class": "title"}),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Loại đề án"), choices=Proposal.Kind.choices)
    is_recoverable = forms.BooleanField(label=gettext_lazy("Có thu hồi kinh phí"), required=False)
    survey_place = forms.ChoiceField(
        label=gettext_lazy("Xã, phường có nhu cầu"), required=False, choices=[]
    )
    survey_on = DayField(
        label=gettext_lazy("Ngày văn bản khảo sát"),
        required=False,
        help_text=gettext_lazy("ví dụ 5/3/2026 hoặc 050326"),
    )


class PartiesForm(PartForm):
    """Cơ sở thụ hưởng: found in the register and ticked."""

    beneficiaries = _ticks(gettext_lazy("Cơ sở thụ hưởng"))
    # Enter in any box presses the first button of the form; this says which box it was.
    find = forms.CharField(label=gettext_lazy("Tìm trong sổ cơ sở"), required=False, max_length=100)


class ContentForm(PartForm):
    """Sự cần thiết, nội dung, địa điểm."""

    prose = (("necessity", 6), ("content", 7))
    places = _ticks(gettext_lazy("Địa điểm thực hiện"))


class GoalsForm(PartForm):
    """Mục tiêu, kết quả, hiệu quả; the targets of the programme have a box each."""

    prose = (("goals", 4), ("expected_output", 3), ("effect", 3))
    objectives = _ticks(gettext_lazy("Mục tiêu của chương trình mà đề án phục vụ"))


class CostsForm(PartForm):
    """The cost table has rows of its own; this holds the box to paste a workbook's block into."""

    block = forms.CharField(
        label=gettext_lazy("Dán từ Excel"),
        required=False,
        strip=False,
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 4, "wrap": "off", "spellcheck": "false"}),
    )


class ScheduleForm(PartForm):
    """Tiến độ, tổ chức thực hiện."""

    prose = (("organisation_plan", 5),)
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
