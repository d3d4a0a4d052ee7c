"""The way that a page's text runs, where some of it runs another way."""

from __future__ import annotations

import pytest

from docparse.model.embedded.turned import main_direction
from docparse.schemas.page import Word, WordStyle

UP = int(WordStyle.ROTATED | WordStyle.UP)


def words(texts: list[str], up: bool, first: int) -> list[Word]:
    """One line of each text."""
    return [
        Word(part, (100, 100, 110, 120) if up else (100, 100, 120, 110), 10.0, "", UP if up else 0, 0, 110, line)
        for line, text in enumerate(texts, first) for part in text.split()
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("level", "upright", "way"),
    [
        (["Biotypes over the genome", "0", "20", "40"], ["pseudogene", "antisense", "lincRNA", "polymorphic"], "right"),
        (["Chapter 4", "12"], ["Country income and costs", "Norway 12 13 of them", "Sweden 14 15 of all"], "up"),
        (["Table 4 of the chapter"], [f"cell{n}" for n in range(40)], "up"),
    ],
    ids=["names at an axis", "rows of a table", "cells of a table"],
)
def test_lines_tell_where_most_words_are_labels(level: list[str], upright: list[str], way: str) -> None:
    found = [*words(level, False, 0), *words(upright, True, 100)]
    main, ways = main_direction(found)
    assert main == way
    assert ways.count("up") == sum(len(text.split()) for text in upright)
