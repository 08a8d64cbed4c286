"""Documents with legal force: decisions, resolutions, reports that carry a number."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from khuyencong.core.fields import LineField, NumberKeyField


class LegalDocument(models.Model):
    """Văn bản. The number restarts each year: unique by body, kind, year and number.

    ``issued_on`` may be unknown (shown as missing, never guessed); then ``year`` is empty too.
    The body's name is kept as text as well: old papers keep the old name.
    """

    class Kind(models.TextChoices):
        DECISION = "decision", _("Quyết định")
        RESOLUTION = "resolution", _("Nghị quyết")
        DECREE = "decree", _("Nghị định")
        CIRCULAR = "circular", _("Thông tư")
        LAW = "law", _("Luật")
        DIRECTIVE = "directive", _("Chỉ thị")
        LETTER = "letter", _("Công văn")
        SUBMISSION = "submission", _("Tờ trình")
        REPORT = "report", _("Báo cáo")
        APPRAISAL = "appraisal", _("Văn bản thẩm định")
        CONTRACT = "contract", _("Hợp đồng")
        MINUTES = "minutes", _("Biên bản")
        VOUCHER = "voucher", _("Chứng từ")
        OTHER = "other", _("Văn bản khác")

    number = LineField(_("số, ký hiệu"), max_length=60)
    number_key = NumberKeyField()
    kind = models.CharField(_("loại"), max_length=12, choices=Kind)
    issuer_name = LineField(_("cơ quan ban hành"), max_length=200)
    issuer = models.ForeignKey(
        "core.Organisation", models.PROTECT, null=True, blank=True, related_name="documents"
    )
    issued_on = models.DateField(_("ngày ban hành"), null=True, blank=True)
    year = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    title = LineField(_("trích yếu"), max_length=300, blank=True)
    signer = LineField(_("người ký"), max_length=120, blank=True)
    effective_from = models.DateField(_("có hiệu lực từ"), null=True, blank=True)
    effective_to = models.DateField(_("hết hiệu lực"), null=True, blank=True)
    amends = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="amended_by"
    )
    file = models.ForeignKey(
        "core.StoredFile", models.PROTECT, null=True, blank=True, related_name="documents"
    )
    province = models.ForeignKey(
        "core.Place", models.PROTECT, null=True, blank=True, related_name="+"
    )
    confidence = LineField(_("mức đối chiếu"), max_length=60, blank=True)
    is_illustration = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        # No constraint: papers of before may differ by no more than a dash. I10 tells of them.
        indexes = [models.Index(fields=["number_key", "kind"], name="document_number_key")]
        constraints = [
            models.UniqueConstraint(
                fields=["issuer_name", "kind", "year", "number"],
                condition=Q(year__isnull=False),
                name="document_number_in_year",
                violation_error_message=_("Số văn bản này đã có trong năm của cơ quan ban hành."),
            ),
            models.UniqueConstraint(
                fields=["issuer_name", "kind", "number"],
                condition=Q(year__isnull=True),
                name="document_number_without_year",
                violation_error_message=_("Số văn bản này của cơ quan ban hành đã có."),
            ),
            # No date function here: SQLite's are the application's own, and a CHECK that needs one
            # keeps every other program (a backup, too) from writing. I10 compares year and date.
            models.CheckConstraint(
                condition=Q(year__isnull=True, issued_on__isnull=True)
                | Q(year__isnull=False, issued_on__isnull=False),
                name="document_year_comes_with_its_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"

    def clean(self) -> None:
        self.year = self.issued_on.year if self.issued_on else None

    def save(self, *args: object, **kwargs: object) -> None:
        self.clean()
        super().save(*args, **kwargs)
