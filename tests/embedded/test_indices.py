"""Exponents and indices of a text layer as raised and lowered signs."""

from __future__ import annotations

import pytest

from docparse.model.embedded.joining import words_text
from docparse.model.embedded.tables.text_rows import join_words, well_boxed
from docparse.schemas.page import Word, WordStyle

Part = tuple[str, float, float]  # text, size, height of its baseline above the line's


def line(*parts: Part, font: str = "Times") -> list[Word]:
    """Words of one line; a blank before a text is a blank on the page."""
    words: list[Word] = []
    x = 50.0
    for text, size, up in parts:
        if text.startswith(" ") and words:
            words[-1] = words[-1]._replace(space=True)
            x += 3.0
        wide = 0.5 * size * len(text.strip())
        y = 100.0 - up
        words.append(
            Word(text.strip(), (x, y - 0.8 * size, x + wide, y + 0.2 * size), size, font, 0, 0, y, 0, space=False)
        )
        x += wide
    return words


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ([("10", 10, 0), ("−3", 7, 3.6), (" m", 10, 0)], "10⁻³ m"),
        ([("10", 10, 0), ("−", 7, 3.6), ("3", 7, 3.6), (" m", 10, 0)], "10⁻³ m"),
        ([("CO", 10, 0), ("2", 7, -1.5), (" rises", 10, 0)], "CO₂ rises"),
        ([("x", 10, 0), ("ij", 7, -1.5), ("2", 7, 3.6)], "xᵢⱼ²"),
        ([("so Smith.", 10, 0), ("12", 6, 3.5), (" But", 10, 0)], "so Smith.¹² But"),
        ([("so Smith", 10, 0), ("1,3–5", 6, 3.5)], "so Smith¹,³–⁵"),
        ([("12.5", 10, 0), ("a", 6, 3.5)], "12.5ᵃ"),
        ([("the", 10, 0), (" 14", 7, 3.6), ("C", 10, 0), (" age", 10, 0)], "the ¹⁴C age"),
        ([("the 19", 10, 0), ("th", 7, 3.6), (" of", 10, 0)], "the 19th of"),
        ([("x", 10, 0), ("max", 7, -1.5)], "xmax"),  # a word, and no capital has a lowered form
        ([("x", 10, 0), ("N", 7, -1.5)], "xN"),
        ([("Small ", 10, 0), ("CAPS 7", 7, 0)], "SmallCAPS 7"),  # on the line
        ([("W", 40, -25), ("2", 10, 0), (" of", 10, 0)], "W2 of"),  # beside a drop cap
        ([("1", 6, 3.5), (" A note.", 10, 0)], "1 A note."),
    ],
)
def test_small_words_off_the_baseline_are_raised_or_lowered(parts: list[Part], text: str) -> None:
    assert words_text(line(*parts)) == text


def test_cells_have_them_too() -> None:
    words = line(("12.5", 10, 0), ("2", 6, 3.5), (" kg/m", 10, 0), ("3", 6, 3.5))
    raised = [word._replace(style=int(WordStyle.SUPERSCRIPT)) if word.size < 10 else word for word in words]
    assert join_words(well_boxed(raised)) == "12.5² kg/m³"


def test_sizes_of_an_ocr_say_nothing() -> None:
    assert words_text(line(("10", 10, 0), ("3", 7, 3.6), font="")) == "103"
