"""Where an item of a list, or what is said of a term, ends."""

from __future__ import annotations

import pytest
from typeset import LOREM, Sheet

from docparse.schemas.document import ListBlock, Paragraph
from docparse.schemas.page import WordStyle


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


def test_text_at_the_marks_below_items_that_stand_apart_is_no_item_s() -> None:
    sheet = Sheet()
    y = sheet.paragraph(60, 120, 440, LOREM * 4)
    names = [
        "start it, stop it and look after it",
        "change how it is set up",
        "show its pages to those who ask for them",
    ]
    for text in names:
        y += 18
        sheet.put(60, y, f"• {text}")
    sheet.put(60, y + 18, "This part of the book says how all of it is done by those who have to do it every day,")
    sheet.put(60, y + 30, "and what they need for it.")
    assert items(sheet) == names
    assert paragraphs(sheet)[-1].endswith("and what they need for it.")


def test_initials_of_authors_are_no_marks_of_items() -> None:
    sheet = Sheet()
    sheet.put(60, 120, "E. Camon, M. Magrane, D. Barrell, V. Lee, E. Dimmer, D. Binns, J. Maslen, N. Harte, and")
    sheet.put(71, 132, "R. Lopez. The annotation of all genes with terms that all of us know. Nucleic Acids, 32, 2004.")
    sheet.put(60, 156, "A. Other and B. Else. Another book that says as much. Nature, 25, 2000.")
    assert [text.count("\n") for text in paragraphs(sheet)] == [0, 0]
    assert paragraphs(sheet)[0].startswith("E. Camon")
    assert paragraphs(sheet)[0].endswith("2004.")


def test_letters_that_follow_one_another_mark_items() -> None:
    sheet = Sheet()
    y = sheet.paragraph(60, 120, 440, LOREM * 2)
    for key in "ABC":
        y += 12
        sheet.put(60, y, f"{key}. the thing that is named by {key}")
    assert len(items(sheet)) == 3


@pytest.mark.parametrize(("font", "found"), [("", 0), ("cour", 3)])
def test_an_o_that_begins_a_line_is_a_word_unless_others_mark_items(font: str, found: int) -> None:
    sheet = Sheet()
    if font:
        for at in range(3):
            sheet.put(60, 120 + 12 * at, "o", font=font)
            sheet.line -= 1
            sheet.put(75, 120 + 12 * at, "valor primeiro de todos eles")
    else:
        sheet.put(76, 120, "Se a expressão primária é um parâmetro que deve ser de dimensão zero e de nada mais,")
        sheet.put(60, 132, "o valor resultante é o valor do parâmetro.")
    assert len(items(sheet)) == found
    assert len(paragraphs(sheet)) == (0 if font else 1)


def test_an_address_in_typewriter_type_amid_an_entry_is_of_it() -> None:
    sheet = Sheet()
    for at, name in enumerate(("A. Zeileis", "K. Kleiber", "T. Hornik")):
        y = 120.0 + 36 * at
        sheet.put(60, y, f"{name}, Somebody else and others. A thing for the testing of structural change in all kinds")
        sheet.put(
            70, y + 12, "of linear regression models. Journal of Software of which there are very many more 7(2), 2002."
        )
        sheet.put(70, y + 24, "URL http://www.example.org/v07/i02/", font="cour", style=int(WordStyle.MONO))
    assert [text.count("URL") for text in paragraphs(sheet)] == [1, 1, 1]


def test_a_negative_number_at_the_start_of_a_line_is_no_mark_of_an_item() -> None:
    sheet = Sheet()
    y = 120
    sheet.put(60, y, "and all of it is bounded by what has been said of it, so that it is as small as all of that,")
    sheet.put(60, y + 12, "− 10 shift between the profiles of adjacent times.")
    assert items(sheet) == []
