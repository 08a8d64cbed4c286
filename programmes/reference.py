"""Catalogues a programme refers to: sources, activities, documents, norms, sectors, deadlines."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from django.db.models import Model
from django.utils.translation import gettext as _

from khuyencong.core import reference
from khuyencong.core.datafile import shown
from khuyencong.core.models import LegalDocument
from khuyencong.core.reference import Loader, Row, Tally, day, province_of, put, row, rows
from khuyencong.core.refusals import Refused
from programmes.models import (
    Activity,
    Deadline,
    FundingSource,
    IndustryCode,
    Sector,
    SupportNorm,
)

DATA: Final = Path(__file__).with_name("data")


def load_sources(data: Row, tally: Tally) -> None:
    """Sources of money, in the order in which every table shows them."""
    data = row(data, _("tệp nguồn kinh phí"), [], nested=["sources"])
    for position, given in enumerate(rows(data["sources"], "sources"), start=1):
        entry = row(given, "sources", ["code", "name", "short_name", "is_state"])
        fields = {name: value for name, value in entry.items() if name != "code"}
        put(FundingSource, {"code": entry["code"]}, {**fields, "position": position}, tally)


def load_activities(data: Row, tally: Tally) -> None:
    """The catalogue of one period of the law; the file's dates and remark hold for every row."""
    data = row(
        data,
        _("tệp nội dung hoạt động"),
        [],
        ["valid_from", "valid_to", "confidence"],
        ["activities"],
    )
    valid_from = day(data.get("valid_from"), "valid_from")
    common = {
        "valid_to": day(data.get("valid_to"), "valid_to"),
        "confidence": data.get("confidence", ""),
    }
    for position, given in enumerate(rows(data["activities"], "activities"), start=1):
        entry = row(given, "activities", ["code", "group", "name"], ["unit", "legal_ref"])
        fields = {name: value for name, value in entry.items() if name != "code"}
        put(
            Activity,
            {"code": entry["code"], "valid_from": valid_from},
            {**common, **fields, "position": position},
            tally,
        )


def load_documents(data: Row, tally: Tally) -> None:
    """Texts of law that catalogues cite. A row may amend one above it."""
    data = row(data, _("tệp văn bản"), [], ["province"], ["documents"])
    province = province_of(data["province"]) if data.get("province") else None
    for given in rows(data["documents"], "documents"):
        entry = row(
            given,
            "documents",
            ["number", "kind", "issuer_name", "title"],
            ["issued_on", "effective_from", "effective_to", "amends", "confidence"],
        )
        number = shown(entry["number"])
        fields: Row = {"title": entry["title"], "province": province}
        fields["confidence"] = entry.get("confidence", "")
        for name in ("issued_on", "effective_from", "effective_to"):
            fields[name] = day(entry.get(name), number)
        if entry.get("amends"):
            fields["amends"] = _document(entry["amends"], number)
        key = {name: entry[name] for name in ("issuer_name", "kind", "number")}
        put(LegalDocument, key, fields, tally)


def _document(number: str, what: str) -> LegalDocument:
    found = LegalDocument.objects.filter(number=number).order_by("pk").first()
    if found is None:
        raise Refused(
            _("{what}: không có văn bản {number} ở các dòng trên.").format(
                what=what, number=shown(number)
            )
        )
    return found


def _source(code: str, what: str) -> FundingSource:
    found = FundingSource.objects.filter(code=str(code), is_state=True).first()
    if found is None:
        raise Refused(
            _("{what}: {source} không phải mã một nguồn ngân sách nhà nước.").format(
                what=what, source=shown(code)
            )
        )
    return found


_NORM = {
    "share": "max_share",
    "amount": "max_amount",
    "unit": "unit",
    "condition": "condition",
    "line_multiplier": "line_multiplier",
    "priority_multiplier": "priority_multiplier",
    "legal_ref": "legal_ref",
    "confidence": "confidence",
}
_COMMON = ("legal_ref", "confidence", "priority_multiplier", "line_multiplier")


