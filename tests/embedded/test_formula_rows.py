"""Formulas of several rows, and what belongs to one formula."""

from __future__ import annotations

from docparse.model.embedded.formula_find import find_displays
from docparse.model.embedded.formula_rows import formula_blocks
from docparse.model.embedded.lines import Line, line_of
from docparse.schemas.document import Formula
from docparse.schemas.page import Rule, Word, WordStyle

ITALIC = int(WordStyle.ITALIC)


def row(text: str, x: float, y: float, style: int = ITALIC, font: str = "CMMI10") -> Line:
    """A line of signs that stand 8 points apart, words where the text has several letters together."""
    words = []
    for part in text.split():
        width = 5.0 * len(part)
        words.append(Word(part, (x, y - 8, x + width, y + 2), 10.0, font, style, 0, y, 0, space=True))
        x += width + 3
    return line_of(words)


def prose(y: float, x: float = 0.0) -> Line:
    return row("running text that fills all of its line here", x, y, 0, "CMR10")


def read(*lines: Line, rules: list[Rule] | None = None) -> list[Formula]:
    ordered = sorted(lines, key=lambda line: (line.baseline, line.x0))
    return [block for each in find_displays(ordered, rules or [], 10.0) for block in formula_blocks(each, rules or [])]


def test_rows_that_are_aligned_are_one_formula() -> None:
    blocks = read(prose(60), row("a = b + c", 92, 100), row("= d + e", 100, 116), row("= f", 100, 132), prose(170))
    assert [block.latex for block in blocks] == [r"\begin{aligned} a & = b + c \\ & = d + e \\ & = f \end{aligned}"]


def test_rows_with_numbers_are_formulas_of_their_own() -> None:
    numbers = [row("(1)", 300, 100, 0, "CMR10"), row("(2)", 300, 116, 0, "CMR10")]
    blocks = read(prose(60), row("a = b + c", 92, 100), row("d = e", 92, 116), *numbers, prose(150))
    assert [block.latex for block in blocks] == [r"a = b + c \tag{1}", r"d = e \tag{2}"]


def test_a_number_between_two_rows_is_that_of_both() -> None:
    blocks = read(
        prose(60), row("a = b + c", 92, 100), row("d = e", 92, 116), row("(1)", 300, 108, 0, "CMR10"), prose(150)
    )
    assert [block.latex for block in blocks] == [r"\begin{aligned} a & = b + c \\ d & = e \end{aligned} \tag{1}"]


def test_a_number_with_that_of_its_chapter_is_a_formulas_too() -> None:
    (block,) = read(prose(60), row("a = b + c", 92, 100), row("(2.3)", 300, 100, 0, "CMR10"), prose(150))
    assert block.latex == r"a = b + c \tag{2.3}"


def test_formulas_apart_stay_apart() -> None:
    assert len(read(prose(60), row("a = b + c", 92, 100), row("d = e + f", 92, 130), prose(170))) == 2


def test_columns_are_not_mixed() -> None:
    blocks = read(row("a = b + c", 92, 100), row("= d + e", 300, 112), prose(60), prose(140))
    assert len(blocks) == 2


def test_a_row_that_goes_on_without_a_relation_belongs_to_the_one_above() -> None:
    (block,) = read(prose(60), row("s = a + b + c + d", 60, 100), row("+ e + f", 90, 114), prose(150))
    assert block.latex == r"\begin{gathered} s = a + b + c + d \\ + e + f \end{gathered}"


def test_rows_that_are_read_stay_so_beside_one_that_is_not() -> None:
    blocks = read(
        prose(60),
        row("a = b", 92, 100),
        row("= c", 100, 116),
        row("= ⎩ d", 100, 132),
        row("= e + g", 100, 148),
        prose(190),
    )
    assert [bool(block.latex) for block in blocks] == [True, False, True]


def test_words_in_a_formula_are_its_own_and_items_are_no_formulas() -> None:
    condition = row("x = y + z + a + b", 92, 100)
    condition.words.append(Word("otherwise", (160, 92, 185, 102), 10.0, "CMR10", 0, 0, 100.0, 0))
    (block,) = read(prose(60), line_of(condition.words), prose(140))
    assert block.latex == r"x = y + z + a + b\text{ otherwise }"
    assert read(prose(60), row("a)", 60, 100, 0, "CMR10"), row("x = y", 92, 100), prose(140)) == []


def test_a_limit_is_not_torn_at_the_edge() -> None:
    words = [
        Word("=", (100, 92, 108, 102), 10.0, "CMR10", 0, 0, 100.0, 0),
        Word("∑", (112, 90, 126, 104), 10.0, "CMEX10", 0, 0, 100.0, 0),
        Word("0", (96, 109, 100, 116), 7.0, "CMR7", 0, 0, 114.0, 0),
        Word("≤i≤n", (100, 109, 142, 116), 7.0, "CMSY7", 0, 0, 114.0, 0),
        Word("a", (130, 92, 135, 102), 10.0, "CMMI10", ITALIC, 0, 100.0, 0),
    ]
    limit = line_of(words[2:4])
    (block,) = read(prose(50), row("x = y", 92, 81), line_of([*words[:2], words[4]]), limit, prose(160))
    assert r"\sum_{0\leq i\leq n}" in block.latex


def test_line_numbers_in_the_margin_are_no_part_of_a_formula() -> None:
    numbers = [row(str(n), 20, 40 + 14 * n, 0, "CMR10") for n in range(12)]
    blocks = read(prose(60, 50), row("x = y + z", 92, 100), *numbers, prose(140, 50))
    assert [block.latex for block in blocks] == ["x = y + z"]


