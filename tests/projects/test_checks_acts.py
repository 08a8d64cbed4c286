"""The law of the day at each act: what blocks, what needs a reason, and what is kept of it."""

import datetime

import pytest
from django.core.exceptions import ValidationError

from khuyencong.core import clock
from khuyencong.core.refusals import NotAllowed, Refused
from programmes.models import Confidence, SupportNorm
from projects import checks, drafts, fixes, justifications, loading
from projects.checks import Case, kept
from projects.drafts import Draft
from projects.firing import fire
from projects.justifications import Written
from projects.models import CheckedNorm, CheckRecord, Justification, Proposal
from tests import look, make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_broken")]
TRIEU = make.TRIEU


def whole(proposal):
    return loading.with_parts(Proposal.objects.all()).get(pk=proposal.pk)


def levels(record):
    return {row["code"]: row["level"] for row in record.results["checks"]}


def line_amounts(proposal, amount):
    return {"amounts": {look.line(proposal, "provincial").pk: amount}}


def approve(place, proposal, **kwargs):
    paper = kwargs.pop("paper", None) or make.paper()
    return fire(proposal, "approve", by=place.people.ubnd, paper=paper, **kwargs)


# --- submission -----------------------------------------------------------------------------------


def test_over_the_norm_is_not_submitted_and_says_what_to_do(place):
    make.norm(place, max_amount=180 * TRIEU)
    proposal = make.draft(place)
    with pytest.raises(Refused, match=r"Vượt 20 triệu đồng. Giảm ít nhất 20 triệu đồng") as said:
        fire(proposal, "submit", by=place.people.canbo)
    assert [fault.field for fault in said.value.faults] == ["cost_items-0"]
    assert look.status(proposal) == "draft"
    assert not CheckRecord.objects.exists()


def test_a_warning_waits_for_a_reason_and_a_paper(place):
    make.norm(place, max_amount=180 * TRIEU, confidence=Confidence.MEMORY)
    proposal = make.draft(place)
    with pytest.raises(Refused, match="Ghi lý do và số văn bản") as said:
        fire(proposal, "submit", by=place.people.canbo)
    assert [f.field for f in said.value.faults] == ["justify-ceiling~KC3d.provincial"]
    make.explained(proposal)
    fire(proposal, "submit", by=place.people.canbo)
    (record,) = CheckRecord.objects.all()
    (row,) = [row for row in record.results["checks"] if row["code"] == "ceiling"]
    assert row["justification"]["document_number"] == "1/GT"
    assert any("1 cảnh báo có giải trình" in text for text in look.sentences(proposal))


def test_what_was_checked_is_kept_with_the_submission_and_its_snapshot(place):
    norm = make.norm(place, max_amount=300 * TRIEU)
    proposal = make.submitted(place)
    (record,) = CheckRecord.objects.all()
    assert (record.proposal, record.act, record.round) == (proposal, "submission", 1)
    assert record.checked_on == clock.today()
    assert [row.norm for row in record.norms.all()] == [norm]
    assert proposal.snapshots.get().content["checks"] == record.results["checks"]
    assert levels(record)["ceiling"] == "pass"


def test_a_second_round_is_checked_anew_under_the_law_of_its_day(place):
    first = make.norm(place, max_amount=300 * TRIEU)
    proposal = make.submitted(place)
    fire(proposal, "return", by=place.people.sct, reason="Bổ sung")
    SupportNorm.objects.filter(pk=first.pk).update(valid_to=clock.today())
    make.norm(place, max_amount=100 * TRIEU, valid_from=clock.today() + datetime.timedelta(days=1))
    with clock.at(clock.today() + datetime.timedelta(days=1)), pytest.raises(Refused):
        fire(proposal, "submit", by=place.people.canbo)
    fire(proposal, "submit", by=place.people.canbo)
    assert [(row.round, row.act) for row in CheckRecord.objects.order_by("pk")] == [
        (1, "submission"),
        (2, "submission"),
    ]


def test_faults_of_the_sums_are_said_once(place):
    proposal = make.draft(place)
    proposal.funding_lines.filter(source__is_state=True).update(requested=199 * TRIEU)
    with pytest.raises(Refused) as said:
        fire(proposal, "submit", by=place.people.canbo)
    about = [fault for fault in said.value.faults if fault.field == "funding_lines"]
    assert len(about) == 1
    proposal.funding_lines.filter(source__is_state=True).update(requested=200 * TRIEU)


