"""Listings and commands: lone lines, frames in columns, pages that hold hardly anything else; fonts without a name."""

from __future__ import annotations

import re

import pymupdf
import pytest
from typeset import LOREM, Sheet

from docparse.model.embedded.lines import make_lines
from docparse.model.embedded.listings import find_listings
from docparse.model.embedded.mono import is_mono_word
from docparse.model.embedded.paragraphs import Para
from docparse.model.embedded.stats import page_stats
from docparse.schemas.document import Code, ListBlock, Paragraph
from docparse.schemas.page import PageImage, Rule, Word, WordStyle
from docparse.source.fixed_pitch import with_fixed_pitch

MONO = WordStyle.MONO


@pytest.mark.parametrize(
    ("text", "is_code"),
    [
        ("mpirun -np 10 prog", True),
        ("> plot(tree)", True),
        ("make test-parallel", True),
        ("someone@example.org", False),
        ("https://example.org/a/b", False),
        ("summary", False),
        ("• archive_1.0.tar.gz", False),
    ],
)
def test_command_between_paragraphs_is_code(text: str, is_code: bool) -> None:
    sheet = Sheet()
    y = sheet.paragraph(60, 100, 440, LOREM * 2)
    sheet.put(60, y + 10, text, font="cour", style=MONO)
    sheet.paragraph(60, y + 34, 440, LOREM * 2)
    assert any(isinstance(block, Code) for block in sheet.blocks()) is is_code


OUTPUT = """\
> fit <- model(time ~ age + sex)
> print(fit)
            coef  se(coef)
age        0.020  0.00931
sex       -0.531  0.17549
Iterations: 4 outer, 12 inner
n= 214, events= 152"""
FORM = """\
We charge you:
Contract:  63419999
Car:       318d Touring
Rate from 01.11.2024
Plate:     FB-LE 9999"""


@pytest.mark.parametrize(("text", "is_code"), [(OUTPUT, True), (FORM, False)])
def test_what_a_program_printed_is_code_beside_a_line_of_prose(text: str, is_code: bool) -> None:
    sheet = Sheet()
    sheet.put(60, 80, "None of the numbers below are of any note, but look at them.")
    for row, line in enumerate(text.split("\n")):
        for part in re.finditer(r"\S+", line):
            sheet.put(60 + 6 * part.start(), 110 + 12 * row, part[0], font="cour", style=MONO)
    assert any(isinstance(block, Code) for block in sheet.blocks()) is is_code


def test_output_in_columns_that_ocr_parted_is_code() -> None:
    sheet = Sheet()
    for row in range(10):
        sheet.put(60, 110 + 24 * row, f"> round(ftable(rates[, {row}]), 1)", font="", style=MONO)
        for column in range(6):
            sheet.put(80 + 60 * column, 122 + 24 * row, f"{row}{column}.5", font="", style=MONO)
    assert any(isinstance(block, Code) for block in sheet.blocks())


def test_a_cell_that_comes_after_the_prose_below_is_part_of_the_listing() -> None:
    """What a program printed, cut short by dots: the last value is read with the commands below."""
    sheet = Sheet()
    sheet.put(72, 100, "> coef(fit)", 10, "cour", MONO)
    sheet.put(72, 112, "## (Intercept)  0.14867414", 10, "cour", MONO)
    sheet.put(72, 124, "## V7", 10, "cour", MONO)
    sheet.put(72, 136, "....", 10, "cour", MONO)
    sheet.paragraph(72, 160, 440, LOREM * 2)
    sheet.put(155, 124, "0.02668633", 10, "cour", MONO)
    lines = make_lines(sheet.words)
    cell = next(line for line in lines if line.plain == "0.02668633")
    printed = [line for line in lines if line.baseline < 150 and line is not cell]
    paras = [Para(printed), Para([line for line in lines if line.baseline > 150]), Para([cell])]
    found = find_listings(paras, page_stats(lines), PageImage(1, 588, 840, 595, 842))
    assert list(found) == [0, 2]
    assert found[0] is not None
    assert found[0].text.splitlines()[2].split() == ["##", "V7", "0.02668633"]


def test_a_head_with_a_name_in_monospaced_type_is_no_listing() -> None:
    sheet = Sheet()
    y = sheet.paragraph(60, 100, 440, LOREM * 2)
    sheet.put(60, y + 14, "2.2.10", 12, "hebo", WordStyle.BOLD)
    sheet.put(120, y + 14, "@BeginExample and @EndExample", 12, "cour", MONO)
    sheet.paragraph(60, y + 34, 440, LOREM * 2)
    assert not any(isinstance(block, Code) for block in sheet.blocks())


