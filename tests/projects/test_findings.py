"""The criteria a person judges: saved while the review is open, «Chưa» keeps from agreeing."""

import datetime

import pytest
from django.core.management import call_command

from khuyencong.core import audit
from khuyencong.core.refusals import NotAllowed, NotNow, Refused
from projects import findings, reference
from projects.act import Act
from projects.findings import Answer
from projects.firing import fire
from projects.models import Criterion, Finding, Review
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def criteria(place):
    for position, name in enumerate(("Phù hợp nguyên tắc", "Hồ sơ đầy đủ")):
        Criterion.objects.create(code=f"c{position}", name=name, position=position)
    Criterion.objects.create(code="cu", name="Đã bỏ", valid_to=datetime.date(2020, 1, 1))
    return list(Criterion.objects.filter(code__startswith="c", valid_to=None))


@pytest.fixture
def review(place, criteria):
    return make.submitted(place).tracks.get().reviews.get()


def _act(review, by):
    return Act("pass", by, review.track.proposal, track=review.track, review=review)


def test_the_five_criteria_of_the_circular_are_shipped():
    call_command("load_reference", str(reference.DATA / "criteria.yaml"), verbosity=0)
    shipped = Criterion.objects.valid_on(datetime.date(2026, 1, 1))
    assert [row.legal_ref[-1] for row in shipped] == list("12345")
    assert all(row.confidence and "Điều 9" in row.legal_ref for row in shipped)
    # A second time, and after an administrator's own words, nothing is changed.
    Criterion.objects.filter(code="ho-so").update(name="Lời của Sở")
    call_command("load_reference", str(reference.DATA / "criteria.yaml"), verbosity=0)
    assert Criterion.objects.get(code="ho-so").name == "Lời của Sở"


def test_a_database_of_an_earlier_release_gets_them():
    assert "criteria.yaml" in {path.name for path in reference.missing()}


def test_answers_are_kept_and_told_once(place, review, criteria):
    first, second = criteria
    given = {first.pk: Answer("met"), second.pk: Answer("unmet", "Thiếu cam kết.")}
    findings.save(review, given, place.people.sct)
    findings.save(review, given, place.people.sct)
    rows = audit.trail(review.track.proposal).filter(action="projects.finding.save")
    assert [row.changes for row in rows] == [{"met": 1, "unmet": 1, "skipped": 0}]
    findings.save(review, {second.pk: Answer("skipped")}, place.people.sct_head)
    assert {row.criterion: row.verdict for row in review.findings.all()} == {
        first: "met",
        second: "skipped",
    }
    findings.save(review, {second.pk: Answer("")}, place.people.sct)
    assert review.findings.get().criterion == first


def test_unmet_keeps_from_agreeing_and_unanswered_does_not(place, review, criteria):
    assert not list(findings.faults(_act(review, place.people.sct)))
    findings.save(review, {criteria[1].pk: Answer("unmet")}, place.people.sct)
    assert [fault.message for fault in findings.faults(_act(review, place.people.sct))] == [
        "1 tiêu chí «Chưa»: Hồ sơ đầy đủ. Trả lại bổ sung, hoặc xem lại kết quả."
    ]
    findings.save(review, {criteria[1].pk: Answer("met")}, place.people.sct)
    assert not list(findings.faults(_act(review, place.people.sct)))


def test_what_cannot_be_read_is_refused_whole(place, review, criteria):
    first, second = criteria
    gone = Criterion.objects.get(code="cu")
    wrong = {
        first.pk: Answer("met"),
        second.pk: Answer("", "Lời không kết quả."),
        gone.pk: Answer("met"),
        0: Answer("tốt"),
    }
    with pytest.raises(Refused) as refused:
        findings.save(review, wrong, place.people.sct)
    assert {fault.field for fault in refused.value.faults} == {
        f"criterion-{second.pk}",
        f"criterion-{gone.pk}",
        "criterion-0",
    }
    with pytest.raises(Refused, match="dài quá 1000"):
        findings.save(review, {first.pk: Answer("met", "x" * 1001)}, place.people.sct)
    assert not Finding.objects.exists()


def test_only_the_office_that_holds_the_dossier_judges(place, review, criteria):
    for person in (place.people.stc, place.people.canbo, place.people.lanhdao):
        with pytest.raises(NotAllowed):
            findings.save(review, {criteria[0].pk: Answer("met")}, person)
    fire(review.track.proposal, "return", by=place.people.sct, reason="Bổ sung.")
    with pytest.raises(NotNow, match="đã kết luận"):
        findings.save(review, {criteria[0].pk: Answer("met")}, place.people.sct)


def test_what_the_office_found_before_stands_beside_the_question(place, review, criteria):
    findings.save(review, {criteria[0].pk: Answer("unmet", "Lần đầu.")}, place.people.sct)
    proposal = fire(review.track.proposal, "return", by=place.people.sct, reason="Bổ sung.")
    fire(proposal, "submit", by=place.people.canbo)
    again = Review.objects.get(track__proposal=proposal, verdict="")
    asked = findings.asked(again)
    assert [(row.finding, row.before and row.before.remark) for row in asked] == [
        (None, "Lần đầu."),
        (None, None),
    ]
