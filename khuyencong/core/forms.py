"""What all forms share: the portal's looks and its words for faults."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _

_UNSTYLED: Final = (forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple)


def with_class(widget: forms.Widget) -> dict[str, str]:
    """The class that makes a widget one of ours, beside those it has."""
    present = str(widget.attrs.get("class", ""))
    if isinstance(widget, _UNSTYLED) or widget.is_hidden or "in" in present.split():
        return {}
    return {"class": f"in {present}".strip()}


class PortalForm:
    """Mixed into every form, before Django's class: looks, and messages that say what to do.

    The browser's own checks stay off: they speak the browser's language, one fault at a time,
    and would not let an unfinished draft be kept.
    """

    use_required_attribute = False
    fields: Mapping[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            _style(field)
            label = str(field.label or name)
            for code, message in _messages(field, label).items():
                if _is_default(field, code):
                    field.error_messages[code] = message


def _style(field: forms.Field) -> None:
    widget = field.widget
    widget.attrs.update(with_class(widget))
    if isinstance(widget, forms.Textarea) and widget.attrs.get("rows") == "10":
        widget.attrs["rows"] = "4"
    if isinstance(widget, forms.NumberInput):
        # A number box drops what is no number; a text box gives it back beside the message.
        whole = not isinstance(field, forms.DecimalField | forms.FloatField)
        widget.input_type = "text"
        widget.attrs["inputmode"] = "numeric" if whole else "decimal"
        for bound in ("min", "max", "step"):
            widget.attrs.pop(bound, None)
        if not whole:
            field.localize = widget.is_localized = True


def _is_default(field: forms.Field, code: str) -> bool:
    """Whether nobody gave this field a message of its own."""
    given = field.error_messages.get(code)
    return given is None or any(
        given is getattr(kind, "default_error_messages", {}).get(code)
        for kind in type(field).__mro__
    )


def _messages(field: forms.Field, label: str) -> dict[str, str]:
    """Messages by code. The label's own percent signs are doubled: limits are filled in later."""
    inside = label if label[1:2].isupper() else label[:1].lower() + label[1:]
    chooses = isinstance(field, forms.ChoiceField | forms.ModelChoiceField)
    asked = _("Chọn %(label)s.") if chooses else _("Nhập %(label)s.")
    messages = {"required": asked % {"label": inside}}
    texts = {
        "max_length": _("{label} dài tối đa %(limit_value)d ký tự, đang có %(show_value)d."),
        "min_length": _("{label} cần ít nhất %(limit_value)d ký tự, đang có %(show_value)d."),
        "max_value": _("{label} phải từ %(limit_value)s trở xuống."),
        "min_value": _("{label} phải từ %(limit_value)s trở lên."),
    }
    if isinstance(field, forms.BooleanField):
        messages["required"] = _("Đánh dấu ô “%(label)s”.") % {"label": label}
    elif isinstance(field, forms.FileField):
        messages["required"] = _("Chọn tệp %(label)s.") % {"label": inside}
        messages["empty"] = _("Tệp %(label)s trống. Chọn tệp khác.") % {"label": inside}
    elif isinstance(field, forms.DateField):
        messages["invalid"] = _("%(label)s phải là một ngày, ví dụ 15/03/2021.") % {"label": label}
    elif isinstance(field, forms.DecimalField | forms.FloatField):
        messages["invalid"] = _("%(label)s phải là số, ví dụ 185,5.") % {"label": label}
    elif isinstance(field, forms.IntegerField):
        messages["invalid"] = _("%(label)s phải là số nguyên, ví dụ 30.") % {"label": label}
    elif isinstance(field, forms.EmailField):
        messages["invalid"] = _("%(label)s chưa đúng, ví dụ ten@coquan.gov.vn.") % {"label": label}
    elif chooses:
        texts["invalid_choice"] = _("{label}: lựa chọn này không còn. Chọn lại trong danh sách.")
    for code, text in texts.items():
        messages[code] = text.replace("{label}", label.replace("%", "%%"))
    return messages
