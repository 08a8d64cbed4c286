"""Two records of one establishment become one; nothing of either is lost, and the trail says so."""

import pytest

from khuyencong.core import audit, clock
from khuyencong.core.refusals import NotAllowed, NotNow, Refused
from projects import register
from projects.models import Beneficiary, Enterprise, EnterpriseIdentifier, Proposal
from tests import make
from tests.api.clients import client_of
from tests.projects.pages import page_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_broken")]
NUMBER, SECOND = "9900000016", "9900000023"


@pytest.fixture
def pair(place):
    """The one to keep, served by an approved dossier, and its double in a draft."""
    make.allot(place, "provincial", 2026, 500)
    approved = make.approved(place, {"provincial": 100})
    keep = approved.beneficiaries.get().enterprise
    gone = make.enterprise(place, "HTX Chè Bản Bo hai")
    draft = make.draft(place, title="Máy đóng gói")
    draft.beneficiaries.update(enterprise=gone)
    for row, number in ((keep, NUMBER), (gone, SECOND)):
        register.add_identifier(row, register.Number("tax10", number), by=place.people.canbo)
        row.refresh_from_db()
    gone.phone, gone.workers = "0912 345 678", 9
    register.save(gone, by=place.people.canbo)
    return keep, gone, approved, draft


def sent(keep, gone, /, **more):
    return {
        "voi": str(gone.pk),
        "keep": str(keep.pk),
        f"version-{keep.pk}": str(keep.version),
        f"version-{gone.pk}": str(gone.version),
        "reason": "Nhập hai lần",
    } | more


def post(place, keep, gone, who="sct", /, **more):
    client = page_of(getattr(place.people, who))
    return client.post(f"/co-so/{keep.pk}/gop/", sent(keep, gone, **more))


def test_everything_that_points_to_an_establishment_is_moved_by_the_merge():
    pointing = {
        (relation.related_model, relation.field.name)
        for relation in Enterprise._meta.related_objects
    }
    assert pointing == {
        (Beneficiary, "enterprise"),
        (EnterpriseIdentifier, "enterprise"),
        (Enterprise, "merged_into"),
    }


def test_dossiers_numbers_and_chosen_fields_come_to_the_record_that_is_kept(place, pair):
    keep, gone, approved, draft = pair
    frozen = approved.snapshots.get().content
    version = Proposal.objects.get(pk=draft.pk).version
    response = post(place, keep, gone, **{"f-workers": str(gone.pk), "reason": "Nhập hai lần"})
    assert response.url == f"/co-so/{keep.pk}/"
    before = keep.name
    keep.refresh_from_db()
    gone.refresh_from_db()
    assert gone.merged_into == keep and gone.name == "HTX Chè Bản Bo hai"
    assert (keep.name, keep.workers, keep.phone) == (before, 9, "")
    assert {row.proposal for row in keep.benefits.all()} == {approved, draft}
    assert {row.value for row in keep.identifiers.all()} == {NUMBER, SECOND}
    assert [row.value for row in keep.identifiers.filter(valid_to=None)] == [NUMBER]
    assert not gone.benefits.exists() and not gone.identifiers.exists()
    assert approved.snapshots.get().content == frozen, "what was submitted stays as it was"
    assert Proposal.objects.get(pk=draft.pk).version == version + 1, "an open form must see it"
    assert draft in Proposal.objects.matching(keep.name)


def test_both_trails_say_what_was_merged_by_whom_and_why(place, pair):
    keep, gone, *_rest = pair
    post(place, keep, gone, **{"f-workers": str(gone.pk), "reason": "Nhập hai lần"})
    who = "Người sct (Sở Công Thương Tỉnh Thử)"
    assert audit.sentence(audit.trail(keep).last()) == (
        f"{who} gộp CS-{gone.pk} vào cơ sở này, lấy từ đó: số lao động. Lý do: Nhập hai lần"
    )
    assert audit.sentence(audit.trail(gone).last()) == (
        f"{who} gộp cơ sở này vào CS-{keep.pk}. Lý do: Nhập hai lần"
    )
    page = text_of(page_of(place.people.kiemtoan).get(f"/co-so/{keep.pk}/"))
    assert f"CS-{gone.pk} HTX Chè Bản Bo hai" in page
    assert f"CS-{gone.pk}: {who} gộp cơ sở này vào" in page


def test_the_merged_record_is_in_no_list_and_no_picker_and_leads_to_the_other(place, pair):
    keep, gone, *_rest = pair
    post(place, keep, gone)
    client = page_of(place.people.canbo)
    assert "Bản Bo hai" not in text_of(client.get("/co-so/"))
    assert not Enterprise.objects.visible_to(place.people.canbo).filter(pk=gone.pk).exists()
    assert client_of(place.people.sct).get(f"/api/v1/enterprises/{gone.pk}/").status_code == 404
    response = client.get(f"/co-so/{gone.pk}/", follow=True)
    assert response.redirect_chain == [(f"/co-so/{keep.pk}/", 302)]
    assert f"CS-{gone.pk} «HTX Chè Bản Bo hai» đã gộp vào cơ sở này." in text_of(response)
    for address in ("sua/", "gop/", "ma-so/"):
        assert client.get(f"/co-so/{gone.pk}/{address}").status_code == 404
    gone.refresh_from_db()
    with pytest.raises(NotNow):
        register.save(gone, by=place.people.canbo)
    rows = (
        client_of(place.people.kiemtoan)
        .get(f"/api/v1/audit/?subject=CS-{gone.pk}")
        .json()["results"]
    )
    assert {row["subject"] for row in rows} == {f"CS-{gone.pk}"}


