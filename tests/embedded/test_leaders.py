"""Dots that lead to page numbers on scans, and pages of contents that are no tables."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from typeset import Sheet

from docparse.model.embedded.ocr_decode import Decoded
from docparse.model.embedded.ocr_leaders import has_room, joined, with_leaders
from docparse.model.embedded.ocr_types import OcrLine, OcrWord
from docparse.model.embedded.tables.precision import is_contents, is_index
from docparse.model.embedded.types import FoundTable
from docparse.schemas.document import Cell

STEP = 8


def decoded(text: str, columns: list[int]) -> Decoded:
    return Decoded(tuple(text), np.array(columns), np.ones(len(text), np.float32))


def strip(width: int, letters: list[int], dots: range, rule: bool = False, top: int = 34) -> NDArray[np.bool_]:
    """Where a strip is printed: letters in these columns, and dots or a rule at the foot."""
    ink = np.zeros((48, width), np.bool_)
    for column in letters:
        ink[8:38, column * STEP : column * STEP + STEP] = True
    for x in dots:
        ink[top : top + 4, x : x + (12 if rule else 4)] = True
    return ink


def read(text: str, columns: list[int], ink: NDArray[np.bool_]) -> str:
    found = decoded(text, columns)
    assert has_room(found, ink.shape[1], ink.shape[0], STEP)
    result = with_leaders(found, ink, STEP)
    assert len(result.text) == len(result.columns) == len(result.scores)
    assert (np.diff(result.columns) >= 0).all()
    return "".join(result.text)


def test_dots_between_a_title_and_its_page_are_all_read() -> None:
    ink = strip(400, [1, 3, 45, 47], range(48, 344, 12))
    assert read("GU12", [1, 3, 45, 47], ink) == "GU " + "." * 25 + " 12"
    assert read("GU..12", [1, 3, 6, 7, 45, 47], ink) == "GU " + "." * 25 + " 12", "few of them were read"
    assert read("GU", [1, 3], strip(400, [1, 3], range(48, 396, 12))) == "GU " + "." * 29, (
        "the page is in another strip"
    )


def test_a_wide_blank_is_one_where_no_dots_can_be_told() -> None:
    assert read("GU12", [1, 3, 45, 47], strip(400, [1, 3, 45, 47], range(0))) == "GU 12"
    assert read("GU 12", [1, 3, 20, 45, 47], strip(400, [1, 3, 45, 47], range(0))) == "GU 12"
    assert read("GU.12", [1, 3, 6, 45, 47], strip(400, [1, 3, 45, 47], range(0))) == "GU. 12"
    assert read("96.20", [1, 3, 20, 30, 32], strip(300, [1, 3, 30, 32], range(0))) == "96.20", "a number set wide"
    assert read("目次", [1, 45], strip(400, [1, 45], range(0))) == "目次"


@pytest.mark.parametrize(("rule", "top"), [(True, 34), (False, 4)])
def test_rules_and_dots_over_the_line_are_no_leaders(rule: bool, top: int) -> None:
    ink = strip(400, [1, 3, 45, 47], range(48, 344, 12), rule, top)
    assert "." not in read("GU12", [1, 3, 45, 47], ink)


def test_letters_side_by_side_have_no_room_for_leaders() -> None:
    assert not has_room(decoded("GUI 12", [1, 3, 5, 6, 8, 10]), 96, 48, STEP)


ENTRIES = [
    ("1", "Introduction", "3"), ("1.1", "Notions ..........", "3"), ("1.2", "User Interface .....", "4"),
    ("2", "Plots", "5"), ("2.1", "Options of the Interface ......", "5"), ("2.2", "Contour Lines .....", "9"),
]  # fmt: skip
GOODS = [(str(n), f"Pencil no. {n}", str(price)) for n, price in enumerate((12, 8, 30, 4, 17, 9), 1)]


@pytest.mark.parametrize(("rows", "contents"), [(ENTRIES, True), (GOODS, False), (ENTRIES[::-1], False)])
@pytest.mark.parametrize("joined", [False, True])
def test_sections_before_pages_that_never_fall_behind_are_contents(
    rows: list[tuple[str, ...]], contents: bool, joined: bool
) -> None:
    cells = [[" ".join(row)] if joined else row for row in rows]
    found = tuple(
        Cell(row=number, col=column, text=text) for number, row in enumerate(cells) for column, text in enumerate(row)
    )
    table = FoundTable((0, 0, 100, 100), found, len(rows), 1 if joined else 3, 0.8)
    assert is_contents(table) is contents
    assert not is_contents(FoundTable((0, 0, 100, 100), found, len(rows), 3, 0.8, ruled=True))


@pytest.mark.parametrize(("form", "index"), [("{name} function, {page}", True), ("{name} {page} kg", False)])
def test_lines_that_end_with_the_numbers_of_pages_are_an_index(form: str, index: bool) -> None:
    sheet = Sheet()
    for column in range(2):
        for row in range(20):
            name = f"{'AB'[column]}{'bcdefghijklmnopqrstu'[row]}"
            sheet.put(72 + 240 * column, 110 + 12 * row, form.format(name=name, page=7 * row % 30))
        sheet.put(72 + 240 * column, 94, "AB"[column], 14)
    assert is_index(FoundTable((70, 70, 540, 742), (), 20, 2, 0.9), sheet.words) is index


@pytest.mark.parametrize(("pages", "contents"), [((99, 99, 100, 104, 112), True), ((99, 12, 100, 4, 112), False)])
def test_dots_before_pages_that_never_fall_behind_are_contents(pages: tuple[int, ...], contents: bool) -> None:
    rows = [(f"option {name} ............", str(page)) for name, page in zip("abcde", pages, strict=True)]
    found = tuple(
        Cell(row=number, col=column, text=text) for number, row in enumerate(rows) for column, text in enumerate(row)
    )
    assert is_contents(FoundTable((0, 0, 100, 100), found, len(rows), 2, 0.8)) is contents


def test_a_title_and_the_number_that_dots_lead_to_are_one_line() -> None:
    image = np.full((200, 700, 3), 255, np.uint8)

    def line(text: str, x: int, y: int) -> OcrLine:
        image[y + 6 : y + 24 : 3, x : x + 12 * len(text)] = 0
        box = (float(x), float(y), float(x + 12 * len(text)), float(y + 30))
        return OcrLine((OcrWord(text, box, 0.9),), box, 0.9)

    lines = [line("Startup", 20, 10), line("345", 600, 10), line("Restore", 20, 60), line("346", 600, 60)]
    lines += [line("Total", 20, 110), line("347", 600, 110), line("Width", 20, 150), line("none", 600, 150)]
    image[30:33, 110:594:12] = image[30:33, 111:594:12] = image[30:33, 112:594:12] = 0
    image[130:133, 110:590] = 0  # a rule
    image[170:173, 110:594:12] = image[170:173, 111:594:12] = image[170:173, 112:594:12] = 0  # to no number
    found = joined(lines, image)
    assert [line.text for line in found if "Startup" in line.text] == ["Startup " + "." * 41 + " 345"]
    assert [line.text for line in found[1:]] == ["Restore", "346", "Total", "347", "Width", "none"]
    assert found[0].bbox == (20, 10, 636, 40)
