"""The page on which a draft begins, and small readings of what pages send."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from khuyencong.core import clock
from khuyencong.core.forms import PortalForm
from khuyencong.core.models import User
from khuyencong.core.refusals import Fault
from programmes.models import Programme
from projects import drafts
from projects.forms.words import Words
from projects.models import Proposal

_LARGEST_ID: Final = 2**63 - 1


def ids(sent: Iterable[str]) -> list[int]:
    """Ids among what a page sent; what is no id is passed over."""
    numbers = (int(text) for text in sent if text.isascii() and text.isdigit() and len(text) < 20)
    return [number for number in dict.fromkeys(numbers) if number <= _LARGEST_ID]


def whole_number(sent: str | None) -> int:
    """The version a page was made from; a page that names none is as old as can be."""
    typed = sent or ""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


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

    # The page sent twice makes one draft.
    form_key = forms.UUIDField(required=False, widget=forms.HiddenInput)
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
        self.initial["form_key"] = uuid.uuid4()
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


class AgainForm(NewProposalForm):
    """Đăng ký lại: the programme and the plan year are chosen, the rest comes from the old one."""

    def __init__(self, *args: Any, old: Proposal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["title"], self.fields["kind"]
        years = [pair for pair in self.fields["plan_year"].choices if pair[0] >= old.plan_year]
        self.fields["plan_year"].choices = years
        self.fields["plan_year"].help_text = ""
        if old.programme.code in self.programmes:
            self.initial["programme"] = old.programme.code
        if years:
            # A later year as a rule; the same one only where no other is open.
            later = [year for year, _label in years if year > old.plan_year]
            self.initial["plan_year"] = later[0] if later else years[0][0]
