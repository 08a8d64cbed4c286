"""The checks one by one: at the limit they pass, one đồng above they do not."""

import datetime
from dataclasses import replace
from decimal import Decimal

import pytest

from khuyencong.core import clock
from programmes.models import Activity, Confidence, Deadline, Sector
from projects import checks, drafts, loading
from projects.checks import Case
from projects.checks.case import Chosen, Item, Line
from projects.drafts import ActivityChoice, CostRow, Draft
from projects.models import Attachment, DocumentRequirement, Proposal
from tests import make

TRIEU = make.TRIEU
DAY = datetime.date(2026, 3, 2)


def whole(proposal):
    return loading.with_parts(Proposal.objects.all()).get(pk=proposal.pk)


@pytest.fixture
def case(place):
    """200 triệu of the province of a machine that costs 400, for one establishment."""
    return Case.of(whole(make.draft(place)))


def asking(case, support, cost=None, **activity):
    """The same case with other figures, in đồng; the counterpart pays the rest."""
    cost = case.items[0].amount if cost is None else cost
    shares = {"provincial": support, "counterpart": cost - support}
    item = replace(case.items[0], amount=cost, shares=shares)
    lines = tuple(Line(code, 2026, amount) for code, amount in shares.items())
    chosen = replace(case.activities[0], **activity)
    return replace(case, items=(item,), lines=lines, activities=(chosen,))


def found(case, code, day=DAY, stage="submission"):
    return [row for row in checks.run(case, day, stage).checks if row.code == code]


def one(case, code, **kwargs):
    (row,) = found(case, code, **kwargs)
    return row


# --- the norm -------------------------------------------------------------------------------------


def test_a_share_at_the_limit_passes_and_one_dong_above_does_not(place, case):
    norm = make.norm(place, max_share=Decimal("0.5"), legal_ref="Điều 8")
    at = one(asking(case, 150 * TRIEU, 300 * TRIEU), "eligible-share")
    assert (at.level, at.gap, at.reduce_by, at.norm_id) == ("pass", "", 0, norm.pk)
    assert at.figure == "Đề nghị 150 / 300 triệu đồng chi phí của các dòng được hỗ trợ = 50,0%"
    over = one(asking(case, 150 * TRIEU + 1, 300 * TRIEU), "eligible-share")
    assert (over.level, over.reduce_by, over.citation) == ("error", 1, "Điều 8")
    assert over.title == "KC3d: không quá 50% chi phí được hỗ trợ"
    assert over.gap == "Vượt 0,000001 triệu đồng"
    assert over.field == "cost_items-0"


def test_a_share_that_is_no_whole_dong_is_rounded_down(place, case):
    make.norm(place, max_share=Decimal("0.3333"))
    assert one(asking(case, 333, 1000), "eligible-share").level == "pass"
    assert one(asking(case, 334, 1000), "eligible-share").level == "error"
    assert one(asking(case, 333, 999), "eligible-share").reduce_by == 1


def test_only_lines_that_carry_the_money_count_as_its_cost(place, case):
    make.norm(place, max_share=Decimal("0.5"))
    walls = Item(2, "Nhà xưởng", "KC3d", 900 * TRIEU, {"counterpart": 900 * TRIEU})
    with_walls = asking(case, 160 * TRIEU, 300 * TRIEU)
    with_walls = replace(with_walls, items=(*with_walls.items, walls))
    assert one(with_walls, "eligible-share").reduce_by == 10 * TRIEU