def test_a_record_merged_twice_leads_to_the_last_one(place):
    first, second, third = (make.enterprise(place) for _ in range(3))
    register.merge(second, first, by=place.people.sct, reason="Nhập hai lần")
    register.merge(third, second, by=place.people.sct, reason="Nhập hai lần")
    first.refresh_from_db()
    assert first.merged_into == third


def test_other_names_or_numbers_want_a_reason(place, pair):
    keep, gone, *_rest = pair
    response = post(place, keep, gone, reason=" ")
    assert response.status_code == 422
    assert "nêu vì sao hai bản ghi là một cơ sở" in text_of(response)
    gone.refresh_from_db()
    assert gone.merged_into is None


def test_two_numbers_that_were_compared_with_papers_are_two_firms(place, pair):
    keep, gone, *_rest = pair
    EnterpriseIdentifier.objects.filter(enterprise__in=[keep, gone]).update(is_verified=True)
    response = post(place, keep, gone)
    assert response.status_code == 422
    assert "cả hai đã đối chiếu giấy tờ" in text_of(response)
    wrong = gone.identifiers.get()
    register.end_identifier(wrong, on=clock.today(), by=place.people.sct)
    gone.refresh_from_db()
    assert post(place, keep, gone).status_code == 302


def test_two_that_stand_in_the_same_dossier_are_not_one(place, pair):
    keep, gone, approved, _draft = pair
    Beneficiary.objects.create(proposal=approved, enterprise=gone)
    response = post(place, keep, gone)
    assert response.status_code == 422
    assert f"cùng đứng tên trong đề án {approved.code}" in text_of(response)
    gone.refresh_from_db()
    assert gone.merged_into is None
    assert gone.identifiers.count() == 1


def test_both_are_shown_side_by_side_and_what_only_one_knows_is_offered_first(place, pair):
    keep, gone, *_rest = pair
    page = page_of(place.people.sct).get(f"/co-so/{keep.pk}/gop/", {"voi": gone.pk})
    lines = {line["name"]: line for line in page.context["lines"]}
    assert (lines["workers"]["here"], lines["workers"]["other"]) == ("–", "9")
    assert lines["workers"]["takes_other"] and not lines["name"]["takes_other"]
    assert lines["kind"]["same"]
    text = text_of(page)
    assert NUMBER in text and SECOND in text and "1 đề án" in text


def test_the_other_record_may_be_the_one_that_is_kept(place, pair):
    keep, gone, *_rest = pair
    page = page_of(place.people.sct).get(f"/co-so/{keep.pk}/gop/", {"voi": gone.pk})
    assert f'href="/co-so/{gone.pk}/gop/?voi={keep.pk}"' in text_of(page)
    name, response = gone.name, post(place, gone, keep)
    assert response.url == f"/co-so/{gone.pk}/"
    keep.refresh_from_db()
    gone.refresh_from_db()
    assert (keep.merged_into, gone.name) == (gone, name), "its own name is the one it keeps"


def test_a_record_that_changed_meanwhile_is_looked_at_again(place, pair):
    keep, gone, *_rest = pair
    old = sent(keep, gone)
    keep.sector = "Khác"
    register.save(keep, by=place.people.canbo)
    response = page_of(place.people.sct).post(f"/co-so/{keep.pk}/gop/", old)
    assert response.status_code == 422
    assert "vừa được sửa" in text_of(response)
    gone.refresh_from_db()
    assert gone.merged_into is None


def test_only_the_department_merges(place, pair):
    keep, gone, *_rest = pair
    for who in ("canbo", "stc", "ketoan", "lanhdao", "hethong"):
        assert post(place, keep, gone, who).status_code == 403, who
        with pytest.raises(NotAllowed):
            register.merge(keep, gone, by=getattr(place.people, who))
    other = make.world("x", "Tỉnh Khác", "TK")
    assert post(other, keep, gone).status_code == 404
    theirs = make.enterprise(other)
    assert post(place, keep, theirs).status_code == 404
    with pytest.raises(Refused):
        register.merge(keep, theirs, by=place.people.sct)


def test_garbage_merges_nothing(place, pair):
    keep, gone, *_rest = pair
    client = page_of(place.people.sct)
    address = f"/co-so/{keep.pk}/gop/"
    for voi in ("", "abc", "9" * 40, str(keep.pk)):
        assert client.post(address, sent(keep, gone) | {"voi": voi}).status_code == 422, voi
        assert client.get(address, {"voi": voi}).status_code == 200
    assert client.get(address, {"voi": "123456"}).status_code == 404
    assert client.post(address, sent(keep, gone, keep="7")).status_code == 422
    assert client.post(address, sent(keep, gone, reason="a\x00")).status_code == 422
    assert client.get(address, {"tim": "ban bo hai"}).context["found"] == [gone]
    gone.refresh_from_db()
    assert gone.merged_into is None
