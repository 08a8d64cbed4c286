"""The catalogue of reports. Page, API, task and tests walk it; one definition a file."""

from __future__ import annotations

import datetime
import importlib
import pkgutil
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from khuyencong.core.models import User
from khuyencong.core.refusals import Fault, Refused

_reports: dict[str, Report] = {}


class Report:
    """One kind of report.

    ``read`` turns parameters into plain figures (JSON) while the database is asked;
    ``context`` and ``template`` turn figures into paper and ask nothing.
    """

    code: ClassVar[str]
    title: ClassVar[str | Promise]
    purpose: ClassVar[str | Promise]
    group: ClassVar[str | Promise]
    formats: ClassVar[tuple[str, ...]] = ("pdf",)
    template: ClassVar[str]
    form_class: ClassVar[type[forms.Form]]

    def form(self, user: User, data: Mapping[str, Any] | None = None, **kwargs: Any) -> forms.Form:
        return self.form_class(data, user=user, **kwargs)

    def accept(self, params: Mapping[str, Any], user: User) -> tuple[dict[str, Any], str]:
        """Parameters as plain values, and in words; raises ``Refused`` with every fault."""
        form = self.form(user, {name: _text(value) for name, value in params.items()})
        faults = [
            Fault(_("Báo cáo này không có tham số «{name}».").format(name=name[:40]), name)
            for name in params
            if name not in form.fields
        ]
        if not form.is_valid():
            faults += [
                Fault(str(message), "" if name == forms.forms.NON_FIELD_ERRORS else name)
                for name, messages in form.errors.items()
                for message in messages
            ]
        if faults:
            raise Refused(faults)
        return form.params(), form.about()

    def read(self, params: Mapping[str, Any], at: datetime.datetime) -> dict[str, Any]:
        """Figures as plain JSON values, in đồng. Runs in one transaction; ``at`` is its instant."""
        raise NotImplementedError

    def context(self, figures: Mapping[str, Any]) -> dict[str, Any]:
        """What the template shows, from the figures alone."""
        raise NotImplementedError

    def html(self, figures: Mapping[str, Any]) -> str:
        """The paper; official papers are in Vietnamese whatever language the screens have."""
        with translation.override("vi"):
            return render_to_string(self.template, self.context(figures))

    def file_name(self, params: Mapping[str, Any], at: datetime.datetime) -> str:
        """Without an ending; letters that every system keeps."""
        raise NotImplementedError


def _text(value: Any) -> str | None:
    """What a form would have sent; anything but text and whole numbers fits no choice."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return "\x00"


def register(report: type[Report]) -> type[Report]:
    if report.code in _reports:
        raise ValueError(f"{report.code} is registered twice")
    _reports[report.code] = report()
    return report


def load() -> None:
    """Import every definition, so that it registers itself."""
    package = importlib.import_module("reports.definitions")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"reports.definitions.{module.name}")


def every() -> list[Report]:
    return list(_reports.values())


def get(code: str) -> Report:
    """The report of this code; ``Refused`` names those there are."""
    found = _reports.get(code)
    if found is None:
        raise Refused(
            Fault(
                _("Không có báo cáo «{code}». Chọn một trong: {codes}.").format(
                    code=str(code)[:40], codes=", ".join(_reports)
                ),
                "report",
            )
        )
    return found
