"""Reading programme files: amounts exactly, faults all at once and in words."""

import json
from decimal import Decimal

import pytest
import yaml

from khuyencong.core.datareader import DataReader
from programmes import loader
from tests.programmes.files import cell, faults, small, target

pytestmark = pytest.mark.django_db
TRIEU = 1_000_000


def test_numbers_keep_their_digits():
    reader = DataReader()
    assert reader.amount(Decimal("0.1"), "x", TRIEU) == 100_000
    assert reader.amount(Decimal("0.0"), "x", TRIEU) == 0
    assert reader.amount(10**30, "x", 1) is None
    assert reader.amount(Decimal("1E-40"), "x", TRIEU) is None
    assert len(reader.faults) == 2


# --- units and exactness --------------------------------------------------------------------------


def test_a_fraction_of_a_million_stays_exact(write):
    text = yaml.safe_dump(
        small(total=0, year_phases={2026: 0, 2027: 0}, source_shares={"national": 0})
    )
    text = text.replace("total: 0", "total: 0.3")
    text = text.replace("2026: 0\n", "2026: 0.1\n").replace("2027: 0\n", "2027: 0.2\n")
    text = text.replace("national: 0\n", "national: 0.300000\n")
    programme, _made = loader.load(write(text))
    assert programme.version.total_amount == 300_000
    assert [phase.amount for phase in programme.version.year_phases.all()] == [100_000, 200_000]


@pytest.mark.parametrize(
    ("written", "amount"),
    [("12.5", 12_500_000), ("0.000001", 1), ("999999000000", None), ("1234.567891", 1234567891)],
)
def test_amounts_are_read_digit_by_digit(write, written, amount):
    shape = small(
        end_year=2026, year_phases={2026: "X"}, source_shares={"national": "X"}, total="X"
    )
    text = yaml.safe_dump(shape).replace("X", written)
    if amount is None:
        assert any("lớn hơn 999.999 tỷ" in said for said in faults(write(text)))
        return
    programme, _made = loader.load(write(text))
    assert programme.version.total_amount == amount


def test_the_largest_amount_fits(write):
    shape = small(
        end_year=2026,
        unit="vnd",
        total=999_999_000_000_000,
        year_phases={2026: 999_999_000_000_000},
        source_shares={"national": 999_999_000_000_000},
    )
    programme, _made = loader.load(write(shape))
    assert programme.version.total_amount == 999_999_000_000_000


def test_a_file_may_count_in_dong(write):
    programme, _made = loader.load(write(small(unit="vnd")))
    assert programme.version.total_amount == 100


def test_json_says_the_same_as_yaml(write):
    data = small(year_phases={"2026": 40, "2027": 60})
    first, made = loader.load(write(json.dumps(data), "chuong-trinh.json"))
    again, made_again = loader.load(write(small()))
    assert (made, made_again, first) == (True, False, again)


def test_json_fractions_are_exact_too(write):
    data = small(
        end_year=2026, total=12.1, year_phases={"2026": 12.1}, source_shares={"other": 12.1}
    )
    programme, _made = loader.load(write(json.dumps(data), "p.json"))
    assert programme.version.total_amount == 12_100_000