def test_a_ceiling_at_the_limit_passes_and_one_dong_above_does_not(place, case):
    make.norm(place, max_amount=300 * TRIEU, unit="cơ sở", legal_ref="khoản 4 Điều 8")
    assert one(asking(case, 300 * TRIEU, 900 * TRIEU), "ceiling").level == "pass"
    over = one(asking(case, 300 * TRIEU + 1, 900 * TRIEU), "ceiling")
    assert (over.level, over.reduce_by) == ("error", 1)
    over = one(asking(case, 320 * TRIEU, 900 * TRIEU), "ceiling")
    assert over.sentence == (
        "KC3d: tối đa 300 triệu đồng/cơ sở (khoản 4 Điều 8). Đề nghị 320, tối đa 300 triệu đồng. "
        "Vượt 20 triệu đồng. Giảm ít nhất 20 triệu đồng ở nguồn Tỉnh."
    )


def test_the_ceiling_grows_with_the_units(place, case):
    make.norm(place, max_amount=300 * TRIEU)
    assert one(asking(case, 900 * TRIEU, 2000 * TRIEU, units=3), "ceiling").level == "pass"
    assert one(asking(case, 900 * TRIEU + 1, 2000 * TRIEU, units=3), "ceiling").level == "error"


def test_a_technology_line_raises_the_ceiling_where_the_norm_says_so(place, case):
    make.norm(place, max_amount=300 * TRIEU, line_multiplier=Decimal("1.5"))
    line = asking(case, 450 * TRIEU, 1200 * TRIEU, is_technology_line=True)
    assert one(line, "ceiling").level == "pass"
    assert one(line, "technology-line").level == "pass"
    assert "× 1,5" in one(line, "ceiling").title
    over = asking(case, 450 * TRIEU + 1, 1200 * TRIEU, is_technology_line=True)
    assert one(over, "ceiling").reduce_by == 1
    assert not found(asking(case, 450 * TRIEU, 1200 * TRIEU), "technology-line")


def test_a_technology_line_that_the_norm_does_not_know_is_an_error(place, case):
    make.norm(place, max_amount=300 * TRIEU)
    claimed = asking(case, 300 * TRIEU, 900 * TRIEU, is_technology_line=True)
    row = one(claimed, "technology-line")
    assert (row.level, row.field) == ("error", "activity")
    assert one(claimed, "ceiling").level == "pass"


def test_a_priority_raises_the_ceiling_with_its_reason_and_no_further_than_the_norm(place, case):
    make.norm(place, max_amount=300 * TRIEU, priority_multiplier=Decimal("1.5"))

    def priority(multiplier, reason, support=450 * TRIEU):
        return asking(case, support, 1200 * TRIEU, multiplier=Decimal(multiplier), reason=reason)

    good = priority("1.5", "Xã biên giới, QĐ 10")
    assert one(good, "ceiling").level == one(good, "priority-multiplier").level == "pass"
    bare = priority("1.5", "")
    assert one(bare, "priority-multiplier").level == "error"
    assert one(bare, "ceiling").reduce_by == 150 * TRIEU
    much = priority("1.6", "Xã biên giới", 460 * TRIEU)
    assert one(much, "priority-multiplier").level == "error"
    assert one(much, "ceiling").reduce_by == 10 * TRIEU
    assert one(priority("1.2", "Xã biên giới", 360 * TRIEU), "ceiling").level == "pass"


def test_a_priority_that_the_norm_does_not_have_is_an_error(place, case):
    make.norm(place, max_amount=300 * TRIEU)
    row = one(
        asking(case, 200 * TRIEU, multiplier=Decimal("1.5"), reason="Vùng cao"),
        "priority-multiplier",
    )
    assert (row.level, row.title) == ("error", "KC3d: định mức này không có hệ số ưu tiên")


def test_the_two_multipliers_are_never_multiplied(place, case):
    make.norm(
        place,
        max_amount=300 * TRIEU,
        line_multiplier=Decimal("1.5"),
        priority_multiplier=Decimal("1.5"),
    )
    both = asking(
        case,
        450 * TRIEU + 1,
        1500 * TRIEU,
        is_technology_line=True,
        multiplier=Decimal("1.5"),
        reason="Vùng cao",
    )
    assert one(both, "ceiling").reduce_by == 1
    assert "chỉ dùng hệ số lớn" in one(both, "priority-multiplier").gap


