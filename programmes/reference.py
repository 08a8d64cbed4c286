"""Catalogues a programme refers to: sources of money, activities."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _

from khuyencong.core import reference
from khuyencong.core.reference import Loader, Row, Tally, day, put, row, rows
from programmes.models import Activity, FundingSource

DATA: Final = Path(__file__).with_name("data")


def load_sources(data: Row, tally: Tally) -> None:
    """Sources of money, in the order in which every table shows them."""
    data = row(data, _("tệp nguồn kinh phí"), [], nested=["sources"])
    for position, given in enumerate(rows(data["sources"], "sources"), start=1):
        entry = row(given, "sources", ["code", "name", "short_name", "is_state"])
        fields = {name: value for name, value in entry.items() if name != "code"}
        put(FundingSource, {"code": entry["code"]}, {**fields, "position": position}, tally)


def load_activities(data: Row, tally: Tally) -> None:
    """The catalogue of one period of the law; the file's dates and remark hold for every row."""
    data = row(
        data,
        _("tệp nội dung hoạt động"),
        [],
        ["valid_from", "valid_to", "confidence"],
        ["activities"],
    )
    valid_from = day(data.get("valid_from"), "valid_from")
    common = {
        "valid_to": day(data.get("valid_to"), "valid_to"),
        "confidence": data.get("confidence", ""),
    }
    for position, given in enumerate(rows(data["activities"], "activities"), start=1):
        entry = row(given, "activities", ["code", "group", "name"], ["unit", "legal_ref"])
        fields = {name: value for name, value in entry.items() if name != "code"}
        put(
            Activity,
            {"code": entry["code"], "valid_from": valid_from},
            {**common, **fields, "position": position},
            tally,
        )


LOADERS: Final[dict[str, Loader]] = {
    **reference.LOADERS,
    "sources": load_sources,
    "activities": load_activities,
}


def shipped() -> list[Path]:
    """The files of this app and those below it."""
    return [*reference.shipped(), DATA / "sources.yaml", DATA / "activities.yaml"]


def load_if_empty() -> None:
    """Give a database without any catalogue the shipped ones."""
    if not FundingSource.objects.exists():
        for path in shipped():
            reference.load(path, LOADERS)
