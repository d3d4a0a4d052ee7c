"""Where tables end: beside text of another column, at captions, at running text, at the head of the next one."""

from __future__ import annotations

from docparse.model.embedded.tables import find_tables
from docparse.schemas.page import Word, WordStyle
from tests.embedded.test_table_rows import BODY, flat, page, put, put_rows, rows_of

HEAD = ["Land", "2019", "2020", "2021"]
BOLD = int(WordStyle.BOLD)
PROSE = "What the harbour master wrote down that year fills a book of its own and is kept here"


def _bold(words: list[Word]) -> list[Word]:
    return [word._replace(style=BOLD) for word in words]


def test_lines_of_another_column_on_levels_of_their_own_are_left_out() -> None:
    xs = (240.0, 320.0, 370.0, 420.0)
    beside = [word for number, y in enumerate((207, 231, 259)) for word in put(40, y, "x = 2 a", 40 + number)]
    words = [*put_rows([HEAD, *BODY], 200.0, xs=xs), *beside]
    (table,) = find_tables(page(), words)
    assert rows_of(table) == [HEAD, *BODY]


def test_a_bold_head_farther_down_begins_another_table() -> None:
    words = [
        *_bold(put_rows([["Country", "Wheat", "Rye", "Oats"]], 200.0)), *put_rows(BODY, 216.0, 16.0),
        *_bold(put_rows([["City", "North", "South", "West"]], 314.0)), *put_rows(BODY, 330.0, 16.0),
    ]  # fmt: skip
    first, second = find_tables(page(), words)
    assert rows_of(first)[0] == ["Country", "Wheat", "Rye", "Oats"]
    assert rows_of(second) == [["City", "North", "South", "West"], *BODY]


def test_a_caption_between_rules_of_one_width_parts_two_tables() -> None:
    rules = [flat(y) for y in (186, 206, 226, 246, 274, 294, 314, 334)]
    words = [
        *put_rows([HEAD, *BODY[:2]], 200.0), *put(150, 262, "Tabela 4: O porto e a cidade", 30),
        *put_rows([HEAD, *BODY[2:4]], 288.0),
    ]  # fmt: skip
    first, second = find_tables(page(rules), words)
    assert rows_of(first) == [HEAD, *BODY[:2]]
    assert rows_of(second) == [HEAD, *BODY[2:4]]


def test_running_text_between_two_rules_makes_no_table_of_what_stands_around_it() -> None:
    rules = [flat(100.0), flat(420.0)]
    prose = [word for number, y in enumerate((150, 163)) for word in put(97, y, PROSE[:72], 50 + number)]
    words = [*prose, *put_rows([HEAD, *BODY], 250.0)]
    (table,) = find_tables(page(rules), words)
    assert rows_of(table) == [HEAD, *BODY]


def test_evenly_stretched_lines_under_a_ruled_table_are_no_rows_of_it() -> None:
    rules = [flat(y) for y in (186, 206, 226, 246, 266, 286, 306)]
    words = put_rows([HEAD, *BODY], 200.0)
    lines = (["Avvocato", "a", "silenzio", "sud"], ["persona", "signore", "a", "campo"])
    for number, line in enumerate(lines):
        blank = (355 - 5 * sum(map(len, line))) / (len(line) - 1)
        x = 95.0
        for part in line:
            words += put(x, 322 + 13 * number, part, 60 + number)
            x += 5 * len(part) + blank
    (table,) = find_tables(page(rules), words)
    assert rows_of(table) == [HEAD, *BODY]


def test_labels_and_values_beside_an_address_are_a_table() -> None:
    sheet = [("Invoice number", "INV-2022-7"), ("Date", "04/02/2022"), ("Due", "18/02/2022"), ("VAT", "FR1374381")]
    address = [word for number, y in enumerate((206, 220, 234)) for word in put(60, y, "Mill Lane 56", 40 + number)]
    words = [
        word for number, pair in enumerate(sheet) for x, text in zip((340, 416), pair, strict=True)
        for word in put(x, 200 + 14 * number, text, number)
    ]  # fmt: skip
    (table,) = find_tables(page(), [*address, *words])
    assert rows_of(table) == [list(pair) for pair in sheet]


def test_three_sums_are_a_table_and_three_lone_counts_are_not() -> None:
    sums = [["Net", "901.57 €"], ["Tax", "180.31 €"], ["Total", "1,081.88 €"]]
    (table,) = find_tables(page(), put_rows(sums, 200.0, 14.0, (340, 420)))
    assert rows_of(table) == sums
    assert find_tables(page(), put_rows([["Net", "9"], ["Tax", "18"], ["Total", "27"]], 200.0, 14.0, (340, 420))) == []


def test_items_of_a_list_over_a_table_are_no_rows_of_it() -> None:
    items = [
        word for number, y in enumerate((158, 172, 186)) for x, text in ((92, "–"), (110, "Several ships at anchor"))
        for word in put(x, y, text, 70 + number)
    ]  # fmt: skip
    (table,) = find_tables(page(), [*items, *put_rows([HEAD, *BODY], 200.0)])
    assert rows_of(table) == [HEAD, *BODY]
