"""Look into a paper: as WeasyPrint laid it out, and as others read it."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from pypdf import PdfReader

from reports import pdf

SLACK = 0.05  # px, for rounding


def cells(html: str) -> Iterator[tuple[Any, list[Any]]]:
    """Each cell with its text boxes."""
    for page in pdf.document(html).pages:
        for box in page._page_box.descendants():
            if type(box).__name__ == "TableCellBox":
                texts = [b for b in box.descendants() if type(b).__name__ == "TextBox" and b.text]
                yield box, texts


def escaped(html: str) -> list[str]:
    """Texts that leave their cell, and texts that leave their page."""
    found = []
    for cell, texts in cells(html):
        left, right = cell.padding_box_x(), cell.padding_box_x() + cell.padding_width()
        bottom = cell.padding_box_y() + cell.padding_height()
        for text in texts:
            beside = text.position_x < left - SLACK or text.position_x + text.width > right + SLACK
            if beside or text.position_y + text.height > bottom + SLACK:
                found.append(text.text)
    for page in pdf.document(html).pages:
        for box in page._page_box.descendants():
            if type(box).__name__ == "TextBox" and box.text:
                inside = box.position_x >= 0 and box.position_x + box.width <= page.width
                if not inside or box.position_y + box.height > page.height:
                    found.append(box.text)
    return found


def families(content: bytes) -> set[str]:
    """Families of the embedded fonts, without weight and slope; each must be embedded."""
    found = set()
    for page in PdfReader(BytesIO(content)).pages:
        for font in page["/Resources"].get("/Font", {}).values():
            descendant = font.get_object()["/DescendantFonts"][0].get_object()
            assert "/FontFile2" in descendant["/FontDescriptor"]
            name = str(descendant["/BaseFont"]).partition("+")[2].replace("-", " ")
            for style in (" Bold", " Italic", " Oblique"):
                name = name.replace(style, "")
            found.add(name)
    return found
