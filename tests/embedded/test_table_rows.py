"""Rows and heads of tables: stripes, leaders, wrapped labels between rules, groups of columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from docparse.model.embedded.layout import build_blocks
from docparse.model.embedded.tables import find_tables
from docparse.model.embedded.tables.leaders import with_short_leaders
from docparse.model.embedded.types import FoundTable, Region
from docparse.schemas.document import Table
from docparse.schemas.page import PageImage, Rule, Shape, Word, WordStyle

BODY = [
    ["Austria", "12.5", "7.1", "3.0"], ["Belgium", "9.5", "6.4", "2.2"], ["Chile", "8.1", "5.0", "1.9"],
    ["Denmark", "7.7", "4.1", "1.2"], ["Estonia", "3.5", "2.6", "0.8"],
]  # fmt: skip
XS = (100.0, 230.0, 310.0, 390.0)


def page(rules: Sequence[Rule] = (), shapes: Sequence[Shape] = ()) -> PageImage:
    return PageImage(1, 616, 868, 595.0, 842.0, rules=tuple(rules), shapes=tuple(shapes))


def put(x: float, y: float, line: str, number: int = 0) -> list[Word]:
    """Words of a line in 10 point whose left end is at x and whose baseline is at y."""
    words = []
    for part in line.split(" "):
        width = 5.0 * len(part)
        words.append(Word(part, (x, y - 9, x + width, y + 2.5), 10.0, "Sans", 0, 0, y, number))
        x += width + 3
    return words


def put_rows(rows: Sequence[Sequence[str]], y: float, pitch: float = 20.0, xs: Sequence[float] = XS) -> list[Word]:
    return [
        word
        for number, row in enumerate(rows)
        for x, cell in zip(xs, row, strict=True)
        if cell
        for word in put(x, y + number * pitch, cell, number)
    ]


def flat(y: float, x0: float = 95.0, x1: float = 450.0) -> Rule:
    return Rule((x0, y, x1, y), True, 0.5)


def rows_of(table: FoundTable) -> list[list[str]]:
    grid = [[""] * table.cols for _ in range(table.rows)]
    for cell in table.cells:
        grid[cell.row][cell.col] = cell.text
    return grid


def band(y: float) -> Shape:
    return Shape((95.0, y, 450.0, y + 20), 1, True, 0xDDDDDD)


HEAD = ["Country", "Men", "Women", "Both"]


def test_a_dark_head_and_stripes_are_one_table() -> None:
    """Head and first row touch; the last row has no band of its own."""
    shapes = [band(y) for y in (100, 120, 160, 200)]
    rows = [HEAD, *BODY, ["Finland", "1.1", "2.2", "3.3"]]
    (table,) = find_tables(page(shapes=shapes), put_rows(rows, 114))
    assert rows_of(table) == rows
    assert {cell.row for cell in table.cells if cell.header} == {0}


def test_what_follows_stripes_is_no_row_of_theirs() -> None:
    shapes = [band(y) for y in (100, 120, 160, 200)]
    words = [
        *put_rows([HEAD, *BODY], 114),
        *put(100, 245, "The figures are of last year and"),
        *put(100, 258, "final."),
    ]
    (table,) = find_tables(page(shapes=shapes), words)
    assert rows_of(table) == [HEAD, *BODY]


def test_a_label_of_two_lines_beside_centred_values_keeps_the_rules_together() -> None:
    rules = [flat(y) for y in (120, 140, 160, 190, 210, 230)]
    rows = put_rows([HEAD, *BODY[:2]], 114)
    tall = [*put(100, 171, "Chile and the", 7), *put(100, 183, "islands", 8), *put_rows([["", *BODY[2][1:]]], 177)]
    (table,) = find_tables(page(rules), [*rows, *tall, *put_rows(BODY[3:], 204)])
    assert rows_of(table)[3] == ["Chile and the islands", *BODY[2][1:]]
    assert (table.rows, table.cols) == (6, 4)


def test_first_rows_of_many_lines_belong_to_the_rows_below_them() -> None:
    text = "A note that runs on over lines"
    rules = [flat(y) for y in (120, 180, 200, 220)]
    xs = (100.0, 150.0, 350.0)
    words = [
        *put_rows([["No.", "Remark", "Date"]], 114, xs=xs),
        *put_rows([["1", text, "May"]] + [["", text, ""]] * 3, 132, 13, xs),
        *put_rows([["2", "None", "June"], ["3", "None", "July"]], 194, xs=xs),
    ]
    (table,) = find_tables(page(rules), words)
    assert rows_of(table)[1] == ["1", " ".join([text] * 4), "May"]
    assert table.rows == 4


def leading(x: float, end: float, y: float, label: str, number: int) -> list[Word]:
    words = put(x, y, label, number)
    x = words[-1].bbox[2] + 3
    while x < end:
        words += put(x, y, ".", number)
        x += 5.5
    return words


def test_leaders_part_labels_from_numbers() -> None:
    words = put_rows([["", "2023", "2024", "2025"]], 100)
    for number, row in enumerate(BODY, 1):
        y = 100 + 15 * number
        words += leading(100, 222, y, row[0], number)
        words += put_rows([row[1:]], y, xs=XS[1:])
    (table,) = find_tables(page(), words)
    rows = rows_of(table)
    assert [row[0].rstrip(". ") for row in rows] == ["", *(row[0] for row in BODY)]
    assert [row[1:] for row in rows] == [["2023", "2024", "2025"], *(row[1:] for row in BODY)]
    assert rows[1][0].count(".") > 10  # what is printed is kept


def test_contents_with_leaders_are_no_table() -> None:
    words: list[Word] = []
    for number, row in enumerate(BODY, 1):
        y = 100 + 15 * number
        words += put(70, y, f"{number}.1", number)
        words += leading(100, 385, y, f"{row[0]} and more", number)
        words += put(390, y, str(number * 7), number)
    assert find_tables(page(), words) == []


def test_leaders_leave_the_label_its_box() -> None:
    words = [*put(100, 100, "Total....... 12.5", 1), *put(100, 120, "End. . . . . 7", 2), *put(100, 140, "A . B.", 3)]
    kept = with_short_leaders(words)
    assert [word.text for word in kept] == ["Total.......", "12.5", "End. . . . .", "7", "A", ".", "B."]
    assert kept[0].bbox[2] < words[0].bbox[2] - 15
    assert kept[2].bbox[2] == pytest.approx(words[2].bbox[2] - 2.9, abs=0.5)


def test_first_row_of_data_under_a_head_of_words_is_no_head() -> None:
    """One number beside words: the column of numbers says where the data begin."""
    rows = [
        ["Group", "Item", "Unit", "Value"], ["Cash", "Loans", "pcs", "3,339"], ["", "Rent", "kg", "59,546"],
        ["", "Fuel", "pcs", "80,410"], ["Cost", "Steel", "pcs", "1,539"], ["", "Glass", "kg", "3,305"],
    ]  # fmt: skip
    (table,) = find_tables(page(), put_rows(rows, 100, 16))
    assert rows_of(table) == rows


def test_heads_that_repeat_are_grouped_by_those_over_them() -> None:
    xs = [100.0 + 55 * i for i in range(7)]
    heads = put_rows([["Plan", "Real", "Gap"] * 2], 118, xs=xs[1:])
    over = [*put(xs[2], 100, "2023", 1), *put(xs[5], 100, "2024", 1)]
    body = [[name, *(f"{i}.{k}" for k in range(6))] for i, name in enumerate(("Oslo", "Bonn", "Rome", "Lyon"), 1)]
    rules = [flat(88, 95, 470), flat(124, 95, 470), flat(200, 95, 470)]
    (table,) = find_tables(page(rules), [*over, *put(100, 109, "Town", 2), *heads, *put_rows(body, 138, 16, xs)])
    spans = {cell.text: (cell.row, cell.rowspan, cell.col, cell.colspan) for cell in table.cells if cell.header}
    assert spans["Town"] == (0, 2, 0, 1)
    assert spans["2023"] == (0, 1, 1, 3)
    assert spans["2024"] == (0, 1, 4, 3)
    assert rows_of(table)[2] == body[0]


SIDE = [["Kind", "Tax"], ["Fuel", "6,488"], ["Rent", "1,924"], ["Steel", "793"], ["Glass", "45"]]


def test_two_tables_without_rules_side_by_side() -> None:
    words = [*put_rows(SIDE, 100, 16, (100, 160)), *put_rows(SIDE[:1] + SIDE[:0:-1], 100, 16, (330, 390))]
    left, right = find_tables(page(), words)
    assert rows_of(left) == SIDE
    assert rows_of(right) == SIDE[:1] + SIDE[:0:-1]


def test_two_tables_between_rules_side_by_side() -> None:
    rules = [flat(y, x, x + 120) for x in (95, 325) for y in (88, 104, 180)]
    words = [*put_rows(SIDE, 100, 16, (100, 160)), *put_rows(SIDE, 100, 16, (330, 390))]
    assert [rows_of(table) for table in find_tables(page(rules), words)] == [SIDE, SIDE]


def test_labels_of_a_second_group_of_columns_stay_in_their_table() -> None:
    rows = [["Kind", "Tax", "Where", "Sum"], *([a, b, a, b] for a, b in SIDE[1:])]
    (table,) = find_tables(page(), put_rows(rows, 100, 16, (100, 170, 250, 330)))
    assert rows_of(table) == rows


def test_a_head_of_years_above_the_first_rule() -> None:
    rules = [flat(y) for y in (106, 126, 146, 166, 186)]
    rows = [["", "2022", "2023", "2024"], *BODY[:4]]
    (table,) = find_tables(page(rules), put_rows(rows, 100))
    assert rows_of(table) == rows
    assert {cell.row for cell in table.cells if cell.header} == {0}


def test_rows_that_are_all_ruled_off_have_no_head() -> None:
    """The second half of a table that began on the page before."""
    rules = [flat(y) for y in (86, 106, 126, 146, 166)]
    (table,) = find_tables(page(rules), put_rows(BODY[:4], 100))
    assert rows_of(table) == BODY[:4]
    assert not any(cell.header for cell in table.cells)


def test_a_lone_head_over_all_columns_but_the_first() -> None:
    xs = (100.0, 210.0, 280.0, 350.0, 420.0)
    rows = [["Town", "Oslo", "Bonn", "Rome", "Lyon"], *([*row, "6.5"] for row in BODY)]
    words = [*put(303, 86, "Last year", 9), *put_rows(rows, 100, 15, xs)]
    (table,) = find_tables(page(), words)
    assert rows_of(table)[1:] == [["", *rows[0][1:]], *rows[1:]]
    heads = {cell.text: (cell.row, cell.col, cell.rowspan, cell.colspan) for cell in table.cells if cell.header}
    assert heads["Town"] == (0, 0, 2, 1)
    assert heads["Last year"] == (0, 1, 1, 4)


def test_a_last_number_alone_in_its_line() -> None:
    days = [[str(5 * week + day) for day in range(1, 6)] for week in range(4)]
    rows = [["Mon", "Tue", "Wed", "Thu", "Fri"], *days]
    words = [*put_rows(rows, 100, 16, (100, 150, 200, 250, 300)), *put(100, 180, "21", 9)]
    (table,) = find_tables(page(), words)
    assert rows_of(table) == [*rows, ["21", "", "", "", ""]]


def test_dashes_far_from_the_next_column_are_no_bullets() -> None:
    rows = [["Item", "Basic", "Plus", "Pro"], *([name, "–", "Yes", "No"] for name in ("Oslo", "Bonn", "Rome", "Lyon"))]
    xs = (100.0, 170.0, 210.0, 250.0)
    (table,) = find_tables(page([flat(y) for y in (88, 106, 190)]), put_rows(rows, 100, 20, xs))
    assert rows_of(table) == rows


def test_bold_labels_at_the_left_are_no_head() -> None:
    rows = [["Name", "Anna"], ["Town", "Oslo"], ["Since", "12"]]
    words = [
        word._replace(style=int(WordStyle.BOLD)) if word.bbox[0] < 160 else word
        for word in put_rows(rows, 100, 20, (100, 180))
    ]
    bars = [Rule((x, 86, x, 146), False, 0.5) for x in (95, 170, 300)]
    (table,) = find_tables(page([*(flat(y, 95, 300) for y in (86, 106, 126, 146)), *bars]), words)
    assert rows_of(table) == rows
    assert not any(cell.header for cell in table.cells)


def test_a_tall_row_may_leave_a_column_empty() -> None:
    rules = [flat(y, 95, 500) for y in (88, 106, 180)]
    text = "A remark that runs on over some lines of"
    words = [
        *put_rows([["Command", "Short", "Use"]], 100, xs=(100, 180, 230)),
        *put_rows([["first", "", text], *([["", "", text]] * 4)], 120, 13, (100, 180, 230)),
    ]
    (table,) = find_tables(page(rules), words)
    assert table.bbox == pytest.approx((95, 88, 500, 180), abs=1)
    assert rows_of(table)[1] == ["first", " ".join([text] * 5)]


def test_rules_in_a_part_of_a_table_that_a_model_saw_whole() -> None:
    """White rules on a dark head leave a dark piece of it to be seen as rules."""
    ink = np.full((868, 616, 3), 255, np.uint8)
    for y in (90, 104):
        ink[round(y * 868 / 842) : round(y * 868 / 842) + 2, 98:230] = 0
    words = [word._replace(font="", confidence=0.9) for word in put_rows([HEAD, *BODY], 100, 16)]
    seen = Region("table", (90.0, 86.0, 450.0, 186.0), 0.9)
    (table,) = find_tables(page().replace(pixels=ink, is_scan=True), words, [seen])
    assert rows_of(table) == [HEAD, *BODY]


def test_a_drawn_grid_with_pictures_in_it_is_no_figure() -> None:
    rows = [["Picture", "Name", "Price"], *(["", name, "12.5"] for name in ("Oslo", "Bonn", "Rome"))]
    bars = [Rule((x, 86, x, 166), False, 0.5) for x in (95, 180, 260, 340)]
    sheet = page([*(flat(y, 95, 340) for y in (86, 106, 126, 146, 166)), *bars])
    words = put_rows(rows, 100, 20, (100, 185, 265))
    figure = Region("figure", (90.0, 80.0, 345.0, 170.0), 0.9)
    blocks = build_blocks(sheet, words, [figure], find_tables(sheet, words, [figure]))
    assert [type(block) for block in blocks] == [Table]


MIDDLE = [
    ("Rural", "increased expression tumour", "15"), ("Asian", "not reported", "31"),
    ("Low", "poor survival seen", "28"), ("High", "no change", "52"),
]  # fmt: skip


def put_middles(rows: Sequence[Sequence[str]], y: float, pitch: float = 44.0) -> list[Word]:
    """Rows whose second cell is set in lines of one word round the middle, where label and number stand."""
    words = []
    for number, (label, text, value) in enumerate(rows):
        middle = y + number * pitch
        lines = text.split()
        words += put(100, middle, label, 10 * number) + put(310, middle, value, 10 * number + 1)
        for i, line in enumerate(lines):
            words += put(200, middle + 12 * (i - (len(lines) - 1) / 2), line, 10 * number + 2 + i)
    return words


def test_cells_of_lines_round_the_middle_of_their_row_are_one_row() -> None:
    words = put_rows([["Group", "Finding", "Cases"]], 90, xs=(100, 200, 310)) + put_middles(MIDDLE, 130)
    table = find_tables(page([flat(78), flat(97), flat(290)]), words)[0]
    assert rows_of(table) == [["Group", "Finding", "Cases"], *map(list, MIDDLE)]


def test_numbers_in_brackets_below_their_count_are_of_its_row_where_others_have_both_in_one_line() -> None:
    body = [["Fever", "31554 (12.2)", "9964 (31.6)"], ["Pain", "23170 (8.9)", "5886 (25.4)"],
            ["Cough", "9516 (3.7)", "3267 (34.3)"]]  # fmt: skip
    xs = (100, 200, 310)
    words = put_rows([["Complaint", "All", "Pulse"], *body, ["Total", "160744", "41521 (25.8)"]], 90, 16, xs)
    words += put(200, 90 + 5 * 16 - 4, "(62.0)", 9)
    table = find_tables(page([flat(78), flat(94), flat(176)]), words)[0]
    assert rows_of(table)[-1] == ["Total", "160744 (62.0)", "41521 (25.8)"]
    errors = [["Income", "0.52", "0.61"], ["", "(0.11)", "(0.09)"], ["Age", "0.07", "0.08"], ["", "(0.02)", "(0.03)"]]
    words = put_rows([["Variable", "First", "Second"], *errors], 90, 13, xs)
    table = find_tables(page([flat(78), flat(94), flat(150)]), words)[0]
    assert rows_of(table)[1:] == errors


def test_last_label_goes_on_below_a_table_that_no_rule_closes() -> None:
    rows = [[f"{name} were asked by their doctor", "12.5", "7.1"] for name in ("Mothers", "Fathers", "Nurses")]
    words = put_rows([["Answer", "First", "Second"], *rows], 90, 20, (100, 310, 390))
    words += put(100, 90 + 4 * 20 - 8, "during the last year", 30)
    table = find_tables(page([flat(78), flat(97)]), words)[0]
    assert rows_of(table)[-1][0] == "Nurses were asked by their doctor during the last year"


def test_lines_of_numbers_beside_a_label_of_two_lines_are_rows_of_their_own() -> None:
    words = put_rows([["Country", "Men", "Women", "Both"], *BODY], 100, 16)
    first = 100 + 16 * 6
    words += put(100, first, "Finland", 20) + put(100, first + 12, "proper", 21)
    for i, row in enumerate((["4.1", "2.2", "0.9"], ["3.9", "2.1", "0.7"])):
        words += [word for x, cell in zip(XS[1:], row, strict=True) for word in put(x, first + 16 * i, cell, 22 + i)]
    (table,) = find_tables(page([flat(86), flat(108), flat(first + 30)]), words)
    assert rows_of(table)[-2:] == [["Finland proper", "4.1", "2.2", "0.9"], ["", "3.9", "2.1", "0.7"]]


@pytest.mark.parametrize(
    ("foot", "top", "held"),
    [(("Annex", "Page 12 of 14"), 590, False), (("Annex", "Page 12 of 14"), 300, True), (("Total", "41.2"), 590, True)],
)
def test_what_counts_pages_at_the_foot_is_in_no_table(foot: tuple[str, str], top: float, held: bool) -> None:
    words = put_rows([*BODY, *BODY[:4]], top, 22.0)
    words += [*put(XS[2], top + 9 * 22, foot[0], 20), *put(XS[3], top + 9 * 22, foot[1], 21)]
    (table,) = find_tables(page(), words)
    assert any(foot[1] in cell.text for cell in table.cells) is held
    assert (table.bbox[3] > top + 9 * 22 - 9) is held
