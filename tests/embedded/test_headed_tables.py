"""Tables of one or two rows that their heads tell: the goods of a bill."""

from __future__ import annotations

from collections.abc import Sequence

from docparse.model.embedded.tables import find_tables
from docparse.model.embedded.types import FoundTable
from docparse.schemas.page import Rule, Shape, Word, WordStyle
from tests.embedded.test_table_rows import flat, page, put, rows_of

BOLD = int(WordStyle.BOLD)
XS = (100.0, 250.0, 320.0, 400.0)
HEADS = ["Description", "Quantity", "Price", "Amount"]
GOODS = ["Office chair", "3 pieces", "191.00", "573.00"]
UNDER = flat(203.0)


def _line(texts: Sequence[str], y: float, style: int = 0, xs: Sequence[float] = XS) -> list[Word]:
    return [
        word._replace(style=style)
        for number, (x, text) in enumerate(zip(xs, texts, strict=True))
        if text
        for word in put(x, y, text, int(10 * y) + number)
    ]


def _found(words: list[Word], rules: Sequence[Rule] = (), shapes: Sequence[Shape] = ()) -> list[FoundTable]:
    return find_tables(page(rules, shapes), words)


def test_one_row_under_underlined_heads_is_a_table() -> None:
    (table,) = _found([*_line(HEADS, 200), *_line(GOODS, 222)], [UNDER])
    assert rows_of(table) == [HEADS, GOODS]
    assert [cell.text for cell in table.cells if cell.header] == HEADS
    assert _found([*_line(HEADS, 200), *_line(GOODS, 222)]) == []  # nothing says that these are heads


def test_a_row_with_lines_of_detail_under_heads_on_a_band_is_a_table() -> None:
    words = [*_line(HEADS, 200), *_line(GOODS, 222), *put(100, 235, "With arms: leather"), *put(100, 248, "Black")]
    words += put(100, 330, "Thank you for your order")
    (table,) = _found(words, shapes=[Shape((95.0, 188.0, 450.0, 206.0), 1, True, 0x333333)])
    assert rows_of(table) == [HEADS, ["Office chair With arms: leather Black", *GOODS[1:]]]


def test_heads_of_several_lines_in_bold_and_heads_that_all_but_touch() -> None:
    xs = (80.0, 120.0, 220.0, 280.0, 340.0, 400.0)
    heads = _line(["Pos", "", "Quantity", "Unit", "Price", "Tax"], 200, BOLD, xs)
    heads += [w._replace(style=BOLD) for w in put(421, 200, "Sum", 2004)]  # all but touches "Tax"
    for y, text in ((188, "Number"), (194, "of yours"), (206, "or ours")):
        heads += [w._replace(style=BOLD) for w in put(120, y, text, y)]
    words = [*heads, *_line(["1", "TB100A4", "3", "box", "191.00", "19"], 230, 0, xs), *put(424, 230, "573.00", 2306)]
    (table,) = _found(words)
    assert rows_of(table) == [
        ["Pos", "Number of yours or ours", "Quantity", "Unit", "Price", "Tax", "Sum"],
        ["1", "TB100A4", "3", "box", "191.00", "19", "573.00"],
    ]


def test_sums_under_the_amounts_of_goods_are_a_table_of_their_own() -> None:
    sums = [["Net", "573.00"], ["VAT 19 %", "108.87"], ["Total", "681.87"]]
    words = [*_line(HEADS, 200), *_line(GOODS, 222)]
    for number, (label, amount) in enumerate(sums):
        words += [*put(320, 260 + 14 * number, label, 50 + number), *put(400, 260 + 14 * number, amount, 60 + number)]
    words += put(100, 267, "To be paid within 30 days", 70)
    goods, total = _found(words, [UNDER])
    assert rows_of(goods) == [HEADS, GOODS]
    assert rows_of(total) == sums


def test_text_under_underlined_words_is_no_table() -> None:
    lines = ["We sent you three of them in 2021, and", "another 14 of them in the year after"]
    prose = [word for number, line in enumerate(lines) for word in put(100, 222 + 12 * number, line, number)]
    assert _found([*_line(HEADS, 200), *prose], [UNDER]) == []
    names = _line(["Harbour", "Village", "Market", "Signal"], 222)
    assert _found([*_line(HEADS, 200), *names], [UNDER]) == []
