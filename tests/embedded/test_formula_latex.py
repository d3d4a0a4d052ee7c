"""Formulas rebuilt from glyphs and rules."""

from __future__ import annotations

import pytest

from docparse.model.embedded.formula_find import find_displays
from docparse.model.embedded.formula_rows import formula_blocks
from docparse.model.embedded.formula_tree import to_latex
from docparse.model.embedded.lines import Line, line_of, sound_words
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
    formula = line_of([glyph("y", 60), glyph("=", 68), glyph("k", 76), glyph("x", 84), glyph("(3)", 180)])
    (display,) = find_displays([prose(0, 60), formula, prose(0, 140)], [], 10.0)
    block = formula_blocks(display, [])[0]
    assert tight(block.latex) == r"y=kx\tag{3}"
    assert "(3)" in block.text


def test_unclear_display_keeps_its_text_with_a_flag() -> None:
    formula = line_of([glyph("y", 60), glyph("=", 68), glyph("⎩", 76), glyph("x", 84)])
    (display,) = find_displays([formula], [], 10.0)
    block = formula_blocks(display, [])[0]
    assert (block.latex, block.flags) == ("", ["formula_not_recognised"])
    assert "⎩" in block.text


def prose(x: float, y: float) -> Line:
    return line_of([glyph("running", x, y, style=0), glyph("text", x + 60, y, style=0)])


def test_steps_that_begin_where_the_text_does_are_running_text() -> None:
    step = line_of([glyph("⇒", 40, 112), glyph("x", 52, 112), glyph("=", 60, 112), glyph("y", 68, 112)])
    margin = prose(0, 40)
    assert len(find_displays([margin, prose(60, 100), step], [], 10.0)) == 1
    assert find_displays([margin, prose(40, 100), step], [], 10.0) == []


@pytest.mark.parametrize(("first", "found"), [("(i)", 0), ("b)", 0), ("2.", 0), ("•", 0), ("(1)", 1), ("f", 1)])
def test_an_item_that_is_all_signs_is_no_display(first: str, found: int) -> None:
    item = line_of([glyph(first, 40, 112), glyph("∅", 60, 112), glyph("∈", 68, 112), glyph("T", 76, 112)])
    assert len(find_displays([prose(0, 60), item], [], 10.0)) == found


def test_limits_that_stand_off_from_a_sum_belong_to_it() -> None:
    above = line_of([glyph("dim", 76, 87, 7)])
    row = line_of([glyph("x", 40), glyph("=", 50), glyph("∑", 78, style=0), glyph("a", 104), glyph("k", 109, 102, 7)])
    below = line_of([glyph("n", 73, 111.5, 7), glyph("=", 77, 111.5, 7), glyph("0", 81, 111.5, 7)])
    (display,) = find_displays([prose(0, 60), above, row, below], [], 10.0)
    assert tight(formula_blocks(display, [])[0].latex) == r"x=\sum_{n=0}^{\dim}a_k"


def test_a_limit_wider_than_its_sum_stays_whole() -> None:
    wide = [glyph(text, 60 + 5 * i, 114, 7) for i, text in enumerate("0≤i≤j≤n")]
    words = [glyph("y", 40), glyph("=", 52), glyph("∑", 75, style=0), glyph("a", 100), *wide]
    assert tight(to_latex(words, [])) == r"y=\sum_{0\leqi\leqj\leqn}a"


def test_what_stands_over_a_relation_and_what_beside_it() -> None:
    over = [glyph("x", 0), glyph("⇒", 20), glyph("i", 20.5, 92, 7), glyph("y", 40)]
    assert tight(to_latex(over, [])) == r"x\overset{i}{\Rightarrow}y"
    beside = [glyph("x", 0), glyph("=", 20), glyph("i", 30, 96, 7), glyph("y", 40)]
    assert to_latex(beside, []) is None


def test_no_blank_after_a_script_where_the_page_has_none() -> None:
    words = [glyph("x", 0), glyph("1", 5, 102, 7), glyph(",", 9), glyph("y", 18)]
    assert to_latex(words, []) == "x_1, y"


def test_the_pieces_of_a_tall_bar_are_one() -> None:
    tall = Word("||", (50, 88, 53, 106), 10.0, "F", 0, 0, 98.0, 0)
    norm = Word("||", (70, 90, 75.6, 102), 10.0, "F", 0, 0, 98.0, 0)
    assert [word.text for word in sound_words([tall, norm], 200, 200)] == ["|", "||"]


def test_letters_with_a_style_as_word_processors_write_them() -> None:
    places = (("𝑦", 60), ("=", 68), ("𝑚𝑎𝑥", 76), ("𝐀", 96), ("𝒙", 104), ("𝑑𝑒𝑓", 112))
    words = [glyph(text, x) for text, x in places]
    assert tight(to_latex(words, [])) == r"y=\max\mathbf{A}\mathbf{x}def"
    (display,) = find_displays([prose(0, 60), line_of(words), prose(0, 140)], [], 10.0)
    assert formula_blocks(display, [])[0].flags == []
    words = [glyph(text, 10 * place) for place, text in enumerate("𝛼∈ℝ𝔽𝛃𝟐")]
    assert tight(to_latex(words, [])) == r"\alpha\in\mathbb{R}\mathbb{F}\boldsymbol{\beta}\mathbf{2}"


