"""What an approval stands on: it cannot be changed while another source is still undecided."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from khuyencong.core.refusals import Fault, Refused
from projects import loading, snapshots, tracks
from projects.models import CostShare, FundingLine, Proposal

# What an approval stands on, beside the cost lines of its source.
FROZEN = (
    *("title", "kind", "partner", "expected_output"),
    *("activities", "places", "beneficiaries"),
)


def content_of(proposal: Proposal) -> dict[str, Any] | None:
    """What an approval already stands on, as plain data; None while no source is approved.

    The reasons (necessity, goals, content) may still be written better for the other office.
    """
    approved = {
        track.source.code
        for track in tracks.current(tracks.of(proposal))
        if track.status == track.Status.APPROVED
    }
    if not approved:
        return None
    said = snapshots.content(proposal)
    found = {name: said[name] for name in FROZEN}
    found["cost_items"] = [item for item in said["cost_items"] if approved & item["shares"].keys()]
    return found


def refuse_touching(before: dict[str, Any] | None, proposal: Proposal) -> None:
    """Once one source is approved, only what belongs to the undecided ones may change."""
    if before is None:
        return
    fresh = loading.with_parts(Proposal.objects.all()).get(pk=proposal.pk)
    fresh.title, fresh.kind = proposal.title, proposal.kind
    fresh.expected_output, fresh.partner = proposal.expected_output, proposal.partner
    if content_of(fresh) != before:
        raise Refused(
            Fault(
                _(
                    "Một nguồn vốn đã được phê duyệt: không đổi tên, nội dung, cơ sở, địa điểm, "
                    "kết quả và các dòng dự toán của nguồn đó."
                ),
                "cost_items",
            )
        )


def money_by_source(proposal: Proposal) -> dict[int, list[tuple[Any, ...]]]:
    """Everything asked of each source: to see which ones an edit touched."""
    found: dict[int, list[tuple[Any, ...]]] = {}
    for line in FundingLine.objects.filter(proposal=proposal).order_by("year"):
        if line.requested:
            found.setdefault(line.source_id, []).append(("line", line.year, line.requested))
    shares = CostShare.objects.filter(item__proposal=proposal).order_by("item__position")
    for share in shares.select_related("item"):
        found.setdefault(share.source_id, []).append(
            ("share", share.item.position, share.requested)
        )
    return found


def after_money(proposal: Proposal, before: dict[int, list[tuple[Any, ...]]]) -> None:
    """Money of a decided source may not be touched; elsewhere earlier opinions no longer hold."""
    after = money_by_source(proposal)
    touched = {pk for pk in before.keys() | after.keys() if before.get(pk) != after.get(pk)}
    if not touched:
        return
    for track in tracks.current(tracks.of(proposal)):
        if (
            track.is_decided
            and track.status == track.Status.APPROVED
            and (track.source_id in touched)
        ):
            raise Refused(
                Fault(
                    _("{source} đã được phê duyệt, không sửa số tiền của nguồn này.").format(
                        source=track.source.name
                    ),
                    "funding_lines",
                )
            )
    # What enterprises promised was counted as approved with the half that was: it is asked anew.
    open_again = {"appraised": None, "approved": None}
    FundingLine.objects.filter(proposal=proposal, source_id__in=touched).update(**open_again)
    CostShare.objects.filter(item__proposal=proposal, source_id__in=touched).update(**open_again)
