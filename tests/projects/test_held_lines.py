"""Lines that an attack once crossed: one voucher once, dates in order, papers and scans kept."""

import datetime
import sqlite3

import pytest
from django.test import Client

from budgets import actions as budget_actions
from budgets.models import Allocation, Cell
from khuyencong.core import clock, invariants
from khuyencong.core.models import LegalDocument, RoleGrant, User
from khuyencong.core.papers import Paper
from khuyencong.core.refusals import NotAllowed, NotNow, Refused
from projects import drafts
from projects.firing import fire
from tests import make
from tests.make import TRIEU

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    made = make.world()
    make.allot(made, "provincial", 2026, 900)
    return made


@pytest.fixture(autouse=True)
def nothing_is_broken():
    yield
    assert list(invariants.violations()) == []


def contracted(place, paper=None):
    proposal = make.approved(place, {"provincial": 200})
    return fire(proposal, "sign", by=place.people.ketoan, paper=paper or make.paper("HĐ"))


def pay(place, proposal, paper, amount=10):
    line = proposal.funding_lines.get(source__code="provincial")
    data = {"line_id": line.pk, "amount": amount * TRIEU}
    return fire(proposal, "disburse", by=place.people.ketoan, paper=paper, data=data)


def test_a_voucher_pays_a_line_once(place):
    proposal = contracted(place)
    voucher = make.paper("UNC")
    pay(place, proposal, voucher)
    with pytest.raises(Refused, match="đã dùng"):
        pay(place, proposal, voucher)


def test_a_paper_is_not_dated_before_what_it_rests_on(place):
    yesterday = clock.today() - datetime.timedelta(days=1)
    with clock.at(yesterday):
        early = make.submitted(place)
    fire(early, "pass", by=place.people.sct)
    fire(early, "conclude", by=place.people.sct_head)
    fire(early, "pass", by=place.people.stc)
    fire(early, "approve", by=place.people.ubnd, paper=make.paper("QĐ-UBND"))
    with pytest.raises(Refused, match="Ngày văn bản phải từ ngày"):
        fire(early, "sign", by=place.people.ketoan, paper=make.paper("HĐ", issued_on=yesterday))


def test_acceptance_covers_what_was_paid_and_payment_ends_with_it(place):
    proposal = contracted(place)
    pay(place, proposal, make.paper("UNC"), 50)
    proposal = fire(proposal, "start", by=place.people.canbo)
    less = {"amount": 10 * TRIEU}
    with pytest.raises(Refused, match="Đã chi 50 triệu đồng"):
        fire(proposal, "accept", by=place.people.ketoan, paper=make.paper("BB"), data=less)
    same = {"amount": 50 * TRIEU}
    proposal = fire(proposal, "accept", by=place.people.ketoan, paper=make.paper("BB"), data=same)
    with pytest.raises(Refused, match="Chỉ còn được chi 0"):
        pay(place, proposal, make.paper("UNC"), 1)


def test_one_person_with_both_roles_never_gives_both_signatures(place):
    proposal = make.submitted(place)
    RoleGrant.objects.create(user=place.people.sct, role="head")
    both = User.objects.get(pk=place.people.sct.pk)
    fire(proposal, "pass", by=both)
    for verb in ("conclude", "return", "refuse"):
        with pytest.raises(NotAllowed, match="người thứ hai"):
            fire(proposal, verb, by=both, reason="Tự mình")


def test_a_decision_gives_its_money_once(place):
    decision = Paper("500/QĐ-UBND", clock.today())
    cell = Cell.objects.get(programme=place.programme, source__code="provincial", year=2026)
    budget_actions.allocate(
        place.programme,
        {cell: 100 * TRIEU},
        paper=decision,
        issuer=place.orgs.committee,
        by=place.people.sct,
    )
    proposal = make.ready_to_approve(place)
    with pytest.raises(Refused, match="đã được nhập"):
        fire(proposal, "approve", by=place.people.ubnd, paper=decision, data={"allots": True})
    cell.refresh_from_db()
    assert (cell.allotted, cell.committed) == (1000 * TRIEU, 0)
    fire(proposal, "approve", by=place.people.ubnd, paper=decision)


