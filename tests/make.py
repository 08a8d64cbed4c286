"""Make records for tests: a small province of its own, no shipped data, no clock."""

from __future__ import annotations

import datetime
import itertools
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django.core.files.base import ContentFile

from budgets import actions as budget_actions
from budgets.models import Cell
from khuyencong.core import clock, files
from khuyencong.core.models import LegalDocument, Organisation, Place, RoleGrant, StoredFile, User
from khuyencong.core.papers import Paper
from programmes.models import (
    Activity,
    Confidence,
    FundingSource,
    Programme,
    ProgrammeVersion,
    SourceShare,
    SupportNorm,
    YearPhase,
)
from projects import checks, drafts, justifications, loading
from projects.drafts import CostRow, Draft
from projects.firing import fire
from projects.models import Enterprise, Proposal, ReviewChain, ReviewStep

TRIEU = 1_000_000
PASSWORD = "mat-khau-thu-nghiem"
_serial = itertools.count(1)
Kind = Organisation.Kind


def sources() -> dict[str, FundingSource]:
    rows = (
        ("national", "Khuyến công quốc gia", "Quốc gia", True),
        ("provincial", "Ngân sách tỉnh", "Tỉnh", True),
        ("counterpart", "Cơ sở đối ứng", "Đối ứng", False),
        ("other", "Nguồn khác", "Khác", False),
    )
    return {
        code: FundingSource.objects.get_or_create(
            code=code,
            defaults={"name": name, "short_name": short, "is_state": state, "position": index},
        )[0]
        for index, (code, name, short, state) in enumerate(rows)
    }


def province(name: str = "Tỉnh Thử", abbreviation: str = "TT", code: str = "98") -> Place:
    return Place.objects.create(
        code=code, name=name, kind="tỉnh", level=Place.Level.PROVINCE, abbreviation=abbreviation
    )


def organisation(kind: str, home: Place | None, name: str = "", **fields: Any) -> Organisation:
    number = next(_serial)
    name = name or f"{Kind(kind).label} {home or ''}".strip()
    return Organisation.objects.create(
        code=f"org-{number}", name=name, short_name=name[:80], kind=kind, province=home, **fields
    )


def user(username: str, role: str, home: Organisation, **fields: Any) -> User:
    made = User(
        username=username,
        full_name=fields.pop("full_name", f"Người {username}"),
        organisation=home,
        **fields,
    )
    made.set_password(PASSWORD)
    made.save()
    RoleGrant.objects.create(user=made, role=role)
    return made


def chains(known: dict[str, FundingSource]) -> None:
    """The two chains of the domain, the first step with two signatures."""
    ways = {
        "national": (Kind.INDUSTRY_DEPARTMENT, Kind.NATIONAL_AGENCY, Kind.MINISTRY),
        "provincial": (
            Kind.INDUSTRY_DEPARTMENT,
            Kind.FINANCE_DEPARTMENT,
            Kind.PROVINCIAL_COMMITTEE,
        ),
    }
    for code, kinds in ways.items():
        chain = ReviewChain.objects.create(code=code, name=f"Quy trình {code}", source=known[code])
        for order, kind in enumerate(kinds, start=1):
            ReviewStep.objects.create(
                chain=chain,
                order=order,
                kind="approve" if order == len(kinds) else "appraise",
                organisation_kind=kind,
                working_days=10,
                two_signatures=order == 1,
            )


def programme(
    home: Place,
    known: dict[str, FundingSource],
    *,
    code: str = "thu-2026-2030",
    start: int = 2026,
    end: int = 2030,
    shares: dict[str, int] | None = None,
) -> Programme:
    shares = shares or {"national": 5000, "provincial": 5000, "counterpart": 10000}
    document = LegalDocument.objects.create(
        number=f"{next(_serial)}/QĐ-UBND", kind="decision", issuer_name="UBND tỉnh Thử"
    )
    made = Programme.objects.create(
        code=code, name=f"Chương trình {code}", province=home, start_year=start, end_year=end
    )
    total = sum(shares.values()) * TRIEU
    version = ProgrammeVersion.objects.create(programme=made, decision=document, total_amount=total)
    years = range(start, end + 1)
    part = total // len(years)
    for year in years:
        amount = part if year != end else total - part * (len(years) - 1)
        YearPhase.objects.create(version=version, year=year, amount=amount)
    for source_code, amount in shares.items():
        SourceShare.objects.create(
            version=version, source=known[source_code], amount=amount * TRIEU
        )
    budget_actions.ensure_cells(made)
    return made


