"""Workbooks put together part by part, as no program would write them."""

import io
import zipfile
import zlib

TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{}</Types>'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
SHEET = f'Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"'
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def sheet_xml(rows: str, before: str = "", after: str = "") -> str:
    return (
        f'{XML}<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'
    )


def relations(*each: str) -> str:
    made = "".join(f'<Relationship Id="rId{n}" {one}/>' for n, one in enumerate(each, 1))
    return f'{XML}<Relationships xmlns="{RELATIONS}">{made}</Relationships>'


def parts(sheet: str, **changed: str | bytes | None) -> dict[str, str | bytes]:
    """The least a workbook with one sheet is made of."""
    made: dict[str, str | bytes | None] = {
        "[Content_Types].xml": XML + TYPES.format(""),
        "_rels/.rels": relations(f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"'),
        "xl/workbook.xml": (
            f'{XML}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
            '<sheets><sheet name="Đề án" sheetId="1" r:id="rId1"/></sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": relations(SHEET),
        "xl/worksheets/sheet1.xml": sheet,
        **changed,
    }
    return {name: data for name, data in made.items() if data is not None}


def zipped(members: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


ONE_CELL = sheet_xml('<row r="1"><c r="A1"><v>1</v></c></row>')


def directory_changed(data: bytes, name: str, offset: int, value: bytes) -> bytes:
    """The zip with some bytes of a member's directory entry replaced."""
    at = data.rfind(b"PK\x01\x02", 0, data.rfind(name.encode()))
    return data[: at + offset] + value + data[at + offset + len(value) :]


def deflated_late(data: bytes) -> bytes:
    """Packed so that the first ten thousand bytes unpack to nothing."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return b"\0\0\0\xff\xff" * 2_000 + packer.compress(data) + packer.flush()
