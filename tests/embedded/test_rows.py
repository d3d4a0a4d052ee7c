"""Pieces of one row that are one line, and those that are not."""

from __future__ import annotations

import pytest

from docparse.model.embedded.lines import Line, line_of
from docparse.model.embedded.rows import join_rows
from docparse.schemas.page import Word


@pytest.mark.parametrize(("font", "end"), [("F", 200), ("", 195)])  # what OCR read ends less exactly
def test_a_formulas_number_at_a_columns_edge_does_not_mark_the_text_of_the_next_column(font: str, end: float) -> None:
    def line(text: str, x: float, y: float, end: float) -> Line:
        words = text.split()
        step = (end - x) / len(words)
        return line_of([
            Word(word, (x + i * step, y - 8, x + (i + 1) * step - (i + 1 < len(words)), y + 2), 10, font, 0, 0, y)
            for i, word in enumerate(words)
        ])  # fmt: skip

    left = [line("text that fills the whole of a column", 0, y, 200) for y in (86, 114)]
    right = [line("text of the column beside it, as long", 212, y, 400) for y in (86, 100, 114)]
    number = line("(5)", end - 12, 100, end)
    assert len(join_rows([*left, number, *right])) == 6
