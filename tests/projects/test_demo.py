"""The demonstration data: who and what there is, and that it went through the same rules."""

import datetime
import io
from collections import Counter

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import F, Sum
from django.test import Client, override_settings
from stdnum.vn import mst

from budgets.models import Allocation, Cell
from khuyencong.core import audit, clock, invariants, text, workdays
from khuyencong.core.models import LegalDocument, Organisation, User
from programmes.models import Programme
from projects import loading, papers_of_dossier, search, tracks
from projects.demo.bulk import plans, scene
from projects.models import (
    Attachment,
    CheckedNorm,
    CheckRecord,
    Enterprise,
    EnterpriseIdentifier,
    FundingLine,
    Notice,
    Proposal,
    Review,
    Track,
)

MILLION = 1_000_000
ROLES = {
    "canbo": "officer",
    "canbo2": "officer",
    "sct": "appraiser",
    "sct.lanhdao": "head",
    "stc": "appraiser",
    "ubnd": "approver",
    "cuc": "appraiser",
    "bct": "approver",
    "ketoan": "accountant",
    "lanhdao": "manager",
    "kiemtoan": "auditor",
    "quantri": "administrator",
    "hethong": "service",
}
PAST, PRESENT = "lai-chau-2021-2025", "minh-hoa-2026-2030"
# domain.md §12: totals by proposal in triệu đồng, in the order of the table.
BY_PROPOSAL = (
    (1000, {"provincial": 500, "counterpart": 500}),
    (24000, {"national": 6000, "counterpart": 18000}),
    (2400, {"national": 600, "counterpart": 1800}),
    (4800, {"national": 1200, "counterpart": 3600}),
    (4800, {"national": 1200, "counterpart": 3600}),
    (6500, {"national": 2000, "counterpart": 4500}),
    (6500, {"national": 2000, "counterpart": 4500}),
    (8800, {"provincial": 2800, "counterpart": 6000}),
    (3700, {"national": 900, "counterpart": 2800}),
    (2150, {"provincial": 1050, "counterpart": 1100}),
    (3000, {"provincial": 2400, "counterpart": 600}),
    (1600, {"national": 1200, "counterpart": 400}),
    (1900, {"provincial": 900, "counterpart": 1000}),
    (720, {"national": 720}),
    (3430, {"provincial": 3430}),
)
BY_YEAR_OF_PROPOSAL = (
    (1000, 0, 0, 0, 0),
    (0, 12000, 12000, 0, 0),
    (2400, 0, 0, 0, 0),
    (0, 4800, 0, 0, 0),
    (0, 0, 2400, 2400, 0),
    (3250, 0, 3250, 0, 0),
    (0, 0, 0, 3250, 3250),
    (1900, 1900, 1200, 1900, 1900),
    (0, 0, 0, 2450, 1250),
    (430, 430, 430, 430, 430),
    (600, 600, 600, 600, 600),
    (320, 320, 320, 320, 320),
    (0, 0, 0, 650, 1250),
    (120, 150, 150, 150, 150),
    (794, 804, 364, 904, 564),
)
BY_YEAR_AND_SOURCE = {
    "national": (1960, 4590, 4990, 2590, 1690),
    "provincial": (2584, 2094, 1454, 2494, 2454),
    "counterpart": (6270, 14320, 14270, 7970, 5570),
}
YEARS = range(2021, 2026)


def load_demo():
    call_command("load_demo", stdout=io.StringIO(), verbosity=0)


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """The data is loaded once for the module; each test undoes what it does itself."""
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(ALLOWED_HOSTS=["localhost"]):
            load_demo()
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def own_files():
    """The scans lie where the module's data was loaded."""


@pytest.fixture
def demo(loaded, db):
    return Programme.objects.get(code=PAST)


def requested(**found):
    rows = FundingLine.objects.filter(**found)
    return (rows.aggregate(total=Sum("requested"))["total"] or 0) // MILLION


def page_of(username):
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


