"""What the columns of a bundle's tables are called, and its codes in words, for who reads CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgets.models import LedgerEntry
from projects.bundles import tables
from projects.models import Proposal, ReviewStep, Track
from projects.workflow import TABLE

HEADINGS: Final = {
    "act": gettext_lazy("Việc được kiểm tra"),
    "action": gettext_lazy("Việc (mã)"),
    "activity_id": gettext_lazy("Khóa nội dung hoạt động"),
    "actor_id": gettext_lazy("Khóa người thực hiện"),
    "actor_name": gettext_lazy("Người thực hiện"),
    "allots": gettext_lazy("Kèm phân bổ dự toán"),
    "amends_id": gettext_lazy("Khóa văn bản được sửa đổi"),
    "amount": gettext_lazy("Số tiền (đồng)"),
    "appraised": gettext_lazy("Thẩm định (đồng)"),
    "approved": gettext_lazy("Phê duyệt (đồng)"),
    "assigned_at": gettext_lazy("Giao lúc"),
    "assigned_by_id": gettext_lazy("Khóa người giao"),
    "assigned_to_id": gettext_lazy("Khóa người được giao"),
    "attempt": gettext_lazy("Lần xem xét"),
    "audit_id": gettext_lazy("Khóa dòng nhật ký"),
    "beneficiary_id": gettext_lazy("Khóa cơ sở thụ hưởng"),
    "cell_id": gettext_lazy("Khóa ô kế hoạch kinh phí"),
    "chain_id": gettext_lazy("Khóa quy trình"),
    "changed_at": gettext_lazy("Đổi lúc"),
    "changes": gettext_lazy("Chi tiết"),
    "check_code": gettext_lazy("Mã kiểm tra"),
    "checked_on": gettext_lazy("Ngày kiểm tra"),
    "confidence": gettext_lazy("Mức đối chiếu"),
    "content": gettext_lazy("Nội dung"),
    "created_at": gettext_lazy("Ghi lúc"),
    "created_by_id": gettext_lazy("Khóa người ghi"),
    "criterion_id": gettext_lazy("Khóa tiêu chí"),
    "criterion_name": gettext_lazy("Tiêu chí"),
    "decided_at": gettext_lazy("Kết luận lúc"),
    "decided_by_id": gettext_lazy("Khóa người kết luận"),
    "decided_by_name": gettext_lazy("Người kết luận"),
    "decision_id": gettext_lazy("Khóa quyết định"),
    "declared_at": gettext_lazy("Khai lúc"),
    "declared_by_id": gettext_lazy("Khóa người khai"),
    "delegation_id": gettext_lazy("Khóa ủy quyền"),
    "document_date": gettext_lazy("Ngày văn bản"),
    "document_id": gettext_lazy("Khóa văn bản"),
    "document_number": gettext_lazy("Số văn bản"),
    "document_text": gettext_lazy("Văn bản"),
    "due_on": gettext_lazy("Hạn xử lý"),
    "effective_from": gettext_lazy("Có hiệu lực từ"),
    "effective_on": gettext_lazy("Ngày hiệu lực"),
    "effective_to": gettext_lazy("Hết hiệu lực"),
    "ends_on": gettext_lazy("Thời hạn"),
    "entry_amount": gettext_lazy("Số tiền ghi sổ (đồng)"),
    "entry_id": gettext_lazy("Khóa dòng sổ"),
    "entry_kind": gettext_lazy("Loại dòng sổ"),
    "field": gettext_lazy("Mục"),
    "file_id": gettext_lazy("Khóa tệp"),
    "file_name": gettext_lazy("Tên tệp"),
    "found_at": gettext_lazy("Đánh giá lúc"),
    "found_by_id": gettext_lazy("Khóa người đánh giá"),
    "found_by_name": gettext_lazy("Người đánh giá"),
    "from_state": gettext_lazy("Từ trạng thái"),
    "from_status": gettext_lazy("Từ trạng thái"),
    "hash": gettext_lazy("Mã băm"),
    "id": gettext_lazy("Khóa"),
    "is_approval": gettext_lazy("Là phê duyệt"),
    "is_automatic": gettext_lazy("Cổng tự tìm thấy"),
    "is_effective": gettext_lazy("Đang có hiệu lực"),
    "is_illustration": gettext_lazy("Là dữ liệu minh họa"),
    "is_internal": gettext_lazy("Ghi chú nội bộ"),
    "is_outside": gettext_lazy("Cơ quan ngoài cổng"),
    "issued_on": gettext_lazy("Ngày ban hành"),
    "issuer_id": gettext_lazy("Khóa cơ quan ban hành"),
    "issuer_name": gettext_lazy("Cơ quan ban hành"),
    "item_id": gettext_lazy("Khóa dòng được ghi"),
    "kind": gettext_lazy("Loại"),
    "label": gettext_lazy("Nơi ghi ý kiến"),
    "line_id": gettext_lazy("Khóa dòng vốn"),
    "meets_on": gettext_lazy("Ngày họp"),
    "member_id": gettext_lazy("Khóa thành viên"),
    "member_name": gettext_lazy("Thành viên"),
    "name": gettext_lazy("Nội dung chi"),
    "norm_id": gettext_lazy("Khóa định mức"),
    "note": gettext_lazy("Ghi chú"),
    "number": gettext_lazy("Số, ký hiệu"),
    "number_key": gettext_lazy("Số để so trùng"),
    "opened_at": gettext_lazy("Mở xem lúc"),
    "organisation_id": gettext_lazy("Khóa cơ quan"),
    "organisation_name": gettext_lazy("Cơ quan"),
    "panel_code": gettext_lazy("Mã hội đồng"),
    "panel_id": gettext_lazy("Khóa hội đồng"),
    "parent_id": gettext_lazy("Khóa dòng cha"),
    "passed": gettext_lazy("Đạt"),
    "paused_at": gettext_lazy("Dừng tính hạn lúc"),
    "position": gettext_lazy("Thứ tự"),
    "posted_at": gettext_lazy("Ghi sổ lúc"),
    "posted_by_id": gettext_lazy("Khóa người ghi sổ"),
    "prev_hash": gettext_lazy("Mã băm dòng trước"),
    "proposal_id": gettext_lazy("Khóa đề án"),
    "proposed": gettext_lazy("Ý kiến đề xuất"),
    "proposed_at": gettext_lazy("Đề xuất lúc"),
    "proposed_by_id": gettext_lazy("Khóa người đề xuất"),
    "proposed_by_name": gettext_lazy("Người đề xuất"),
    "province_id": gettext_lazy("Khóa tỉnh"),
    "quantity": gettext_lazy("Số lượng"),
    "reason": gettext_lazy("Lý do"),
    "received_at": gettext_lazy("Nhận lúc"),
    "record_id": gettext_lazy("Khóa lần kiểm tra"),
    "recorded_at": gettext_lazy("Ghi lúc"),
    "recorded_by_id": gettext_lazy("Khóa người ghi nhận"),
    "recorded_by_name": gettext_lazy("Người ghi nhận"),
    "reference": gettext_lazy("Tham chiếu"),
    "remark": gettext_lazy("Nhận xét"),
    "removed_at": gettext_lazy("Gỡ lúc"),
    "removed_by_id": gettext_lazy("Khóa người gỡ"),
    "reopened_by_id": gettext_lazy("Khóa văn bản xem xét lại"),
    "reply_due_on": gettext_lazy("Hạn bổ sung"),
    "requested": gettext_lazy("Đề nghị (đồng)"),
    "requirement_id": gettext_lazy("Khóa mục hồ sơ"),
    "resolution": gettext_lazy("Cách giải quyết"),
    "resolved_at": gettext_lazy("Giải quyết lúc"),
    "resolved_by_id": gettext_lazy("Khóa người giải quyết"),
    "results": gettext_lazy("Kết quả"),
    "reverses_id": gettext_lazy("Khóa dòng sổ bị đảo"),
    "review_id": gettext_lazy("Khóa lượt xem xét"),
    "round": gettext_lazy("Lần trình"),
    "scan": gettext_lazy("Kết quả quét mã độc"),
    "seal": gettext_lazy("Dấu niêm"),
    "section": gettext_lazy("Phần hồ sơ"),
    "sentence": gettext_lazy("Diễn giải"),
    "seq": gettext_lazy("Số thứ tự"),
    "sha256": gettext_lazy("Mã sha256"),
    "signer": gettext_lazy("Người ký"),
    "source_code": gettext_lazy("Nguồn vốn"),
    "source_id": gettext_lazy("Khóa nguồn vốn"),
    "status": gettext_lazy("Trạng thái"),
    "step_id": gettext_lazy("Khóa bước"),
    "step_kind": gettext_lazy("Loại bước"),
    "step_order": gettext_lazy("Bước thứ"),
    "subject": gettext_lazy("Về việc"),
    "subject_id": gettext_lazy("Khóa đối tượng"),
    "subject_type": gettext_lazy("Loại đối tượng"),
    "taken_at": gettext_lazy("Chụp lúc"),
    "text": gettext_lazy("Nội dung ghi"),
    "title": gettext_lazy("Tên, trích yếu"),
    "to_state": gettext_lazy("Sang trạng thái"),
    "to_status": gettext_lazy("Sang trạng thái"),
    "track_id": gettext_lazy("Khóa luồng thẩm định"),
    "unit": gettext_lazy("Đơn vị tính"),
    "unit_price": gettext_lazy("Đơn giá (đồng)"),
    "used_days": gettext_lazy("Số ngày đã dùng"),
    "verb": gettext_lazy("Việc"),
    "verdict": gettext_lazy("Kết luận"),
    "written_at": gettext_lazy("Viết lúc"),
    "written_by_id": gettext_lazy("Khóa người viết"),
    "written_by_name": gettext_lazy("Người viết"),
    "year": gettext_lazy("Năm"),
}
Words = Mapping[str, Any]


def heading(column: str) -> str:
    """The column in words; one added later keeps its own name until it has one here."""
    return str(HEADINGS.get(column, column))


@cache
def _states() -> Words:
    """Of dossiers and of their tracks; where both use a code, the dossier's word."""
    return dict(Track.Status.choices) | dict(Proposal.Status.choices)