def test_a_norm_from_memory_only_warns_and_says_so(place, case):
    make.norm(place, max_amount=100 * TRIEU, confidence=Confidence.MEMORY, legal_ref="Điều 9")
    row = one(case, "ceiling")
    assert (row.level, row.citation) == ("warning", "Điều 9, chưa đối chiếu văn bản gốc")


def test_a_quoted_norm_blocks(place, case):
    make.norm(place, max_amount=100 * TRIEU, confidence=Confidence.QUOTED)
    assert one(case, "ceiling").level == "error"


def test_without_a_norm_it_passes_and_says_that_none_is_on_record(case):
    outcome = checks.run(case, DAY)
    row = next(row for row in outcome.checks if row.code == "norm-on-record")
    assert row.level == "pass" and "02/03/2026" in row.figure
    assert outcome.is_clear
    assert all(one.is_unchecked for one in (row, *found(case, "deadline")))


def test_the_provinces_own_row_goes_before_the_national_one(place, case):
    national = make.norm(place, max_amount=100 * TRIEU, province=None)
    assert one(case, "ceiling").norm_id == national.pk
    own = make.norm(place, max_amount=250 * TRIEU)
    row = one(case, "ceiling")
    assert (row.level, row.norm_id) == ("pass", own.pk)


def test_another_provinces_row_is_nobodys_business(place, case):
    other = make.province("Tỉnh Khác", "TK", "97")
    make.norm(place, max_amount=1, province=other)
    assert not found(case, "ceiling")


def test_the_row_in_force_that_day_is_the_one(place, case):
    make.norm(
        place,
        max_amount=200 * TRIEU,
        valid_from=datetime.date(2020, 1, 1),
        valid_to=datetime.date(2026, 3, 31),
    )
    make.norm(place, max_amount=150 * TRIEU, valid_from=datetime.date(2026, 4, 1))
    assert one(case, "ceiling", day=datetime.date(2026, 3, 31)).level == "pass"
    assert one(case, "ceiling", day=datetime.date(2026, 4, 1)).reduce_by == 50 * TRIEU


def test_each_source_is_measured_by_its_own_norm(place):
    make.norm(place, max_amount=100 * TRIEU, source="national", province=None)
    make.norm(place, max_amount=300 * TRIEU)
    both = Case.of(whole(make.draft(place, {"provincial": 200, "national": 120})))
    levels = {row.source: row.level for row in found(both, "ceiling")}
    assert levels == {"provincial": "pass", "national": "error"}


def test_a_line_of_several_activities_must_say_which(place, case):
    make.norm(place, max_amount=300 * TRIEU)
    model = Chosen("KC3a", "Mô hình", "mô hình", 1)
    unsaid = replace(
        case,
        activities=(*case.activities, model),
        items=tuple(replace(item, activity="") for item in case.items),
    )
    row = [row for row in found(unsaid, "norm-on-record") if row.level == "error"]
    assert [(r.field, r.title) for r in row] == [
        ("cost_items-0", "Dòng 1 chưa nói thuộc nội dung hoạt động nào")
    ]


# --- sums and room --------------------------------------------------------------------------------


def test_sums_that_match_say_the_years(case):
    row = one(case, "sums")
    assert (row.level, row.figure) == ("pass", "Cộng 400 triệu đồng; năm 2026: 400")


def test_a_row_and_a_source_that_do_not_match_are_named(case):
    lines = (Line("provincial", 2026, 199 * TRIEU), Line("counterpart", 2026, 200 * TRIEU))
    item = replace(case.items[0], amount=410 * TRIEU)
    rows = found(replace(case, lines=lines, items=(item,)), "sums")
    assert [(row.subject, row.level, row.gap) for row in rows] == [
        ("1", "error", "Lệch 10 triệu đồng"),
        ("provincial", "error", "Lệch 1 triệu đồng"),
    ]


