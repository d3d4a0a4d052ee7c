"""Rules of page images that are drawn in pieces: dashes, and the edges of tinted grounds between strokes."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from docparse.model.embedded.tables import find_tables
from docparse.model.embedded.tables.broken_rules import dashed_rules, over_tints
from docparse.model.embedded.tables.masks import dark
from docparse.model.embedded.tables.rules import Line
from docparse.schemas.page import PageImage, Word

EM = 20.0


def page_of(pixels: NDArray[np.uint8]) -> PageImage:
    height, width = pixels.shape[:2]
    return PageImage(
        number=1, width_px=width, height_px=height, width=width, height=height, unit="px", pixels=pixels, is_scan=True
    )


def dashed(ys: list[int], dash: int = 10, blank: int = 5) -> NDArray[np.uint8]:
    pixels = np.full((400, 600, 3), 255, np.uint8)
    for y in ys:
        for x in range(50, 550 - dash, dash + blank):
            pixels[y : y + 2, x : x + dash] = 120
    return pixels


def word(text: str, x: float, y: float) -> Word:
    return Word(text, (x, y, x + 12.0 * len(text), y + EM), font="", size=EM, line=round(y))


def test_dashes_in_a_row_are_a_rule() -> None:
    pixels = dashed([100])
    found = dashed_rules(dark(pixels), page_of(pixels), [word("text", 60, 72), word("text", 60, 106)], EM)
    assert found == [Line(101.0, 50.0, pytest.approx(540.0, abs=EM))]


def test_dots_that_lead_to_a_number_and_dashes_far_apart_are_none() -> None:
    pixels = dashed([100], dash=3, blank=3)
    leaders = [word("Chapter", -40, 88), word("12", 552, 88)]
    assert dashed_rules(dark(pixels), page_of(pixels), leaders, EM) == []
    pixels = dashed([100], dash=10, blank=15)
    assert dashed_rules(dark(pixels), page_of(pixels), [], EM) == []


def test_pieces_of_a_rule_are_one_over_the_edge_of_a_tint_alone() -> None:
    pixels = np.full((400, 600, 3), 255, np.uint8)
    pixels[60:100, 50:550] = (250, 200, 200)
    pieces = [Line(100.0, 50.0, 200.0), Line(100.4, 400.0, 550.0), Line(300.0, 50.0, 200.0), Line(300.0, 400.0, 550.0)]
    assert over_tints(pieces, page_of(pixels), EM) == [Line(100.0, 50.0, 550.0), *pieces[2:]]


def test_pieces_on_both_sides_of_a_photograph_stay_apart() -> None:
    pixels = np.full((400, 600, 3), 255, np.uint8)
    shades = np.random.default_rng(3).integers(0, 120, (100, 200, 1))
    pixels[50:150, 200:400] = shades + np.where(np.arange(100) < 50, 0, 60)[:, None, None]
    pieces = [Line(100.0, 50.0, 200.0), Line(100.0, 400.0, 550.0)]
    assert over_tints(pieces, page_of(pixels), EM) == pieces


def test_rows_between_dashes_are_rows_of_their_own() -> None:
    labels = [("Sector", "Banks"), ("Site", "www.bank.example"), ("Owner", "A larger bank"), ("Shares", "2741")]
    words = [
        word(text, x, 70 + 30 * row)
        for row, (label, value) in enumerate(labels)
        for text, x in ((label, 60.0), *((part, 320.0 + 60 * i) for i, part in enumerate(value.split())))
    ]
    (table,) = find_tables(page_of(dashed([64, 94, 124, 154, 184])), words)
    assert (table.rows, table.cols) == (4, 2)
    assert [cell.text for cell in table.cells if cell.col == 0] == [label for label, _ in labels]
