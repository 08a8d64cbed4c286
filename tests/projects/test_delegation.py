"""Ủy quyền: who may pass what on to whom, what it opens, and that duties stay apart."""

import datetime

import pytest
from django.core import mail
from django.test import Client

from khuyencong.core import audit, audit_api, clock, delegation
from khuyencong.core.delegation import Wish
from khuyencong.core.models import RoleGrant, User
from khuyencong.core.refusals import NotAllowed, Refused
from khuyencong.core.roles import CONCLUDE, EXECUTE, REVIEW, Role
from projects import duty_invariants, mailing
from projects.firing import fire
from projects.models import Notice, Review
from tests import make
from tests.projects.pages import page_of

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
PAGE = "/uy-quyen/"


@pytest.fixture
def place():
    return make.world()


@pytest.fixture
def deputy(place):
    return make.user("sct.pho", "appraiser", place.orgs.industry, full_name="Lò Văn Phó")


def wish(place, to, *, giver=None, roles=(Role.HEAD,), start=0, end=10, order="12/GUQ-SCT"):
    today = clock.today()
    return Wish(
        giver or place.people.sct_head,
        to,
        tuple(roles),
        None if start is None else today + start * DAY,
        None if end is None else today + end * DAY,
        order,
    )


def again(user):
    """The person as their next request sees them."""
    return User.objects.get(pk=user.pk)


def give(place, to, by=None, **fields):
    asked = wish(place, to, **fields)
    return delegation.delegate(asked, by=by or asked.giver)


def test_a_delegate_may_do_what_the_role_may_and_is_known_to_stand_in(place, deputy):
    assert not again(deputy).may(CONCLUDE)
    (grant,) = give(place, deputy)
    assert again(deputy).may(CONCLUDE)
    assert delegation.standing_in(deputy, {CONCLUDE}) == grant
    # What one may do in one's own right is done in one's own name.
    assert delegation.standing_in(deputy, {REVIEW}) is None
    assert delegation.standing_in(deputy, {REVIEW, CONCLUDE}) is None
    assert delegation.standing_in(deputy, {EXECUTE}) is None
    assert delegation.standing_in(place.people.sct_head, {CONCLUDE}) is None


def test_it_holds_between_its_days_alone(place, deputy):
    give(place, deputy, start=1, end=3)
    assert delegation.standing_in(deputy, {CONCLUDE}) is None
    assert not again(deputy).may(CONCLUDE)
    with clock.at(clock.today() + 3 * DAY):
        assert delegation.standing_in(deputy, {CONCLUDE})
    with clock.at(clock.today() + 4 * DAY):
        assert delegation.standing_in(deputy, {CONCLUDE}) is None


def test_a_delegate_concludes_what_a_colleague_proposed_and_it_says_for_whom(place, deputy):
    give(place, deputy)
    proposal = fire(make.submitted(place), "pass", by=place.people.sct)
    fire(proposal, "conclude", by=again(deputy))
    review = Review.objects.get(verdict="pass")
    assert review.delegation.on_behalf_of == place.people.sct_head
    said = [audit.sentence(entry) for entry in audit.trail(proposal)]
    stamp = f"(thay {place.people.sct_head.full_name}, theo 12/GUQ-SCT)"
    assert [line for line in said if stamp in line], said
    assert all(line.startswith("Lò Văn Phó") for line in said if stamp in line)