def test_room_is_what_the_cell_still_has(place, case):
    assert "Chưa giao dự toán" in one(case, "room").figure
    make.allot(place, "provincial", 2026, 200)
    row = one(case, "room")
    assert (row.level, row.figure) == ("pass", "Còn 200, đề án 200 triệu đồng")
    row = one(asking(case, 200 * TRIEU + 1), "room")
    assert (row.level, row.reduce_by, row.subject) == ("warning", 1, "provincial.2026")
    assert not found(asking(case, 200 * TRIEU + 1), "room", stage="approval")


# --- who ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "level"),
    [(datetime.date(2025, 10, 14), "error"), (datetime.date(2025, 10, 15), "pass")],
)
def test_artisans_are_supported_from_the_day_of_the_new_decree(case, day, level):
    firm = replace(case.firms[0], kind="artisan", kind_label="Nghệ nhân")
    rows = [
        row
        for row in checks.run(replace(case, firms=(firm,)), day).checks
        if row.code.startswith("eligible")
    ]
    assert [row.level for row in rows] == [level]
    assert ("235/2025" in rows[0].citation) == (level == "pass")


def test_a_kind_that_tells_nothing_warns(case):
    firm = replace(case.firms[0], kind="other", kind_label="Khác")
    assert one(replace(case, firms=(firm,)), "eligible-kind").level == "warning"


@pytest.mark.parametrize(("kind", "day", "level"), [
    ("thị trấn", datetime.date(2025, 10, 14), None),
    ("đặc khu", datetime.date(2025, 10, 14), "error"),
    ("đặc khu", datetime.date(2025, 10, 15), None),
    ("", datetime.date(2026, 1, 1), None),
])  # fmt: skip
def test_places_by_the_law_of_the_day(case, kind, day, level):
    firm = replace(case.firms[0], place_kind=kind)
    rows = found(replace(case, firms=(firm,)), "eligible-place", day=day)
    assert [row.level for row in rows] == ([level] if level else [])


def with_workers(place, count):
    firm = make.enterprise(place)
    firm.kind, firm.workers = "company", count
    firm.save()
    proposal = make.draft(place)
    return Case.of_draft(whole(proposal), Draft(beneficiaries=[firm]))


@pytest.mark.parametrize(("count", "levels"), [(200, []), (201, ["warning"]), (None, [])])
def test_more_than_two_hundred_workers_only_warn(place, count, levels):
    rows = found(with_workers(place, count), "eligible-size")
    assert [row.level for row in rows] == levels


def test_cleaner_production_is_for_any_size_and_any_place(place):
    large = with_workers(place, 500)
    firm = replace(large.firms[0], place_kind="khu kinh tế")
    cleaner = replace(large, firms=(firm,), activities=(Chosen("KC3e", "SXSH", "mô hình", 1),))
    assert one(cleaner, "eligible").level == "pass"
    mixed = replace(cleaner, activities=(*cleaner.activities, *large.activities))
    assert {row.code for row in checks.run(mixed, DAY).errors} == {"eligible-place"}


def test_an_excluded_sector_is_an_error_while_it_is_excluded(case):
    sector = Sector(
        code="gach", name="Gạch nung lò vòng", is_excluded=True, legal_ref="TT 46",
        valid_from=datetime.date(2013, 2, 10),
    )  # fmt: skip
    brick = replace(case, firms=(replace(case.firms[0], sector=sector),))
    row = one(brick, "sector")
    assert (row.level, row.citation, row.field) == ("error", "TT 46", "beneficiaries")
    assert one(brick, "sector", day=datetime.date(2013, 2, 9)).level == "pass"
    assert one(case, "sector").figure == "1 cơ sở chưa ghi nhóm ngành nghề"


