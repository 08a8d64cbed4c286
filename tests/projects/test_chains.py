"""The chains of review as dated data: a further version, a correction, an end; who keeps which."""

import datetime
from dataclasses import replace

import pytest

from khuyencong.core import audit, clock
from khuyencong.core.models import Organisation
from khuyencong.core.refusals import NotAllowed, NotNow, Refused
from projects import chains
from projects.chain_steps import Step
from projects.chains import Terms
from projects.firing import fire
from projects.models import ReviewChain
from tests import look, make

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 6, 1)
DAY = datetime.date(2026, 7, 1)
BEFORE = DAY - datetime.timedelta(days=1)
SCT, STC, UBND = "industry_department", "finance_department", "provincial_committee"
APPRAISE, FINANCE, APPROVE = Step("appraise", SCT), Step("finance", STC), Step("approve", UBND)
CLEAR = Step("finance", STC, name="Thẩm định phân bổ dự toán chi tiết", may_return=False)


def on(day: datetime.date):
    return clock.at(datetime.datetime.combine(day, datetime.time(3), datetime.UTC))


@pytest.fixture(autouse=True)
def today():
    with on(TODAY):
        yield


@pytest.fixture
def chain(place) -> ReviewChain:
    return ReviewChain.objects.get(code="provincial")


def terms(*steps: Step, day: datetime.date | None = DAY, **more) -> Terms:
    given = {"name": "Quy chế mới", "legal_ref": "Quyết định 1"} | more
    return Terms(valid_from=day, steps=steps or (APPRAISE, FINANCE, APPROVE, CLEAR), **given)


def refused(act, *args, **kwargs) -> str:
    with pytest.raises(Refused) as found:
        act(*args, **kwargs)
    return "\n".join(fault.message for fault in found.value.faults)


def said(chain: ReviewChain) -> str:
    return "\n".join(audit.sentence(entry) for entry in audit.trail(chain))


# --- a further version ----------------------------------------------------------------------------


def test_a_version_from_a_day_ends_the_one_before_on_the_day_before(place, chain):
    made = chains.add_version(chain, terms(), by=place.people.quantri)
    chain.refresh_from_db()
    assert chain.valid_to == BEFORE
    assert (made.code, made.source, made.valid_from) == (chain.code, chain.source, DAY)
    assert [(step.kind, step.organisation_kind) for step in made.steps.all()] == [
        ("appraise", SCT), ("finance", STC), ("approve", UBND), ("finance", STC),
    ]  # fmt: skip
    in_force = ReviewChain.objects.in_force
    assert in_force(chain.source_id, place.home.pk, BEFORE) == chain
    assert in_force(chain.source_id, place.home.pk, DAY) == made
    assert "thêm phiên bản «Quy chế mới»" in said(made) and "01/07/2026, 4 bước" in said(made)
    assert "từ chưa có thành 30/06/2026" in said(chain)


def test_running_dossiers_keep_the_version_they_were_submitted_under(place, chain):
    running = make.submitted(place)
    made = chains.add_version(chain, terms(FINANCE, APPROVE), by=place.people.quantri)
    with on(DAY):
        later = make.submitted(place, title="Máy sấy")
        assert look.track(later, "provincial").chain == made
        fire(running, "pass", by=place.people.sct)
        fire(running, "conclude", by=place.people.sct_head)
    track = look.track(running, "provincial")
    assert track.chain == chain
    assert track.step in list(chain.steps.all()) and track.step.order == 2


def test_a_returned_dossier_comes_back_under_its_own_version(place, chain):
    proposal = make.submitted(place)
    fire(
        proposal,
        "return",
        by=place.people.sct,
        reason="Thiếu báo giá.",
        data={"points": [("du-toan", "Thiếu báo giá.")], "due_on": DAY},
    )
    chains.add_version(chain, terms(), by=place.people.quantri)
    with on(DAY):
        fire(proposal, "submit", by=place.people.canbo)
    assert look.track(proposal, "provincial").chain == chain


