from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = _("Báo cáo")

    def ready(self) -> None:
        from reports import invariants as _invariants  # noqa: F401  what this app can prove
        from reports import registry
        from reports import rules as _rules  # noqa: F401  what it allows

        registry.load()
