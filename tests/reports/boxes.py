"""Look into a paper as WeasyPrint laid it out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

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
