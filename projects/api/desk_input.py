"""What a program sends with the verbs of the desk: cost lines, parts to supplement, a colleague."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from khuyencong.core.api import invalid
from khuyencong.core.models import User
from khuyencong.core.serializers import Choice, Dong, InputSerializer, Text, WholeNumber
from projects.act_guards import POINT_MAX, POINTS_MAX
from projects.dossier_parts import CODES, TITLES

LINES_MAX: Final = 1000
_LISTS: Final = {"not_a_list": gettext_lazy("Phải là một danh sách.")}


class LineShareInput(InputSerializer):
    line = WholeNumber(min_value=1, max_value=LINES_MAX, help_text=gettext_lazy("dòng dự toán thứ"))
    source = Text(max_length=20)
    amount = Dong()


class PointInput(InputSerializer):
    section = Choice(choices=[(code, TITLES[code]) for code in CODES[:-1]])
    text = Text(max_length=POINT_MAX)


class SharesField(serializers.ListField):
    def __init__(self, **said: Any) -> None:
        super().__init__(
            child=LineShareInput(), max_length=LINES_MAX, error_messages=_LISTS, **said
        )


class PointsField(serializers.ListField):
    def __init__(self, **said: Any) -> None:
        super().__init__(child=PointInput(), max_length=POINTS_MAX, error_messages=_LISTS, **said)


def desk_data(given: dict[str, Any], by: User) -> dict[str, Any]:
    """Those of them that were sent, as ``firing.fire`` takes them."""
    found: dict[str, Any] = {}
    if "shares" in given:
        found["shares"] = _shares(given["shares"])
    if "points" in given:
        found["points"] = [(point["section"], point["text"]) for point in given["points"]]
    if "assignee" in given:
        found["assignee"] = _colleague(given["assignee"], by)
    return found


def _shares(rows: list[dict[str, Any]]) -> dict[tuple[int, str], int]:
    found: dict[tuple[int, str], int] = {}
    for index, row in enumerate(rows):
        key = (row["line"] - 1, row["source"])
        if key in found:
            raise invalid(f"shares.{index}", _("Dòng và nguồn này đã ghi ở trên."))
        found[key] = row["amount"]
    return found


def _colleague(username: str | None, by: User) -> int | None:
    """The account named, of the caller's own office; null gives the dossier to nobody."""
    if not username:
        return None
    found = User.objects.filter(
        username=username, organisation__lineage=by.organisation.lineage
    ).first()
    if found is None:
        raise invalid("assignee", _("Không có tài khoản này ở cơ quan bạn."))
    return found.pk