def test_term_and_cell_in_monospaced_type_are_no_code() -> None:
    sheet = Sheet()
    y = sheet.paragraph(60, 100, 440, LOREM * 2)
    sheet.put(60, y + 10, "-n number", font="cour", style=MONO)
    sheet.paragraph(90, y + 22, 400, LOREM)
    sheet.put(60, y + 90, "E = solve(x)", font="cour", style=MONO)
    sheet.put(160, y + 90, "the solution of it")
    assert not any(isinstance(block, Code) for block in sheet.blocks())


def test_listings_in_frames_side_by_side_stay_two() -> None:
    sheet = Sheet()
    for left in (60, 310):
        sheet.paragraph(left, 100, 220, LOREM)
        for x in (left - 4, left + 226):
            sheet.rules.append(Rule((x, 180, x, 300), False, 0.5))
        for row, text in enumerate(["for (i = 0; i < n; i++) {", "    sum += i;", "}", "", "return sum;"]):
            if text:
                indent = len(text) - len(text.lstrip())
                sheet.put(left + 6 * indent, 195 + 12 * row, text.strip(), font="cour", style=MONO)
        sheet.paragraph(left, 330, 220, LOREM)
    code = [block.text for block in sheet.blocks() if isinstance(block, Code)]
    assert code == ["for (i = 0; i < n; i++) {\n    sum += i;\n}\n\nreturn sum;"] * 2


@pytest.mark.parametrize("columns", [True, False])
@pytest.mark.parametrize("cells", [True, False])
def test_listings_in_two_columns_of_text_stay_two_and_those_of_one_text_are_one(columns: bool, cells: bool) -> None:
    sheet = Sheet()
    for left, width in ((60, 200), (280, 220)) if columns else ((60, 470),):
        sheet.paragraph(left, 80, width, LOREM * (2 if columns else 4))
    if cells:  # narrow ones on both sides show no columns
        for left in (60, 180, 300, 420):
            sheet.paragraph(left, 440, 60, "one of four cells here in a row")
    for row in range(6):
        sheet.put(60, 320 + 12 * row, f"> report{row} = function(x) {{", 9, "cour", MONO)
        sheet.put(280, 320 + 12 * row, f"+     file = file{row})", 9, "cour", MONO)
    listings = [block for block in sheet.blocks() if isinstance(block, Code)]
    assert len(listings) == (2 if columns else 1)


def test_page_of_nothing_but_program_lines_and_a_heading_is_code() -> None:
    sheet = Sheet()
    sheet.put(60, 80, "Definitions", 16, "hebo", WordStyle.BOLD)
    for row in range(20):
        sheet.put(60, 110 + 12 * row, f"double x{row} = values[{row}];", font="cour", style=MONO)
    (code,) = [block for block in sheet.blocks() if isinstance(block, Code)]
    assert code.text.count("\n") == 19


def test_address_in_monospaced_type_goes_on_in_the_next_line() -> None:
    sheet = Sheet()
    right = sheet.put(60, 100, "Author A, Author B (2004). A title of some length. Journal of Things, 45, 215–233.")
    sheet.put(right, 100, "doi:", font="cour", style=MONO)
    sheet.put(72, 112, "10.1016/s0167-9473.", font="cour", style=MONO)
    (block,) = sheet.blocks()
    assert isinstance(block, Paragraph)
    assert block.text.endswith("doi: 10.1016/s0167-9473.")


def _set(font: str, name: str, texts: list[str]) -> list[Word]:
    metrics = pymupdf.Font(font)
    words = []
    for row, text in enumerate(texts):
        y = 100.0 + 12 * row
        words.append(Word(text, (60, y - 9, 60 + metrics.text_length(text, 10), y + 2), 10, name, 0, 0, y, row))
    return words


@pytest.mark.parametrize(
    ("font", "name", "mono"),
    [("cour", "F38", True), ("helv", "F38", False), ("cour", "Type3 (12 0 R)", True), ("cour", "Serif", False)],
)
def test_fonts_without_a_name_are_told_by_their_letters_room(font: str, name: str, mono: bool) -> None:
    texts = ["illustration", "women", "Matrix", "will", "MWW", "still", "lamp", "GNU", "tilt"]
    words = with_fixed_pitch(_set(font, name, texts))
    assert {bool(word.style & MONO) for word in words} == {mono}


@pytest.mark.parametrize(
    ("font", "name", "mono"),
    [("cour", "F38", True), ("helv", "F38", False), ("cour", "Type3 (12 0 R)", True), ("cour", "Serif", False)],
)
def test_few_long_words_tell_a_font_without_a_name(font: str, name: str, mono: bool) -> None:
    words = with_fixed_pitch(_set(font, name, ["length(Millimetres)", "will(DOM)", "getlength(illusion,WM)", "hint"]))
    assert {bool(word.style & MONO) for word in words} == {mono}


