"""Effects of the verbs after approval: contract, payments, acceptance, settlement, stop."""

from __future__ import annotations

from django.utils.translation import gettext as _

from budgets.ledger import Posting
from budgets.models import LedgerEntry
from khuyencong.core import clock, money, papers
from khuyencong.core.models import LegalDocument
from khuyencong.core.refusals import Fault, NotNow, Refused
from projects import tracks
from projects.act import Act
from projects.effects.commitment import commitments, committed_on, paid_on, release
from projects.models import (
    Acceptance,
    Contract,
    Disbursement,
    FundingLine,
    Proposal,
    Review,
    Settlement,
)

Status = Proposal.Status


def _register(act: Act, kind: str) -> None:
    if act.paper:
        act.document = papers.register(
            act.paper,
            kind=kind,
            issuer=act.by.organisation,
            province=act.proposal.province,
            illustration=act.proposal.programme.is_illustration,
        )


def _unique(act: Act, rows: object) -> None:
    if rows.filter(document=act.document).exists():
        raise Refused(
            Fault(
                _("Số {number} đã dùng cho một hồ sơ khác trong năm.").format(
                    number=act.document.number
                ),
                "document_number",
            )
        )


def _state_lines(act: Act) -> list[FundingLine]:
    return [line for line in act.proposal.funding_lines.all() if line.cell_id]


def _committed(act: Act) -> int:
    return sum(committed_on(line) for line in _state_lines(act))


def _amount(act: Act, default: int) -> int:
    """The amount entered, in đồng; the default when none was."""
    amount = act.data.get("amount")
    if amount is None:
        return default
    if isinstance(amount, bool) or not isinstance(amount, int) or not 0 < amount <= money.MAX:
        raise Refused(Fault(_("Số tiền phải là số đồng nguyên, lớn hơn 0."), "amount"))
    return amount


def sign(act: Act) -> None:
    """Ký hợp đồng: the state's share of all approved years; money moves only as it is committed."""
    if not _committed(act):
        raise NotNow(_("Chưa cam kết khoản nào: các năm của đề án chưa được giao dự toán."))
    approved = sum(line.approved or 0 for line in _state_lines(act))
    amount = _amount(act, approved)
    if amount > approved:
        raise Refused(
            Fault(
                _(
                    "Giá trị hợp đồng {amount} vượt ngân sách hỗ trợ được duyệt "
                    "{approved} triệu đồng."
                ).format(amount=money.format_trieu(amount), approved=money.format_trieu(approved)),
                "amount",
            )
        )
    _register(act, LegalDocument.Kind.CONTRACT)
    _unique(act, Contract.objects.all())
    Contract.objects.create(
        proposal=act.proposal,
        document=act.document,
        amount=amount,
        ends_on=act.proposal.ends_on,
        created_by=act.by,
    )
    act.changes["amount"] = amount


def start(act: Act) -> None:
    """Bắt đầu thực hiện."""


def disburse(act: Act) -> None:
    """Tạm ứng, thanh toán: at most what the line has committed and not yet paid."""
    line = next((line for line in _state_lines(act) if line.pk == act.data.get("line_id")), None)
    if line is None:
        raise Refused(Fault(_("Chọn nguồn và năm để chi."), "line_id"))
    amount = _amount(act, 0)
    left = committed_on(line) - paid_on(line)
    if amount <= 0:
        raise Refused(Fault(_("Nhập số tiền chi, lớn hơn 0."), "amount"))
    contracted = sum(contract.amount for contract in act.proposal.contracts.all())
    paid = sum(paid_on(other) for other in _state_lines(act))
    left = min(left, contracted - paid)
    accepted = [row.amount for row in act.proposal.acceptances.all()]
    if accepted:
        left = min(left, sum(accepted) - paid)
    if amount > left:
        raise Refused(
            Fault(
                _("Chỉ còn được chi {left} triệu đồng theo cam kết và hợp đồng.").format(
                    left=money.format_exact(left)
                ),
                "amount",
            )
        )
    _register(act, LegalDocument.Kind.VOUCHER)
    _unique(act, line.disbursements.all())
    kind = act.data.get("kind") or Disbursement.Kind.ADVANCE
    act.postings.append(
        Posting(
            cell=line.cell,
            kind=LedgerEntry.Kind.DISBURSE,
            amount=amount,
            reference=act.proposal.code,
            document=act.document,
            effective_on=act.effective_on,
            owner=Disbursement(line=line, kind=kind, document=act.document, created_by=act.by),
        )
    )
    act.note(
        amount=amount,
        year=line.year,
        source=line.source.code,
        source_name=line.source.name,
        payment=kind,
    )


