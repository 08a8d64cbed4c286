"""Which panel a set of minutes is of."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from khuyencong.core.forms import PortalForm
from khuyencong.core.models import User
from projects.models import Panel
from projects.panels import loading, seeing

OFFERED = 200


class PanelMinutesForm(PortalForm, forms.Form):
    """One of the panels that the person may open; the newest come first."""

    panel = forms.ModelChoiceField(
        label=gettext_lazy("Hội đồng"),
        queryset=Panel.objects.none(),
        to_field_name="code",
        empty_label=gettext_lazy("Chọn hội đồng"),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        seen = Panel.objects.visible_to(user)
        field: Any = self.fields["panel"]
        field.queryset = seen
        # The list to choose from has an end; one that is named is found however old it is.
        field.choices = [
            ("", field.empty_label),
            *((row.code, f"{row.code} {row.name}") for row in seen[:OFFERED]),
        ]

    def clean_panel(self) -> Panel:
        """Who is barred from one of its dossiers reads no minutes before the conclusion."""
        found = loading.whole(Panel.objects.filter(pk=self.cleaned_data["panel"].pk)).get()
        if reason := seeing.why_no_minutes(self.user, found):
            raise forms.ValidationError(reason)
        return found

    def params(self) -> dict[str, Any]:
        return {"panel": self.cleaned_data["panel"].code}

    def about(self) -> str:
        panel = self.cleaned_data["panel"]
        return f"{panel.code} {panel.name}"
