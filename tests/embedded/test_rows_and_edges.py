"""Pieces of one row that belong together, and lines that run with the pages."""

from __future__ import annotations

import pytest
from typeset import LOREM, Sheet, body, texts

from docparse.schemas.document import Caption, Code, Heading, ListBlock, PageHeader, PageNumber, Paragraph
from docparse.schemas.page import Picture, WordStyle

BOLD, MONO = int(WordStyle.BOLD), int(WordStyle.MONO)


def test_a_head_below_a_broad_margin_has_its_page_number_beside_it() -> None:
    sheet = Sheet(612, 792)
    sheet.put(195, 100, "The Running Title of the Paper", 9)
    sheet.put(475, 100, "9", 9)
    sheet.paragraph(135, 126, 346, LOREM * 3)
    blocks = sheet.blocks()
    assert [type(block) for block in blocks] == [PageHeader, Paragraph, PageNumber]


def test_the_first_entry_of_a_contents_page_is_no_head() -> None:
    sheet = Sheet(612, 792)
    for i, title in enumerate(("Where it begins", "What follows then", "How it goes on", "Where it ends")):
        sheet.put(135, 100 + 20 * i, title)
        sheet.put(475, 100 + 20 * i, str(i + 1))
    assert not any(isinstance(block, PageHeader | PageNumber) for block in sheet.blocks())


def test_a_number_alone_under_the_middle_of_the_text_is_that_of_the_page() -> None:
    sheet = Sheet()
    sheet.paragraph(60, 150, 330, LOREM * 4)
    sheet.put(222, 700, "17")
    assert [type(block) for block in sheet.blocks()] == [Paragraph, PageNumber]
    sheet.words.pop()
    sheet.put(372, 700, "17")
    assert not any(isinstance(block, PageNumber) for block in sheet.blocks())


def test_numbers_stand_before_their_headings() -> None:
    sheet = Sheet()
    sheet.paragraph(60, 120, 440, LOREM * 2)
    sheet.put(60, 200, "3", 14, "hebo", BOLD)
    sheet.put(95, 200, "Zitieren von Quellen", 14, "hebo", BOLD)
    y = sheet.paragraph(60, 225, 440, LOREM * 2)
    sheet.put(60, y + 20, "A.6", 12, "hebo", BOLD)
    sheet.put(100, y + 20, "Commandes de la classe", 12, "hebo", BOLD)
    sheet.paragraph(60, y + 40, 440, LOREM * 2)
    heads = [block.text for block in sheet.blocks() if isinstance(block, Heading)]
    assert heads == ["3 Zitieren von Quellen", "A.6 Commandes de la classe"]


def test_a_bold_entry_of_a_contents_page_has_its_page_and_is_no_heading() -> None:
    sheet = Sheet()
    sheet.put(60, 150, "1", 10, "hebo", BOLD)
    sheet.put(80, 150, "First Things", 10, "hebo", BOLD)
    sheet.put(500, 150, "2", 10, "hebo", BOLD)
    for y, title in ((165, "1.1 Details"), (180, "1.2 More of them")):
        end = sheet.put(80, y, title)
        while end < 490:
            sheet.line -= 1
            end = sheet.put(end, y, ".")
        sheet.line -= 1
        sheet.put(500, y, "3")
    sheet.paragraph(60, 240, 440, LOREM * 4)
    blocks = sheet.blocks()
    assert not any(isinstance(block, Heading) for block in blocks)
    assert "1 First Things 2" in body(blocks)


def test_a_label_far_before_its_caption_belongs_to_it() -> None:
    sheet = Sheet()
    sheet.paragraph(60, 100, 346, LOREM * 2)
    end = sheet.put(60, 230, "Table 1.", 9, "hebo", BOLD)
    sheet.put(end + 12, 230, " ".join(LOREM[:6]), 9)
    sheet.paragraph(60, 241, 346, LOREM, 9)
    captions = [block for block in sheet.blocks() if isinstance(block, Caption)]
    assert len(captions) == 1
    assert captions[0].text.split() == ["Table", "1.", *LOREM[:6], *LOREM]


