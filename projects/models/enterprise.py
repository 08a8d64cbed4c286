"""Rural industrial establishments (cơ sở công nghiệp nông thôn)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from khuyencong.core import clock, places, roles, text
from khuyencong.core.fields import LineField, MoneyField
from khuyencong.core.models import AuditedModel
from khuyencong.core.querysets import holding
from projects.models import naming

_CODE = re.compile(r"CS-([0-9]{1,15})", re.IGNORECASE)


class EnterpriseQuerySet(models.QuerySet):
    def visible_to(self, user: object) -> EnterpriseQuerySet:
        """The register is shared within a province by all who see dossiers there.

        National bodies see it through the dossiers that reach them. What was merged into another
        record is in no list and no picker.
        """
        return self.known_to(user).filter(merged_into=None)

    def known_to(self, user: object) -> EnterpriseQuerySet:
        """The same with the records that were merged into others: for addresses and the trail."""
        province_id = user.organisation.province_id
        seeing = (roles.SEE_OWN, roles.SEE_RECEIVED, roles.SEE_PROVINCE)
        if province_id is None or not any(user.may(right) for right in seeing):
            return self.none()
        return self.filter(province_id=province_id)

    def matching(self, query: str) -> EnterpriseQuerySet:
        """Blind to accents: names, sectors, numbers but people's own, places by every name."""
        return holding(self, query)


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
    name_bare = models.CharField(
        max_length=200, editable=False, default="", help_text="without its legal form, folded"
    )
    search_text = models.TextField(editable=False, default="")
    version = models.PositiveIntegerField(default=1, editable=False)
    is_illustration = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = EnterpriseQuerySet.as_manager()

    class Meta:
        ordering = ["name_key", "pk"]
        indexes = [
            models.Index(fields=["province", "name"]),
            models.Index(fields=["province", "name_key", "id"], name="enterprise_by_name"),
            models.Index(fields=["province", "name_bare"], name="enterprise_bare_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def code(self) -> str:
        """How papers and the trail name the record, without a person's name in it."""
        return f"CS-{self.pk}"

    @classmethod
    def called(cls, code: str) -> models.QuerySet:
        found = _CODE.fullmatch(code.strip())
        return cls.objects.filter(pk=int(found[1])) if found else cls.objects.none()

    @classmethod
    def codes_of(cls, ids: Iterable[int]) -> dict[int, str]:
        return {pk: f"CS-{pk}" for pk in ids}

    @classmethod
    def trail_visible_to(cls, user: object) -> models.QuerySet:
        return cls.objects.known_to(user)

    def clean(self) -> None:
        faults = {}
        for name in ("workers_female", "workers_minority"):
            part = getattr(self, name)
            if part is not None and self.workers is not None and part > self.workers:
                faults[name] = gettext("Không nhiều hơn số lao động ({total}).").format(
                    total=self.workers
                )
        this_year = clock.today().year
        if self.revenue is not None and self.revenue_year is None:
            said = gettext("Nhập năm của doanh thu, ví dụ {year}.")
            faults["revenue_year"] = said.format(year=this_year - 1)
        elif self.revenue_year and not this_year - 60 < self.revenue_year <= this_year:
            said = gettext("Năm phải từ năm nay trở về trước, ví dụ {year}.")
            faults["revenue_year"] = said.format(year=this_year - 1)
        village = self.craft_village
        if village is not None and village.province_id != self.province_id:
            faults["craft_village"] = gettext("Chọn làng nghề trong tỉnh.")
        if faults:
            raise ValidationError(faults)

    def save(self, *args: object, **kwargs: object) -> None:
        self.fill_keys()
        super().save(*args, **kwargs)

    def fill_keys(self) -> None:
        """What it is ordered, compared and found by; who writes rows in bulk calls this."""
        self.name_key = text.sort_key(self.name)[:1000]
        self.name_bare = naming.bare(self.name)[:200]
        self.search_text = text.fold(" ".join(self.words()))

    def words(self) -> Iterator[str]:
        """Everything it is found by: never a number that is a person's own."""
        yield from (self.name, self.sector)
        if self.sector_group is not None:
            yield self.sector_group.name
        if self.industry is not None:
            yield self.industry.code
        if self.craft_village is not None:
            yield self.craft_village.name
        if self.place is not None:
            yield from places.names(self.place)
        if self.pk is not None:
            for row in self.identifiers.order_by("pk"):
                if not row.is_personal:
                    yield from dict.fromkeys((row.value, row.shown))
