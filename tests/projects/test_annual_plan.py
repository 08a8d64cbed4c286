"""The annual plan: gathered, sent with one tờ trình, decided with one decision."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from khuyencong.core import audit, clock, documents, roles
from khuyencong.core.papers import Paper
from khuyencong.core.refusals import NotAllowed, NotNow, Refused, Stale
from programmes.models import FundingSource
from projects.annual import candidates, deciding, plans, room, rows, sending
from projects.annual import documents as _uses  # noqa: F401  tells what rests on documents
from projects.annual.deciding import Answer
from projects.annual.plans import Entry
from projects.firing import fire
from projects.models import AnnualPlan, Decision, PlanItem, Proposal, Review
from tests import acts, make
from tests.make import TRIEU

pytestmark = [pytest.mark.both, pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_broken")]
YEAR = 2026


@pytest.fixture
def plan(place):
    return plans.create(place.programme, YEAR, place.sources["provincial"], by=place.people.sct)


def proposed(place, trieu=200, **kw) -> Proposal:
    """Appraised by the specialist, waiting for the head."""
    return fire(make.submitted(place, {"provincial": trieu}, **kw), "pass", by=place.people.sct)


def track_of(proposal):
    return proposal.tracks.get(source__code="provincial")


def entries(*proposals) -> list[Entry]:
    return [Entry(track_of(one).pk) for one in proposals]


def filled(place, plan, *proposals) -> AnnualPlan:
    return plans.write(plan, entries(*proposals), by=place.people.sct)


def sent(place, plan, *proposals) -> AnnualPlan:
    filled(place, plan, *proposals)
    return sending.send(plan, by=place.people.sct_head, paper=make.paper("TTr-SCT"))


def answered(plan, **amounts: int | None) -> dict[int, Answer]:
    """By proposal code with underscores: triệu đồng approved, None for what is left."""
    found = {}
    for item in plan.items.select_related("track__proposal"):
        trieu = amounts[item.track.proposal.code.replace("-", "_")]
        line = item.track.proposal.funding_lines.get(source=plan.source)
        given = {} if trieu is None else {line.pk: trieu * TRIEU}
        found[item.track_id] = Answer(trieu is not None, given)
    return found


def key(proposal) -> str:
    return proposal.code.replace("-", "_")


def said(refused) -> str:
    return " | ".join(fault.message for fault in refused.value.faults)


# --- gathering ------------------------------------------------------------------------------------


def test_a_list_takes_what_the_department_has_appraised_and_nobody_has_decided(place, plan):
    here, further = proposed(place), make.ready_to_approve(place)
    make.submitted(place)  # not appraised yet
    make.draft(place)
    make.allot(place, "provincial", YEAR, 900)
    make.approved(place)
    proposed(place, year=2027)
    found = {track.proposal_id for track in candidates.of(plan)}
    assert found == {here.pk, further.pk}


def test_what_a_specialist_proposed_and_took_back_is_no_candidate(place, plan):
    proposal = proposed(place)
    fire(proposal, "return", by=place.people.sct_head, reason="Thiếu báo giá")
    assert not candidates.of(plan).exists()


def test_the_code_names_province_year_source_and_serial(place, plan):
    again = plans.create(place.programme, YEAR, plan.source, by=place.people.sct)
    assert (plan.code, again.code) == ("DM-TT-2026-NST-01", "DM-TT-2026-NST-02")


@pytest.mark.parametrize(
    ("short", "name", "sign"),
    [
        ("Quốc gia", "Khuyến công quốc gia", "QG"),
        ("Tỉnh", "Ngân sách tỉnh", "NST"),
        ("Đối ứng", "Cơ sở đối ứng", "DU"),
        ("1", "2", "NV"),
    ],
)
def test_a_source_has_a_vietnamese_sign_of_its_own_words(short, name, sign):
    assert plans.sign_of(FundingSource(code="provincial", short_name=short, name=name)) == sign


def test_sources_with_the_same_initials_never_share_a_code(place, plan):
    national = place.sources["national"]
    national.short_name, national.name = "Tình", "Nguồn sự tình"
    other = plans.create(place.programme, YEAR, national, by=place.people.sct)
    assert (plan.code, other.code) == ("DM-TT-2026-NST-01", "DM-TT-2026-NST-02")


def test_the_same_page_sent_twice_makes_one_list(place):
    import uuid

    given, page = (place.programme, YEAR, place.sources["provincial"]), uuid.uuid4()
    first = plans.create(*given, by=place.people.sct, form_key=page)
    assert plans.create(*given, by=place.people.sct, form_key=page).pk == first.pk


@pytest.mark.parametrize("source", ["counterpart", "other"])
def test_money_that_is_not_the_states_has_no_list(place, source):
    with pytest.raises(Refused, match="không có nguồn"):
        plans.create(place.programme, YEAR, place.sources[source], by=place.people.sct)


def test_a_year_outside_the_programme_has_no_list(place):
    with pytest.raises(Refused, match="từ năm 2026 đến năm 2030"):
        plans.create(place.programme, 2031, place.sources["provincial"], by=place.people.sct)


def test_a_dossier_stands_in_one_live_list_at_a_time(place, plan):
    proposal = proposed(place)
    filled(place, plan, proposal)
    other = plans.create(place.programme, YEAR, plan.source, by=place.people.sct)
    with pytest.raises(Refused) as refused:
        filled(place, other, proposal)
    assert f"{proposal.code} đã nằm trong danh mục {plan.code}" in said(refused)
    assert not other.items.exists()
    filled(place, plan)
    filled(place, other, proposal)
    assert other.items.count() == 1


def test_the_room_is_that_of_the_cell_and_shrinks_with_the_ticks(place, plan):
    make.allot(place, "provincial", YEAR, 500)
    make.approved(place, {"provincial": 100})
    found = room.of(plan)
    found.chosen = 250 * TRIEU
    assert (found.allotted, found.committed) == (500 * TRIEU, 100 * TRIEU)
    assert (found.available, found.remaining) == (400 * TRIEU, 150 * TRIEU)
    assert not found.is_short
    found.chosen = 401 * TRIEU
    assert found.is_short


def test_without_an_allotment_the_margins_are_there_to_compare_with(place, plan):
    found = room.of(plan)
    assert (found.is_allotted, found.planned) == (False, None)
    assert (found.year_margin, found.source_margin) == (4000 * TRIEU, 5000 * TRIEU)


def test_later_years_stand_apart(place, plan):
    proposal = make.draft(place, {"provincial": 200})
    from projects import drafts
    from projects.drafts import CostRow, Draft

    rows_ = [
        CostRow(name="Máy", unit="bộ", unit_price=600 * TRIEU, quantity=Decimal(1),
                shares={"provincial": 300 * TRIEU, "counterpart": 300 * TRIEU})
    ]  # fmt: skip
    funding = {
        ("provincial", 2026): 200 * TRIEU,
        ("provincial", 2027): 100 * TRIEU,
        ("counterpart", 2026): 300 * TRIEU,
    }
    drafts.save(
        proposal, Draft(cost_rows=rows_, funding=funding), by=place.people.canbo,
        expected_version=None,
    )  # fmt: skip
    fire(fire(proposal, "submit", by=place.people.canbo), "pass", by=place.people.sct)
    filled(place, plan, proposal)
    (row,) = rows.rows_of(plan)
    assert (row.requested, row.appraised) == (200 * TRIEU, 200 * TRIEU)
    assert (row.later_requested, row.later_appraised) == (100 * TRIEU, 100 * TRIEU)


def test_who_wrote_from_an_old_page_is_told_so_and_nothing_is_written(place, plan):
    one, two = proposed(place), proposed(place)
    plans.write(plan, entries(one), by=place.people.sct, expected_version=1)
    with pytest.raises(Stale, match="cửa sổ khác"):
        plans.write(plan, entries(two), by=place.people.sct, expected_version=1)
    assert [item.track.proposal_id for item in plan.items.all()] == [one.pk]


def test_the_same_list_written_twice_is_written_once(place, plan):
    proposal = proposed(place)
    filled(place, plan, proposal)
    filled(place, plan, proposal)
    plan.refresh_from_db()
    assert (plan.version, audit.trail(plan).count()) == (2, 2)


def test_the_trail_says_what_was_added_and_removed(place, plan):
    proposal = proposed(place)
    filled(place, plan, proposal)
    filled(place, plan)
    sentences = [audit.sentence(entry) for entry in audit.trail(plan)]
    assert sentences[0].endswith("lập danh mục năm")
    assert f"thêm {proposal.code}" in sentences[1]
    assert f"bỏ {proposal.code}" in sentences[2]


@pytest.mark.parametrize("name", ["stc", "ubnd", "cuc", "ketoan", "lanhdao", "canbo", "quantri"])
def test_only_the_specialists_of_the_department_make_lists(place, name):
    with pytest.raises(NotAllowed):
        plans.create(
            place.programme, YEAR, place.sources["provincial"], by=getattr(place.people, name)
        )


# --- sending --------------------------------------------------------------------------------------


def test_sending_concludes_what_waits_for_the_head_and_records_the_paper_for_the_others(
    place, plan
):
    here, further = proposed(place), make.ready_to_approve(place)
    steps = track_of(further).step.order
    found = sent(place, plan, here, further)
    assert (found.state, found.submission.kind) == ("sent", "submission")
    told = documents.uses_of([found.submission])[found.submission.pk]
    assert f"Trình danh mục {plan.code}" in told
    assert track_of(here).step.organisation_kind == "finance_department"
    assert track_of(further).step.order == steps
    for proposal in (here, further):
        entry = audit.trail(proposal).get(action="projects.proposal.listed")
        assert f"trong danh mục {plan.code}" in audit.sentence(entry)
    assert "trình danh mục 2 đề án, 400 triệu đồng" in audit.sentence(audit.trail(plan).last())


def test_a_list_that_was_sent_is_fixed(place, plan):
    proposal = proposed(place)
    sent(place, plan, proposal)
    with pytest.raises(NotNow, match="Đã trình"):
        filled(place, plan)
    with pytest.raises(NotNow):
        sending.send(plan, by=place.people.sct_head, paper=make.paper("TTr-SCT"))


def test_the_faults_of_all_dossiers_are_told_by_their_codes_and_nothing_is_sent(place, plan):
    one, two, three = (proposed(place) for _n in range(3))
    filled(place, plan, one, two, three)
    for proposal in (one, two):
        fire(proposal, "return", by=place.people.sct_head, reason="Thiếu báo giá")
    with pytest.raises(Refused) as refused:
        sending.send(plan, by=place.people.sct_head, paper=Paper())
    told = said(refused)
    assert f"{one.code}: không còn chờ" in told and f"{two.code}: không còn chờ" in told
    assert "Nhập số văn bản" in told
    plan.refresh_from_db()
    assert plan.state == "draft"
    assert track_of(three).reviews.get(verdict="").proposed == Review.Verdict.PASS


def test_a_conclusion_that_fails_undoes_the_others(place, plan):
    one, two = proposed(place), proposed(place)
    filled(place, plan, one, two)
    # Who proposed one of them may not conclude it.
    track_of(two).reviews.filter(verdict="").update(proposed_by=place.people.sct_head)
    with pytest.raises(Refused) as refused:
        sending.send(plan, by=place.people.sct_head, paper=make.paper("TTr-SCT"))
    assert f"{two.code}: Người đề xuất không tự kết luận" in said(refused)
    assert track_of(one).reviews.filter(verdict="").get().step.order == 1
    plan.refresh_from_db()
    assert (plan.state, plan.submission) == ("draft", None)


def test_an_empty_list_is_not_sent(place, plan):
    with pytest.raises(Refused, match="chưa có đề án nào"):
        sending.send(plan, by=place.people.sct_head, paper=make.paper("TTr-SCT"))


def test_a_paper_older_than_its_dossiers_is_refused(place, plan):
    filled(place, plan, proposed(place))
    day = clock.today() - datetime.timedelta(days=2)
    with pytest.raises(Refused, match="là ngày hồ sơ được trình"):
        sending.send(plan, by=place.people.sct_head, paper=make.paper("TTr-SCT", issued_on=day))


def test_the_specialist_does_not_send(place, plan):
    filled(place, plan, proposed(place))
    with pytest.raises(NotAllowed):
        sending.send(plan, by=place.people.sct, paper=make.paper("TTr-SCT"))


# --- deciding -------------------------------------------------------------------------------------


@pytest.fixture
def listed(place, plan):
    """Three dossiers before the committee, and the list that was sent with them."""
    make.allot(place, "provincial", YEAR, 450)
    found = [make.ready_to_approve(place, {"provincial": 200}) for _n in range(3)]
    sent(place, plan, *found)
    return found


def decided(place, plan, by=None, **amounts):
    fresh = AnnualPlan.objects.get(pk=plan.pk)
    return deciding.decide(
        fresh, answered(fresh, **amounts), by=by or place.people.ubnd, paper=make.paper("QĐ-UBND")
    )


def test_one_decision_approves_some_and_leaves_the_others_free(place, plan, listed):
    one, two, three = listed
    found = decided(place, plan, **{key(one): 200, key(two): 150, key(three): None})
    assert (found.state, Decision.objects.count()) == ("decided", 1)
    assert [line.amount for line in found.decision.lines.order_by("pk")] == [
        200 * TRIEU,
        150 * TRIEU,
    ]
    assert [Proposal.objects.get(pk=p.pk).status for p in listed] == [
        *("approved", "approved", "in_review")
    ]
    assert not PlanItem.objects.filter(is_live=True).exists()
    assert room.of(plan).available == 100 * TRIEU
    other = plans.create(place.programme, YEAR, plan.source, by=place.people.sct)
    filled(place, other, three)
    assert "phê duyệt 2 đề án, để lại 1" in audit.sentence(audit.trail(plan).last())


def test_what_the_cell_lacks_is_said_and_nothing_is_decided(place, plan, listed):
    with pytest.raises(Refused) as refused:
        decided(place, plan, **{key(one): 200 for one in listed})
    assert "2026" in said(refused)
    assert not Decision.objects.exists()
    plan.refresh_from_db()
    assert plan.state == "sent"
    assert {Proposal.objects.get(pk=one.pk).status for one in listed} == {"in_review"}
    assert room.of(plan).available == 450 * TRIEU


def test_more_than_was_appraised_is_refused_for_each_dossier(place, plan):
    make.allot(place, "provincial", YEAR, 900)
    found = []
    for _n in range(2):
        proposal = make.submitted(place, {"provincial": 200})
        line = proposal.funding_lines.get(source__code="provincial")
        proposal = fire(
            proposal, "pass", by=place.people.sct, data={"amounts": {line.pk: 150 * TRIEU}}
        )
        proposal = fire(proposal, "conclude", by=place.people.sct_head)
        found.append(fire(proposal, "pass", by=place.people.stc))
    sent(place, plan, *found)
    with pytest.raises(Refused) as refused:
        decided(place, plan, **{key(one): 180 for one in found})
    for one in found:
        assert f"{one.code}, năm 2026: phê duyệt 180 vượt mức thẩm định 150" in said(refused)


def test_a_dossier_that_has_not_come_so_far_is_not_approved(place, plan):
    early = proposed(place)
    sent(place, plan, early)
    with pytest.raises(NotAllowed):  # the list has not reached the committee
        decided(place, plan, **{key(early): 200})
    ready = make.ready_to_approve(place)
    other = plans.create(place.programme, YEAR, plan.source, by=place.people.sct)
    late = proposed(place)
    sent(place, other, ready, late)
    with pytest.raises(Refused) as refused:
        decided(place, other, **{key(ready): 200, key(late): 200})
    assert f"{late.code}: chưa tới bước phê duyệt" in said(refused)


def test_every_dossier_needs_an_answer(place, plan, listed):
    answers = answered(plan, **{key(one): 100 for one in listed})
    answers.pop(track_of(listed[1]).pk)
    with pytest.raises(Refused, match=f"{listed[1].code}: chọn phê duyệt hoặc để lại"):
        deciding.decide(plan, answers, by=place.people.ubnd, paper=make.paper())


def test_a_decision_without_number_is_refused(place, plan, listed):
    answers = answered(plan, **{key(one): 100 for one in listed})
    with pytest.raises(Refused, match="Nhập số văn bản"):
        deciding.decide(plan, answers, by=place.people.ubnd, paper=Paper())


def test_a_decision_that_allots_brings_its_own_money(place, plan):
    proposal = make.ready_to_approve(place, {"provincial": 200})
    sent(place, plan, proposal)
    fresh = AnnualPlan.objects.get(pk=plan.pk)
    deciding.decide(
        fresh,
        answered(fresh, **{key(proposal): 120}),
        by=place.people.ubnd,
        paper=make.paper("QĐ-UBND"),
        allots=True,
    )
    found = room.of(plan)
    assert (found.allotted, found.committed) == (120 * TRIEU, 120 * TRIEU)


def test_the_department_does_not_record_for_an_office_that_works_in_the_portal(place, plan, listed):
    found = rows.rows_of(plan)
    outside = deciding.recorded_for(found, place.people.sct)
    assert "tự xử lý trên cổng" in deciding.closed_to(found, outside)
    with pytest.raises(Refused):
        decided(place, plan, by=place.people.sct, **{key(one): 100 for one in listed})
    assert not Decision.objects.exists()


def test_the_department_records_an_outside_bodys_decision_with_its_scan(place, plan, listed):
    acts.silence(place.people.ubnd)
    fresh = AnnualPlan.objects.get(pk=plan.pk)
    answers = answered(fresh, **{key(one): 100 for one in listed})
    with pytest.raises(Refused, match="bản quét"):
        deciding.decide(fresh, answers, by=place.people.sct, paper=make.paper())
    scan = make.scan(place.people.sct)
    found = deciding.decide(fresh, answers, by=place.people.sct, paper=make.paper(file=scan))
    assert found.decision.organisation == place.orgs.committee
    assert found.decision.recorded_by == place.people.sct
    assert found.decision.document.file == scan


def test_what_was_decided_at_its_own_desk_meanwhile_is_passed_over(place, plan, listed):
    one, two, three = listed
    fire(one, "approve", by=place.people.ubnd, paper=make.paper("QĐ-UBND"))
    answers = answered(plan, **{key(one): None, key(two): 100, key(three): None})
    answers.pop(track_of(one).pk)
    found = deciding.decide(
        AnnualPlan.objects.get(pk=plan.pk), answers, by=place.people.ubnd, paper=make.paper()
    )
    assert found.decision.lines.count() == 1


def test_a_list_is_decided_once(place, plan, listed):
    amounts = {key(one): 100 for one in listed}
    decided(place, plan, **amounts)
    with pytest.raises(NotNow):
        decided(place, plan, **amounts)


def test_a_list_may_be_closed_with_a_reason_and_its_dossiers_are_free(place, plan, listed):
    with pytest.raises(Refused, match="Nêu lý do"):
        deciding.close(plan, by=place.people.sct_head, reason=" ")
    found = deciding.close(plan, by=place.people.sct_head, reason="Trình lại theo kế hoạch mới")
    assert (found.state, found.decision) == ("decided", None)
    other = plans.create(place.programme, YEAR, plan.source, by=place.people.sct)
    assert candidates.free(other).count() == 3


# --- seeing ---------------------------------------------------------------------------------------


def test_a_draft_is_seen_in_the_province_and_once_sent_by_whom_it_reached(place, plan, listed):
    other = make.world("x", "Tỉnh Khác", "TK")
    draft = plans.create(place.programme, YEAR, plan.source, by=place.people.sct)

    def seen(user):
        return set(AnnualPlan.objects.visible_to(user).values_list("pk", flat=True))

    for name in ("sct", "sct_head", "ketoan", "lanhdao", "kiemtoan", "hethong"):
        assert seen(getattr(place.people, name)) == {plan.pk, draft.pk}, name
        assert not seen(getattr(other.people, name)), name
    for name in ("stc", "ubnd"):
        assert seen(getattr(place.people, name)) == {plan.pk}, name
    for name in ("canbo", "cuc", "bct", "quantri"):
        assert not seen(getattr(place.people, name)), name
    assert roles.SEE_RECEIVED in place.people.stc.permissions


def test_who_decides_sees_a_sent_list_before_a_dossier_has_come(place, plan):
    other = make.world("x", "Tỉnh Khác", "TK")

    def sees(user) -> bool:
        return AnnualPlan.objects.visible_to(user).filter(pk=plan.pk).exists()

    one = proposed(place)
    filled(place, plan, one)
    assert not sees(place.people.ubnd)
    sending.send(plan, by=place.people.sct_head, paper=make.paper("TTr-SCT"))
    assert not track_of(one).reviews.filter(organisation=place.orgs.committee).exists()
    assert sees(place.people.ubnd) and sees(place.people.stc)
    for user in (other.people.ubnd, place.people.cuc, place.people.bct, place.people.canbo):
        assert not sees(user)
    renamed = make.organisation(place.orgs.committee.kind, place.home, "UBND tỉnh, tên mới")
    renamed.lineage = place.orgs.committee.lineage
    renamed.save()
    assert sees(make.user("ubnd-moi", roles.Role.APPROVER, renamed))
