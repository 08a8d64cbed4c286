"""A group proposal: its sites are listed after approval, and the department answers the list."""

import datetime
import re

import pytest
from django.urls import reverse

from khuyencong.core import audit, clock
from khuyencong.core.papers import Paper
from khuyencong.core.refusals import NotAllowed, Refused
from projects import sites
from projects.firing import fire, options
from projects.models import Beneficiary, Notice, Proposal, SiteList
from tests import acts, make, scenes
from tests.api.clients import client_of
from tests.make import TRIEU
from tests.projects.pages import page_of, text_of
from tests.scenes import group, listed, site

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_broken")]


def send(place, proposal, *rows, by=None, paper=None, reason="", **data) -> Proposal:
    return fire(
        proposal,
        "list_sites",
        by=by or place.people.canbo,
        paper=make.paper("TTKC") if paper is None else paper,
        reason=reason,
        data={"sites": list(rows), **data},
    )


def confirm(place, proposal, **given) -> Proposal:
    given.setdefault("reason", "Đúng đối tượng")
    return fire(proposal, "confirm_sites", by=given.pop("by", place.people.sct), **given)


def give_back(place, proposal, reason="Sai địa điểm") -> Proposal:
    return fire(proposal, "return_sites", by=place.people.sct, reason=reason)


def standing(proposal) -> dict[int, str]:
    rows = Beneficiary.objects.filter(proposal=proposal)
    return dict(rows.values_list("enterprise_id", "standing"))


def told(proposal) -> str:
    proposal.refresh_from_db()
    return audit.sentence(audit.trail(proposal).last())


# --- the list -------------------------------------------------------------------------------------


def test_a_list_is_recorded_with_its_paper_and_one_sentence(place):
    rows = [site(place, 150), site(place, 250)]
    proposal = listed(place, *rows)
    made = SiteList.objects.get(proposal=proposal)
    assert (made.seq, made.verdict, made.submitted_by) == (1, "", place.people.canbo)
    assert standing(proposal) == {row["enterprise"]: "planned" for row in rows}
    found = made.sites.get(enterprise_id=rows[1]["enterprise"])
    assert (found.support, found.counterpart, found.place) == (
        250 * TRIEU,
        250 * TRIEU,
        place.commune,
    )
    assert proposal.status == "approved"
    assert re.fullmatch(
        r"Người canbo \(Trung tâm Khuyến công Tỉnh Thử\) trình danh sách lần 1: 2 cơ sở, "
        r"hỗ trợ 400 triệu đồng, Công văn \d+/TTKC ngày \d\d/\d\d/\d{4}",
        told(proposal),
    )


def test_the_department_is_told_of_a_list_and_of_nothing_else(place):
    proposal = group(place)
    Notice.objects.all().delete()
    proposal = send(place, proposal, site(place))
    people = set(Notice.objects.values_list("user__username", "kind"))
    assert people == {("sct", "arrived"), ("sct.lanhdao", "arrived")}
    confirm(place, proposal)
    assert Notice.objects.count() == 2


def test_the_sites_take_no_more_than_what_was_approved(place):
    with pytest.raises(Refused, match=r"Danh sách cộng 401 triệu đồng.*chỉ còn 400") as refused:
        listed(place, site(place, 200), site(place, 201))
    assert refused.value.faults[0].field == "sites-0-support"
    assert not SiteList.objects.exists()


def test_what_was_confirmed_before_counts(place):
    proposal = confirm(place, listed(place, site(place, 300)))
    with pytest.raises(Refused, match="các cơ sở đã xác nhận 300: chỉ còn 100"):
        send(place, proposal, site(place, 101))
    send(place, proposal, site(place, 100))