@cache
def words_of(table: str) -> dict[str, Words]:
    """Columns of a table that hold codes, and the codes in words."""
    states, empty = _states(), Proposal(pk=0)
    found: dict[str, Words] = {
        "from_state": states,
        "to_state": states,
        "from_status": states,
        "to_status": states,
        "verb": {row.verb: row.label for row in TABLE.values()},
        "step_kind": dict(ReviewStep.Kind.choices),
        "entry_kind": dict(LedgerEntry.Kind.choices),
    }
    rows = tables.SEALED.get(table) or (tables.PLAIN[table][0] if table in tables.PLAIN else None)
    if rows is not None:
        fields = rows(empty).model._meta.concrete_fields
        found |= {one.attname: dict(one.choices) for one in fields if one.choices}
    return found


def readable(table: str, rows: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """The rows under headings, each code followed by what it means."""
    words = words_of(table)
    for row in rows:
        told: dict[str, Any] = {}
        for column, value in row.items():
            name = heading(column)
            if column not in words:
                told[name] = _yes_or_no(value)
                continue
            told[_("{column} (mã)").format(column=name)] = value
            told[name] = str(words[column].get(value, "")) if value else ""
        yield told


def _yes_or_no(value: Any) -> Any:
    if isinstance(value, bool):
        return _("có") if value else _("không")
    return value
