"""What is set as headings are and is none: led entries, cells in capitals, signs on maps, boxes to tick."""

from __future__ import annotations

import pytest
from typeset import LOREM, Sheet

from docparse.schemas.document import Heading, ListBlock
from docparse.schemas.page import WordStyle


def heads(sheet: Sheet) -> list[str]:
    return [block.text for block in sheet.blocks() if isinstance(block, Heading)]


def test_entries_in_large_type_with_leaders_are_no_headings() -> None:
    sheet = Sheet()
    sheet.put(60, 80, "Contents", 18, "hebo", WordStyle.BOLD)
    for row, entry in enumerate(
        ("Main changes in what is new", "An overview of all the models", "Hints for those who use it")
    ):
        right = sheet.put(60, 120 + 40 * row, f"{row + 1} {entry}", 13)
        for x in range(int(right) + 4, 390, 14):
            sheet.put(x, 120 + 40 * row, ".", 13)
        sheet.put(394, 120 + 40 * row, str(row + 3), 13)
        sheet.paragraph(80, 136 + 40 * row, 440, LOREM[:12])
    assert heads(sheet) == ["Contents"]


@pytest.mark.parametrize(("before", "count", "are_heads"), [(True, 5, False), (False, 5, True), (True, 2, True)])
def test_names_in_capitals_are_cells_where_each_has_one_before_it(before: bool, count: int, are_heads: bool) -> None:
    sheet = Sheet()
    y = sheet.paragraph(60, 80, 440, LOREM * 2) + 20
    names = [f"LETTER {name}" for name in ("BRIM", "SYRUP", "TELLER", "TSEM", "RTELL")[:count]]
    for row, name in enumerate(names):
        if before:
            sheet.put(60, y + 60 * row, f"U+1600{row}")
        sheet.put(135, y + 60 * row, name)
        if not before:
            sheet.paragraph(135, y + 60 * row + 20, 300, LOREM[:12])
    assert heads(sheet) == (names if are_heads else [])


def test_signs_of_the_squares_of_a_map_are_no_headings() -> None:
    sheet = Sheet()
    sheet.paragraph(60, 60, 440, LOREM * 3)
    for row in range(4):
        for col in range(4):
            sheet.put(80 + 100 * col, 200 + 100 * row, "HN"[row % 2] + "QRST"[col], 24)
    assert heads(sheet) == []


def test_a_box_to_tick_begins_no_heading() -> None:
    sheet = Sheet()
    y = sheet.paragraph(60, 60, 440, LOREM * 3)
    sheet.put(60, y + 20, "◯ NEIN")
    sheet.paragraph(60, y + 50, 440, LOREM * 3)
    assert heads(sheet) == []


def test_names_beside_one_another_over_a_date_are_no_headings() -> None:
    sheet = Sheet()
    sheet.put(180, 100, "Drawings with a Package", 18)
    for x, y, text in (
        (200, 130, "Ann Example"), (300, 130, "Bob Sampled"),
        (130, 150, "Cora Instance"), (255, 150, "Dan Specimen"), (370, 150, "Eve Sampling"),
        (254, 180, "May 7, 2012"),
    ):  # fmt: skip
        sheet.put(x, y, text, 12)
    sheet.paragraph(60, 240, 440, LOREM * 4)
    assert heads(sheet) == ["Drawings with a Package"]


@pytest.mark.parametrize("mono", [True, False])
def test_a_number_belongs_to_the_head_whose_name_is_in_typewriter_type(mono: bool) -> None:
    sheet = Sheet()
    y = sheet.paragraph(60, 80, 440, LOREM * 3) + 20
    sheet.put(60, y, "5", 14, "hebo", WordStyle.BOLD)
    if mono:
        sheet.put(90, y, "expect_equal", 14, "cour", WordStyle.MONO)
    else:
        end = sheet.put(90, y, "Types of a", 14, "hebo", WordStyle.BOLD)
        sheet.line -= 1
        sheet.put(end, y, "<types>", 14, "cour", WordStyle.MONO)
    sheet.paragraph(60, y + 24, 440, LOREM * 3)
    assert heads(sheet) == ["5 expect_equal" if mono else "5 Types of a <types>"]


@pytest.mark.parametrize(
    ("names", "are_heads"),
    [
        (("SPOUSE", "CHILD", "FIDUCIARY", "ALTERNATE SIGNER"), False),
        (("2. SOCIAL SECURITY NUMBER", "3. DATE OF BIRTH", "4. FILE NUMBER"), False),
        (("SPOUSES AND CHILDREN",), True),
    ],
)
def test_names_in_capitals_side_by_side_are_labels(names: tuple[str, ...], are_heads: bool) -> None:
    sheet = Sheet()
    y = sheet.paragraph(60, 80, 440, LOREM * 2) + 24
    for place, name in enumerate(names):
        sheet.put(60 + 480 / len(names) * place, y, name, 9.8)
    sheet.paragraph(60, y + 50, 440, LOREM * 2)
    assert (heads(sheet) == list(names)) is are_heads
    assert bool(heads(sheet)) is are_heads


def test_large_lines_with_bullets_that_wrap_are_a_list() -> None:
    sheet = Sheet()
    for row, words in enumerate((LOREM[:12], LOREM[2:14], LOREM[4:16])):
        sheet.put(70, 100 + 44 * row, "◆", 13)
        sheet.paragraph(96, 100 + 44 * row, 300, words, 13)
    sheet.paragraph(70, 260, 440, LOREM * 3)
    (found,) = [block for block in sheet.blocks() if isinstance(block, ListBlock)]
    assert len(found.items) == 3
    assert heads(sheet) == []


@pytest.mark.parametrize(
    ("text", "heading"),
    [("It also writes all of this into the file of errors:", False), ("What it writes there:", True)],
)
def test_a_sentence_in_larger_type_that_leads_to_a_listing_is_no_heading(text: str, heading: bool) -> None:
    sheet = Sheet()
    y = sheet.paragraph(60, 100, 440, LOREM * 4, 9.5)
    sheet.put(60, y + 20, text, 12)
    sheet.paragraph(60, y + 44, 440, LOREM * 4, 9.5)
    assert any(isinstance(block, Heading) for block in sheet.blocks()) is heading


def test_options_of_a_program_are_no_headings() -> None:
    sheet = Sheet()
    y = sheet.paragraph(60, 80, 440, LOREM * 2) + 20
    for row, option in enumerate(("--latest-only, --latest", "-Everything")):
        sheet.put(60, y + 60 * row, option, 10, "hebo", WordStyle.BOLD)
        sheet.paragraph(90, y + 60 * row + 12, 400, LOREM[:20])
    assert heads(sheet) == []


def test_heads_right_under_one_another_are_two() -> None:
    sheet = Sheet()
    y = sheet.paragraph(60, 80, 440, LOREM * 2) + 20
    for row, text in enumerate(("6.3. Interceptions", "6.4. Recoveries", "6.5. Autopsies")):
        sheet.put(60, y + 16 * row, text, 12, "hebo", WordStyle.BOLD)
    y = sheet.paragraph(60, y + 60, 440, LOREM * 2) + 20
    sheet.put(60, y, "SYNOPSIS", 10.9, "hebo", WordStyle.BOLD)
    sheet.put(96, y + 12, "makeindex [options]", 10, "hebo", WordStyle.BOLD)
    sheet.paragraph(96, y + 40, 400, LOREM * 2)
    assert heads(sheet)[:4] == ["6.3. Interceptions", "6.4. Recoveries", "6.5. Autopsies", "SYNOPSIS"]
