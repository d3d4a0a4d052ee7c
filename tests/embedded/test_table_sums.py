"""Tables of invoices: lines of goods without rules between them, sums ruled off, the last of them under all rules."""

from __future__ import annotations

import pytest

from docparse.model.embedded.tables import find_tables
from docparse.model.embedded.tables.header import is_number
from docparse.model.embedded.types import FoundTable
from docparse.schemas.page import PageImage, Rule, WordStyle
from tests.embedded.typeset import Sheet

BOLD = int(WordStyle.BOLD)


@pytest.mark.parametrize("text", ["1.200,00 €", "€ 1.200,00", "12.50 USD", "RM 3.10".removeprefix("RM "), "850,00 EUR"])
def test_amounts_with_their_currency_are_numbers(text: str) -> None:
    assert is_number(text)


def _invoice() -> Sheet:
    sheet = Sheet()
    rows = (
        ("Pos.", "Description", "Qty", "Price", "Amount"),
        ("1", "Licence, one year", "3", "1.200,00 €", "3.600,00 €"),
        ("", "January to December", "", "", ""),
        ("2", "Training", "2", "850,00 €", "1.700,00 €"),
        ("", "", "", "Subtotal", "5.300,00 €"),
        ("", "", "", "Tax", "1.007,00 €"),
        ("", "", "", "Total", "6.307,00 €"),
    )
    for at, row in enumerate(rows):
        y = 100 + 18 * at
        for x, text in zip((60, 100, 230, 340, 440), row, strict=True):
            if text and x < 230:
                sheet.put(x, y, text)
            elif text:
                width = sheet.put(x, y, text) - x - 2.78
                for i in range(len(sheet.words) - len(text.split()), len(sheet.words)):
                    word = sheet.words[i]
                    x0, y0, x1, y1 = word.bbox
                    sheet.words[i] = word._replace(bbox=(x0 + 60 - width, y0, x1 + 60 - width, y1))
        if at in (1, 4, 5, 6):
            sheet.rules.append(Rule((60, y - 13, 500, y - 12.5), True, 0.5))
    return sheet


def test_lines_of_goods_are_rows_and_the_last_sum_is_one_of_them() -> None:
    sheet = _invoice()
    (table,) = _tables(sheet)
    texts = {(cell.row, cell.col): cell.text for cell in table.cells if cell.text}
    assert table.rows == 6
    assert [texts.get((row, 0), "") for row in range(3)] == ["Pos.", "1", "2"]
    assert texts[1, 1] == "Licence, one year January to December"
    assert texts[5, 4] == "6.307,00 €"


def test_text_under_a_table_is_no_sum() -> None:
    sheet = _invoice()
    kept = [word for word in sheet.words if word.baseline < 205]
    sheet.words = kept
    sheet.put(60, 216, "Pay within 30 days, please.")
    (table,) = _tables(sheet)
    assert table.bbox[3] < 210


def _tables(sheet: Sheet) -> list[FoundTable]:
    return find_tables(PageImage(1, 588, 840, 595, 842, rules=tuple(sheet.rules)), sheet.words)


def _apart(*, framed: bool, ruled: bool = True) -> Sheet:
    """Goods between rules, or under one below their heads alone, and under them, at the right, what they come to."""
    sheet = Sheet()
    goods = (("Item", "Qty", "Price", "Amount"), *((f"Goods {n}", f"{n}", "10.00", f"{10 * n}.00") for n in (1, 2, 3)))
    for at, row in enumerate(goods):
        for x, text in zip((60, 260, 340, 440), row, strict=True):
            sheet.put(x, 100 + 18 * at, text)
        if ruled or not at:
            sheet.rules.append(Rule((60, 105 + 18 * at, 500, 105.5 + 18 * at), True, 0.5))
    for at, row in enumerate((("Subtotal", "60.00"), ("VAT 20 %", "12.00"), ("Total", "72.00"))):
        for x, text in zip((360, 440), row, strict=True):
            sheet.put(x, 180 + 16 * at, text)
    if framed:
        sheet.rules.append(Rule((60, 220, 500, 220.5), True, 0.5))
    return sheet


@pytest.mark.parametrize("ruled", [True, False])
def test_sums_under_the_goods_are_a_table_of_their_own(ruled: bool) -> None:
    goods, sums = _tables(_apart(framed=False, ruled=ruled))
    assert (goods.rows, goods.cols) == (4, 4)
    assert [cell.text for cell in sums.cells] == ["Subtotal", "60.00", "VAT 20 %", "12.00", "Total", "72.00"]
    assert not any(cell.header for cell in sums.cells)


def test_sums_within_the_rules_of_the_goods_are_rows_of_theirs() -> None:
    (table,) = _tables(_apart(framed=True))
    assert table.rows == 7


@pytest.mark.parametrize("bullet", ["\ufffd", "▪", "\uf0b7"])
def test_two_columns_of_a_list_are_no_table(bullet: str) -> None:
    sheet = Sheet()
    names = [f"{name} {place}" for name in ("Camel", "Goat", "Sheep") for place in ("Asia", "Africa", "Europe")]
    for at, name in enumerate(names):
        for x in (72, 324):
            sheet.put(x, 100 + 12 * at, bullet)
            sheet.put(x + 22, 100 + 12 * at, name)
    assert _tables(sheet) == []


def test_a_bold_head_whose_words_all_but_touch_and_two_rows_are_a_table() -> None:
    sheet = Sheet()
    x = sheet.put(200, 100, "Late arrival", style=BOLD) + 3
    y = sheet.put(x, 100, "Fixed value", style=BOLD) + 3
    sheet.put(y, 100, "Part", style=BOLD)
    for at, row in enumerate((("South", "9.6", "3"), ("Card", "3.1", "60"))):
        for left, text in zip((200, x + 20, y + 8), row, strict=True):
            sheet.put(left, 115 + 15 * at, text)
    (table,) = _tables(sheet)
    assert [cell.text for cell in table.cells if cell.row == 0] == ["Late arrival", "Fixed value", "Part"]
    assert (table.rows, table.cols) == (3, 3)


def test_prices_at_the_left_of_their_arabic_names_are_a_table() -> None:
    sheet = Sheet()
    for at, price in enumerate(("4.10", "12.00", "3.55", "7.25")):
        sheet.put(20, 100 + 14 * at, price)
        sheet.put(150, 100 + 14 * at, "خبز")
    (table,) = _tables(sheet)
    assert [cell.text for cell in table.cells if cell.col == 1] == ["4.10", "12.00", "3.55", "7.25"]


def test_a_formula_under_a_table_is_no_row() -> None:
    sheet = Sheet()
    for at in range(5):
        for x, text in zip((100, 200, 280), (f"Row {at}", f"{at}.5", f"{3 * at + 10}"), strict=True):
            sheet.put(x, 100 + 14 * at, text)
    for x, y, text in ((105, 184, "a"), (205, 184, "b"), (120, 191, "( )"), (240, 191, "= u (2)"), (150, 197, "c")):
        sheet.put(x, y, text)
    (table,) = _tables(sheet)
    assert table.rows == 5