def test_a_line_stretched_to_the_edges_stays_one() -> None:
    for count, whole in ((5, True), (2, False)):
        sheet = Sheet()
        right = sheet.put(60, 200, "These are words of a line that is as wide as the column") - 2.8
        width = sheet.put(60, 212, "some") - 62.8
        for i in range(1, count):
            sheet.put(60 + i * (right - 60 - width) / (count - 1), 212, "some")
        sheet.put(60, 224, "and this is where it goes on with what there is to say")
        assert (len(sheet.blocks()) == 1) is whole


def test_code_lines_keep_their_numbers_and_prose_stays_outside() -> None:
    sheet = Sheet()
    sheet.put(60, 150, "Now we define what is to be done, in a few lines:")
    for i, (x, line) in enumerate([(80, "def run(task):"), (104, "for part in task:"), (128, "do(part)"), (80, "}")]):
        sheet.put(60, 162 + 12 * i, str(98 + i), 6)
        sheet.put(x, 162 + 12 * i, line, 10, "cour", MONO)
    sheet.put(60, 210, "After this nothing is left to do but to call it.")
    sheet.paragraph(60, 240, 440, LOREM * 3)
    blocks = sheet.blocks()
    code = [block for block in blocks if isinstance(block, Code)]
    assert [line.split() for line in code[0].text.splitlines()] == [
        ["98", "def", "run(task):"], ["99", "for", "part", "in", "task:"], ["100", "do(part)"], ["101", "}"],
    ]  # fmt: skip
    assert [type(block) for block in blocks[:3]] == [Paragraph, Code, Paragraph]


def test_numbered_paragraphs_apart_from_each_other_are_items_of_lists() -> None:
    sheet = Sheet()
    y = sheet.paragraph(60, 120, 440, ["7.", "Find", "the", "answer", *LOREM])
    y = sheet.paragraph(60, y + 30, 440, ["Nothing", "numbered", *LOREM])
    y = sheet.paragraph(60, y + 30, 440, ["8.", "Find", "another", *LOREM])
    sheet.paragraph(60, y + 30, 440, ["1986.", "This", "was", "a", "year", *LOREM])
    found = [block.items[0].marker if isinstance(block, ListBlock) else "" for block in sheet.blocks()]
    assert found == ["7.", "", "8.", ""]


def test_a_heading_of_two_lines_of_capitals_in_a_font_of_its_own() -> None:
    sheet = Sheet()
    y = sheet.paragraph(60, 120, 220, LOREM * 2, 9) + 15
    sheet.put(60, y, "CORPORATE RESPONSIBILITY:", 9.6, "tiro")
    sheet.put(60, y + 11, "THE CONTEXT", 9.6, "tiro")
    sheet.paragraph(60, y + 22.5, 220, LOREM * 2, 9)
    heads = [block.text for block in sheet.blocks() if isinstance(block, Heading)]
    assert heads == ["CORPORATE RESPONSIBILITY: THE CONTEXT"]


def test_double_quotes_set_as_two_single_ones_are_double_ones() -> None:
    sheet = Sheet()
    sheet.put(60, 200, "He says ‘‘this is it’’ and ‚‚so’’ on, but ‘not’ more")
    assert texts(sheet.blocks()) == ["He says “this is it” and „so” on, but ‘not’ more"]


def test_body_type_is_that_of_the_prose_and_not_of_larger_listings() -> None:
    sheet = Sheet()
    sheet.put(60, 100, "To quote somebody at length, take the environment for it:", 11)
    for i in range(12):
        sheet.put(60, 120 + 11 * i, "some.command(that, does, something, useful)", 9, "cour", MONO)
    sheet.put(60, 270, "If you want to have other lists, do as it is done below:", 11)
    for i in range(12):
        sheet.put(60, 290 + 11 * i, "another.command(that, does, something, else)", 9, "cour", MONO)
    sheet.paragraph(60, 440, 440, LOREM * 2, 11)
    assert not any(isinstance(block, Heading) for block in sheet.blocks())


