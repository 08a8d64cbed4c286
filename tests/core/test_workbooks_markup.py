"""The XML parts of a workbook, looked through piece by piece."""

import pytest

from khuyencong.core.workbooks import markup


def test_a_document_type_is_seen_across_each_seam():
    data = b"<!-- a --><!DOCTYPE x>"
    for at in range(len(data)):
        check = markup.XmlCheck("xl/workbook.xml")
        with pytest.raises(markup.Refused):
            for piece in (data[:at], data[at : at + 4], data[at + 4 :]):
                check.feed(piece)


@pytest.mark.parametrize("size", [1, 7, 50, 4096])
def test_what_a_sheet_says_of_its_cells_is_the_same_whatever_the_pieces(size):
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t># {n}</t></is></c>'
        f'<c r="B{n}"><f>A{n}*2</f><v>2</v></c><c r="AC{n}" t="e"><v>#REF!</v></c></row>'
        for n in range(1, 40)
    )
    data = (
        f'<worksheet><sheetData>{rows}<row r="101"><c r="A101"><v>1</v></c></row><row r="500"/>'
        "</sheetData></worksheet>"
    ).encode()
    scan = markup.Scan(100)
    for at in range(0, len(data), size):
        scan.feed(data[at : at + size])
    scan.end()
    assert scan.formulas == {n: [1] for n in range(39)}
    assert scan.errors == {n: {28: b"#REF!"} for n in range(39)}
    assert scan.far_row == 101
