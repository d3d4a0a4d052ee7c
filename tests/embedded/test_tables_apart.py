"""Paragraphs that part two tables which rules or a layout model put together."""

from __future__ import annotations

from docparse.model.embedded.tables import find_tables
from docparse.model.embedded.tables.ends import between_prose
from docparse.model.embedded.types import Region
from docparse.schemas.page import Word
from tests.embedded.test_table_rows import flat, page, put, rows_of

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
