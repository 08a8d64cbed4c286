"""One press of a button of a part, from what was sent to the answer."""

from __future__ import annotations

import re
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from khuyencong.core import clock, permissions
from khuyencong.core.refusals import Refused, Stale
from projects import drafts
from projects.dossier_parts import CODES, LAST
from projects.drafts import Draft
from projects.forms.draft import whole_number
from projects.forms.entry import ENTRIES, Blanks, PartEntry
from projects.forms.versions import Comparison, Difference, names_of, read_base
from projects.models import Proposal
from projects.views.entry import page, taken
from projects.views.entry.unsent import wants_data
from projects.views.lookup import proposal_or_404

_REMOVES: Final = re.compile(r"remove-(activities|cost_items)-([0-9]{1,5})")
_ADDS: Final = ("add-activities", "add-cost_items")
_SAVES: Final = ("save", "next", "finish", "autosave", "compare", "resolve")
_TRIES: Final = 3


class Sending:
    """What a person sent of one part, and what comes of it."""

    def __init__(self, request: HttpRequest, proposal: Proposal, section: str) -> None:
        self.request, self.proposal, self.section = request, proposal, section
        self.action = request.POST.get("action", "enter")
        self.blanks = Blanks()
        if self.action in _ADDS:
            setattr(self.blanks, self.action.removeprefix("add-"), 3)
        if found := _REMOVES.fullmatch(self.action):
            self.blanks.without[found[1]] = int(found[2])
        self.entry = self._entry(proposal)

    def _entry(self, proposal: Proposal) -> PartEntry:
        kind = ENTRIES[self.section]
        return kind(proposal, self.request.user, self.request.POST, self.blanks)

    @property
    def is_script(self) -> bool:
        return wants_data(self.request)

    def answer(self) -> HttpResponse:
        """Save, or show the same part with more rows, new sums, or what was pasted."""
        # Enter in a box means what the box is for: to look for, or to save.
        if self.action == "enter":
            self.action = "find" if getattr(self.entry, "sought", "") else "save"
        waiting = getattr(self.entry, "has_block", False) and self.action in (
            "save",
            "next",
            "finish",
        )
        if waiting or (self.action == "paste" and hasattr(self.entry, "paste")):
            return self.paste()
        if self.action == "check":
            self.entry.faults()
            return page.fragments(self.request, self.entry)
        if self.action not in _SAVES:
            return page.show(self.request, self.entry, said=self.action == "recount")
        unread = self.entry.faults()
        if unread:
            if self.is_script:
                return page.faults(unread)
            return page.show(self.request, self.entry, refused=True, said=True)
        if self.action == "compare":
            return self.compared()
        return self.save(self.entry.draft())

    def paste(self) -> HttpResponse:
        self.entry.paste()
        if self.is_script:
            found = self.entry.pasted
            told = [{"message": str(fault), "box": "id_block"} for fault in found.faults]
            return JsonResponse({"rows": found.rows, "faults": told})
        return page.show(self.request, self.entry, said=True)

    # ---- saving ----

    def save(self, draft: Draft) -> HttpResponse:
        """Save this part alone. What others saved in other parts meanwhile is left as it is."""
        expected = whole_number(self.request.POST.get("expected_version"))
        if self.action == "resolve":
            return self.resolve()
        base = read_base(self.request.POST.get("base"))
        for _try in range(_TRIES):
            if self.proposal.version != expected:
                found = self._comparison(draft, base)
                if not found.differing():
                    # The same page sent twice: what it says is what is saved.
                    return self.saved(self.proposal)
                if found.is_touched():
                    return self.conflict(found)
            try:
                saved = drafts.save(
                    self.proposal,
                    draft,
                    by=self.request.user,
                    expected_version=self.proposal.version,
                )
            except Stale:
                if refusal := self._read_again():
                    return refusal
            except Refused as refused:
                return self.refused(refused)
            else:
                return self.saved(saved)
        return self.conflict(self._comparison(draft, base))

    def resolve(self) -> HttpResponse:
        """A choice was made between two versions: save the one made of both."""
        found = self._comparison(self.entry.draft(), None)
        choices = {key: self.request.POST.get(f"choose-{key}", "") for key in found.keys}
        seen = whole_number(self.request.POST.get("expected_version"))
        unchosen = [key for key in found.differing() if choices[key] not in ("mine", "theirs")]
        if seen != self.proposal.version or unchosen:
            return self.conflict(found, choices=choices, said=seen == self.proposal.version)
        try:
            saved = drafts.save(
                self.proposal,
                found.merged(choices),
                by=self.request.user,
                expected_version=self.proposal.version,
            )
        except Stale:
            return self._read_again() or self.conflict(self._comparison(self.entry.draft(), None))
        except Refused as refused:
            return self.refused(refused)
        return self.saved(saved)

    def _read_again(self) -> HttpResponse | None:
        """The record as it is now; an answer where it may no longer be edited."""
        self.proposal = proposal_or_404(self.request, self.proposal.code)
        reason = permissions.refusal(self.request.user, "projects.proposal.edit", self.proposal)
        if reason:
            return page.closed(self.request, self.proposal, reason)
        self.entry = self._entry(self.proposal)
        return None

    def _comparison(self, draft: Draft, base: dict[str, str] | None) -> Comparison:
        names = names_of(self.proposal, self.entry.sources)
        return Comparison(draft, self.entry.saved_part(), base, names)

    def compared(self) -> HttpResponse:
        base = read_base(self.request.POST.get("base"))
        found = self._comparison(self.entry.draft(), base)
        return self.conflict(found) if found.differing() else self.saved(self.proposal)

    def conflict(
        self,
        found: Comparison,
        choices: dict[str, str] | None = None,
        *,
        said: bool = False,
    ) -> HttpResponse:
        """Somebody was first: both versions of each piece, and a choice for each."""
        if self.is_script:
            text = _("Người khác vừa lưu phần này. Bấm «So hai bản» để chọn.")
            return JsonResponse({"message": text}, status=409)
        rows: list[Difference] = found.differences()
        return page.versions(self.request, self.entry, rows, choices or {}, said=said)

    def refused(self, refused: Refused) -> HttpResponse:
        if self.is_script:
            return page.faults((fault.message, f"id_{fault.field}") for fault in refused.faults)
        return page.show(self.request, self.entry, refused.faults, refused=True)

    def saved(self, proposal: Proposal) -> HttpResponse:
        if self.is_script:
            fresh = proposal_or_404(self.request, proposal.code)
            entry = ENTRIES[self.section](fresh, self.request.user)
            return page.fragments(self.request, entry, saved=True)
        taken.note(self.request)
        text = _("Đã lưu nháp {code} lúc {time}.")
        messages.success(self.request, text.format(code=proposal.code, time=now()))
        return redirect("proposal_section", code=proposal.code, section=self._onward())

    def _onward(self) -> str:
        if self.action == "finish":
            return LAST
        if self.action == "next":
            if self.request.POST.get("back") == LAST:
                return LAST
            return CODES[CODES.index(self.section) + 1]
        return self.section


def now() -> str:
    return f"{timezone.localtime(clock.now()):%H:%M}"
