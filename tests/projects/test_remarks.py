"""Remarks: pinned to a place and a round, answered, resolved; internal notes stay in the office."""

import pytest

from khuyencong.core import audit
from khuyencong.core.refusals import NotAllowed, NotNow, Refused
from projects import remarks
from projects.act import Act
from projects.firing import fire
from projects.models import Proposal, Remark
from tests import acts, make

pytestmark = pytest.mark.django_db


@pytest.fixture
def dossier(place):
    return make.submitted(place)


def _said(proposal, user):
    return [audit.sentence(row) for row in remarks.of_trail(audit.trail(proposal), user)]


def _asked(place, dossier, **fields):
    fields = {"field": "cost_items-0", "text": "Chưa có báo giá."} | fields
    return remarks.write(dossier, by=place.people.sct, **fields)


def test_a_remark_keeps_what_stood_at_its_place_and_in_which_round(place, dossier):
    made = _asked(place, dossier)
    assert (made.round, made.label) == (1, "Dòng 1: Thiết bị provincial")
    assert made.organisation == place.orgs.industry
    fire(dossier, "return", by=place.people.sct, reason="Bổ sung báo giá.")
    back = Proposal.objects.get(pk=dossier.pk)
    acts.ask(back, place.people.canbo, {"provincial": 150, "national": 50})
    item = Proposal.objects.get(pk=dossier.pk).cost_items.last()
    item.name = "Thiết bị mới"
    item.save()
    fire(make.explained(back), "submit", by=place.people.canbo)
    back = Proposal.objects.get(pk=dossier.pk)
    shown = remarks.shown(back, place.people.sct)
    assert [row.at for row in shown.open] == ["Dòng 1: Thiết bị provincial (lần trình 1)"]
    assert shown.counts == {"cost_items-0": 1}


def test_the_place_must_be_one_of_the_dossier(place, dossier):
    for field in ("cost_items-9", "mat-khau", "cost_items-x", "status"):
        with pytest.raises(Refused, match="không có mục này"):
            _asked(place, dossier, field=field)
    with pytest.raises(Refused, match="Viết nội dung"):
        _asked(place, dossier, text="  ")
    with pytest.raises(Refused, match="Dài quá 4000"):
        _asked(place, dossier, text="x" * 4001)
    assert not Remark.objects.exists()


def test_sent_twice_it_is_written_once(place, dossier):
    assert _asked(place, dossier) == _asked(place, dossier)
    assert Remark.objects.count() == 1


def test_only_the_office_that_holds_the_dossier_writes(place, dossier):
    for person in (place.people.stc, place.people.canbo, place.people.lanhdao):
        with pytest.raises(NotAllowed):
            remarks.write(dossier, by=person, text="Của tôi.")
    assert remarks.write(dossier, by=place.people.sct_head, text="Được.")


def test_an_open_remark_of_the_office_keeps_the_dossier_there(place, dossier):
    made = _asked(place, dossier)
    _asked(place, dossier, field="title", text="Tên quá dài.")
    act = Act("pass", place.people.sct, dossier)
    assert [fault.message for fault in remarks.faults(act)] == [
        "2 ý kiến chưa giải quyết: Dòng 1: Thiết bị provincial; Tên đề án. "
        "Khép lại từng ý kiến, hoặc trả lại bổ sung."
    ]
    remarks.resolve(made, by=place.people.sct_head, resolution="Đã có báo giá.")
    assert "1 ý kiến" in next(iter(remarks.faults(act))).message
    other = Act("pass", place.people.stc, dossier)
    assert not list(remarks.faults(other))


def test_internal_notes_hold_nothing_up(place, dossier):
    _asked(place, dossier, is_internal=True)
    assert not list(remarks.faults(Act("pass", place.people.sct, dossier)))