def test_signs_of_sets_and_primes() -> None:
    words = [
        glyph("⋃", 0, style=0),
        glyph("f", 12),
        glyph("′", 17, 98),
        glyph("≔", 24),
        glyph("⟨", 34),
        glyph("x", 40),
        glyph("⟩", 46),
    ]
    assert tight(to_latex(words, [])) == r"\bigcupf'\coloneqq\langlex\rangle"


def sign(text: str, x0: float, x1: float, y: float = 100.0, *, size: float = 10.0, font: str = "F") -> Word:
    return Word(text, (x0, y - 0.8 * size, x1, y + 0.2 * size), size, font, 0, 0, y, 0, space=False)


@pytest.mark.parametrize(
    ("word", "latex"),
    [
        (sign("R", 0, 7, font="MSBM10"), r"\mathbb{R}"),
        (sign("T", 0, 7, font="EUFM10"), r"\mathfrak{T}"),
        (sign("L", 0, 7, font="CMSY10"), r"\mathcal{L}"),
        (sign("Var(", 0, 20, font="CMR10"), r"\operatorname{Var}("),
        (sign("log(", 0, 20, font="CMR10"), r"\log("),
        (sign("DV", 0, 12, font="CMR10"), r"\mathrm{DV}"),
        (sign("ab", 0, 10, font="CMMI10"), "ab"),
        (sign("∫∫", 0, 12), r"\iint"),
        (sign("⃗v", 0, 5), r"\vec{v}"),
        (sign("...", 0, 3), r"\vdots"),
        (sign("\\", 0, 5), r"\setminus"),
    ],
)
def test_letters_have_their_alphabets_and_names_are_names(word: Word, latex: str) -> None:
    assert tight(to_latex([word], [])) == latex


def test_arrows_and_ellipses_of_several_glyphs() -> None:
    arrow = [glyph("A", 0), sign("−", 8, 16), sign("→", 15, 25), glyph("f", 14, 94, 7), glyph("B", 28)]
    assert tight(to_latex(arrow, [])) == r"A\xrightarrow{f}B"
    both = [glyph("a", 0), sign("⇐", 8, 18), sign("⇒", 16, 26), glyph("b", 30)]
    assert tight(to_latex(both, [])) == r"a\iffb"
    dots = [glyph("a", 0), sign("+·", 8, 18), sign("·", 20, 23), sign("·", 24.5, 27.5), sign("+", 30, 38)]
    assert tight(to_latex(dots, [])) == r"a+\cdots+"
    piled = [glyph("a", 0), sign("∼", 8, 16), sign("=", 8, 16), glyph("b", 20)]
    assert tight(to_latex(piled, [])) == r"a\congb"


def test_double_bars_are_a_norms_unless_one_stands_free() -> None:
    norm = [sign("∥", 0, 5), glyph("x", 5), sign("∥", 10, 15)]
    assert tight(to_latex(norm, [])) == r"\|x\|"
    free = [glyph("a", 0), sign("∥", 9, 14), glyph("b", 18)]
    assert tight(to_latex(free, [])) == r"a\parallelb"


def test_braces_with_their_notes() -> None:
    brace = Word("⏟", (0, 103, 29, 109), 10.0, "F", 0, 0, 106.0, 0)
    words = [
        glyph("a", 0),
        glyph("+", 12),
        glyph("b", 24),
        brace,
        glyph("n", 12, 117, 7),
        glyph("=", 36),
        glyph("0", 46),
    ]
    shafts = [bar(4, 10, 105), bar(18, 25, 105)]
    assert tight(to_latex(words, shafts)) == r"\underbrace{a+b}_n=0"


def test_an_index_of_an_index_and_the_degree_of_a_root() -> None:
    words = [glyph("x", 0), glyph("L", 5, 102, 7), glyph("p", 8.6, 99, 5)]
    assert tight(to_latex(words, [])) == "x_{L^p}"
    root = [glyph("3", 0, 96, 5), glyph("√", 2), glyph("s", 8)]
    assert tight(to_latex(root, [bar(7, 14, 92)])) == r"\sqrt[3]{s}"


def test_two_rows_under_a_sum_and_a_binomial_of_a_line() -> None:
    words = [glyph("∑", 0, style=0), glyph("i<m", -2, 111, 6), glyph("j<n", -2, 118, 6), glyph("x", 12)]
    assert tight(to_latex(words, [])) == r"\sum_{\substack{i<m\\j<n}}x"
    small = [glyph("(", 0), glyph("n", 5, 96, 7), glyph("k", 5, 104, 7), glyph(")", 9)]
    assert tight(to_latex(small, [])) == r"\binom{n}{k}"


def test_a_relation_is_no_index() -> None:
    words = [glyph("x", 0), glyph("=", 6, 95, 7), glyph("y", 10, 95, 7)]
    assert to_latex(words, []) is None
