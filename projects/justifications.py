"""The written reason beside a warning: who writes it, what it must say, and where it is kept."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from khuyencong.core import permissions
from khuyencong.core.models import User
from khuyencong.core.refusals import Fault, NotAllowed, Refused
from projects.models import Justification, Proposal

REASON_MAX = 4000


@dataclass(frozen=True)
class Written:
    """One answer, under the check and the subject it is for. All empty takes it back."""

    check_code: str
    subject: str
    reason: str = ""
    document_number: str = ""
    document_date: datetime.date | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.reason or self.document_number or self.document_date)


def faults(answer: Written) -> Iterator[Fault]:
    """A warning passes with a reason and the number of the paper that it rests on."""
    if answer.is_empty:
        return
    if not answer.reason:
        yield Fault(_("Ghi lý do cho cảnh báo này."), "reason")
    if len(answer.reason) > REASON_MAX:
        yield Fault(_("Lý do dài quá {n} ký tự. Viết gọn lại.").format(n=REASON_MAX), "reason")
    if not answer.document_number:
        yield Fault(_("Ghi số văn bản làm căn cứ, ví dụ 12/SCT-QLCN."), "document_number")


def save(proposal: Proposal, answers: list[Written], *, by: User) -> None:
    """Keep every answer or none. Raises ``NotAllowed``, or ``Refused`` with every fault."""
    reason = permissions.refusal(by, "projects.proposal.edit", proposal)
    if reason:
        raise NotAllowed(reason)
    found = [fault for answer in answers for fault in faults(answer)]
    if found:
        raise Refused(found)
    with transaction.atomic():
        for answer in answers:
            key = {"check_code": answer.check_code, "subject": answer.subject}
            if answer.is_empty:
                proposal.justifications.filter(**key).delete()
                continue
            said = {
                "reason": answer.reason,
                "document_number": answer.document_number,
                "document_date": answer.document_date,
            }
            kept = proposal.justifications.filter(**key).first()
            # Whoever wrote it stays named until the words themselves change.
            if kept is None or any(getattr(kept, name) != value for name, value in said.items()):
                Justification.objects.update_or_create(
                    proposal=proposal, **key, defaults={**said, "written_by": by}
                )
