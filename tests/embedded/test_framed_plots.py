"""Plots known by their frames or axes, the numbers along these, and marks of plots in small type."""

from __future__ import annotations

import pytest
from typeset import LOREM, Sheet, texts

from docparse.model.embedded.tables import find_tables
from docparse.model.embedded.tables.text_rows import em_of
from docparse.schemas.document import Block, Chart, Image, Paragraph
from docparse.schemas.page import PageImage, Rule, Shape

LEFT, TOP, RIGHT, BOTTOM = 100.0, 100.0, 300.0, 220.0


def plot(sheet: Sheet, *, closed: bool, points: int = 6) -> None:
    sides = [((LEFT, TOP, LEFT, BOTTOM), False), ((LEFT, BOTTOM, RIGHT, BOTTOM), True)]
    if closed:
        sides += [((RIGHT, TOP, RIGHT, BOTTOM), False), ((LEFT, TOP, RIGHT, TOP), True)]
    sheet.rules += [Rule(box, level, 0.5) for box, level in sides]
    for k in range(points):
        x, y = LEFT + 20 + 30 * k, TOP + 30 + 10 * (k % 3)
        sheet.shapes.append(Shape((x, y, x + 4, y + 4), 4, True))


def prose(sheet: Sheet, y: float = 300, lines: int = 6) -> None:
    for row in range(lines):
        sheet.put(60, y + 13 * row, " ".join(LOREM[:12]))


def figures(blocks: list[Block]) -> list[Block]:
    return [block for block in blocks if isinstance(block, Image | Chart)]


@pytest.mark.parametrize("closed", [True, False])
def test_points_in_a_frame_or_over_axes_are_a_plot_with_the_names_of_its_ticks(closed: bool) -> None:
    sheet = Sheet()
    plot(sheet, closed=closed)
    for k in range(4):
        sheet.put(120 + 40 * k, BOTTOM + 24, f"t{k}", 9)
    prose(sheet)
    for row in range(3):  # text begins where a tick's name does
        sheet.put(120, 400 + 13 * row, " ".join(LOREM[:9]))
    blocks = sheet.blocks()
    (figure,) = figures(blocks)
    assert figure.bbox is not None
    assert figure.bbox[3] > BOTTOM + 20
    assert not any(block.text.startswith("t") for block in blocks if isinstance(block, Paragraph))


def test_an_axis_whose_first_tick_lengthens_it_is_one_too() -> None:
    sheet = Sheet()
    plot(sheet, closed=True)
    sheet.rules[0] = Rule((LEFT, TOP, LEFT, BOTTOM + 3), False, 0.5)
    prose(sheet)
    (figure,) = figures(sheet.blocks())
    assert figure.bbox is not None
    assert figure.bbox[:2] == (LEFT, TOP)


def test_a_frame_around_text_is_no_plot() -> None:
    sheet = Sheet()
    plot(sheet, closed=True)
    sheet.put(LEFT + 10, TOP + 60, "a note that stands in its frame", 10)
    sheet.put(LEFT + 10, TOP + 73, "and goes on in a line more", 10)
    prose(sheet)
    blocks = sheet.blocks()
    assert not figures(blocks)
    assert any("a note that stands" in text for text in texts(blocks))


def test_numbers_of_several_axes_in_one_line_belong_to_their_plot() -> None:
    sheet = Sheet()
    plot(sheet, closed=True)
    sheet.put(LEFT + 4, BOTTOM + 16, "0 0.2 0.4 0.6 0.8 1 0 0.2 0.4 0.6 0.8 1", 9)
    prose(sheet)
    blocks = sheet.blocks()
    assert len(figures(blocks)) == 1
    assert not any("0.2" in block.text for block in blocks if isinstance(block, Paragraph))


def test_text_is_as_large_as_its_lines_however_many_small_marks_a_plot_has() -> None:
    sheet = Sheet()
    sheet.shapes.append(Shape((LEFT, TOP, LEFT + 200, TOP + 160), 128, False))
    for row in range(20):
        sheet.put(LEFT + 20, TOP + 10 + 7 * row, " ".join(str(row + k) for k in range(16)), 2.5)
    prose(sheet)
    blocks = sheet.blocks()
    assert em_of(sheet.words) == 10
    assert len(figures(blocks)) == 1
    assert [type(block) for block in blocks if block not in figures(blocks)] == [Paragraph]


@pytest.mark.parametrize("level", [True, False])
def test_bars_of_two_charts_and_the_numbers_between_them_are_no_table(level: bool) -> None:
    """The longest bars of both, taken for rules, have the numbers between them. Tints of rows are of one length."""
    sheet = Sheet()
    lengths = (385.0, 60.0, 280.0, 80.0, 250.0), (385.0, 385.0, 260.0, 190.0)
    for top, bars in zip((400.0, 540.0), lengths, strict=True):
        sheet.rules += [Rule((60, top - 30, 536, top - 30), True, 0.5), Rule((60, top + 90, 536, top + 90), True, 0.5)]
        sheet.put(70, top - 38, "Graph of File Size", 11, "hebo")
        for k in range(11):
            sheet.put(128 + 36 * k, top - 8, str(10000 * k), 7)
            sheet.rules.append(Rule((133 + 38 * k, top, 133 + 38 * k, top + 70), False, 0.5))
        for k, bar in enumerate(bars):
            x1, y0 = 133 + (bar if level else 380), top + 5 + 12 * k
            sheet.put(90, y0 + 5, f"DB-{k}", 7)
            sheet.shapes.append(Shape((133, y0, x1, y0 + 5), 1, True))
            sheet.rules += [Rule((133, y, x1, y), True, 0.5) for y in (y0, y0 + 5)]
    page = PageImage(1, 588, 840, 595, 842, rules=tuple(sheet.rules), shapes=tuple(sheet.shapes))
    assert bool(find_tables(page, sheet.words)) is not level