def test_more_sites_than_units_want_a_reason(place):
    rows = [site(place, 100) for _n in range(3)]
    with pytest.raises(Refused, match="Có 3 cơ sở, đề án được duyệt 2") as refused:
        listed(place, *rows)
    assert refused.value.faults[0].field == "reason"
    proposal = Proposal.objects.get()
    send(place, proposal, *rows, reason="Ba cơ sở nhỏ dùng chung hai dây chuyền")
    assert len(standing(proposal)) == 3


def test_everything_wrong_with_a_list_is_said_at_once(place):
    other = make.world("x", "Tỉnh Khác", "TK")
    row = site(place)
    bad = [
        row,
        {**row, "support": 0},
        site(place, enterprise=make.enterprise(other).pk),
        {**site(place), "place": other.commune.pk},
        site(place, counterpart=None),
        site(place, support="100"),
        {},
    ]
    proposal = group(place)
    with pytest.raises(Refused) as refused:
        send(place, proposal, *bad, paper=Paper())
    fields = {fault.field for fault in refused.value.faults}
    assert fields >= {
        *("document_number", "document_date", "sites-1-enterprise", "sites-1-support"),
        *("sites-2-enterprise", "sites-3-place", "sites-4-counterpart", "sites-5-support"),
        *("sites-6-enterprise", "sites-6-place", "sites-6-support", "sites-6-counterpart"),
    }
    assert standing(proposal) == {}


def test_an_empty_list_is_no_list(place):
    with pytest.raises(Refused, match="Chọn ít nhất một cơ sở"):
        send(place, group(place))


def test_the_paper_is_not_older_than_the_decision(place):
    proposal = group(place)
    early = clock.today() - datetime.timedelta(days=1)
    with pytest.raises(Refused, match="Ngày văn bản phải từ ngày"):
        send(place, proposal, site(place), paper=make.paper("TTKC", issued_on=early))


def test_one_list_waits_at_a_time(place):
    proposal = listed(place)
    with pytest.raises(NotAllowed, match="Danh sách lần 1 đang chờ"):
        send(place, proposal, site(place))


def test_only_a_group_proposal_lists_sites(place):
    proposal = scenes.approved(place)
    with pytest.raises(NotAllowed, match="Chỉ đề án nhóm"):
        send(place, proposal, site(place))


def test_sites_are_listed_while_the_proposal_runs_and_not_after(place):
    proposal = group(place)
    acts.act(place, proposal, "sign")
    fire(proposal, "start", by=place.people.canbo)
    proposal = confirm(place, send(place, proposal, site(place)))
    assert proposal.status == "in_progress"
    proposal = acts.act(place, proposal, "accept")
    open_now = {row.verb for row in options(proposal, place.people.canbo) if row.is_open}
    assert "list_sites" not in open_now


# --- the answer -----------------------------------------------------------------------------------


def test_the_department_confirms_by_a_paper_or_in_writing(place):
    proposal = listed(place)
    with pytest.raises(Refused, match="Nhập số, ngày văn bản xác nhận, hoặc ghi ý kiến"):
        confirm(place, proposal, reason="")
    proposal = confirm(place, proposal, reason="", paper=make.paper("SCT"))
    made = SiteList.objects.get()
    assert (made.verdict, made.decided_by) == ("confirmed", place.people.sct)
    assert made.decision.number.endswith("/SCT")
    assert set(standing(proposal).values()) == {"confirmed"}
    assert "xác nhận danh sách lần 1: 1 cơ sở, hỗ trợ 150 triệu đồng" in told(proposal)


def test_the_answer_is_not_older_than_the_list(place):
    proposal = listed(place)
    early = clock.today() - datetime.timedelta(days=1)
    with pytest.raises(Refused, match="Ngày văn bản phải từ ngày"):
        confirm(place, proposal, paper=make.paper("SCT", issued_on=early))


def test_who_listed_does_not_confirm(place):
    """A specialist who was lent to the centre, listed the sites and came back."""
    proposal = listed(place)
    SiteList.objects.update(submitted_by=place.people.sct)
    with pytest.raises(NotAllowed, match="không tự xác nhận"):
        confirm(place, proposal)
    confirm(place, proposal, by=place.people.sct_head)


