from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProjectsConfig(AppConfig):
    name = "projects"
    verbose_name = _("Đề án")

    def ready(self) -> None:
        from projects import invariants, tasks  # noqa: F401  registers proofs, hangs up the bell
