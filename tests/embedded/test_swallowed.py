"""Columns of running text in what the layout model took for a figure or a table."""

from __future__ import annotations

from collections.abc import Sequence

from docparse.geometry import Box
from docparse.model.embedded.swallowed import beside_prose, without_prose
from docparse.model.embedded.types import FoundTable, Region
from docparse.schemas.page import Word


def rows(x: float, y: float, step: float, texts: list[str], first: int) -> list[Word]:
    words = []
    for at, text in enumerate(texts):
        top = y + at * step
        words.append(Word(text, (x, top, x + 6 * len(text), top + 10), size=10, baseline=top + 8, line=first + at))
    return words


PROSE = ["runningtextofacolumn", "thatgoesonandonasit", "doesinnewsletterspage"] * 4


def test_a_figure_full_of_columns_of_text_is_none() -> None:
    words = rows(20, 100, 14, PROSE, 0) + rows(200, 105, 14, PROSE, 20)
    page, drawing = Region("figure", (10, 90, 400, 300)), Region("figure", (10, 320, 400, 500))
    assert without_prose([page, drawing], words) == [drawing]


def test_a_table_ends_where_the_column_beside_it_begins() -> None:
    cells = rows(20, 100, 19, ["Sum", "Dues", "Fees", "Rent", "Gas", "Post"], 0)
    cells += rows(100, 100, 19, ["12", "34", "5", "7", "9", "11"], 10)
    table = Region("table", (10, 90, 400, 300))
    assert without_prose([table], cells + rows(200, 97, 14, PROSE, 20)) == [table._replace(bbox=(20, 100, 112, 205))]


def test_long_cells_on_the_lines_of_their_rows_stay_in_the_table() -> None:
    words = rows(20, 100, 14, ["Sum", "Dues", "Fees"] * 4, 0) + rows(200, 100, 14, PROSE, 20)
    table = Region("table", (10, 90, 400, 300))
    assert without_prose([table], words) == [table]


def test_long_rows_are_those_of_a_table() -> None:
    words = rows(20, 100, 14, PROSE, 0)
    table = Region("table", (15, 90, 160, 300))
    assert without_prose([table], words) == [table]


def test_a_figure_with_many_long_lines_is_none_be_they_uneven() -> None:
    words = [
        word for at in range(12) for word in rows(20 + 7 * (at % 3), 100 + 15 * at + 3 * (at % 2), 14, PROSE[:1], at)
    ]
    words += rows(20, 600, 14, ["Underneath"], 30)
    assert without_prose([Region("figure", (10, 90, 250, 300))], words) == []
    page = Region("figure", (10, 90, 250, 620))
    assert without_prose([page], words) == [page]


def found(box: Box, cells: int = 2) -> FoundTable:
    return FoundTable(box, (), cells, cells, 0.7)


def test_tables_are_looked_for_again_without_the_column_that_one_took_in() -> None:
    cells = rows(20, 100, 19, ["12", "34", "5", "7", "9", "11"], 10)
    words = cells + rows(200, 97, 14, PROSE, 20)
    right, asked = found((20, 100, 60, 205)), []

    def again(others: Sequence[Word]) -> list[FoundTable]:
        asked.append(list(others))
        return [right]

    assert beside_prose([found((20, 97, 320, 270))], words, again) == [right]
    assert asked == [cells]


def test_tables_without_a_column_of_text_stay() -> None:
    table = found((20, 100, 60, 205))
    words = rows(20, 100, 19, ["12", "34", "5"], 10)
    assert beside_prose([table], words, lambda others: []) == [table]
