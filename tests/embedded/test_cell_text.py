"""The text of cells whose lines break."""

from __future__ import annotations

import pytest

from docparse.model.embedded.tables import find_tables
from docparse.model.embedded.tables.text_rows import join_words
from docparse.schemas.page import Rule, Word
from tests.embedded.test_table_rows import page, put

XS, YS = (90, 200, 290), (180, 200, 232, 264)


def _stacked(*lines: str, x: float = 100, y: float = 210) -> list[Word]:
    return [word for i, line in enumerate(lines) for word in put(x, y + 12 * i, line, i)]


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (("hydrolog-", "ical models"), "hydrological models"),
        (("Pro Chop-", "per Board"), "Pro Chopper Board"),
        (("Non-", "Forcible"), "Non-Forcible"),
        (("Asian/", "Pacific Islander"), "Asian/Pacific Islander"),
        (("販売通行", "料金"), "販売通行料金"),
        (("고향", "독서"), "고향 독서"),
        (("12 -", "15"), "12 - 15"),
        (("two", "words"), "two words"),
    ],
)
def test_lines_of_a_cell_are_joined_as_those_of_a_paragraph(lines: tuple[str, ...], text: str) -> None:
    assert join_words(_stacked(*lines)) == text


def test_words_cut_at_the_ends_of_lines_are_whole_in_a_drawn_table() -> None:
    words = [*put(100, 194, "Name"), *put(210, 194, "Count"), *_stacked("Pump hous-", "ings"), *put(210, 210, "12")]
    words += [*_stacked("通行料金", "の計算", y=242), *put(210, 242, "34")]
    rules = [Rule((XS[0], y, XS[-1], y), True, 0.5) for y in YS] + [Rule((x, YS[0], x, YS[-1]), False, 0.5) for x in XS]
    (table,) = find_tables(page(rules), words)
    assert [cell.text for cell in table.cells] == ["Name", "Count", "Pump housings", "12", "通行料金の計算", "34"]
