"""The cells of a block pasted from a workbook, read one by one."""

from __future__ import annotations

import re
from typing import Final

from django.utils.translation import gettext as _

from khuyencong.core import money
from khuyencong.core.text import is_broken

_LONGEST_CELL: Final = 2000
_MONEY: Final = ("unit_price", "amount")
_COUNT: Final = re.compile(r"[0-9]+|[1-9][0-9]{0,2}(?:[.,][0-9]{3})+")
_FRACTION: Final = re.compile(r"([0-9]+)[.,]([0-9]{1,9})")


def cells_of(block: str) -> list[list[str]]:
    text = block.replace("\r\n", "\n").replace("\r", "\n")
    lines = _quoted(text) or [line.split("\t") for line in text.split("\n")]
    return [[" ".join(cell.replace("\xa0", " ").split()) for cell in line] for line in lines]


def _quoted(text: str) -> list[list[str]] | None:
    """A workbook quotes a cell that holds a line end or a quote; None where a quote stays open.

    A quote inside a cell that does not begin with one is an inch.
    """
    lines: list[list[str]] = [[""]]
    quoted, at = False, 0
    while at < len(text):
        sign, cell = text[at], lines[-1][-1]
        at += 1
        if quoted and sign == '"' and text[at : at + 1] == '"':
            lines[-1][-1] += sign
            at += 1
        elif sign == '"' and (quoted or cell == ""):
            quoted = not quoted
        elif quoted or sign not in "\t\n":
            lines[-1][-1] += sign
        elif sign == "\t":
            lines[-1].append("")
        else:
            lines.append([""])
    return None if quoted else lines


def read_cell(column: str, typed: str, unit: str) -> str:
    if is_broken(typed):
        raise ValueError(_("có ký tự hỏng. Gõ lại ô này."))
    if len(typed) > _LONGEST_CELL:
        raise ValueError(_("dài quá {most} ký tự.").format(most=_LONGEST_CELL))
    if column == "quantity":
        return _read_quantity(typed)
    if column in _MONEY or column.startswith("share-"):
        return _read_money(typed, unit)
    return typed


def _read_money(typed: str, unit: str) -> str:
    """đồng as the form writes them; a dash is how a workbook shows a nought."""
    if typed.strip("-–— ") == "":
        return ""
    amount = money.parse(_with_unit(_without_cents(typed), unit))
    return money.format_dong(amount) if amount else ""


def _with_unit(typed: str, unit: str) -> str:
    return f"{typed} {unit}" if unit and not re.search("[^0-9.,  -]", typed) else typed


def _without_cents(typed: str) -> str:
    """185,000,000.00 of an English workbook, and 185.000.000,00 of ours, are whole đồng."""
    if re.fullmatch(r"[0-9]{1,3}(,[0-9]{3})+\.0+", typed):
        typed = typed.partition(".")[0]
    if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{3})+,0+", typed):
        typed = typed.partition(",")[0]
    return typed


def _read_quantity(typed: str) -> str:
    body = typed.replace(" ", "")
    if _COUNT.fullmatch(body):
        grouped = re.fullmatch(r"([1-9][0-9]{0,2})[.,]([0-9]{3})", body)
        if "," in body and grouped:
            raise ValueError(
                _("{text} là {small} hay {large}? Viết lại cho rõ.").format(
                    text=body, small=body.rstrip("0").rstrip(","), large=body.replace(",", ".")
                )
            )
        return body.replace(",", ".")
    found = _FRACTION.fullmatch(body)
    if not found:
        raise ValueError(_("không phải số, ví dụ 2 hoặc 2,5."))
    fraction = found[2].rstrip("0")
    if len(fraction) > 3:
        raise ValueError(_("tối đa ba chữ số sau dấu phẩy."))
    return found[1] + (f",{fraction}" if fraction else "")