def load_norms(data: Row, tally: Tally) -> None:
    """Norms of one source, by the text they come from; what a row does not say its text says.

    A row is known by activity, source, province and first day: one that was corrected stays.
    """
    data = row(data, _("tệp định mức"), ["source_code"], ["province"], ["editions"])
    source = _source(data["source_code"], "source_code")
    province = province_of(data["province"]) if data.get("province") else None
    for given in rows(data["editions"], "editions"):
        edition = row(
            given, "editions", ["document", "valid_from"], ["valid_to", *_COMMON], ["norms"]
        )
        number = shown(edition["document"])
        document = _document(edition["document"], number)
        valid_from = day(edition["valid_from"], number)
        shared = {name: edition[name] for name in _COMMON if name in edition}
        for each in rows(edition["norms"], number):
            entry = shared | row(each, number, ["activity"], list(_NORM))
            fields = {column: entry[name] for name, column in _NORM.items() if name in entry}
            put(
                SupportNorm,
                {
                    "activity_code": entry["activity"],
                    "source": source,
                    "province": province,
                    "valid_from": valid_from,
                },
                {**fields, "document": document, "valid_to": day(edition.get("valid_to"), number)},
                tally,
            )


def load_sectors(data: Row, tally: Tally) -> None:
    """Khuyến công's own sectors, in the order in which reports group by them."""
    data = row(data, _("tệp ngành nghề"), [], nested=["sectors"])
    for position, given in enumerate(rows(data["sectors"], "sectors"), start=1):
        entry = row(
            given,
            "sectors",
            ["code", "name"],
            ["is_excluded", "legal_ref", "confidence", "valid_from", "valid_to"],
        )
        code = shown(entry["code"])
        fields = {
            name: entry[name]
            for name in ("name", "is_excluded", "legal_ref", "confidence")
            if name in entry
        }
        fields["valid_to"] = day(entry.get("valid_to"), code)
        key = {"code": entry["code"], "valid_from": day(entry.get("valid_from"), code)}
        put(Sector, key, {**fields, "position": position}, tally)


def load_industry_codes(data: Row, tally: Tally) -> None:
    """Codes of one version of the national classification of economic activities."""
    data = row(data, _("tệp mã ngành kinh tế"), ["version"], nested=["codes"])
    for given in rows(data["codes"], "codes"):
        entry = row(given, "codes", ["code", "name"])
        key = {"version": data["version"], "code": entry["code"]}
        put(IndustryCode, key, {"name": entry["name"]}, tally)


def load_deadlines(data: Row, tally: Tally) -> None:
    """Last days for registering proposals of a plan year."""
    data = row(data, _("tệp hạn đăng ký"), [], ["province"], ["deadlines"])
    province = province_of(data["province"]) if data.get("province") else None
    for given in rows(data["deadlines"], "deadlines"):
        entry = row(
            given, "deadlines", ["source", "plan_year", "due_on"], ["legal_ref", "confidence"]
        )
        key = {
            "source": _source(entry["source"], "deadlines"),
            "province": province,
            "plan_year": entry["plan_year"],
        }
        fields = {name: entry[name] for name in ("legal_ref", "confidence") if name in entry}
        fields["due_on"] = day(entry["due_on"], shown(entry["plan_year"]))
        put(Deadline, key, fields, tally)


LOADERS: Final[dict[str, Loader]] = {
    **reference.LOADERS,
    "sources": load_sources,
    "activities": load_activities,
    "documents": load_documents,
    "norms": load_norms,
    "sectors": load_sectors,
    "industry-codes": load_industry_codes,
    "deadlines": load_deadlines,
}
# Kinds that a database of an earlier release may not have: the table that is empty then.
CATALOGUES: Final[dict[str, type[Model]]] = {
    **reference.CATALOGUES,
    "documents": SupportNorm,  # the texts come with the norms that cite them
    "norms": SupportNorm,
    "sectors": Sector,
    "industry-codes": IndustryCode,
    "deadlines": Deadline,
}
FILES: Final = (
    "sources",
    "activities",
    "documents",
    "documents-lai-chau",
    "norms-national",
    "norms-lai-chau",
    "sectors",
    "industry-codes",
    "deadlines",
)


def shipped() -> list[Path]:
    """The files of this app and those below it, in the order in which they rest on each other."""
    return [*reference.shipped(), *(DATA / f"{name}.yaml" for name in FILES)]


def load_if_empty() -> None:
    """Give a database without any catalogue the shipped ones."""
    if not FundingSource.objects.exists():
        for path in shipped():
            reference.load(path, LOADERS)
