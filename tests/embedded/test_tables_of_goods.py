"""Tables of goods: notes under a name, sums of a group, heads that all but touch, and sums far below at the foot."""

from __future__ import annotations

from docparse.model.embedded.tables import find_tables
from docparse.schemas.page import Rule, Shape, WordStyle
from tests.embedded.test_table_rows import flat, page, put, rows_of
from tests.embedded.typeset import Sheet

BOLD = int(WordStyle.BOLD)


def _right(sheet: Sheet, x1: float, y: float, text: str, style: int = 0) -> None:
    """A text of one word that ends at x1."""
    (word,) = put(0, y, text, round(y))
    sheet.words.append(
        word._replace(bbox=(x1 + word.bbox[0] - word.bbox[2], word.bbox[1], x1, word.bbox[3]), style=style)
    )


def _goods(notes: dict[int, str]) -> Sheet:
    """Goods between rules, of which some have a line of their own."""
    sheet = Sheet()
    rows = [("Description", "Number", "Price", "Amount")]
    rows += [(f"Oil lamp {n}", f"{n}.00", f"{n}2.00", f"{n * n}4.00") for n in range(1, 6)]
    y = 100.0
    for number, row in enumerate(rows):
        sheet.words += put(60, y, row[0], round(y))
        for x1, text in zip((252.0, 350.0, 450.0), row[1:], strict=True):
            _right(sheet, x1, y, text)
        if number in notes:
            sheet.rules.append(flat(y + 5, 55, 455))
            y += 20
            sheet.words += put(60, y, notes[number], round(y))
        sheet.rules.append(flat(y + 5, 55, 455))
        y += 20
    return sheet


def test_a_note_that_reaches_below_short_numbers_joins_no_columns() -> None:
    note = "in a glass which you may give him back"
    sheet = _goods({3: note})
    assert 230 < put(60, 0, note)[-1].bbox[2] < 235  # just under the numbers
    (table,) = find_tables(page(sheet.rules), sheet.words)
    rows = rows_of(table)
    assert rows[0] == ["Description", "Number", "Price", "Amount"]
    assert rows[3] == ["Oil lamp 3", "3.00", "32.00", "94.00"]
    assert rows[4] == [note, "", "", ""]


def test_the_sum_of_a_group_is_a_row_though_its_label_stands_at_its_amount() -> None:
    sheet = _goods({})
    _right(sheet, 450, 220, "110.00")
    sheet.words += [word._replace(style=BOLD) for word in put(377, 220, "Subtotal", 220)]
    sheet.words.sort(key=lambda word: (word.baseline, word.bbox[0]))
    (table,) = find_tables(page(sheet.rules), sheet.words)
    assert rows_of(table)[-1] == ["", "", "", "Subtotal 110.00"]


def test_heads_a_blank_apart_are_two_where_the_numbers_under_them_end() -> None:
    sheet = Sheet()
    heads = put(60, 100, "Article", 1) + put(180, 100, "Price", 1) + put(260, 100, "Tax Sum with tax", 1)
    sheet.words += [word._replace(style=BOLD) for word in heads]
    ends = (heads[2].bbox[2], heads[-1].bbox[2])
    for n in range(1, 6):
        y = 100.0 + 20 * n
        sheet.words += put(60, y, f"Lamp {n}", round(y))
        for x1, text in zip((205.0, *ends), (f"{n}2.00", "21%", f"{n}4.52"), strict=True):
            _right(sheet, x1, y, text)
    (table,) = find_tables(page([flat(105, 55, 400)]), sheet.words)
    assert rows_of(table)[0] == ["Article", "Price", "Tax", "Sum with tax"]
    assert rows_of(table)[1] == ["Lamp 1", "12.00", "21%", "14.52"]


def test_sums_far_below_goods_on_stripes_are_tables_of_their_own() -> None:
    sheet = Sheet()
    for n in range(1, 6):
        y = 100.0 + 20 * n
        sheet.words += put(60, y, f"Oil lamp {n}", round(y))
        for x1, text in zip((300.0, 400.0, 500.0), (f"{n}", f"{n}2.00", f"{n * n}4.00"), strict=True):
            _right(sheet, x1, y, text)
    for number, (left, right) in enumerate(zip(("Net", "VAT", "Sum"), ("Goods", "Freight", "Paid"), strict=True)):
        y = 500.0 + 14 * number
        for x, label, x1, amount in ((60, left, 160.0, f"{number}1.10"), (350, right, 500.0, f"{number}7.30")):
            sheet.words += put(x, y, label, round(y) + x)
            _right(sheet, x1, y, amount)
    bands = [Shape((0.0, y, 595.0, y + 20), 1, True, 0xEEEEEE) for y in (126.0, 166.0)]
    rules = [Rule((0, y, 595, y), True, 0.5) for y in (106, 760)]
    goods, left_sums, right_sums = find_tables(page(rules, bands), sheet.words)
    assert rows_of(goods)[0] == ["Oil lamp 1", "1", "12.00", "14.00"]
    assert goods.rows == 5
    assert rows_of(left_sums)[0] == ["Net", "01.10"]
    assert rows_of(right_sums)[-1] == ["Paid", "27.30"]
