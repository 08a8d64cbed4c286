"""A craft village and the decision that recognises it: one of the register, or a new paper."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from khuyencong.core import clock, documents, files, papers
from khuyencong.core.form_fields import DayField, UploadField, no_file_hint
from khuyencong.core.forms import PortalForm
from khuyencong.core.models import LegalDocument, Organisation, StoredFile, User
from khuyencong.core.papers import Paper
from projects.forms.enterprise import communes_of, in_one_query
from projects.forms.words import Words
from projects.models import CraftVillage


class CraftVillageForm(PortalForm, forms.ModelForm):
    """Làng nghề. The decision is chosen, or entered with its number and date, or not yet known."""

    name = Words(label=gettext_lazy("Tên làng nghề"), max_length=200)
    trade = Words(label=gettext_lazy("Nghề"), max_length=200, required=False)
    document_number = Words(
        label=gettext_lazy("Số quyết định mới"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("ví dụ 12/QĐ-UBND; khi quyết định chưa có trong danh sách"),
    )
    document_date = DayField(label=gettext_lazy("Ngày quyết định"), required=False)
    document_file = UploadField(label=gettext_lazy("Bản quét quyết định"), required=False)

    class Meta:
        model = CraftVillage
        fields = ("name", "trade", "place", "recognised_by")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        self.stored: StoredFile | None = None
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.instance.province = user.organisation.province
        self.fields["document_file"].help_text = no_file_hint()
        fields: Any = self.fields
        in_one_query(
            fields["place"],
            communes_of(user, self.instance.place_id),
            _("Chưa rõ"),
            lambda row: row.full_name,
        )
        decisions = documents.visible_to(user).filter(kind=LegalDocument.Kind.DECISION)
        in_one_query(
            fields["recognised_by"],
            decisions.filter(province=user.organisation.province).order_by("-issued_on", "-pk"),
            _("Chưa có, hoặc nhập mới bên dưới"),
            _decision_label,
        )
        fields["place"].label = _("Địa bàn")
        fields["recognised_by"].label = _("Quyết định công nhận")

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        same = CraftVillage.objects.filter(province=self.instance.province, name__iexact=name)
        if same.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("Làng nghề này đã có trong sổ."))
        return name

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        read = {"document_number", "document_date", "document_file"} <= found.keys()
        if not read:
            return found
        entered = any(found[name] for name in ("document_number", "document_date", "document_file"))
        if entered and found.get("recognised_by"):
            self.add_error(
                "recognised_by", _("Chọn một quyết định đã có, hoặc nhập mới, không cả hai.")
            )
        elif entered:
            paper = Paper(number=found["document_number"], issued_on=found["document_date"])
            for fault in papers.faults_of(paper):
                self.add_error(fault.field, fault.message)
            if self._issuer() is None:
                self.add_error(
                    "document_number", _("Tỉnh chưa có UBND tỉnh trong danh mục cơ quan.")
                )
        return found

    def _issuer(self) -> Organisation | None:
        kind = Organisation.Kind.PROVINCIAL_COMMITTEE
        return Organisation.objects.acting(kind, self.instance.province_id, clock.today())

    def forget_file(self) -> None:
        """After a refusal: the row went with the transaction, its bytes must not stay behind."""
        if self.stored is not None:
            self.stored.content.delete(save=False)

    def paper(self) -> LegalDocument | None:
        """The decision chosen or entered; a new one is registered now. May raise ``Refused``."""
        found = self.cleaned_data
        if not found["document_number"]:
            return found["recognised_by"]
        upload = found["document_file"]
        self.stored = files.store_upload(upload, self.user) if upload else None
        return papers.register(
            Paper(
                number=found["document_number"],
                issued_on=found["document_date"],
                title=_("Công nhận làng nghề {name}").format(name=found["name"])[:300],
                file=self.stored,
            ),
            kind=LegalDocument.Kind.DECISION,
            issuer=self._issuer(),
            province=self.instance.province,
        )


def _decision_label(row: LegalDocument) -> str:
    day = _(" ngày {day}").format(day=f"{row.issued_on:%d/%m/%Y}") if row.issued_on else ""
    return f"{row.number}{day} {row.title}".strip()[:120]
