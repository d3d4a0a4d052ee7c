"""Dashes in table cells that OCR left empty."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from docparse.model.embedded.tables.dashes import lost_dashes
from docparse.model.embedded.types import FoundTable
from docparse.schemas.document import Cell
from docparse.schemas.page import PageImage, Word

EM = 14.0
STROKES = {"-": 5, "–": 9, "—": 14}


def table_with(mark: tuple[int, int, int, int] | None, *, text: str = "") -> tuple[PageImage, list[Word], FoundTable]:
    """A ruled table of two cells: a number, and an empty one in which `mark` (x, y, width, height) is printed."""
    image = Image.new("RGB", (616, 868), "white")
    draw = ImageDraw.Draw(image)
    for x in (100, 200, 300):
        draw.line((x, 100, x, 130), fill="black", width=2)
    for y in (100, 130):
        draw.line((100, y, 300, y), fill="black", width=2)
    draw.text((110, 106), "340", fill="black", font_size=14)
    if mark:
        x, y, w, h = mark
        draw.rectangle((x, y, x + w - 1, y + h - 1), fill="black")
    words = [Word("340", (110, 106, 134, 122), size=EM, line=0, confidence=0.9)]
    cells = (
        Cell(row=0, col=0, text="340", bbox=(100, 100, 200, 130)),
        Cell(row=0, col=1, text=text, bbox=(200, 100, 300, 130)),
    )
    page = PageImage(1, 616, 868, 616.0, 868.0, "px", np.asarray(image), is_scan=True)
    return page, words, FoundTable((100, 100, 300, 130), cells, 1, 2)


@pytest.mark.parametrize(("dash", "width"), STROKES.items())
def test_a_short_stroke_alone_in_a_cell_is_a_dash(dash: str, width: int) -> None:
    page, words, table = table_with((250, 114, width, 2))
    (found,) = lost_dashes(page, words, [table])
    assert found.text == dash
    assert found.bbox[0] == pytest.approx(250, abs=1)
    assert found.bbox[2] == pytest.approx(250 + width, abs=1)
    assert found.bbox[1] < 114 < found.bbox[3]
    assert found.line > 0


@pytest.mark.parametrize(
    "mark",
    [
        None,
        (250, 114, 2, 2),  # a speck
        (250, 106, 2, 16),  # an upright stroke
        (250, 110, 9, 9),  # a box
        (205, 114, 90, 2),  # a rule
        (196, 114, 20, 2),  # a stroke that comes from outside
    ],
)
def test_other_marks_and_empty_cells_are_none(mark: tuple[int, int, int, int] | None) -> None:
    page, words, table = table_with(mark)
    assert lost_dashes(page, words, [table]) == []


def test_cells_with_text_and_pages_without_pixels_are_left_alone() -> None:
    page, words, table = table_with((250, 114, 9, 2), text="7")
    assert lost_dashes(page, words, [table]) == []
    page, words, table = table_with((250, 114, 9, 2))
    assert lost_dashes(page.replace(pixels=None), words, [table]) == []