def test_who_proposed_does_not_conclude_as_a_delegate_either(place):
    give(place, place.people.sct)
    proposal = fire(make.submitted(place), "pass", by=place.people.sct)
    with pytest.raises(NotAllowed, match="không tự kết luận"):
        fire(proposal, "conclude", by=again(place.people.sct))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"to": "sct_head"}, "Không ủy quyền cho chính mình"),
        ({"to": "stc"}, "thuộc cơ quan khác"),
        ({"to": "quantri"}, "là quản trị của cổng"),
        ({"start": None}, "Nhập ngày bắt đầu"),
        ({"end": None}, "Nhập ngày kết thúc"),
        ({"start": 5, "end": 3}, "từ ngày bắt đầu trở đi"),
        ({"start": -1}, "từ hôm nay trở đi"),
        ({"order": " "}, "Nhập số và ngày của văn bản"),
        ({"order": "x" * 121}, "tối đa 120 ký tự"),
        ({"roles": ()}, "Chọn ít nhất một vai trò"),
        ({"roles": ("administrator",)}, "không ủy quyền được"),
        ({"roles": ("auditor",)}, "không ủy quyền được"),
        ({"roles": ("approver",)}, "không tự mình giữ vai trò"),
        ({"to": "sct", "roles": ("appraiser",)}, "không tự mình giữ vai trò"),
    ],
)
def test_what_may_not_be_is_refused_in_words_and_nothing_is_written(place, deputy, change, said):
    to = getattr(place.people, change["to"]) if "to" in change else deputy
    before = RoleGrant.objects.count()
    rest = {name: value for name, value in change.items() if name != "to"}
    with pytest.raises(Refused, match=said):
        give(place, to, **rest)
    assert RoleGrant.objects.count() == before


def test_all_faults_are_told_at_once(place, deputy):
    with pytest.raises(Refused) as refused:
        give(place, place.people.stc, start=None, end=None, order="", roles=())
    assert {fault.field for fault in refused.value.faults} == {
        *("receiver", "valid_from", "valid_to", "order", "roles")
    }


def test_what_came_by_delegation_is_not_passed_on(place, deputy):
    give(place, deputy)
    third = make.user("sct.ba", "appraiser", place.orgs.industry)
    with pytest.raises(Refused, match="không ủy quyền tiếp được"):
        give(place, third, giver=deputy)


def test_it_does_not_outlast_the_role_it_rests_on(place, deputy):
    RoleGrant.objects.filter(user=place.people.sct_head).update(valid_to=clock.today() + 5 * DAY)
    with pytest.raises(Refused, match="trong cả thời gian này"):
        give(place, deputy, end=6)
    give(place, deputy, end=5)


def test_only_who_is_away_or_the_administrator_enters_it_and_never_for_themselves(place, deputy):
    other = make.world("x", "Tỉnh Khác", "TK").people
    for by in (deputy, place.people.lanhdao, other.quantri):
        with pytest.raises(NotAllowed):
            give(place, deputy, by=by)
    with pytest.raises(Refused, match="Quản trị không ghi ủy quyền cho chính mình"):
        give(place, place.people.quantri, by=place.people.quantri)
    (grant,) = give(place, deputy, by=place.people.quantri)
    assert grant.granted_by == place.people.quantri


def test_the_office_is_one_under_all_its_names(place, deputy):
    old = make.organisation(
        "industry_department", place.home, "Sở cũ", lineage=place.orgs.industry.lineage
    )
    User.objects.filter(pk=deputy.pk).update(organisation=old)
    assert give(place, again(deputy))


def test_sent_twice_it_is_written_once_and_another_over_it_is_refused(place, deputy):
    first = give(place, deputy)
    assert give(place, deputy) == first
    assert RoleGrant.objects.filter(on_behalf_of__isnull=False).count() == 1
    with pytest.raises(Refused, match="đã ủy quyền cho Lò Văn Phó đến hết"):
        give(place, deputy, end=12)