def test_body_type_is_that_of_the_prose_and_not_of_more_letters_of_small_listings() -> None:
    sheet = Sheet()
    y = sheet.paragraph(60, 100, 440, LOREM)
    for i in range(30):
        sheet.put(80, y + 7 * i, "some.command(that, does, something, useful, with, it, all, day)", 5, "cour", MONO)
    y = sheet.paragraph(60, y + 230, 440, LOREM)
    for i in range(30):
        sheet.put(80, y + 7 * i, "another.command(that, does, something, else, with, it, all, day)", 5, "cour", MONO)
    assert not any(isinstance(block, Heading) for block in sheet.blocks())


def test_a_dash_at_the_start_of_a_line_goes_on_with_the_sentence() -> None:
    sheet = Sheet()
    sheet.put(60, 200, "Here is a sentence that fills its line from the left to the right edge and then goes on")
    sheet.put(60, 212, "— see the other page — with a dash that is no list.")
    assert len(sheet.blocks()) == 1


def test_free_height_parts_hanging_paragraphs_from_others() -> None:
    sheet = Sheet()

    def line(x: float, y: float, first: str) -> None:
        """A line from x on that is filled to the right edge."""
        end = sheet.put(x, y, first)
        for word in LOREM:
            if end + 6 * len(word) > 470:
                return
            sheet.line -= 1
            end = sheet.put(end, y, word)

    for i, name in enumerate(("Alpha", "Beta", "Gamma", "Delta")):
        line(60, 100 + 36 * i, name)
        line(80, 112 + 36 * i, "goes")
        line(80, 124 + 36 * i, "on")
    for x, y, first in ((60, 250, "Here"), (60, 262, "plain"), (75, 274, "Another"), (60, 286, "of"), (60, 298, "its")):
        line(x, y, first)
    found = [text.split()[0] for text in texts(sheet.blocks())]
    assert found == ["Alpha", "Beta", "Gamma", "Delta", "Here", "Another"]


