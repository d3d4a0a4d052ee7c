"""Columns of running text in what the layout model took for a figure or a table."""

from __future__ import annotations

from docparse.model.embedded.swallowed import without_prose
from docparse.model.embedded.types import Region
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
