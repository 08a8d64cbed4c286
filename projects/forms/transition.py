"""The form of a verb, made from what its row of the table asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from khuyencong.core import clock, workdays
from khuyencong.core.form_fields import DayField, MoneyInputField, UploadField, no_file_hint
from khuyencong.core.forms import PortalForm
from khuyencong.core.models import User
from khuyencong.core.papers import Paper
from projects.firing import Option
from projects.forms import desk_fields, paper
from projects.forms.sites import SiteRows
from projects.forms.words import Words
from projects.models import Disbursement, FundingLine, Proposal, Review, ReviewStep, Track

ALLOTTING = frozenset({"approve", "record_decision"})
MONEY_HINT = gettext_lazy("Gõ 300tr, 0,3 tỷ hoặc 300.000.000")
REPLY_DAYS = 5  # working days a unit is given unless the office says otherwise


class TransitionForm(PortalForm, forms.Form):
    """One form for one verb, or for a choice of verbs at a desk.

    ``paper()`` and ``data()`` give what ``firing.fire`` takes. Only what cannot be read is a fault
    of the form; what is missing or not allowed is said by the guards, all at once.
    """

    def __init__(
        self,
        *args: Any,
        proposal: Proposal,
        options: list[Option],
        user: User,
        suggested: Mapping[str, str] | None = None,
        labels: Mapping[str, str] | None = None,
        notes: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        """``suggested``: what to supplement by part of the dossier, as the desk would say it.

        ``labels``, ``notes``: what the verbs are called there, and small words under the name.
        """
        self.labels, self.notes = labels or {}, notes or {}
        self.proposal, self.options, self.user = proposal, options, user
        self.suggested = suggested or {}
        needs = {need for option in options for need in option.transition.needs}
        self.sites = SiteRows(proposal, user) if "sites" in needs else None
        # Before the mixin styles the fields they must all be there.
        self.base_fields = self._fields_for(proposal, options)
        super().__init__(*args, **kwargs)

    @property
    def chosen(self) -> Option | None:
        """The verb to fire: the only one, or the one picked."""
        if len(self.options) == 1:
            return self.options[0]
        picked = self.data.get("verb") if self.is_bound else None
        return next((option for option in self.options if option.verb == picked), None)

    def _fields_for(self, proposal: Proposal, options: list[Option]) -> dict[str, forms.Field]:
        needs = list(dict.fromkeys(need for option in options for need in option.transition.needs))
        tracks = list({track.pk: track for option in options for track in option.tracks}.values())
        made: dict[str, forms.Field] = {
            "expected_version": forms.IntegerField(
                widget=forms.HiddenInput, required=False, initial=proposal.version
            )
        }
        if len(options) > 1:
            made["verb"] = forms.ChoiceField(
                label=_("Kết luận"),
                widget=forms.RadioSelect,
                choices=[(row.verb, self.labels.get(row.verb, row.label)) for row in options],
                # Nothing is picked beforehand: the person says what the office answers.
                error_messages={"required": _("Chọn một kết luận.")},
            )
        if len(tracks) > 1:
            made["source"] = forms.ChoiceField(
                label=_("Nguồn vốn"),
                required=False,
                choices=[
                    ("", _("Tất cả nguồn đang chờ ở đây")),
                    *((track.source.code, track.source.name) for track in tracks),
                ],
            )
        if "verdict" in needs:
            made["verdict"] = forms.ChoiceField(
                label=_("Ý kiến ghi trong văn bản"),
                required=False,
                choices=[("", _("Chọn")), *_verdicts(tracks)],
            )
        if "how" in needs:
            made["how"] = forms.ChoiceField(
                label=_("Cách xử lý"),
                required=False,
                widget=forms.RadioSelect,
                choices=[
                    ("less", _("Thực hiện với phần vốn đã duyệt")),
                    ("again", _("Trình lại phần vốn không được duyệt")),
                ],
            )
        if "line_id" in needs:
            made |= _payment_fields(proposal)
        if "amounts" in needs:
            made |= _amount_fields(proposal, tracks)
        if "shares" in needs:
            made |= desk_fields.share_fields(proposal, tracks)
        if "assignee" in needs:
            made["assignee"] = desk_fields.assignee_field(self.user, tracks)
        if self.sites:
            made |= self.sites.fields()
        if "amount" in needs:
            made["amount"] = MoneyInputField(
                label=_("Số tiền (đồng)"), required=False, help_text=MONEY_HINT
            )
        if "document" in needs:
            made |= _paper_fields(options)
        if "points" in needs:
            made |= desk_fields.point_fields(self.suggested)
        if "due_on" in needs:
            made["due_on"] = _reply_due(proposal)
        if "reason" in needs:
            made["reason"] = Words(
                multiline=True,
                label=_("Lý do, ý kiến"),
                required=False,
                max_length=4000,
                widget=forms.Textarea(attrs={"rows": 3}),
            )
        return made

    @property
    def site_rows(self) -> list[dict[str, forms.BoundField]]:
        return self.sites.bound(self) if self.sites else []

    @property
    def share_rows(self) -> list[dict[str, Any]]:
        return desk_fields.share_rows(self.proposal, self)

    @property
    def point_rows(self) -> list[dict[str, forms.BoundField]]:
        return desk_fields.point_rows(self)

    @property
    def verbs_for(self) -> dict[str, str]:
        """Which of the verbs on offer ask for a thing: a script shows its boxes for these."""
        found: dict[str, list[str]] = {}
        for option in self.options:
            for need in option.transition.needs:
                found.setdefault(need, []).append(option.verb)
        return {need: " ".join(verbs) for need, verbs in found.items()}

    @property
    def verb_rows(self) -> list[tuple[Any, str]]:
        """The verbs to pick from, each with its small words."""
        return [(row, self.notes.get(row.data["value"], "")) for row in self["verb"]]

    @property
    def verbs_for_signer(self) -> str:
        return " ".join(option.verb for option in self.options if option.verb in ALLOTTING)

    @property
    def amount_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("amount-")]

    def clean(self) -> dict[str, Any]:
        """An amount box that was emptied is asked back: it may mean nought, or a slip."""
        cleaned = super().clean() or self.cleaned_data
        if self.chosen and "amounts" in self.chosen.transition.needs:
            for name in self.fields:
                is_money = name.startswith(("amount-", "share-"))
                sent = is_money and name in self.data and name not in self.errors
                if sent and cleaned.get(name) is None:
                    self.add_error(name, _("Nhập số tiền; ghi 0 nếu không đồng ý khoản này."))
        return cleaned

    def paper(self, by: User) -> Paper:
        """The paper entered; its scan is stored now, in the transaction of the caller."""
        return paper.entered(self.cleaned_data, by)

    def entered(self) -> dict[str, Any]:
        """What the chosen verb asks for, and nothing else that stood on the form."""
        cleaned, needs = self.cleaned_data, self.chosen.transition.needs
        wanted = {"verdict", "how", "due_on", "amount"} & set(needs)
        if self.chosen.verb in ALLOTTING:
            wanted.add("allots")
        found = {name: cleaned[name] for name in wanted if cleaned.get(name) not in (None, "")}
        if "line_id" in needs and cleaned.get("line_id"):
            found["line_id"] = int(cleaned["line_id"])
            found["kind"] = cleaned.get("kind")
        if "amounts" in needs:
            found["amounts"] = self._amounts(cleaned)
        if "shares" in needs and (shares := self._shares(cleaned)):
            found["shares"] = shares
            found["amounts"] |= self._followed(shares)
        if "points" in needs:
            found["points"] = desk_fields.points(cleaned, self.suggested)
        if "assignee" in needs:
            found["assignee"] = int(cleaned["assignee"]) if cleaned.get("assignee") else None
        if self.sites:
            found |= self.sites.entered(cleaned)
        return found

    def _shares(self, cleaned: dict[str, Any]) -> dict[tuple[int, str], int]:
        """(cost line, source) → đồng of every source of which a line was judged on its own."""
        sent, touched = {}, set()
        for name, field in self.fields.items():
            amount = cleaned.get(name)
            if not name.startswith("share-") or amount is None:
                continue
            position, code = name.removeprefix("share-").split("-", 1)
            if cleaned.get("source") in (None, "", code):
                sent[int(position), code] = amount
                if amount != field.initial:
                    touched.add(code)
        return {key: amount for key, amount in sent.items() if key[1] in touched}

    def _followed(self, shares: dict[tuple[int, str], int]) -> dict[int, int]:
        """A source that pays in one year gives what its cost lines add up to, unless said."""
        found = {}
        for code in {code for _position, code in shares}:
            asked = [row for row in self._lines() if row.source.code == code and row.requested]
            if len(asked) == 1 and f"amount-{asked[0].pk}" not in self.changed_data:
                # Lines that were not sent keep their figure.
                rest = sum(
                    field.initial
                    for name, field in self.fields.items()
                    if name.startswith("share-") and name.endswith(f"-{code}")
                    if (int(name.split("-")[1]), code) not in shares
                )
                given = sum(amount for key, amount in shares.items() if key[1] == code)
                found[asked[0].pk] = given + rest
        return found

    def _amounts(self, cleaned: dict[str, Any]) -> dict[int, int]:
        amounts = {
            int(name.removeprefix("amount-")): amount
            for name, amount in cleaned.items()
            if name.startswith("amount-") and amount is not None
        }
        source = cleaned.get("source")
        if not source:
            return amounts
        ours = {line.pk for line in self._lines() if line.source.code == source}
        return {pk: amount for pk, amount in amounts.items() if pk in ours}

    def _lines(self) -> list[FundingLine]:
        return list(self.proposal.funding_lines.all())


def _verdicts(tracks: list[Track]) -> list[tuple[str, str]]:
    verdicts = Review.Verdict
    approving = any(track.step.kind == ReviewStep.Kind.APPROVE for track in tracks)
    said = (verdicts.APPROVE if approving else verdicts.PASS, verdicts.RETURN, verdicts.REFUSE)
    return [(verdict.value, verdict.label) for verdict in said]


def _amount_fields(proposal: Proposal, tracks: list[Track]) -> dict[str, forms.Field]:
    sources = {track.source_id for track in tracks}
    return {
        f"amount-{line.pk}": MoneyInputField(
            label=_("{source} năm {year}").format(source=line.source.short_name, year=line.year),
            required=False,
            initial=line.current,
        )
        for line in proposal.funding_lines.all()
        if line.source_id in sources
    }


def _reply_due(proposal: Proposal) -> DayField:
    """When the unit should have answered; a few working days unless the office says otherwise."""
    calendar = workdays.calendar_of(proposal.province_id)
    said = ngettext("%(n)s ngày làm việc", "%(n)s ngày làm việc", REPLY_DAYS)
    return DayField(
        label=_("Hạn bổ sung"),
        required=False,
        initial=calendar.add(clock.today(), REPLY_DAYS),
        help_text=said % {"n": REPLY_DAYS},
    )


def _payment_fields(proposal: Proposal) -> dict[str, forms.Field]:
    return {
        "line_id": forms.ChoiceField(
            label=_("Chi từ"),
            choices=[
                (str(line.pk), f"{line.source.name} {line.year}")
                for line in proposal.funding_lines.all()
                if line.cell_id and line.approved
            ],
        ),
        "kind": forms.ChoiceField(label=_("Loại"), choices=Disbursement.Kind.choices),
    }


def _paper_fields(options: list[Option]) -> dict[str, forms.Field]:
    verbs = {option.verb for option in options}
    made: dict[str, forms.Field] = {
        "document_number": forms.CharField(
            label=_("Số văn bản"), required=False, max_length=60, help_text=_("ví dụ 12/QĐ-UBND")
        ),
        "document_date": DayField(label=_("Ngày văn bản"), required=False),
    }
    if not verbs & ALLOTTING:
        return made
    made["signer"] = forms.CharField(label=_("Người ký"), required=False, max_length=120)
    made["document_file"] = UploadField(
        label=_("Bản quét văn bản"), required=False, help_text=no_file_hint()
    )
    tracks = [track for option in options for track in option.tracks]
    if any(track.step.kind == ReviewStep.Kind.APPROVE for track in tracks):
        made["allots"] = forms.BooleanField(
            label=_("Quyết định này đồng thời giao dự toán các số tiền trên"), required=False
        )
    return made
