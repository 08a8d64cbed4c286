"""Rows of a list of sites: an establishment of the register, its place and its money."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from khuyencong.core import clock, text
from khuyencong.core.fields import cleaned
from khuyencong.core.form_fields import MoneyInputField
from khuyencong.core.models import Place, User
from projects import sites
from projects.forms.offered import found_in_register, place_text
from projects.models import Enterprise, Proposal

LEAST: Final = 3
MOST: Final = 40
LONGEST: Final = 300
OFFERED: Final = 200  # names that the browser completes
NAMES: Final = ("enterprise", "place", "support", "counterpart", "replaces")


class EnterpriseField(forms.Field):
    """An establishment by code, number or name, as it stands in the register a person sees."""

    widget = forms.TextInput

    def __init__(self, *, user: User, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.user = user

    def to_python(self, value: Any) -> Any:
        typed = cleaned(str(value or ""), multiline=False)
        if not typed:
            return None
        if len(typed) > LONGEST:
            raise ValidationError(_("Tên cơ sở dài tối đa {n} ký tự.").format(n=LONGEST))
        return self._find(typed)

    def _find(self, typed: str) -> Enterprise:
        visible = Enterprise.objects.visible_to(self.user).select_related("place")
        code = typed.split()[0]
        found = list(visible.filter(pk__in=Enterprise.called(code).values("pk")))
        if not found:
            found = found_in_register(self.user, typed, [])
            same = [row for row in found if text.fold(row.name) == text.fold(typed)]
            found = same if len(same) == 1 else found
        if not found:
            raise ValidationError(
                _("Không có cơ sở «{typed}» trong sổ. Thêm vào sổ cơ sở trước.").format(
                    typed=typed[:60]
                )
            )
        if len(found) > 1:
            names = "; ".join(label(row) for row in found[:5])
            raise ValidationError(
                _("Có nhiều cơ sở khớp: {names}. Ghi mã của cơ sở.").format(names=names)
            )
        return found[0]


def label(row: Enterprise) -> str:
    """«CS-12 Cơ sở chè Bản Bo, xã Bản Bo»: begins with the code, which is enough to find it."""
    where = f", {row.place.full_name}" if row.place else ""
    return f"{row.code} {row.name}{where}"


class SiteRows:
    """The fields of the rows and what was entered in them, for the form of the verb."""

    def __init__(self, proposal: Proposal, user: User) -> None:
        self.proposal, self.user = proposal, user
        self.again = sites.to_list_again(proposal)
        self.confirmed = [row for row in sites.confirmed(proposal) if row.leaving_id is None]
        room = sites.room(proposal)
        wanted = max(LEAST, len(self.again) + 1, room.units - room.count)
        self.count = min(wanted, MOST + len(self.again))

    def fields(self) -> dict[str, forms.Field]:
        places = [("", _("Theo địa chỉ cơ sở")), *self._places()]
        confirmed = [(str(row.pk), row.enterprise.name) for row in self.confirmed]
        made: dict[str, forms.Field] = {}
        for index in range(self.count):
            row = self.again[index] if index < len(self.again) else None
            number = index + 1
            made[f"sites-{index}-enterprise"] = EnterpriseField(
                user=self.user,
                label=_("Cơ sở {n}").format(n=number),
                required=False,
                initial=label(row.enterprise) if row else None,
                widget=forms.TextInput(attrs={"list": "co-so-trong-so", "autocomplete": "off"}),
            )
            made[f"sites-{index}-place"] = forms.ChoiceField(
                label=_("Địa điểm"),
                required=False,
                choices=places,
                initial=row.place_id if row else None,
            )
            for name, said in (
                ("support", _("Hỗ trợ (đồng)")),
                ("counterpart", _("Đối ứng (đồng)")),
            ):
                made[f"sites-{index}-{name}"] = MoneyInputField(
                    label=said, required=False, initial=getattr(row, name) if row else None
                )
            if confirmed:
                made[f"sites-{index}-replaces"] = forms.ChoiceField(
                    label=_("Thay cho"), required=False, choices=[("", _("Không thay")), *confirmed]
                )
        if confirmed:
            made["withdraws"] = forms.MultipleChoiceField(
                label=_("Rút cơ sở đã xác nhận, không thay"),
                required=False,
                choices=confirmed,
                widget=forms.CheckboxSelectMultiple,
            )
        return made

    def _places(self) -> list[tuple[str, str]]:
        home = self.proposal.province_id
        rows = (
            Place.objects.valid_on(clock.today())
            .filter(Q(parent=home) | Q(parent__parent=home), level=Place.Level.COMMUNE)
            .select_related("parent")
        )
        ordered = sorted(rows, key=lambda row: (text.sort_key(row.name), row.pk))
        return [(str(row.pk), place_text(row)) for row in ordered]

    @property
    def offered(self) -> list[str]:
        """What the browser completes: the newest of the register."""
        rows = Enterprise.objects.visible_to(self.user).select_related("place").order_by("-pk")
        return [label(row) for row in rows[:OFFERED]]

    def entered(self, given: dict[str, Any]) -> dict[str, Any]:
        """What ``firing.fire`` takes; rows without any entry are left out."""
        rows = []
        for index in range(self.count):
            row = {name: given.get(f"sites-{index}-{name}") for name in NAMES}
            if all(value in (None, "") for value in row.values()):
                continue
            firm = row["enterprise"]
            rows.append(
                {
                    "box": index,
                    "enterprise": firm.pk if firm else None,
                    "place": int(row["place"]) if row["place"] else firm and firm.place_id,
                    "support": row["support"],
                    "counterpart": row["counterpart"],
                    "replaces": int(row["replaces"]) if row["replaces"] else None,
                }
            )
        return {"sites": rows, "withdraws": [int(pk) for pk in given.get("withdraws") or []]}

    def bound(self, form: forms.Form) -> list[dict[str, forms.BoundField]]:
        return [
            {name: form[key] for name in NAMES if (key := f"sites-{index}-{name}") in form.fields}
            for index in range(self.count)
        ]
