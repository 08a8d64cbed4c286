"""How figures, days, states and form fields look. Built into every template: no load tag needed."""

import datetime
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from django import forms, template
from django.contrib.auth.base_user import AbstractBaseUser
from django.forms.boundfield import BoundField
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from khuyencong.core import money
from khuyencong.core.forms import with_class
from khuyencong.core.refusals import Fault

register = template.Library()

_ENGLISH: Final = str.maketrans(",.", ".,")
# b in hand, g good, w wants attention, r stopped; o empty dot, h half dot: word and shape, too.
STATUS_CLASSES: Final[Mapping[str, str]] = {
    "draft": "o",
    "submitted": "b h",
    "in_review": "b h",
    "returned": "w o",
    "approved": "g",
    "partly_approved": "w h",
    "refused": "r",
    "withdrawn": "o",
    "contracted": "g h",
    "in_progress": "g h",
    "accepted": "g",
    "liquidated": "g",
    "settled": "g",
    "suspended": "w h",
    "stopped": "r o",
    "waiting": "o",
    "in_step": "b h",
    "queued": "o",
    "running": "b h",
    "ready": "w h",
    "confirmed": "o",
    "writing": "b h",
    "done": "g",
    "failed": "r",
    "cancelled": "o",
    "ok": "g",
    "warning": "w",
    "error": "r",
}


def _shown(figure: str) -> str:
    """money writes the Vietnamese way; a page in English has the signs the other way round."""
    return figure.translate(_ENGLISH) if (get_language() or "").startswith("en") else figure


@register.filter
def trieu(amount: int | None, digits: int | None = None) -> str:
    """Đồng as triệu đồng: up to three decimals, or exactly ``digits``. Unknown is a dash."""
    if amount is None or amount == "":
        return money.MISSING
    return _shown(money.format_trieu(int(amount), digits))


@register.filter
def dong(amount: int | None) -> str:
    """Whole đồng, grouped: 300.000.000."""
    if amount is None or amount == "":
        return money.MISSING
    return _shown(money.format_dong(int(amount)))


@register.filter
def number(value: int | Decimal | None) -> str:
    """A count or a quantity: 10.000 or 2,5."""
    if value is None or value == "":
        return money.MISSING
    whole, _point, decimals = (
        f"{value:f}".partition(".")
        if value != int(value)
        else (
            str(int(value)),
            "",
            "",
        )
    )
    sign = "-" if whole.startswith("-") else ""
    grouped = sign + money.format_dong(int(whole.lstrip("-")))
    decimals = decimals.rstrip("0")
    return _shown(f"{grouped},{decimals}" if decimals else grouped)


@register.filter
def pct(rate: Fraction | Decimal | float | None) -> str:
    """A share of 1 as 64,3% (one decimal, half up)."""
    if rate is None or rate == "":
        return money.MISSING
    exact = Fraction(str(rate)) if isinstance(rate, float) else Fraction(rate)
    return _shown(money.percent_text(exact.numerator, exact.denominator))


@register.filter
def share(rate: Decimal | None) -> str:
    """A share that the law gives, with the digits it has: 30%, 37,5%."""
    if rate is None or rate == "":
        return money.MISSING
    return _shown(f"{(rate * 100).normalize():f}%".replace(".", ","))


@register.filter
def vndate(day: datetime.date | None) -> str:
    """dd/mm/yyyy; a day that is not known yet says so."""
    if not day:
        return _("chưa có")
    if isinstance(day, datetime.datetime) and timezone.is_aware(day):
        day = timezone.localtime(day)
    return date_format(day, "SHORT_DATE_FORMAT")


@register.filter
def vndatetime(moment: datetime.datetime | None) -> str:
    """An instant in the portal's time zone, to the minute."""
    if not moment:
        return _("chưa có")
    if timezone.is_aware(moment):
        moment = timezone.localtime(moment)
    return date_format(moment, "SHORT_DATETIME_FORMAT")


@register.filter
def initials(user: AbstractBaseUser) -> str:
    """First and last word of a Vietnamese name: Trần Văn Hòa is TH."""
    words = str(user).split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@register.simple_tag
