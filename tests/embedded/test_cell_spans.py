"""Cells of tables over several columns or rows, and labels of several lines, where few rules or none are drawn."""

from __future__ import annotations

from collections.abc import Sequence

from docparse.model.embedded.tables import find_tables
from docparse.model.embedded.types import FoundTable
from docparse.schemas.page import Rule, Word, WordStyle
from tests.embedded.test_table_rows import flat, page, put, put_rows, rows_of

XS = (102.0, 230.0, 310.0, 390.0)
BOLD = int(WordStyle.BOLD)


def _spans(table: FoundTable) -> dict[str, tuple[int, int]]:
    return {cell.text: (cell.rowspan, cell.colspan) for cell in table.cells if cell.rowspan * cell.colspan > 1}


def _bold(words: Sequence[Word]) -> list[Word]:
    return [word._replace(style=BOLD) for word in words]


def test_a_head_at_the_left_of_its_columns_reaches_over_those_without_one_of_their_own() -> None:
    head = [["Goods", "Quantity", "", "Sum"], ["", "2021", "2020", ""]]
    body = [["Grain", "513", "100", "613"], ["Fish", "4,411", "6,935", "11,346"], ["Oil", "9", "21", "30"]]
    words = [*_bold(put_rows(head, 200, 16, XS)), *put_rows(body, 232, 16, XS)]
    (table,) = find_tables(page([flat(189.0), flat(221.0), flat(268.0)]), words)
    assert _spans(table) == {"Goods": (2, 1), "Quantity": (1, 2), "Sum": (2, 1)}
    low = [["", "Number", "", ""], ["Goods", "counted", "Price", "Sum"]]  # heads at the bottom: of two lines
    words = [*_bold(put_rows(low, 200, 16, XS)), *put_rows(body, 232, 16, XS)]
    (table,) = find_tables(page([flat(189.0), flat(221.0), flat(268.0)]), words)
    assert _spans(table) == {}
    assert rows_of(table)[0] == ["Goods", "Number counted", "Price", "Sum"]


def _ruled(rows: Sequence[Sequence[str]], short: Sequence[int], parted: Sequence[int]) -> tuple[list[Rule], list[Word]]:
    """Rows 16 points apart with rules under `parted` ones, those of `short` not under the first column."""
    rules = [flat(189.0), flat(189.0 + 16 * len(rows))]
    rules += [flat(189.0 + 16 * (i + 1), 225.0 if i in short else 95.0) for i in parted]
    return rules, put_rows(rows, 200, 16, XS)


def test_a_label_goes_on_where_the_rules_between_rows_leave_it_out() -> None:
    rows = [["Goods", "2021", "2020", "2019"], ["Grain", "51", "10", "4"], ["", "44", "63", "4"], ["", "9", "21", "3"]]
    rows += [["Fish", "7", "11", "2"], ["Oil", "8", "12", "2"]]
    rules, words = _ruled(rows, (1, 2), (0, 1, 2, 3, 4))
    (table,) = find_tables(page(rules), words)
    assert _spans(table) == {"Grain": (3, 1)}
    rules, words = _ruled(rows, (2,), (0, 2))  # the rule over a sum
    (table,) = find_tables(page(rules), words)
    assert _spans(table) == {}


def test_a_label_goes_on_where_its_next_word_had_no_room() -> None:
    rows = [["Goods", "2021", "2020"], ["Dried Grain of Bohemia", "51", "10"], ["Salt", "7", "11"], ["Oil", "8", "12"]]
    words, y = [], 200.0
    for number, row in enumerate([*rows, ["Herring", "5", "3"], ["Tar", "1", "9"]]):
        first, *rest = row
        words += [word for x, text in zip((230, 310), rest, strict=True) for word in put(x, y, text, 10 * number)]
        for line in ("Dried Grain of", "Bohemia") if " " in first else (first,):
            words += put(102, y, line, 10 * number)
            y += 12
        y += 8
    (table,) = find_tables(page([flat(189.0), flat(208.0), flat(y - 10)]), words)
    assert [row[0] for row in rows_of(table)] == ["Goods", "Dried Grain of Bohemia", "Salt", "Oil", "Herring", "Tar"]


def test_a_bold_head_after_a_blank_begins_another_table() -> None:
    words: list[Word] = []
    rules = []
    for top, names in ((189.0, ["Goods", "Ships", "Price"]), (263.0, ["Town", "Houses", "Rent"])):
        words += _bold(put_rows([names], top + 11, 16, XS[:3]))
        words += put_rows([["Grain", "51", "10"], ["Fish", "7", "11"], ["Oil", "8", "12"]], top + 27, 16, XS[:3])
        rules += [flat(top + at) for at in (0.0, 16.0, 64.0)]
    first, second = find_tables(page(rules), words)
    assert (rows_of(first)[0][0], rows_of(second)[0][0]) == ("Goods", "Town")
    assert (first.rows, second.rows) == (4, 4)


def test_all_sums_below_the_last_rule_are_of_their_table() -> None:
    goods = [["Grain", "2", "51.50", "103.00"], ["Fish", "3", "7.00", "21.00"], ["Oil", "1", "8.00", "8.00"]]
    sums = [["", "", "Net", "132.00"], ["", "", "VAT 20 %", "26.40"], ["", "", "Total", "158.40"]]
    words = [*put_rows([["Goods", "Pieces", "Price", "Sum"], *goods], 200, 16, XS)]
    words += put_rows(sums, 280, 16, (102.0, 230.0, 320.0, 390.0))
    rules = [flat(205.0 + 16 * i) for i in range(4)]
    texts = [row for table in find_tables(page(rules), words) for row in rows_of(table)]
    assert [row[-1] for row in texts] == ["Sum", "103.00", "21.00", "8.00", "132.00", "26.40", "158.40"]
