"""Read data files (YAML or JSON) without guessing: what could be read two ways is refused.

A fraction arrives as ``Decimal`` with the digits that were written, a date as text. YAML's octal,
base-60 and «yes/no» readings are off; tags, anchors and keys given twice are faults.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import yaml
from django.utils.translation import gettext as _

from khuyencong.core import text
from khuyencong.core.refusals import Fault, Refused

MAX_BYTES: Final = 2 * 1024 * 1024
_LONGEST_SHOWN: Final = 60
_LONGEST_INT: Final = 30


@dataclass(frozen=True)
class Contents:
    """What a file says, as plain data, and which of its keys were given twice (the first stays)."""

    data: Any
    faults: list[Fault]


def read(path: Path) -> Contents:
    """Raises ``Refused``, with a message a person can act on, where nothing can be read."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _refused(_("Không mở được tệp {path}.").format(path=shown(str(path)))) from error
    if len(raw) > MAX_BYTES:
        raise _refused(_("Tệp lớn hơn 2 MB, không phải tệp dữ liệu."))
    try:
        content = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused(_("Tệp không phải văn bản UTF-8. Lưu lại tệp với mã UTF-8.")) from error
    if "\x00" in content:
        raise _refused(_("Tệp có ký tự hỏng (NUL). Tạo lại tệp rồi nạp."))
    try:
        return _from_json(content) if path.suffix.lower() == ".json" else _from_yaml(content)
    except RecursionError as error:
        raise _refused(_("Tệp có quá nhiều lớp lồng nhau.")) from error


def shown(value: object) -> str:
    """A value of a file as it may be printed in a message: short, on one line, never broken."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if not isinstance(value, str | int | Decimal):
        return "…"
    said = str(value)[: _LONGEST_SHOWN + 1]
    if text.is_broken(said):
        return "…"
    said = text.clean(said)
    return said if len(said) <= _LONGEST_SHOWN else f"{said[:_LONGEST_SHOWN]}…"


def _refused(message: str) -> Refused:
    return Refused(Fault(message, "file"))


def _number(written: str) -> int | Decimal:
    """A whole number as int, but one of absurd length stays a Decimal: int() would refuse it."""
    whole = re.fullmatch("-?[0-9]+", written) and len(written) <= _LONGEST_INT
    return int(written) if whole else Decimal(written)


# --- JSON ----------------------------------------------------------------------------------------


def _from_json(content: str) -> Contents:
    faults: list[Fault] = []

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                faults.append(_twice(key))
            found.setdefault(key, value)
        return found

    try:
        data = json.loads(
            content,
            parse_int=_number,
            parse_float=Decimal,
            parse_constant=str,
            object_pairs_hook=once,
        )
    except json.JSONDecodeError as error:
        raise _refused(
            _("Không đọc được tệp JSON: sai ở dòng {line}, cột {column}.").format(
                line=error.lineno, column=error.colno
            )
        ) from error
    return Contents(data, faults)


def _twice(key: object, line: int | None = None) -> Fault:
    where = _(" (dòng {line})").format(line=line) if line else ""
    said = _("Khóa “{key}” được ghi hai lần{where}.").format(key=shown(key), where=where)
    return Fault(said, shown(key))


# --- YAML ----------------------------------------------------------------------------------------


class _Loader(yaml.SafeLoader):
    """SafeLoader with only null, true/false, whole numbers and decimal fractions as readings."""

    yaml_implicit_resolvers: dict[str, Any] = {}

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self.faults: list[Fault] = []

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()
        line = event.start_mark.line + 1
        if getattr(event, "anchor", None):
            raise _refused(_("Dòng {line}: tệp không được dùng neo (& và *).").format(line=line))
        if getattr(event, "tag", None):
            raise _refused(_("Dòng {line}: tệp không được dùng thẻ YAML (!).").format(line=line))
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise _refused(_("Dòng {line}: tên khóa không hợp lệ.").format(line=line))
            key = self.construct_object(key_node, deep=True)
            if key in found:
                self.faults.append(_twice(key, line))
            found.setdefault(key, self.construct_object(value_node, deep=True))
        return found


def _construct_number(loader: _Loader, node: yaml.ScalarNode) -> int | Decimal:
    return _number(node.value)


for _tag, _form, _first in (
    ("null", r"|~|null|Null|NULL", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"-?[0-9]+", list("-0123456789")),
    ("float", r"-?[0-9]+\.[0-9]+", list("-0123456789")),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_form})\Z"), _first
    )
for _tag in ("int", "float"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_tag}", _construct_number)


def _from_yaml(content: str) -> Contents:
    try:
        loader = _Loader(content)
        return Contents(loader.get_single_data(), loader.faults)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        where = _(": sai ở dòng {line}, cột {column}") if mark else ""
        if mark:
            where = where.format(line=mark.line + 1, column=mark.column + 1)
        raise _refused(_("Không đọc được tệp YAML{where}.").format(where=where)) from error