def test_counterpart_is_asked_for_where_the_state_pays_a_part(place, case):
    everything = replace(
        case,
        items=(replace(case.items[0], shares={"provincial": 400 * TRIEU}),),
        lines=(Line("provincial", 2026, 400 * TRIEU),),
    )
    assert not found(everything, "counterpart")
    make.norm(place, max_share=Decimal(1))
    assert not found(everything, "counterpart")
    make.norm(place, max_share=Decimal("0.5"), valid_from=datetime.date(2021, 1, 1))
    assert one(everything, "counterpart").level == "error"
    assert one(case, "counterpart").level == "pass"


def test_the_pledge_must_be_in_the_dossier_where_the_checklist_has_it(place):
    proposal = make.draft(place)
    assert not found(Case.of(whole(proposal)), "pledge")
    paper = DocumentRequirement.objects.create(
        code="cam-ket-doi-ung", name="Cam kết", with_counterpart=True, kinds="single group"
    )
    assert one(Case.of(whole(proposal)), "pledge").level == "error"
    assert not found(Case.of(whole(proposal)), "pledge", stage="appraisal")
    paper.is_required = False
    paper.save()
    assert one(Case.of(whole(proposal)), "pledge").level == "warning"
    scan = make.scan(place.people.canbo)
    attached = Attachment.objects.create(
        proposal=proposal, file=scan, title="Cam kết", requirement=paper
    )
    assert one(Case.of(whole(proposal)), "pledge").level == "pass"
    attached.removed_at = clock.now()
    attached.save()
    assert one(Case.of(whole(proposal)), "pledge").level == "warning"
    paper.kinds = "group"
    paper.save()
    assert not found(Case.of(whole(proposal)), "pledge")


# --- earlier support and deadline -----------------------------------------------------------------


def again(place, earlier, **kwargs):
    """A second draft for the same establishment."""
    firm = earlier.beneficiaries.get().enterprise
    later = make.draft(place, **kwargs)
    fresh = whole(later)
    return Case.of_draft(fresh, Draft(beneficiaries=[firm]))


def test_the_same_content_for_the_same_establishment_warns_with_the_earlier_file(place):
    earlier = make.submitted(place, title="Máy vò chè")
    row = one(again(place, earlier, year=2027), "supported-before")
    assert row.level == "warning"
    assert [(e.code, e.year, e.title) for e in row.earlier] == [(earlier.code, 2026, "Máy vò chè")]
    assert earlier.code in row.figure


def test_another_units_file_is_named_without_details(place):
    earlier = make.submitted(place, title="Máy vò chè", by=place.people.canbo2)
    row = one(again(place, earlier), "supported-before")
    assert [(e.code, e.title) for e in row.earlier] == [(earlier.code, "")]
    assert "Máy vò chè" not in row.sentence


@pytest.mark.parametrize("status", ["draft", "refused", "withdrawn"])
def test_what_was_never_given_supported_nobody(place, status):
    earlier = make.draft(place)
    Proposal.objects.filter(pk=earlier.pk).update(status=status)
    assert one(again(place, earlier), "supported-before").level == "pass"


def test_another_content_is_another_matter(place):
    earlier = make.submitted(place)
    other = Activity.objects.create(code="KC4d", name="Nhãn hiệu", group=4)
    case = again(place, earlier)
    case = replace(case, activities=(Chosen(other.code, other.name, "", 1),))
    assert one(case, "supported-before").level == "pass"


def test_a_beneficiary_that_withdrew_was_not_supported(place):
    earlier = make.submitted(place)
    earlier.beneficiaries.update(standing="withdrawn")
    assert one(again(place, earlier), "supported-before").level == "pass"