def test_the_unit_does_not_answer_its_own_list(place):
    proposal = listed(place)
    for verb in ("confirm_sites", "return_sites"):
        with pytest.raises(NotAllowed):
            fire(proposal, verb, by=place.people.canbo, reason="Tôi đồng ý")


def test_nothing_waits_nothing_is_answered(place):
    proposal = group(place)
    with pytest.raises(NotAllowed, match="Không có danh sách cơ sở nào đang chờ"):
        confirm(place, proposal)


def test_a_returned_list_is_made_anew(place):
    row, other = site(place, 150), site(place, 120)
    proposal = give_back(place, listed(place, row, other))
    assert "trả lại danh sách cơ sở lần 1. Lý do: Sai địa điểm" in told(proposal)
    assert [found.enterprise_id for found in sites.to_list_again(proposal)] == [
        row["enterprise"],
        other["enterprise"],
    ]
    fresh = site(place, 90)
    proposal = send(place, proposal, {**row, "support": 160 * TRIEU}, fresh)
    assert standing(proposal) == {row["enterprise"]: "planned", fresh["enterprise"]: "planned"}
    confirm(place, proposal)
    assert sites.room(Proposal.objects.get()).taken == 250 * TRIEU
    assert list(SiteList.objects.values_list("seq", "verdict")) == [
        (1, "returned"),
        (2, "confirmed"),
    ]


def test_a_return_says_why(place):
    with pytest.raises(Refused, match="Nêu lý do"):
        give_back(place, listed(place), reason="")


# --- leaving --------------------------------------------------------------------------------------


@pytest.fixture
def running(place):
    """A group proposal with one confirmed site of 300."""
    return confirm(place, listed(place, site(place, 300)))


def test_a_confirmed_site_is_replaced_once_the_department_agrees(place, running):
    old = Beneficiary.objects.get(proposal=running)
    new = site(place, 350, replaces=old.pk)
    proposal = send(place, running, new)
    assert standing(proposal) == {old.enterprise_id: "confirmed", new["enterprise"]: "planned"}
    proposal = confirm(place, proposal)
    old.refresh_from_db()
    assert (old.standing, old.replaced_by.enterprise_id) == ("replaced", new["enterprise"])
    assert standing(proposal)[new["enterprise"]] == "confirmed"
    assert "1 cơ sở, hỗ trợ 350 triệu đồng, rút hoặc thay 1 cơ sở" in told(proposal)


def test_a_confirmed_site_is_withdrawn_with_a_reason(place, running):
    old = Beneficiary.objects.get(proposal=running)
    with pytest.raises(Refused, match="Nêu lý do rút cơ sở"):
        send(place, running, withdraws=[old.pk])
    proposal = send(place, running, withdraws=[old.pk], reason="Cơ sở giải thể")
    confirm(place, proposal)
    old.refresh_from_db()
    assert (old.standing, old.replaced_by) == ("withdrawn", None)
    assert sites.room(Proposal.objects.get()).taken == 0


def test_a_returned_list_leaves_who_was_to_go_where_it_was(place, running):
    old = Beneficiary.objects.get(proposal=running)
    proposal = give_back(place, send(place, running, site(place, 90, replaces=old.pk)))
    old.refresh_from_db()
    assert (old.standing, old.replaced_by, old.leaving) == ("confirmed", None, None)
    assert sites.room(Proposal.objects.get(pk=proposal.pk)).taken == 300 * TRIEU


def test_who_is_not_confirmed_cannot_leave(place, running):
    stranger = make.draft(place).beneficiaries.get()
    with pytest.raises(Refused, match="Chỉ rút hoặc thay cơ sở đã được xác nhận"):
        send(place, running, site(place, 50, replaces=stranger.pk))
    old = Beneficiary.objects.get(proposal=running)
    with pytest.raises(Refused, match="chỉ được rút hoặc thay một lần"):
        send(place, running, site(place, 50, replaces=old.pk), withdraws=[old.pk], reason="x")


