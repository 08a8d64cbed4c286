"""What two rounds of a dossier say is compared place by place, the cost table line by line."""

import copy

import pytest

from projects import comparison, cost_changes, text_changes, unchanged

NAMES = {"provincial": "Ngân sách tỉnh", "counterpart": "Đối ứng", "bai": "Bãi thải"}
TRIEU = 1_000_000


def line(name, price, *, quantity="1", unit="bộ", shares=None):
    return {
        "name": name,
        "unit": unit,
        "quantity": quantity,
        "unit_price": price,
        "amount": price,
        "activity": "KC3d",
        "shares": shares if shares is not None else {"provincial": price},
        "note": "",
    }


def content(**said):
    return {
        "title": "Máy sao chè",
        "kind": "single",
        "plan_year": 2026,
        "implementing_unit": "Trung tâm",
        "partner": "",
        "is_recoverable": False,
        "necessity": "Cần máy mới.",
        "goals": "Nâng năng suất.",
        "content": "Mua và lắp máy.",
        "expected_output": "1 cơ sở.",
        "organisation_plan": "",
        "effect": "",
        "starts_on": "2026-05-01",
        "ends_on": "2026-11-30",
        "survey": {"place": "", "asker": "", "number": "", "on": None},
        "activities": [{"code": "KC3d", "name": "Ứng dụng máy móc", "units": 1}],
        "places": ["Bản Thử"],
        "objectives": ["Mục tiêu 1"],
        "claims": [{"target": "co-so", "quantity": 1}],
        "beneficiaries": [{"id": 7, "name": "Cơ sở 7", "support": None}],
        "cost_items": [line(f"Máy {n}", n * TRIEU) for n in range(1, 201)],
        "funding_lines": [{"source": "provincial", "year": 2026, "requested": 340 * TRIEU}],
        "attachments": [{"title": "Tờ trình", "requirement": "to-trinh", "sha256": "a"}],
    } | said


def said(old, new):
    return [
        (row.label, row.before_amount, row.after_amount)
        if row.is_money
        else (row.label, row.before, row.after)
        for row in comparison.between(old, new, NAMES)
    ]


def test_two_rounds_that_say_the_same_have_no_changes():
    old = content()
    assert comparison.between(old, copy.deepcopy(old), NAMES) == []
    assert comparison.between(old, content(checks=[{"code": "x"}]), NAMES) == []


def test_each_kind_of_field_is_said_in_words_with_before_and_after():
    new = content(
        title="Máy sấy chè",
        kind="pilot",
        is_recoverable=True,
        ends_on="2026-12-31",
        partner="Hội nghề",
        effect="",
        survey={"place": "Bản Thử", "asker": "", "number": "", "on": "2026-01-15"},
    )
    assert said(content(), new) == [
        ("Tên đề án", "Máy sao chè", "Máy sấy chè"),
        ("Loại đề án", "Một cơ sở thụ hưởng", "Đề án điểm"),
        ("Đơn vị phối hợp", "", "Hội nghề"),
        ("Có thu hồi kinh phí", "Không", "Có"),
        ("Xã, phường có nhu cầu", "", "Bản Thử"),
        ("Ngày văn bản khảo sát", "", "15/01/2026"),
        ("Kết thúc", "30/11/2026", "31/12/2026"),
    ]


def test_money_of_a_source_and_year_says_how_much_less_it_is():
    lines = [
        {"source": "provincial", "year": 2026, "requested": 290 * TRIEU},
        {"source": "counterpart", "year": 2027, "requested": 50 * TRIEU},
        {"source": "provincial", "year": 2027, "requested": 0},
    ]
    less, more = comparison.between(content(), content(funding_lines=lines), NAMES)
    assert less.label == "Ngân sách tỉnh năm 2026"
    assert (less.before_amount, less.after_amount) == (340 * TRIEU, 290 * TRIEU)
    assert (less.difference, less.fall, less.digits) == (-50 * TRIEU, 50 * TRIEU, 1)
    assert (more.kind, more.before_amount, more.after_amount) == ("added", None, 50 * TRIEU)
    assert {less.section, more.section} == {"tien-do"}


