"""The register of documents with legal force, and their files."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import F, Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from khuyencong.core import documents, files
from khuyencong.core.fields import cleaned
from khuyencong.core.forms import PortalForm
from khuyencong.core.models import LegalDocument

PAGE_SIZE = 50
UNDATED = "undated"


class SearchWords(forms.CharField):
    """One line to look for, cleaned like the text it is compared with."""

    def to_python(self, value: Any) -> Any:
        return cleaned(super().to_python(value), multiline=False)


class DocumentFilter(PortalForm, forms.Form):
    """What to narrow the register by; a choice that is not there narrows nothing."""

    text = SearchWords(label=gettext_lazy("Số, trích yếu, cơ quan"), required=False, max_length=200)
    kind = forms.ChoiceField(label=gettext_lazy("Loại"), required=False)
    year = forms.ChoiceField(label=gettext_lazy("Năm"), required=False)

    def __init__(self, *args: Any, rows: QuerySet[LegalDocument], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        years = rows.exclude(year=None).order_by("-year").values_list("year", flat=True).distinct()
        self.fields["kind"].choices = [("", _("Mọi loại")), *LegalDocument.Kind.choices]
        self.fields["year"].choices = [
            ("", _("Mọi năm")),
            *((str(year), str(year)) for year in years),
            (UNDATED, _("Chưa có ngày")),
        ]

    def narrow(self, rows: QuerySet[LegalDocument]) -> QuerySet[LegalDocument]:
        self.is_valid()
        if kind := self.cleaned_data.get("kind"):
            rows = rows.filter(kind=kind)
        if year := self.cleaned_data.get("year"):
            rows = rows.filter(year=None if year == UNDATED else int(year))
        for word in (self.cleaned_data.get("text") or "").split():
            rows = rows.filter(
                Q(number__icontains=word)
                | Q(title__icontains=word)
                | Q(issuer_name__icontains=word)
            )
        return rows

    @property
    def is_narrowing(self) -> bool:
        return any(self.cleaned_data.values())


def document_list(request: HttpRequest) -> HttpResponse:
    rows = documents.visible_to(request.user)
    form = DocumentFilter(request.GET, rows=rows)
    found = form.narrow(rows).order_by(F("issued_on").desc(nulls_last=True), "-pk")
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    listed = list(page.object_list)
    uses = documents.uses_of(listed)
    page.object_list = [
        {"document": document, "uses": uses.get(document.pk, [])} for document in listed
    ]
    context = {
        "form": form,
        "page_obj": page,
        "is_narrowed": form.is_narrowing,
        "is_illustration": any(document.is_illustration for document in listed),
    }
    return render(request, "core/document_list.html", context)


def document_file(request: HttpRequest, pk: int) -> FileResponse:
    """The scan of a document, for who may see the document."""
    document = get_object_or_404(documents.visible_to(request.user), pk=pk)
    if document.file is None:
        raise Http404(_("Văn bản này chưa có tệp."))
    return files.serve(document.file)
