"""Forms of the panel: its decision and meeting, its members, and the paper of its conclusion."""

from __future__ import annotations

import uuid
from functools import cached_property
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from khuyencong.core import clock, text
from khuyencong.core.form_fields import DayField
from khuyencong.core.forms import PortalForm
from khuyencong.core.models import Organisation, RoleGrant, User, dated_on
from khuyencong.core.roles import Role
from projects.forms.paper import PaperForm
from projects.forms.words import Words
from projects.models import Enterprise, PanelMember, Proposal
from projects.panels import convening
from projects.panels.convening import Seat

OFFERED = 200
NOT_SEATED = (Role.SERVICE, Role.AUDITOR, Role.ADMINISTRATOR)
SEATED = tuple(role for role in Role if role not in NOT_SEATED)


class Pool:
    """Whom a panel may be made of: accounts and offices of the province and the national ones."""

    def __init__(self, user: User) -> None:
        self.user = user

    @cached_property
    def accounts(self) -> list[User]:
        home = self.user.organisation.province_id
        rows = User.objects.filter(
            Q(organisation__province=home) | Q(organisation__province=None), is_active=True
        )
        # Who keeps the portal, audits it, or is no person has no seat.
        held = RoleGrant.objects.filter(dated_on(clock.today()), role__in=SEATED).values("user")
        apart = RoleGrant.objects.filter(dated_on(clock.today()), role__in=NOT_SEATED)
        rows = rows.filter(pk__in=held).exclude(pk__in=apart.values("user"))
        return list(rows.select_related("organisation").order_by("full_name", "pk"))

    @cached_property
    def organisations(self) -> list[Organisation]:
        home = self.user.organisation.province_id
        rows = Organisation.objects.valid_on(clock.today())
        return list(rows.filter(Q(province=home) | Q(province=None)).order_by("name", "pk"))

    @property
    def people(self) -> list[tuple[str, str]]:
        """What is offered while a name is typed, and which office it is of."""
        return [(label_of(row), row.organisation.short_name) for row in self.accounts]

    def account(self, typed: str) -> User | None:
        """By «name (account)», or by the name where one account alone has it."""
        found = [row for row in self.accounts if label_of(row) == typed]
        found = found or [
            row for row in self.accounts if text.fold(row.full_name) == text.fold(typed)
        ]
        return found[0] if len(found) == 1 else None

    def namesakes(self, typed: str) -> int:
        return sum(text.fold(row.full_name) == text.fold(typed) for row in self.accounts)

    def organisation(self, typed: str) -> Organisation | None:
        word = text.fold(typed)
        return next(
            (
                row
                for row in self.organisations
                if word in (text.fold(row.name), text.fold(row.short_name))
            ),
            None,
        )

    def enterprise(self, typed: str) -> Enterprise | None:
        return Enterprise.called(typed).filter(pk__in=self._register()).first()

    def _register(self) -> Any:
        return Enterprise.objects.known_to(self.user).values("pk")


def label_of(user: User) -> str:
    return f"{user.full_name} ({user.username})"


class SeatForm(PortalForm, forms.Form):
    """One member: an account, or somebody by name; a row left empty is nobody."""

    who = Words(
        label=gettext_lazy("Họ tên hoặc tài khoản"),
        max_length=180,
        required=False,
        widget=forms.TextInput(attrs={"list": "people", "autocomplete": "off"}),
    )
    seat = forms.ChoiceField(
        label=gettext_lazy("Vai trò"),
        choices=PanelMember.Seat.choices,
        initial=PanelMember.Seat.MEMBER,
        required=False,
    )
    title = Words(label=gettext_lazy("Chức vụ, đơn vị"), max_length=200, required=False)
    office = Words(
        label=gettext_lazy("Cơ quan trong danh mục"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"list": "offices", "autocomplete": "off"}),
    )
    enterprise = Words(label=gettext_lazy("Mã cơ sở của người này"), max_length=20, required=False)

    def __init__(self, *args: Any, pool: Pool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pool = pool
        self.account: User | None = None

    def clean_who(self) -> str:
        typed = self.cleaned_data["who"]
        self.account = self.pool.account(typed) if typed else None
        if self.account:
            return self.account.full_name
        if typed.endswith(")"):
            raise forms.ValidationError(
                _("Không có tài khoản này. Chọn trong danh sách, hoặc chỉ ghi họ tên.")
            )
        if self.pool.namesakes(typed) > 1:
            raise forms.ValidationError(
                _("Nhiều tài khoản cùng tên này. Chọn một tài khoản trong danh sách.")
            )
        if len(typed) > 120:
            raise forms.ValidationError(_("Họ tên dài tối đa 120 ký tự."))
        return typed

    def clean_office(self) -> Organisation | None:
        typed = self.cleaned_data["office"]
        found = self.pool.organisation(typed) if typed else None
        if typed and found is None:
            raise forms.ValidationError(
                _("Chọn cơ quan trong danh sách; nơi khác thì ghi ở ô Chức vụ, đơn vị.")
            )
        return found

    def clean_enterprise(self) -> Enterprise | None:
        typed = self.cleaned_data["enterprise"]
        found = self.pool.enterprise(typed) if typed else None
        if typed and found is None:
            raise forms.ValidationError(_("Không có cơ sở mã này trong sổ, ví dụ CS-12."))
        return found

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        beside = any(found.get(name) for name in ("title", "office", "enterprise"))
        if beside and not found.get("who") and "who" not in self.errors:
            self.add_error("who", _("Nhập họ tên của thành viên này."))
        return found

    def seat_entered(self) -> Seat | None:
        """The member of this row; None where it was left empty."""
        found = self.cleaned_data
        if not found.get("who"):
            return None
        account = self.account
        return Seat(
            full_name=found["who"],
            seat=found["seat"] or PanelMember.Seat.MEMBER,
            title=found["title"],
            user=account,
            organisation=found["office"],
            enterprise=found["enterprise"],
        )


Seats = forms.formset_factory(SeatForm, extra=0, max_num=40, absolute_max=60)


class PanelForm(PaperForm):
    """A new panel: what it is called, when and where it meets, which dossiers it considers."""

    name = Words(label=gettext_lazy("Tên hội đồng"), max_length=200, required=False)
    meets_on = DayField(label=gettext_lazy("Ngày họp"), required=False)
    venue = Words(label=gettext_lazy("Nơi họp"), max_length=200, required=False)
    proposals = forms.MultipleChoiceField(
        label=gettext_lazy("Đề án đưa ra hội đồng"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    form_key = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("form_key", uuid.uuid4())
        rows = convening.may_be_put(user.organisation).order_by("code")
        sent = self.data.getlist("proposals") if self.is_bound else []
        # One that has left the office since the page was opened is named by the act, not here.
        known = [int(pk) for pk in sent if pk.isascii() and pk.isdigit() and len(pk) < 19]
        gone = Proposal.objects.visible_to(user).filter(pk__in=known)
        offered = {row.pk: row for row in (*rows[:OFFERED], *gone)}
        fields: Any = self.fields
        fields["proposals"].choices = [
            (str(row.pk), f"{row.code} {row.title}") for row in offered.values()
        ]
        fields["document_number"].help_text = _("ví dụ 12/QĐ-SCT")

    def chosen(self) -> list[int]:
        return [int(pk) for pk in self.cleaned_data["proposals"]]
