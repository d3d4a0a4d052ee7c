"""Text set with double spacing, and pieces of a line that a blank or a small picture parts."""

from __future__ import annotations

import pymupdf
import pytest
from typeset import LOREM, Sheet, texts

from docparse.model.embedded.captions import has_label
from docparse.schemas.document import Heading, ListBlock, Paragraph

SENTENCES = [word.capitalize() if at % 8 == 0 else f"{word}." if at % 8 == 7 else word for at, word in enumerate(LOREM)]


def spaced(sheet: Sheet, y: float, words: list[str], step: float, left: float = 70, indent: float = 0) -> float:
    """Words filled into lines of 430 points less what `left` takes away; the baseline of the next line."""
    metrics = pymupdf.Font("helv")
    line: list[str] = []
    x = left + indent
    for word in [*words, ""]:
        if not word or metrics.text_length(" ".join([*line, word]), 12) > 570 - left - x:
            sheet.put(x, y, " ".join(line), 12)
            y, x, line = y + step, left, []
        line.append(word)
    return y


@pytest.mark.parametrize("step", [20.0, 24.0, 28.0, 36.0])
def test_lines_far_apart_are_one_paragraph(step: float) -> None:
    sheet = Sheet()
    y = spaced(sheet, 80, SENTENCES, step, indent=36)
    y = spaced(sheet, y, SENTENCES, step, indent=36)
    spaced(sheet, y, SENTENCES[:16], step, indent=36)
    blocks = sheet.blocks()
    assert [type(block) for block in blocks] == [Paragraph] * 3
    assert texts(blocks) == [" ".join(SENTENCES), " ".join(SENTENCES), " ".join(SENTENCES[:16])]


def test_a_quotation_among_double_spaced_lines_is_single_spaced() -> None:
    sheet = Sheet()
    y = spaced(sheet, 80, SENTENCES, 28, indent=36)
    y = spaced(sheet, y - 4, SENTENCES[:24], 14, left=110)
    spaced(sheet, y + 10, SENTENCES, 28, indent=36)
    assert texts(sheet.blocks()) == [" ".join(SENTENCES), " ".join(SENTENCES[:24]), " ".join(SENTENCES)]


def test_single_lines_far_apart_are_no_paragraph() -> None:
    sheet = Sheet()
    for row, name in enumerate(("Applicant", "Street and number", "Postal code", "Date of birth", "Signature") * 3):
        sheet.put(70, 80 + 30 * row, name, 12)
    assert len(sheet.blocks()) == 15


@pytest.mark.parametrize("label", ["NOTE", "EXAMPLE 1"])
def test_a_label_and_the_text_behind_a_tab_are_one_line(label: str) -> None:
    sheet = Sheet()
    sheet.put(70, 100, label)
    sheet.put(132, 100, "For the failure of a system that supplies power without need, the combined")
    sheet.put(70, 112, "operational situations are those below.")
    assert texts(sheet.blocks()) == [
        f"{label} For the failure of a system that supplies power without need, the combined operational situations are"
        " those below."
    ]


def test_names_of_authors_with_small_pictures_between_are_one_line() -> None:
    sheet = Sheet()
    right = sheet.put(70, 100, "Anna Field, Berta Stone")
    right = sheet.put(right + 9, 100, ", Clara Wood, Doris Hill")
    sheet.put(right + 9, 100, ", Emma Lake and Fanny Marsh")
    assert texts(sheet.blocks()) == ["Anna Field, Berta Stone, Clara Wood, Doris Hill, Emma Lake and Fanny Marsh"]


def test_raised_marks_that_hang_before_notes_belong_to_them() -> None:
    sheet = Sheet()
    sheet.paragraph(70, 60, 430, SENTENCES)
    for row, name in enumerate(("Department of Physics, Springfield", "School of Law", "Institute of Chemistry")):
        sheet.put(70, 197 + 14 * row, str(row + 1), 6)
        sheet.put(84, 200 + 14 * row, f"{name}, University of the North", 8)
    blocks = sheet.blocks()
    assert not any(isinstance(block, Heading | ListBlock) for block in blocks)
    assert [line for text in texts(blocks[1:]) for line in text.split("\n")] == [
        "1 Department of Physics, Springfield, University of the North",
        "2 School of Law, University of the North",
        "3 Institute of Chemistry, University of the North",
    ]


def test_pieces_of_a_line_between_lines_that_run_on_over_their_gaps_are_one() -> None:
    sheet = Sheet()
    sheet.put(70, 100, "Words are what is found on all the pages of it, and in most of the margins beside them, lines")
    right = sheet.put(70, 112, "which go on until they end.")
    right = sheet.put(right + 10, 112, "This one names the files, and there is")
    sheet.put(right + 10, 112, "the rest of it to be seen")
    sheet.put(70, 124, "on the next line, in the book, and nowhere else in all of the world that we know.")
    assert len(sheet.blocks()) == 1


def test_bullets_beside_a_line_are_no_part_of_it() -> None:
    sheet = Sheet()
    sheet.put(70, 100, "Complete this part where you are older than the limit and say all that you know about it.")
    right = sheet.put(70, 112, "A short line of a form,")
    sheet.put(right + 13, 112, "• Name of the one who fills it in")
    sheet.put(70, 124, "Complete this part where you are older than the limit and say all that you know about it.")
    assert not any("form, •" in text for text in texts(sheet.blocks()))


@pytest.mark.parametrize(
    "text", ["Figure BR2. | Rate by age", "Table A-1: Projects", "Figure S–3. Results", "Table B.2: Names"]
)
def test_numbers_with_letters_are_those_of_captions(text: str) -> None:
    assert has_label(text)