def test_the_same_version_entered_twice_is_there_once(place, chain):
    chains.add_version(chain, terms(), by=place.people.quantri)
    again = refused(chains.add_version, chain, terms(), by=place.people.quantri)
    assert "Đã có phiên bản có hiệu lực từ ngày 01/07/2026" in again
    assert ReviewChain.objects.filter(code=chain.code).count() == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"day": None}, "Nhập ngày có hiệu lực"),
        ({"day": datetime.date(2026, 6, 30)}, "phải có hiệu lực sau ngày 01/07/2026"),
        ({"day": DAY}, "Đã có phiên bản có hiệu lực từ ngày 01/07/2026"),
        ({"name": ""}, "Nhập tên quy trình"),
        ({"legal_ref": ""}, "Nhập căn cứ"),
    ],
)
def test_a_version_that_cannot_follow_is_refused_and_nothing_changes(place, chain, change, words):
    made = chains.add_version(chain, terms(), by=place.people.quantri)
    later = replace(terms(day=DAY + datetime.timedelta(days=30)), **_named(change))
    assert words in refused(chains.add_version, made, later, by=place.people.quantri)
    made.refresh_from_db()
    assert made.valid_to is None and ReviewChain.objects.filter(code=chain.code).count() == 2


def _named(change: dict) -> dict:
    return {"valid_from" if name == "day" else name: value for name, value in change.items()}


def test_a_version_may_begin_again_after_a_gap(place, chain):
    chains.end(chain, TODAY, by=place.people.quantri)
    chains.add_version(chain, terms(), by=place.people.quantri)
    chain.refresh_from_db()
    assert chain.valid_to == TODAY


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ((APPRAISE, FINANCE), "cần một bước phê duyệt"),
        ((APPRAISE, APPROVE, Step("approve", "ministry")), "Chỉ một bước được phê duyệt"),
        ((APPROVE,), "Trước bước phê duyệt cần ít nhất một bước thẩm định"),
        ((Step("appraise", UBND), APPROVE), "không thể là cơ quan phê duyệt"),
        ((Step("finance", UBND), APPROVE), "không thể là cơ quan phê duyệt"),
        ((FINANCE, APPROVE, APPRAISE), "sau phê duyệt chỉ có thẩm định tài chính"),
        ((APPRAISE, APPROVE, FINANCE), "sau phê duyệt không trả lại bổ sung"),
        ((Step("appraise", "implementing_unit"), APPROVE), "không thẩm định, phê duyệt"),
        ((replace(APPRAISE, working_days=0), APPROVE), "từ 1 đến 365"),
        ((APPRAISE, replace(APPROVE, two_signatures=True)), "phê duyệt chỉ có một chữ ký"),
        (
            (replace(APPRAISE, two_signatures=True, acts_in_portal=False), APPROVE),
            "không có hai chữ ký",
        ),
        ((APPRAISE, Step("record", STC), APPROVE), "là của cơ quan ngoài cổng"),
        ((APPRAISE,) * 12 + (APPROVE,), "Tối đa 12 bước"),
    ],
)
def test_steps_no_dossier_could_go_are_refused(place, chain, steps, words):
    assert words in refused(chains.add_version, chain, terms(*steps), by=place.people.quantri)


def test_a_step_needs_an_office_that_is_set_up_on_that_day(place, chain):
    Organisation.objects.filter(pk=place.orgs.finance.pk).update(valid_to=TODAY)
    found = refused(chains.add_version, chain, terms(), by=place.people.quantri)
    assert "Bước 2: chưa khai báo Sở Tài chính nào còn hoạt động ngày 01/07/2026" in found
    assert "Bước 4" in found


def test_all_faults_are_said_at_once(place, chain):
    bad = terms(FINANCE, Step("appraise", "commune"), name="", day=None)
    found = refused(chains.add_version, chain, bad, by=place.people.quantri)
    for words in ("Nhập ngày", "Nhập tên", "bước phê duyệt", "UBND xã, phường"):
        assert words in found, words


@pytest.mark.parametrize("who", ["sct_head", "lanhdao", "canbo"])
def test_only_an_administrator_writes_chains(place, chain, who):
    with pytest.raises(NotAllowed, match="Chỉ quản trị hệ thống"):
        chains.add_version(chain, terms(), by=getattr(place.people, who))


