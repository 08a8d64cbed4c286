"""Registering again: what was refused or withdrawn comes back as a new record tied to the old."""

import pytest

from khuyencong.core.refusals import NotAllowed, Refused
from projects import drafts
from projects.drafts import Draft
from projects.firing import fire
from projects.models import Proposal
from tests import make
from tests.make import TRIEU
from tests.projects.pages import page_of, read_form, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_broken")]


def refused(place, **kw):
    proposal = make.draft(place, {"provincial": 200}, **kw)
    drafts.save(
        proposal,
        Draft(
            funding={
                ("provincial", 2026): 150 * TRIEU,
                ("provincial", 2027): 50 * TRIEU,
                ("counterpart", 2026): 200 * TRIEU,
            },
            claims=[(target(place), 1)],
        ),
        by=place.people.canbo,
        expected_version=None,
    )
    fire(proposal, "submit", by=place.people.canbo)
    fire(proposal, "refuse", by=place.people.sct_head, reason="Chưa đủ vốn.")
    proposal.refresh_from_db()
    assert proposal.status == "refused"
    return proposal


def target(place):
    return place.programme.targets.get_or_create(code="machinery", name="Cơ sở", unit="cơ sở")[0]


def address(proposal):
    return f"/de-an/{proposal.code}/dang-ky-lai/"


def again(place, proposal, **typed):
    client = page_of(place.people.canbo)
    sent = read_form(client.get(address(proposal)), form="begin")
    return client.post(address(proposal), sent | typed)


def test_a_refused_proposal_is_registered_again_in_a_later_year(place):
    old = refused(place, partner="Hội nghề", necessity="Vì sao", survey_number="12/TTr")
    page = text_of(page_of(place.people.canbo).get(f"/de-an/{old.code}/"))
    assert f'href="{address(old)}"' in page
    response = again(place, old, plan_year="2028")
    fresh = Proposal.objects.exclude(pk=old.pk).get()
    assert response.url == f"/de-an/{fresh.code}/sua/don-vi/"
    assert (fresh.code, fresh.plan_year, fresh.status) == ("TT-2028-0001", 2028, "draft")
    assert (fresh.previous, fresh.implementing_unit) == (old, old.implementing_unit)
    for name in ("title", "kind", "partner", "necessity", "content", "goals", "survey_number"):
        assert getattr(fresh, name) == getattr(old, name), name
    assert fresh.starts_on is None, "days of the old year say nothing of the new one"
    for part in ("activities", "places", "beneficiaries", "cost_items", "claims"):
        assert getattr(fresh, part).count() == getattr(old, part).count() == 1, part
    lines = {(x.source.code, x.year): (x.requested, x.approved) for x in fresh.funding_lines.all()}
    assert lines == {
        ("provincial", 2028): (150 * TRIEU, None),
        ("provincial", 2029): (50 * TRIEU, None),
        ("counterpart", 2028): (200 * TRIEU, None),
    }
    old.refresh_from_db()
    assert old.status == "refused"
    for page, other in ((old, fresh), (fresh, old)):
        text = text_of(page_of(place.people.canbo).get(f"/de-an/{page.code}/"))
        assert f'href="/de-an/{other.code}/"' in text


def test_money_that_would_fall_behind_the_programme_is_asked_for_in_its_last_year(place):
    old = refused(place)
    again(place, old, plan_year="2030")
    fresh = Proposal.objects.exclude(pk=old.pk).get()
    provincial = fresh.funding_lines.get(source__code="provincial")
    assert (provincial.year, provincial.requested) == (2030, 200 * TRIEU)


def test_a_withdrawn_proposal_may_come_again_in_the_same_year(place):
    old = make.submitted(place)
    fire(old, "withdraw", by=place.people.canbo, reason="Đổi ý")
    assert again(place, old, plan_year="2026").status_code == 302
    assert Proposal.objects.get(previous=old).plan_year == 2026


def test_the_same_page_sent_twice_registers_once(place):
    old = refused(place)
    client = page_of(place.people.canbo)
    sent = read_form(client.get(address(old)), form="begin") | {"plan_year": "2027"}
    first, second = (client.post(address(old), sent) for _ in range(2))
    assert first.url == second.url
    fresh = Proposal.objects.get(previous=old)
    assert fresh.cost_items.count() == 1


def test_an_earlier_year_and_a_live_proposal_are_refused_in_words(place):
    old = refused(place)
    response = again(place, old, plan_year="2025")
    assert response.status_code == 422
    with pytest.raises(Refused, match="cho năm 2026 hoặc năm sau"):
        drafts.register_again(old, place.programme, 2025, by=place.people.canbo)
    for proposal in (make.draft(place), make.submitted(place)):
        page = page_of(place.people.canbo).get(address(proposal))
        assert page.status_code == 403
        assert "Chỉ đăng ký lại đề án đã bị từ chối hoặc đã rút" in text_of(page)
        text = text_of(page_of(place.people.canbo).get(f"/de-an/{proposal.code}/"))
        assert "dang-ky-lai" not in text


@pytest.mark.parametrize("who", ["canbo2", "sct", "lanhdao", "quantri"])
def test_only_the_unit_itself_registers_again(place, who):
    old = refused(place)
    user = getattr(place.people, who)
    status = 404 if who in ("canbo2", "quantri") else 403
    assert page_of(user).get(address(old)).status_code == status
    assert page_of(user).post(address(old), {"plan_year": "2028"}).status_code == status
    with pytest.raises(NotAllowed):
        drafts.register_again(old, place.programme, 2028, by=user)
    assert not Proposal.objects.filter(previous=old).exists()


def test_it_is_registered_again_once_and_anew_only_when_that_one_ended_too(place):
    old = refused(place)
    fresh = drafts.register_again(old, place.programme, 2027, by=place.people.canbo)
    for year in (2027, 2028):
        with pytest.raises(Refused, match=fresh.code):
            drafts.register_again(old, place.programme, year, by=place.people.canbo)
    assert old.registered_again.get() == fresh