def test_it_is_ended_early_with_a_trail(place, deputy):
    (grant,) = give(place, deputy)
    yesterday = clock.today() - DAY
    for last in (yesterday - DAY, clock.today() + 11 * DAY):
        with pytest.raises(Refused, match="Chọn ngày cuối từ"):
            delegation.end(grant, last, by=place.people.sct_head)
    with pytest.raises(NotAllowed):
        delegation.end(grant, clock.today(), by=deputy)
    assert delegation.end(grant, clock.today(), by=place.people.sct_head) == clock.today()
    assert again(deputy).may(CONCLUDE)
    delegation.end(grant, yesterday, by=place.people.quantri)
    assert not again(deputy).may(CONCLUDE)
    grant.refresh_from_db()
    given, ended, _last = [audit.sentence(entry) for entry in audit.trail(grant)]
    head = place.people.sct_head.full_name
    assert given.startswith(f"{head} ghi ủy quyền theo 12/GUQ-SCT: Lò Văn Phó thay {head}")
    assert ended.startswith(f"{head} kết thúc sớm ủy quyền theo 12/GUQ-SCT của Lò Văn Phó")
    read = audit_api.visible_to(place.people.kiemtoan).values_list("action", flat=True)
    assert set(read) == {"core.delegation.give", "core.delegation.end"}
    with pytest.raises(Refused, match="đã kết thúc"):
        delegation.end(grant, clock.today(), by=place.people.sct_head)


def test_one_that_has_not_begun_never_holds_once_ended(place, deputy):
    (grant,) = give(place, deputy, start=5)
    delegation.end(grant, clock.today(), by=place.people.sct_head)
    for days in range(12):
        with clock.at(clock.today() + days * DAY):
            assert delegation.standing_in(deputy, {CONCLUDE}) is None


# --- the pages -----------------------------------------------------------------------------------


def sent(to, **fields):
    today = clock.today()
    return {
        "receiver": to.pk,
        "roles": ["head"],
        "valid_from": f"{today:%d/%m/%Y}",
        "valid_to": f"{today + 5 * DAY:%d/%m/%Y}",
        "order": "12/GUQ-SCT",
        **fields,
    }


def test_who_is_away_gives_their_own_roles_to_a_colleague_on_the_page(place, deputy):
    client = page_of(place.people.sct_head)
    form = client.get(f"{PAGE}moi/").content.decode()
    assert 'value="head"' in form and 'value="approver"' not in form
    assert "Lò Văn Phó" in form and place.people.stc.full_name not in form
    page = client.post(f"{PAGE}moi/", sent(deputy), follow=True).content.decode()
    assert "Đã ghi ủy quyền: Lò Văn Phó thay" in page
    assert "12/GUQ-SCT" in page_of(deputy).get(PAGE).content.decode()
    assert "12/GUQ-SCT" not in page_of(place.people.stc).get(PAGE).content.decode()
    grant = RoleGrant.objects.get(on_behalf_of__isnull=False)
    yesterday = f"{clock.today() - DAY:%d/%m/%Y}"
    client.post(f"{PAGE}{grant.pk}/ket-thuc/", {"last": yesterday})
    assert not again(deputy).may(CONCLUDE)


def test_a_delegate_neither_ends_it_nor_passes_it_on(place):
    plain = make.user("moi", "manager", place.orgs.industry)
    (grant,) = give(place, plain)
    client = page_of(plain)
    assert client.get(PAGE).status_code == 200
    assert client.get(f"{PAGE}moi/").status_code == 403
    assert client.post(f"{PAGE}{grant.pk}/ket-thuc/", {"last": "1/1/2026"}).status_code == 403


def test_the_administrator_names_who_is_away(place, deputy):
    client = page_of(place.people.quantri)
    answer = client.post(f"{PAGE}moi/", sent(deputy, giver=place.people.sct_head.pk))
    assert answer.status_code == 302
    assert RoleGrant.objects.get(on_behalf_of=place.people.sct_head).user == deputy
    wrong = client.post(f"{PAGE}moi/", sent(deputy, giver=place.people.stc.pk, roles=["approver"]))
    assert wrong.status_code == 422
    page = wrong.content.decode()
    assert "thuộc cơ quan khác" in page and "không tự mình giữ vai trò" in page


