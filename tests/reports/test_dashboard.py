"""Tổng quan: the same figures as everywhere, what is late, and a fixed number of questions."""

from __future__ import annotations

import datetime
import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from khuyencong.core import clock
from khuyencong.core.models import LegalDocument, Organisation, User
from khuyencong.core.refusals import Refused
from programmes.models import Activity, Objective, PlannedCell, Programme, Target, TargetQuantity
from projects import amounts
from projects.firing import fire
from projects.models import Beneficiary, Review
from projects.targets import achieved
from reports.targets import progress
from tests import make
from tests.reports.places import fill


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def manager(place: SimpleNamespace) -> Client:
    return signed_in(place.people.lanhdao)


def text(answer: Any) -> str:
    return answer.content.decode()


def table(page: str, caption: str) -> dict[str, list[str]]:
    """First word of each row → what its cells hold: exact đồng, or the word that stands there."""
    body = re.search(rf"<caption[^>]*>{re.escape(caption)}.*?</table>", page, re.DOTALL)[0]
    rows = {}
    for row in re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.DOTALL)[1:]:
        label = re.sub(r"<[^>]+>", "", re.search(r"<th[^>]*>(.*?)</th>", row)[1])
        cells = re.findall(r"<td[^>]*>(?:<data value=\"(-?\d+)\">)?([^<]*)", row)
        rows[label] = [exact or shown for exact, shown in cells]
    return rows


BY_SOURCE, BY_YEAR = "Kinh phí theo nguồn", "Kinh phí theo năm"


def shown(*figures: int | None) -> list[str]:
    return ["–" if figure is None else str(figure) for figure in figures]


def test_each_figure_is_that_of_the_matrix_to_the_dong(manager, place):
    found = amounts.matrix(place.programme)
    page = text(manager.get("/tong-quan/"))
    sources, years = table(page, BY_SOURCE), table(page, BY_YEAR)
    for source in found.sources:
        row, cells = found.by_source[source.code], sources[source.name]
        assert [cells[0], cells[3]] == shown(row.planned, row.requested)
        state = (row.allotted, row.committed, row.disbursed, row.available)
        state = state if source.is_state else (None,) * 4
        assert [cells[2], *cells[4:]] == shown(*state)
    for label, row in (("Ngân sách nhà nước", found.state()), ("Tổng cộng", found.total)):
        cells = sources[label]
        assert [cells[0], *cells[2:]] == shown(
            row.planned, row.allotted, row.requested, row.committed, row.disbursed, row.available
        )
    for year in found.years:
        row = found.by_year[year]
        assert years[str(year)] == shown(
            row.planned, row.allotted, row.committed, row.disbursed, row.available
        )
    assert found.total.pledged
    assert "không phải ngân sách" in page


def test_one_year(manager, place):
    found = amounts.matrix(place.programme, years=[2026])
    page = text(manager.get("/tong-quan/?nam=2026"))
    sources = table(page, BY_SOURCE)
    assert sources["Ngân sách tỉnh"][0] == "chưa phân bổ"
    assert sources["Ngân sách tỉnh"][2] == str(found.by_source["provincial"].allotted)
    assert sources["Tổng cộng"][0] == str(found.total.planned)
    assert table(page, BY_YEAR)["2027"][1] == str(
        amounts.matrix(place.programme).by_year[2027].allotted
    )


def test_a_year_of_the_matrix_is_the_matrix_of_a_year(place):
    version = place.programme.version
    PlannedCell.objects.create(
        version=version, year=2026, source=place.sources["provincial"], amount=7
    )
    for years in ([2026], [2026, 2028], list(place.programme.years)):
        assert amounts.matrix(place.programme).of_years(years) == amounts.matrix(
            place.programme, years=years
        )
    assert amounts.matrix(place.programme).of_years([2026]).by_source["provincial"].planned == 7


def test_shares_are_computed(manager, place):
    version = place.programme.version
    wanted = {"national": 15_820, "provincial": 11_080, "counterpart": 48_400}
    for code, amount in wanted.items():
        version.source_shares.filter(source__code=code).update(amount=amount * make.TRIEU)
    version.total_amount = 75_300 * make.TRIEU
    version.save()
    page = text(manager.get("/tong-quan/"))
    sources = table(page, BY_SOURCE)
    assert sources["Ngân sách nhà nước"][1] == "35,7%"
    assert sources["Cơ sở đối ứng"][1] == "64,3%"
    assert ">75.300 <small>" in page


# --- what should be looked at ------------------------------------------------------------------


def todo(client: Client, query: str = "") -> str:
    page = text(client.get(f"/tong-quan/{query}"))
    return re.search(r'<section class="panel todo".*?</section>', page, re.DOTALL)[0]


