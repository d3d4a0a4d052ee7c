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


def _line(text: str, x: float, y: float) -> Line:
    return line_of([
        Word(word, (x + 30 * i, y - 8, x + 30 * i + 27, y + 2), 10, "F", 0, 0, y) for i, word in enumerate(text.split())
    ])  # fmt: skip


def test_dates_flush_right_belong_to_the_text_before_them() -> None:
    rows = [("Editor, City Museum", "2011"), ("Head of logistics", "May 2012 – 2019"), ("Analyst", "March 2020")]
    lines = []
    for i, (text, date) in enumerate(rows):
        lines += [_line(text, 50, 100 + 60 * i), _line("what was done there", 50, 120 + 60 * i)]
        lines.append(_line(date, 503 - 30 * len(date.split()), 100 + 60 * i))
    assert [line.plain for line in join_rows(lines)][::2] == [f"{text} {date}" for text, date in rows]


def test_dates_that_begin_lines_of_a_column_stay_in_it() -> None:
    lines = [_line("text of the one side", 50, 100 + 14 * i) for i in range(4)]
    lines += [
        _line("May 2011", 353, 100),
        _line("and so it was", 293, 114),
        _line("May 2012", 353, 128),
        _line("he came", 293, 142),
    ]
    assert len(join_rows(lines)) == 8


def test_a_part_of_a_book_and_its_title_are_one_entry_of_a_contents_page() -> None:
    lines = []
    for i, (part, title) in enumerate((("Appendix D", "Routines . . . . 63"), ("Chapter 12", "Names . . . . . 65"))):
        lines += [_line(part, 50, 100 + 40 * i), _line(title, 140, 100 + 40 * i)]
        lines.append(_line("at the foot of it", 300, 100 + 40 * i))
    assert [line.plain for line in join_rows(lines)] == [
        "Appendix D Routines . . . . 63", "at the foot of it", "Chapter 12 Names . . . . . 65", "at the foot of it",
    ]  # fmt: skip


def test_a_name_in_another_column_is_no_part_of_a_book() -> None:
    lines = [_line("Appendix D", 50, 100), _line("Names and routines", 140, 100)]
    assert len(join_rows(lines)) == 2


def test_numbers_of_formulas_end_no_text_of_the_column_before() -> None:
    """They are flush right under one another as page numbers are."""
    lines = []
    for i in range(4):
        lines.append(_line("all of the lines here end", 50, 100 + 12 * i))
        lines.append(_line("(14)" if i % 2 else "brokenstick", 300 + 30 * (i % 2), 100 + 12 * i))
    numbers = [line for line in lines if line.plain == "(14)"]
    assert [line.plain for line in join_rows(lines)].count("(14)") == len(numbers) == 2
