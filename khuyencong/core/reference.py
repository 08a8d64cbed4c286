"""Reference data from files: missing rows are added, empty fields filled, nothing overwritten.

What the portal's own people have corrected stays theirs; where a file says otherwise, it is told.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from khuyencong.core import datafile, places, text
from khuyencong.core.datafile import shown
from khuyencong.core.models import Holiday, Organisation, Place, PlaceChange
from khuyencong.core.refusals import Fault, Refused

DATA: Final = Path(__file__).with_name("data")
Row = dict[str, Any]
Record = TypeVar("Record", bound=models.Model)


@dataclass
class Tally:
    """What loading a file did."""

    added: int = 0
    filled: int = 0
    kept: int = 0
    differing: list[str] = field(default_factory=list)
    verify: str = ""


Loader = Callable[[Row, Tally], None]


def load(path: Path, loaders: Mapping[str, Loader]) -> Tally:
    """Load one file by its ``kind``, all of it or nothing; raises ``Refused``."""
    contents = datafile.read(path)
    if contents.faults:
        raise Refused(contents.faults)
    data = contents.data
    kind = data.get("kind") if isinstance(data, dict) else None
    if not isinstance(kind, str) or kind not in loaders:
        raise Refused(
            _("Tệp danh mục cần dòng kind với một trong các giá trị: {kinds}.").format(
                kinds=", ".join(sorted(loaders))
            )
        )
    tally = Tally(verify=str(data.pop("verify", "")))
    data = {name: value for name, value in data.items() if name not in ("kind", "source")}
    with transaction.atomic():
        loaders[kind](data, tally)
    return tally


def row(
    given: Any,
    what: str,
    required: Iterable[str],
    optional: Iterable[str] = (),
    nested: Iterable[str] = (),
) -> Row:
    """A mapping with exactly these keys; raises ``Refused`` naming every key at fault.

    Only the keys in ``nested`` may hold a list or a mapping.
    """
    if not isinstance(given, dict):
        raise Refused(_("{what}: cần các dòng “khóa: giá trị”.").format(what=what))
    required = {*required, *nested}
    known = {*required, *optional}
    faults = [
        Fault(_("{what}: thiếu {key}.").format(what=what, key=key))
        for key in sorted(required - given.keys())
    ]
    for key, value in given.items():
        if key not in known:
            said = _("{what}: không có khóa {key}.")
        elif isinstance(value, dict | list) and key not in nested:
            said = _("{what}: {key} phải là một giá trị.")
        elif isinstance(value, str) and text.is_broken(value):
            said = _("{what}: {key} có ký tự hỏng.")
        else:
            continue
        faults.append(Fault(said.format(what=what, key=shown(key))))
    if faults:
        raise Refused(faults)
    return given


def rows(given: Any, what: str) -> list[Any]:
    if not isinstance(given, list):
        raise Refused(_("{what}: cần một danh sách.").format(what=what))
    return given


def day(given: Any, what: str) -> datetime.date | None:
    try:
        return None if given is None else datetime.date.fromisoformat(given)
    except (TypeError, ValueError):
        raise Refused(
            _("{what}: ngày {day} không hợp lệ, viết như 2025-07-01.").format(
                what=what, day=shown(given)
            )
        ) from None


def put(model: type[Record], key: Row, fields: Row, tally: Tally) -> tuple[Record, bool]:
    """The row of this key, made if it is missing; and whether it was made."""
    found = model._base_manager.filter(**key).first()
    if found is not None:
        fill(found, fields, tally)
        return found, False
    made = model(**key, **fields)
    _save(made)
    tally.added += 1
    return made, True


def fill(found: models.Model, fields: Row, tally: Tally) -> None:
    """Fill what is empty; what is not empty and differs is only told."""
    filled = False
    for name, value in fields.items():
        stored = getattr(found, name)
        if stored == value or value in (None, ""):
            continue
        if stored in (None, ""):
            setattr(found, name, value)
            filled = True
        else:
            label = found._meta.get_field(name).verbose_name
            tally.differing.append(
                _("{row}: {field} là “{stored}”, tệp ghi “{value}”.").format(
                    row=found, field=label, stored=stored, value=shown(str(value))
                )
            )
    if filled:
        _save(found)
        tally.filled += 1
    else:
        tally.kept += 1


def _save(record: models.Model) -> None:
    # What a query would have to answer is left to the constraints of the database.
    unasked = [each.name for each in record._meta.fields if each.is_relation or not each.editable]
    try:
        record.full_clean(exclude=unasked, validate_unique=False, validate_constraints=False)
        record.save()
    except ValidationError as error:
        name = shown(str(record))
        raise Refused([Fault(f"{name}: {said}") for said in error.messages]) from error
    except IntegrityError as error:
        said = _("{row}: trùng với một dòng khác của danh mục.").format(row=shown(str(record)))
        raise Refused(said) from error


def province_of(code: str) -> Place:
    found = Place.objects.filter(level=Place.Level.PROVINCE, code=code).order_by("pk").last()
    if found is None:
        raise Refused(
            _("Chưa có tỉnh mã {code}: nạp tệp địa giới của tỉnh trước.").format(code=shown(code))
        )
    return found


# --- places --------------------------------------------------------------------------------------


def load_places(data: Row, tally: Tally) -> None:
    """A province before and after a change of its communes: old units, new units, old → new."""
    data = row(data, _("tệp địa giới"), [], nested=["province", "change", "districts", "communes"])
    home = row(data["province"], "province", ["code", "name", "kind", "abbreviation"])
    change = row(data["change"], "change", ["effective_on", "document"])
    effective_on = day(change["effective_on"], "change")
    if effective_on is None:
        raise Refused(_("{what}: thiếu {key}.").format(what="change", key="effective_on"))
    last_day = effective_on - datetime.timedelta(days=1)
    province, _made = put(
        Place,
        {"level": Place.Level.PROVINCE, "code": home["code"], "valid_from": None},
        {name: home[name] for name in ("name", "kind", "abbreviation")},
        tally,
    )
    before = tally.added + tally.filled
    touched = set()
    districts = {}
    for given in rows(data["districts"], "districts"):
        entry = row(given, "districts", ["code", "kind", "name"])
        districts[entry["name"]] = _former(Place.Level.DISTRICT, province, entry, last_day, tally)
    for given in rows(data["communes"], "communes"):
        entry = row(given, "communes", ["code", "kind", "name"], ["kept"], ["from"])
        new, _made = put(
            Place,
            {"level": Place.Level.COMMUNE, "code": entry["code"], "valid_from": effective_on},
            {"kind": entry["kind"], "name": entry["name"], "parent": province},
            tally,
        )
        kind = PlaceChange.Kind.KEPT if entry.get("kept") else PlaceChange.Kind.MERGED
        for part in rows(entry["from"], new.full_name):
            part = row(part, new.full_name, ["kind", "name", "district"], ["code"])
            if part["district"] not in districts:
                raise Refused(
                    _("{what}: không có huyện {district}.").format(
                        what=new.full_name, district=shown(part["district"])
                    )
                )
            home_then = districts[part["district"]]
            old = _former(Place.Level.COMMUNE, home_then, part, last_day, tally)
            put(
                PlaceChange,
                {"old": old, "new": new, "effective_on": effective_on},
                {"kind": kind, "document": change["document"]},
                tally,
            )
            touched |= {old.pk, new.pk}
    if tally.added + tally.filled > before:
        places.changed(touched)


def _former(level: str, parent: Place, entry: Row, last_day: datetime.date, tally: Tally) -> Place:
    """A unit that has ended. Its code may be unknown, so it is known by kind and folded name."""
    key = {"level": level, "parent": parent, "kind": entry["kind"], "valid_from": None}
    key["name_folded"] = text.fold(str(entry["name"]))
    fields = {"name": entry["name"], "code": entry.get("code", ""), "valid_to": last_day}
    return put(Place, key, fields, tally)[0]


# --- organisations -------------------------------------------------------------------------------

_NAMED = ("kind", "name", "short_name", "sign", "legal_ref")


def load_organisations(data: Row, tally: Tally) -> None:
    """Offices. A row may name an earlier one as its parent or successor."""
    data = row(data, _("tệp cơ quan"), [], ["province"], ["organisations"])
    province = province_of(data["province"]) if data.get("province") else None
    for given in rows(data["organisations"], "organisations"):
        entry = row(
            given,
            "organisations",
            ["code", "kind", "name", "short_name"],
            ["sign", "parent", "successor", "legal_ref", "valid_from", "valid_to", "confidence"],
        )
        fields = {name: entry[name] for name in _NAMED if name in entry}
        for name in ("parent", "successor"):
            if entry.get(name):
                fields[name] = _office(entry[name], shown(entry["code"]))
        for name in ("valid_from", "valid_to"):
            fields[name] = day(entry.get(name), shown(entry["code"]))
        put(Organisation, {"code": entry["code"]}, {**fields, "province": province}, tally)


def _office(code: str, what: str) -> Organisation:
    found = Organisation.objects.filter(code=code).first()
    if found is None:
        raise Refused(
            _("{what}: không có cơ quan mã {code} ở các dòng trên.").format(
                what=what, code=shown(code)
            )
        )
    return found


# --- the working calendar ------------------------------------------------------------------------


def load_holidays(data: Row, tally: Tally) -> None:
    """Days off and days worked in their place, of the country or of one province."""
    data = row(data, _("tệp lịch làm việc"), [], ["province"], ["holidays"])
    province = province_of(data["province"]) if data.get("province") else None
    for given in rows(data["holidays"], "holidays"):
        entry = row(given, "holidays", ["day", "name"], ["is_working", "legal_ref", "confidence"])
        on = day(entry["day"], "holidays")
        fields = {name: entry[name] for name in entry if name != "day"}
        put(Holiday, {"day": on, "province": province}, fields, tally)


LOADERS: Final[dict[str, Loader]] = {
    "places": load_places,
    "organisations": load_organisations,
    "holidays": load_holidays,
}
# Kinds that a database of an earlier release may not have: the table that is empty then.
CATALOGUES: Final[dict[str, type[models.Model]]] = {"holidays": Holiday}


def shipped() -> list[Path]:
    """The files of this app in the order in which they rest on each other."""
    found = [path for name in LOADERS for path in sorted((DATA / name).glob("*.yaml"))]
    return [*found, DATA / "holidays.yaml"]
