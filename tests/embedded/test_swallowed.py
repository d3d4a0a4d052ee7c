"""Text in what the layout model took for a figure or a table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from docparse.geometry import Box
from docparse.model.embedded.swallowed import beside_prose, without_prose
from docparse.model.embedded.types import FoundTable, Region
from docparse.schemas.page import PageImage, Word


def rows(x: float, y: float, step: float, texts: list[str], first: int) -> list[Word]:
    words = []
    for at, text in enumerate(texts):
        top = y + at * step
        words.append(Word(text, (x, top, x + 6 * len(text), top + 10), size=10, baseline=top + 8, line=first + at))
    return words


BLANK = PageImage(1, 500, 700, 500, 700)
PROSE = ["runningtextofacolumn", "thatgoesonandonasit", "doesinnewsletterspage"] * 4


def test_a_figure_full_of_columns_of_text_is_none() -> None:
    words = rows(20, 100, 14, PROSE, 0) + rows(200, 105, 14, PROSE, 20)
    page, drawing = Region("figure", (10, 90, 400, 300)), Region("figure", (10, 320, 400, 500))
    assert without_prose([page, drawing], words, BLANK) == [drawing]


def test_a_table_ends_where_the_column_beside_it_begins() -> None:
    cells = rows(20, 100, 19, ["Sum", "Dues", "Fees", "Rent", "Gas", "Post"], 0)
    cells += rows(100, 100, 19, ["12", "34", "5", "7", "9", "11"], 10)
    table = Region("table", (10, 90, 400, 300))
    assert without_prose([table], cells + rows(200, 97, 14, PROSE, 20), BLANK) == [
        table._replace(bbox=(20, 100, 112, 205))
    ]


def test_long_cells_on_the_lines_of_their_rows_stay_in_the_table() -> None:
    words = rows(20, 100, 14, ["Sum", "Dues", "Fees"] * 4, 0) + rows(200, 100, 14, PROSE, 20)
    table = Region("table", (10, 90, 400, 300))
    assert without_prose([table], words, BLANK) == [table]


def test_long_rows_are_those_of_a_table() -> None:
    words = rows(20, 100, 14, PROSE, 0)
    table = Region("table", (15, 90, 160, 300))
    assert without_prose([table], words, BLANK) == [table]


def test_a_figure_with_many_long_lines_is_none_be_they_uneven() -> None:
    words = [
        word for at in range(12) for word in rows(20 + 7 * (at % 3), 100 + 15 * at + 3 * (at % 2), 14, PROSE[:1], at)
    ]
    words += rows(20, 600, 14, ["Underneath"], 30)
    assert without_prose([Region("figure", (10, 90, 250, 300))], words, BLANK) == []
    page = Region("figure", (10, 90, 250, 620))
    assert without_prose([page], words, BLANK) == [page]


def found(box: Box, cells: int = 2) -> FoundTable:
    return FoundTable(box, (), cells, cells, 0.7)


def test_tables_are_looked_for_again_without_the_column_that_one_took_in() -> None:
    cells = rows(20, 100, 19, ["12", "34", "5", "7", "9", "11"], 10)
    words = cells + rows(200, 97, 14, PROSE, 20)
    right, asked = found((20, 100, 60, 205)), []

    def again(others: Sequence[Word]) -> list[FoundTable]:
        asked.append(list(others))
        return [right]

    assert beside_prose([found((20, 97, 320, 270))], words, again) == [right]
    assert asked == [cells]


def test_tables_without_a_column_of_text_stay() -> None:
    table = found((20, 100, 60, 205))
    words = rows(20, 100, 19, ["12", "34", "5"], 10)
    assert beside_prose([table], words, lambda others: []) == [table]


ENTRIES = ["Debug", "Info", "Warn", "Error", "Fatal", "Silent"]
DOTS = [(80 + 6 * n, 107 + 20 * row, 82 + 6 * n, 109 + 20 * row) for n in range(40) for row in range(6)]


def printed(words: list[Word], *drawn: Box) -> PageImage:
    """A page whose words are bars of ink, with black boxes."""
    pixels = np.full((1400, 1000, 3), 255, np.uint8)
    for x0, y0, x1, y1 in [*((w.bbox[0], w.bbox[1] + 2, w.bbox[2], w.bbox[3] - 2) for w in words), *drawn]:
        pixels[round(2 * y0) : round(2 * y1), round(2 * x0) : round(2 * x1)] = 0
    return BLANK.replace(pixels=pixels, width_px=1000, height_px=1400)


@pytest.mark.parametrize(
    ("drawn", "confidence", "is_text"),
    [
        ([], 1.0, True),
        ([(10, 95, 340, 96), (10, 225, 340, 226)], 1.0, True),  # level rules
        ([(12, 95, 338, 96), (12, 225, 338, 226), (12, 95, 13, 226), (337, 95, 338, 226)], 1.0, True),  # a frame
        (DOTS, 1.0, True),
        ([(200, 100, 300, 102), (200, 100, 202, 220), (298, 100, 300, 220)], 1.0, False),  # a drawing
        ([(15, 130, 335, 215)], 1.0, False),  # a picture
        ([], 0.8, False),  # a formula that OCR took for letters
    ],
)
def test_a_figure_in_which_nothing_but_text_is_printed_is_none(
    drawn: list[Box], confidence: float, is_text: bool
) -> None:
    words = [*rows(20, 100, 20, ENTRIES, 0), *rows(322, 100, 20, ["12"] * 6, 0)]
    words = [word._replace(confidence=confidence) for word in words]
    figure = Region("figure", (10, 90, 340, 230))
    assert without_prose([figure], words, printed(words, *drawn)) == ([] if is_text else [figure])
