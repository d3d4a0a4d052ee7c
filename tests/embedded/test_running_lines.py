"""Running heads and feet of single pages, and what stands near them and is text."""

from __future__ import annotations

import pymupdf
import pytest
from typeset import LOREM, Sheet, body

from docparse.model.embedded.types import FoundTable
from docparse.schemas.document import Caption, Cell, Code, Footnote, PageFooter, PageHeader, PageNumber
from docparse.schemas.page import Picture, WordStyle


def kinds(sheet: Sheet, *wanted: type) -> list[str]:
    return [block.text for block in sheet.blocks() if isinstance(block, wanted) and hasattr(block, "text")]


def test_a_footnote_with_an_address_is_no_running_foot() -> None:
    sheet = Sheet()
    sheet.paragraph(60, 120, 440, LOREM * 8)
    sheet.put(66, 761, "9", 5)
    sheet.put(70, 765, "This is what the reproducible-builds.org definition says.", 8)
    sheet.put(60, 800, "30")
    sheet.put(420, 800, "Chapter 4. Source")
    assert kinds(sheet, Footnote) == ["This is what the reproducible-builds.org definition says."]
    assert kinds(sheet, PageFooter) == ["Chapter 4. Source"]


@pytest.mark.parametrize("telling", ["a volume of text", "a revision of it"])
def test_last_lines_of_a_page_that_speak_of_volumes_are_text(telling: str) -> None:
    sheet = Sheet()
    sheet.paragraph(60, 120, 440, LOREM * 14)
    sheet.put(60, 760, "where the file that is named contains any set of commands.")
    sheet.put(60, 772, f"As an example, the script that follows labels {telling} and runs a backup, then restores")
    sheet.put(60, 784, "all the files that were saved.")
    assert kinds(sheet, PageFooter) == []
    assert body(sheet.blocks()).endswith("all the files that were saved.")


@pytest.mark.parametrize("number_x", [72, 92])
def test_a_logo_beside_a_head_with_the_page_number(number_x: float) -> None:
    sheet = Sheet()
    sheet.pictures = [Picture((20, 18, 56, 54), 36, 36)]
    title = "CHAPTER 1. SOME CONSOLE OF IT"
    edge = sheet.put(72, 90, " ".join(LOREM[:13])) - 2.78
    for row in range(1, 50):
        sheet.put(72, 90 + 12 * row, " ".join(LOREM[:13]))
    sheet.put(number_x, 48, "16")
    sheet.put(edge - pymupdf.Font("helv").text_length(title, 10), 48, title)
    assert kinds(sheet, PageHeader) == ([title] if number_x == 72 else [])  # else it may be of an axis
    assert kinds(sheet, PageNumber) == (["16"] if number_x == 72 else [])


@pytest.mark.parametrize("left", [True, False])
def test_a_head_below_a_broad_margin_has_the_number_of_its_chapter(left: bool) -> None:
    sheet = Sheet()
    if left:
        sheet.put(100, 110, "2")
        sheet.put(118, 110, "QUICK START")
        sheet.put(490, 110, "6")
    else:
        sheet.put(100, 110, "6")
        sheet.put(400, 110, "QUICK START")
        sheet.put(490, 110, "2")
    sheet.paragraph(100, 146, 396, LOREM * 20)
    assert kinds(sheet, PageHeader) == (["2 QUICK START"] if left else ["QUICK START 2"])
    assert kinds(sheet, PageNumber) == ["6"]


def test_the_number_of_a_page_in_its_chapter() -> None:
    sheet = Sheet()
    sheet.paragraph(60, 120, 440, LOREM * 20)
    sheet.put(478, 800, "2- 7")
    assert kinds(sheet, PageNumber) == ["2- 7"]


def test_a_listing_at_the_top_of_a_page_is_no_running_head() -> None:
    sheet = Sheet()
    for row, text in enumerate(["\\usepackage[include]{spanish}", "\\usepackage[fontenc]{vietnamese}"]):
        sheet.put(70, 50 + 11 * row, text, 8, font="cour", style=WordStyle.MONO)
    sheet.paragraph(60, 100, 440, LOREM * 20)
    assert kinds(sheet, PageHeader) == []
    assert kinds(sheet, Code) == ["\\usepackage[include]{spanish}\n\\usepackage[fontenc]{vietnamese}"]


def test_a_note_of_two_lines_at_the_top_of_a_page_is_no_running_head() -> None:
    sheet = Sheet()
    sheet.put(60, 50, "Note: use this one and not that one to set the exceptions in the", 8)
    sheet.put(70, 60, "preamble before anything else is set.", 8)
    sheet.paragraph(60, 100, 440, LOREM * 20)
    assert kinds(sheet, PageHeader) == []


@pytest.mark.parametrize("apart", [18, 60])
def test_the_caption_of_a_table_at_the_top_of_a_page_is_no_running_head(apart: float) -> None:
    """A line that only names a table may run with the page where none begins under it."""
    sheet = Sheet()
    sheet.put(72, 36, "Table 1 Mappings (continued)")
    sheet.paragraph(72, 240, 440, LOREM * 8)
    cells = tuple(Cell(row=row, col=col, text="x") for row in range(3) for col in range(3))
    table = FoundTable((72, 38 + apart, 522, 98 + apart), cells, 3, 3, 0.9, ruled=True)
    found = {type(block): block.text for block in sheet.blocks((table,)) if isinstance(block, Caption | PageHeader)}
    assert found == {Caption if apart == 18 else PageHeader: "Table 1 Mappings (continued)"}


@pytest.mark.parametrize("short", [0, 40])
def test_a_journals_large_head_has_the_number_of_the_page_beside_it(short: float) -> None:
    sheet = Sheet()
    head = "Some observations of three localised sources"
    edges = [sheet.put(72, 98 + 12 * row, " ".join(LOREM[:13]), 9) for row in range(1, 50)]
    number = min(edges) - 2.5 - pymupdf.Font("helv").text_length("5", 12) - short
    sheet.put(number - 20 - pymupdf.Font("helv").text_length(head, 12), 84, head, 12, style=WordStyle.ITALIC)
    sheet.put(number, 84, "5", 12, style=WordStyle.ITALIC)
    found = kinds(sheet, PageHeader), kinds(sheet, PageNumber)
    assert found == (([], []) if short else ([head], ["5"]))


def test_a_formula_at_the_foot_of_a_page_is_no_running_foot() -> None:
    sheet = Sheet()
    y = sheet.paragraph(60, 120, 440, LOREM * 8)
    for at, (sign, font) in enumerate((("∀", "CMSY10"), ("y,", "CMMI10"), ("z.", "CMMI10"), ("Equal", "CMMI10"))):
        sheet.put(200 + 30 * at, 790, sign)
        sheet.words[-1] = sheet.words[-1]._replace(font=font)
        sheet.line -= 1
    assert y < 700
    assert kinds(sheet, PageFooter) == []


@pytest.mark.parametrize("label", ["Synopsis.", "Synopsis"])
def test_a_bold_label_with_a_stop_begins_a_page(label: str) -> None:
    sheet = Sheet()
    sheet.put(60, 42, label, 10, "hebo", WordStyle.BOLD)
    sheet.paragraph(60, 80, 440, LOREM * 14)
    assert kinds(sheet, PageHeader) == ([] if label.endswith(".") else [label])