def test_page_numbers_of_a_contents_list_are_not_those_of_the_column_beside_it() -> None:
    sheet = Sheet()
    for i, title in enumerate(("Introduction", "Installing it", "What is new", "How to go on", "Where to end")):
        sheet.put(60, 150 + 24 * i, str(i + 1), 10, "hebo", BOLD)
        sheet.put(80, 150 + 24 * i, title, 10, "hebo", BOLD)
        sheet.put(280, 150 + 24 * i, str(1 + i // 2), 10, "hebo", BOLD)
        sheet.put(305, 150 + 24 * i, "Text of the abstract, which is bold", 10, "hebo", BOLD)
        sheet.put(305, 162 + 24 * i, "and goes on beside the list for long", 10, "hebo", BOLD)
    found = texts(sheet.blocks())
    assert [text for text in found if text[0].isdecimal()] == [
        "1 Introduction 1", "2 Installing it 1", "3 What is new 2", "4 How to go on 2", "5 Where to end 3",
    ]  # fmt: skip


def test_many_words_equally_far_apart_are_one_line_whatever_stands_near() -> None:
    sheet = Sheet()
    right = sheet.put(60, 222, "These words fill the whole of the line that they stand in, as usual") - 2.8
    sheet.put(60, 240, "[1]")
    words = ["Name", "Surname,", "Quantum", "123,", "123456"]
    widths = []
    for word in words:
        widths.append(sheet.put(0, 900, word) - 2.8)
        sheet.words.pop()
    x, gap = 80.0, (right - 80 - sum(widths)) / 4
    for word, width in zip(words, widths, strict=True):
        sheet.put(x, 240, word)
        x += width + gap
    assert gap > 17
    assert body(sheet.blocks()).endswith("[1] Name Surname, Quantum 123, 123456")


def test_a_bold_head_far_before_its_paragraph_runs_into_it() -> None:
    sheet = Sheet()
    sheet.paragraph(60, 100, 440, LOREM)
    end = sheet.put(60, 200, "Unpacking.", 10, "hebo", BOLD)
    sheet.put(end + 17, 200, "The file is one that extracts itself, and all the files in it are")
    sheet.put(60, 212, "extracted by running it, which is what is to be done at first of all.")
    assert texts(sheet.blocks())[-1].startswith(
        "Unpacking. The file is one that extracts itself, and all the files in it"
    )


def test_a_number_stands_before_a_heading_in_a_font_without_weights() -> None:
    sheet = Sheet()
    sheet.paragraph(60, 100, 440, LOREM * 2)
    sheet.put(60, 250, "1", 13, "hebo", BOLD)
    sheet.put(95, 250, "はじめに", 12, "ja")
    sheet.paragraph(60, 280, 440, LOREM * 2)
    assert [block.text for block in sheet.blocks() if isinstance(block, Heading)] == ["1 はじめに"]


def test_a_scan_that_says_nothing_but_a_number() -> None:
    sheet = Sheet()
    sheet.put(290, 760, "42", font="")
    sheet.pictures.append(Picture((0, 0, 595, 842), 1240, 1754))
    assert "42" in [getattr(block, "text", "") for block in sheet.blocks()]


@pytest.mark.parametrize("ends", ["", "."])
def test_entries_with_hanging_indents_are_paragraphs_of_one_line_or_more(ends: str) -> None:
    sheet = Sheet()
    full = "Smith J (2001). Some words about a subject that takes as much room as there is in one line of it" + ends
    lines = [
        (0, full),
        (18, "and 12 more."),
        (0, full),
        (0, full),
        (18, "Then some."),
        (0, full[:60] + "."),
        (0, full),
        (18, "end."),
    ]
    for row, (indent, text) in enumerate(lines):
        sheet.put(60 + indent, 100 + 12 * row, text)
    blocks = sheet.blocks()
    assert [block.text.count("Smith") for block in blocks if isinstance(block, Paragraph)] == [1] * 5


def test_first_line_indents_stay_the_starts_of_paragraphs() -> None:
    sheet = Sheet()
    full = "Some words about a subject that takes as much room as there is in one line of a text like this"
    lines = [
        (0, full),
        (0, "and on."),
        (18, full[:-4]),
        (0, full.lower()),
        (0, "it ends."),
        (18, full[:-4]),
        (0, "Here it ends."),
    ]
    for row, (indent, text) in enumerate(lines):
        sheet.put(60 + indent, 100 + 12 * row, text)
    assert len([block for block in sheet.blocks() if isinstance(block, Paragraph)]) == 3


@pytest.mark.parametrize(("step", "end", "parted"), [(14.6, ".", True), (14.6, "", False), (12.4, ".", False)])
def test_paragraph_that_ends_with_a_full_line_is_parted_by_a_little_more_height(
    step: float, end: str, parted: bool
) -> None:
    sheet, y = Sheet(), 100.0
    for row in range(8):
        sheet.put(60, y, "Some words about a subject that takes as much room as there is in one line of it" + end)
        y += step if row == 3 else 12.0
    assert len([block for block in sheet.blocks() if isinstance(block, Paragraph)]) == 1 + parted


@pytest.mark.parametrize(
    ("label", "parts"),
    [("Corresponding author: ", True), ("*Correspondence to: ", True), ("Keywords: ", True), ("University of ", False)],
)
def test_what_a_paper_says_of_itself_is_a_paragraph_under_its_authors(label: str, parts: bool) -> None:
    sheet = Sheet()
    sheet.paragraph(60, 300, 240, LOREM * 4)
    for line, text in enumerate(
        ["University of Auckland, New Zealand", "University of Toronto, Canada", f"{label}Tim T."]
    ):
        sheet.put(60, 100 + 12 * line, text, 9)
    found = next(text for text in texts(sheet.blocks()) if "Tim" in text)
    assert ("Toronto" not in found) is parts