def test_the_accounts_are_those_that_were_promised(demo):
    users = {user.username: user for user in User.objects.filter(is_demo=True)}
    assert {name: tuple(user.roles) for name, user in users.items()} == {
        name: (role,) for name, role in ROLES.items()
    }
    assert all(user.check_password("khuyencong-demo") for user in users.values())
    assert all("minh họa" in user.title for user in users.values())
    kinds = Organisation.Kind
    assert users["canbo"].organisation_id != users["canbo2"].organisation_id
    for name in ("sct", "sct.lanhdao", "ketoan", "hethong"):
        assert users[name].organisation.kind == kinds.INDUSTRY_DEPARTMENT
    assert users["stc"].organisation.kind == kinds.FINANCE_DEPARTMENT
    assert users["ubnd"].organisation.kind == kinds.PROVINCIAL_COMMITTEE
    assert users["cuc"].organisation.kind == kinds.NATIONAL_AGENCY
    assert users["bct"].organisation.kind == kinds.MINISTRY


def test_the_establishments_can_be_taken_for_no_real_one(demo):
    identifiers = EnterpriseIdentifier.objects.filter(enterprise__is_illustration=True)
    assert identifiers.count() == Enterprise.objects.filter(is_illustration=True).count() == 10
    for identifier in identifiers:
        assert identifier.value.startswith("99") and mst.is_valid(identifier.value)
        assert "minh họa" in identifier.enterprise.name


def test_each_establishment_is_described_and_was_entered_by_the_register_itself(demo):
    rows = Enterprise.objects.filter(is_illustration=True)
    for row in rows.select_related("sector_group", "industry", "craft_village"):
        assert row.sector_group and not row.sector_group.is_excluded and row.industry, row
        assert row.workers_female <= row.workers and row.workers_minority <= row.workers
        assert [entry.action for entry in audit.trail(row)] == [
            "projects.enterprise.create",
            "projects.enterprise.add_identifier",
        ]
    assert rows.filter(craft_village__is_illustration=True).count() == 1


def of_table(demo):
    """The fifteen proposals in the order of the table, found by their sums over the years."""
    found = {}
    for proposal in Proposal.objects.filter(programme=demo):
        row = tuple(requested(proposal=proposal, year=year) for year in YEARS)
        sources = {
            code: requested(proposal=proposal, source__code=code) for code in BY_YEAR_AND_SOURCE
        }
        found[row] = (proposal, {code: total for code, total in sources.items() if total})
    return [found[row] for row in BY_YEAR_OF_PROPOSAL]


def test_the_fifteen_proposals_have_the_figures_of_the_table(demo):
    rows = of_table(demo)
    assert [sources for _proposal, sources in rows] == [sources for _t, sources in BY_PROPOSAL]
    assert [requested(proposal=proposal) for proposal, _sources in rows] == [
        total for total, _sources in BY_PROPOSAL
    ]
    assert Proposal.objects.filter(programme=demo).count() == 15


def test_years_and_sources_add_up_to_the_programme(demo):
    for code, amounts in BY_YEAR_AND_SOURCE.items():
        for year, amount in zip(YEARS, amounts, strict=True):
            lines = {"source__code": code, "year": year, "proposal__programme": demo}
            assert requested(**lines) == amount, (code, year)
    version = demo.version
    for phase in version.year_phases.all():
        lines = {"year": phase.year, "proposal__programme": demo}
        assert requested(**lines) * MILLION == phase.amount
    for share in version.source_shares.all():
        lines = {"source": share.source, "proposal__programme": demo}
        assert requested(**lines) * MILLION == share.amount
    assert requested(proposal__programme=demo) * MILLION == version.total_amount == 75300 * MILLION


def test_the_plan_of_the_real_programme_keeps_its_empty_cells(demo):
    assert not demo.is_illustration
    assert not demo.version.planned_cells.exists()
    assert demo.version.decision.issued_on is None


def test_whatever_is_fictional_says_so(demo):
    assert all(p.title.endswith("(minh họa)") for p in Proposal.objects.all())
    fictional = LegalDocument.objects.filter(title__contains="minh họa")
    assert fictional.filter(is_illustration=True).count() == fictional.count() > 100
    own = demo.allocations.values("document")
    assert LegalDocument.objects.filter(pk__in=own, is_illustration=False).count() == 0
    assert all("-MH" in d.number for d in fictional.exclude(number__endswith="/QĐ-MH"))
    assert Programme.objects.get(code=PRESENT).is_illustration


def test_history_lies_in_its_period(demo):
    for proposal in Proposal.objects.filter(programme=demo):
        first = proposal.status_changes.order_by("seq").first()
        assert first.changed_at.year == proposal.plan_year - 1
        assert proposal.created_at < first.changed_at
        last = proposal.status_changes.order_by("-seq").first().changed_at
        assert last <= proposal.updated_at and last.date() < datetime.date(2026, 2, 1)
    assert Counter(Proposal.objects.filter(programme=demo).values_list("status", flat=True)) == {
        "settled": 10,
        "accepted": 1,
        "liquidated": 1,
        "stopped": 1,
        "refused": 1,
        "withdrawn": 1,
    }


