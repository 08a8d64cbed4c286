"""What the addresses of the permission table point to: one thing of each kind, of one province."""

from __future__ import annotations

import datetime
from types import SimpleNamespace
from typing import Any

from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from khuyencong.core import clock
from khuyencong.core.models import ApiToken, LegalDocument, User
from programmes.models import Deadline
from projects.firing import fire
from projects.models import (
    Attachment,
    CraftVillage,
    EnterpriseIdentifier,
    ImportRow,
    ImportRun,
    Proposal,
    SavedView,
)
from reports.models import ReportRun
from tests import make, panels, permission_annual, permission_clocks
from tests.permission_table import PEOPLE
from tests.projects import norms


def people_of(place: SimpleNamespace) -> dict[str, User]:
    """Everybody of the table: this province's people and those of another one."""
    other = make.world("x", "Tỉnh Khác", "TK")
    found = vars(place.people) | {f"x_{name}": user for name, user in vars(other.people).items()}
    return {name: found[name] for name in PEOPLE}


def dossier(place: SimpleNamespace) -> Proposal:
    """Of ``canbo``; it has reached the finance department and the agency, not who approves."""
    proposal = make.submitted(place, {"provincial": 200, "national": 100})
    fire(proposal, "pass", by=place.people.sct)
    return fire(proposal, "conclude", by=place.people.sct_head)


def faulty_import(place: SimpleNamespace) -> ImportRun:
    """A workbook of ``canbo`` that was read; one of its cells is wrong."""
    run = ImportRun.objects.create(
        kind=ImportRun.Kind.ENTERPRISES,
        state=ImportRun.State.READY,
        province=place.home,
        file=make.scan(place.people.canbo),
        params={"sheets": [{"name": "Cơ sở", "columns": ["name", "kind"], "unused": []}]},
        row_count=1,
        fault_count=1,
        ordered_by=place.people.canbo,
    )
    ImportRow.objects.create(
        run=run, sheet_row=2, cells={"kind": "Hộ"}, faults=[["name", "chưa nhập"]]
    )
    return run


