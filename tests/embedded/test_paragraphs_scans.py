"""Paragraphs of what OCR read: their blanks and indents are often small."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from docparse.model.embedded.lines import Line, line_of
from docparse.model.embedded.lists import read_marker
from docparse.model.embedded.paragraphs import make_paragraphs
from docparse.model.embedded.stats import page_stats
from docparse.schemas.page import Word


def line(text: str, y: float, x: float = 50.0, end: float = 300.0, font: str = "") -> Line:
    parts = text.split()
    step = (end - x) / len(parts)
    return line_of([
        Word(part, (x + i * step, y - 8, x + (i + 1) * step - 3, y + 2), 10, font, 0, 0, y)
        for i, part in enumerate(parts)
    ])  # fmt: skip


def texts(lines: Sequence[Line]) -> list[str]:
    return [para.text for para in make_paragraphs(lines, page_stats(lines))]


FIRST = ("the barges carried timber to the harbour of", "the town where merchants weighed all of it.")
SECOND = ("Every load was counted by two men who then", "wrote its weight into the great book there")


@pytest.mark.parametrize(
    ("lower", "farther", "font", "count"),
    [(2.6, 0.0, "", 2), (0.0, 5.0, "", 2), (2.6, 0.0, "Serif", 2), (0.0, 5.0, "Serif", 1)],
)
def test_a_sentence_that_begins_a_little_lower_or_on_scans_farther_in_begins_a_paragraph(
    lower: float, farther: float, font: str, count: int
) -> None:
    lines = [line(text, 100 + 12 * i, font=font) for i, text in enumerate(FIRST * 2)]
    y = lines[-1].baseline + 12 + lower
    lines += [line(SECOND[0], y, 50 + farther, font=font), line(SECOND[1], y + 12, font=font)]
    lines += [line(FIRST[0], y + 24, font=font)]
    assert len(texts(lines)) == count


def test_a_line_that_begins_a_little_lower_within_a_sentence_goes_on() -> None:
    lines = [line(text, y) for text, y in zip((*SECOND, *FIRST), (100, 112, 126.6, 138.6), strict=True)]
    assert len(texts(lines)) == 1


def test_a_reference_at_the_start_of_a_line_is_no_item_of_a_list_with_letters() -> None:
    lines = [
        line("a) the first of all items of a list that were", 100),
        line("told as such before in the reports that", 112, 61),
        line("[12] and others had written in that year", 124, 61),
        line("b) the second of all items, which is short", 136),
    ]
    assert [text[:2] for text in texts(lines)] == ["a)", "b)"]


def test_the_blank_behind_a_number_may_be_lost() -> None:
    found = read_marker("8.Silva MC, Smith M. Names of genes")
    assert found is not None
    assert (found.mark, found.text[:5]) == ("8.", "Silva")
    assert read_marker("3.5 mg of it") is None


@pytest.mark.parametrize(("size", "count"), [(12.5, 1), (18.0, 2)])
def test_the_last_line_of_a_sentence_has_its_type_however_it_is_measured(size: float, count: int) -> None:
    last = line("great.", 124, end=78)
    last = line_of([word._replace(size=size) for word in last.words])
    assert len(texts([line(SECOND[0], 100), line("wrote its weight into the book which is", 112), last])) == count


def test_a_caption_goes_on_outside_of_the_region_that_was_found_for_it() -> None:
    lines = [line("Figure 1: Three data carry leave finish hold", 100), line("challenge yourself", 112, 120, 230)]
    wall = (45.0, 90.0, 305.0, 104.0)
    assert len(make_paragraphs(lines, page_stats(lines), [wall])) == 1
    ended = [line("Figure 1: Three data carry leave finish hold.", 100), lines[1]]
    assert len(make_paragraphs(ended, page_stats(ended), [wall])) == 2
