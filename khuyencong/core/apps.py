from django.apps import AppConfig
from django.core.validators import ProhibitNullCharactersValidator
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "khuyencong.core"
    label = "core"
    verbose_name = _("Nền chung")

    def ready(self) -> None:
        from khuyencong.core import (  # noqa: F401  registers I2–I4, I7, I10
            checks,
            invariants,
            office_sentences,
        )

        # Django's Vietnamese catalogue lacks this sentence: every field would say it in English.
        ProhibitNullCharactersValidator.message = _(
            "Nội dung có ký tự hỏng. Xóa đoạn vừa dán rồi gõ lại."
        )