def commit_year(act: Act) -> None:
    """Cam kết các năm đã phê duyệt, khi dự toán năm đó được giao."""
    lines = [
        line
        for line in _state_lines(act)
        if line.approved and line.cell.allotted > 0 and not line.commitments.exists()
    ]
    if not lines:
        raise NotNow(_("Không có năm nào đã được giao dự toán mà chưa cam kết."))
    act.postings += commitments(act, lines)
    act.note(amount=sum(line.approved for line in lines), years=[line.year for line in lines])


def accept(act: Act) -> None:
    """Nghiệm thu đạt: the support recognised, at most the contract."""
    contracted = sum(contract.amount for contract in act.proposal.contracts.all())
    amount = _amount(act, contracted)
    if amount > contracted:
        raise Refused(
            Fault(
                _(
                    "Kinh phí nghiệm thu {amount} vượt giá trị hợp đồng {contracted} triệu đồng."
                ).format(
                    amount=money.format_exact(amount), contracted=money.format_exact(contracted)
                ),
                "amount",
            )
        )
    paid = sum(paid_on(line) for line in _state_lines(act))
    if amount < paid:
        raise Refused(
            Fault(
                _(
                    "Đã chi {paid} triệu đồng, nghiệm thu {accepted}: "
                    "thu hồi phần chênh trước khi quyết toán."
                ).format(paid=money.format_exact(paid), accepted=money.format_exact(amount)),
                "amount",
            )
        )
    _register(act, LegalDocument.Kind.MINUTES)
    _unique(act, Acceptance.objects.all())
    Acceptance.objects.create(
        proposal=act.proposal, document=act.document, passed=True, amount=amount, created_by=act.by
    )
    act.changes["amount"] = amount


def liquidate(act: Act) -> None:
    """Thanh lý hợp đồng."""
    _register(act, LegalDocument.Kind.MINUTES)


def settle(act: Act) -> None:
    """Quyết toán: what was paid is final, what is left is released; then the dossier is closed."""
    _register(act, LegalDocument.Kind.REPORT)
    accepted = sum(row.amount for row in act.proposal.acceptances.all())
    paid = {line.pk: paid_on(line) for line in _state_lines(act)}
    if sum(paid.values()) > accepted:
        raise Refused(
            _(
                "Đã chi {paid} triệu đồng, nghiệm thu {accepted}: "
                "thu hồi phần chênh trước khi quyết toán."
            ).format(
                paid=money.format_exact(sum(paid.values())), accepted=money.format_exact(accepted)
            )
        )
    act.postings += release(act, _state_lines(act), keep_paid=True)
    for line in _state_lines(act):
        if not line.approved:
            continue
        settlement = Settlement(
            line=line, document=act.document, amount=paid[line.pk], created_by=act.by
        )
        if paid[line.pk]:
            act.postings.append(
                Posting(
                    cell=line.cell,
                    kind=LedgerEntry.Kind.SETTLE,
                    amount=paid[line.pk],
                    reference=act.proposal.code,
                    document=act.document,
                    effective_on=act.effective_on,
                    owner=settlement,
                )
            )
        else:
            settlement.save()
    act.changes["amount"] = sum(paid.values())


def suspend(act: Act) -> None:
    """Tạm dừng: remembers where to go on."""
    act.proposal.suspended_from = act.proposal.status
    act.proposal.save(update_fields=["suspended_from"])
    for review in _allotment_reviews(act):
        review.paused_at = clock.now()
        review.save(update_fields=["paused_at"])


def resume(act: Act) -> None:
    """Tiếp tục: back to the status the proposal was suspended from."""
    act.move(act.proposal.suspended_from)
    for review in _allotment_reviews(act):
        tracks.run_on(review, act.proposal)


def _allotment_reviews(act: Act) -> list[Review]:
    """Open appraisals of the detailed allotment: their clock stands while the dossier does."""
    live = tracks.current(tracks.at_work(act.proposal))
    return [review for track in live if (review := tracks.allotment_review(track))]


def stop(act: Act) -> None:
    """Ngừng thực hiện: what was not paid is released."""
    if act.paper:
        _register(act, LegalDocument.Kind.DECISION)
    act.postings += release(act, _state_lines(act), keep_paid=True)
    for review in _allotment_reviews(act):
        tracks.close(review, Review.Verdict.CANCELLED)
