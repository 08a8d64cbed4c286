"""The chains of review and the papers of a dossier as shipped, and all reference data together."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from django.db.models import Model
from django.utils.translation import gettext as _

from khuyencong.core import datafile
from khuyencong.core.datafile import shown
from khuyencong.core.models import Place
from khuyencong.core.reference import Loader, Row, Tally, day, fill, province_of, put, row, rows
from khuyencong.core.refusals import Refused
from programmes import reference
from programmes.models import FundingSource
from projects.models import Criterion, DocumentRequirement, Proposal, ReviewChain, ReviewStep

DATA: Final = Path(__file__).with_name("data")


def load_chains(data: Row, tally: Tally) -> None:
    """Who appraises and who approves which money. A known chain gets no new step from a file."""
    data = row(data, _("tệp quy trình"), [], nested=["chains"])
    for given in rows(data["chains"], "chains"):
        entry = row(
            given,
            "chains",
            ["code", "name", "source"],
            ["province", "valid_from", "valid_to", "legal_ref", "confidence"],
            ["steps"],
        )
        code = shown(entry["code"])
        source = FundingSource.objects.filter(code=str(entry["source"]), is_state=True).first()
        if source is None:
            raise Refused(
                _("{what}: {source} không phải mã một nguồn ngân sách nhà nước.").format(
                    what=code, source=shown(entry["source"])
                )
            )
        fields = {name: entry.get(name, "") for name in ("name", "legal_ref", "confidence")}
        fields["source"] = source
        fields["valid_to"] = day(entry.get("valid_to"), code)
        if entry.get("province"):
            fields["province"] = province_of(entry["province"])
        key = {"code": entry["code"], "valid_from": day(entry.get("valid_from"), code)}
        chain, made = put(ReviewChain, key, fields, tally)
        _load_steps(chain, rows(entry["steps"], code), made, tally)


def _load_steps(chain: ReviewChain, entries: list[Row], is_new: bool, tally: Tally) -> None:
    known = {step.order: step for step in chain.steps.all()}
    if not is_new and len(known) != len(entries):
        tally.differing.append(
            _("{chain}: có {known} bước, tệp ghi {given} bước.").format(
                chain=chain, known=len(known), given=len(entries)
            )
        )
    for order, given in enumerate(entries, start=1):
        entry = row(
            given,
            str(chain),
            ["kind", "organisation_kind"],
            ["name", "working_days", "may_return", "two_signatures", "acts_in_portal"],
        )
        if is_new:
            put(ReviewStep, {"chain": chain, "order": order}, entry, tally)
        elif order in known:
            fill(known[order], entry, tally)


_PAPER_FIELDS: Final = (
    *("name", "activity_code", "kinds", "with_counterpart", "is_required", "stage"),
    *("hint", "legal_ref", "confidence"),
)


def load_requirements(data: Row, tally: Tally) -> None:
    """Which papers a dossier needs, in the order of the file; nothing is demanded unless said."""
    data = row(data, _("tệp giấy tờ"), [], nested=["requirements"])
    for position, given in enumerate(rows(data["requirements"], "requirements"), start=1):
        entry = row(
            given,
            "requirements",
            ["code", "name"],
            [*_PAPER_FIELDS, "valid_from", "valid_to"],
        )
        code = shown(entry["code"])
        for kind in str(entry.get("kinds", "")).split():
            if kind not in Proposal.Kind.values:
                raise Refused(
                    _("{what}: không có loại đề án {kind}.").format(what=code, kind=shown(kind))
                )
        fields = {name: entry[name] for name in _PAPER_FIELDS if name in entry}
        fields = {"is_required": False, "position": position} | fields
        fields["valid_to"] = day(entry.get("valid_to"), code)
        key = {"code": entry["code"], "valid_from": day(entry.get("valid_from"), code)}
        put(DocumentRequirement, key, fields, tally)


def load_criteria(data: Row, tally: Tally) -> None:
    """What a person judges at a step of appraisal, in the order of the file."""
    data = row(data, _("tệp tiêu chí"), [], nested=["criteria"])
    for position, given in enumerate(rows(data["criteria"], "criteria"), start=1):
        entry = row(
            given,
            "criteria",
            ["code", "name"],
            ["hint", "legal_ref", "confidence", "valid_from", "valid_to"],
        )
        code = shown(entry["code"])
        fields = {name: entry.get(name, "") for name in ("name", "hint", "legal_ref", "confidence")}
        fields |= {"position": position, "valid_to": day(entry.get("valid_to"), code)}
        key = {"code": entry["code"], "valid_from": day(entry.get("valid_from"), code)}
        put(Criterion, key, fields, tally)


LOADERS: Final[dict[str, Loader]] = {
    **reference.LOADERS,
    "chains": load_chains,
    "requirements": load_requirements,
    "criteria": load_criteria,
}
CATALOGUES: Final[dict[str, type[Model]]] = {**reference.CATALOGUES, "criteria": Criterion}


def shipped() -> list[Path]:
    """Everything the portal comes with, in the order in which it rests on each other."""
    files = ("chains", "requirements", "criteria")
    return [*reference.shipped(), *(DATA / f"{name}.yaml" for name in files)]


def missing() -> list[Path]:
    """Shipped files of the catalogues that a database of an earlier release holds nothing of.

    A file of a province the portal does not keep is left out.
    """
    empty = {kind for kind, model in CATALOGUES.items() if not model._base_manager.exists()}
    found = []
    for path in shipped() if empty else ():
        data = datafile.read(path).data
        if data["kind"] not in empty:
            continue
        code = data.get("province")
        if code and not Place.objects.filter(level=Place.Level.PROVINCE, code=code).exists():
            continue
        found.append(path)
    return found
