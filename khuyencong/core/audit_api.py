"""The trail for auditors: every row of what they may see, with the chain that proves it."""

from __future__ import annotations

from typing import Any

import django_filters
from django.apps import apps
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from khuyencong.core import audit, roles
from khuyencong.core.api import ApiList
from khuyencong.core.filters import CachedFormFilterSet, MomentFilter
from khuyencong.core.models import AuditedModel, AuditEntry, User
from khuyencong.core.schema import example


def subjects() -> list[type[AuditedModel]]:
    """Kinds of record that have a trail and say who may see them."""
    return [
        model
        for model in apps.get_models()
        if issubclass(model, AuditedModel)
        and ("trail_visible_to" in vars(model) or hasattr(model.objects, "visible_to"))
    ]


def visible_to(user: User) -> QuerySet[AuditEntry]:
    """Rows about what this person may see; another province's are not there."""
    seen = Q(pk__in=[])
    for model in subjects():
        records = model.trail_visible_to(user).order_by().values("pk")
        seen |= Q(subject_type=model._meta.label_lower, subject_id__in=records)
    return AuditEntry.objects.filter(seen)


class AuditEntrySerializer(serializers.ModelSerializer):
    subject = serializers.SerializerMethodField(help_text=_("mã của hồ sơ"))
    sentence = serializers.SerializerMethodField(help_text=_("dòng nhật ký thành câu"))
    actor = serializers.CharField(source="actor_name")
    organisation = serializers.CharField(source="organisation_name")
    document = serializers.CharField(source="document_text")
    changes = serializers.DictField(help_text=_("số tiền và mã, không có dữ liệu cá nhân"))

    class Meta:
        model = AuditEntry
        fields = (
            "id",
            "subject_type",
            "subject",
            "seq",
            "action",
            "sentence",
            "actor",
            "organisation",
            "from_state",
            "to_state",
            "reason",
            "document",
            "changes",
            "effective_on",
            "recorded_at",
            "prev_hash",
            "hash",
        )

    def get_subject(self, entry: AuditEntry) -> str:
        return self.context["codes"].get((entry.subject_type, entry.subject_id), "")

    def get_sentence(self, entry: AuditEntry) -> str:
        return audit.sentence(entry)


class AuditFilter(CachedFormFilterSet):
    subject = django_filters.CharFilter(label=_("Mã hồ sơ"), max_length=60, method="about")
    action = django_filters.CharFilter(label=_("Việc"), max_length=80)
    since = MomentFilter(label=_("Ghi từ lúc"), field_name="recorded_at", lookup_expr="gte")
    until = MomentFilter(label=_("Ghi đến trước lúc"), field_name="recorded_at", lookup_expr="lt")

    def about(self, rows: QuerySet[AuditEntry], name: str, value: str) -> QuerySet[AuditEntry]:
        chosen = Q(pk__in=[])
        for model in subjects():
            records = model.called(value).values("pk")
            chosen |= Q(subject_type=model._meta.label_lower, subject_id__in=records)
        return rows.filter(chosen)


@extend_schema_view(
    get=extend_schema(
        operation_id="audit_list",
        summary=_("Nhật ký"),
        tags=["audit"],
        examples=[example("audit")],
    )
)
class AuditList(ApiList):
    """Nhật ký của mọi hồ sơ trong tỉnh, mới nhất trước. Chỉ kiểm toán, thanh tra."""

    queryset = AuditEntry.objects.none()
    serializer_class = AuditEntrySerializer
    filterset_class = AuditFilter
    permission = roles.SEE_AUDIT
    always_counted = False

    def get_queryset(self) -> QuerySet[AuditEntry]:
        return visible_to(self.request.user)

    def paginate_queryset(self, queryset: QuerySet[AuditEntry]) -> list[AuditEntry]:
        self.page = super().paginate_queryset(queryset)
        return self.page

    def get_serializer_context(self) -> dict[str, Any]:
        return super().get_serializer_context() | {"codes": _codes(getattr(self, "page", []))}


def _codes(entries: list[AuditEntry]) -> dict[tuple[str, int], str]:
    """The human codes of the records these rows are about: one query a kind of record."""
    found = {}
    for model in subjects():
        kind = model._meta.label_lower
        ids = {entry.subject_id for entry in entries if entry.subject_type == kind}
        found |= {(kind, pk): code for pk, code in model.codes_of(ids).items()}
    return found