def test_a_remark_is_resolved_once_by_the_office_that_asked(place, dossier):
    made = _asked(place, dossier)
    with pytest.raises(Refused, match="cách giải quyết"):
        remarks.resolve(made, by=place.people.sct, resolution=" ")
    remarks.resolve(made, by=place.people.sct, resolution="Đã rõ.")
    remarks.resolve(made, by=place.people.sct, resolution="Đã rõ.")
    with pytest.raises(NotNow, match="đã được Người sct khép lại"):
        remarks.resolve(made, by=place.people.sct_head, resolution="Khác.")
    said = [line for line in _said(dossier, place.people.sct) if "khép lại" in line]
    assert len(said) == 1


def test_the_unit_answers_when_the_dossier_is_back_with_it(place, dossier):
    made = _asked(place, dossier)
    with pytest.raises(NotAllowed, match="khi hồ sơ đang ở đơn vị bạn"):
        remarks.write(dossier, by=place.people.canbo, text="Đã gửi.", parent=made)
    fire(dossier, "return", by=place.people.sct, reason="Bổ sung.")
    reply = remarks.write(dossier, by=place.people.canbo, text="Đã gửi.", parent=made)
    assert (reply.parent, reply.field, reply.is_internal) == (made, "cost_items-0", False)
    with pytest.raises(NotAllowed):
        remarks.write(dossier, by=place.people.canbo, text="Ý kiến riêng.")
    with pytest.raises(Refused):
        remarks.write(dossier, by=place.people.canbo2, text="Của đơn vị khác.", parent=made)


def test_a_note_of_the_office_is_nowhere_the_unit_can_look(place, dossier):
    note = _asked(place, dossier, text="Giá cao bất thường.", is_internal=True)
    _asked(place, dossier, text="Gửi báo giá.")
    for stranger in (place.people.canbo, place.people.stc):
        assert [row.text for row in Remark.objects.visible_to(stranger)] == ["Gửi báo giá."]
        shown = remarks.shown(dossier, stranger)
        assert not shown.notes and [row.text for row in shown.open] == ["Gửi báo giá."]
        assert not [line for line in _said(dossier, stranger) if "nội bộ" in line]
        with pytest.raises(Refused):
            remarks.write(dossier, by=stranger, text="?", parent=note)
    for reader in (place.people.sct_head, place.people.kiemtoan):
        assert [row.text for row in remarks.shown(dossier, reader).notes] == [note.text]
        assert [line for line in _said(dossier, reader) if "ghi chú nội bộ" in line]
    entry = audit.trail(dossier).get(action="projects.remark.internal")
    assert note.text not in f"{entry.changes} {entry.reason}" and not entry.changes


def test_an_office_is_the_same_under_its_new_name(place, dossier):
    note = _asked(place, dossier, is_internal=True)
    renamed = make.organisation("industry_department", place.home, "Sở mới")
    renamed.lineage = place.orgs.industry.lineage
    renamed.save()
    reader = make.user("moi", "appraiser", renamed)
    assert Remark.objects.visible_to(reader).get() == note


def test_open_ones_all_stand_and_of_the_rest_the_last(
    place, dossier, django_assert_max_num_queries
):
    review = dossier.tracks.get().reviews.get()
    sct = place.people.sct
    told = {"proposal": dossier, "review": review, "round": 1, "written_by": sct}
    told |= {"organisation": sct.organisation, "written_at": review.received_at}
    closed = {"resolved_by": sct, "resolved_at": review.received_at, "resolution": "Rõ."}
    Remark.objects.bulk_create(
        Remark(text=f"Ý {n}", **told, **({} if n < 10 else closed)) for n in range(500)
    )
    fresh = Proposal.objects.get(pk=dossier.pk)
    with django_assert_max_num_queries(7):
        shown = remarks.shown(fresh, place.people.sct)
    assert len(shown.open) == 10
    assert [row.text for row in shown.closed] == [f"Ý {n}" for n in range(480, 500)]
    older = remarks.shown(fresh, place.people.sct, before=shown.older)
    assert older.closed[-1].text == "Ý 479" and len(older.closed) == remarks.OLDER_SHOWN
