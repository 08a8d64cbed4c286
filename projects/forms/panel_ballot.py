"""What members and their chair enter: votes, a conflict of interest, the conclusion."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from khuyencong.core.forms import PortalForm
from projects.forms.paper import PaperForm
from projects.forms.words import Words
from projects.models import Panel, PanelItem, PanelMember
from projects.panels import counting
from projects.panels.closing import Conclusion
from projects.panels.conflicts import Pair
from projects.panels.voting import Vote


class BallotForm(PortalForm, forms.Form):
    """One member's votes on every dossier of the panel they may vote on."""

    def __init__(
        self, *args: Any, panel: Panel, member: PanelMember, barred: dict[Pair, str], **kwargs: Any
    ) -> None:
        self.items = [(item, barred.get((item.pk, member.pk), "")) for item in panel.items.all()]
        self.base_fields = {}
        for item, reason in self.items:
            if not reason:
                self.base_fields |= _vote_fields(item, member)
        super().__init__(*args, **kwargs)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Each dossier with its boxes, or with the reason there are none."""
        return [
            {
                "item": item,
                "reason": reason,
                "verdict": None if reason else self[f"verdict-{item.pk}"],
                "remark": None if reason else self[f"remark-{item.pk}"],
            }
            for item, reason in self.items
        ]

    @property
    def has_boxes(self) -> bool:
        return bool(self.fields)

    def ballot(self) -> dict[int, Vote]:
        """Also what was sent for a dossier without boxes: the act refuses it with the reason."""
        found = {}
        for item, reason in self.items:
            if reason:
                sent = self.data.get(f"verdict-{item.pk}", "")
                found[item.pk] = Vote(sent)
            else:
                found[item.pk] = Vote(
                    self.cleaned_data.get(f"verdict-{item.pk}") or "",
                    self.cleaned_data.get(f"remark-{item.pk}") or "",
                )
        return found


def _vote_fields(item: PanelItem, member: PanelMember) -> dict[str, forms.Field]:
    vote = next((row for row in item.votes.all() if row.member_id == member.pk), None)
    return {
        f"verdict-{item.pk}": forms.ChoiceField(
            label=_("Ý kiến về {code}").format(code=item.proposal.code),
            choices=PanelItem.Verdict.choices,
            widget=forms.RadioSelect,
            required=False,
            initial=vote.verdict if vote else None,
        ),
        f"remark-{item.pk}": Words(
            label=_("Nhận xét về {code}").format(code=item.proposal.code),
            multiline=True,
            max_length=4000,
            widget=forms.Textarea(attrs={"rows": 2}),
            required=False,
            initial=vote.remark if vote else "",
        ),
    }


class ConflictForm(PortalForm, forms.Form):
    """A member says that a dossier is their own affair."""

    item = forms.ChoiceField(label=gettext_lazy("Đề án"))
    reason = Words(
        label=gettext_lazy("Lý do"),
        max_length=300,
        help_text=gettext_lazy("ví dụ: có người nhà làm chủ cơ sở thụ hưởng"),
    )

    def __init__(
        self, *args: Any, panel: Panel, member: PanelMember, barred: dict[Pair, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["item"].choices = [
            ("", _("Chọn đề án")),
            *(
                (str(row.pk), f"{row.proposal.code} {row.proposal.title}")
                for row in panel.items.all()
                if (row.pk, member.pk) not in barred
            ),
        ]


class ReplacementForm(PortalForm, forms.Form):
    """Why a member is replaced; who comes is a row of ``SeatForm``."""

    reason = Words(
        label=gettext_lazy("Lý do thay"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("ví dụ số quyết định thay thành viên"),
    )


class ClosingForm(PaperForm):
    """The minutes, and for each dossier the panel's opinion in words."""

    def __init__(
        self, *args: Any, panel: Panel, barred: dict[Pair, str], live: set[int], **kwargs: Any
    ) -> None:
        self.items = [
            (item, counting.of(panel, item, barred), item.proposal_id in live)
            for item in panel.items.all()
        ]
        self.base_fields = dict(type(self).base_fields)
        for item, count, _is_live in self.items:
            self.base_fields |= _conclusion_fields(item, count)
        super().__init__(*args, **kwargs)
        self.fields["document_number"].help_text = _("ví dụ 12/BB-SCT")

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [
            {
                "item": item,
                "count": count,
                "is_live": is_live,
                "counted": dict(PanelItem.Verdict.choices).get(count.verdict, ""),
                "verdict": self[f"verdict-{item.pk}"]
                if f"verdict-{item.pk}" in self.fields
                else None,
                "note": self[f"note-{item.pk}"],
            }
            for item, count, is_live in self.items
        ]

    def conclusions(self) -> dict[int, Conclusion]:
        return {
            item.pk: Conclusion(
                self.cleaned_data.get(f"verdict-{item.pk}") or "",
                self.cleaned_data.get(f"note-{item.pk}") or "",
            )
            for item, _count, _is_live in self.items
        }


def _conclusion_fields(item: PanelItem, count: counting.Count) -> dict[str, forms.Field]:
    code = item.proposal.code
    made: dict[str, forms.Field] = {}
    if count.is_quorate and not count.verdict:
        made[f"verdict-{item.pk}"] = forms.ChoiceField(
            label=_("Kết luận của chủ tịch về {code}").format(code=code),
            choices=PanelItem.Verdict.choices,
            widget=forms.RadioSelect,
            required=False,
        )
    made[f"note-{item.pk}"] = Words(
        label=_("Ý kiến của hội đồng về {code}").format(code=code),
        multiline=True,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        help_text=_("Đơn vị thực hiện đọc được ý kiến này."),
    )
    return made
