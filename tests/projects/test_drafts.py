"""Drafts: kept at any completeness, checked field by field, never overwritten in silence."""

import datetime
from decimal import Decimal

import pytest

from khuyencong.core import audit, money
from khuyencong.core.refusals import NotAllowed, Refused, Stale
from projects import drafts
from projects.drafts import CostRow, Draft
from projects.firing import fire
from projects.models import FundingLine, Proposal
from tests import look, make, scenes
from tests.make import TRIEU

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_broken")]
HUGE = 10**30


def begin(place, **words):
    given = {"title": "Máy sao chè", "kind": Proposal.Kind.SINGLE, "by": place.people.canbo}
    return drafts.create(place.programme, words.pop("plan_year", 2026), **(given | words))


def save(place, proposal, *, by=None, version=None, **parts):
    version = proposal.version if version is None else version
    return drafts.save(
        proposal, Draft(**parts), by=by or place.people.canbo, expected_version=version
    )


def fields_of(refused):
    return [fault.field for fault in refused.value.faults]


def test_codes_are_province_year_and_a_serial_of_its_own(place):
    other = make.world("x", "Tỉnh Khác", "TK")
    codes = [begin(place).code, begin(place).code, begin(place, plan_year=2027).code]
    codes.append(drafts.create(other.programme, 2026, title="Máy", kind="single",
                               by=other.people.canbo).code)  # fmt: skip
    assert codes == ["TT-2026-0001", "TT-2026-0002", "TT-2027-0001", "TK-2026-0001"]


def test_a_draft_belongs_to_its_makers_unit_and_stands_in_the_trail(place):
    proposal = begin(place)
    assert proposal.implementing_unit == place.orgs.centre
    assert (proposal.status, proposal.version, proposal.province) == ("draft", 1, place.home)
    assert [entry.action for entry in audit.trail(proposal)] == ["projects.proposal.create"]


@pytest.mark.parametrize("year", [2025, 2031, 0, -1, HUGE])
def test_a_year_outside_the_programme_is_refused(place, year):
    with pytest.raises(Refused, match="ngoài giai đoạn 2026–2030") as refused:
        begin(place, plan_year=year)
    assert fields_of(refused) == ["plan_year"]
    assert not Proposal.objects.exists()


def test_a_programme_of_another_province_is_refused(place):
    other = make.world("x", "Tỉnh Khác", "TK")
    with pytest.raises(Refused, match="tỉnh khác"):
        drafts.create(other.programme, 2026, title="Máy", kind="single", by=place.people.canbo)


