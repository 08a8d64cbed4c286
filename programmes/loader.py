"""Put a programme file into the portal, once: the same file again changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from khuyencong.core import audit, money, text
from khuyencong.core.datafile import shown
from khuyencong.core.models import LegalDocument, Organisation, Place
from khuyencong.core.refusals import Fault, Refused
from programmes import figures, programme_file
from programmes.models import (
    Activity,
    FundingSource,
    Objective,
    PlannedCell,
    Programme,
    ProgrammeVersion,
    SourceShare,
    Target,
    TargetQuantity,
    YearPhase,
)
from programmes.programme_file import ProgrammeFile


def load(path: Path) -> tuple[Programme, bool]:
    """The programme of a file and whether it was made now.

    Raises ``Refused``, with nothing written, where the file has faults or the portal holds this
    programme with other contents.
    """
    file = programme_file.read(path)
    try:
        with transaction.atomic():
            known = Programme.objects.select_for_update(of=("self",)).filter(code=file.code).first()
            if known is None:
                return _make(file), True
            _must_be_the_same(known, file)
            return known, False
    except IntegrityError as error:
        raise Refused(_("Nơi khác vừa nạp chương trình này. Chạy lại lệnh.")) from error


def _make(file: ProgrammeFile) -> Programme:
    province = _province(file)
    decision = _decision(file, province)
    programme = Programme.objects.create(
        code=file.code,
        name=file.name,
        province=province,
        start_year=file.years[0],
        end_year=file.years[-1],
        is_illustration=file.illustration,
    )
    version = ProgrammeVersion.objects.create(
        programme=programme, decision=decision, total_amount=file.figures.total
    )
    _add_figures(version, file)
    _add_targets(version, file)
    Objective.objects.bulk_create(
        Objective(programme=programme, position=position, text=said)
        for position, said in enumerate(file.objectives, start=1)
    )
    audit.record(
        "programmes.programme.load",
        programme,
        by=None,
        document=decision,
        changes={
            "version": version.number,
            "total": file.figures.total,
            "years": {str(year): amount for year, amount in file.figures.years.items()},
            "sources": dict(file.figures.sources),
            "cells": [
                {"year": year, "source": source, "amount": amount}
                for (year, source), amount in file.figures.cells.items()
            ],
            "targets": {target.code: target.quantity for target in file.targets},
        },
    )
    return programme


def _province(file: ProgrammeFile) -> Place:
    """The province of this code; one the portal does not know yet is made from code and name."""
    rows = Place.objects.filter(level=Place.Level.PROVINCE, code=file.province_code)
    found = rows.order_by("valid_from").last()
    if found is None:
        return Place.objects.create(
            level=Place.Level.PROVINCE, code=file.province_code, name=file.province_name
        )
    if text.fold(found.name) != text.fold(file.province_name):
        raise Refused(
            Fault(
                _("province: mã {code} là {known}, không phải {given}.").format(
                    code=file.province_code, known=found.name, given=shown(file.province_name)
                ),
                "province",
            )
        )
    return found


def _decision(file: ProgrammeFile, province: Place) -> LegalDocument:
    same = {
        "kind": LegalDocument.Kind.DECISION,
        "number": file.number,
        "issuer_name": file.issuer,
        "year": file.issued_on.year if file.issued_on else None,
    }
    found = LegalDocument.objects.filter(**same).first()
    if found is None:
        return LegalDocument.objects.create(
            **same,
            issued_on=file.issued_on,
            issuer=Organisation.objects.filter(name=file.issuer).order_by("pk").last(),
            province=province,
            is_illustration=file.illustration,
        )
    if found.issued_on != file.issued_on:
        raise Refused(
            Fault(
                _("decision: {document} đã có với ngày {day}.").format(
                    document=found, day=f"{found.issued_on:%d/%m/%Y}"
                ),
                "decision",
            )
        )
    return found


def _add_figures(version: ProgrammeVersion, file: ProgrammeFile) -> None:
    sources = {source.code: source for source in FundingSource.objects.all()}
    YearPhase.objects.bulk_create(
        YearPhase(version=version, year=year, amount=amount)
        for year, amount in file.figures.years.items()
    )
    SourceShare.objects.bulk_create(
        SourceShare(version=version, source=sources[code], amount=amount)
        for code, amount in file.figures.sources.items()
    )
    PlannedCell.objects.bulk_create(
        PlannedCell(version=version, year=year, source=sources[code], amount=amount)
        for (year, code), amount in file.figures.cells.items()
    )


def _add_targets(version: ProgrammeVersion, file: ProgrammeFile) -> None:
    day = programme_file.catalogue_day(file.years)
    activities = {row.code: row for row in Activity.objects.valid_on(day)}
    for position, line in enumerate(file.targets, start=1):
        target = Target.objects.create(
            programme=version.programme,
            code=line.code,
            name=line.name,
            unit=line.unit,
            position=position,
        )
        target.activities.set(activities[code] for code in sorted(line.activities))
        TargetQuantity.objects.create(version=version, target=target, quantity=line.quantity)


# --- the same file again --------------------------------------------------------------------------


def _must_be_the_same(programme: Programme, file: ProgrammeFile) -> None:
    """Any version may be the file's: an amended programme keeps its first file valid."""
    versions = programme.versions.select_related("decision").order_by("-number")
    differences = [list(_differences(programme, version, file)) for version in versions]
    if all(differences):
        raise Refused(
            Fault(
                _(
                    "Chương trình {code} đã có trong cổng với nội dung khác tệp: {parts}. "
                    "Điều chỉnh cần một quyết định và một phiên bản mới; lệnh này không sửa."
                ).format(code=programme.code, parts="; ".join(min(differences, key=len))),
                "code",
            )
        )