def test_a_confirmed_site_is_not_listed_twice(place, running):
    old = Beneficiary.objects.get(proposal=running)
    with pytest.raises(Refused, match="đã được xác nhận trong đề án này"):
        send(place, running, site(place, 50, enterprise=old.enterprise_id))


# --- the pages ------------------------------------------------------------------------------------


def form_of(row: dict, place, index: int = 0, **boxes: str) -> dict[str, str]:
    return {
        f"sites-{index}-enterprise": f"CS-{row['enterprise']}",
        f"sites-{index}-place": str(place.commune.pk),
        f"sites-{index}-support": "150tr",
        f"sites-{index}-counterpart": "0",
        "document_number": "7/TTKC",
        "document_date": f"{clock.today():%d/%m/%Y}",
        **boxes,
    }


def test_the_unit_lists_by_the_page_and_the_department_answers_there(place):
    proposal = group(place)
    address = reverse("proposal_transition", args=[proposal.code, "list_sites"])
    unit, department = page_of(place.people.canbo), page_of(place.people.sct)
    row = site(place)
    assert "sites-0-enterprise" in text_of(unit.get(address))
    assert unit.post(address, form_of(row, place, index=1)).status_code == 302
    page = text_of(department.get(reverse("proposal_detail", args=[proposal.code])))
    assert "chờ Sở Công Thương xác nhận" in page and "Xác nhận danh sách cơ sở" in page
    answer = reverse("proposal_transition", args=[proposal.code, "confirm_sites"])
    assert "Cơ sở của đề án nhóm" in text_of(department.get(answer))
    assert department.post(answer, {"reason": "Đồng ý"}).status_code == 302
    page = text_of(unit.get(reverse("proposal_detail", args=[proposal.code])))
    assert "Đã xác nhận" in page and "7/TTKC" in page
    assert "Đã xác nhận 1/2 đơn vị kết quả, hỗ trợ 150/400 triệu đồng được duyệt." in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [("Cơ sở không có", "trong sổ. Thêm vào sổ cơ sở trước"), ("CS-999999", "trong sổ")],
)
def test_an_establishment_that_is_not_in_the_register_is_told(place, typed, said):
    proposal = group(place)
    address = reverse("proposal_transition", args=[proposal.code, "list_sites"])
    boxes = form_of(site(place), place) | {"sites-0-enterprise": typed}
    answer = page_of(place.people.canbo).post(address, boxes)
    assert answer.status_code == 422
    assert said in text_of(answer) and typed in text_of(answer) and "7/TTKC" in text_of(answer)


def test_an_establishment_is_found_by_its_name_and_one_of_several_is_asked_back(place):
    make.enterprise(place, "Chè Bản Bo")
    proposal = group(place)
    address = reverse("proposal_transition", args=[proposal.code, "list_sites"])
    client = page_of(place.people.canbo)
    boxes = form_of(site(place), place)
    make.enterprise(place, "Chè Tân Uyên")
    asked = client.post(address, boxes | {"sites-0-enterprise": "che"})
    assert asked.status_code == 422 and "Có nhiều cơ sở khớp" in text_of(asked)
    assert client.post(address, boxes | {"sites-0-enterprise": "che ban bo"}).status_code == 302
    assert Beneficiary.objects.get(proposal=proposal).enterprise.name == "Chè Bản Bo"


def test_faults_point_to_the_box_they_are_about(place):
    proposal = group(place)
    address = reverse("proposal_transition", args=[proposal.code, "list_sites"])
    boxes = form_of(site(place), place, index=1) | {"sites-1-support": ""}
    text = text_of(page_of(place.people.canbo).post(address, boxes))
    assert 'href="#id_sites-1-support"' in text and "Cơ sở 2: nhập số tiền hỗ trợ" in text