def arguments(place: SimpleNamespace) -> dict[str, dict[str, Any]]:
    """The arguments of each route that has some, by the route's name."""
    people, proposal = place.people, dossier(place)
    scan = make.scan(people.sct)
    document = LegalDocument.objects.create(
        number="1/QĐ-UBND",
        kind="decision",
        issuer=place.orgs.committee,
        issuer_name=place.orgs.committee.name,
        province=place.home,
        file=scan,
    )
    attachment = Attachment.objects.create(
        proposal=proposal, file=make.scan(people.canbo), title="Báo giá"
    )
    file = make.scan(people.lanhdao)
    run = ReportRun.objects.create(
        report="budget-execution",
        params={"programme": place.programme.code},
        snapshot_at=clock.now(),
        ordered_by=people.lanhdao,
        state="done",
        file=file,
        sha256=file.sha256,
    )
    view = SavedView.objects.create(owner=people.canbo, name="Chung", is_shared=True)
    token, _secret = ApiToken.issue(user=people.hethong, name="thử", scope="read", days=30)
    scenes = [part.addresses(place) for part in (panels, permission_annual, permission_clocks)]
    # After all acts: a norm that one was checked under is edited otherwise.
    norm = norms.norm(place)
    deadline = Deadline.objects.create(
        source=place.sources["national"],
        province=place.home,
        plan_year=2027,
        due_on=datetime.date(2026, 5, 20),
    )
    code, programme = {"code": proposal.code}, {"code": place.programme.code}
    enterprise = {"pk": proposal.beneficiaries.get().enterprise_id}
    number = EnterpriseIdentifier.objects.create(
        enterprise_id=enterprise["pk"], kind="personal12", value="012345678901"
    )
    village = {"pk": CraftVillage.objects.create(province=place.home, name="Làng thử").pk}
    imported = {"pk": faulty_import(place).pk}
    office = {"pk": place.orgs.finance.pk}
    chain = {"pk": proposal.tracks.get(source__code="provincial").chain_id}
    return {
        "import_template": {"kind": "enterprises"},
        **dict.fromkeys(
            (
                *("import_run", "import_progress", "import_confirm", "import_cancel"),
                *("import_faults", "import_file"),
            ),
            imported,
        ),
        **{name: given for scene in scenes for name, given in scene.items()},
        "proposal_detail": code,
        "proposal_edit": code,
        "proposal_section": code | {"section": "du-toan"},
        "proposal_again": code,
        "proposal_checks": code,
        "proposal_compare": code,
        "proposal_trail": code,
        "audit_bundle": code,
        "proposal_transition": code | {"verb": "withdraw"},
        "attachment_new": code,
        "attachment_remove": code | {"pk": attachment.file_id},
        "proposal_file": code | {"pk": attachment.file_id},
        "desk_dossier": code,
        "remark_list": code,
        "budget_plan_programme": programme,
        "cell_detail": programme | {"year": 2026, "source": "provincial"},
        "allocation_new": programme,
        "enterprise_detail": enterprise,
        "enterprise_edit": enterprise,
        "enterprise_merge": enterprise,
        "identifier_new": enterprise,
        "identifier_end": enterprise | {"number": number.pk},
        "identifier_verify": enterprise | {"number": number.pk},
        "identifier_reveal": enterprise | {"number": number.pk},
        "craft_village_detail": village,
        "craft_village_edit": village,
        "norm_edit": {"pk": norm.pk},
        "deadline_edit": {"pk": deadline.pk},
        "organisation_edit": office,
        "organisation_rename": office,
        "organisation_merge": office,
        "chain_version": chain,
        "chain_edit": chain,
        "document_file": {"pk": document.pk},
        "proposal_saved_view_delete": {"pk": view.pk},
        "token_revoke": {"pk": token.pk},
        "report_run": {"pk": run.pk},
        "report_progress": {"pk": run.pk},
        "report_cancel": {"pk": run.pk},
        "report_again": {"pk": run.pk},
        "report_file": {"pk": run.pk},
        "api_report": {"pk": run.pk},
        "api_report_file": {"pk": run.pk},
        "api_programme": programme,
        "api_programme_budget": programme,
        "api_enterprise": enterprise,
        "api_proposal": code,
        "api_transitions": code,
        "api_checks": code,
    }


def routes() -> dict[str, str]:
    """Every route of the portal: its name and its pattern."""
    found: dict[str, str] = {}

    def walk(resolver: URLResolver, before: str) -> None:
        for pattern in resolver.url_patterns:
            route = before + str(pattern.pattern)
            if isinstance(pattern, URLPattern):
                found[pattern.name or route] = route
            else:
                walk(pattern, route)

    walk(get_resolver(), "/")
    return found


class Person:
    """Somebody, or nobody (None), who asks for addresses in the browser or with a key."""

    def __init__(self, user: User | None, scope: str = "write") -> None:
        self.headers: dict[str, str] = {}
        self.cookies: dict[str, str] = {}
        if user is None:
            return
        browser = Client()
        browser.force_login(user)
        self.cookies = {name: cookie.value for name, cookie in browser.cookies.items()}
        _token, secret = ApiToken.issue(user=user, name="thử", scope=scope, days=30)
        self.headers = {"Authorization": f"Bearer {secret}"}

    def ask(self, method: str, address: str) -> int:
        """The status of the answer to a request without a body."""
        return self.answer(method, address).status_code

    def answer(self, method: str, address: str) -> Any:
        """The answer to a request without a body; nothing of what it did is kept."""
        client = Client(raise_request_exception=False)
        by_key = address.startswith("/api/v1/")
        if not by_key:
            client.cookies.load(self.cookies)
        with transaction.atomic():
            answer = client.generic(
                method,
                address,
                content_type="application/json" if by_key else "application/x-www-form-urlencoded",
                headers=self.headers if by_key else {},
            )
            transaction.set_rollback(True)
        return answer


def address(name: str, given: dict[str, dict[str, Any]]) -> str:
    return reverse(name, kwargs=given.get(name))