# --- appraisal and approval -----------------------------------------------------------------------


def test_a_norm_that_fell_since_the_submission_binds_who_appraises(place):
    make.norm(place, max_amount=300 * TRIEU, valid_to=clock.today())
    tomorrow = clock.today() + datetime.timedelta(days=1)
    low = make.norm(place, max_amount=150 * TRIEU, valid_from=tomorrow)
    proposal = make.submitted(place)
    sct = place.people.sct
    with clock.at(tomorrow):
        with pytest.raises(Refused, match="Thẩm định 200, tối đa 150 triệu đồng"):
            fire(proposal, "pass", by=sct)
        fire(proposal, "pass", by=sct, data=line_amounts(proposal, 150 * TRIEU))
        fire(proposal, "conclude", by=place.people.sct_head)
    said = CheckRecord.objects.filter(act="appraisal").order_by("pk")
    assert [row.track.source.code for row in said] == ["provincial", "provincial"]
    assert [list(row.norms.values_list("norm", flat=True)) for row in said] == [[low.pk]] * 2
    assert look.stages(proposal, "provincial") == (200, 150, None)


def test_the_decisions_own_date_chooses_the_norm_of_an_approval(place):
    make.allot(place, "provincial", 2026, 500)
    today = clock.today()
    later = today + datetime.timedelta(days=10)
    old = make.norm(place, max_amount=200 * TRIEU, valid_to=later - datetime.timedelta(days=1))
    make.norm(place, max_amount=100 * TRIEU, valid_from=later)
    proposal = make.ready_to_approve(place)
    with clock.at(later + datetime.timedelta(days=1)):
        with pytest.raises(Refused, match="Phê duyệt 200, tối đa 100"):
            approve(place, proposal, paper=make.paper(issued_on=later))
        approve(place, proposal, paper=make.paper(issued_on=later - datetime.timedelta(days=1)))
    record = CheckRecord.objects.get(act="approval")
    assert record.checked_on == later - datetime.timedelta(days=1)
    assert [row.norm_id for row in record.norms.all()] == [old.pk]


def test_less_is_approved_by_its_own_figures(place):
    make.allot(place, "provincial", 2026, 500)
    proposal = make.ready_to_approve(place)
    make.norm(place, max_amount=120 * TRIEU)
    with pytest.raises(Refused, match="tối đa 120"):
        approve(place, proposal, data=line_amounts(proposal, 120 * TRIEU + 1))
    approve(place, proposal, data=line_amounts(proposal, 120 * TRIEU))
    record = CheckRecord.objects.get(act="approval")
    (row,) = [row for row in record.results["checks"] if row["code"] == "ceiling"]
    assert row["figure"] == "Phê duyệt 120, tối đa 120 triệu đồng"


def test_who_appraises_may_pass_a_warning_with_a_reason(place):
    proposal = make.submitted(place)
    make.norm(place, max_amount=100 * TRIEU, confidence=Confidence.MEMORY)
    with pytest.raises(Refused, match="Nêu lý do nếu vẫn đồng ý") as said:
        fire(proposal, "pass", by=place.people.sct)
    assert {fault.field for fault in said.value.faults} == {"reason"}
    fire(proposal, "pass", by=place.people.sct, reason="Công văn 5 cho phép")
    record = CheckRecord.objects.get(act="appraisal")
    (row,) = [row for row in record.results["checks"] if row["code"] == "ceiling"]
    assert row["justification"]["reason"] == "Công văn 5 cho phép"


def test_the_units_own_reason_still_holds_at_the_appraisal(place):
    make.norm(place, max_amount=100 * TRIEU, confidence=Confidence.MEMORY)
    proposal = make.submitted(place, explain=True)
    fire(proposal, "pass", by=place.people.sct)
    assert CheckRecord.objects.filter(act="appraisal").count() == 1