@pytest.mark.parametrize(
    ("name", "mono"),
    [
        ("mplus1mn-regular", True),
        ("FiraCode-Bold", True),
        ("Source Code Pro", True),
        ("TeXGyreCursor-Regular", True),
        ("t1xtt", True),
        ("ECIT1000", True),
        ("mplus1p", False),
        ("Pecita", False),
        ("Monotype Corsiva", False),
    ],
)
def test_fonts_of_programs_are_told_by_their_names(name: str, mono: bool) -> None:
    (word,) = _set("helv", name, ["main"])
    assert is_mono_word(word) is mono


def test_signs_of_another_font_stay_in_their_row_of_a_listing() -> None:
    sheet = Sheet()
    y = sheet.paragraph(60, 100, 440, LOREM * 2) + 10
    for row, text in enumerate(['asm("mov r0, r1"', '"mov r1, r2"', ': "=r" (value));']):
        sheet.put(60, y + 12 * row, text, font="cour", style=MONO)
    for row in range(2):
        sheet.put(204, y + 12 * row, '"\\n\\t"')
    sheet.paragraph(60, y + 48, 440, LOREM * 2)
    (code,) = [block.text for block in sheet.blocks() if isinstance(block, Code)]
    assert [line.split("  ")[-1].strip() for line in code.split("\n")[:2]] == ['"\\n\\t"'] * 2


def test_names_in_typewriter_type_behind_bullets_of_it_are_items() -> None:
    sheet = Sheet()
    y = sheet.paragraph(60, 100, 440, LOREM * 2) + 10
    for row, name in enumerate(("one", "two", "six", "ten", "few", "any")):
        right = sheet.put(70, y + 18 * row, f"• break_at_{name} = {row}", font="cour", style=MONO)
        sheet.put(right - 6, y + 18 * row, f": {'all of them' if row else 'what is on a page'} and more of it")
    sheet.paragraph(60, y + 134, 440, LOREM * 2)
    (found,) = [block for block in sheet.blocks() if isinstance(block, ListBlock)]
    assert [item.text.split(":")[0] for item in found.items][:2] == ["break_at_one = 0", "break_at_two = 1"]


def test_addresses_in_typewriter_type_behind_raised_numbers_are_notes() -> None:
    sheet = Sheet()
    sheet.paragraph(60, 100, 440, LOREM * 2)
    for row, name in enumerate(("first", "second")):
        sheet.put(60, 697 + 12 * row, str(row + 1), 6)
        sheet.put(65, 700 + 12 * row, f"https://example.org/{name}/page.html", 8, "cour", MONO)
    assert not any(isinstance(block, Code) for block in sheet.blocks())


@pytest.mark.parametrize(("font", "mono"), [("cour", True), ("helv", False)])
def test_three_long_words_of_the_same_room_tell_a_font_without_a_name(font: str, mono: bool) -> None:
    words = with_fixed_pitch(_set(font, "F33", ["library(limma)", "limmaUsersGuide()", "help.Master()"]))
    assert {bool(word.style & MONO) for word in words} == {mono}


def test_a_prompt_is_code_where_most_type_is_smaller() -> None:
    sheet = Sheet()
    sheet.put(60, 100, "> plot(tree)", 10, font="cour", style=MONO)
    sheet.put(120, 112, "Heights of trees", 4)  # a title of what is plotted, no term's explanation
    sheet.paragraph(60, 300, 440, LOREM * 3, 8)
    assert [block.text for block in sheet.blocks() if isinstance(block, Code)] == ["> plot(tree)"]


def test_a_relation_in_typewriter_type_is_no_formula() -> None:
    sheet = Sheet()
    y = sheet.paragraph(60, 100, 440, LOREM * 3)
    first = len(sheet.words)
    sheet.put(100, y + 16, "> x = 3", font="cour")
    sheet.words[first:] = [word._replace(font="SFTT1000") for word in sheet.words[first:]]
    sheet.paragraph(60, y + 46, 440, LOREM * 3)
    assert [block.text for block in sheet.blocks() if isinstance(block, Code)] == ["> x = 3"]


@pytest.mark.parametrize(("font", "mono"), [("cour", True), ("helv", False)])
def test_two_long_words_and_a_prompt_of_their_room_tell_a_font_without_a_name(font: str, mono: bool) -> None:
    words = with_fixed_pitch(_set(font, "F53", ["is.triangulated(coex)", ">", "is.triangulated(hcs)"]))
    assert {bool(word.style & MONO) for word in words} == {mono}


@pytest.mark.parametrize(("text", "size"), [("[1] TRUE", 10), ('.HEADING 1 NAMED intro "Introduction"', 11.2)])
def test_what_r_prints_and_macros_in_bold_are_code(text: str, size: float) -> None:
    sheet = Sheet()
    y = sheet.paragraph(60, 100, 440, LOREM * 2)
    sheet.put(60, y + 14, text, size, font="cour", style=MONO | WordStyle.BOLD * text.startswith("."))
    sheet.paragraph(60, y + 42, 440, LOREM * 2)
    assert [block.text for block in sheet.blocks() if isinstance(block, Code)] == [text]
