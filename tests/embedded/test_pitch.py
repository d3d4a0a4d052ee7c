"""Monospaced type on scans: told line by line against other type, and what listings and tables of it become."""

from __future__ import annotations

import pytest
from test_type_size import Scan

from docparse.model.embedded.layout import build_blocks
from docparse.model.embedded.tables import find_tables
from docparse.schemas.document import Code, Table
from docparse.schemas.page import WordStyle

CALLS = [
    "> fit <- model(time ~ age + sex, data = lung)",
    "> lights <- matrix(temp, 10, 7)",
    "> plot(time, width, type = 'l', col = red)",
    "# Get the mapping from one to the other",
]


def mono_lines(scan: Scan) -> set[int]:
    return {word.line for word in scan.typed() if word.style & WordStyle.MONO}


@pytest.mark.parametrize("font", ["cour", "cobo", "coit"])
def test_short_commands_between_paragraphs_are_monospaced_and_nothing_else_is(font: str) -> None:
    scan = Scan()
    y, commands = 100.0, set()
    for text in CALLS:
        y = scan.prose(y, 3) + 7
        commands.add(scan.line)
        scan.put(60, y, text, font=font)
        y += 20
    assert mono_lines(scan) == commands


def test_what_a_line_says_helps_to_tell_its_type() -> None:
    scan = Scan()
    y, commands = 100.0, set()
    for text in ("> names(t)", "[1] 51032", "> t <- f(x)", "$ ls -a"):
        y = scan.prose(y, 2) + 7
        commands.add(scan.line)
        scan.put(60, y, text, font="cour")
        y += 20
    assert mono_lines(scan) == commands


@pytest.mark.parametrize("font", ["helv", "tiro", "hebo", "tiit"])
def test_no_other_type_is_monospaced_be_it_lists_of_short_lines(font: str) -> None:
    scan = Scan()
    for line, text in enumerate([*CALLS, "Apply", "CALL US NOW", "min max sum", "ill will", "1, 2, 3, 4"] * 3):
        scan.put(60, 100 + 13 * line, text, font=font)
    assert not mono_lines(scan)


def test_numbers_that_ocr_parted_are_monospaced_as_their_row_is() -> None:
    scan = Scan()
    y = scan.prose(100, 6) + 10
    first = scan.line
    for row in range(4):
        for column, text in enumerate(["age.group", "mean", "12", str(3 * row), "deviation"]):
            scan.put(60 + 78 * column, y + 13 * row, text, font="cour")
    scan.put(60, y + 65, "> fit <- model(time ~ age + sex, data = lung)", font="cour")
    found = mono_lines(scan)
    assert min(found) == first  # of the table, no prose
    assert len(found) >= 14


@pytest.mark.parametrize("text", ["\\\\n\\\\n", "déjà_vu", "l"])
def test_a_line_read_badly_between_lines_of_a_listing_is_part_of_it(text: str) -> None:
    scan = Scan()
    y = scan.prose(100, 6) + 10
    lines = [
        "for name in names:",
        "    print(name, sizes[name])",
        "    total += sizes[name]",
        "return total / len(names)",
    ]
    for number, line in enumerate([*lines, "x = y", *lines]):
        scan.put(60, y + 12 * number, line, font="cour")
    changed = next(place for place, word in enumerate(scan.words) if word.text == "x")
    scan.words[changed] = scan.words[changed]._replace(text=text)
    del scan.words[changed + 1 : changed + 3]
    (code,) = [block for block in scan.blocks() if isinstance(block, Code)]
    assert text in code.text
    assert len(code.text.splitlines()) == 9


def test_fractions_and_leaders_show_no_type() -> None:
    scan = Scan()
    scan.prose(100, 6)
    for line in range(8):
        scan.put(60, 200 + 13 * line, "A .......... 12")
        scan.put(300, 200 + 13 * line, "1111")
        scan.words[-1] = scan.words[-1]._replace(text="$\\frac{2}{17}$")
    assert not mono_lines(scan)


def test_blanks_under_one_another_in_typed_text_are_no_gutter() -> None:
    scan = Scan()
    for line in range(14):
        scan.put(
            60,
            100 + 13 * line,
            f"-{'abcdefghijklmn'[line]} : write the result number {line} to the output",
            font="cour",
        )
    blocks = scan.blocks()
    assert [block.bbox is not None and block.bbox[0] < 70 for block in blocks] == [True] * len(blocks)


def test_numbers_in_monospaced_columns_are_a_table_on_scans_too() -> None:
    scan = Scan()
    y = scan.prose(100, 6) + 20
    for row, cells in enumerate(
        [("Year", "North", "South", "West"), *((str(1990 + n), f"{n}.25", f"{n + 3}.50", f"1{n}.75") for n in range(7))]
    ):
        for column, cell in enumerate(cells):
            scan.put(80 + 90 * column, y + 14 * row, cell, font="cour")
    scan.prose(y + 130, 4)
    words = [word._replace(style=WordStyle.MONO) if 5 < word.line < 38 else word for word in scan.typed()]
    page = scan.image()
    blocks = build_blocks(page, words, [], find_tables(page.replace(is_scan=True), scan.words, []))
    (table,) = [block for block in blocks if isinstance(block, Table)]
    assert (table.rows, table.cols) == (8, 4)
