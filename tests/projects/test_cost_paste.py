"""A block of a workbook pasted into the cost table, and the table copied out the same."""

from decimal import Decimal
from types import SimpleNamespace

import pytest

from projects import cost_paste
from projects.drafts import CostRow
from tests.make import TRIEU
from tests.projects.draftpages import COSTS, address, press, sent_by
from tests.projects.pages import page_of, read_form, text_of

SOURCES = [
    SimpleNamespace(code="national", name="Khuyến công quốc gia", short_name="Quốc gia"),
    SimpleNamespace(code="provincial", name="Ngân sách tỉnh", short_name="Tỉnh"),
    SimpleNamespace(code="counterpart", name="Cơ sở đối ứng", short_name="Đối ứng"),
    SimpleNamespace(code="other", name="Nguồn khác", short_name="Khác"),
]
ACTIVITIES = [
    SimpleNamespace(code="KC3d", name="Ứng dụng máy"),
    SimpleNamespace(code="KC9", name="Khác"),
]


def lines(*rows):
    return "\n".join("\t".join(row) for row in rows)


def read(block, activities=()):
    return cost_paste.read(block, SOURCES, activities)


def told(found):
    return [str(fault) for fault in found.faults]


# ---- what is understood ----


def test_the_columns_stand_in_the_order_of_the_table():
    found = read(lines(("Máy sao", "cái", "2", "185tr", "370tr", "", "100tr", "270tr", "")))
    assert found.rows == [
        {
            "name": "Máy sao",
            "unit": "cái",
            "quantity": "2",
            "unit_price": "185.000.000",
            "amount": "370.000.000",
            "share-provincial": "100.000.000",
            "share-counterpart": "270.000.000",
        }
    ]
    assert not found.faults


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("185000000", "185.000.000"),
        ("185.000.000", "185.000.000"),
        ("185,000,000", "185.000.000"),
        ("185,000,000.00", "185.000.000"),
        ("185.000.000,00", "185.000.000"),
        ("185 000 000", "185.000.000"),
        ("185\xa0000\xa0000", "185.000.000"),
        ("185 triệu", "185.000.000"),
        ("185tr", "185.000.000"),
        ("0,185 tỷ", "185.000.000"),
        ("185.000.000 đ", "185.000.000"),
        ("-", ""),
        (" – ", ""),
        ("0", ""),
    ],
)
def test_amounts_are_read_as_workbooks_write_them(typed, amount):
    found = read(lines(("Máy", "cái", "1", typed)))
    assert found.rows[0].get("unit_price", "") == amount
    assert not found.faults


@pytest.mark.parametrize(
    ("typed", "quantity"),
    [
        ("2", "2"),
        ("2,5", "2,5"),
        ("2.5", "2,5"),
        ("1.500", "1.500"),
        ("1500", "1500"),
        ("2,00", "2"),
        ("0,125", "0,125"),
        ("2,1250", "2,125"),
    ],
)
def test_quantities_are_read_as_workbooks_write_them(typed, quantity):
    assert read(lines(("Máy", "cái", typed))).rows[0]["quantity"] == quantity


def test_a_line_of_heads_names_the_columns_in_any_order():
    found = read(
        lines(
            (
                "STT",
                "Nội dung chi",
                "Ngân sách tỉnh",
                "Đơn giá (triệu đồng)",
                "SL",
                "ĐVT",
                "Ghi chú",
            ),
            ("1", "Máy sao", "100 triệu", "185,5", "2", "cái", "đợt 1"),
        )
    )
    assert found.rows == [
        {
            "name": "Máy sao",
            "share-provincial": "100.000.000",
            "unit_price": "185.500.000",
            "quantity": "2",
            "unit": "cái",
            "note": "đợt 1",
        }
    ]
    assert not found.faults


def test_empty_lines_a_counting_column_and_the_sum_line_are_passed_over():
    found = read(
        lines(
            ("1", "Máy sao", "cái", "2", "1tr"),
            ("", "", "", "", ""),
            ("2", "Máy vò", "cái", "1", "1tr"),
            ("", "Tổng cộng", "", "", "3.000.000"),
        )
        + "\r\n\r\n"
    )
    assert [row["name"] for row in found.rows] == ["Máy sao", "Máy vò"]
    assert found.rows[0]["unit"] == "cái"