def test_a_line_put_in_at_the_top_leaves_the_other_two_hundred_alone():
    old = content()
    new = content(cost_items=[line("Bể lắng", 5 * TRIEU), *old["cost_items"]])
    (change,) = comparison.between(old, new, NAMES)
    assert (change.label, change.kind) == ("Dòng 1 «Bể lắng»", "added")
    assert change.after == "1 bộ × 5; Ngân sách tỉnh 5"
    (change,) = comparison.between(new, old, NAMES)
    assert (change.label, change.kind, change.before_amount) == (
        "Dòng 1 «Bể lắng»",
        "removed",
        5 * TRIEU,
    )


def test_each_cell_of_a_line_that_changed_is_named():
    old, new = content(), content()
    new["cost_items"] = copy.deepcopy(old["cost_items"])
    new["cost_items"][41] |= {
        "unit": "cái",
        "quantity": "1E+1",
        "unit_price": 10 * TRIEU,
        "amount": 100 * TRIEU,
        "shares": {"provincial": 42 * TRIEU, "counterpart": 58 * TRIEU},
    }
    called = "Dòng 42 «Máy 42»"
    assert said(old, new) == [
        (f"{called}: ĐVT", "bộ", "cái"),
        (f"{called}: số lượng", "1", "10"),
        (f"{called}: đơn giá", 42 * TRIEU, 10 * TRIEU),
        (f"{called}: thành tiền", 42 * TRIEU, 100 * TRIEU),
        (f"{called}: Đối ứng", None, 58 * TRIEU),
    ]
    changes = comparison.between(old, new, NAMES)
    assert {(row.section, row.field) for row in changes} == {("du-toan", "cost_items-41")}


def test_a_line_renamed_in_its_place_is_one_line_and_not_two():
    old = content(cost_items=[line("Máy thổi khí", 90), line("Bơm", 30), line("Ống", 20)])
    new = content(cost_items=[line("Máy thổi khí 5 kW", 95), line("Bơm", 30), line("Ống", 20)])
    assert [label for label, _b, _a in said(old, new)] == [
        "Dòng 1 «Máy thổi khí 5 kW»: tên",
        "Dòng 1 «Máy thổi khí 5 kW»: đơn giá",
        "Dòng 1 «Máy thổi khí 5 kW»: thành tiền",
        "Dòng 1 «Máy thổi khí 5 kW»: Ngân sách tỉnh",
    ]


def test_a_line_with_nothing_in_common_is_one_gone_and_one_come():
    old = content(cost_items=[line("Bơm", 30), line("Ống", 20)])
    new = content(cost_items=[line("Đào tạo", 77), line("Ống", 20)])
    assert [(row.kind, row.label) for row in comparison.between(old, new, NAMES)] == [
        ("added", "Dòng 1 «Đào tạo»"),
        ("removed", "Dòng 1 «Bơm»"),
    ]


def test_lines_of_one_name_are_not_taken_for_one_another():
    old = content(cost_items=[line("Thiết bị", price) for price in (10, 20, 30)])
    new = content(cost_items=[line("Thiết bị", price) for price in (5, 10, 20, 30)])
    assert [(row.kind, row.after_amount) for row in comparison.between(old, new, NAMES)] == [
        ("added", 5)
    ]


def test_lines_that_only_changed_places_are_said_to_have_moved():
    old = content()
    rows = old["cost_items"]
    new = content(cost_items=[rows[-1], *rows[:-1]])
    (change,) = comparison.between(old, new, NAMES)
    assert (change.label, change.after) == ("Thứ tự dòng dự toán", "Chuyển chỗ: Máy 200")


def test_a_round_of_an_earlier_release_that_lacks_a_part_has_not_lost_it():
    old = content()
    for name in ("attachments", "survey", "claims", "cost_items", "organisation_plan"):
        del old[name]
    assert comparison.between(old, content(organisation_plan="Theo quý"), NAMES) == []
    assert comparison.not_kept(old, content()) == [
        "Tổ chức thực hiện",
        "Khảo sát nhu cầu",
        "Chỉ tiêu",
        "Bảng dự toán",
        "Hồ sơ đính kèm",
    ]