def world(suffix: str = "", name: str = "Tỉnh Thử", abbreviation: str = "TT") -> SimpleNamespace:
    """A province with its offices, its people, its chains and one open programme."""
    known = sources()
    home = province(name, abbreviation, code=abbreviation)
    orgs = SimpleNamespace(
        centre=organisation(Kind.IMPLEMENTING_UNIT, home, f"Trung tâm Khuyến công {name}"),
        other=organisation(Kind.IMPLEMENTING_UNIT, home, f"Hội nghề {name}"),
        industry=organisation(Kind.INDUSTRY_DEPARTMENT, home, sign="SCT"),
        finance=organisation(Kind.FINANCE_DEPARTMENT, home, sign="STC"),
        committee=organisation(Kind.PROVINCIAL_COMMITTEE, home, sign="UBND"),
    )
    for attribute, kind in (("agency", Kind.NATIONAL_AGENCY), ("ministry", Kind.MINISTRY)):
        found = Organisation.objects.filter(kind=kind, province__isnull=True).first()
        setattr(orgs, attribute, found or organisation(kind, None))
    people = SimpleNamespace(
        canbo=user(f"canbo{suffix}", "officer", orgs.centre),
        canbo2=user(f"canbo2{suffix}", "officer", orgs.other),
        sct=user(f"sct{suffix}", "appraiser", orgs.industry),
        sct_head=user(f"sct.lanhdao{suffix}", "head", orgs.industry),
        stc=user(f"stc{suffix}", "appraiser", orgs.finance),
        ubnd=user(f"ubnd{suffix}", "approver", orgs.committee),
        cuc=user(f"cuc{suffix}", "appraiser", orgs.agency),
        bct=user(f"bct{suffix}", "approver", orgs.ministry),
        ketoan=user(f"ketoan{suffix}", "accountant", orgs.industry),
        lanhdao=user(f"lanhdao{suffix}", "manager", orgs.industry),
        kiemtoan=user(f"kiemtoan{suffix}", "auditor", orgs.industry),
        quantri=user(f"quantri{suffix}", "administrator", orgs.industry),
        hethong=user(f"hethong{suffix}", "service", orgs.industry),
    )
    if not ReviewChain.objects.exists():
        chains(known)
    activity, _made = Activity.objects.get_or_create(
        code="KC3d", defaults={"name": "Ứng dụng máy móc thiết bị tiên tiến", "group": 3}
    )
    commune = Place.objects.create(
        code=f"c{next(_serial)}", name="Bản Thử", kind="xã", level="commune", parent=home
    )
    return SimpleNamespace(
        home=home,
        orgs=orgs,
        people=people,
        sources=known,
        activity=activity,
        commune=commune,
        programme=programme(home, known, code=f"thu{suffix}-2026-2030"),
    )


def norm(
    place: SimpleNamespace, activity: str = "KC3d", source: str = "provincial", **fields: Any
) -> SupportNorm:
    """A norm of the province, compared with the law, in force since long ago."""
    fields.setdefault("confidence", Confidence.CHECKED)
    fields.setdefault("legal_ref", "Nghị quyết thử Điều 1")
    fields.setdefault("valid_from", datetime.date(2020, 1, 1))
    fields.setdefault("province", place.home)
    return SupportNorm.objects.create(
        activity_code=activity, source=place.sources[source], **fields
    )


def allot(place: SimpleNamespace, source: str, year: int, trieu: int) -> Cell:
    """Give a cell money by a decision of its own; returns the cell as it is then."""
    cell = Cell.objects.get(programme=place.programme, source__code=source, year=year)
    budget_actions.allocate(
        place.programme,
        {cell: trieu * TRIEU},
        paper=paper("QĐ-UBND"),
        issuer=place.orgs.committee,
        by=place.people.sct,
    )
    cell.refresh_from_db()
    return cell


