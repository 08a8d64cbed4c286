from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProgrammesConfig(AppConfig):
    name = "programmes"
    verbose_name = _("Chương trình")

    def ready(self) -> None:
        from programmes import invariants  # noqa: F401  registers what this app can prove