def test_each_track_is_checked_for_its_own_source(place):
    proposal = make.submitted(place, {"provincial": 200, "national": 100})
    make.norm(place, max_amount=1, source="national", province=None)
    with pytest.raises(Refused, match="tối đa 0,000001"):
        fire(proposal, "pass", by=place.people.sct)
    fire(proposal, "pass", by=place.people.sct, source="provincial")
    record = CheckRecord.objects.get(act="appraisal")
    assert record.track.source.code == "provincial"
    assert not CheckedNorm.objects.exists()


def test_an_outside_bodys_decision_is_checked_by_its_date(place):
    people = place.people
    people.cuc.is_active = people.bct.is_active = False
    people.cuc.save()
    people.bct.save()
    make.allot(place, "national", 2026, 500)
    proposal = make.submitted(place, {"national": 100})
    fire(proposal, "pass", by=people.sct)
    fire(proposal, "conclude", by=people.sct_head)
    today = clock.today()
    make.norm(place, max_amount=1, source="national", province=None, valid_from=today)

    def record(day):
        paper = make.paper("TĐ", issued_on=day, file=make.scan(people.sct))
        data = {"verdict": "pass"}
        return fire(proposal, "record_decision", by=people.sct, paper=paper, data=data)

    with clock.at(today + datetime.timedelta(days=1)), pytest.raises(Refused, match="0,000001"):
        record(today + datetime.timedelta(days=1))
    SupportNorm.objects.update(valid_from=today + datetime.timedelta(days=1))
    with clock.at(today + datetime.timedelta(days=1)):
        record(today)
    kept_record = CheckRecord.objects.filter(act="appraisal").latest("pk")
    assert kept_record.checked_on == today


def test_a_refusal_and_a_return_ask_no_norm(place):
    proposal = make.submitted(place)
    make.norm(place, max_amount=1)
    fire(proposal, "refuse", by=place.people.sct, reason="Không thuộc nội dung")
    assert CheckRecord.objects.exclude(act="submission").count() == 0


def test_an_amount_that_cannot_be_read_is_said_alone(place):
    proposal = make.submitted(place)
    make.norm(place, max_amount=1)
    with pytest.raises(Refused) as said:
        fire(proposal, "pass", by=place.people.sct, data=line_amounts(proposal, -5))
    assert [fault.message for fault in said.value.faults] == [
        "Số tiền phải là số đồng nguyên, không âm."
    ]


# --- what was applied stays -----------------------------------------------------------------------


def test_a_norm_that_was_applied_only_ends(place):
    norm = make.norm(place, max_amount=300 * TRIEU)
    norm.max_amount = 310 * TRIEU
    norm.save()
    make.submitted(place)
    norm.max_amount = 320 * TRIEU
    for act in (norm.save, norm.full_clean):
        with pytest.raises(ValidationError, match="chỉ sửa được ngày hết hiệu lực"):
            act()
    norm.refresh_from_db()
    norm.confidence = Confidence.MEMORY
    with pytest.raises(ValidationError):
        norm.save()
    norm.refresh_from_db()
    norm.valid_to = clock.today()
    norm.save()
    norm.refresh_from_db()
    assert (norm.max_amount, norm.valid_to) == (310 * TRIEU, clock.today())


def test_what_is_approved_keeps_the_row_it_was_approved_under(place):
    norm = make.norm(place, max_amount=300 * TRIEU)
    make.allot(place, "provincial", 2026, 500)
    proposal = make.approved(place)
    approval = CheckRecord.objects.get(act="approval")
    before = approval.results
    norm.valid_to = clock.today()
    norm.save()
    make.norm(place, max_amount=1, valid_from=clock.today() + datetime.timedelta(days=1))
    rows = kept.of(proposal)
    assert [row.record.act for row in rows] == [
        *("approval", "appraisal", "appraisal", "appraisal", "submission")
    ]
    assert rows[0].outcome.as_data() == before
    assert [row.norm for row in rows[0].record.norms.all()] == [norm]


# --- justifications -------------------------------------------------------------------------------


def warned(place):
    make.norm(place, max_amount=180 * TRIEU, confidence=Confidence.MEMORY)
    return make.draft(place)


def answer(reason="Vẫn cần", number="1/GT"):
    return Written("ceiling", "KC3d.provincial", reason, number)


