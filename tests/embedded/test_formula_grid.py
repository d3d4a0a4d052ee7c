"""Matrices, cases, lines over signs and drawn roots of born-digital formulas."""

from __future__ import annotations

from docparse.model.embedded.formula import Display
from docparse.model.embedded.formula_drawn import drawn_signs
from docparse.model.embedded.formula_rows import formula_blocks
from docparse.model.embedded.formula_tree import to_latex
from docparse.model.embedded.lines import Line
from docparse.schemas.page import Rule, Shape, Word


def _word(text: str, x: float, baseline: float, size: float = 10, width: float = 5) -> Word:
    return Word(text, (x, baseline - 0.7 * size, x + width, baseline + 0.2 * size), size, "", 0, 0, baseline)


def _bracket(text: str, x: float) -> Word:
    return Word(text, (x, 0, x + 5, 30), 10, "", 0, 0, 17)


def test_rows_and_columns_between_brackets_are_a_matrix() -> None:
    words = [
        _word("A", 0, 18), _word("=", 9, 18), _bracket("(", 20), _word("a", 26, 10), _word("b", 46, 10),
        _word("c", 26, 25), _word("2", 31, 27, 7), _word("d", 46, 25), _bracket(")", 53),
    ]  # fmt: skip
    assert to_latex(words, []) == r"A = \begin{pmatrix} a & b \\ c_2 & d \end{pmatrix}"


def test_a_brace_that_nothing_closes_opens_cases() -> None:
    words = [
        _word("f", 0, 18), _word("=", 9, 18), _bracket("{", 20), _word("0", 26, 10), _word("if", 46, 10),
        _word("x", 60, 10), _word("1", 26, 25), _word("otherwise", 46, 25, width=45),
    ]  # fmt: skip
    assert to_latex(words, []) == r"f = \begin{cases} 0 & \text{ if } x \\ 1 & \text{ otherwise } \end{cases}"


def test_brackets_of_one_row_are_no_matrix() -> None:
    words = [_bracket("(", 0), _word("a", 6, 17), _word("+", 14, 17), _word("b", 22, 17), _bracket(")", 28)]
    assert to_latex(words, []) == "(a + b)"


def test_a_line_over_signs_is_kept_and_one_from_elsewhere_is_not_guessed() -> None:
    words = [_word("x", 0, 20), _word("+", 9, 20), _word("n", 18, 20)]
    assert to_latex(words, [Rule((18, 11, 23, 11.5), True, 0.5)]) == r"x + \overline{n}"
    assert to_latex(words, [Rule((18, 11, 60, 11.5), True, 0.5)]) is None
    assert to_latex(words, [Rule((-9, 9, 60, 9.5), True, 0.5)]) == "x + n"


def test_a_drawn_root_and_bars_are_signs() -> None:
    words = [_word("y", 0, 20), _word("=", 9, 20), _word("x", 30, 20)]
    root, bars = Shape((20, 10, 37, 23), 25, True), Shape((40, 4, 43, 24), 26, True)
    found = drawn_signs([root, bars], words)
    assert found is not None
    assert [word.text for word in found.words] == ["√", "‖"]
    assert to_latex([*words, *found.words], found.rules) == r"y = \sqrt{x} \|"


def test_what_is_drawn_and_unknown_leaves_a_formula_unread() -> None:
    words = [_word("y", 0, 20), _word("=", 9, 20), _word("x", 30, 20)]
    line = Line(words, 0, 13, 35, 22, 10, 20)
    display = Display([line], line.box)
    assert formula_blocks(display, [])[0].latex == "y = x"
    blob = Shape((18, 8, 26, 22), 30, True)
    block = formula_blocks(display, [], [blob])[0]
    assert (block.latex, block.flags) == ("", ["formula_not_recognised"])


def test_a_fraction_takes_the_rows_beside_its_bar_alone() -> None:
    words = [
        _bracket("{", 0), _word("1", 10, 5), _word("2", 10, 16), _word("x", 10, 31),
    ]  # fmt: skip
    assert to_latex(words, [Rule((9, 8, 16, 8.5), True, 0.5)]) == r"\begin{cases} \frac{1}{2} \\ x \end{cases}"


def _limit(text: str, x: float) -> Word:
    return Word(text, (x, 24, x + 4, 30), 7, "", 0, 0, 29)


def test_limits_that_touch_go_to_the_sums_that_they_are_under() -> None:
    sums = [
        Word("∑", (0, 8, 14, 22), 10, "", 0, 0, 18),
        Word("∏", (18, 8, 32, 22), 10, "", 0, 0, 18),
        _word("x", 36, 18),
    ]
    limits = [_limit("a", 1), _limit("=", 5), _limit("b", 9), _limit("i", 19), _limit("<", 23), _limit("n", 27)]
    assert to_latex([*sums, *limits], []) == r"\sum_{a=b} \prod_{i<n} x"


def test_an_exponent_before_a_sum_is_not_the_sums() -> None:
    words = [
        _word("n", 0, 18), Word("2", (5, 9, 9, 15), 7, "", 0, 0, 14), Word("∑", (11, 8, 25, 22), 10, "", 0, 0, 18),
        Word("k", (16, 1, 20, 6), 7, "", 0, 0, 5), _word("x", 28, 18),
    ]  # fmt: skip
    assert to_latex(words, []) == r"n^2 \sum^k x"


def test_tall_bars_that_hang_off_the_line_stay_on_their_row() -> None:
    words = [
        Word("|", (0, 8, 3, 20), 10, "", 0, 0, 15), _word("u", 4, 18), Word("|", (10, 8, 13, 20), 10, "", 0, 0, 15),
    ]  # fmt: skip
    assert to_latex(words, []) == "|u|"


def test_a_bar_in_a_set_is_no_row() -> None:
    bar = Word("|", (20, 2, 23, 28), 10, "", 0, 0, 8)
    words = [_bracket("{", 0), _word("x", 8, 17), bar, _word("y", 26, 17), _bracket("}", 33)]
    assert "matrix" not in (to_latex(words, []) or "")