def test_the_chain_of_another_province_is_not_written(place, chain):
    elsewhere = make.world("x", "Tỉnh Khác", "TK")
    ReviewChain.objects.filter(pk=chain.pk).update(province=place.home)
    with pytest.raises(NotAllowed, match="tỉnh khác"):
        chains.add_version(
            ReviewChain.objects.get(pk=chain.pk), terms(), by=elsewhere.people.quantri
        )


# --- correction and end ---------------------------------------------------------------------------


def test_a_version_no_dossier_uses_may_be_corrected(place, chain):
    made = chains.add_version(chain, terms(), by=place.people.quantri)
    right = datetime.date(2026, 8, 1)
    chains.revise(
        made, terms(APPRAISE, APPROVE, day=right, name="Đúng tên"), by=place.people.quantri
    )
    for row in (made, chain):
        row.refresh_from_db()
    assert (made.name, made.valid_from, made.steps.count()) == ("Đúng tên", right, 2)
    assert chain.valid_to == datetime.date(2026, 7, 31)
    assert "từ 01/07/2026 thành 01/08/2026" in said(made)
    assert "các bước, từ 4 thành 2 bước" in said(made)


def test_nothing_corrected_is_nothing_written(place, chain):
    made = chains.add_version(chain, terms(), by=place.people.quantri)
    chains.revise(made, Terms.of(made), by=place.people.quantri)
    assert audit.trail(made).count() == 1


def test_a_version_in_use_gets_an_end_and_nothing_else(place, chain):
    make.submitted(place)
    with pytest.raises(NotNow, match="chỉ đổi được ngày hết hiệu lực"):
        chains.revise(chain, terms(day=None), by=place.people.quantri)
    chains.end(chain, DAY, by=place.people.quantri)
    chain.refresh_from_db()
    assert chain.valid_to == DAY and chain.steps.count() == 3
    chains.end(chain, None, by=place.people.quantri)
    chain.refresh_from_db()
    assert chain.valid_to is None


def test_an_end_lies_between_the_first_day_and_the_version_after(place, chain):
    made = chains.add_version(chain, terms(), by=place.people.quantri)
    for last in (DAY, None):
        found = refused(chains.end, chain, last, by=place.people.quantri)
        assert "muộn nhất là 30/06/2026" in found
    assert "từ ngày có hiệu lực trở đi" in refused(
        chains.end, made, BEFORE, by=place.people.quantri
    )


def test_how_many_dossiers_run_under_a_version(place, chain):
    make.submitted(place)
    withdrawn = make.submitted(place, title="Máy sấy")
    fire(withdrawn, "withdraw", by=place.people.canbo, reason="Thử")
    use = chains.uses_of(ReviewChain.objects.all())
    assert (use[chain.pk].total, use[chain.pk].running) == (2, 1)
    assert set(use) == {chain.pk}


# --- no version goes on ---------------------------------------------------------------------------


def test_a_chain_that_ended_is_named_with_its_day_and_whom_to_tell(place, chain):
    proposal = make.draft(place)
    chains.end(chain, TODAY, by=place.people.quantri)
    with on(DAY):
        found = refused(fire, proposal, "submit", by=place.people.canbo)
    assert (
        "Quy trình «Quy trình provincial» của nguồn Ngân sách tỉnh đã hết hiệu lực ngày "
        "01/06/2026, chưa có phiên bản tiếp theo. Báo quản trị viên Người quantri"
    ) in found
    assert look.status(proposal) == "draft"


def test_a_running_dossier_goes_on_after_its_chain_ended(place, chain):
    proposal = make.submitted(place)
    chains.end(chain, TODAY, by=place.people.quantri)
    with on(DAY):
        fire(proposal, "pass", by=place.people.sct)
        fire(proposal, "conclude", by=place.people.sct_head)
        fire(proposal, "pass", by=place.people.stc)
    assert look.track(proposal, "provincial").step.kind == "approve"