def paper(sign: str = "QĐ-UBND", *, file: StoredFile | None = None, **fields: Any) -> Paper:
    return Paper(
        number=f"{next(_serial)}/{sign}",
        issued_on=fields.pop("issued_on", None) or clock.today(),
        file=file,
        **fields,
    )


def scan(by: User) -> StoredFile:
    """The scan of a paper."""
    return files.store(ContentFile(b"%PDF-1.4 scan"), "qd.pdf", "application/pdf", by)


def enterprise(place: SimpleNamespace, name: str = "") -> Enterprise:
    return Enterprise.objects.create(
        province=place.home,
        name=name or f"Cơ sở {next(_serial)}",
        kind=Enterprise.Kind.HOUSEHOLD,
        place=place.commune,
    )


def draft(
    place: SimpleNamespace,
    money: dict[str, int] | None = None,
    *,
    year: int = 2026,
    by: User | None = None,
    title: str = "Máy sao chè",
    **fields: Any,
) -> Proposal:
    """A complete draft asking these triệu đồng by source, one cost line a source pair."""
    money = money or {"provincial": 200}
    by = by or place.people.canbo
    proposal = drafts.create(place.programme, year, title=title, kind=Proposal.Kind.SINGLE, by=by)
    rows = [
        CostRow(
            name=f"Thiết bị {code}",
            unit="bộ",
            quantity=Decimal(1),
            unit_price=2 * amount * TRIEU,
            shares={code: amount * TRIEU, "counterpart": amount * TRIEU},
        )
        for code, amount in money.items()
    ]
    funding = {(code, year): amount * TRIEU for code, amount in money.items()}
    funding["counterpart", year] = sum(money.values()) * TRIEU
    saved = drafts.save(
        proposal,
        Draft(
            fields={
                "necessity": "Cần máy mới.",
                "goals": "Nâng năng suất.",
                "content": "Mua và lắp máy.",
                "expected_output": "1 cơ sở.",
                "starts_on": datetime.date(year, 5, 1),
                "ends_on": datetime.date(year, 11, 30),
                **fields,
            },
            activities=[(place.activity, 1)],
            places=[place.commune],
            beneficiaries=[enterprise(place)],
            cost_rows=rows,
            funding=funding,
        ),
        by=by,
        expected_version=proposal.version,
    )
    return saved


def explained(proposal: Proposal, *, by: User | None = None) -> Proposal:
    """With a reason and a paper written for every warning there is today."""
    fresh = loading.with_parts(Proposal.objects.all()).get(pk=proposal.pk)
    outcome = checks.run(checks.Case.of(fresh), clock.today())
    answers = [
        justifications.Written(row.code, row.subject, "Đã xem xét, vẫn cần.", "1/GT")
        for row in outcome.unanswered
    ]
    justifications.save(fresh, answers, by=by or fresh.created_by)
    return proposal


def submitted(place: SimpleNamespace, money: dict[str, int] | None = None, **kw: Any) -> Proposal:
    """``explain``: with a reason for each warning, as one who knows what is out of the ordinary."""
    explain = kw.pop("explain", False)
    ready = draft(place, money, **kw)
    return fire(
        explained(ready) if explain else ready, "submit", by=kw.get("by") or place.people.canbo
    )


def ready_to_approve(
    place: SimpleNamespace, money: dict[str, int] | None = None, **kw: Any
) -> Proposal:
    """Passed by every appraising office of each of its chains."""
    money = money or {"provincial": 200}
    proposal = submitted(place, money, **kw)
    people = place.people
    proposal = fire(proposal, "pass", by=people.sct)
    proposal = fire(proposal, "conclude", by=people.sct_head)
    if "provincial" in money:
        proposal = fire(proposal, "pass", by=people.stc)
    if "national" in money:
        proposal = fire(proposal, "pass", by=people.cuc)
    return proposal


def approved(place: SimpleNamespace, money: dict[str, int] | None = None, **kw: Any) -> Proposal:
    money = money or {"provincial": 200}
    proposal = ready_to_approve(place, money, **kw)
    if "provincial" in money:
        proposal = fire(proposal, "approve", by=place.people.ubnd, paper=paper("QĐ-UBND"))
    if "national" in money:
        proposal = fire(proposal, "approve", by=place.people.bct, paper=paper("QĐ-BCT"))
    return proposal
