"""How a proposal reads in the API. No personal identifiers: offices and roles, not people."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from khuyencong.core import audit
from khuyencong.core.models import AuditEntry
from khuyencong.core.serializers import CodeAndNameSerializer, DocumentSerializer
from projects import papers_of_dossier
from projects.models import Attachment, FundingLine, Proposal, Review, Track


class StagesSerializer(serializers.Serializer):
    """Money at three stages; null means that the stage is not reached."""

    requested = serializers.IntegerField(help_text=_("đề nghị, đồng"))
    appraised = serializers.IntegerField(allow_null=True, help_text=_("thẩm định, đồng"))
    approved = serializers.IntegerField(allow_null=True, help_text=_("phê duyệt, đồng"))


class FundingLineSerializer(StagesSerializer):
    id = serializers.IntegerField()
    source = serializers.CharField(source="source.code")
    year = serializers.IntegerField()


class BeneficiaryRowSerializer(serializers.Serializer):
    id = serializers.IntegerField(source="enterprise_id", help_text=_("cơ sở CNNT"))
    name = serializers.CharField(source="enterprise.name")


class ProposalRowSerializer(serializers.ModelSerializer):
    """One row of the list. ``rows.py`` writes the same without going through the fields."""

    status_label = serializers.CharField(source="get_status_display")
    programme = serializers.CharField(source="programme.code")
    implementing_unit = CodeAndNameSerializer()
    beneficiaries = BeneficiaryRowSerializer(many=True)
    funding_lines = FundingLineSerializer(many=True)
    state_amount = serializers.SerializerMethodField(
        help_text=_("ngân sách nhà nước, giai đoạn mới nhất của từng dòng vốn, đồng")
    )
    other_amount = serializers.SerializerMethodField(help_text=_("vốn khác, đồng"))
    is_illustration = serializers.BooleanField(source="programme.is_illustration")

    class Meta:
        model = Proposal
        fields = (
            "code",
            "title",
            "kind",
            "status",
            "status_label",
            "programme",
            "plan_year",
            "implementing_unit",
            "partner",
            "is_recoverable",
            "starts_on",
            "ends_on",
            "beneficiaries",
            "funding_lines",
            "state_amount",
            "other_amount",
            "round",
            "version",
            "is_illustration",
            "submitted_at",
            "created_at",
            "updated_at",
        )

    def get_state_amount(self, proposal: Proposal) -> int:
        return _total(proposal, is_state=True)

    def get_other_amount(self, proposal: Proposal) -> int:
        return _total(proposal, is_state=False)


def _total(proposal: Proposal, *, is_state: bool) -> int:
    lines: list[FundingLine] = list(proposal.funding_lines.all())
    return sum(line.current for line in lines if line.source.is_state == is_state)


class ActivitySerializer(serializers.Serializer):
    code = serializers.CharField(source="activity.code")
    name = serializers.CharField(source="activity.name")
    units = serializers.IntegerField(help_text=_("số lượng kết quả"))


class PlaceSerializer(serializers.Serializer):
    id = serializers.IntegerField(source="place_id")
    code = serializers.CharField(source="place.code")
    name = serializers.CharField(source="__str__", help_text=_("tên lúc trình"))


class BeneficiarySerializer(BeneficiaryRowSerializer):
    kind = serializers.CharField(source="enterprise.kind")
    place = serializers.CharField(source="place.name", allow_null=True, default=None)
    support = serializers.IntegerField(allow_null=True, help_text=_("hỗ trợ, đồng"))
    counterpart = serializers.IntegerField(allow_null=True, help_text=_("đối ứng, đồng"))
    standing = serializers.CharField()


class CostShareSerializer(StagesSerializer):
    source = serializers.CharField(source="source.code")


class CostItemSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    position = serializers.IntegerField()
    name = serializers.CharField()
    unit = serializers.CharField()
    quantity = serializers.FloatField(help_text=_("tối đa ba số lẻ"))
    unit_price = serializers.IntegerField(help_text=_("đồng"))
    amount = serializers.IntegerField(help_text=_("đồng"))
    note = serializers.CharField()
    shares = CostShareSerializer(many=True)


class ObjectiveSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    text = serializers.CharField()


class AttachmentSerializer(serializers.Serializer):
    """A paper the dossier carries now."""

    id = serializers.IntegerField(source="file_id")
    title = serializers.CharField()
    requirement = serializers.CharField(
        source="requirement.code", default="", help_text=_("mục hồ sơ; rỗng: tài liệu khác")
    )
    name = serializers.CharField(source="file.name", help_text=_("tên tệp"))
    media_type = serializers.CharField(source="file.media_type")
    size = serializers.IntegerField(source="file.size", help_text=_("byte"))
    sha256 = serializers.CharField(source="file.sha256")
    uploaded_at = serializers.DateTimeField(source="file.uploaded_at")
    scan = serializers.ChoiceField(choices=Attachment.Scan.choices)


class ReviewAmountSerializer(serializers.Serializer):
    line = serializers.IntegerField(source="line_id", help_text=_("dòng vốn"))
    amount = serializers.IntegerField(help_text=_("đồng"))


class ReviewSerializer(serializers.Serializer):
    """What an office said. Before it has spoken, its draft opinion is its own affair."""

    step = serializers.IntegerField(source="step.order")
    kind = serializers.CharField(source="step.kind")
    round = serializers.IntegerField()
    organisation = CodeAndNameSerializer()
    received_at = serializers.DateTimeField()
    due_on = serializers.DateField(allow_null=True)
    verdict = serializers.CharField(help_text=_("rỗng: chưa có ý kiến"))
    verdict_label = serializers.CharField(source="get_verdict_display")
    decided_at = serializers.DateTimeField(allow_null=True)
    recorded = serializers.SerializerMethodField(
        help_text=_("ghi nhận từ văn bản của cơ quan ngoài cổng")
    )
    reason = serializers.CharField()
    document = DocumentSerializer(allow_null=True)
    amounts = ReviewAmountSerializer(many=True)

    def get_recorded(self, review: Review) -> bool:
        return review.recorded_by_id is not None

    def to_representation(self, review: Review) -> dict[str, Any]:
        found = super().to_representation(review)
        if review.is_open and review.organisation.lineage != self.context.get("lineage"):
            found |= {"reason": "", "document": None, "amounts": []}
        return found


class TrackSerializer(serializers.Serializer):
    source = serializers.CharField(source="source.code")
    attempt = serializers.IntegerField()
    chain = serializers.CharField(source="chain.name")
    status = serializers.ChoiceField(choices=Track.Status.choices)
    status_label = serializers.CharField(source="get_status_display")
    round = serializers.IntegerField()
    step = serializers.IntegerField(source="step.order")
    reviews = ReviewSerializer(many=True)


class HistorySerializer(serializers.Serializer):
    seq = serializers.IntegerField()
    action = serializers.CharField()
    from_state = serializers.CharField()
    to_state = serializers.CharField()
    organisation = serializers.CharField(source="organisation_name")
    effective_on = serializers.DateField()
    recorded_at = serializers.DateTimeField()
    sentence = serializers.SerializerMethodField()

    def get_sentence(self, entry: AuditEntry) -> str:
        return audit.sentence(entry)


class ProposalSerializer(ProposalRowSerializer):
    """The whole dossier. Context: ``tracks`` and ``history`` as loaded, ``lineage``."""

    beneficiaries = BeneficiarySerializer(many=True)
    activities = ActivitySerializer(many=True)
    places = PlaceSerializer(many=True)
    objectives = ObjectiveSerializer(many=True)
    cost_items = CostItemSerializer(many=True)
    attachments = serializers.SerializerMethodField()
    previous = serializers.CharField(source="previous.code", allow_null=True, default=None)
    tracks = serializers.SerializerMethodField()
    history = serializers.SerializerMethodField()

    class Meta(ProposalRowSerializer.Meta):
        fields = (
            *ProposalRowSerializer.Meta.fields,
            "previous",
            "necessity",
            "goals",
            "content",
            "expected_output",
            "organisation_plan",
            "effect",
            "activities",
            "places",
            "objectives",
            "cost_items",
            "attachments",
            "tracks",
            "history",
        )

    def get_attachments(self, proposal: Proposal) -> AttachmentSerializer(many=True):
        return AttachmentSerializer(papers_of_dossier.current(proposal), many=True).data

    def get_tracks(self, proposal: Proposal) -> TrackSerializer(many=True):
        return TrackSerializer(self.context["tracks"], many=True, context=self.context).data

    def get_history(self, proposal: Proposal) -> HistorySerializer(many=True):
        return HistorySerializer(self.context["history"], many=True).data