def test_every_status_occurs(demo):
    assert set(Proposal.objects.values_list("status", flat=True)) == set(Proposal.Status.values)
    live = Proposal.objects.filter(programme__code=PRESENT)
    assert set(live.values_list("status", flat=True)) == set(Proposal.Status.values)


def test_one_runs_through_both_chains_at_once(demo):
    both = [
        proposal
        for proposal in Proposal.objects.filter(status="in_review")
        if len(tracks.current(tracks.of(proposal))) == 2
    ]
    offices = {review.organisation.kind for review in Review.objects.filter(
        track__proposal__in=both, verdict="")}  # fmt: skip
    assert offices == {"finance_department", "national_agency"}


def test_outside_bodies_papers_were_recorded_with_their_scan(demo):
    recorded = Review.objects.exclude(recorded_by=None)
    assert recorded.filter(track__proposal__programme__code=PRESENT, verdict="approve").exists()
    for review in recorded.select_related("document__file"):
        assert review.decided_by is None and review.document.file.size > 1000
        with review.document.file.content.open("rb") as scan:
            assert scan.read(5) == b"%PDF-"


def test_dossiers_have_the_papers_that_were_demanded_of_them(demo):
    rows = loading.with_parts(Proposal.objects.all())
    lacking = {row.status for row in rows if list(papers_of_dossier.faults(row))}
    assert lacking == {"draft"}, "one is only begun: its checklist shows what is missing"
    held = Attachment.objects.select_related("file__uploaded_by", "requirement")
    assert held.count() > 100
    assert all(row.title.endswith("(minh họa)") and row.requirement for row in held)
    assert all(row.file.uploaded_by.is_demo for row in held)


@pytest.mark.parametrize("who", ["sct", "sct.lanhdao", "stc", "ubnd", "cuc", "bct"])
def test_no_desk_is_empty(demo, who):
    assert Proposal.objects.awaiting(User.objects.get(username=who)).exists()


def test_some_are_late_and_some_are_due_soon(demo):
    waiting = Review.objects.filter(verdict="", track__status=Track.Status.IN_STEP)
    left = [
        workdays.Calendar().between(clock.today(), due)
        for due in waiting.exclude(due_on=None).values_list("due_on", flat=True)
    ]
    assert sum(days < 0 for days in left) >= 2
    assert sum(0 <= days <= 3 for days in left) >= 2
    proposals = Proposal.objects.filter(tracks__reviews__in=waiting)
    conclusions = waiting.exclude(proposed="")
    assert proposals.exists() and conclusions.exists()


def test_a_year_that_is_not_allotted_waits(demo):
    present = Programme.objects.get(code=PRESENT)
    cell = Cell.objects.get(programme=present, year=2027, source__code="national")
    assert cell.allotted == 0
    assert FundingLine.objects.filter(cell=cell, approved__gt=0, commitments=None).exists()
    given = Cell.objects.filter(programme=present, year__in=(2026, 2027), allotted__gt=0)
    assert given.count() == 3


def test_a_second_unit_has_dossiers_of_its_own(demo):
    second = User.objects.get(username="canbo2")
    assert set(
        Proposal.objects.visible_to(second).values_list("created_by__username", flat=True)
    ) == {"canbo2"}
    assert Proposal.objects.filter(programme=demo, created_by=second).exists()


def test_nobody_is_mailed_about_it(demo):
    assert not Notice.objects.filter(mailed_at=None).exists()
    assert Notice.objects.filter(read_at=None).exists()


def test_no_invariant_is_broken(demo):
    assert list(invariants.violations()) == []


def contents():
    models = (User, Enterprise, Proposal, LegalDocument, Allocation, Cell, Review, Notice)
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


