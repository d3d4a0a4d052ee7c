"""Where an item of a list, or what is said of a term, ends."""

from __future__ import annotations

import pytest
from typeset import LOREM, Sheet

from docparse.schemas.document import ListBlock, Paragraph


def paragraphs(sheet: Sheet) -> list[str]:
    return [block.text for block in sheet.blocks() if isinstance(block, Paragraph)]


def items(sheet: Sheet) -> list[str]:
    return [item.text for block in sheet.blocks() if isinstance(block, ListBlock) for item in block.items]


@pytest.mark.parametrize("last", ["a host architecture,", "a host architecture with all of its many parts."])
def test_text_at_the_margin_below_an_item_of_one_line_is_no_part_of_it(last: str) -> None:
    sheet = Sheet()
    y = sheet.paragraph(60, 120, 440, LOREM * 2)
    for text in ("a version of a package;", "a set of versions;", last):
        y += 15
        sheet.put(80, y, f"• {text}")
    sheet.put(60, y + 15, "Repeated builds of the package make it.")
    assert items(sheet) == ["a version of a package;", "a set of versions;", last]
    assert paragraphs(sheet)[-1] == "Repeated builds of the package make it."


def test_text_at_the_margin_goes_on_where_only_first_lines_are_indented() -> None:
    sheet = Sheet()
    y = 120.0
    texts = []
    for number in ("1)", "2)", "3)"):
        sheet.put(80, y, f"{number} the duties of a person who has been asked to look after the keys of the house and")
        sheet.put(60, y + 12, "its gardens while all others are away;")
        texts.append(
            "the duties of a person who has been asked to look after the keys of the house and "
            "its gardens while all others are away;"
        )
        y += 24
    assert items(sheet) == texts


def test_a_sentence_goes_on_in_an_indented_line_below_its_term() -> None:
    sheet = Sheet()
    sheet.paragraph(60, 120, 440, LOREM * 2)
    entries = [
        ["@input name  Read and execute the commands contained in the file specified."],
        [
            "@tee name  Send all subsequent output to both the specified file and to the terminal. It is also turned",
            "off by specifying the same name again.",
        ],
        ["@sleep name  Sleep the specified number of seconds."],
        ["@time  Print the current time and date."],
    ]
    y = 300.0
    for entry in entries:
        for i, line in enumerate(entry):
            sheet.put(60 + 25 * i, y, line)
            y += 12
        y += 8
    assert paragraphs(sheet)[1:] == [" ".join(" ".join(entry).split()) for entry in entries]