def test_an_allotting_decision_stays_within_one_programme(place):
    other = make.programme(place.home, place.sources, code="khac-2026-2030")
    decision = Paper("610/QĐ-BCT", clock.today())
    first = make.ready_to_approve(place, {"national": 100})
    fire(first, "approve", by=place.people.bct, paper=decision, data={"allots": True})
    place.programme = other
    second = make.ready_to_approve(place, {"national": 100})
    with pytest.raises(Refused, match="đã được nhập"):
        fire(second, "approve", by=place.people.bct, paper=decision, data={"allots": True})
    assert Allocation.objects.filter(programme=other).count() == 0


def test_a_scan_is_kept_or_asked_for_but_never_lost(place):
    scan = make.scan(place.people.ubnd)
    proposal = make.submitted(place)
    with pytest.raises(Refused, match="Nhập số văn bản"):
        fire(proposal, "return", by=place.people.sct, reason="Thiếu", paper=Paper(file=scan))
    decision = make.paper("QĐ-UBND")
    for _n in range(2):
        ready = make.ready_to_approve(place)
        fire(ready, "approve", by=place.people.ubnd, paper=decision)
        decision = Paper(decision.number, decision.issued_on, "Chủ tịch", "", scan)
    assert LegalDocument.objects.get(number=decision.number).file == scan


def test_an_office_that_has_read_keeps_what_it_read(place):
    proposal = make.submitted(place)
    fire(proposal, "pass", by=place.people.sct)
    with pytest.raises(Refused):
        fire(proposal, "take_back", by=place.people.canbo)
    fire(proposal, "conclude", by=place.people.sct_head)
    client = Client()
    client.force_login(place.people.stc)
    assert client.get(f"/de-an/{proposal.code}/").status_code == 200
    with pytest.raises((Refused, NotNow)):
        fire(proposal, "take_back", by=place.people.sct_head)


def test_a_demonstration_account_opens_a_local_portal_only(place, settings):
    settings.ALLOWED_HOSTS = ["portal.example", "localhost"]
    User.objects.filter(pk=place.people.ubnd.pk).update(is_demo=True)
    sent = {"username": place.people.ubnd.username, "password": make.PASSWORD}
    far = Client(SERVER_NAME="portal.example").post("/dang-nhap/", sent)
    near = Client(SERVER_NAME="localhost").post("/dang-nhap/", sent)
    assert (far.status_code, near.status_code) == (200, 302)


def test_what_one_source_was_approved_for_is_not_rewritten_for_the_other(place):
    proposal = make.ready_to_approve(place, {"provincial": 100, "national": 50})
    fire(proposal, "approve", by=place.people.ubnd, paper=make.paper("QĐ-UBND"))
    fire(proposal, "return", by=place.people.bct, reason="Nêu rõ sự cần thiết")

    def save(**fields):
        proposal.refresh_from_db()
        return drafts.save(
            proposal, drafts.Draft(fields=fields), by=place.people.canbo, expected_version=None
        )

    with pytest.raises(Refused, match="Một nguồn vốn đã được phê duyệt"):
        save(title="Mua xe ô tô")
    rows = [
        drafts.CostRow(
            name="Xe ô tô" if share.source.code == "provincial" else item.name,
            unit=item.unit,
            quantity=item.quantity,
            unit_price=item.unit_price,
            shares={one.source.code: one.requested for one in item.shares.all()},
        )
        for item in proposal.cost_items.all()
        for share in item.shares.filter(source__is_state=True)
    ]
    with pytest.raises(Refused, match="Một nguồn vốn đã được phê duyệt"):
        drafts.save(
            proposal, drafts.Draft(cost_rows=rows), by=place.people.canbo, expected_version=None
        )
    assert save(necessity="Viết rõ hơn.").necessity == "Viết rõ hơn."


@pytest.mark.sqlite
def test_no_check_needs_a_function_that_only_the_application_has():

    from django.db import connection

    source = sqlite3.connect(connection.settings_dict["NAME"], timeout=30)
    schema = source.execute("SELECT group_concat(sql, ';') FROM sqlite_master").fetchone()[0]
    assert "django_date_extract" not in schema
    source.close()