def test_cells_with_line_ends_and_quotes_come_as_one_line_of_text():
    found = read('"Máy sao\n""loại A"""\tcái\t1\nỐng 24"\tm\t2')
    assert [row["name"] for row in found.rows] == ['Máy sao "loại A"', 'Ống 24"']
    assert read('Ống 24"\tm\t2').rows[0]["name"] == 'Ống 24"'


# ---- what is not ----


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        (("Máy", "cái", "ba"), "Dòng 1, cột Số lượng: không phải số"),
        (("Máy", "cái", "1,500"), "1,500 là 1,5 hay 1.500? Viết lại"),
        (("Máy", "cái", "1,23456"), "Dòng 1, cột Số lượng: tối đa ba chữ số"),
        (("Máy", "cái", "1", "abc"), "Dòng 1, cột Đơn giá: Không đọc được số tiền"),
        (("Máy", "cái", "1", "300.5"), "Dòng 1, cột Đơn giá: Ý bạn là 300,5 triệu hay 300.500"),
        (("Máy", "cái", "1", "370,000"), "Dòng 1, cột Đơn giá: Ý bạn là"),
        (("Máy", "cái", "1", "-5tr"), "cột Đơn giá: Số tiền không được âm"),
        (("Máy", "cái", "1", "9" * 30), "lớn hơn 999.999 tỷ"),
        (("Máy", "cái", "1", "1", "#REF!"), "Dòng 1, cột Thành tiền: Không đọc được"),
        (("Máy", "cái", "1", "1", "1", "x"), "Dòng 1, cột Quốc gia: Không đọc được"),
        (("Ma\x00y",), "Dòng 1, cột Nội dung chi: có ký tự hỏng"),
        (("x" * 2001,), "Dòng 1, cột Nội dung chi: dài quá 2000"),
        (("Máy", *([""] * 8), "thừa"), "Dòng 1: ô «thừa» nằm ngoài các cột"),
    ],
)
def test_what_cannot_be_read_is_named_by_line_and_column_and_the_rest_is_kept(cells, says):
    found = read(lines(cells, ("Máy vò", "cái", "1", "90tr")))
    assert len(told(found)) == 1
    assert says in told(found)[0]
    assert found.rows[1] == {
        "name": "Máy vò",
        "unit": "cái",
        "quantity": "1",
        "unit_price": "90.000.000",
    }
    kept = [cell for cell in cells if cell in found.rows[0].values()]
    assert kept or cells[-1] == "thừa", "the cell keeps its text, to be mended in its box"


@pytest.mark.parametrize("block", ["", "  \n\t\n", "\ufeff"[:0]])
def test_nothing_to_paste_is_said(block):
    assert "chưa có gì để dán" in told(read(block))[0]


def test_two_hundred_lines_are_taken_and_one_more_is_not():
    assert len(read(lines(*[("Máy",)] * 200)).rows) == 200
    found = read(lines(*[("Máy",)] * 201))
    assert not found.rows
    assert "201 dòng, tối đa 200" in told(found)[0]


# ---- out and in again ----

TABLE = [
    CostRow("Máy sao chè", "cái", Decimal("2.000"), 185 * TRIEU, None, {"provincial": 100 * TRIEU}),
    CostRow("=1+1", "", Decimal("2.125"), 7, 15, {"counterpart": 15}, "ghi chú", "KC9"),
    CostRow('Ống "24"', "m", Decimal("1500"), 0, None, {}),
    CostRow("", "gói", Decimal(1), 1, None, {"national": 1, "other": 0}),
]


@pytest.mark.parametrize("activities", [(), ACTIVITIES])
def test_what_is_copied_out_gives_the_same_table_pasted_back(activities):
    block = cost_paste.write(TABLE, SOURCES, activities)
    found = read(block, activities)
    assert not found.faults
    again = []
    for row in found.rows:
        price = int(row.get("unit_price", "0").replace(".", ""))
        shares = {
            name.removeprefix("share-"): int(typed.replace(".", ""))
            for name, typed in row.items()
            if name.startswith("share-")
        }
        amount = int(row["amount"].replace(".", "")) if "amount" in row else None
        quantity = Decimal(row["quantity"].replace(".", "").replace(",", "."))
        again.append(
            CostRow(
                row.get("name", ""), row.get("unit", ""), quantity, price, amount, shares,
                row.get("note", ""), row.get("activity", ""),
            )
        )  # fmt: skip
    assert cost_paste.write(again, SOURCES, activities) == block
    for before, after in zip(TABLE, again, strict=True):
        assert (before.name, before.unit, before.quantity) == (
            after.name,
            after.unit,
            after.quantity,
        )
        assert (before.unit_price, before.total()) == (after.unit_price, after.total())
        assert {k: v for k, v in before.shares.items() if v} == after.shares
        assert before.note == after.note


