"""Rows of a catalogue that change from a day: by code, each in force between two days."""

from __future__ import annotations

import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from khuyencong.core.fields import LineField
from khuyencong.core.models.base import dated_on


class CatalogueQuerySet(models.QuerySet):
    def valid_on(self, day: datetime.date) -> CatalogueQuerySet:
        return self.filter(dated_on(day))


class CatalogueRow(models.Model):
    """One dated row with its citation. Its model names a ``code``, and ``once_from`` its prefix."""

    legal_ref = LineField(_("căn cứ"), max_length=200, blank=True)
    confidence = LineField(_("mức đối chiếu"), max_length=60, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    objects = CatalogueQuerySet.as_manager()

    class Meta:
        abstract = True


def once_from(dated: str, undated: str) -> list[models.UniqueConstraint]:
    """A code stands once from a day, and once without one; the constraints by these names."""
    return [
        models.UniqueConstraint(
            fields=["code", "valid_from"], condition=Q(valid_from__isnull=False), name=dated
        ),
        models.UniqueConstraint(
            fields=["code"], condition=Q(valid_from__isnull=True), name=undated
        ),
    ]
