"""Where money comes from."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from khuyencong.core.fields import LineField


class FundingSource(models.Model):
    """Nguồn kinh phí. Only state money (``is_state``) is a budget with cells and a ledger;

    other money is tracked as a promise (pledged) and by vouchers (mobilised), never as a cap.
    """

    code = models.SlugField(_("mã"), max_length=20, unique=True)
    name = LineField(_("tên"), max_length=80)
    short_name = LineField(_("tên ngắn"), max_length=30)
    is_state = models.BooleanField(_("ngân sách nhà nước"))
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name