def test_the_list_asks_a_fixed_number_of_questions(place, deputy, django_assert_max_num_queries):
    for n in range(20):
        made = make.user(f"nguoi{n}", "appraiser", place.orgs.industry)
        give(place, made)
    client = page_of(place.people.sct_head)
    with django_assert_max_num_queries(10):
        client.get(PAGE)


def test_it_ends_with_the_right_of_who_gave_it(place, deputy):
    """His account closed, or his own role taken back: nobody stands in for him any more."""
    give(place, deputy)
    head = place.people.sct_head
    User.objects.filter(pk=head.pk).update(is_active=False)
    assert not again(deputy).may(CONCLUDE)
    assert delegation.standing_in(deputy, {CONCLUDE}) is None
    User.objects.filter(pk=head.pk).update(is_active=True)
    assert again(deputy).may(CONCLUDE)
    head.role_grants.update(valid_to=clock.today() - DAY)
    assert not again(deputy).may(CONCLUDE)
    assert delegation.standing_in(deputy, {CONCLUDE}) is None


def test_roles_and_in_whose_place_take_one_query(place, deputy, django_assert_num_queries):
    give(place, deputy)
    user = again(deputy)
    with django_assert_num_queries(1):
        assert user.may(CONCLUDE) and user.may(REVIEW)
        assert user.stands_in_for({CONCLUDE}) == place.people.sct_head.pk
        assert user.stands_in_for({REVIEW}) is None


def test_who_proposed_has_no_delegate_conclude_in_their_place(place, deputy):
    """A head who is a specialist too proposes, and a colleague stands in for that very head."""
    head = place.people.sct_head
    RoleGrant.objects.create(user=head, role=Role.APPRAISER)
    give(place, deputy)
    proposal = fire(make.submitted(place), "pass", by=again(head))
    with pytest.raises(NotAllowed, match="không tự kết luận"):
        fire(proposal, "conclude", by=again(deputy))
    with pytest.raises(NotAllowed, match="không tự kết luận"):
        fire(proposal, "refuse", by=again(deputy), reason="Không phù hợp")


def test_the_invariants_see_one_person_behind_two_signatures(place, deputy):
    give(place, deputy)
    proposal = fire(make.submitted(place), "pass", by=place.people.sct)
    fire(proposal, "conclude", by=again(deputy))
    assert not list(duty_invariants.duties_are_apart())
    Review.objects.filter(verdict="pass").update(proposed_by=place.people.sct_head)
    assert "both signatures" in str(list(duty_invariants.duties_are_apart()))


def test_service_accounts_and_auditors_are_neither_offered_nor_taken(place, deputy):
    industry = place.orgs.industry
    robot = make.user("robot", "service", industry, full_name="Máy Nối Cổng")
    watcher = make.user("thanhtra", "auditor", industry, full_name="Thanh Tra Sở")
    client = Client()
    client.force_login(place.people.sct_head)
    text = client.get(f"{PAGE}moi/").content.decode()
    assert "Lò Văn Phó" in text
    for user in (robot, watcher, place.people.quantri):
        assert user.full_name not in text.split('name="receiver"')[1].split("</select>")[0]
    for user in (robot, watcher):
        with pytest.raises(Refused, match="không nhận ủy quyền"):
            give(place, user)
    assert not RoleGrant.objects.filter(on_behalf_of__isnull=False).exists()


def test_the_receiver_is_told_in_the_inbox_and_by_mail(place, deputy):
    User.objects.filter(pk=deputy.pk).update(email="pho@example.vn")
    give(place, again(deputy))
    (notice,) = Notice.objects.all()
    assert (notice.user, notice.proposal, notice.mailed_at) == (deputy, None, None)
    client = Client()
    client.force_login(deputy)
    text = client.get("/thong-bao/").content.decode()
    assert notice.sentence in text and f'href="{PAGE}"' in text
    assert place.people.sct_head.full_name in notice.sentence
    assert mailing.mail_waiting() == 1
    assert notice.sentence in mail.outbox[0].body
