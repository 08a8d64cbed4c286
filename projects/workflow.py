"""THE table: which verb leads from where to where, what it asks for and what it brings about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext_lazy

from khuyencong.core.refusals import Fault
from projects import act_guards, amount_input, site_guards
from projects.act import Act
from projects.effects import execution, review, sites, submission
from projects.models import Proposal, Track
from projects.panels import result as panels_result

S, T = Proposal.Status, Track.Status
Guard = Callable[[Act], Iterator[Fault]]
Need = Literal[
    *("reason", "document", "file", "amounts", "amount", "due_on"),
    *("verdict", "line_id", "how", "sites", "shares", "points", "assignee"),
]


@dataclass(frozen=True)
class Transition:
    """One row of the table. ``target`` None: the effect moves the status, or it is derived."""

    verb: str
    label: Any
    on: Literal["proposal", "track"]
    sources: tuple[str, ...]
    target: str | None
    effect: Callable[[Act], None]
    guards: tuple[Guard, ...] = ()
    needs: tuple[Need, ...] = ()
    tone: Literal["main", "plain", "bad"] = "plain"


RUNNING = (S.CONTRACTED, S.IN_PROGRESS, S.ACCEPTED, S.LIQUIDATED)
TABLE: dict[str, Transition] = {
    row.verb: row
    for row in (
        Transition("submit", gettext_lazy("Trình thẩm định"), "proposal", (S.DRAFT, S.RETURNED), None,
                   submission.submit, (act_guards.dossier_complete, act_guards.within_norms), tone="main"),
        Transition("take_back", gettext_lazy("Lấy lại"), "proposal",
                   (S.SUBMITTED, S.IN_REVIEW, S.RETURNED), None, submission.take_back),
        Transition("withdraw", gettext_lazy("Rút hồ sơ"), "proposal",
                   (S.SUBMITTED, S.IN_REVIEW, S.RETURNED, S.PARTLY_APPROVED), None,
                   submission.withdraw, (act_guards.reason_given, act_guards.nothing_approved), ("reason",), "bad"),
        Transition("replan", gettext_lazy("Xử lý phần vốn không được duyệt"), "proposal",
                   (S.PARTLY_APPROVED,), None, submission.replan, (act_guards.replan_chosen,), ("how", "reason")),
        Transition("pass", gettext_lazy("Đồng ý, chuyển tiếp"), "track", (T.IN_STEP,), None,
                   review.propose_or_pass,
                   (amount_input.faults, act_guards.document_right_if_given, act_guards.within_norms,
                    act_guards.remarks_resolved, act_guards.criteria_met, panels_result.faults),
                   ("amounts", "shares", "reason", "document"), "main"),
        Transition("conclude", gettext_lazy("Kết luận theo đề xuất"), "track", (T.IN_STEP,), None,
                   review.conclude,
                   (amount_input.faults, act_guards.document_right_if_given, act_guards.within_norms,
                    act_guards.remarks_resolved, act_guards.criteria_met, panels_result.faults),
                   ("amounts", "shares", "reason", "document"), "main"),
        Transition("approve", gettext_lazy("Phê duyệt"), "track", (T.IN_STEP,), None,
                   review.approve,
                   (amount_input.faults, act_guards.document_given, act_guards.within_norms,
                    act_guards.remarks_resolved, act_guards.decision_still_holds),
                   ("amounts", "shares", "document", "reason"), "main"),
        Transition("return", gettext_lazy("Trả lại bổ sung"), "track", (T.IN_STEP,), None,
                   review.send_back,
                   (act_guards.reason_given, act_guards.return_points_right, act_guards.document_right_if_given),
                   ("points", "reason", "due_on", "document")),
        Transition("assign", gettext_lazy("Giao thẩm định"), "track", (T.IN_STEP, T.APPROVED), None,
                   review.assign, (act_guards.assignee_right,), ("assignee",)),
        Transition("clear", gettext_lazy("Thẩm định phân bổ dự toán"), "track", (T.APPROVED,), None,
                   review.clear, (act_guards.document_right_if_given,), ("reason", "document"), "main"),
        Transition("reopen", gettext_lazy("Xem xét lại theo văn bản mới"), "track", (T.REFUSED, T.APPROVED), None,
                   review.reopen, (act_guards.reason_given, act_guards.new_paper_reopens),
                   ("reason", "document", "file"), "bad"),
        Transition("refuse", gettext_lazy("Từ chối"), "track", (T.IN_STEP,), None,
                   review.refuse, (act_guards.reason_given, act_guards.decision_has_document), ("reason", "document"), "bad"),
        Transition("record_decision", gettext_lazy("Ghi nhận văn bản của cơ quan ngoài"), "track",
                   (T.IN_STEP, T.APPROVED), None, review.record,
                   (act_guards.recorded_paper_right, act_guards.within_norms, act_guards.decision_still_holds),
                   ("verdict", "amounts", "shares", "points", "due_on", "document", "file", "reason"), "main"),
        Transition("commit_year", gettext_lazy("Cam kết năm được giao dự toán"), "proposal",
                   (S.APPROVED, *RUNNING), None, execution.commit_year),
        Transition("list_sites", gettext_lazy("Trình danh sách cơ sở"), "proposal", sites.WHILE, None,
                   sites.list_sites, (site_guards.list_paper_given, site_guards.sites_right),
                   ("sites", "document", "reason"), "main"),
        Transition("confirm_sites", gettext_lazy("Xác nhận danh sách cơ sở"), "proposal", sites.WHILE, None,
                   sites.confirm_sites, (site_guards.answer_given, site_guards.sites_still_right), ("document", "reason"), "main"),
        Transition("return_sites", gettext_lazy("Trả lại danh sách cơ sở"), "proposal", sites.WHILE, None,
                   sites.return_sites, (act_guards.reason_given,), ("reason",)),
        Transition("sign", gettext_lazy("Nhập hợp đồng"), "proposal", (S.APPROVED,), S.CONTRACTED,
                   execution.sign, (act_guards.document_given,), ("document", "amount"), "main"),
        Transition("start", gettext_lazy("Bắt đầu thực hiện"), "proposal", (S.CONTRACTED,), S.IN_PROGRESS,
                   execution.start, tone="main"),
        Transition("disburse", gettext_lazy("Tạm ứng, thanh toán"), "proposal", RUNNING, None,
                   execution.disburse, (act_guards.document_given, act_guards.allotment_cleared), ("line_id", "amount", "document")),
        Transition("accept", gettext_lazy("Nghiệm thu đạt"), "proposal", (S.IN_PROGRESS,), S.ACCEPTED,
                   execution.accept, (act_guards.document_given,), ("document", "amount"), "main"),
        Transition("liquidate", gettext_lazy("Thanh lý hợp đồng"), "proposal", (S.ACCEPTED,), S.LIQUIDATED,
                   execution.liquidate, (act_guards.document_given,), ("document",), "main"),
        Transition("settle", gettext_lazy("Quyết toán"), "proposal", (S.LIQUIDATED,), S.SETTLED,
                   execution.settle, (act_guards.document_given,), ("document",), "main"),
        Transition("suspend", gettext_lazy("Tạm dừng"), "proposal", (S.APPROVED, S.CONTRACTED, S.IN_PROGRESS),
                   S.SUSPENDED, execution.suspend, (act_guards.reason_given,), ("reason",), "bad"),
        Transition("resume", gettext_lazy("Tiếp tục thực hiện"), "proposal", (S.SUSPENDED,), None,
                   execution.resume, (act_guards.reason_given,), ("reason",)),
        Transition("stop", gettext_lazy("Ngừng thực hiện"), "proposal",
                   (S.APPROVED, S.CONTRACTED, S.IN_PROGRESS, S.SUSPENDED), S.STOPPED,
                   execution.stop, (act_guards.reason_given, act_guards.document_given), ("reason", "document"), "bad"),
    )
}  # fmt: skip
