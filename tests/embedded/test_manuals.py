"""What manuals are made of: contents pages, listings, lists of names, imprints, hanging and stretched lines."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from typeset import LOREM, Sheet, texts

from docparse.model.embedded.line_numbers import part_line_numbers
from docparse.model.embedded.tables import find_tables
from docparse.model.embedded.tables.precision import is_listing
from docparse.model.embedded.types import FoundTable
from docparse.schemas.document import Cell, Code, Heading, ListBlock, Paragraph
from docparse.schemas.page import PageImage, Rule, Shape, Word, WordStyle

MONO = WordStyle.MONO
ENTRIES = ("1.1 Introduction", "1.2 Names", "1.3 What it is for", "1.4 Files and folders", "1.5 Use", "1.6 Errors")


@pytest.mark.parametrize("step", [7.0, 12.0])
@pytest.mark.parametrize("columns", [1, 2])
def test_dots_set_one_by_one_lead_to_the_number_of_their_entry(step: float, columns: int) -> None:
    sheet = Sheet()
    sheet.put(60, 80, "Contents", 16, "hebo", WordStyle.BOLD)
    for left in (60, 310)[:columns]:
        end = left + 220 if columns == 2 else 520
        for row, entry in enumerate(ENTRIES * 3):
            y = 110 + 13 * row
            right = sheet.put(left, y, entry)
            first = int((right + 4 - left) / step) + 1  # the dots of all lines stand under one another
            for place in range(first, int((end - 20 - left) / step)):
                sheet.put(left + place * step, y, ".")
            sheet.put(end - 11, y, str(10 + row))
    blocks = sheet.blocks()
    assert isinstance(blocks[0], Heading)
    lines = "\n".join(texts(blocks[1:])).split("\n")
    expected = [(entry.split()[0], str(10 + row)) for row, entry in enumerate(ENTRIES * 3)] * columns
    assert [(line.split()[0], line.split()[-1]) for line in lines] == expected


@pytest.mark.parametrize("part", ["5", "C"])
def test_numbers_that_stand_apart_belong_to_entries_whatever_these_begin_with(part: str) -> None:
    sheet = Sheet()
    entries = (
        (f"{part}.1", ".AC: Small Signals"),
        (f"{part}.2", "(No) Nesting"),
        (f"{part}.3", "Simple Files"),
        (f"{part}.4", "“Quotes” and so on"),
    )
    for row, (number, entry) in enumerate(entries):
        y = 100 + 13 * row
        sheet.put(60, y, number)
        right = sheet.put(95, y, entry)
        dots = "." * int((500 - right) / 7)
        for place, dot in enumerate(dots):
            sheet.put(right + 4 + 7 * place, y, dot)
        sheet.put(515, y, str(30 + row))
    lines = "\n".join(texts(sheet.blocks())).split("\n")
    assert [(line.split()[0], line.split()[1], line.split()[-1]) for line in lines] == [
        (number, entry.split()[0], str(30 + row)) for row, (number, entry) in enumerate(entries)
    ]


def test_the_letter_of_an_appendix_belongs_to_a_title_that_begins_in_latin_letters() -> None:
    sheet = Sheet()
    for row, (letter, title) in enumerate((("D", "JUMAN サーバの概要 23"), ("E", "JUMAN の更新履歴 23"))):
        sheet.put(60, 100 + 26 * row, letter, 10, "ja", WordStyle.BOLD)
        sheet.put(77, 100 + 26 * row, title, 9.2, "ja")
    assert [text.split()[:2] for text in texts(sheet.blocks())] == [["D", "JUMAN"], ["E", "JUMAN"]]


def test_names_in_typewriter_type_with_the_numbers_of_their_pages_are_an_index() -> None:
    sheet = Sheet()
    sheet.paragraph(60, 100, 470, LOREM * 2)
    for row, name in enumerate(("AlmostCrystallographicDim", "BettiNumber", "HasExtensionOfType", "OrientationModule")):
        sheet.put(60, 200 + 12 * row, name, 10, "cour", MONO)
        word = sheet.words[-1]
        sheet.line -= 1
        sheet.put(word.bbox[2], 200 + 12 * row, ",")
        sheet.line -= 1
        sheet.put(word.bbox[2] + 6, 200 + 12 * row, str(5 + row))
    blocks = sheet.blocks()
    assert not any(isinstance(block, Code) for block in blocks)
    entries = [line for block in blocks[1:] for line in getattr(block, "text", "").split("\n")]
    assert [entry[-3:] for entry in entries] == [", 5", ", 6", ", 7", ", 8"]


def test_every_listing_of_a_page_keeps_its_numbers() -> None:
    sheet = Sheet()
    program = ("int main(void)", "{", "", "    int a = 2;", "", "    return a;", "}")
    for part in range(2):
        y = sheet.paragraph(60, 100 + 200 * part, 440, LOREM * 2) + 6
        for row, text in enumerate(program):
            sheet.put(60, y + 12 * row, str(row + 1), 5)
            if text:
                sheet.put(75 + 6 * (len(text) - len(text.lstrip())), y + 12 * row, text.strip(), 10, "cour", MONO)
    code = [block.text.splitlines() for block in sheet.blocks() if isinstance(block, Code)]
    assert [[line.split() for line in listing] for listing in code] == [
        [[str(row + 1), *text.split()] for row, text in enumerate(program)]
    ] * 2


@pytest.mark.parametrize("marks", [["–"] * 4, ["1.", "2.", "3.", "4."]])
def test_names_in_monospaced_type_are_items_where_the_markers_are_not(marks: list[str]) -> None:
    sheet = Sheet()
    y = sheet.paragraph(60, 100, 440, LOREM * 3) + 6
    names = ("visible_edge", "visible_contour", "system_line", "diagram_curve")
    for row, (mark, name) in enumerate(zip(marks, names, strict=True)):
        sheet.put(80, y + 13 * row, mark)
        sheet.line -= 1
        sheet.put(92, y + 13 * row, name, 10, "cour", MONO)
    lists = [block for block in sheet.blocks() if isinstance(block, ListBlock)]
    assert [item.text for block in lists for item in block.items] == list(names)


def test_quotes_of_a_listing_are_those_of_the_program() -> None:
    """TeX's typewriter type prints "'" and "`" as quotes of the language; names that a compiler prints keep theirs."""
    rows = {
        "require ’caca’": "require 'caca'",
        "gcc ‘pkg-config --libs caca‘ $FILES": "gcc `pkg-config --libs caca` $FILES",
        "find ‘pwd‘ -path ’*[0-9]’;": "find `pwd` -path '*[0-9]';",
        "0 ‘***’ 0.001 ‘.’ 0.1 ‘ ’ 1": "0 ‘***’ 0.001 ‘.’ 0.1 ‘ ’ 1",
        "warning: unused variable ‘x y’ [-W];": "warning: unused variable ‘x y’ [-W];",
    }
    sheet = Sheet()
    sheet.paragraph(60, 60, 440, LOREM * 2)
    for number, row in enumerate(rows):
        sheet.put(60, 160 + 12 * number, row, 10, "cour", MONO)
    listing = next(block for block in sheet.blocks() if isinstance(block, Code))
    assert listing.text.splitlines() == list(rows.values())


def test_a_heading_in_monospaced_type_is_no_part_of_the_listing_under_it() -> None:
    sheet = Sheet()
    y = sheet.paragraph(60, 100, 440, LOREM * 3)
    sheet.put(60, y + 20, "LineReader", 16, "cour", MONO)
    for row, text in enumerate(("class LineReader {", "public:", "};")):
        sheet.put(60, y + 40 + 12 * row, text, 8, "cour", MONO)
    kinds = [type(block) for block in sheet.blocks()]
    assert kinds == [Paragraph, Heading, Code]


def test_a_listing_on_rows_of_colour_is_no_picture() -> None:
    sheet = Sheet()
    y = sheet.paragraph(60, 100, 440, LOREM * 3)
    for row in range(14):
        top = y + 12 * row
        sheet.shapes.append(Shape((60, top, 500, top + 12), filled=True, segments=1))
        sheet.put(70, top + 9, f"value_{row} = {{}}, name", 9, "cour", MONO)
    assert [type(block) for block in sheet.blocks()] == [Paragraph, Code]


@pytest.mark.parametrize(
    ("date", "gone"),
    [("29 September 2006", True), ("November 10, 2022", True), ("2016/2/29", True), ("Part 2006", False)],
)
def test_names_and_date_under_a_title_are_no_headings(date: str, gone: bool) -> None:
    sheet = Sheet()
    for y, text, size in ((100, "Drawings with a Package", 18), (130, "Ann Example", 12), (150, date, 12)):
        width = sheet.put(0, y, text, size)
        moved = [word for word in sheet.words if word.baseline == y]
        shift = 297 - (width - 0.278 * size) / 2
        for word in moved:
            x0, top, x1, bottom = word.bbox
            sheet.words[sheet.words.index(word)] = word._replace(bbox=(x0 + shift, top, x1 + shift, bottom))
    sheet.paragraph(60, 200, 440, LOREM * 4)
    heads = [block.text for block in sheet.blocks() if isinstance(block, Heading)]
    assert heads[0] == "Drawings with a Package"
    assert ("Ann Example" not in heads and date not in heads) is gone


def test_first_lines_stay_with_their_paragraphs_beside_hanging_items() -> None:
    sheet = Sheet()
    sheet.put(60, 100, "The Program")
    y = 114.0
    for _ in range(2):
        sheet.put(85, y, "It is a front end to the system which extends the notion of control from one")
        for row, text in enumerate((
            "collection of files in a single folder to many collections that many people may use",
            "at once, each containing files of its own; these can be combined together, in ways of",
        )):  # fmt: skip
            sheet.put(60, y + 12 * row + 12, text)
        sheet.put(60, y + 36, "their own.")
        y += 50
    for _ in range(6):
        sheet.put(85, y, "1. algorithms that guarantee that what was changed at a source is never lost by")
        sheet.put(99, y + 12, "another change, by others, of a copy that was made before it")
        y += 24
    found = [block.text for block in sheet.blocks() if isinstance(block, Paragraph)]
    assert sum(text.startswith("It is a front end") and text.endswith("their own.") for text in found) == 2


def test_a_stretched_first_line_of_an_item_is_one() -> None:
    sheet = Sheet()
    line = "registry may use some hardcoded wrapping registry that several systems have in common with"
    right = 0.0
    for row in range(3):
        right = sheet.put(75, 120 + 12 * row, line) - 2.8
    y = 160.0
    sheet.put(60, y, "4.")
    words = ["The", "source", "registry", "will", "be", "configured", "from", "user", "file"]
    wide = [sheet.put(700, y, word) - 702.8 for word in words]
    sheet.words = [word for word in sheet.words if word.bbox[0] < 690]
    gap = (right - 75 - sum(wide)) / (len(words) - 1)
    x = 75.0
    for word, width in zip(words, wide, strict=True):
        sheet.put(x, y, word)
        x += width + gap
    sheet.put(75, y + 12, "that the user names, if there is one.")
    assert texts(sheet.blocks())[-1] == " ".join(["4.", *words, "that the user names, if there is one."])


@pytest.mark.parametrize("mark", ["o", "−", "\u2010"])
def test_round_bullets_and_minus_signs_stand_before_items(mark: str) -> None:
    sheet = Sheet()
    y = sheet.paragraph(60, 100, 440, LOREM * 3) + 6
    for row in range(3):
        sheet.put(80, y + 13 * row, mark, 10, "cour" if mark == "o" else "helv", MONO if mark == "o" else 0)
        sheet.put(100, y + 13 * row, f"Result in delay number {row}")
    lists = [block for block in sheet.blocks() if isinstance(block, ListBlock)]
    assert [(item.marker, item.text) for block in lists for item in block.items] == [
        (mark, f"Result in delay number {row}") for row in range(3)
    ]


def test_a_head_that_runs_in_is_no_line_of_its_own() -> None:
    sheet = Sheet()
    line = "the total of what the system reads, and what it writes there, is known"
    for row in range(3):
        sheet.put(60, 100 + 12 * row, line)
    end = sheet.put(
        60, 148, "Sequential reading of many files with several threads.", font="hebo", style=WordStyle.BOLD
    )
    sheet.line -= 1
    sheet.put(end, 148, "Due to")
    for row in range(3):
        sheet.put(60, 160 + 12 * row, line)
    assert [type(block) for block in sheet.blocks()] == [Paragraph, Paragraph]


def test_a_paragraph_with_small_capitals_is_one() -> None:
    sheet = Sheet()
    x = 85.0
    for text, size in (
        ("It was at", 12),
        ("THE CENTRE FOR ALL THE SCIENCES OF THE NORTH AND SO", 9.6),
        ("of it all", 12),
    ):
        x = sheet.put(x, 100, text, size) + (0 if size == 12 else 0.9)
        sheet.line -= 1
    right = x - 3.4
    sheet.line += 1
    for row in range(3):
        end = sheet.put(60, 114.5 + 14.5 * row, "that it was begun, with the aim of making what is taught better", 12)
        shift = (right - end + 3.4) / 12
        line = [word for word in sheet.words if word.line == sheet.line - 1]
        for place, word in enumerate(line):
            x0, top, x1, bottom = word.bbox
            sheet.words[sheet.words.index(word)] = word._replace(
                bbox=(x0 + place * shift, top, x1 + place * shift, bottom)
            )
    assert [type(block) for block in sheet.blocks()] == [Paragraph]


def tables_of(sheet: Sheet) -> list[FoundTable]:
    page = PageImage(1, 588, 840, sheet.width, sheet.height, rules=tuple(sheet.rules), shapes=tuple(sheet.shapes))
    return find_tables(page, sheet.words)


@pytest.mark.parametrize(
    ("lines", "edge", "listing"),
    [
        (("; write it as text", "macro call ; {1} = name", ".name set {1}"), 145, True),
        (("make(one, two)    it", "keep(one, two)    it", "give(one, two)    it"), 195, False),  # cut at wide blanks
        (("this is a plain text", "that has no sign of a", "program in its lines"), 145, False),
        (("table [", "[cell,    {it}],", "[scale,   {one, 2}],", "]"), 140, True),  # at wide blanks, of a program alone
        (("low      mean    max",) * 4 + ("> show this now",) + ("low      mean    max",), 139, True),  # a command
    ],
)
def test_lines_of_a_program_that_are_cut_at_their_blanks_are_no_cells(
    lines: tuple[str, ...], edge: float, listing: bool
) -> None:
    words: list[Word] = []
    cells: list[Cell] = []
    for row, line in enumerate(lines):
        base = 200.0 + 14 * row
        for match in re.finditer(r"\S+", line):
            x0, x1 = 100 + 6.0 * match.start(), 100 + 6.0 * match.end()
            words.append(Word(match[0], (x0, base - 9, x1, base + 2), 10, "cour", MONO, 0, base, row))
        for col, (x0, x1) in enumerate(((95, edge), (edge, 260))):
            cells.append(Cell(row=row, col=col, text="x", bbox=(x0, base - 10, x1, base + 4)))
    table = FoundTable((95, 190, 260, 190 + 14 * len(lines)), tuple(cells), len(lines), 2)
    assert is_listing(table, words) is listing


def test_a_command_and_what_it_printed_is_no_table() -> None:
    words: list[Word] = []
    lines = (
        "$ search 'kind of it'",
        "i A lib-slim0   - slim library",
        "i A lib0        - a library",
        "i A data        - data of it",
        "i A tools       - some tools",
        "i A docs        - all of it",
    )
    for row, line in enumerate(lines):
        base = 200.0 + 14 * row
        for match in re.finditer(r"\S+", line):
            x0, x1 = 100 + 6.0 * match.start(), 100 + 6.0 * match.end()
            words.append(Word(match[0], (x0, base - 9, x1, base + 2), 10, "cour", MONO, 0, base, row))
    cells = [
        Cell(row=row, col=col, text="x", bbox=(x0, 190.0 + 14 * row, x1, 204.0 + 14 * row))
        for row in range(6) for col, (x0, x1) in enumerate(((95, 151), (151, 300)))
    ]  # fmt: skip
    table = FoundTable((95, 190, 300, 274), tuple(cells), 6, 2)
    assert is_listing(table, words)
    assert not is_listing(table, [word for word in words if word.line])  # without the command


PRINTED = (
    "gene    untreated  treated",
    "FBgn03          0        1",
    "FBgn08         76       70",
    "FBgn14          0        1",
)


@pytest.mark.parametrize(
    ("before", "printed", "table"),
    [
        ("", PRINTED, True),  # a table in monospaced type
        ("> head(counts)", PRINTED, False),  # right after a line of a listing
        ("", tuple(f"## {line}" for line in PRINTED), False),  # as R prints it
    ],
)
def test_what_a_program_printed_into_its_listing_is_no_table(before: str, printed: Sequence[str], table: bool) -> None:
    sheet = Sheet()
    for row in range(8):
        sheet.put(60, 100 + 13 * row, " ".join(LOREM[:14]))
    rows = [(before, 230.0)] * bool(before) + [(line, 244.0 + 13 * row) for row, line in enumerate(printed)]
    for line, y in rows:
        for match in re.finditer(r"\S+", line):
            x = 60 + 6 * match.start()
            box = (x, y - 9.0, 60 + 6.0 * match.end(), y + 2)
            sheet.words.append(Word(match[0], box, 10, "cour", MONO, 0, y, 100 + int(y)))
    for row in range(8):
        sheet.put(60, 360 + 13 * row, " ".join(LOREM[:14]))
    assert len(tables_of(sheet)) == table


def test_a_heading_and_a_hint_between_rules_are_no_table() -> None:
    sheet = Sheet()
    for x0, y, x1 in ((57, 49, 567), (65, 107, 564), (65, 143, 564)):
        sheet.rules.append(Rule((x0, y, x1, y), True, 0.5))
    sheet.put(57, 92, "2.5.2", 14, "hebo", WordStyle.BOLD)
    sheet.put(120, 92, "The file at the top and who wrote it", 14, "hebo", WordStyle.BOLD)
    sheet.put(67, 122, "Tip", 10, "hebo", WordStyle.BOLD)
    sheet.put(67, 136, "The file at the top is used for the signing of all that is in the archive.")
    sheet.paragraph(57, 190, 480, LOREM * 3)
    assert not tables_of(sheet)


def test_cells_between_rules_may_begin_in_small_letters() -> None:
    sheet = Sheet()
    says = ("create an empty folder for the work", "change to the folder of the work", "copy the files that it needs",
            "compute what does not change at all", "save all that was computed there")  # fmt: skip
    for row, (name, text) in enumerate(zip(("make", "enter", "demo", "run", "save"), says, strict=True)):
        sheet.put(60, 113 + 20 * row, f"{name} the folder of this work")
        sheet.put(300, 113 + 20 * row, text)
    for row in range(6):
        sheet.rules.append(Rule((55, 100 + 20 * row, 540, 100 + 20 * row), True, 0.5))
    for x in (55, 290, 540):
        sheet.rules.append(Rule((x, 100, x, 200), False, 0.5))
    (table,) = tables_of(sheet)
    assert (table.rows, table.cols) == (5, 2)


def test_thick_bars_are_rules_of_a_table() -> None:
    sheet = Sheet()
    sheet.paragraph(60, 100, 440, LOREM * 2)
    rows = (
        ("Control", "Number", "Mode"),
        ("POWER", "A_PWR", "MANUAL"),
        ("LED", "A_UID", "MANUAL"),
        ("FAN", "A_FAN", "AUTO"),
    )
    for row, texts_of_row in enumerate(rows):
        for x, text in zip((60, 200, 360), texts_of_row, strict=True):
            sheet.put(x, 200 + 24 * row, text)
    for y in (206, 278):
        for x0, x1 in ((55, 190), (190, 350), (350, 480)):
            sheet.shapes.append(Shape((x0, y, x1, y + 4), filled=True, segments=1))
    (table,) = tables_of(sheet)
    assert (table.rows, table.cols) == (4, 3)


@pytest.mark.parametrize(("lines", "gone"), [(26, True), (26, False), (12, False)])
def test_numbers_down_the_margin_of_court_paper_are_no_text(lines: int, gone: bool) -> None:
    sheet = Sheet()
    for row in range(lines):
        sheet.put(50, 80 + 24 * row, str(row + 1))
        sheet.line -= 1
        if not gone or row in (1, 2, 3, 6, 7):  # a table has something in every row
            sheet.put(80, 80 + 24 * row, "The party asks for what is due" if gone else f"Team {row}")
    words, numbers = part_line_numbers(sheet.words)
    assert len(numbers) == (lines if gone else 0)
    assert len(words) == len(sheet.words) - len(numbers)


@pytest.mark.parametrize(("mono", "gone"), [(False, True), (True, False)])
def test_numbers_of_the_lines_of_a_draft_go_on_from_page_to_page(mono: bool, gone: bool) -> None:
    sheet = Sheet()
    y = 80.0
    for row in range(26):
        y += 28 if row in (5, 15) else 13.8
        sheet.put(30, y, str(261 + row), 9, "cour", MONO)
        sheet.line -= 1
        if row not in (4, 14, 25):  # empty lines are counted, too
            sheet.put(60, y, "The station does what it is told", 9, *(("cour", MONO) if mono else ()))
    assert len(part_line_numbers(sheet.words)[1]) == (26 if gone else 0)


@pytest.mark.parametrize(("small", "gone"), [(True, True), (False, False)])
def test_numbers_beside_every_line_of_a_full_page_are_no_text_where_lines_go_on(small: bool, gone: bool) -> None:
    sheet = Sheet()
    for row in range(24):
        sheet.put(50, 80 + 24 * row, str(row + 1))
        sheet.line -= 1
        goes_on = small and row % 3 == 1
        text = "which the other party caused when it came to the road" if goes_on else "The party came to the road"
        sheet.put(80, 80 + 24 * row, text)
    assert len(part_line_numbers(sheet.words)[1]) == (24 if gone else 0)


def test_what_kind_a_definition_is_stands_behind_it() -> None:
    sheet = Sheet()
    y = 100.0
    for name in ("dim1 (void)", "resize (int n, int m)"):
        sheet.put(60, y, f"int {name}")
        sheet.put(430, y, "[Method on Array]")
        sheet.paragraph(90, y + 12, 410, LOREM * 2)
        y += 80
    found = texts(sheet.blocks())
    assert [text for text in found if "[" in text] == [
        "int dim1 (void) [Method on Array]", "int resize (int n, int m) [Method on Array]"
    ]  # fmt: skip
    assert found.index("int resize (int n, int m) [Method on Array]") == 2


def test_an_address_in_large_type_is_no_heading() -> None:
    sheet = Sheet()
    sheet.put(60, 80, "The User's Guide", 20)
    sheet.put(60, 110, "ann@example.org", 14)
    sheet.paragraph(60, 150, 440, LOREM * 4)
    assert [block.text for block in sheet.blocks() if isinstance(block, Heading)] == ["The User's Guide"]
