"""Conflict of interest: found by the rule or declared, and asked anew until the panel closes."""

from __future__ import annotations

import pytest

from khuyencong.core import audit
from khuyencong.core.models import Organisation
from khuyencong.core.refusals import NotAllowed, Refused
from projects import register
from projects.models import Beneficiary, Panel, PanelConflict, PanelVote
from projects.panels import conflicts, counting, loading, members
from projects.panels.convening import Seat
from tests import make, panels
from tests.panels import AGREE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_broken")]
OUTSIDER = "Nguyễn Thị Ngoài"


def fresh(panel: Panel) -> Panel:
    return loading.whole(Panel.objects.filter(pk=panel.pk)).get()


def barred(panel: Panel) -> dict[str, str]:
    """The reason by the name of the member, on the panel's first dossier."""
    whole = fresh(panel)
    names = {row.pk: row.full_name for row in whole.members.all()}
    first = next(iter(whole.items.all()))
    found = conflicts.standing(whole)
    return {names[member]: reason for (item, member), reason in found.items() if item == first.pk}


def with_member(place, *proposals, **fields) -> Panel:
    """A panel with one more member by these fields."""
    seat = Seat(fields.pop("name", "Lò Văn Riêng"), **fields)
    return panels.convene(place, *proposals, seats=panels.seats(place, seat))


def test_who_works_at_the_implementing_unit_has_no_vote(place):
    canbo = place.people.canbo
    proposal = make.submitted(place, by=place.people.canbo)
    panel = with_member(place, proposal, user=canbo, organisation=canbo.organisation)
    assert list(barred(panel)) == ["Lò Văn Riêng"]
    assert "đơn vị thực hiện" in barred(panel)["Lò Văn Riêng"]
    with pytest.raises(Refused, match="không bỏ phiếu") as caught:
        panels.vote(panel, canbo, AGREE)
    assert proposal.code in str(caught.value)
    assert not PanelVote.objects.exists()
    row = PanelConflict.objects.get()
    assert row.is_automatic and row.declared_by is None
    assert "Cổng chặn phiếu" in audit.sentence(audit.trail(panel).last())


def test_the_unit_under_another_of_its_names_is_the_same_unit(place):
    centre = place.orgs.centre
    old = Organisation.objects.create(
        code="ten-cu",
        name="Trung tâm tên cũ",
        short_name="Trung tâm cũ",
        kind=centre.kind,
        province=place.home,
        successor=centre,
    )
    panel = with_member(place, organisation=old)
    assert "đơn vị thực hiện" in barred(panel)["Lò Văn Riêng"]


def test_who_drew_the_dossier_up_has_no_vote_even_at_another_office(place):
    proposal = make.submitted(place)
    canbo = place.people.canbo
    canbo.organisation = place.orgs.committee
    canbo.save()
    panel = with_member(place, proposal, user=canbo)
    assert barred(panel) == {"Lò Văn Riêng": "Đã lập hoặc trình đề án này"}


def test_the_owner_of_a_beneficiary_has_no_vote(place):
    proposal = make.submitted(place)
    own = proposal.beneficiaries.get().enterprise
    panel = with_member(place, proposal, make.submitted(place), enterprise=own)
    assert barred(panel) == {"Lò Văn Riêng": "Chủ hoặc người điều hành cơ sở thụ hưởng"}
    assert len(conflicts.standing(fresh(panel))) == 1  # of this dossier alone


def test_a_merged_record_is_the_same_establishment(place):
    proposal = make.submitted(place)
    kept = proposal.beneficiaries.get().enterprise
    double = make.enterprise(place, "Cơ sở ghi hai lần")
    panel = with_member(place, proposal, enterprise=double)
    assert barred(panel) == {}
    panels.vote(panel, "Lò Văn Riêng", AGREE)
    register.merge(kept, double, by=place.people.sct, reason="Một cơ sở")
    assert list(barred(panel)) == ["Lò Văn Riêng"]
    count = counting.of(fresh(panel), fresh(panel).items.all()[0], conflicts.standing(fresh(panel)))
    assert (count.cast, count.barred) == (0, 1)  # the vote given before is void


