"""Tables without rules that their labels tell, and text in columns that is none."""

from __future__ import annotations

from docparse.model.embedded.tables import find_tables
from docparse.model.embedded.tables.text_rows import join_words
from docparse.model.embedded.types import FoundTable
from docparse.schemas.page import Word, WordStyle
from tests.embedded.test_table_rows import page, put, rows_of

BOLD = int(WordStyle.BOLD)
TERMS = [
    ("Harbour", ["A place where ships lie at anchor,", "safe from the sea."]),
    ("Village Market", ["Where farmers sell what they grew."]),
    ("Signal", ["A sign given from afar,", "by light or by sound."]),
    ("Island", ["Land with water on all sides."]),
]
SHEET = [
    ("Invoice date", "16 November, in the morning"), ("Conditions of the payment", "at once"),
    ("Due date", "16 November"), ("Your reference", "PO445"), ("Invoice", "FA-2017-0010"),
]  # fmt: skip


def _said(terms: list[tuple[str, list[str]]], space: float = 6.0, style: int = 0) -> list[Word]:
    """Labels at x = 100, at x = 220 what is said of each; `space` points more than the leading between them."""
    words, y, number = [], 200.0, 0
    for label, lines in terms:
        words += [word._replace(style=style) for word in put(100, y, label, number)]
        for line in lines:
            words += put(220, y, line, number + 1)
            y, number = y + 13, number + 2
        y += space
    return words


def _found(words: list[Word]) -> list[FoundTable]:
    return find_tables(page(), words)


def test_labels_and_lines_of_text_parted_by_height_are_a_table() -> None:
    (table,) = _found(_said(TERMS))
    assert rows_of(table) == [[label, " ".join(lines)] for label, lines in TERMS]


def test_a_word_that_a_cell_parts_at_a_line_end_is_whole() -> None:
    (table,) = _found(_said([("Pier", ["A bridge into the wa-", "ter of a lake."]), *TERMS]))
    assert rows_of(table)[0] == ["Pier", "A bridge into the water of a lake."]


def test_bold_labels_beside_one_line_each_are_a_table() -> None:
    sheet = [("Weight", ["twelve kilos"]), ("Material", ["copper"]), ("Supply", ["from the mains"])]
    (table,) = _found(_said(sheet, 0.0, BOLD))
    assert rows_of(table) == [[label, *lines] for label, lines in sheet]
    assert not any(cell.header for cell in table.cells)


def test_labels_beside_a_block_and_one_that_all_but_reaches_its_value_are_a_table() -> None:
    words = []
    for number, (label, value) in enumerate(SHEET):
        words += [word._replace(style=BOLD) for word in put(100, 200 + 17 * number, label, number)]
        words += put(225, 200 + 17 * number, value, number)
    block = ["Contact", "Tony Dubois", "+33 4 72 07 08 56", "tony@example.org", "Lyon", "France"]
    for number, line in enumerate(block):
        words += put(400, 200 + 11.5 * number, line, 20 + number)
    (table,) = _found(words)
    assert rows_of(table) == [list(row) for row in SHEET]
    assert table.bbox[2] < 400


def test_labels_and_numbers_of_one_line_that_ocr_read_are_a_table() -> None:
    sheet = [("Invoice number", ["R-2020-9246"]), ("Invoice date", ["28 January 2020"]),
             ("Due date", ["11 February 2020"]), ("VAT number", ["GB645481949"])]  # fmt: skip
    (table,) = _found(_read(_said(sheet, 0.0)))
    assert rows_of(table) == [[label, *lines] for label, lines in sheet]
    assert table.grid  # such rows are believed against a layout model that sees text
    assert _found(_read(_said(TERMS))) == []  # lines of OCR do not stand exactly enough for rows of several


def _read(words: list[Word]) -> list[Word]:
    return [word._replace(font="", confidence=0.9) for word in words]


def test_two_addresses_side_by_side_are_no_table() -> None:
    left, right = ["Ada Byron", "Mill Lane", "York", "England"], ["Carl Gauss", "Am Wall", "Celle", "Hanover"]
    assert _found(_said([(a, [b]) for a, b in zip(left, right, strict=True)], 0.0)) == []


def test_numbers_of_items_and_labels_with_colons_make_no_table() -> None:
    assert _found(_said([(f"{i + 1}.", lines) for i, (_, lines) in enumerate(TERMS)])) == []
    assert _found(_said([(f"{label}:", lines) for label, lines in TERMS])) == []


def test_lines_of_text_in_columns_are_no_table() -> None:
    lines = ["what he had seen", "in the year before", "and told to all", "who came by then"]
    words = [word for i, line in enumerate(lines * 3) for x in (100, 260) for word in put(x, 200 + 13 * i, line, i)]
    assert _found(words) == []


def test_what_stands_in_a_block_beside_is_in_no_row() -> None:
    words = _said(TERMS) + put(480, 200, "Office", 90)
    (table,) = _found(words)
    assert rows_of(table)[0] == [TERMS[0][0], " ".join(TERMS[0][1])]


def test_tables_that_run_from_right_to_left_begin_at_the_right() -> None:
    rows = [
        ["المساحة", "السكان", "المدينة"],
        ["3085", "9500", "القاهرة"],
        ["105", "2100", "دمشق"],
        ["673", "7600", "بغداد"],
    ]
    words = [word for i, row in enumerate(rows) for x, cell in zip((100, 230, 390), row, strict=True)
             for word in put(x, 200 + 20 * i, cell, i)]  # fmt: skip
    (table,) = _found(words)
    assert rows_of(table) == [row[::-1] for row in rows]


def test_words_of_a_cell_are_read_from_right_to_left_and_narrow_blanks_are_blanks() -> None:
    assert join_words(put(100, 200, "بارد ماء")) == "ماء بارد"
    apart = [word._replace(space=False) for word in put(100, 200, "German native")]
    assert join_words(apart) == "German native"
    assert join_words([apart[0], apart[1]._replace(bbox=(131.5, *apart[1].bbox[1:]))]) == "Germannative"