def test_dots_that_part_thousands_throughout_are_asked_back(write):
    text = yaml.safe_dump(
        small(total="A", year_phases={2026: "B", 2027: "C"}, source_shares={"national": "A"})
    )
    dotted = text.replace(": A", ": 75.300").replace(": B", ": 10.814").replace(": C", ": 64.486")
    (said,) = faults(write(dotted))
    assert "75.300" in said and "dấu chấm" in said
    plain = text.replace(": A", ": 75.3000").replace(": B", ": 10.814").replace(": C", ": 64.486")
    programme, _made = loader.load(write(plain))
    assert programme.version.total_amount == 75_300_000


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"tong": 1}, "không có khóa “tong”"),
        ({"total": -100}, "total: số tiền không được âm"),
        ({"total": 0}, "phải lớn hơn 0"),
        ({"total": 10**30}, "lớn hơn 999.999 tỷ"),
        ({"total": 10**4000}, "lớn hơn 999.999 tỷ"),
        ({"total": "một trăm"}, "“một trăm” không phải là số tiền"),
        ({"total": "75.300"}, "“75.300” không phải là số tiền"),
        ({"total": True}, "“true” không phải là số tiền"),
        ({"total": None}, "“null” không phải là số tiền"),
        ({"total": [100]}, "không phải là số tiền"),
        ({"total": float("nan")}, "không phải là số tiền"),
        ({"total": float("inf")}, "không phải là số tiền"),
        ({"total": 0.00000049}, "không phải là số tiền"),
        ({"year_phases": {2026: 40, 2028: 60}}, "năm 2028 ngoài giai đoạn 2026–2027"),
        ({"year_phases": {2026: 100}}, "year_phases: thiếu năm 2027"),
        ({"year_phases": {2026: 40, 2027: 50, "2027": 10}}, "năm 2027 được ghi hai lần"),
        ({"year_phases": {2026: 40, 2027: 60, "nay": 0}}, "“nay” không phải là một năm"),
        ({"year_phases": {2026: 40, 2027: 60, True: 0}}, "“true” không phải là một năm"),
        ({"year_phases": {2026: -40, 2027: 60}}, "year_phases 2026: số tiền không được âm"),
        ({"year_phases": [40, 60]}, "year_phases: cần các dòng"),
        ({"year_phases": {}}, "year_phases: cần các dòng"),
        ({"source_shares": {"national": 50, "odan": 50}}, "không có nguồn “odan”"),
        ({"source_shares": {"national": "x"}}, "source_shares national: “x” không phải"),
        ({"source_shares": {}}, "source_shares: cần các dòng"),
        ({"source_shares": {5: 100}}, "không có nguồn “5”"),
        ({"unit": "tỷ"}, "unit: “tỷ” không dùng được"),
        ({"unit": ["vnd"]}, "unit: “…” không dùng được"),
        ({"start_year": 1900}, "start_year: “1900” phải là số nguyên từ 2000"),
        ({"start_year": "2026"}, "start_year: “2026” phải là số nguyên"),
        ({"end_year": 2025}, "end_year: phải từ start_year trở đi"),
        ({"end_year": 2027.5}, "end_year: “2027.5” phải là số nguyên"),
        ({"code": "có dấu"}, "chỉ được gồm chữ không dấu"),
        ({"code": ""}, "code: đang để trống"),
        ({"code": "x" * 61}, "code: dài quá 60 ký tự"),
        ({"name": 5}, "name: “5” phải là chữ"),
        ({"name": "a\u200b".replace("a", "")}, "name: đang để trống"),
        ({"name": "x" * 201}, "name: dài quá 200"),
        ({"name": "a\x00b"}, "name: Nội dung có ký tự hỏng"),
        ({"province": "Lai Châu"}, "province: cần các dòng"),
        ({"province": {"code": "12"}}, "province: thiếu name"),
        (
            {"province": {"code": "12", "name": "Hà Giang"}},
            "mã 12 là Lai Châu, không phải Hà Giang",
        ),
        ({"decision": {"number": "1/QĐ"}}, "decision: thiếu issuer"),
        ({"decision": {"number": "", "issuer": "A"}}, "decision: number: đang để trống"),
        (
            {"decision": {"number": "1", "issuer": "A", "issued_on": "hôm qua"}},
            "không phải là ngày",
        ),
        (
            {"decision": {"number": "1", "issuer": "A", "issued_on": "2020-02-30"}},
            "không phải là ngày",
        ),
        ({"decision": {"number": "1", "issuer": "A", "issued_on": 2020}}, "không phải là ngày"),
        ({"decision": {"number": "1", "issuer": "A", "issued_on": "2199-01-01"}}, "sau hôm nay"),
        ({"decision": {"number": "1", "issuer": "A", "ngay": 1}}, "không có khóa “ngay”"),
        ({"objectives": "Khôi phục"}, "objectives: cần một danh sách"),
        ({"objectives": [{"a": 1}]}, "objectives 1: “…” phải là chữ"),
        ({"objectives": ["x" * 1001]}, "objectives 1: dài quá 1000"),
        ({"illustration": "có"}, "illustration: ghi true hoặc false"),
        ({"cells": [cell(year=2030)]}, "cells 1: năm 2030 ngoài giai đoạn"),
        ({"cells": [cell(source="other")]}, "nguồn “other” không có trong source_shares"),
        ({"cells": [cell(source=["national"])]}, "nguồn “…” không có trong source_shares"),
        ({"cells": [cell(), cell()]}, "ô năm 2026, nguồn national được ghi hai lần"),
        ({"cells": [cell(amount=-1)]}, "cells 1: số tiền không được âm"),
        ({"cells": [cell(amount=41)]}, "các ô cộng 41"),
        ({"cells": [{"year": 2026, "amount": 5}]}, "cells 1: thiếu source"),
        ({"cells": ["2026"]}, "cells 1: cần các dòng"),
        ({"cells": {"year": 2026}}, "cells: cần một danh sách"),
        ({"targets": [target(activities=["KC99"])]}, "không có nội dung hoạt động “KC99”"),
        ({"targets": [target(activities=[["KC3d"]])]}, "không có nội dung hoạt động “…”"),
        ({"targets": [target(activities="KC3d")]}, "activities: cần một danh sách"),
        ({"targets": [target(quantity=0)]}, "quantity: “0” phải là số nguyên từ 1"),
        ({"targets": [target(quantity=1.5)]}, "quantity: “1.5” phải là số nguyên"),
        ({"targets": [target(quantity=-3)]}, "quantity: “-3” phải là số nguyên"),
        ({"targets": [target(quantity=True)]}, "quantity: “true” phải là số nguyên"),
        ({"targets": [target(), target()]}, "mã may được dùng hai lần"),
        ({"targets": [{"code": "a"}]}, "targets 1: thiếu name"),
        ({"targets": [target(note="x")]}, "targets 1: không có khóa “note”"),
    ],
    ids=lambda value: str(value)[:60] if isinstance(value, str) else "",
)
def test_a_fault_is_told_in_words(write, changes, said):
    assert any(said in message for message in faults(write(small(**changes))))


