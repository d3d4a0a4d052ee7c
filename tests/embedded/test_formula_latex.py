"""Formulas rebuilt from glyphs and rules."""

from __future__ import annotations

import pytest

from docparse.model.embedded.formula import find_displays, formula_block
from docparse.model.embedded.formula_tree import to_latex
from docparse.model.embedded.lines import line_of
from docparse.schemas.page import Rule, Word, WordStyle

ITALIC = int(WordStyle.ITALIC)


def glyph(text: str, x: float, y: float = 100.0, size: float = 10.0, style: int = ITALIC) -> Word:
    width = 0.5 * size * len(text)
    return Word(text, (x, y - 0.8 * size, x + width, y + 0.2 * size), size, "F", style, 0, y, 0, space=False)


def bar(x0: float, x1: float, y: float) -> Rule:
    return Rule((x0, y, x1, y + 0.4), True, 0.4)


def tight(latex: str | None) -> str | None:
    return latex.replace(" ", "") if latex is not None else None


def test_scripts() -> None:
    words = [glyph("a", 0), glyph("2", 5, 96, 7), glyph("+", 12), glyph("b", 20), glyph("i", 25, 102, 7)]
    assert tight(to_latex(words, [])) == "a^2+b_i"


def test_fraction_and_root() -> None:
    words = [glyph("x", 0), glyph("=", 8), glyph("p", 20, 93), glyph("q", 20, 108), glyph("√", 30), glyph("s", 36)]
    assert tight(to_latex(words, [bar(18, 27, 97), bar(35, 42, 92)])) == r"x=\frac{p}{q}\sqrt{s}"


def test_limits_of_a_sum_and_named_functions() -> None:
    words = [
        glyph("∑", 0, style=0), glyph("n", 1, 88, 7), glyph("i=1", -2, 111, 7),
        glyph("sin", 14, style=0), glyph("α", 32),
    ]  # fmt: skip
    assert tight(to_latex(words, [])) == r"\sum_{i=1}^n\sin\alpha"


@pytest.mark.parametrize("words", [[glyph("⎧", 0), glyph("x", 8)], [glyph("x", 0), glyph("y", 1, 112), glyph("z", 9)]])
def test_what_is_unclear_stays_unwritten(words: list[Word]) -> None:
    assert to_latex(words, []) is None


def test_display_is_found_and_its_number_is_a_tag() -> None:
    prose = [line_of([glyph("running", 0, y, style=0), glyph("text", 60, y, style=0)]) for y in (60.0, 140.0)]
    formula = line_of([glyph("y", 60), glyph("=", 68), glyph("k", 76), glyph("x", 84), glyph("(3)", 180)])
    (display,) = find_displays([prose[0], formula, prose[1]], [], 10.0)
    block = formula_block(display, [])
    assert tight(block.latex) == r"y=kx\tag{3}"
    assert "(3)" in block.text


def test_unclear_display_keeps_its_text_with_a_flag() -> None:
    formula = line_of([glyph("y", 60), glyph("=", 68), glyph("⎩", 76), glyph("x", 84)])
    (display,) = find_displays([formula], [], 10.0)
    block = formula_block(display, [])
    assert (block.latex, block.flags) == ("", ["formula_not_recognised"])
    assert "⎩" in block.text
