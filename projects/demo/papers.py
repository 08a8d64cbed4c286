"""Fictional papers: numbers that cannot be taken for real ones, and one scan for all."""

from __future__ import annotations

import datetime
from typing import Any

from khuyencong.core import files as stored_files
from khuyencong.core.models import LegalDocument, Organisation, StoredFile
from khuyencong.core.papers import Paper
from projects.demo import files

PDF = "application/pdf"


class Papers:
    """Gives out papers, numbered by form, office and year, as a records office would."""

    def __init__(self) -> None:
        self._texts: dict[str, Any] = files.read("papers")
        self._last: dict[tuple[str, int], int] = {}
        self._scan: StoredFile | None = None

    @property
    def mark(self) -> str:
        """The word every fictional title ends with."""
        return self._texts["mark"]

    def paper(
        self,
        form: str,
        office: Organisation,
        day: datetime.date,
        *,
        code: str = "",
        scanned: bool = False,
    ) -> Paper:
        text = self._texts[form]
        sign = office.sign or office.short_name
        return Paper(
            number=self._number(text["number"], sign, day.year),
            issued_on=day,
            title=text["title"].format(code=code, mark=self.mark),
            signer=self._texts["signer"] if scanned else "",
            file=self.scan() if scanned else None,
        )

    def _number(self, form: str, office: str, year: int) -> str:
        ending = form.partition("}")[2].format(office=office)
        if (ending, year) not in self._last:
            known = LegalDocument.objects.filter(year=year, number__endswith=ending)
            self._last[ending, year] = known.count()
        self._last[ending, year] += 1
        return form.format(n=self._last[ending, year], office=office)

    def scan(self) -> StoredFile:
        """The one file that stands for every scan."""
        if self._scan is None:
            self._scan = self.attachment(self._texts["scan"])
        return self._scan

    def attachment(self, name: str) -> StoredFile:
        """A file of its own with the same bytes, for an attachment of a dossier."""
        with (files.FOLDER / self._texts["scan"]).open("rb") as content:
            return stored_files.store(content, name, PDF, None)

    def mark_documents(self) -> None:
        """Papers of a real programme are fictional, too: the register must say so."""
        LegalDocument.objects.filter(title__endswith=self.mark, is_illustration=False).update(
            is_illustration=True
        )
