"""Tables of invoices: lines of goods without rules between them, sums ruled off, the last of them under all rules."""

from __future__ import annotations

import pytest

from docparse.model.embedded.tables import find_tables
from docparse.model.embedded.tables.header import is_number
from docparse.schemas.page import PageImage, Rule
from tests.embedded.typeset import Sheet


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
    page = PageImage(1, 588, 840, 595, 842, rules=tuple(sheet.rules))
    (table,) = find_tables(page, sheet.words)
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
    page = PageImage(1, 588, 840, 595, 842, rules=tuple(sheet.rules))
    (table,) = find_tables(page, sheet.words)
    assert table.bbox[3] < 210
