"""Tables whose cells are drawn: bold heads over them, and cells that span much of the grid."""

from __future__ import annotations

from itertools import pairwise

import pytest

from docparse.model.embedded.tables import find_tables
from docparse.schemas.page import Rule, Shape, WordStyle
from tests.embedded.test_table_rows import BODY, flat, page, put, put_rows, rows_of

HEADS = ["Country", "Income", "Costs", "Rest"]
SIDES = (95.0, 220.0, 300.0, 380.0, 450.0)


def upright(x: float, y0: float, y1: float) -> Rule:
    return Rule((x, y0, x, y1), False, 0.5)


def drawn(y: float, rows: int) -> list[Rule]:
    levels = [flat(y + 20 * row) for row in range(rows + 1)]
    return [*levels, *(upright(x, y, y + 20 * rows) for x in SIDES)]


@pytest.mark.parametrize(("bold", "heads"), [(True, HEADS), (False, HEADS), (True, ["Country", "Income", "", "Rest"])])
def test_bold_heads_right_above_drawn_cells_are_their_first_row(bold: bool, heads: list[str]) -> None:
    words = put_rows([heads], 186)
    if bold:
        words = [word._replace(style=WordStyle.BOLD) for word in words]
    (table,) = find_tables(page(drawn(190, 5)), [*words, *put_rows(BODY, 204)])
    taken = bold and all(heads)
    assert rows_of(table) == ([heads, *BODY] if taken else BODY)
    assert {cell.row for cell in table.cells if cell.header} <= {0}
    assert (table.bbox[1] < 185) is taken


def test_boxes_that_span_many_rows_and_columns_are_cells() -> None:
    rules = [flat(200.0), flat(220.0), flat(500.0), upright(95, 200, 500), upright(450, 200, 500)]
    rules += [upright(x, 200, 500) for x in (130, 200, 300, 360, 410)]
    rules += [flat(220.0 + 20 * row, 200.0, 300.0) for row in range(1, 14)]
    words = [word for place, x in enumerate((100, 140, 210, 310, 365, 415)) for word in put(x, 214, f"Head{place}")]
    for row in range(14):
        words += put(205, 234 + 20 * row, f"{row + 3} years", row)
    for x in (100, 140, 310, 365, 415):
        words += put(x, 360, "one")
    (table,) = find_tables(page(rules), words)
    assert (table.rows, table.cols) == (15, 6)
    assert sorted(cell.rowspan for cell in table.cells if cell.text == "one") == [14] * 5


def test_grounds_of_heads_without_rules_part_them_from_each_other_and_from_the_body() -> None:
    body = [["Alpha", "10", "yes", "left"], ["Beta", "none", "no", "right"], ["Gamma", "12", "yes", "left"]]
    rules = [flat(190 + 20 * row) for row in range(4) if row != 1]
    rules += [upright(x, 210, 250) for x in SIDES] + [upright(x, 190, 210) for x in (SIDES[0], SIDES[-1])]
    rules += [flat(250.0)]
    grounds = [Shape((x0, 190.0, x1, 210.0), 1, True, 0x223366) for x0, x1 in pairwise(SIDES)]
    words = put_rows([HEADS, *body], 204)
    sheet = page(rules[:2] + rules[3:], grounds)
    (table,) = find_tables(sheet, words)
    assert rows_of(table)[0] == HEADS
    assert rows_of(table)[1] == body[0]


def test_numbers_under_bold_heads_are_no_heads() -> None:
    body = [["Alpha", "10", "yes", "left"], ["Beta", "none", "no", "right"], ["Gamma", "12", "13", "14"]]
    words = [word._replace(style=WordStyle.BOLD) for word in put_rows([HEADS], 204)] + put_rows(body, 224)
    (table,) = find_tables(page(drawn(190, 4)), words)
    assert {cell.row for cell in table.cells if cell.header} == {0}


@pytest.mark.parametrize("side", [5.0, 0.0])
def test_a_diagram_with_heads_of_arrows_cut_from_boxes_is_no_table(side: float) -> None:
    rules = [flat(200 + 30 * row, 100.0, 340.0) for row in range(4)] + [upright(x, 200, 290) for x in (100, 220, 340)]
    heads = [Shape((340 - side, 230 - side / 2, 340.0, 230 + side / 2), 1, True, 0)] if side else []
    words = [word for row in range(3) for x in (110, 230) for word in put(x, 220 + 30 * row, f"Send{row}", row)]
    assert len(find_tables(page(rules, heads), words)) == (0 if side else 1)


@pytest.mark.parametrize(("heads", "found"), [(HEADS, 1), (["Country", "", "", "Rest"], 0)])
def test_heads_over_rows_that_are_to_be_filled_in_are_a_table(heads: list[str], found: int) -> None:
    tables = find_tables(page(drawn(190, 4)), put_rows([heads], 204))
    assert len(tables) == found
    for table in tables:
        assert rows_of(table) == [HEADS, *[[""] * 4] * 3]