def test_a_beneficiary_that_comes_later_bars_at_once_and_one_that_leaves_does_not(place):
    proposal = make.submitted(place)
    own = make.enterprise(place)
    panel = with_member(place, proposal, enterprise=own)
    panels.all_vote(panel, AGREE, AGREE, AGREE, AGREE, AGREE)
    site = Beneficiary.objects.create(proposal=proposal, enterprise=own)
    assert list(barred(panel)) == ["Lò Văn Riêng"]
    with pytest.raises(Refused, match="cơ sở thụ hưởng"):
        panels.vote(panel, "Lò Văn Riêng", AGREE)
    site.standing = Beneficiary.Status.WITHDRAWN
    site.save()
    assert barred(panel) == {}


def test_at_the_conclusion_the_rule_is_asked_once_more_and_then_frozen(place):
    proposal = make.submitted(place)
    own = make.enterprise(place)
    panel = with_member(place, proposal, enterprise=own)
    panels.all_vote(panel, AGREE, AGREE, AGREE, "", AGREE)
    site = Beneficiary.objects.create(proposal=proposal, enterprise=own)
    panels.close(panel)
    assert PanelConflict.objects.get().member.full_name == "Lò Văn Riêng"
    site.delete()
    assert list(barred(panel)) == ["Lò Văn Riêng"]  # as it stood when the panel closed


def test_a_new_member_is_looked_at_as_those_before(place):
    panel = panels.convene(place)
    leaving = panels.member(panel, place.people.stc)
    canbo = place.people.canbo
    new = Seat(canbo.full_name, user=canbo)
    members.replace(panel, leaving.pk, new, reason="QĐ 9", by=place.people.sct)
    assert list(barred(panel)) == [canbo.full_name]
    seat = panels.member(panel, canbo)
    members.replace(panel, seat.pk, Seat("Vàng A Khác"), reason="QĐ 10", by=place.people.sct)
    assert barred(panel) == {} and not PanelConflict.objects.exists()


def test_a_member_says_so_and_the_vote_given_before_is_void(place):
    panel = panels.convene(place)
    panels.vote(panel, place.people.stc, AGREE)
    item = panel.items.get()
    for reason in ("", "  ", "x" * 301):
        with pytest.raises(Refused):
            conflicts.declare(panel, item.pk, reason, by=place.people.stc)
    conflicts.declare(panel, item.pk, "Người nhà làm chủ", by=place.people.stc)
    conflicts.declare(panel, item.pk, "Người nhà làm chủ", by=place.people.stc)
    row = PanelConflict.objects.get()
    assert (row.is_automatic, row.declared_by) == (False, place.people.stc)
    assert audit.trail(panel).filter(action="projects.panel.declare").count() == 1
    with pytest.raises(Refused, match="Người nhà làm chủ"):
        panels.vote(panel, place.people.stc, AGREE)
    whole = fresh(panel)
    count = counting.of(whole, whole.items.all()[0], conflicts.standing(whole))
    assert (count.cast, count.barred, count.silent) == (0, 1, 3)
    assert count.text == "3 chưa bỏ phiếu, 1 không bỏ phiếu vì xung đột lợi ích"


def test_of_who_has_no_account_the_secretary_records_it_and_nobody_of_others(place):
    panel = panels.convene(place)
    item, seat = panel.items.get(), panels.member(panel, OUTSIDER)
    own = panels.member(panel, place.people.stc)
    for by, member in ((place.people.stc, seat), (place.people.sct, own)):
        with pytest.raises(NotAllowed):
            conflicts.declare(panel, item.pk, "Người nhà", by=by, member_id=member.pk)
    conflicts.declare(panel, item.pk, "Người nhà", by=place.people.sct, member_id=seat.pk)
    assert barred(panel) == {OUTSIDER: "Người nhà"}
    with pytest.raises(NotAllowed):
        conflicts.declare(panel, item.pk, "Người nhà", by=place.people.kiemtoan)


def test_where_nobody_may_vote_there_is_no_conclusion(place):
    canbo = place.people.canbo
    home = canbo.organisation
    seats = [
        Seat("A", "chair", organisation=home),
        Seat("B", "secretary", organisation=home),
        Seat("C", organisation=home),
    ]
    panel = panels.convene(place, seats=seats)
    with pytest.raises(Refused, match="Thay thành viên trước"):
        panels.close(panel, by=place.people.sct_head)