def test_the_deadline_is_the_provinces_then_the_national_one(place, case):
    assert "chưa có hạn" in one(case, "deadline").figure
    source = place.sources["provincial"]
    Deadline.objects.create(
        source=source, plan_year=2026, due_on=datetime.date(2026, 3, 1), confidence="checked"
    )
    row = one(case, "deadline")
    assert (row.level, row.gap) == ("error", "Quá 1 ngày")
    assert "Đã hết hạn đăng ký kế hoạch 2026 (01/03/2026)" in row.figure
    Deadline.objects.create(
        source=source,
        province=place.home,
        plan_year=2026,
        due_on=datetime.date(2026, 3, 2),
        confidence="checked",
    )
    assert one(case, "deadline").level == "pass"
    assert one(case, "deadline", day=datetime.date(2026, 3, 3)).level == "error"
    assert not found(case, "deadline", day=datetime.date(2026, 3, 3), stage="appraisal")
    assert not found(replace(case, round=1), "deadline", day=datetime.date(2026, 3, 3))


def test_a_deadline_from_memory_only_warns(place, case):
    Deadline.objects.create(
        source=place.sources["provincial"], plan_year=2026, due_on=datetime.date(2026, 1, 1)
    )
    assert one(case, "deadline").level == "warning"


# --- drafts and the number of questions -----------------------------------------------------------


def test_an_unsaved_draft_is_checked_like_the_saved_one(place):
    make.norm(place, max_amount=300 * TRIEU, max_share=Decimal("0.5"))
    proposal = make.draft(place)
    draft = Draft(
        activities=[ActivityChoice(place.activity, 2, True)],
        cost_rows=[
            CostRow(
                name="Máy",
                unit_price=1400 * TRIEU,
                shares={"provincial": 700 * TRIEU, "other": 700 * TRIEU},
            )
        ],
        funding={("provincial", 2026): 700 * TRIEU, ("other", 2027): 700 * TRIEU},
    )
    fresh = whole(proposal)
    unsaved = checks.run(Case.of_draft(fresh, draft), DAY).as_data()
    saved = drafts.save(fresh, draft, by=place.people.canbo, expected_version=None)
    assert checks.run(Case.of(whole(saved)), DAY).as_data() == unsaved
    levels = {row["code"]: row["level"] for row in unsaved["checks"]}
    assert (levels["ceiling"], levels["technology-line"]) == ("error", "error")


def test_an_empty_draft_is_checked_without_a_word_against_it(place, empty):
    outcome = checks.run(Case.of(whole(empty)), DAY)
    assert outcome.is_clear
    nothing = Draft(activities=[], cost_rows=[], funding={}, beneficiaries=[])
    assert checks.run(Case.of_draft(whole(empty), nothing), DAY).is_clear


def test_all_checks_together_ask_five_questions(place, django_assert_num_queries):
    make.norm(place, max_amount=300 * TRIEU)
    make.norm(place, source="national", province=None, max_share=Decimal("0.5"))
    earlier = make.submitted(place, {"provincial": 100})
    DocumentRequirement.objects.create(code="cam-ket-doi-ung", name="Cam kết")
    proposal = make.draft(place, {"provincial": 200, "national": 100})
    firms = [make.enterprise(place) for _n in range(5)]
    firms.append(earlier.beneficiaries.get().enterprise)
    drafts.save(proposal, Draft(beneficiaries=firms), by=place.people.canbo, expected_version=None)
    fresh = whole(proposal)
    with django_assert_num_queries(5):
        outcome = checks.run(Case.of(fresh), DAY)
    assert {row.code for row in outcome.checks} >= {"ceiling", "supported-before", "pledge", "room"}


def test_what_is_kept_reads_back_the_same(place):
    earlier = make.submitted(place)
    outcome = checks.run(again(place, earlier), DAY).explained("Máy khác", "1/GT")
    assert checks.Outcome.from_data(outcome.as_data()) == outcome


def test_counterpart_in_the_cost_table_alone_is_counterpart(place, case):
    make.norm(place, max_share=Decimal("0.5"))
    asked = replace(asking(case, 150 * TRIEU, 300 * TRIEU), lines=())
    assert one(asked, "counterpart").level == "pass"