@pytest.mark.parametrize(
    "key",
    [
        *("code", "name", "province", "start_year", "end_year", "decision"),
        *("total", "year_phases", "source_shares"),
    ],
)
def test_a_missing_key_is_named(write, key):
    data = small()
    del data[key]
    assert f"chương trình: thiếu {key}." in faults(write(data))


def test_all_faults_are_told_at_once(write):
    text = yaml.safe_dump(small(unit="x", start_year="?", targets=[target(activities=["KC0"])]))
    text += "total: 5\nla: 1\n"
    said = faults(write(text))
    for part in ("ghi hai lần", "không có khóa “la”", "unit:", "start_year:", "KC0"):
        assert any(part in message for message in said), part


@pytest.mark.parametrize(
    ("contents", "said"),
    [
        (b"[1, 2", "sai ở dòng 1"),
        (b"- 1\n- 2\n", "của một chương trình"),
        (b"", "của một chương trình"),
        (b"ch\xe0o", "UTF-8"),
        (b"code: a\x00b\n", "NUL"),
        (b'name: "a\\0b"\n', "ký tự hỏng"),
        (b'name: "\\ud800"\n', "ký tự hỏng"),
        (b"code: !!python/object/apply:os.system [ls]\n", "thẻ YAML"),
        (b"code: !x y\n", "thẻ YAML"),
        (b"a: &x [1]\nb: *x\n", "neo"),
        (b"total: 1\ntotal: 2\n", "Khóa “total” được ghi hai lần (dòng 2)"),
        (b"year_phases: {2026: 1, 2026: 2}\n", "Khóa “2026” được ghi hai lần"),
        (b"code: x\n---\ncode: y\n", "Không đọc được tệp YAML"),
        (b"[" * 20000, "lớp lồng nhau"),
        (b"#" * 3_000_000, "lớn hơn 2 MB"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_is_no_programme_is_refused(write, contents, said):
    assert any(said in message for message in faults(write(contents)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"code": "x"', "Không đọc được tệp JSON: sai ở dòng 1"),
        ('{"total": 1, "total": 2}', "Khóa “total” được ghi hai lần"),
        ('{"total": 1e999999999}', "lớn hơn 999.999 tỷ"),
        ('{"total": 1e-999999999}', "phải tròn đồng"),
        ('{"total": NaN}', "không phải là số tiền"),
        ('{"total": 12.5000001}', "phải tròn đồng"),
        ('{"name": "\\ud800"}', "ký tự hỏng"),
        ("[]", "của một chương trình"),
        ("[" * 100000, "lớp lồng nhau"),
    ],
    ids=lambda value: value[:40],
)
def test_json_is_read_as_strictly(write, text, said):
    assert any(said in message for message in faults(write(text, "p.json")))
