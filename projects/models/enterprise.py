"""Rural industrial establishments and their identifiers."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from khuyencong.core import roles, text
from khuyencong.core.fields import LineField, MoneyField
from khuyencong.core.models import AuditedModel


class EnterpriseQuerySet(models.QuerySet):
    def visible_to(self, user: object) -> EnterpriseQuerySet:
        """The register is shared within a province by all who see dossiers there.

        National bodies see it through the dossiers that reach them.
        """
        province_id = user.organisation.province_id
        seeing = (roles.SEE_OWN, roles.SEE_RECEIVED, roles.SEE_PROVINCE)
        if province_id is None or not any(user.may(right) for right in seeing):
            return self.none()
        return self.filter(province_id=province_id)

    def matching(self, query: str) -> EnterpriseQuerySet:
        found = self
        for word in text.fold(query).split():
            found = found.filter(search_text__contains=word)
        return found


class Enterprise(AuditedModel):
    """Cơ sở công nghiệp nông thôn (Nghị định 45/2012/NĐ-CP Điều 1). An identifier is never forced:

    a co-operative group may have none.
    """

    class Kind(models.TextChoices):
        COMPANY = "company", _("Doanh nghiệp")
        COOPERATIVE = "cooperative", _("Hợp tác xã")
        COOPERATIVE_GROUP = "cooperative_group", _("Tổ hợp tác")
        HOUSEHOLD = "household", _("Hộ kinh doanh")
        ARTISAN = "artisan", _("Nghệ nhân")
        OTHER = "other", _("Khác")

    province = models.ForeignKey("core.Place", models.PROTECT, related_name="+")
    name = LineField(_("tên cơ sở"), max_length=200)
    kind = models.CharField(_("loại hình"), max_length=20, choices=Kind)
    place = models.ForeignKey(
        "core.Place",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("địa bàn"),
    )
    address = LineField(_("địa chỉ"), max_length=200, blank=True)
    representative = LineField(_("người đại diện"), max_length=120, blank=True)
    phone = LineField(_("điện thoại"), max_length=30, blank=True)
    sector = LineField(_("ngành nghề"), max_length=200, blank=True)
    sector_group = models.ForeignKey(
        "programmes.Sector",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("nhóm ngành nghề khuyến công"),
    )
    industry = models.ForeignKey(
        "programmes.IndustryCode",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("mã ngành kinh tế (VSIC)"),
    )
    craft_village = models.ForeignKey(
        "projects.CraftVillage",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="enterprises",
        verbose_name=_("làng nghề"),
    )
    workers = models.PositiveIntegerField(_("số lao động"), null=True, blank=True)
    workers_female = models.PositiveIntegerField(_("lao động nữ"), null=True, blank=True)
    workers_minority = models.PositiveIntegerField(
        _("lao động dân tộc thiểu số"), null=True, blank=True
    )
    capital = MoneyField(_("vốn (đồng)"), null=True, blank=True)
    revenue = MoneyField(_("doanh thu một năm (đồng)"), null=True, blank=True)
    revenue_year = models.PositiveSmallIntegerField(_("năm của doanh thu"), null=True, blank=True)
    owner_is_woman = models.BooleanField(_("phụ nữ làm chủ"), default=False)
    owner_is_minority = models.BooleanField(_("người dân tộc thiểu số làm chủ"), default=False)
    uses_local_material = models.BooleanField(_("dùng trên 50% nguyên liệu tại chỗ"), default=False)
    is_exporter = models.BooleanField(_("có hàng xuất khẩu"), default=False)
    has_typical_product = models.BooleanField(_("có sản phẩm CNNT tiêu biểu"), default=False)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="merged_from"
    )
    name_key = models.CharField(max_length=1000, editable=False, default="")
    search_text = models.TextField(editable=False, default="")
    version = models.PositiveIntegerField(default=1, editable=False)
    is_illustration = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = EnterpriseQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        indexes = [models.Index(fields=["province", "name"])]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.search_text = text.fold(f"{self.name} {self.sector}")
        self.name_key = text.sort_key(self.name)[:1000]
        super().save(*args, **kwargs)


class EnterpriseIdentifier(models.Model):
    """Mã định danh, typed and dated; one active (kind, value) belongs to one enterprise."""

    class Kind(models.TextChoices):
        TAX10 = "tax10", _("Mã số thuế 10 số")
        TAX13 = "tax13", _("Mã số thuế 13 số")
        PERSONAL12 = "personal12", _("Số định danh cá nhân")
        LICENCE = "licence", _("Số giấy đăng ký hộ kinh doanh")
        OTHER = "other", _("Khác")

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="identifiers")
    kind = models.CharField(_("loại mã"), max_length=12, choices=Kind)
    value = LineField(_("số"), max_length=40)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    is_verified = models.BooleanField(_("đã đối chiếu giấy tờ"), default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "value"],
                condition=Q(valid_to__isnull=True),
                name="identifier_active_once",
                violation_error_message=_("Mã này đang thuộc một cơ sở khác trong sổ."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.value}"
