from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = _("Báo cáo")

    def ready(self) -> None:
        from reports import (
            invariants,  # noqa: F401  registers what this app can prove
            registry,
        )

        registry.load()
