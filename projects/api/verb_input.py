"""What a program sends with a verb: the same that the page's form asks for, strictly typed."""

from __future__ import annotations

import base64
import binascii
from typing import Any, Final

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from khuyencong.core import files, filetypes
from khuyencong.core.api import invalid
from khuyencong.core.models import User
from khuyencong.core.papers import Paper
from khuyencong.core.serializers import (
    Choice,
    Day,
    Dong,
    InputSerializer,
    Said,
    Text,
    WholeNumber,
    YesNo,
)
from projects.api.desk_input import PointsField, SharesField, desk_data
from projects.api.site_input import sites_of
from projects.models import Disbursement, Proposal, Review, Track
from projects.site_guards import MOST
from projects.workflow import Transition

LARGEST_ID: Final = 2**63 - 1
# Beside verb and reason, a verb takes what its row of the table asks for.
ALWAYS: Final = frozenset({"verb", "reason"})
ALSO: Final = {"line_id": ("kind",), "verdict": ("allots",), "sites": ("withdraws",)}


class FileInput(InputSerializer):
    name = Text(max_length=200)
    content = Text(help_text=gettext_lazy("nội dung tệp, base64"))


class DocumentInput(InputSerializer):
    number = Text(max_length=60, required=False, allow_blank=True, default="")
    date = Day(required=False, allow_null=True, default=None)
    signer = Text(max_length=120, required=False, allow_blank=True, default="")
    file = FileInput(required=False, help_text=gettext_lazy("bản quét"))


class LineAmountInput(InputSerializer):
    source = Text(max_length=20)
    year = WholeNumber(min_value=1900, max_value=9999)
    amount = Dong()


class SiteInput(InputSerializer):
    enterprise = Text(max_length=40, help_text=gettext_lazy("mã cơ sở, ví dụ CS-41"))
    place = Text(
        max_length=10,
        required=False,
        help_text=gettext_lazy("mã xã, phường hiện nay; bỏ trống: theo địa chỉ cơ sở"),
    )
    support = Dong(help_text=gettext_lazy("hỗ trợ, đồng"))
    counterpart = Dong(help_text=gettext_lazy("đối ứng, đồng"))
    replaces = Text(
        max_length=40, required=False, help_text=gettext_lazy("mã cơ sở đã xác nhận bị thay")
    )


@extend_schema_field(
    {
        "oneOf": [
            {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}},
            {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["source", "year", "amount"],
                    "properties": {
                        "source": {"type": "string"},
                        "year": {"type": "integer"},
                        "amount": {"type": "integer", "minimum": 0},
                    },
                },
            },
        ]
    }
)
class AmountsField(Said, serializers.Field):
    """``{"<funding line id>": đồng}`` or ``[{source, year, amount}]``."""

    default_error_messages = {
        "invalid": gettext_lazy('Phải là {{"<dòng vốn>": <đồng>}} hoặc [{{source, year, amount}}].')
    }

    def to_internal_value(self, data: Any) -> dict[int, int] | list[dict[str, Any]]:
        if isinstance(data, list):
            rows = LineAmountInput(data=data, many=True)
            rows.is_valid(raise_exception=True)
            return rows.validated_data
        if not isinstance(data, dict):
            self.fail("invalid")
        amount, faults, found = Dong(), {}, {}
        for key, value in data.items():
            try:
                found[_line_id(key)] = amount.run_validation(value)
            except serializers.ValidationError as error:
                faults[key[:40]] = error.detail
        if faults:
            raise serializers.ValidationError(faults)
        return found


def _line_id(key: str) -> int:
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        raise serializers.ValidationError(_("Khóa phải là mã số của một dòng vốn."))
    return int(key)


