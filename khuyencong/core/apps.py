from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "khuyencong.core"
    label = "core"
    verbose_name = _("Nền chung")

    def ready(self) -> None:
        from khuyencong.core import invariants  # noqa: F401  registers I2–I4, I7, I10