def test_no_copied_cell_begins_like_a_formula():
    cells = cost_paste.write(TABLE, SOURCES).replace("\n", "\t").split("\t")
    assert not [cell for cell in cells if cell[:1] in "=+-@" and cell]


# ---- on the page, without a script ----


@pytest.mark.django_db
def test_twenty_lines_pasted_in_one_go_stand_in_the_table_and_are_saved(place, empty):
    block = lines(
        ("Nội dung chi", "ĐVT", "Số lượng", "Đơn giá", "Tỉnh", "Đối ứng"),
        *[
            (f"Máy {n}", "cái", "2", f"{n}.000.000", "1tr", f"{2 * n - 1} triệu")
            for n in range(1, 21)
        ],
    )
    before = sent_by(place, empty, COSTS, **{"cost_items-0-name": "Có trước"})
    response = press(place, empty, "paste", before | {"block": block}, COSTS)
    assert response.status_code == 200
    form = read_form(response)
    assert form["cost_items-0-name"] == ["Có trước"]
    assert form["cost_items-20-name"] == ["Máy 20"]
    assert form["cost_items-20-amount"] == ["40.000.000"]
    assert form["block"] == [""]
    assert press(place, empty, "save", form, COSTS).url == address(empty, COSTS)
    rows = list(empty.cost_items.prefetch_related("shares"))
    assert len(rows) == 21
    assert rows[20].amount == 40 * TRIEU
    assert {share.requested for share in rows[20].shares.all()} == {TRIEU, 39 * TRIEU}


@pytest.mark.django_db
def test_a_cell_that_cannot_be_read_is_named_on_the_page_and_kept_in_its_box(place, empty):
    block = "Máy sao\tcái\tba\t1tr\nMáy vò\tcái\t1\t300.5"
    response = press(place, empty, "paste", sent_by(place, empty, COSTS, block=block), COSTS)
    text = text_of(response)
    assert response.status_code == 422
    assert "Dòng 1, cột Số lượng: không phải số" in text
    assert "Dòng 2, cột Đơn giá: Ý bạn là 300,5 triệu hay 300.500 đồng?" in text
    form = read_form(response)
    assert form["cost_items-0-quantity"] == ["ba"]
    assert form["cost_items-1-unit_price"] == ["300.5"]
    assert form["cost_items-1-name"] == ["Máy vò"]


@pytest.mark.django_db
def test_a_block_left_in_its_box_is_not_lost_by_saving(place, empty):
    sent = sent_by(place, empty, COSTS, block="Máy sao\tcái\t1\t1tr")
    response = press(place, empty, "next", sent, COSTS)
    assert response.status_code == 200
    assert read_form(response)["cost_items-0-name"] == ["Máy sao"]
    huge = press(place, empty, "save", sent | {"block": "x" * 200_001}, COSTS)
    assert huge.status_code in (200, 422)


@pytest.mark.django_db
def test_the_page_gives_its_table_out_as_a_block_that_gives_it_back(place, empty):
    sent = sent_by(
        place,
        empty,
        COSTS,
        **{
            "cost_items-0-name": "Máy sao",
            "cost_items-0-unit_price": "185tr",
            "cost_items-0-share-provincial": "185tr",
        },
    )
    press(place, empty, "save", sent, COSTS)
    page = page_of(place.people.canbo).get(address(empty, COSTS))
    block = page.context["entry"].copied
    assert "Máy sao\t\t1\t185000000\t185000000\t\t185000000\t\t" in text_of(page)
    fresh = sent_by(place, empty, COSTS, block=block, **{"cost_items-0-name": ""})
    fresh = {name: typed for name, typed in fresh.items() if not name.startswith("cost_items")}
    again = read_form(press(place, empty, "paste", fresh, COSTS))
    before = read_form(page)
    for name in ("name", "quantity", "unit_price", "amount", "share-provincial"):
        assert again[f"cost_items-0-{name}"] == before[f"cost_items-0-{name}"]
