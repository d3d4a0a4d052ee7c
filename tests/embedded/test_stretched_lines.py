"""Lines whose blanks are wide: words stretched to an edge and blanks as wide as a letter, and what is cells."""

from __future__ import annotations

import pymupdf
import pytest
from typeset import Sheet, texts

from docparse.schemas.page import WordStyle


def stretch(sheet: Sheet, y: float, text: str, left: float, gap: float, more: float = 0.0) -> None:
    """Words set `gap` apart, `more` behind commas and the ends of sentences."""
    x = left
    for word in text.split():
        x = sheet.put(x, y, word) - 2.78 + gap + (more if word[-1] in ".,;:" else 0)


def test_stretched_lines_under_one_another_are_one_text() -> None:
    sheet = Sheet()
    lines = ("This manual is licensed under the General Public License", "version 2. More of this can be found at")
    stretch(sheet, 600, lines[0], 150, 10.8, 12)
    stretch(sheet, 612, lines[1], 150, 12.2, 12)
    sheet.put(150, 624, "www.example.org/licenses/general.html")
    assert texts(sheet.blocks()) == [f"{lines[0]} {lines[1]} www.example.org/licenses/general.html"]


@pytest.mark.parametrize("style", [0, int(WordStyle.ITALIC)])
def test_a_slanted_word_may_stand_a_little_further_from_the_next(style: int) -> None:
    sheet = Sheet()
    words = ["Let", "G", "be", "a", "group", "given", "as", "one", "of", "many"]
    x = 60.0
    for word in words:
        slanted = style and word == "G"
        x = sheet.put(x, 100, word, style=style if slanted else 0) - 2.78 + 11 + (1.3 if slanted else 0)
    assert texts(sheet.blocks()) == [" ".join(words)]


@pytest.mark.parametrize(
    "rows", [["alpha be gamma delta", "be alpha delta gamma"], ["0.12 11.5 3 44.21", "7 0.3 22.4 1"]]
)
def test_cells_of_a_table_stay_apart(rows: list[str]) -> None:
    sheet = Sheet()
    for row, text in enumerate(rows * 4):
        for col, cell in enumerate(text.split()):
            sheet.put(60 + 45 * col, 100 + 12 * row, cell)
    assert " ".join(rows[0].split()) not in "\n".join(texts(sheet.blocks())).split("\n")


@pytest.mark.parametrize(
    ("between", "one"), [("a line that runs over all of what stands below it here", True), ("", False)]
)
def test_a_blank_as_wide_as_a_letter_is_none_between_columns_where_lines_run_over_it(between: str, one: bool) -> None:
    sheet = Sheet()
    for y in (84, 116):
        if between:
            sheet.put(60, y, between)
        else:
            sheet.put(60, y, "a colour")
            sheet.put(115, y, "it is of a red kind")
    end = sheet.put(60, 100, "a colour") - 2.78
    sheet.put(end + 9.8, 100, "(default is none)")
    assert any("a colour (default is none)" in text for text in texts(sheet.blocks())) is one


@pytest.mark.parametrize("style", [0, int(WordStyle.MONO)])
def test_narrow_columns_of_korean_in_a_font_of_one_width_stay_two(style: int) -> None:
    sheet = Sheet()
    for x in (10, 153):
        for row in range(14):
            for place, word in enumerate(("여름방", "학이되", "어집에", "내려가")):
                sheet.put(x + 35 * place, 40 + 14 * row, word, 10, "ja", style)
                sheet.line -= place < 3
    assert [text.count("여름방") for text in texts(sheet.blocks())] == [14, 14]


def test_two_torn_lines_over_a_whole_one_are_of_the_text_below_too() -> None:
    sheet = Sheet()
    font = pymupdf.Font("helv")

    def fill(y: float, *parts: str) -> None:
        """Pieces that reach from edge to edge of the column."""
        blank = (188 - sum(font.text_length(part, 10) for part in parts)) / (len(parts) - 1)
        x = 300.0
        for part in parts:
            sheet.put(x, y, part)
            x += font.text_length(part, 10) + blank

    fill(100, "Whittaker (1960).", "Vegetation of Siskiyou")
    fill(112, "mountains, Oregon and Peru.", "Ecological")
    sheet.put(300, 124, "Monographs.")
    lines = (
        "Methods of fitting the dominance in it",
        "the whole community of many plants",
        "diversity curves and all that is of use",
        "another hypothesis of their kind only",
    )
    for row, line in enumerate(lines):
        fill(148 + 12 * row, *line.split())
    sheet.put(300, 196, "plants and more.")
    assert "Whittaker (1960). Vegetation of Siskiyou mountains, Oregon and Peru. Ecological Monographs." in texts(
        sheet.blocks()
    )