@pytest.mark.parametrize(("given", "field"), [
    (answer(reason=""), "reason"),
    (answer(number=""), "document_number"),
    (answer(reason="x" * 4001), "reason"),
])  # fmt: skip
def test_a_justification_needs_a_reason_and_a_paper(place, given, field):
    proposal = warned(place)
    with pytest.raises(Refused) as said:
        justifications.save(proposal, [given], by=place.people.canbo)
    assert [fault.field for fault in said.value.faults] == [field]
    assert not Justification.objects.exists()


def test_an_emptied_justification_is_taken_back(place):
    proposal, canbo = warned(place), place.people.canbo
    justifications.save(proposal, [answer()], by=canbo)
    justifications.save(proposal, [answer(reason="Lý do khác")], by=canbo)
    assert Justification.objects.get().reason == "Lý do khác"
    assert not checks.run(Case.of(whole(proposal)), clock.today()).unanswered
    justifications.save(proposal, [answer("", "")], by=canbo)
    assert not Justification.objects.exists()


def test_only_who_edits_the_dossier_explains(place):
    proposal = warned(place)
    for user in (place.people.canbo2, place.people.sct):
        with pytest.raises(NotAllowed):
            justifications.save(proposal, [answer()], by=user)
    fire(make.explained(proposal), "submit", by=place.people.canbo)
    proposal.refresh_from_db()
    with pytest.raises(NotAllowed):
        justifications.save(proposal, [answer("Sửa sau")], by=place.people.canbo)


# --- the quick fix --------------------------------------------------------------------------------


def test_the_fix_takes_exactly_what_is_over_and_all_sums_still_match(place):
    make.norm(place, max_amount=180 * TRIEU)
    proposal = whole(make.draft(place))
    (check,) = checks.run(Case.of(proposal), clock.today()).errors
    assert check.reduce_by == 20 * TRIEU
    fixes.apply(proposal, check, by=place.people.canbo, expected_version=proposal.version)
    after = whole(proposal)
    assert look.stages(after, "provincial") == (180, None, None)
    assert look.stages(after, "counterpart") == (220, None, None)
    assert checks.run(Case.of(after), clock.today()).is_clear
    fire(after, "submit", by=place.people.canbo)


def test_the_fix_of_one_activity_leaves_the_others_alone(place):
    model = make.Activity.objects.create(code="KC3a", name="Mô hình", group=3)
    proposal = make.draft(place)
    rows = [
        drafts.CostRow(
            name=code,
            unit_price=400 * TRIEU,
            shares={"provincial": 200 * TRIEU, "counterpart": 200 * TRIEU},
            activity_code=code,
        )
        for code in ("KC3d", "KC3a")
    ]
    money = {("provincial", 2026): 300, ("provincial", 2027): 100, ("counterpart", 2026): 400}
    draft = Draft(
        activities=[(place.activity, 1), (model, 1)],
        cost_rows=rows,
        funding={key: amount * TRIEU for key, amount in money.items()},
    )
    drafts.save(proposal, draft, by=place.people.canbo, expected_version=None)
    make.norm(place, "KC3a", max_amount=50 * TRIEU)
    proposal = whole(proposal)
    (check,) = checks.run(Case.of(proposal), clock.today()).errors
    fixes.apply(proposal, check, by=place.people.canbo, expected_version=None)
    after = whole(proposal)
    assert look.shares(after, "provincial", "requested") == [200 * TRIEU, 50 * TRIEU]
    lines = after.funding_lines.filter(source__code="provincial")
    assert list(lines.values_list("year", "requested")) == [(2026, 250 * TRIEU)]
    assert checks.run(Case.of(after), clock.today()).is_clear


def test_a_fix_that_cannot_be_made_says_so(place):
    make.norm(place, max_amount=180 * TRIEU)
    proposal = whole(make.draft(place))
    (check,) = checks.run(Case.of(proposal), clock.today()).errors
    proposal.funding_lines.filter(source__is_state=True).update(requested=10 * TRIEU)
    with pytest.raises(Refused, match="Không tự giảm được"):
        fixes.apply(whole(proposal), check, by=place.people.canbo, expected_version=None)
    proposal.funding_lines.filter(source__is_state=True).update(requested=200 * TRIEU)