def test_half_a_fraction_is_not_read() -> None:
    bars = [Rule((92, 89, 112, 89.4), True, 0.4)]
    assert [block.latex for block in read(prose(40), row("a b = x", 92, 100), prose(150), rules=bars)] == [""]


def test_the_box_of_a_formula_holds_its_numerators() -> None:
    words = [
        Word("y", (92, 92, 97, 102), 10.0, "CMMI10", ITALIC, 0, 100.0, 0),
        Word("=", (100, 92, 108, 102), 10.0, "CMR10", 0, 0, 100.0, 0),
        Word("a", (112, 85, 117, 95), 10.0, "CMMI10", ITALIC, 0, 93.0, 0),
        Word("b", (112, 99, 117, 109), 10.0, "CMMI10", ITALIC, 0, 107.0, 0),
    ]
    (block,) = read(prose(60), line_of(words), prose(140), rules=[Rule((111, 97, 118, 97.4), True, 0.4)])
    assert block.latex == r"y = \frac{a}{b}"
    assert block.bbox is not None
    assert block.bbox[1] < 87
    assert block.bbox[3] > 106


def test_words_in_the_index_of_a_letter_are_of_its_formula() -> None:
    def indexed(x: float, letter: str, index: str, y: float) -> Line:
        sign = Word(letter, (x, y - 8, x + 6, y + 2), 10.0, "CMMI10", ITALIC, 0, y, 0, space=False)
        low = Word(index, (x + 6, y - 4, x + 20, y + 4), 7.0, "CMR7", 0, 0, y + 2, 0, space=True)
        return line_of([sign, low])

    first = indexed(100, "µ", "men", 100)
    rest = row("= b", 130, 100)
    other = indexed(160, "λ", "flu", 100)
    (formula,) = read(prose(60), line_of([*first.words, *rest.words, *other.words]), prose(150))
    assert formula.latex == r"\mu_{\text{men}} = b \lambda_{\text{flu}}"


def test_a_relation_in_a_cell_of_its_own_joins_its_sides_and_the_condition_behind_them() -> None:
    """As eqnarray sets them: 13 points on both sides of the sign."""
    sides = [row("y", 100, 100), row("=", 118, 100, 0, "CMR10"), row("x + u", 136, 100)]
    condition = row("( i < n )", 178, 100)
    (block,) = read(prose(60), *sides, condition, row("(1)", 320, 100, 0, "CMR10"), prose(140))
    assert block.latex == r"y = x + u ( i < n ) \tag{1}"


def test_a_formula_with_words_is_whole_up_to_its_number_at_the_edge() -> None:
    words = row("S = a + b , where q = c . (7)", 16, 100).words
    words[-1] = words[-1]._replace(bbox=(225, 92, 240, 102))
    words[6] = words[6]._replace(font="CMR10", style=0)
    (block,) = read(prose(60), line_of(words), prose(140))
    assert block.latex == r"S = a + b , \text{ where } q = c . \tag{7}"


def test_a_formula_in_fonts_of_mathematics_alone_may_begin_at_the_edge_of_the_text() -> None:
    """As KaTeX sets it in documents that are flush left."""
    katex = row("x + n = a", 0, 100, 0, "KaTeX_Main-Regular")
    assert [block.latex for block in read(prose(60), katex, prose(140))] == ["x + n = a"]
    assert read(prose(60), row("x + n = a", 0, 100, 0, "CMR10"), prose(140)) == []


def test_rows_that_begin_as_maxima_do_are_no_limits_of_others() -> None:
    rows = [row("max { a + b + c + d + e + f }", 120, y, 0, "CMR10") for y in (100, 118, 128)]
    left = [row(letter, 92, y) for letter, y in zip("uvw", (100, 118, 128), strict=True)]
    signs = [row("=", 104, y, 0, "CMR10") for y in (100, 118, 128)]
    brace = Word("{", (80, 90, 86, 132), 10.0, "CMEX10", 0, 0, 113.5, 0)
    ordered = sorted([prose(60), *left, *signs, *rows, line_of([brace]), prose(160)], key=lambda one: one.baseline)
    (display,) = find_displays(ordered, [], 10.0)
    assert len(display.lines) == 10


def test_no_line_is_of_two_formulas() -> None:
    rows = [row(f"{letter} = b", 92, y) for letter, y in (("u", 100), ("v", 118), ("w", 128))]
    bracket = Word("{", (80, 90, 86, 132), 10.0, "CMEX10", 0, 0, 112.0, 0)  # reaches up to the first, too low for it
    ordered = sorted([prose(60), *rows, line_of([bracket]), prose(160)], key=lambda one: one.baseline)
    lines = [id(line) for display in find_displays(ordered, [], 10.0) for line in display.lines]
    assert len(lines) == len(set(lines)) == 4


def test_indices_of_more_letters_than_what_they_are_at_lead_no_line() -> None:
    base = Word("z", (100, 92, 105, 102), 10.0, "CMMI10", ITALIC, 0, 100.0, 0)
    index = Word("rts", (105, 96, 117, 103), 7.0, "CMMI7", ITALIC, 0, 102.0, 0)
    assert (line_of([base, index]).baseline, line_of([base, index]).size) == (100, 10)
    text = [base._replace(text="T", font="Times"), index._replace(text="itle", font="Times", baseline=100.0)]
    assert line_of(text).size == 7