class VerbSerializer(InputSerializer):
    verb = Text(max_length=40, help_text=gettext_lazy("tên thao tác, xem GET cùng địa chỉ"))
    source = Text(
        max_length=20, required=False, help_text=gettext_lazy("chỉ làm với luồng của nguồn này")
    )
    reason = Text(max_length=4000, required=False, allow_blank=True)
    document = DocumentInput(required=False)
    amounts = AmountsField(required=False, help_text=gettext_lazy("số tiền từng dòng vốn, đồng"))
    amount = Dong(required=False, help_text=gettext_lazy("số tiền hợp đồng, chi, nghiệm thu, đồng"))
    line_id = WholeNumber(required=False, min_value=1, max_value=LARGEST_ID)
    kind = Choice(required=False, choices=Disbursement.Kind.choices)
    verdict = Choice(
        required=False,
        choices=[
            (verdict.value, verdict.label)
            for verdict in Review.Verdict
            if verdict not in Review.VOID
        ],
    )
    how = Choice(
        required=False,
        choices=[
            ("less", gettext_lazy("Thực hiện với phần vốn đã duyệt")),
            ("again", gettext_lazy("Trình lại phần vốn không được duyệt")),
        ],
    )
    due_on = Day(required=False)
    shares = SharesField(required=False, help_text=gettext_lazy("số tiền từng dòng dự toán, đồng"))
    points = PointsField(required=False, help_text=gettext_lazy("mục cần bổ sung khi trả lại"))
    assignee = Text(
        max_length=60,
        required=False,
        allow_null=True,
        allow_blank=True,
        help_text=gettext_lazy("tên đăng nhập của người được giao; rỗng: không giao ai"),
    )
    sites = serializers.ListField(
        child=SiteInput(),
        required=False,
        max_length=MOST,
        help_text=gettext_lazy("danh sách cơ sở của đề án nhóm"),
        error_messages={
            "not_a_list": gettext_lazy("Phải là một danh sách."),
            "max_length": gettext_lazy("Một danh sách có tối đa {max_length} cơ sở."),
        },
    )
    withdraws = serializers.ListField(
        child=Text(max_length=40),
        required=False,
        max_length=MOST,
        help_text=gettext_lazy("mã các cơ sở đã xác nhận được rút"),
        error_messages={
            "not_a_list": gettext_lazy("Phải là một danh sách."),
            "max_length": gettext_lazy("Một danh sách có tối đa {max_length} cơ sở."),
        },
    )
    allots = YesNo(required=False, help_text=gettext_lazy("quyết định này đồng thời giao dự toán"))


def refuse_unasked(transition: Transition, given: dict[str, Any], live: list[Track]) -> None:
    """Refuse by name what this verb does not take: nothing sent is dropped in silence."""
    taken = ALWAYS | set(transition.needs)
    taken |= {extra for need, extras in ALSO.items() if need in taken for extra in extras}
    if transition.on == "track":
        taken |= {"source"}
    if transition.verb == "approve":
        taken |= {"allots"}
    faults = {
        name: [_("Thao tác «{verb}» không nhận trường này.").format(verb=transition.label)]
        for name in given
        if name not in taken
    }
    known = [track.source.code for track in live]
    if "source" in given and "source" in taken and given["source"] not in known:
        faults["source"] = [
            _("Đề án chỉ có luồng của nguồn: {codes}.").format(codes=", ".join(known))
        ]
    if faults:
        raise serializers.ValidationError(faults)


def paper_of(given: dict[str, Any], by: User) -> Paper:
    """The paper sent; its scan is stored now, in the transaction of the caller."""
    document = given.get("document") or {}
    upload = document.get("file")
    return Paper(
        number=document.get("number", ""),
        issued_on=document.get("date"),
        signer=document.get("signer", ""),
        file=files.store_upload(_upload(upload), by) if upload else None,
    )


def _upload(given: dict[str, str]) -> SimpleUploadedFile:
    try:
        content = base64.b64decode(given["content"], validate=True)
    except (binascii.Error, ValueError) as error:
        raise invalid("document.file", _("Nội dung tệp phải là base64.")) from error
    upload = SimpleUploadedFile(given["name"], content)
    try:
        upload.recognised = filetypes.check_upload(upload, upload.name, settings.UPLOAD_MAX_BYTES)
    except filetypes.UploadError as error:
        raise invalid("document.file", str(error)) from error
    return upload


def data_of(
    given: dict[str, Any], proposal: Proposal, acting: list[Track], by: User
) -> dict[str, Any]:
    """What ``firing.fire`` takes beside reason and paper; ``acting`` are the tracks of the verb."""
    names = ("amount", "line_id", "kind", "verdict", "how", "due_on", "allots")
    found = {name: given[name] for name in names if name in given}
    if "amounts" in given:
        found["amounts"] = _amounts(given["amounts"], proposal, acting)
    found |= desk_data(given, by)
    if "sites" in given or "withdraws" in given:
        found |= sites_of(given, proposal)
    return found


def _amounts(
    given: dict[int, int] | list[dict[str, Any]], proposal: Proposal, acting: list[Track]
) -> dict[int, int]:
    """Đồng by funding line id: each line once, and of a source this verb decides on."""
    lines = {line.pk: line for line in proposal.funding_lines.all()}
    ids = {(line.source.code, line.year): pk for pk, line in lines.items()}
    if isinstance(given, dict):
        pairs = [(str(pk), pk, amount) for pk, amount in given.items()]
    else:
        pairs = [
            (str(index), ids.get((row["source"], row["year"])), row["amount"])
            for index, row in enumerate(given)
        ]
    found: dict[int, int] = {}
    sources = {track.source_id for track in acting}
    for name, pk, amount in pairs:
        if pk not in lines:
            raise invalid(f"amounts.{name}", _("Đề án không có dòng vốn này."))
        if pk in found:
            raise invalid(f"amounts.{name}", _("Dòng vốn này được ghi hai lần."))
        if sources and lines[pk].source_id not in sources:
            raise invalid(
                f"amounts.{name}",
                _("Thao tác này không quyết định nguồn {source}.").format(
                    source=lines[pk].source.name
                ),
            )
        found[pk] = amount
    return found
