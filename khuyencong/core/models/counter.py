"""Serial numbers that never repeat, even when two people ask at once."""

from django.db import models, transaction
from django.db.models import F


class SerialCounter(models.Model):
    """Bộ đếm số thứ tự, one row a series (for example a province and a plan year)."""

    scope = models.CharField(max_length=60, unique=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.scope}: {self.last}"

    @classmethod
    def take(cls, scope: str, count: int = 1) -> int:
        """Next number of the series, or the last of the next ``count``.

        The row stays locked until the transaction ends.
        """
        with transaction.atomic():
            cls.objects.get_or_create(scope=scope)
            cls.objects.filter(scope=scope).update(last=F("last") + count)
            return cls.objects.get(scope=scope).last
