"""Paragraphs that part two tables which rules or a layout model put together."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from docparse.model.embedded.tables import find_tables
from docparse.model.embedded.tables.ends import between_prose
from docparse.model.embedded.types import Region
from docparse.schemas.page import Rule, Shape, Word
from tests.embedded.test_table_rows import flat, page, put, put_rows, rows_of

PROSE = [
    "The sums above were taken from the books of the harbour at the end of the",
    "year, and those below from the ones that the merchants of the town kept.",
]
FIRST = [["Grain", "513", "100"], ["Salted fish", "4,411", "6,935"], ["Timber", "9,588", "2,100"]]
SECOND = [["Cloth", "7,633", "6,188"], ["Wine", "5,747", "1,988"], ["Oil", "7,301", "244"]]


def _words() -> list[Word]:
    """Two tables of three rows with a heading and a paragraph between them."""
    words, y, line = [], 200.0, 0
    for part in ([["", "2021", "2020"], *FIRST], ["Merchants", *PROSE], [["", "2021", "2020"], *SECOND]):
        for row in part:
            for x, text in zip((100, 330, 430), [row] if isinstance(row, str) else row, strict=False):
                if text:
                    words += put(x, y, text, line)
                    line += 1
            y += 15
        y += 8
    return words


def test_a_paragraph_between_two_rules_parts_two_tables() -> None:
    tables = find_tables(page([flat(204.0, 98.0, 470.0), flat(325.0, 98.0, 470.0)]), _words())
    assert [rows_of(table)[1:] for table in tables] == [FIRST, SECOND]


def test_a_table_of_the_layout_model_ends_at_paragraphs() -> None:
    words = _words()
    seen = (95.0, 188.0, 480.0, 372.0)
    bottoms = [box[1::2] for box in between_prose(seen, words, 10.0)]
    assert bottoms == [(191.0, 247.5), (312.0, 368.5)]
    tables = find_tables(page(), words, [Region("table", seen, 0.9)])
    assert [rows_of(table)[1:] for table in tables] == [FIRST, SECOND]


def test_a_table_without_paragraphs_stays_as_it_is() -> None:
    seen = (95.0, 188.0, 480.0, 250.0)
    assert between_prose(seen, _words(), 10.0) == [seen]


def _framed(top: float) -> tuple[list[Rule], list[Word]]:
    """A frame of code as wide as a table, from `top` down."""
    lines = ["def total(rows):", "return sum(rows)", "print(total(grain))", "print(total(fish))"]
    words = [word for i, text in enumerate(lines) for word in put(104.0, top + 12 * i + 13, text, 90 + i)]
    sides = [Rule((x, top, x, top + 56), False, 0.5) for x in (98.0, 470.0)]
    return [flat(top, 98.0, 470.0), flat(top + 56, 98.0, 470.0), *sides], words


def _table(top: float, rows: Sequence[Sequence[str]], xs: Sequence[float] = (102, 330, 430)) -> list[Word]:
    return put_rows(rows, top + 9, 16, xs)


def test_frames_of_code_are_no_part_of_the_table_between_them() -> None:
    rows = [["Goods", "2021", "2020"], *FIRST]
    above, first = _framed(120.0)
    below, last = _framed(300.0)
    rules = [flat(y, 98.0, 470.0) for y in (198.0, 216.0, 266.0)]
    (table,) = find_tables(page([*above, *rules, *below]), [*first, *_table(202.0, rows), *last])
    assert rows_of(table) == rows
    assert (table.bbox[1], table.bbox[3]) == (198.0, 266.0)


def test_a_wider_table_close_under_another_one_is_its_own() -> None:
    upper, lower = [["Goods", "2021", "2020"], *FIRST], [["Merchants", "2021", "2020"], *SECOND]
    rules = [flat(y, 110.0, 458.0) for y in (198.0, 216.0, 266.0)] + [flat(y, 98.0, 470.0) for y in (296.0, 346.0)]
    words = [*_table(202.0, upper, (114, 330, 430)), *_table(282.0, lower)]
    assert [rows_of(table) for table in find_tables(page(rules), words)] == [upper, lower]


def test_a_label_beside_banded_rows_belongs_to_the_table_with_its_head_of_two_rows() -> None:
    xs, top = [100.0, 180.0, 250.0, 320.0, 390.0], 200.0
    cells = [
        (100.0, 180.0, 0, 2),
        (180.0, 320.0, 0, 1),
        (180.0, 250.0, 1, 2),
        (250.0, 320.0, 1, 2),
        (320.0, 390.0, 0, 2),
    ]
    bands = [(a, top + 16 * i, b, top + 16 * j) for a, b, i, j in cells]
    bands += [(a, top + 16 * i, b, top + 16 * (i + 1)) for i in (3, 5) for a, b in pairwise(xs[1:])]
    rows = [["Goods", "Year", "", "Sum"], ["", "2021", "2020", ""]]
    rows += [["Grain" if i == 0 else "", str(513 + i), str(90 + i), str(603 + 2 * i)] for i in range(4)]
    words = put_rows(rows, top + 11, 16, (104, 184, 254, 324))
    (table,) = find_tables(page([], [Shape(box, 1, True) for box in bands]), words)
    assert [row[0] for row in rows_of(table)] == ["Goods", "", "Grain", "", "", ""]
    assert table.cols == 4
