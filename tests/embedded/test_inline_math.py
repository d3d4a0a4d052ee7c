"""Fractions, binomials and limits in running text."""

from __future__ import annotations

from docparse.model.embedded.inline_math import _limited, with_stacks
from docparse.model.embedded.joining import line_text
from docparse.model.embedded.lines import Line, line_of
from docparse.schemas.page import Rule, Word


def word(text: str, x: float, y: float = 100.0, size: float = 10.0, *, tall: float = 1.0, space: bool = True) -> Word:
    height = tall * size
    top = y - 0.25 * size - height / 2 if tall > 1 else y - 0.8 * size
    return Word(text, (x, top, x + 0.5 * size * len(text), top + height), size, "F", 0, 0, y, 0, space)


def texts(lines: list[Line], *rules: Rule) -> list[str]:
    return [line_text(line) for line in with_stacks(lines, rules)]


def bar(x0: float, x1: float, y: float) -> Rule:
    return Rule((x0, y, x1, y + 0.4), True, 0.4)


def test_a_fraction_is_one_word_of_its_line_and_takes_the_rest_of_it_along() -> None:
    before = line_of([word("set", 0), word("c", 20), word("=", 28), word("a", 38, 96, 7), word("+1", 41.5, 96, 7)])
    under = line_of([word("b", 41, 105.5, 7)])
    after = line_of([word("as", 52), word("before", 65)])
    assert texts([before, under, after], bar(37, 49, 97.3)) == [r"set c = $\frac{a+1}{b}$ as before"]


def test_a_fraction_between_letters_and_digits_keeps_a_blank_that_markdown_needs() -> None:
    line = line_of([word("x", 0, space=False), word("1", 6, 96, 7), word("2", 6, 104, 7), word("3", 11)])
    assert texts([line], bar(6, 9.5, 97.3)) == [r"x $\frac{1}{2}$ 3"]


def test_a_binomial_between_brackets_with_nothing_else_there() -> None:
    line = line_of([
        word("all", 0), word("(", 20, tall=1.2), word("n", 25, 96, 7), word("2", 25, 104, 7), word(")", 29, tall=1.2),
        word("pairs", 40),
    ])  # fmt: skip
    assert texts([line]) == [r"all $\binom{n}{2}$ pairs"]


def test_underlined_text_and_lines_beside_a_rule_are_left_alone() -> None:
    lines = [line_of([word("underlined", 0), word("text", 60)]), line_of([word("below", 0, 112)])]
    assert texts(lines, bar(0, 50, 101.5)) == ["underlined text", "below"]
    assert texts(lines, bar(90, 100, 97.3)) == ["underlined text", "below"]


def test_limits_over_and_under_a_sign_of_a_line_are_put_to_it() -> None:
    host = line_of([word("so", 0), word("⋃", 30, 100, tall=1.4), word("A", 44), word("is", 60), word("open", 75)])
    over = line_of([word("n", 31, 88, 7)])
    under = [
        line_of([word("i", 28, 112, 7, space=False), word("=1", 31.5, 112, 7)]),
        line_of([word("i∈I", 27, 120, 7)]),
    ]
    stranger = line_of([word("footnote", 80, 112, 7)])
    assert texts([over, host, under[0], stranger]) == [r"so $\bigcup_{i=1}^n$ A is open", "footnote"]
    (both,) = texts([host, *under])
    assert both.startswith(r"so $\bigcup_{\substack{i=1 \\ ")
    assert both.endswith("}}$ A is open")
    assert texts([host, stranger]) == ["so ⋃ A is open", "footnote"]


def test_a_sign_that_became_part_of_another_s_limits_is_left_alone() -> None:
    sign = word("∑", 28, 112, 7)
    lines = [line_of([word(r"$\\bigcup_{\\sum i}$", 28), word("A", 60)])]
    assert _limited(sign, 112.0, lines, [(sign, 112.0)]) == lines


def test_limits_of_a_sum_in_a_line_are_raised_and_lowered() -> None:
    line = line_of([
        word("∑", 0, space=True), word("n", 6, 95, 7, space=True), word("i", 6, 103, 7, space=False),
        word("=1", 9, 103, 7), word("x", 20),
    ])  # fmt: skip
    assert line_text(line) == "∑ⁿᵢ₌₁ x"
