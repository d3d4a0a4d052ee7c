"""Display formulas on pages that OCR read: those of a layout model, and others known by where their pieces stand."""

from __future__ import annotations

import numpy as np
import pytest

from docparse.model.embedded.formula import beside_number
from docparse.model.embedded.formula_seen import region_displays, seen_displays
from docparse.model.embedded.ink import Ink
from docparse.model.embedded.lines import Line
from docparse.model.embedded.types import Region
from docparse.schemas.page import Word

TEXT = ("the number of states is then given by the", "where the mass is that of the whole body and")


def _line(text: str, x0: float, y0: float, number: int) -> Line:
    words, x = [], x0
    for part in text.split():
        words.append(Word(part, (x, y0, x + 6 * len(part), y0 + 10), 10, "", 0, 0, y0 + 8, number))
        x += 6 * len(part) + 3
    return Line(words, x0, y0, x - 3, y0 + 10, 10, y0 + 8)


def test_lines_in_a_formulas_region_are_a_display_with_its_number_but_running_text_is_not() -> None:
    lines = [
        _line("the number of states is then given", 50, 100, 0),
        _line("E = mc2", 150, 120, 1),
        _line("(7)", 300, 120, 2),
        _line("where the mass is that of the body", 50, 140, 3),
    ]
    regions = [Region("formula", (140, 96, 200, 134), 0.9), Region("formula", (40, 136, 300, 152), 0.9)]
    (display,) = region_displays(lines, regions)
    assert [line.plain for line in display.lines] == ["E = mc2", "(7)"]
    assert display.bbox[2] > 300  # what the block says stands in its box
    words = [word for line in lines for word in line.words]
    assert beside_number(display.bbox, "7", words)[2] == 300
    assert beside_number(display.bbox, "", words) == display.bbox
    plus = _line("十", 160, 110, 4)  # what OCR makes of a plus sign
    assert plus in region_displays([*lines, plus], regions)[0].lines


def _shown(*pieces: Line, ink: Ink | None = None) -> list[list[str]]:
    """The displays among pieces that stand between two lines of text, 240 units wide."""
    lines = [_line(TEXT[0], 50, 100, 0), *pieces, _line(TEXT[1], 50, 200, 9)]
    return [[line.plain for line in display.lines] for display in seen_displays(lines, (), 10, ink)]


def test_pieces_set_in_with_a_relation_are_a_display_whose_number_is_last() -> None:
    found = _shown(
        _line("a + b", 150, 130, 1), _line("y =", 125, 137, 2), _line("(21)", 290, 137, 3), _line("2c", 158, 144, 4)
    )
    assert found == [["y =", "a + b", "2c", "(21)"]]


def test_rows_that_stand_apart_are_displays_of_their_own() -> None:
    found = _shown(_line("y = a + b", 130, 125, 1), _line("z = a - b", 130, 165, 2))
    assert found == [["y = a + b"], ["z = a - b"]]


def test_rows_with_numbers_of_their_own_are_displays_of_their_own() -> None:
    rows = [_line("y = a + b", 130, 130, 1), _line("(4a)", 290, 130, 2), _line("z = a", 130, 143, 3)]
    assert _shown(*rows, _line("(4b)", 290, 143, 4)) == [["y = a + b", "(4a)"], ["z = a", "(4b)"]]
    assert _shown(*rows) == [["y = a + b", "z = a", "(4a)"]]


@pytest.mark.parametrize(
    "piece",
    [
        _line("y = a + b", 50, 150, 1),  # at the column's edge
        _line("y a + b", 130, 150, 1),  # no relation
        _line("size = width times height", 130, 150, 1),
        _line("* p < 0.05", 130, 150, 1),
        _line("==========", 130, 150, 1),
        _line("/usr/a -> /var/a", 130, 150, 1),
        _line("x_max = 3;", 130, 150, 1),
        _line("12:13", 130, 150, 1),
        _line("0.12 <1e-12", 130, 150, 1),
    ],
    ids=lambda piece: piece.plain,
)
def test_other_lines_that_are_set_in_are_none(piece: Line) -> None:
    assert _shown(piece) == []


def test_long_names_are_a_formulas_where_a_number_is_beside_them() -> None:
    piece, number = _line("f = Fapplied + Fgravity + Finertial", 100, 150, 1), _line("(2c)", 330, 150, 2)
    assert _shown(piece) == []
    assert _shown(piece, number) == [[piece.plain, "(2c)"]]


def test_lines_that_begin_under_one_of_the_text_are_text() -> None:
    item = _line("• the weights that are used in the linear case by", 80, 125, 1)
    inner = item.words[1].bbox[0]
    rest = _line("a = 1 / (b + c)", inner, 137, 2)
    assert _shown(item, rest, _line("+ d", inner, 149, 3)) == []
    assert _shown(_line(rest.plain, 140, 137, 2)) == [[rest.plain]]


def test_a_display_reaches_as_far_as_the_ink_at_it() -> None:
    dark = np.zeros((300, 400), np.bool_)
    dark[135:160, 118:124] = True  # a sign that OCR read nothing of
    dark[100:110, 50:290] = dark[200:210, 50:290] = True
    lines = [_line("y =", 125, 137, 1), _line("a + b", 150, 130, 2), _line(TEXT[0], 50, 100, 0)]
    (display,) = seen_displays(lines, (), 10, Ink(dark, 1.0, 1.0))
    assert display.bbox[0] == 118
    assert display.bbox[1] > 110
