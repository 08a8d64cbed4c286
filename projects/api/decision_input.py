"""What a program sends to enter one decision over many dossiers, and how it is entered once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from khuyencong.core.models import User
from khuyencong.core.refusals import Fault, Refused
from khuyencong.core.serializers import Choice, Dong, InputSerializer, Text, WholeNumber, YesNo
from projects import deciding
from projects.api.transitions import RENAMED
from projects.api.verb_input import DocumentInput, paper_of
from projects.deciding import Line
from projects.models import Decision, DecisionOrder, FundingLine, Proposal, Review


class YearAmountInput(InputSerializer):
    year = WholeNumber(min_value=1900, max_value=9999)
    amount = Dong(help_text=gettext_lazy("đồng"))


class DecisionLineInput(InputSerializer):
    proposal = Text(max_length=40, help_text=gettext_lazy("mã đề án"))
    amounts = serializers.ListField(
        child=YearAmountInput(),
        required=False,
        max_length=20,
        help_text=gettext_lazy("số tiền phê duyệt từng năm; bỏ trống: bằng mức thẩm định"),
        error_messages={"not_a_list": gettext_lazy("Phải là một danh sách.")},
    )


class DecisionInput(InputSerializer):
    document = DocumentInput()
    source = Text(max_length=20, help_text=gettext_lazy("nguồn kinh phí của mọi dòng"))
    verdict = Choice(
        required=False,
        default=Review.Verdict.APPROVE.value,
        choices=[(Review.Verdict.APPROVE.value, Review.Verdict.APPROVE.label)],
    )
    allots = YesNo(
        required=False,
        default=False,
        help_text=gettext_lazy("quyết định này đồng thời giao dự toán"),
    )
    reason = Text(max_length=4000, required=False, allow_blank=True, default="")
    lines = serializers.ListField(
        child=DecisionLineInput(),
        min_length=1,
        max_length=deciding.MOST,
        error_messages={
            "not_a_list": gettext_lazy("Phải là một danh sách."),
            "min_length": gettext_lazy("Cần ít nhất một đề án."),
            "max_length": gettext_lazy("Một quyết định nhập tối đa {max_length} đề án."),
        },
    )


def enter(given: dict[str, Any], by: User, key: str = "") -> tuple[Decision, bool]:
    """The decision, and whether it was made now. With a ``key`` the same request makes it once."""
    if not key:
        return _decide(given, by), True
    asked = {
        "ordered_by": by,
        "key": hashlib.sha256(key.encode()).hexdigest(),
    }
    body = hashlib.sha256(
        json.dumps(given, sort_keys=True, default=str, ensure_ascii=False).encode()
    ).hexdigest()
    try:
        with transaction.atomic():
            # A second request with this key waits here until the first one has ended.
            order = DecisionOrder.objects.create(body=body, **asked)
            order.decision = _decide(given, by)
            order.save(update_fields=["decision"])
            return order.decision, True
    except IntegrityError:
        known = DecisionOrder.objects.filter(**asked).select_related("decision").first()
        if known is None:
            raise
    if known.body != body:
        said = _("Khóa Idempotency-Key này đã dùng cho một yêu cầu khác.")
        raise Refused(Fault(said, "Idempotency-Key"))
    return known.decision, False


def _decide(given: dict[str, Any], by: User) -> Decision:
    """One decision, all of it or nothing; each fault names the line it is about."""
    rows, places = _lines(given, by)
    paper = None
    try:
        with transaction.atomic():
            paper = paper_of(given, by)
            return deciding.decide(
                rows, by=by, paper=paper, allots=given["allots"], reason=given["reason"]
            )
    except Exception as error:
        if paper and paper.file:
            # The row went with the transaction; its bytes must not stay behind.
            paper.file.content.delete(save=False)
        if isinstance(error, Refused):
            error.faults = list(dict.fromkeys(_named(fault, places) for fault in error.faults))
        raise


def _lines(given: dict[str, Any], by: User) -> tuple[list[Line], dict[str, str]]:
    """Lines as the verb takes them, and «<proposal id>:<its field>» → the name that was sent."""
    sent: Sequence[dict[str, Any]] = given["lines"]
    codes = {row["proposal"] for row in sent}
    seen = Proposal.objects.visible_to(by).filter(code__in=codes)
    known = {one.code: one for one in seen}
    money: dict[int, dict[int, FundingLine]] = {}
    rows = FundingLine.objects.filter(
        proposal__in=[one.pk for one in known.values()], source__code=given["source"]
    )
    for line in rows:
        money.setdefault(line.proposal_id, {})[line.year] = line
    faults: list[Fault] = []
    found, places = [], {}
    for at, row in enumerate(sent):
        proposal = known.get(row["proposal"])
        if proposal is None:
            said = _("Không có đề án này, hoặc bạn không được xem.")
            faults.append(Fault(said, f"lines.{at}.proposal"))
            continue
        places[f"{proposal.pk}:"] = f"lines.{at}"
        years = money.get(proposal.pk, {})
        amounts = {}
        for place, entry in enumerate(row.get("amounts", [])):
            line = years.get(entry["year"])
            if line is None or line.pk in amounts:
                said = _("Đề án không đề nghị nguồn này năm {year}, hoặc năm ghi hai lần.")
                name = f"lines.{at}.amounts.{place}.year"
                faults.append(Fault(said.format(year=entry["year"]), name))
                continue
            amounts[line.pk] = entry["amount"]
            places[f"{proposal.pk}:amount-{line.pk}"] = f"lines.{at}.amounts.{place}.amount"
        found.append(Line(proposal.pk, given["source"], amounts or None))
    if faults:
        raise Refused(faults)
    return found, places


def _named(fault: Fault, places: dict[str, str]) -> Fault:
    """The name that the program sent, for the input that the page has."""
    field = fault.field
    if field in places:
        return Fault(fault.message, places[field])
    owner, colon, own = field.partition(":")
    if colon and f"{owner}:" in places:
        name = places[f"{owner}:"]
        return Fault(fault.message, f"{name}.amounts" if own.startswith("amount") else name)
    return Fault(fault.message, RENAMED.get(field, field))
