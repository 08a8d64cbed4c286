"""What a person chooses before a report is made."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from khuyencong.core import clock
from khuyencong.core.form_fields import DayField
from khuyencong.core.forms import PortalForm
from khuyencong.core.models import User
from programmes.models import FundingSource, Programme, ProgrammeVersion, SourceShare


class BudgetExecutionForm(PortalForm, forms.Form):
    """Programme, and what narrows it: a year, a source, a day the ledger is read at."""

    programme = forms.ChoiceField(label=gettext_lazy("Chương trình"))
    year = forms.TypedChoiceField(
        label=gettext_lazy("Năm"), coerce=int, empty_value=None, required=False
    )
    source = forms.ModelChoiceField(
        label=gettext_lazy("Nguồn"),
        queryset=FundingSource.objects.all(),
        to_field_name="code",
        empty_label=gettext_lazy("Tất cả nguồn"),
        required=False,
    )
    as_of = DayField(
        label=gettext_lazy("Sổ kinh phí đến ngày"),
        required=False,
        help_text=gettext_lazy("Để trống: đến lúc lập."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        visible = Programme.objects.visible_to(user).filter(
            Exists(ProgrammeVersion.objects.filter(programme=OuterRef("pk")))
        )
        # Real ones first; asked for once, for the choices and for what was chosen.
        self.programmes = {
            programme.code: programme
            for programme in visible.order_by("is_illustration", "-start_year", "code")
        }
        self.fields["programme"].choices = [
            (code, programme.name) for code, programme in self.programmes.items()
        ]
        years = {year for programme in self.programmes.values() for year in programme.years}
        self.fields["year"].choices = [
            ("", _("Cả giai đoạn")),
            *((str(year), str(year)) for year in sorted(years)),
        ]
        # The choices of a foreign programme are no hint that there is one.
        self.fields["source"].queryset = FundingSource.objects.filter(
            pk__in=SourceShare.objects.filter(version__programme__in=visible).values("source")
        )

    def clean_programme(self) -> Programme:
        return self.programmes[self.cleaned_data["programme"]]

    def clean_as_of(self) -> datetime.date | None:
        day = self.cleaned_data["as_of"]
        if day and day > clock.today():
            raise ValidationError(_("Ngày không được sau hôm nay."))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        programme, year, source = data.get("programme"), data.get("year"), data.get("source")
        if programme and year and year not in programme.years:
            self.add_error(
                "year",
                _("Chương trình này từ năm {first} đến năm {last}. Chọn lại năm.").format(
                    first=programme.start_year, last=programme.end_year
                ),
            )
        if programme and source:
            shares = programme.version.source_shares.all()
            if source.pk not in {share.source_id for share in shares}:
                self.add_error(
                    "source",
                    _("Chương trình này không có nguồn {source}. Chọn lại nguồn.").format(
                        source=source.name
                    ),
                )
        return data

    def params(self) -> dict[str, Any]:
        """Plain values of a valid form; what was left open is left out."""
        data = self.cleaned_data
        found = {
            "programme": data["programme"].code,
            "year": data["year"],
            "source": data["source"].code if data["source"] else None,
            "as_of": data["as_of"].isoformat() if data["as_of"] else None,
        }
        return {name: value for name, value in found.items() if value is not None}

    def about(self) -> str:
        """The same in words."""
        data = self.cleaned_data
        parts = [data["programme"].name]
        if data["year"]:
            parts.append(_("năm {year}").format(year=data["year"]))
        if data["source"]:
            parts.append(data["source"].name)
        if data["as_of"]:
            parts.append(_("đến ngày {day}").format(day=f"{data['as_of']:%d/%m/%Y}"))
        return ", ".join(parts)
