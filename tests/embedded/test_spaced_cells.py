"""Tables whose cells have borders of their own, a little apart."""

from __future__ import annotations

import io

import pymupdf
import pytest

import docparse
from docparse.schemas.document import Paragraph, Table

_ROWS = [("Record tenure", "Freehold"), ("Source of information", "Owner"), ("Any occupancy restrictions?", "No")]


def _page(apart: float, rows: list[tuple[str, str]] = _ROWS) -> docparse.Document:
    document = pymupdf.open()
    page = document.new_page(width=595, height=842)
    for number, row in enumerate(rows):
        top = 100 + number * (20 + apart)
        for (left, right), text in zip(((50, 240), (240 + apart, 545)), row, strict=True):
            for box in ((left, top, right, top + 2), (left, top + 18, right, top + 20), (left, top, left + 2, top + 20),
                        (right - 2, top, right, top + 20)):  # fmt: skip
                page.draw_rect(box, color=None, fill=(0.5, 0.5, 0.5))
            page.insert_text((left + 6, top + 13), text, fontsize=10)
    for line in range(6):
        page.insert_text(
            (50, 400 + 13 * line), "The school was rebuilt in the spring, and its pupils came back.", fontsize=10
        )
    return docparse.parse(io.BytesIO(document.tobytes()), engine="embedded-fast")


@pytest.mark.parametrize("apart", [4, 6, 9])
def test_boxes_in_rows_and_columns_are_the_cells_of_a_table(apart: float) -> None:
    [table] = [block for block in _page(apart).pages[0].blocks if isinstance(block, Table)]
    assert [cell.text for cell in table.cells] == [text for row in _ROWS for text in row]
    assert (table.rows, table.cols) == (3, 2)


def test_boxes_far_apart_are_no_table() -> None:
    blocks = _page(40).pages[0].blocks
    assert not any(isinstance(block, Table) for block in blocks)
    assert sum(isinstance(block, Paragraph) for block in blocks) > 3
