"""How a person wants to be told by e-mail."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from khuyencong.core.forms import PortalForm
from khuyencong.core.models import User


class MailForm(PortalForm, forms.ModelForm):
    """Each notice a mail, or one mail a day; all of them, or one's own deadlines alone."""

    mail_mode = forms.ChoiceField(
        label=_("Cách nhận thư"),
        choices=User.MailMode.choices,
        widget=forms.RadioSelect,
        help_text=_("Thư tổng hợp gửi lúc 7 giờ 30, gồm những gì có từ thư trước."),
    )

    class Meta:
        model = User
        fields = ("mail_mode", "mail_only_deadlines")
        help_texts = {
            "mail_only_deadlines": _(
                "Sắp hết hạn, quá hạn xử lý và hạn bổ sung. Mọi thông báo khác vẫn có trong cổng."
            )
        }