@pytest.mark.parametrize(
    "name", ["sct", "sct_head", "stc", "ubnd", "ketoan", "lanhdao", "kiemtoan", "quantri"]
)
def test_who_writes_no_proposals_begins_none(place, name):
    with pytest.raises(NotAllowed, match="không lập đề án"):
        begin(place, by=getattr(place.people, name))


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"title": "\ud800"}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"kind": "xyz"}, "kind"),
        ({"kind": ""}, "kind"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_field(place, words, field):
    with pytest.raises(Refused) as refused:
        begin(place, **words)
    assert fields_of(refused) == [field]
    assert not Proposal.objects.exists()


def test_each_part_is_saved_alone_and_the_others_stay(place):
    proposal = make.draft(place)
    before = Proposal.objects.values().get(pk=proposal.pk)
    saved = save(place, proposal, fields={"goals": "Rõ hơn."})
    after = Proposal.objects.values().get(pk=proposal.pk)
    changed = {name for name in after if before[name] != after[name]}
    assert changed == {"goals", "version", "updated_at"}
    assert saved.version == proposal.version + 1
    assert look.stages(proposal, "provincial") == (200, None, None)
    kept = Proposal.objects.get(pk=proposal.pk)
    assert kept.activities.count() == kept.places.count() == kept.beneficiaries.count() == 1
    save(place, saved, activities=[], places=[], beneficiaries=[])
    assert kept.activities.count() == kept.places.count() == kept.beneficiaries.count() == 0
    assert look.stages(proposal, "provincial") == (200, None, None)


def test_only_what_a_person_writes_is_taken_from_the_fields(place):
    proposal = make.draft(place)
    saved = save(
        place,
        proposal,
        fields={"status": "approved", "code": "X", "round": 9, "implementing_unit": None},
    )
    assert (saved.status, saved.code, saved.round) == ("draft", proposal.code, 0)
    assert saved.implementing_unit == place.orgs.centre


def test_the_second_of_two_editors_is_told(place):
    proposal = make.draft(place)
    save(place, proposal, fields={"goals": "Một."})
    with pytest.raises(Stale, match="Người khác vừa lưu"):
        save(place, proposal, fields={"goals": "Hai."})
    assert Proposal.objects.get(pk=proposal.pk).goals == "Một."


@pytest.mark.parametrize("name", ["canbo2", "sct", "quantri", "lanhdao"])
def test_who_may_not_edit_is_told_why(place, name):
    proposal = make.draft(place)
    with pytest.raises(NotAllowed):
        save(place, proposal, by=getattr(place.people, name), fields={"goals": "Khác."})


@pytest.mark.parametrize("status", sorted(set(Proposal.Status.values) - {"draft", "returned"}))
def test_a_submitted_dossier_is_not_edited(place, status):
    proposal = scenes.SCENES[status](place)
    with pytest.raises(NotAllowed, match=f"«{proposal.get_status_display()}», không sửa được"):
        save(place, proposal, fields={"goals": "Khác."})


def test_what_was_edited_while_returned_stands_in_the_trail(place):
    proposal = scenes.returned(place)
    save(place, proposal, fields={"goals": "Rõ hơn."})
    assert audit.trail(proposal).last().action == "projects.proposal.edit"


@pytest.mark.parametrize(
    ("quantity", "price", "amount"),
    [("1", 100, 100), ("1.5", 3, 5), ("0.001", 499, 0), ("0.001", 500, 1), ("2.333", 1000, 2333)],
)
def test_an_amount_is_quantity_times_price_half_up(place, quantity, price, amount):
    row = CostRow(name="Máy", quantity=Decimal(quantity), unit_price=price)
    proposal = begin(place)
    save(place, proposal, cost_rows=[row])
    assert proposal.cost_items.get().amount == amount


def test_an_amount_entered_is_kept(place):
    proposal = begin(place)
    save(place, proposal, cost_rows=[CostRow(name="Máy", amount=7, unit_price=3)])
    assert proposal.cost_items.get().amount == 7


@pytest.mark.parametrize(
    "row",
    [
        CostRow(name="Máy", unit_price=-1),
        CostRow(name="Máy", unit_price=money.MAX + 1),
        CostRow(name="Máy", unit_price=HUGE),
        CostRow(name="Máy", unit_price=money.MAX, quantity=Decimal(2)),
        CostRow(name="Máy", amount=-1),
        CostRow(name="Máy", amount=HUGE),
        CostRow(name="Máy", quantity=Decimal(0)),
        CostRow(name="Máy", quantity=Decimal("-1")),
        CostRow(name="Máy", quantity=Decimal("0.0001")),
        CostRow(name="Máy", quantity=Decimal("1e30")),
        CostRow(name="Máy", quantity=Decimal("NaN")),
        CostRow(name="Máy", quantity=Decimal("Infinity")),
        CostRow(name="Máy", shares={"provincial": -1}),
        CostRow(name="Máy", shares={"provincial": HUGE}),
        CostRow(name="a\x00b"),
        CostRow(name="\ud800"),
        CostRow(name="x" * 301),
        CostRow(name="Máy", unit="a\x00b"),
        CostRow(name="Máy", note="\ud800"),
    ],
    ids=repr,
)
def test_a_cost_line_that_cannot_be_is_refused_by_its_number(place, row):
    proposal = begin(place)
    with pytest.raises(Refused, match="Dòng 2: ") as refused:
        save(place, proposal, cost_rows=[CostRow(name="Máy"), row])
    assert set(fields_of(refused)) == {"cost_items-1"}
    assert not proposal.cost_items.exists()
    assert Proposal.objects.get(pk=proposal.pk).version == 1


def test_a_nameless_line_is_kept_in_a_draft_and_asked_for_on_submitting(place):
    proposal = begin(place)
    save(place, proposal, cost_rows=[CostRow()])
    with pytest.raises(Refused) as refused:
        fire(proposal, "submit", by=place.people.canbo)
    assert "Dòng 1: nhập nội dung chi." in {fault.message for fault in refused.value.faults}


@pytest.mark.parametrize(
    ("funding", "told"),
    [
        ({("provincial", 2025): 1}, "Năm 2025 ngoài giai đoạn"),
        ({("provincial", HUGE): 1}, "ngoài giai đoạn"),
        ({("provincial", 2026): -1}, "Số tiền phải từ 0"),
        ({("provincial", 2026): HUGE}, "Số tiền phải từ 0"),
        ({("khac", 2026): 1}, "không có nguồn «khac»"),
        ({("x" * 500, 2026): 1}, "không có nguồn"),
    ],
)
def test_a_funding_line_that_cannot_be_is_refused(place, funding, told):
    proposal = begin(place)
    with pytest.raises(Refused, match=told) as refused:
        save(place, proposal, funding=funding)
    assert fields_of(refused) == ["funding_lines"]
    assert not FundingLine.objects.exists()


def test_a_state_source_that_the_programme_lacks_is_refused_by_name(place):
    place.programme = make.programme(
        place.home, place.sources, code="khac", shares={"provincial": 50, "counterpart": 50}
    )
    proposal = begin(place)
    with pytest.raises(Refused, match="không có nguồn «Khuyến công quốc gia»"):
        save(place, proposal, funding={("national", 2026): 1})
    with pytest.raises(Refused, match="không có nguồn «Khuyến công quốc gia»"):
        save(place, proposal, cost_rows=[CostRow(name="Máy", shares={"national": 1})])
    # Other people's money may come from where the programme has no line.
    save(place, proposal, funding={("other", 2026): 5})
    assert look.line(proposal, "other").cell is None


def test_sums_that_differ_are_both_named_on_submitting(place):
    proposal = make.draft(place, {"provincial": 200})
    save(
        place,
        proposal,
        funding={("provincial", 2026): 201 * TRIEU, ("counterpart", 2026): 200 * TRIEU - 1},
    )
    with pytest.raises(Refused) as refused:
        fire(proposal, "submit", by=place.people.canbo)
    assert {fault.message for fault in refused.value.faults} == {
        "Ngân sách tỉnh: dự toán cộng 200, phân kỳ theo năm cộng 201 triệu đồng. "
        "Sửa cho hai số bằng nhau.",
        "Cơ sở đối ứng: dự toán cộng 200, phân kỳ theo năm cộng 199,999999 triệu đồng. "
        "Sửa cho hai số bằng nhau.",
    }


def test_one_cost_line_takes_one_state_source(place):
    proposal = make.draft(place, {"provincial": 100, "national": 100})
    row = CostRow(
        name="Máy",
        unit_price=200 * TRIEU,
        shares={"provincial": 100 * TRIEU, "national": 100 * TRIEU},
    )
    funding = {("provincial", 2026): 100 * TRIEU, ("national", 2026): 100 * TRIEU}
    save(place, proposal, cost_rows=[row], funding=funding)
    with pytest.raises(Refused, match="chỉ nhận một nguồn ngân sách nhà nước") as refused:
        fire(proposal, "submit", by=place.people.canbo)
    assert fields_of(refused) == ["cost_items-0"]


def test_it_is_found_by_words_without_accents(place):
    proposal = make.draft(place, title="Máy sấy miến dong")
    for words in ("may say", "MIEN dong", proposal.code.lower(), "ban thu", "trung tam khuyen"):
        assert list(Proposal.objects.matching(words)) == [proposal], words
    assert not Proposal.objects.matching("may che").exists()


def test_the_year_offered_first_lies_in_the_programme(place):
    for year, offered in ((2020, 2026), (2026, 2026), (2028, 2028), (2044, 2030)):
        assert drafts.today_in(place.programme, datetime.date(year, 5, 1)) == offered
