"""Which annual plan a paper is of: one by its code, or the newest of a programme, year, source."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from khuyencong.core.forms import PortalForm
from khuyencong.core.models import User
from projects.models import AnnualPlan

OFFERED = 200


class AnnualPlanForm(PortalForm, forms.Form):
    """The lists the person may see; the newest come first."""

    plan = forms.CharField(
        label=gettext_lazy("Danh mục năm"), required=False, max_length=40, widget=forms.Select
    )
    programme = forms.CharField(
        label=gettext_lazy("Chương trình"), required=False, max_length=80, widget=forms.Select
    )
    year = forms.IntegerField(
        label=gettext_lazy("Năm"), required=False, min_value=1900, max_value=9999
    )
    source = forms.CharField(
        label=gettext_lazy("Nguồn"), required=False, max_length=40, widget=forms.Select
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seen = AnnualPlan.objects.visible_to(user).select_related("programme", "source")
        newest = list(self.seen.order_by("-pk")[:OFFERED])
        whole = ("", _("Mới nhất của chương trình, năm, nguồn dưới đây"))
        self._offer("plan", whole, {row.code: f"{row.code} {row.title}" for row in newest})
        self._offer(
            "programme",
            ("", _("Theo danh mục")),
            {row.programme.code: row.programme.name for row in newest},
        )
        self._offer(
            "source",
            ("", _("Theo danh mục")),
            {row.source.code: row.source.name for row in newest},
        )

    def _offer(self, name: str, empty: tuple[str, str], found: dict[str, str]) -> None:
        widget: Any = self.fields[name].widget
        widget.choices = [empty, *found.items()]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.errors:
            return data
        rows = self.seen
        names = {"plan": "code", "programme": "programme__code", "source": "source__code"}
        asked = {names[name]: data[name] for name in names if data.get(name)}
        if data.get("year"):
            asked["year"] = data["year"]
        if not asked:
            self.add_error("plan", _("Chọn danh mục năm."))
            return data
        self.chosen = rows.filter(**asked).order_by("-pk").first()
        if self.chosen is None:
            name = "plan" if data.get("plan") else "year"
            self.add_error(name, _("Không có danh mục nào như vậy, hoặc bạn không được xem."))
        return data

    def params(self) -> dict[str, Any]:
        return {"plan": self.chosen.code}

    def about(self) -> str:
        return f"{self.chosen.code} {self.chosen.title}"