def _differences(
    programme: Programme, version: ProgrammeVersion, file: ProgrammeFile
) -> Iterator[str]:
    decision = version.decision
    # A date that somebody has found out since is no other decision.
    day = file.issued_on or decision.issued_on
    for name, held, given in (
        ("name", programme.name, file.name),
        ("province", programme.province.code, file.province_code),
        ("start_year", programme.start_year, file.years[0]),
        ("end_year", programme.end_year, file.years[-1]),
        ("decision number", decision.number, file.number),
        ("decision issuer", decision.issuer_name, file.issuer),
        ("decision issued_on", decision.issued_on, day),
        ("illustration", programme.is_illustration, file.illustration),
    ):
        if held != given:
            yield f"{name} ({held} ≠ {given})"
    yield from _figure_differences(figures.of_version(version), file.figures)
    if tuple(programme.objectives.values_list("text", flat=True)) != file.objectives:
        yield "objectives"
    if _targets_of(version) != list(file.targets):
        yield "targets"


def _figure_differences(held: figures.Figures, given: figures.Figures) -> Iterator[str]:
    if held.total != given.total:
        yield f"total ({_trieu(held.total)} ≠ {_trieu(given.total)})"
    for name in ("years", "sources", "cells"):
        ours, theirs = dict(getattr(held, name)), dict(getattr(given, name))
        for key in sorted(ours.keys() | theirs.keys()):
            if ours.get(key) != theirs.get(key):
                where = " ".join(map(str, key)) if isinstance(key, tuple) else key
                yield f"{name} {where} ({_trieu(ours.get(key))} ≠ {_trieu(theirs.get(key))})"


def _trieu(amount: int | None) -> str:
    return money.MISSING if amount is None else f"{money.format_trieu(amount, 6)}"


def _targets_of(version: ProgrammeVersion) -> list[Any]:
    rows = version.target_quantities.select_related("target").order_by("target__position")
    return [
        programme_file.TargetLine(
            code=row.target.code,
            name=row.target.name,
            unit=row.target.unit,
            quantity=row.quantity,
            activities=frozenset(activity.code for activity in row.target.activities.all()),
        )
        for row in rows.prefetch_related("target__activities")
    ]