def test_gaps_in_the_plan_and_a_missing_day_are_said(manager, place):
    found = todo(manager)
    assert "Chưa phân bổ kinh phí từng năm theo nguồn" in found
    assert "chưa có ngày ban hành" in found
    assert "chưa có ngày ban hành" in text(manager.get("/tong-quan/"))
    version = place.programme.version
    LegalDocument.objects.filter(pk=version.decision_id).update(issued_on="2026-01-05", year=2026)
    PlannedCell.objects.create(
        version=version, year=2026, source=place.sources["national"], amount=1
    )
    found = todo(manager)
    assert "Còn 14 ô năm và nguồn chưa phân bổ" in found
    assert "chưa có ngày ban hành" not in found


def test_requests_above_what_is_left_are_said(manager, place):
    left = amounts.matrix(place.programme).cells[2026, "provincial"].available
    assert "vượt số còn lại" not in todo(manager)
    make.submitted(place, {"provincial": left // make.TRIEU})
    assert "Ngân sách tỉnh năm 2026: đang đề nghị vượt số còn lại" in todo(manager)
    make.submitted(place, {"national": 5}, year=2028)
    assert "Khuyến công quốc gia năm 2028: chưa giao dự toán" in todo(manager)


def test_offices_of_the_province_are_late_and_others_are_not(manager, place):
    with clock.at(datetime.date(2026, 3, 2)):
        ready = make.ready_to_approve(place, {"national": 10})
        late = make.submitted(place, {"provincial": 10}, title="Xưởng mộc")
    page = text(manager.get("/tong-quan/"))
    assert "1 hồ sơ quá hạn thẩm định" in page
    assert "1 đang ở cơ quan ngoài" in page
    listed = re.search(r'<ul class="late">.*?</ul>', page, re.DOTALL)[0]
    assert late.code in listed
    assert "Xưởng mộc" in listed
    assert ready.code not in listed


def test_late_dossiers_are_named_only_to_who_may_see_them(place):
    with clock.at(datetime.date(2026, 3, 2)):
        late = make.submitted(place, {"provincial": 10}, by=place.people.canbo2)
    own, other = (signed_in(user) for user in (place.people.canbo2, place.people.canbo))
    assert late.code in text(own.get("/tong-quan/"))
    page = text(other.get("/tong-quan/"))
    assert "1 hồ sơ quá hạn thẩm định" in page
    assert late.code not in page


def test_nothing_to_do_is_said(manager, place):
    LegalDocument.objects.update(issued_on="2026-01-05", year=2026)
    version = place.programme.version
    for year in place.programme.years:
        for share in version.source_shares.all():
            PlannedCell.objects.create(version=version, year=year, source=share.source, amount=0)
    assert "Không có việc nào cần xử lý." in todo(manager)


# --- targets -----------------------------------------------------------------------------------


def target(place: SimpleNamespace, code: str, quantity: int, *activities: Activity) -> Target:
    made = Target.objects.create(
        programme=place.programme, code=code, name=f"Mục tiêu {code}", unit="cơ sở"
    )
    made.activities.set(activities)
    TargetQuantity.objects.create(version=place.programme.version, target=made, quantity=quantity)
    return made


def accepted(place: SimpleNamespace, **fields: Any) -> Any:
    proposal = make.approved(place, {"provincial": 10}, **fields)
    people = place.people
    proposal = fire(proposal, "sign", by=people.ketoan, paper=make.paper("HĐ"))
    for verb in ("start", "accept"):
        for by in (people.ketoan, people.canbo, people.sct):
            try:
                proposal = fire(proposal, verb, by=by, paper=make.paper("BBNT"))
                break
            except Refused:
                continue
    return proposal


def test_only_what_is_accepted_counts(manager, place):
    reached = target(place, "machinery", 30, place.activity)
    untouched = target(place, "cluster", 1)
    before = {one.code: one for one in progress(place.programme, place.programme.version)}
    assert (before["machinery"].done, before["machinery"].running) == (0, 1)
    assert before["machinery"].reviewing == 1
    assert before["cluster"].is_untouched
    proposal = accepted(place)
    assert proposal.status == "accepted"
    after = {one.code: one for one in progress(place.programme, place.programme.version)}
    assert (after["machinery"].done, after["machinery"].running) == (1, 1)
    page = text(manager.get("/tong-quan/"))
    assert "Đã nghiệm thu 1/30, 1 đang thực hiện, 1 đang thẩm định" in page
    assert "1 mục tiêu chưa có đề án" in page
    assert untouched.name in page
    assert achieved(place.programme)[reached.pk] == 1
    Beneficiary.objects.filter(proposal=proposal).update(standing=Beneficiary.Status.WITHDRAWN)
    for one in progress(place.programme, place.programme.version):
        known = achieved(place.programme).get(Target.objects.get(code=one.code).pk, 0)
        assert one.done == known


def test_a_result_that_needs_two_activities_is_not_expected_twice(place):
    second = Activity.objects.create(code="KC9", name="Khác", group=9)
    target(place, "both", 1, place.activity, second)
    [found] = progress(place.programme, place.programme.version)
    assert (found.done, found.running, found.reviewing) == (0, 1, 0)


def test_goals_without_a_number_stand_as_sentences(manager, place):
    Objective.objects.create(
        programme=place.programme, position=1, text="Khôi phục làng nghề <b>x</b>."
    )
    page = text(manager.get("/tong-quan/"))
    assert "Khôi phục làng nghề &lt;b&gt;x&lt;/b&gt;." in page


# --- which programme, and for whom -------------------------------------------------------------


def test_the_programme_is_chosen_by_its_code(manager, place):
    second = make.programme(place.home, place.sources, code="truoc-do", start=2021, end=2025)
    Programme.objects.filter(pk=place.programme.pk).update(is_illustration=True)
    page = text(manager.get("/tong-quan/"))
    assert f"<h1>{second.name}</h1>" in page  # a real one goes before an illustration
    assert manager.get("/ke-hoach-von/").url.endswith(f"/{second.code}/")
    assert "Dữ liệu minh họa" not in page
    page = text(manager.get(f"/tong-quan/?chuong-trinh={place.programme.code}"))
    assert f"<h1>{place.programme.name}</h1>" in page
    assert "Dữ liệu minh họa" in page


def test_an_illustration_is_named_so_once_among_the_choices(manager, place):
    make.programme(place.home, place.sources, code="truoc-do", start=2021, end=2025)
    rows = Programme.objects.filter(pk=place.programme.pk)
    for name in ("Chương trình khác", "Chương trình khác (minh họa)"):
        rows.update(is_illustration=True, name=name)
        page = text(manager.get("/tong-quan/"))
        assert ">Chương trình khác (minh họa)</option>" in page


@pytest.mark.parametrize(
    "query", ["chuong-trinh=none", "nam=2020", "nam=abc", "nam=2026.5", "nam=%F0%9F", "nam=-1"]
)
def test_what_is_not_there_is_not_found(manager, query):
    assert manager.get(f"/tong-quan/?{query}").status_code == 404


def test_another_provinces_programme_is_not_there(manager):
    other = make.world("-khac", "Tỉnh Khác", "TK")
    code = other.programme.code
    assert manager.get(f"/tong-quan/?chuong-trinh={code}").status_code == 404
    assert signed_in(other.people.lanhdao).get("/tong-quan/").status_code == 200


def test_national_bodies_follow_every_province(place):
    other = make.world("-khac", "Tỉnh Khác", "TK")
    client = signed_in(place.people.cuc)
    for programme in (place.programme, other.programme):
        assert client.get(f"/tong-quan/?chuong-trinh={programme.code}").status_code == 200


def test_who_does_not_see_the_budget_is_told_so(place):
    assert signed_in(place.people.quantri).get("/tong-quan/").status_code == 403
    assert Client().get("/tong-quan/").status_code == 302


def test_a_portal_without_a_programme_says_so(db):
    home = make.province()
    office = make.organisation(Organisation.Kind.INDUSTRY_DEPARTMENT, home)
    client = signed_in(make.user("x", "manager", office))
    assert "Chưa có chương trình khuyến công nào" in text(client.get("/tong-quan/"))


# --- what it costs -----------------------------------------------------------------------------


def questions(user: User) -> int:
    client = signed_in(user)
    client.get("/tong-quan/")
    with CaptureQueriesContext(connection) as captured:
        assert client.get("/tong-quan/").status_code == 200
    return len(captured)


def test_it_asks_no_more_for_60_proposals_than_for_3(place):
    people = (place.people.lanhdao, place.people.sct, place.people.canbo, place.people.cuc)
    target(place, "machinery", 30, place.activity)
    few = [questions(user) for user in people]
    for number in range(57):
        year = 2026 + number % 3
        make.submitted(place, {"provincial" if number % 2 else "national": 1}, year=year)
    Review.objects.filter(verdict="").update(due_on="2026-01-01")
    assert [questions(user) for user in people] == few
    assert max(few) <= 15


def test_a_year_and_a_programme_cost_the_same(place, manager):
    make.programme(place.home, place.sources, code="truoc-do", start=2021, end=2025)
    manager.get("/tong-quan/")
    with CaptureQueriesContext(connection) as captured:
        manager.get(f"/tong-quan/?chuong-trinh={place.programme.code}&nam=2026")
    assert len(captured) <= 15


def test_filled_worlds_do_not_mix(place):
    other = make.world("-khac", "Tỉnh Khác", "TK")
    fill(other)
    assert amounts.matrix(place.programme).total == amounts.matrix(other.programme).total