def test_a_returned_list_stands_in_the_form_again(place):
    row = site(place, 150)
    proposal = give_back(place, listed(place, row))
    address = reverse("proposal_transition", args=[proposal.code, "list_sites"])
    text = text_of(page_of(place.people.canbo).get(address))
    assert f'value="CS-{row["enterprise"]} ' in text and "150.000.000" in text


# --- the API --------------------------------------------------------------------------------------


def test_a_program_lists_and_the_trail_tells_the_same(place):
    proposal = group(place)
    address = reverse("api_transitions", args=[proposal.code])
    unit = client_of(place.people.canbo, "write")
    row = site(place)
    today = f"{clock.today():%Y-%m-%d}"
    sent = {
        "verb": "list_sites",
        "document": {"number": "9/TTKC", "date": today},
        "sites": [
            {"enterprise": f"CS-{row['enterprise']}", "support": 1000, "counterpart": 0},
        ],
    }
    wrong = {**sent, "sites": [{**sent["sites"][0], "enterprise": "CS-0"}]}
    assert unit.post(address, wrong, format="json").status_code == 400
    much = {**sent, "sites": [{**sent["sites"][0], "support": 500 * TRIEU}]}
    refused = unit.post(address, much, format="json")
    assert refused.status_code == 422 and "sites.0.support" in refused.content.decode()
    done = unit.post(address, sent, format="json")
    assert done.status_code == 200, done.content.decode()
    (found,) = done.json()["beneficiaries"]
    assert (found["standing"], found["support"]) == ("planned", 1000)
    department = client_of(place.people.sct, "write")
    answer = {"verb": "confirm_sites", "reason": "Đồng ý"}
    assert department.post(address, answer, format="json").status_code == 200
    old = f"CS-{row['enterprise']}"
    leave = {
        "verb": "list_sites",
        "document": {"number": "10/TTKC", "date": today},
        "withdraws": [old],
        "reason": "Giải thể",
    }
    assert unit.post(address, leave, format="json").status_code == 200
    assert department.post(address, answer, format="json").status_code == 200
    assert Beneficiary.objects.get(proposal=proposal).standing == "withdrawn"


# --- the law beside a list ------------------------------------------------------------------------


def test_a_site_above_the_ceiling_is_refused_and_one_at_the_limit_is_not(place):
    proposal = group(place)
    make.norm(place, max_amount=100 * TRIEU)
    with pytest.raises(Refused) as refused:
        send(place, proposal, {**site(place), "support": 100 * TRIEU + 1})
    assert "mỗi cơ sở" in str(refused.value.faults[0].message)
    send(place, proposal, {**site(place), "support": 100 * TRIEU})
    assert proposal.check_records.filter(act="submission", track=None).last().results["checks"]


def test_a_list_waits_on_the_desk_and_the_answer_shows_its_checks(place):
    proposal = group(place)
    send(place, proposal, site(place))
    department = page_of(place.people.sct)
    assert "Danh sách cơ sở chờ thẩm định" in text_of(department.get(reverse("desk")))
    head = text_of(department.get(reverse("proposal_detail", args=[proposal.code])))
    assert "Danh sách cơ sở đang chờ Sở Công Thương" in head
    answer = reverse("proposal_transition", args=[proposal.code, "confirm_sites"])
    assert "Mức hỗ trợ mỗi cơ sở" in text_of(department.get(answer))


def test_the_bar_counts_a_list_that_waits_beside_the_dossiers(place):
    def counted(user):
        page = text_of(page_of(user).get("/them/"))
        link = re.search(r'<a href="/tham-dinh/".*?</a>', page, re.DOTALL)[0]
        found = re.search(r'class="n hot">(\d+)', link)
        return found and int(found[1])

    assert counted(place.people.sct) is None
    listed(place)
    assert counted(place.people.sct) == 1
    assert counted(place.people.stc) is None
