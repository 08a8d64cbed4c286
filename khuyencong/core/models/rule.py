"""What dated rows the administrator keeps have in common: whose they are, name and trail."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from khuyencong.core.models.audit import AuditedModel


class Confidence(models.TextChoices):
    """How well a fact was compared with the text of the law. Only memory never blocks anybody."""

    CHECKED = "checked", _("Đã đối chiếu văn bản gốc")
    QUOTED = "quoted", _("Theo trích dẫn, chưa đối chiếu văn bản gốc")
    MEMORY = "memory", _("Chưa đối chiếu văn bản gốc")


class RuleQuerySet(models.QuerySet):
    def visible_to(self, user: object) -> RuleQuerySet:
        """National rows and those of the person's province."""
        if not user.is_authenticated:
            return self.none()
        return self.for_province(user.organisation.province_id)

    def for_province(self, province_id: int | None) -> RuleQuerySet:
        return self.filter(Q(province_id=province_id) | Q(province__isnull=True))


class Rule(AuditedModel):
    """A row without a code of its own: the trail calls it by its number."""

    PREFIX: ClassVar[str] = ""

    class Meta:
        abstract = True

    @property
    def code(self) -> str:
        return f"{self.PREFIX}-{self.pk}"

    @classmethod
    def called(cls, code: str) -> models.QuerySet:
        number = code.strip().removeprefix(f"{cls.PREFIX}-")
        known = number.isascii() and number.isdigit() and len(number) < 19
        return cls.objects.filter(pk=int(number)) if known else cls.objects.none()

    @classmethod
    def codes_of(cls, ids: Iterable[int]) -> dict[int, str]:
        return {pk: f"{cls.PREFIX}-{pk}" for pk in ids}