def icon(name: str, css: str = "", label: str = "") -> SafeString:
    """An icon of the sprite. Beside words it is silent; standing alone it needs a ``label``."""
    drawing = format_html(
        '<svg class="i{}" aria-hidden="true"><use href="{}#{}"/></svg>',
        f" {css}" if css else "",
        static("img/icons.svg"),
        name,
    )
    return format_html('{}<span class="vh">{}</span>', drawing, label) if label else drawing


@register.simple_tag
def status(code: str, label: str = "") -> SafeString:
    """A state as dot and word; ``code`` chooses the dot, ``label`` is the word."""
    css = STATUS_CLASSES.get(str(code), "")
    return format_html('<span class="st{}">{}</span>', f" {css}" if css else "", label or code)


@register.simple_tag
def source(kind: Any, label: str = "") -> SafeString:
    """A source of money with its fixed colour: a record with ``kind``, or a kind and its name."""
    name = label or str(kind)
    return format_html('<span class="src src-{}">{}</span>', getattr(kind, "kind", kind), name)


@register.simple_tag
def chart(drawing: Any, font: str = "") -> SafeString:
    """Draws what charts.py computed. A paper names its ``font``: SVG there inherits none."""
    return render_to_string(drawing.template, {"chart": drawing, "font": font})


@register.inclusion_tag("_includes/field.html")
def field(
    bound: BoundField,
    label: str = "",
    hint: str = "",
    affix: str = "",
    optional: bool | None = None,
    css: str = "",
    **attrs: Any,
) -> dict[str, Any]:
    """Label, error, input and hint of one field, tied together for screen readers.

    ``optional`` overrules the form where a draft may leave out what the dossier needs. Further
    arguments become attributes of the input, with a dash for each underscore.
    """
    hint = hint or bound.help_text
    described = [f"{bound.auto_id}_error"] if bound.errors else []
    if hint:
        described.append(f"{bound.auto_id}_helptext")
    attributes = {name.replace("_", "-"): value for name, value in attrs.items()}
    attributes.update(with_class(bound.field.widget))
    group = bound.use_fieldset
    if described and not group:
        attributes["aria-describedby"] = " ".join(described)
    return {
        "field": bound,
        "label": label or bound.label,
        "hint": hint,
        "affix": affix,
        "optional": not bound.field.required if optional is None else optional,
        "css": css,
        "group": group,
        "described": " ".join(described),
        "choices": group and isinstance(bound.field.widget, forms.widgets.ChoiceWidget),
        "single": isinstance(bound.field.widget, forms.CheckboxInput),
        "widget": bound.as_hidden() if bound.is_hidden else bound.as_widget(attrs=attributes),
    }


@register.inclusion_tag("_includes/errsum.html")
def errsum(*sources: Any, title: str = "") -> dict[str, Any]:
    """Every fault at once, each linked to its input. Takes forms, formsets, faults and pairs."""
    faults = [found for given in sources for found in _faults(given)]
    count = len(faults)
    return {
        "faults": faults,
        "title": title
        or ngettext("Có %(count)s chỗ cần sửa", "Có %(count)s chỗ cần sửa", count)
        % {"count": count},
    }


def _faults(given: Any) -> Iterable[tuple[str, str]]:
    """Pairs of message and anchor, the anchor empty where no input is to blame."""
    if isinstance(given, forms.BaseFormSet):
        if given.is_bound:
            yield from ((str(message), "") for message in given.non_form_errors())
            for form in given.forms:
                yield from _faults(form)
    elif isinstance(given, forms.BaseForm):
        for name, messages in given.errors.items():
            anchor = "" if name == forms.forms.NON_FIELD_ERRORS else _anchor(given[name])
            yield from ((str(message), anchor) for message in messages)
    else:
        for item in given or ():
            if isinstance(item, Fault):
                yield item.message, f"id_{item.field}" if item.field else ""
            elif isinstance(item, str):
                yield item, ""
            else:
                message, anchor = item
                yield str(message), anchor


def _anchor(bound: BoundField) -> str:
    return bound.id_for_label or (f"{bound.auto_id}_0" if bound.use_fieldset else bound.auto_id)