def test_cost_lines_of_an_earlier_release_without_notes_are_the_same_lines():
    old, new = content(), content()
    for row in old["cost_items"]:
        del row["note"]
    new["cost_items"][3]["note"] = "Có báo giá"
    assert comparison.between(old, new, NAMES) == []


def test_papers_are_told_apart_by_what_is_in_them():
    new = content(
        attachments=[
            {"title": "Tờ trình", "requirement": "to-trinh", "sha256": "b"},
            {"title": "Cam kết", "requirement": "", "sha256": "c"},
        ]
    )
    assert said(content(), new) == [
        ("Hồ sơ đính kèm", "Tờ trình (tệp cũ)", "Tờ trình (tệp mới)"),
        ("Hồ sơ đính kèm", "", "Cam kết"),
    ]
    moved = content(attachments=[{"title": "Tờ trình", "requirement": "bai", "sha256": "a"}])
    assert said(content(), moved) == [
        ("Hồ sơ đính kèm", "Tờ trình (to-trinh)", "Tờ trình (Bãi thải)")
    ]


def test_lists_say_what_went_and_what_came():
    new = content(
        places=["Bản Mới"],
        objectives=[],
        claims=[{"target": "bai", "quantity": 3}],
        activities=[{"code": "KC3d", "name": "Ứng dụng máy móc", "units": 2}],
        beneficiaries=[{"id": 7, "name": "Cơ sở 7", "support": 9 * TRIEU}],
    )
    assert said(content(), new) == [
        ("Cơ sở 7: hỗ trợ", None, 9 * TRIEU),
        ("Nội dung hoạt động", "Ứng dụng máy móc, số lượng 1", "Ứng dụng máy móc, số lượng 2"),
        ("Địa điểm", "Bản Thử", ""),
        ("Địa điểm", "", "Bản Mới"),
        ("Mục tiêu phục vụ", "Mục tiêu 1", ""),
        ("Chỉ tiêu", "co-so: 1", ""),
        ("Chỉ tiêu", "", "Bãi thải: 3"),
    ]


def marked(pieces):
    return [piece.text.strip() for piece in pieces if piece.is_changed]


def test_of_a_long_text_only_the_words_that_changed_are_marked_and_the_rest_left_out():
    before = "Đầu " + "chữ " * 200 + "công suất 50 m³ mỗi ngày " + "chữ " * 200 + "cuối"
    found = text_changes.between(before, before.replace("50", "60"))
    assert (marked(found.before), marked(found.after)) == (["50"], ["60"])
    assert len("".join(piece.text for piece in found.after)) < 120


def test_paragraphs_that_stayed_are_left_out_and_long_rewritten_ones_are_shown_whole():
    found = text_changes.between("một\nhai\nba", "một\nhai mới\nba")
    assert (marked(found.before), marked(found.after)) == ([], ["mới"])
    assert "một" not in "".join(piece.text for piece in found.after)
    rewritten = text_changes.between("a " * 5000, "b " * 5000)
    assert (len(marked(rewritten.before)), len(marked(rewritten.after))) == (1, 1)


def test_what_stayed_the_same_is_everything_that_did_not_change():
    old, new = content(), content()
    new["cost_items"][0] = line("Máy 1", 3 * TRIEU)
    new["title"] = "Máy khác"
    labels = [row.label for row in unchanged.between(old, new, NAMES)]
    assert "Tên đề án" not in labels
    assert "Bắt đầu" in labels
    assert sum(label.startswith("Dòng") for label in labels) == 199


@pytest.mark.parametrize(
    ("text", "shown"), [("1E+3", "1.000"), ("2.5", "2,5"), ("12", "12"), ("?", "?")]
)
def test_quantities_read_as_they_are_written_here(text, shown):
    assert cost_changes.quantity(text) == shown
