from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProjectsConfig(AppConfig):
    name = "projects"
    verbose_name = _("Đề án")

    def ready(self) -> None:
        # Proofs, words to be refreshed and the bell register themselves.
        from projects import chains, invariants, search, tasks  # noqa: F401