def test_every_dossier_passed_the_norms_of_its_day_or_has_a_reason(demo):
    sent = Proposal.objects.exclude(status_changes=None).exclude(submitted_at=None)
    assert sent.exclude(check_records__act="submission").count() == 0
    approved = Track.objects.filter(status="approved")
    assert CheckRecord.objects.filter(act="approval").count() >= approved.count() > 10
    for record in CheckRecord.objects.all():
        for row in record.results["checks"]:
            assert row["level"] != "error", (record, row)
            assert row["level"] == "pass" or row["justification"], (record, row)
    # By the law of its own day: what was approved before the present norms keeps the older ones.
    used = CheckedNorm.objects.filter(record__proposal__programme=demo)
    assert used.exists() and not used.filter(norm__valid_from__gt=F("record__checked_on")).exists()


def test_a_second_run_changes_nothing(demo, settings):
    settings.ALLOWED_HOSTS = ["localhost"]
    before = contents()
    load_demo()
    assert contents() == before


def test_the_log_in_page_names_the_accounts(demo, settings):
    settings.EMBEDDED = True
    html = Client().get("/dang-nhap/").content.decode()
    assert all(f">{name}<" in html for name in ROLES)


@pytest.mark.parametrize(
    "address",
    [
        "/ke-hoach-von/lai-chau-2021-2025/",
        "/ke-hoach-von/minh-hoa-2026-2030/",
        "/ke-hoach-von/minh-hoa-2026-2030/2026/national/",
        "/van-ban/",
    ],
)
def test_pages_show_it(demo, address):
    response = page_of("lanhdao").get(address)
    assert response.status_code == 200
    assert "minh họa" in response.content.decode()


def test_fictional_money_of_the_real_programme_is_told_apart_from_its_plan(demo):
    client = page_of("lanhdao")
    for address in (f"/ke-hoach-von/{PAST}/", f"/ke-hoach-von/{PAST}/2022/national/"):
        html = client.get(address).content.decode()
        assert "Kế hoạch là số của quyết định" in html
        assert "Dữ liệu minh họa, không phải số liệu thật." not in html
    page = client.get(f"/ke-hoach-von/{PRESENT}/").content.decode()
    assert "Dữ liệu minh họa, không phải số liệu thật." in page


def test_a_real_account_of_the_same_name_is_left_alone(demo, settings):
    settings.ALLOWED_HOSTS = ["localhost"]
    User.objects.filter(username="sct").update(is_demo=False)
    with pytest.raises(CommandError, match="sct"):
        load_demo()
    assert not User.objects.get(username="sct").is_demo


def make_load(count, **options):
    call_command("make_load", proposals=count, stdout=io.StringIO(), verbosity=0, **options)


def test_a_load_of_two_hundred_is_as_clean_as_real_work(demo):
    before = Proposal.objects.count()
    make_load(200)
    assert Proposal.objects.count() == before + 200
    assert list(invariants.violations()) == []
    made = Proposal.objects.filter(title__endswith="(thử tải)")
    assert set(made.values_list("status", flat=True)) >= {"draft", "in_review", "in_progress"}
    # Found and ordered as if the verbs had written them.
    assert search.refresh_all(Proposal.objects.all()) == 0
    assert all(row.title_key == text.sort_key(row.title)[:1000] for row in made)
    make_load(20, seed=2)
    assert list(invariants.violations()) == []
    assert Proposal.objects.count() == before + 220
    page = page_of("lanhdao").get(f"/de-an/{made.filter(status='in_progress').first().code}/")
    assert page.status_code == 200


def test_the_same_seed_draws_the_same_dossiers(demo):
    def drawn(seed):
        stage = scene.find(Programme.objects.select_related("province").get(code=PRESENT))
        stage.firms = list(Enterprise.objects.order_by("pk"))
        rows = plans.draw(stage, 50, seed)
        return [(row.title, row.year, row.outcome, row.asked, row.own, row.day) for row in rows]

    assert drawn(7) == drawn(7) != drawn(8)


def test_a_load_never_goes_into_a_real_programme(demo):
    with pytest.raises(CommandError, match="chương trình thật"):
        make_load(1, programme=PAST)
    with pytest.raises(CommandError, match="Không có chương trình"):
        make_load(1, programme="khong-co")


@pytest.mark.parametrize("count", ["0", "-1", "1.5", "x", "1000001"])
def test_a_senseless_number_of_dossiers_is_refused(count):
    with pytest.raises(CommandError, match="một số từ 1"):
        call_command("make_load", "--proposals", count)


def test_the_data_files_stand_beside_the_code():
    folder = django_settings.BASE_DIR / "programmes" / "data"
    assert {f"{PAST}.yaml", f"{PRESENT}.yaml"} <= {path.name for path in folder.iterdir()}
