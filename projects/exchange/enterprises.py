"""Establishments from a workbook: judged by the register's own rules, written in one go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from khuyencong.core import clock
from khuyencong.core.refusals import Refused
from projects import register, register_many
from projects.exchange import lists
from projects.exchange.columns import (
    CHOICE,
    MONEY,
    TEXT,
    WHOLE,
    YES,
    Column,
    SheetPlan,
    plain,
)
from projects.exchange.intake import Found, Read
from projects.exchange.kind import Kind, Tell, as_read, in_parts, refused_at
from projects.models import CraftVillage, Enterprise, EnterpriseIdentifier, ImportRow
from projects.models.identifier import kind_of, normalised
from projects.models.naming import bare

Identifier = EnterpriseIdentifier.Kind
_LISTS: Final = ("place", "sector_group", "industry", "craft_village")
# Columns of numbers: what each may hold.
_NUMBERS: Final = {
    "tax": (Identifier.TAX10, Identifier.TAX13),
    "personal": (Identifier.PERSONAL12,),
    "licence": (Identifier.LICENCE,),
}
# Of the prefix that no province has: the example is nobody's number.
EXAMPLE_TAX: Final = "9999999997"
# What is no attribute of the record itself.
_OWN: Final = frozenset({*_NUMBERS, "another"})
_AT_ONCE: Final = 500
_HIDDEN: Final = "•••• ••••"


class Enterprises(Kind):
    """Sổ cơ sở công nghiệp nông thôn."""

    rule = "projects.import.enterprises"
    # A licence may bear its owner's own number.
    forgets = frozenset({"personal", "licence"})

    @cached_property
    def lists(self) -> dict[str, dict[int, Any]]:
        villages = CraftVillage.objects.filter(province=self.province_id)
        return {
            "place": lists.communes(self.province_id),
            "sector_group": lists.sectors(),
            "industry": lists.industry_codes(),
            "craft_village": {row.pk: row for row in villages},
        }

    @cached_property
    def _plans(self) -> list[SheetPlan]:
        return [SheetPlan(gettext_lazy("Cơ sở"), self._columns())]

    def plans(self) -> Sequence[SheetPlan]:
        return self._plans

    def _columns(self) -> list[Column]:
        def column(name: str, kind: str = TEXT, **more: Any) -> Column:
            field = Enterprise._meta.get_field(name)
            label = str(field.verbose_name)
            if kind not in (CHOICE, YES):
                more.setdefault("check", lists.field_check(Enterprise, name))
            return Column(name, label[:1].upper() + label[1:], kind, **more)

        return [
            column("name", required=True, width=34, example="Hộ kinh doanh chè Mẫu"),
            column(
                "kind",
                CHOICE,
                required=True,
                choices=lists.labelled(Enterprise.Kind.choices),
                example=str(Enterprise.Kind.HOUSEHOLD.label),
            ),
            Column(
                "tax",
                gettext_lazy("Mã số thuế"),
                note=gettext_lazy("10 số, hoặc 13 số của chi nhánh. Không có thì để trống."),
                example=EXAMPLE_TAX,
            ),
            Column(
                "personal",
                gettext_lazy("Số định danh cá nhân"),
                note=gettext_lazy("12 số của chủ hộ, cá nhân; chỉ ghi khi không có mã số thuế."),
            ),
            Column("licence", gettext_lazy("Số giấy đăng ký hộ kinh doanh")),
            column(
                "place",
                CHOICE,
                choices=lists.place_choices(self.lists["place"]),
                note=gettext_lazy("Xã, phường hiện nay. Chọn trong danh sách."),
                also=("xã, phường", "xã"),
                width=22,
            ),
            column("address", width=28),
            column("representative", width=22),
            column("phone", note=gettext_lazy("Giữ số 0 ở đầu: cột này là chữ.")),
            column("sector", width=26, example="Chế biến chè"),
            column(
                "sector_group",
                CHOICE,
                choices=lists.by_name(self.lists["sector_group"]),
                width=30,
            ),
            column(
                "industry",
                CHOICE,
                choices=lists.industry_choices(self.lists["industry"]),
                note=gettext_lazy("Gõ mã, ví dụ 1076, hoặc chọn trong danh sách."),
                width=26,
            ),
            column("craft_village", CHOICE, choices=lists.by_name(self.lists["craft_village"])),
            column("workers", WHOLE, example=12),
            column("workers_female", WHOLE, example=7),
            column("workers_minority", WHOLE, example=9),
            column("capital", MONEY, note=_money_note(), example=2_000_000_000, width=18),
            column("revenue", MONEY, note=_money_note(), example=800_000_000, width=18),
            column("revenue_year", WHOLE, example=clock.today().year - 1),
            *(
                column(name, YES, note=gettext_lazy("Ghi «có» hoặc để trống."))
                for name in (
                    "owner_is_woman",
                    "owner_is_minority",
                    "uses_local_material",
                    "is_exporter",
                    "has_typical_product",
                )
            ),
            Column(
                "another",
                gettext_lazy("Vẫn thêm dù trùng tên"),
                YES,
                note=gettext_lazy(
                    "Dòng trùng tên và địa bàn với cơ sở đã có được bỏ qua. Ghi «có» nếu đây là "
                    "một cơ sở khác."
                ),
            ),
        ]

    # --- judging -------------------------------------------------------------------------------

    def judge(self, found: Sequence[Found]) -> list[Read]:
        rows = list(found[0].rows())
        for row in rows:
            self._numbers(row)
            self._whole(row)
        self._known_numbers(rows)
        self._known_names(rows)
        return rows

    def _numbers(self, row: Read) -> None:
        """Each number as it is stored; a person's own is shown by its last digits from here on."""
        for code, kinds in _NUMBERS.items():
            typed = row.values.get(code)
            # Before anything is judged: a faulty number is a person's number all the same.
            if shown := row.typed.get(code):
                row.typed[code] = _masked(code, shown)
            if not typed:
                continue
            if _HIDDEN in typed:
                row.fault(code, _("số đã được che bớt; gõ lại đủ các chữ số"))
                row.values.pop(code)
                continue
            kind = kind_of(typed) if len(kinds) > 1 else str(kinds[0])
            try:
                value = normalised(kind if kind in kinds else kinds[0], typed)
                number = EnterpriseIdentifier(kind=kind, value=value)
                number.clean_fields(exclude=["enterprise"])
            except ValidationError as error:
                row.fault(
                    code,
                    _("có {n} ký tự. {why}").format(n=len(typed), why=" ".join(error.messages)),
                )
                row.values.pop(code)
                continue
            if code == "tax" and value == EXAMPLE_TAX:
                row.fault(
                    code, _("là số của dòng ví dụ; ghi mã số thuế thật, không có thì để trống")
                )
                row.values.pop(code)
                continue
            row.values[code] = value
            if number.looks_mistyped:
                row.notes[code] = _("không khớp số kiểm tra; vẫn nhận, nên đối chiếu giấy tờ")

    def _whole(self, row: Read) -> None:
        """Rules between the fields of one record: the model's own."""
        made = self._made({name: plain(value) for name, value in row.values.items()})
        try:
            made.clean()
        except ValidationError as error:
            for name, messages in error.message_dict.items():
                if not row.has_fault(name):
                    row.fault(name if name in row.typed else "name", " ".join(messages))

    def _known_numbers(self, rows: list[Read]) -> None:
        seen: dict[tuple[str, str], int] = {}
        asked: dict[tuple[str, str], list[tuple[Read, str]]] = {}
        for row in rows:
            for code, number in self._numbered(row.values):
                first = seen.setdefault(number, row.number)
                if first != row.number:
                    row.fault(code, _("trùng với dòng {n}").format(n=first))
                else:
                    asked.setdefault(number, []).append((row, code))
        for part in in_parts(list(asked), _AT_ONCE):
            held = EnterpriseIdentifier.objects.filter(
                value__in={value for _kind, value in part}, valid_to=None
            ).select_related("enterprise")
            for one in held:
                for row, code in asked.get((one.kind, one.value), ()):
                    self._is_known(row, code, one.enterprise)

    def _is_known(self, row: Read, code: str, other: Enterprise) -> None:
        if other.province_id != self.province_id:
            row.fault(code, _("đang thuộc một cơ sở của tỉnh khác"))
            return
        row.action = "same"
        said = _("đã có trong sổ: «{name}» ({code}); dòng này được bỏ qua")
        if bare(row.values.get("name", ""))[:200] != other.name_bare:
            said = _(
                "số này trong sổ là của «{name}» ({code}), khác tên ở dòng này; dòng này được bỏ "
                "qua, hãy đối chiếu lại số và tên"
            )
        row.notes[code] = said.format(name=other.name, code=other.code)

    def _known_names(self, rows: list[Read]) -> None:
        """A name says something only where the places may be the same (see ``duplicates``)."""
        by_name: dict[str, list[Read]] = {}
        for row in rows:
            if row.action == "create" and row.values.get("name") and not row.values.get("another"):
                by_name.setdefault(bare(row.values["name"])[:200], []).append(row)
        for alike in by_name.values():
            for index, row in enumerate(alike):
                first = next((o for o in alike[:index] if _near(o, row.values.get("place"))), None)
                if first is not None:
                    row.fault("name", _("trùng tên và địa bàn với dòng {n}").format(n=first.number))
        for part in in_parts(list(by_name), _AT_ONCE):
            held = Enterprise.objects.filter(
                province=self.province_id, merged_into=None, name_bare__in=part
            )
            for one in held:
                for row in by_name.get(one.name_bare, ()):
                    if row.action == "create" and _near(row, one.place_id):
                        self._is_known(row, "name", one)

    # --- writing -------------------------------------------------------------------------------

    def write(self, rows: Iterable[ImportRow], tell: Tell) -> dict[int, int]:
        """Each new establishment with its numbers, some hundreds at a time."""
        new = [row for row in rows if row.action == "create"]
        self._refuse_known(new)
        written: dict[int, int] = {}
        for part in in_parts(new, _AT_ONCE):
            tell(len(written) * 100 // len(new))
            entered = [
                (
                    self._made(row.values),
                    [
                        register.Number(kind, value)
                        for _code, (kind, value) in self._numbered(row.values)
                    ],
                )
                for row in part
            ]
            try:
                made = register_many.create(entered, by=self.user)
            except register_many.RefusedAt as refused:
                raise refused_at(part[refused.at], refused) from refused
            written |= {row.pk: one.pk for row, one in zip(part, made, strict=True)}
        return written

    def _refuse_known(self, rows: Sequence[ImportRow]) -> None:
        """Nobody entered them since the preview, by hand or with the same workbook."""
        again = [as_read(row) for row in rows]
        self._known_names(again)
        for row, read in zip(rows, again, strict=True):
            if read.action == "same":
                raise refused_at(row, Refused(f"{read.notes['name']}."))

    def _made(self, values: dict[str, Any]) -> Enterprise:
        made = Enterprise(province_id=self.province_id)
        for name, value in values.items():
            if name in _OWN:
                continue
            if name in _LISTS:
                setattr(made, name, self.lists[name].get(value))
            else:
                setattr(made, name, value)
        return made

    def _numbered(self, values: dict[str, Any]) -> list[tuple[str, tuple[str, str]]]:
        """Column and (kind, value) of each number of a row."""
        found = []
        for code, kinds in _NUMBERS.items():
            if value := values.get(code):
                kind = kind_of(value) if len(kinds) > 1 else str(kinds[0])
                found.append((code, (kind, value)))
        return found


def _masked(code: str, typed: str) -> str:
    """A number as the preview keeps it: of what may be a person's own the last four signs only."""
    if code != "personal":
        may_be_own = EnterpriseIdentifier(kind=Identifier.LICENCE, value=typed).is_personal
        if not may_be_own:
            return typed
    return f"{_HIDDEN} {typed[-4:]}"


def _near(row: Read, place_id: int | None) -> bool:
    mine = row.values.get("place")
    return mine is None or place_id is None or mine == place_id


def _money_note() -> str:
    return gettext_lazy("Số đồng, ví dụ 300000000; cũng nhận «300 triệu», «0,3 tỷ».")
