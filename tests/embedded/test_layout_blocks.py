"""Words of pages made here, laid out: kinds, order, joined text, and what must never break it."""

from __future__ import annotations

import random

import pymupdf
import pytest
from typeset import LOREM, Sheet, body, texts

from docparse.model.embedded.captions import is_caption
from docparse.model.embedded.footnotes import split_marker
from docparse.model.embedded.layout import build_blocks
from docparse.model.embedded.line_numbers import part_line_numbers
from docparse.model.embedded.types import FoundTable, Region
from docparse.schemas.document import (
    Caption,
    Cell,
    Code,
    Footnote,
    Formula,
    Heading,
    Image,
    ListBlock,
    PageFooter,
    PageHeader,
    PageNumber,
    Paragraph,
    Table,
)
from docparse.schemas.page import PageImage, Picture, Rule, Word, WordStyle


def test_two_columns_are_read_one_after_the_other_under_a_full_width_title() -> None:
    sheet = Sheet()
    sheet.put(70, 90, "A title that runs over both of the columns of this page", 18, "hebo", WordStyle.BOLD)
    left = [f"left{i}" for i in range(150)]
    right = [f"right{i}" for i in range(150)]
    sheet.paragraph(60, 130, 225, left)
    sheet.paragraph(310, 130, 225, right)
    blocks = sheet.blocks()
    assert isinstance(blocks[0], Heading)
    assert blocks[0].text.startswith("A title")
    assert body(blocks[1:]).split() == left + right


def test_paragraphs_part_at_indents_and_hyphens_join() -> None:
    sheet = Sheet()
    y = sheet.paragraph(60, 200, 440, LOREM * 2)
    sheet.put(75, y, "An indented line opens the second paragraph, which goes on to the right edge where it is hyphen-")
    sheet.paragraph(60, y + 12, 440, ["ated", "and", "mother-in-law", "stays.", *LOREM])
    found = [block for block in sheet.blocks() if isinstance(block, Paragraph)]
    assert len(found) == 2
    assert "hyphenated and mother-in-law stays" in found[1].text


def test_lists_keep_markers_and_nesting() -> None:
    sheet = Sheet()
    sheet.paragraph(60, 150, 440, LOREM)
    for i, (x, text) in enumerate(
        [(60, "• first item"), (80, "• nested item"), (80, "• another nested"), (60, "• last item")]
    ):
        sheet.put(x, 250 + 14 * i, text)
    for i in range(3):
        sheet.put(60, 340 + 14 * i, f"{i + 1}. step number {i}")
    lists = [block for block in sheet.blocks() if isinstance(block, ListBlock)]
    assert [item.text for item in lists[0].items] == ["first item", "nested item", "another nested", "last item"]
    assert [item.level for item in lists[0].items] == [1, 2, 2, 1]
    assert lists[0].items[0].marker == "•"
    assert lists[1].ordered
    assert [item.marker for item in lists[1].items] == ["1.", "2.", "3."]


@pytest.mark.parametrize("second", ["the harbour was rebuilt in the same year", "THE harbour was rebuilt in the year"])
def test_a_line_that_happens_to_be_bold_stays_in_its_sentence(second: str) -> None:
    sheet = Sheet()
    lines = (
        ("when the old quay had been taken away", 0), (second, WordStyle.BOLD),
        ("and soon ships came again, more than", 0), ("ever before, from all the northern towns.", 0),
        ("They carried timber and grain and wool", 0), ("and went back with salt and fine cloth.", 0),
    )  # fmt: skip
    for place, (text, style) in enumerate(lines):
        sheet.put(60, 100 + 12 * place, text, font="hebo" if style else "helv", style=int(style))
        last = sheet.words[-1]  # justified
        sheet.words[-1] = last._replace(bbox=(250 - last.bbox[2] + last.bbox[0], last.bbox[1], 250, last.bbox[3]))
    joined = second[0].islower()
    assert (texts(sheet.blocks())[0].count(" ") > 30) is joined


@pytest.mark.parametrize(
    ("title", "below"),
    [
        ("The history of the harbour towns", "by Alexander Wenzel"),
        ("Manual pages of programs 73", "alimask and others that follow it"),
    ],
)
def test_a_bold_title_and_what_begins_small_under_it_are_two(title: str, below: str) -> None:
    sheet = Sheet()
    sheet.put(60, 100, title, font="hebo", style=int(WordStyle.BOLD))
    sheet.put(60, 112, below)
    sheet.paragraph(60, 160, 440, LOREM * 2)
    assert texts(sheet.blocks())[:2] == [title, below]


def test_a_bold_question_goes_on_over_its_line_though_it_ends_in_other_type() -> None:
    sheet = Sheet()
    question = "Where students help those who can't pay, are there rules for how they are taught and watched in the"
    sheet.put(60, 100, question, font="hebo", style=int(WordStyle.BOLD))
    x = sheet.put(60, 112, "services?", font="hebo", style=int(WordStyle.BOLD))
    sheet.put(x, 112, "(Select all)")
    sheet.paragraph(60, 160, 440, LOREM * 2)
    assert texts(sheet.blocks())[0] == f"{question} services? (Select all)"


def test_headings_by_size_and_weight_but_no_bold_paragraph() -> None:
    sheet = Sheet()
    sheet.put(60, 120, "Report on Everything", 20, "hebo", WordStyle.BOLD)
    sheet.put(60, 160, "1 Introduction", 13, "hebo", WordStyle.BOLD)
    y = sheet.paragraph(60, 180, 440, LOREM * 3)
    sheet.put(60, y + 20, "1.1 Scope", 10, "hebo", WordStyle.BOLD)
    y = sheet.paragraph(60, y + 40, 440, LOREM * 2)
    start = len(sheet.words)
    sheet.paragraph(60, y + 20, 440, [*LOREM, *LOREM, "end."])
    sheet.words[start:] = [word._replace(style=int(WordStyle.BOLD)) for word in sheet.words[start:]]
    headings = [block for block in sheet.blocks() if isinstance(block, Heading)]
    assert [heading.text for heading in headings] == ["Report on Everything", "1 Introduction", "1.1 Scope"]
    assert [heading.level for heading in headings] == [1, 2, 3]


def test_a_slip_from_a_till_has_no_running_footer() -> None:
    for height, kinds in ((1400, []), (842, [PageFooter])):
        sheet = Sheet(595, height)
        for row in range(12):
            sheet.put(60, 200 + 30 * row, f"some things that were bought {row}")
        sheet.put(60, height - 40, "Thank you, please come again")
        sheet.words = [word._replace(font="") for word in sheet.words]  # as read by OCR
        assert [type(block) for block in sheet.blocks() if isinstance(block, PageFooter)] == kinds


def test_a_slip_on_a_broad_scan_is_told_by_the_words_of_a_till() -> None:
    for last, kinds in (("Change", []), ("Balance", [PageFooter])):
        sheet = Sheet(595, 842)
        for row in range(12):
            sheet.put(60, 200 + 30 * row, f"some things that were bought {row}.50")
        sheet.put(60, 580, f"{last} 12.00")
        sheet.put(60, 802, "Thank you, please come again")
        sheet.words = [word._replace(font="") for word in sheet.words]  # as read by OCR
        assert [type(block) for block in sheet.blocks() if isinstance(block, PageFooter)] == kinds


def test_numbers_and_the_word_change_in_prose_make_no_slip() -> None:
    sheet = Sheet(595, 842)
    for row in range(12):
        sheet.put(60, 200 + 30 * row, f"the mean was 0.{row + 10} before they saw any")
        sheet.put(60, 214 + 30 * row, "change.")
    sheet.put(60, 802, "Thank you, please come again")
    sheet.words = [word._replace(font="") for word in sheet.words]  # as read by OCR
    assert [type(block) for block in sheet.blocks() if isinstance(block, PageFooter)] == [PageFooter]


def test_a_head_with_the_page_number_may_stand_close_over_the_text() -> None:
    for number, kinds in (("6", [PageHeader, PageNumber]), ("x6y", [])):
        sheet = Sheet()
        sheet.put(60, 40, "Andersson et al.")
        sheet.put(490, 40, number)
        sheet.paragraph(60, 51, 440, LOREM * 20)
        sheet.words = [word._replace(font="") for word in sheet.words]  # as read by OCR
        found = [type(block) for block in sheet.blocks() if isinstance(block, (PageHeader, PageNumber))]
        assert found == kinds


def test_the_number_beside_a_running_line_that_the_model_saw_runs_with_it() -> None:
    sheet = Sheet()
    sheet.put(60, 40, "Some words of a head")
    sheet.put(490, 40, "6")
    sheet.paragraph(60, 51, 440, LOREM * 20)
    sheet.words = [word._replace(font="") for word in sheet.words]  # as read by OCR
    blocks = sheet.blocks(regions=(Region("header", (58, 28, 200, 44), 0.9),))
    assert [type(block) for block in blocks][:1] == [PageHeader]
    assert [block.text for block in blocks if isinstance(block, PageNumber)] == ["6"]


def test_a_paragraph_that_the_model_took_for_running_lines_is_one() -> None:
    sheet = Sheet()
    sheet.paragraph(60, 40, 440, LOREM * 2)
    sheet.paragraph(60, 160, 440, LOREM * 20)
    sheet.words = [word._replace(font="") for word in sheet.words]  # as read by OCR
    blocks = sheet.blocks(regions=(Region("header", (58, 28, 510, 80), 0.9),))
    assert [type(block) for block in blocks] == [Paragraph, Paragraph]


def test_a_head_that_ends_in_a_colon_is_no_running_line() -> None:
    for text, kind in (("Shapes of letters:", Paragraph), ("Shapes of letters", PageHeader)):
        sheet = Sheet()
        sheet.put(60, 40, text)
        sheet.paragraph(60, 90, 440, LOREM * 20)
        sheet.words = [word._replace(font="") for word in sheet.words]  # as read by OCR
        block, *_ = sheet.blocks(regions=(Region("header", (58, 28, 200, 44), 0.9),))
        assert type(block) is kind


def test_a_line_in_which_a_sentence_ends_is_no_heading_on_scans() -> None:
    for text, kind in (("归档工具是最好的。按照下面的方法", Paragraph), ("归档工具是最好的按照下面的方法", Heading)):
        sheet = Sheet()
        sheet.put(60, 100, text, 15, "china-s")
        for row in range(12):
            sheet.put(60, 160 + 16 * row, "这是一个很长的段落它的字比上面的小一些而且有很多行", 11, "china-s")
        sheet.words = [word._replace(font="") for word in sheet.words]  # as read by OCR
        assert isinstance(sheet.blocks()[0], kind)


def test_initials_of_authors_are_no_item_of_the_list_below() -> None:
    sheet = Sheet()
    sheet.put(60, 100, "D. Rossi, B. Smith and C. Ivanova")
    sheet.paragraph(60, 150, 440, LOREM * 4)
    for row, mark in enumerate("abc"):
        sheet.put(60, 400 + 14 * row, f"{mark}. an item of the list")
    lists = [block for block in sheet.blocks() if isinstance(block, ListBlock)]
    assert [[item.marker for item in found.items] for found in lists] == [["a.", "b.", "c."]]


def test_running_header_footer_and_page_number() -> None:
    sheet = Sheet()
    sheet.put(60, 40, "Journal of Tests, vol. 3", 8)
    sheet.paragraph(60, 120, 440, LOREM * 12)
    sheet.put(60, 815, "www.example.org", 8)
    sheet.put(290, 815, "17", 8)
    blocks = sheet.blocks()
    assert [type(block) for block in blocks] == [PageHeader, Paragraph, PageFooter, PageNumber]


def test_captions_figures_and_footnotes() -> None:
    sheet = Sheet()
    sheet.paragraph(60, 100, 440, LOREM * 4)
    sheet.pictures.append(Picture((100, 250, 400, 450), 600, 400))
    sheet.put(150, 300, "axis", 7)
    sheet.put(100, 470, "Figure 1: What was measured.", 9)
    sheet.paragraph(60, 520, 440, LOREM * 6)
    sheet.rules.append(Rule((60, 745, 160, 745.5), True, 0.5))
    sheet.put(60, 758, "1 A note at the foot of the page.", 7)
    blocks = sheet.blocks()
    image = next(block for block in blocks if isinstance(block, Image))
    assert image.ocr == "axis"
    assert [block.text for block in blocks if isinstance(block, Caption)] == ["Figure 1: What was measured."]
    note = next(block for block in blocks if isinstance(block, Footnote))
    assert (note.marker, note.text) == ("1", "A note at the foot of the page.")


def test_notes_that_begin_at_one_edge_are_parted_by_their_numbers() -> None:
    sheet = Sheet()
    sheet.paragraph(60, 100, 440, LOREM * 10)
    sheet.rules.append(Rule((60, 745, 160, 745.5), True, 0.5))
    for number, text in enumerate(("This holds for only one of the two, as the next page shows, and", "Even for all.")):
        y = 758 + 9 * number
        sheet.put(60, y - 3, str(number + 3), 5)
        sheet.line -= 1
        sheet.put(63, y, text, 7)
    notes = [block for block in sheet.blocks() if isinstance(block, Footnote)]
    assert [note.marker for note in notes] == ["3", "4"]
    assert notes[1].text == "Even for all."


@pytest.mark.parametrize(
    ("text", "marker"),
    [
        ("1 A note.", "1"),
        ("12A note.", "12"),
        ("* A note.", "*"),
        ("∗ A note.", "∗"),
        ("3591", ""),
        ("2015 was wet.", ""),
        ("1.5 cm", ""),
        ("¹²A note.", "12"),
        ("ᵃ A note.", "a"),
    ],
)
def test_the_marker_of_a_note_is_never_a_part_of_a_number(text: str, marker: str) -> None:
    assert split_marker(text)[0] == marker


def test_code_keeps_its_indentation() -> None:
    sheet = Sheet()
    sheet.paragraph(60, 100, 440, LOREM * 3)
    for i, (indent, text) in enumerate([(0, "def f(x):"), (4, "if x:"), (8, "return 1"), (4, "return 0")]):
        sheet.put(80 + indent * 6, 200 + 12 * i, text, 10, "cour", WordStyle.MONO)
    code = next(block for block in sheet.blocks() if isinstance(block, Code))
    assert code.text == "def f(x):\n    if x:\n        return 1\n    return 0"


def test_words_of_tables_stay_in_them_and_tables_take_their_place() -> None:
    sheet = Sheet()
    y = sheet.paragraph(60, 100, 440, LOREM * 2)
    sheet.put(100, y + 30, "cell")
    after = sheet.paragraph(60, y + 80, 440, ["after", *LOREM])
    table = FoundTable((60, y + 10, 500, y + 50), (Cell(row=0, col=0, text="cell"),), 1, 1)
    blocks = sheet.blocks((table,))
    assert [type(block) for block in blocks] == [Paragraph, Table, Paragraph]
    assert "cell" not in body(blocks)
    assert after > y


@pytest.mark.parametrize(("aligned", "kinds"), [(True, set()), (False, {"image"})])
def test_a_form_that_the_model_takes_for_a_figure_is_text(aligned: bool, kinds: set[str]) -> None:
    """Labels of a drawing stand all over it."""
    sheet = Sheet()
    for row in range(12):
        sheet.put(60 if aligned else 60 + 137 * row % 400, 100 + 24 * row, f"Field {row} of it:", font="")
    found = sheet.blocks(regions=(Region("figure", (50.0, 80.0, 560.0, 420.0), 0.95),))
    assert {block.kind for block in found} & {"image"} == kinds
    assert "Field 7 of it:" in (body(found) if aligned else found[0].ocr)


@pytest.mark.parametrize(("score", "kept"), [(0.9, True), (0.6, False)])
def test_a_table_of_long_rows_is_one_where_the_model_is_sure(score: float, kept: bool) -> None:
    """OCR has each row as one line, long as those of prose are."""
    sheet = Sheet()
    for row in range(12):
        sheet.put(60, 100 + 14 * row, "Number of samples with load values of the kind 394 (58.027%) 242")
    texts = ["Number of samples with load values of the kind", "394 (58.027%)", "242"] * 12
    cells = tuple(Cell(row=place // 3, col=place % 3, text=text) for place, text in enumerate(texts))
    box = (55.0, 85.0, 420.0, 260.0)
    blocks = sheet.blocks((FoundTable(box, cells, 12, 3, confidence=0.8),), (Region("table", box, score),))
    assert any(isinstance(block, Table) for block in blocks) is kept


@pytest.mark.parametrize(("height", "kept"), [(780.0, True), (300.0, False)])
def test_a_small_drawn_grid_stands_on_a_page_that_is_one_figure_to_the_model(height: float, kept: bool) -> None:
    sheet = Sheet()
    for row in range(5):
        sheet.put(80, 100 + 20 * row, f"${row}", font="")
        sheet.put(180, 100 + 20 * row, f"{row} bills", font="")
    cells = tuple(Cell(row=i // 2, col=i % 2, text=f"{i} bills") for i in range(10))
    table = FoundTable((60.0, 85.0, 260.0, 190.0), cells, 5, 2, confidence=0.95, ruled=True)
    blocks = sheet.blocks((table,), (Region("figure", (10.0, 10.0, 600.0, height), 0.85),))
    assert any(isinstance(block, Table) for block in blocks) is kept


def test_right_to_left_lines_and_columns() -> None:
    sheet = Sheet()
    for i in range(8):
        for column, x in (("א", 330), ("ב", 60)):
            for k in range(4):
                word = f"{column}{'אבגדהוזח'[i]}{'אבגד'[k]}"
                x0 = x + 150 - 50 * k
                y = 100 + 14 * i
                sheet.words.append(Word(word, (x0, y - 9, x0 + 47, y + 2), 10, "x", 0, 0, y, sheet.line))
            sheet.line += 1
    words = body(sheet.blocks()).split()
    assert words[:5] == ["אאא", "אאב", "אאג", "אאד", "אבא"]
    assert words[32][0] == "ב"


def test_vertical_writing_runs_down_and_columns_to_the_left() -> None:
    sheet = Sheet(300, 300)
    for column, text in enumerate(("日本語の文章を", "縦に書いた例で", "右から左へ読む")):
        for i, char in enumerate(text):
            x, y = 240 - 20 * column, 40 + 12 * i
            sheet.words.append(Word(char, (x, y, x + 12, y + 12), 12, "m", WordStyle.ROTATED, 0, y + 10, sheet.line))
            sheet.line += 1
    assert body(sheet.blocks()).replace("\n", "") == "日本語の文章を縦に書いた例で右から左へ読む"


def test_text_beside_the_page_is_flagged() -> None:
    sheet = Sheet()
    sheet.paragraph(80, 100, 440, LOREM * 5)
    for i, text in enumerate(("Downloaded", "from", "somewhere")):
        y = 500 - 70 * i
        sheet.words.append(Word(text, (20, y - 60, 30, y), 9, "x", WordStyle.ROTATED, 0, y, 900))
    note = sheet.blocks()[-1]
    assert note.flags == ["rotated"]
    assert texts([note]) == ["Downloaded from somewhere"]


def test_superscripts_stay_in_their_line() -> None:
    sheet = Sheet()
    end = sheet.put(60, 200, "The area grew to 12 m")
    sheet.words[-1] = sheet.words[-1]._replace(space=False)
    sheet.words.append(Word("2", (end - 3, 190, end + 1, 198), 6, "helv", WordStyle.SUPERSCRIPT, 0, 196, sheet.line))
    sheet.line += 1
    sheet.put(end + 4, 200, "within a year.")
    assert "12 m² within a year." in body(sheet.blocks())


def test_heading_regions_of_the_model_count_without_fonts() -> None:
    sheet = Sheet()
    sheet.put(60, 200, "Materials and Methods", 10)
    sheet.paragraph(60, 214, 440, LOREM * 4)
    sheet.words = [word._replace(font="", confidence=0.9) for word in sheet.words]
    blocks = sheet.blocks(regions=(Region("heading", (58, 188, 180, 204), 0.9),))
    assert isinstance(blocks[0], Heading)
    assert isinstance(blocks[1], Paragraph)


def _odd_words(kind: str) -> list[Word]:
    source = random.Random(5)
    if kind == "none":
        return []
    if kind == "one point":
        return [Word(f"w{i}", (100, 100, 100, 100), 0, "", 0, 0, 0, -1) for i in range(3000)]
    if kind == "huge":
        return [Word("x", (-1e6, -1e6, 1e7, 1e7), 1e6, "f", 0, 0, 3.0, i) for i in range(50)]
    if kind == "not a number":
        return [Word("x", (float("nan"), 0, 1, 1), 5.0), Word("y", (1, 1, 9, 9), float("inf"), baseline=float("nan"))]
    return [
        Word(f"w{i}", (x, y, x + source.random() * 40, y + 10), 10, "f", source.choice([0, 1, 128]), 0, y + 8, i // 7)
        for i in range(20_000)
        for x, y in [(source.random() * 590, source.random() * 840)]
    ]


@pytest.mark.parametrize("kind", ["none", "one point", "huge", "not a number", "scattered"])
@pytest.mark.no_cover
def test_odd_words_never_break_it(kind: str) -> None:
    page = PageImage(1, 588, 840, 595, 842)
    words = _odd_words(kind)
    blocks = build_blocks(page, words, (), ())
    assert all(block.bbox is not None for block in blocks)
    if kind == "scattered":
        lists = [item for block in blocks if isinstance(block, ListBlock) for item in block.items]
        found = " ".join([*texts(blocks), *(item.text + item.marker for item in lists)])
        assert found.count("w") == len(words)


def test_rivers_and_short_lines_beside_a_column_make_no_gutter() -> None:
    sheet = Sheet()
    for i in range(12):
        y = 100 + 12 * i
        if i % 2:
            sheet.put(50, y, "a short line ends")
        else:
            sheet.put(50, y, "words spread over the whole line of")
            sheet.words[-1:] = [sheet.words[-1]._replace(line=sheet.line - 1)]
            sheet.line -= 1
            sheet.put(262, y, "the")
        sheet.put(310, y, "the other column stands here beside it")
    assert not [text for text in texts(sheet.blocks()) if text.startswith("the ") and "other" not in text]


def test_short_formula_with_a_drawn_fraction_is_rebuilt_with_its_number() -> None:
    sheet = Sheet()
    y = sheet.paragraph(50, 100, 300, LOREM)
    for x, at, text, size in (
        (80, 20, "Q =", 11), (110, 14, "1", 7.5), (110, 29, "n", 11), (120, 20, "A", 11), (128, 20, "R", 11),
        (137, 15, "2/3", 7.5), (300, 20, "(4)", 10),
    ):  # fmt: skip
        sheet.put(x, y + at, text, size)
    sheet.rules.append(Rule((108, y + 17, 118, y + 17), horizontal=True, width=0.6))
    sheet.paragraph(50, y + 60, 300, LOREM)
    (formula,) = [block for block in sheet.blocks() if isinstance(block, Formula)]
    assert formula.latex.replace("A R", "AR") == r"Q = \frac{1}{n} AR^{2/3} \tag{4}"


def test_bullets_in_the_next_column_are_another_list() -> None:
    sheet = Sheet()
    for i in range(3):
        sheet.put(60, 100 + 14 * i, f"{i + 1}. item")
        sheet.put(160, 102 + 14 * i, f"• point{i}")
    lists = [block for block in sheet.blocks() if isinstance(block, ListBlock)]
    assert [(found.ordered, len(found.items)) for found in lists] == [(True, 3), (False, 3)]


def test_title_over_a_table_is_a_heading() -> None:
    sheet = Sheet()
    sheet.put(100, 80, "Title of the slide", 30)
    cells = []
    for i in range(12):
        sheet.put(100, 150 + 20 * i, "some words of one cell", 12)
        cells.append(Cell(row=i, col=0, text="some words of one cell", bbox=(90, 138 + 20 * i, 300, 156 + 20 * i)))
    table = FoundTable((90, 130, 300, 400), tuple(cells), 12, 1, ruled=True)
    first = sheet.blocks((table,))[0]
    assert isinstance(first, Heading)
    assert first.text == "Title of the slide"


def test_number_far_above_the_foot_of_a_half_empty_page_is_its_number() -> None:
    sheet = Sheet()
    y = sheet.paragraph(60, 100, 480, LOREM)
    y = sheet.paragraph(60, y + 24, 480, LOREM)
    sheet.put(295, y + 40, "62")
    (number,) = [block for block in sheet.blocks() if isinstance(block, PageNumber)]
    assert number.text == "62"


@pytest.mark.parametrize("text", ["Page 3", "页 3", "ページ 3", "쪽 3", "Trang 3"])
def test_page_number_is_told_in_many_languages(text: str) -> None:
    sheet = Sheet()
    sheet.paragraph(60, 100, 440, LOREM * 6)
    sheet.put(60, 810, text, font="ja")
    assert any(isinstance(block, PageNumber) and block.text == text for block in sheet.blocks())


def test_number_a_line_below_the_text_in_its_middle_is_the_page_number() -> None:
    sheet = Sheet()
    y = 0.0
    for start in (100, 240, 380):
        y = sheet.paragraph(60, start, 440, LOREM * 3)
    sheet.put(297 - 17, y + 11, "12")
    assert isinstance(sheet.blocks()[-1], PageNumber)


def test_number_of_a_section_and_box_to_tick_belong_to_their_text() -> None:
    sheet = Sheet()
    sheet.paragraph(60, 200, 400, LOREM)
    sheet.put(60, 300, "5.1", 10, "hebo", int(WordStyle.BOLD))
    sheet.put(92, 300, "Hyper Parameters", 10, "hebo", int(WordStyle.BOLD))
    for n in range(3):
        sheet.words.append(Word("\ufffd", (60, 331 + 14 * n, 68, 343 + 14 * n), 10, "Zapf", 0, 0, 340 + 14 * n, 50 + n))
        sheet.put(90, 340 + 14 * n, "choice among others")
    blocks = sheet.blocks()
    assert [block.text for block in blocks if isinstance(block, Heading)] == ["5.1 Hyper Parameters"]
    (items,) = [block.items for block in blocks if isinstance(block, ListBlock)]
    assert [item.text for item in items] == ["choice among others"] * 3


def test_a_line_that_ends_in_a_colon_is_no_label_of_the_next_column() -> None:
    sheet = Sheet()
    for x, last in ((50, "conveyance documents under these terms:"), (310, "and more of it")):
        for number in range(8):
            sheet.put(x, 120 + 13 * number, "running text that fills all of the column width")
        sheet.put(x, 224, last)
        for number in range(8):
            sheet.put(x, 250 + 13 * number, "another passage that fills all of the column width")
    texts = [block.text for block in sheet.blocks() if isinstance(block, Paragraph)]
    assert not any("terms: and more" in text for text in texts)
    ends = [text.rsplit(" ", 1)[-1] for text in texts]
    assert ends.index("terms:") < ends.index("it"), "the left column is read first"


LISTING = [
    (0, "BEGIN"), (0, "Struct ::= SEQUENCE {"), (5, "first"), (15, "INTEGER,"), (5, "second"), (15, "CHOICE {"),
    (9, "inner INTEGER,"), (9, "other STRING },"), (0, "}"), (0, "END"),
]  # fmt: skip


def _put_listing(sheet: Sheet, y: float) -> float:
    for place, (column, line) in enumerate(LISTING):
        beside = column == 15
        y += 0 if beside or place == 0 else 13
        sheet.put(72 + 6 * column, y, line, font="cour", style=WordStyle.MONO)
    return y


def test_a_page_of_code_with_some_prose_is_code() -> None:
    sheet = Sheet()
    sheet.put(72, 80, "Consider the following file of definitions, which is long enough")
    y = _put_listing(sheet, 100)
    sheet.put(72, y + 20, "The second file of values follows, which is as long as that one")
    end = _put_listing(sheet, y + 40)
    sheet.put(72, end + 20, "After that there is nothing more to be said about these two files")
    blocks = sheet.blocks()
    assert [type(block) for block in blocks] == [Paragraph, Code, Paragraph, Code, Paragraph]
    wanted = "BEGIN\nStruct ::= SEQUENCE {\n     first     INTEGER,\n     second    CHOICE {\n         inner INTEGER,"
    assert isinstance(blocks[1], Code)
    assert blocks[1].text.startswith(wanted)


def test_a_typewritten_page_is_no_code() -> None:
    sheet = Sheet()
    for row in range(12):
        sheet.put(72, 80 + 13 * row, "we write to you about the matter of last week", font="cour", style=WordStyle.MONO)
    sheet.put(72, 800, "Company of two persons, registered in the city", size=6)
    assert not any(isinstance(block, Code) for block in sheet.blocks())


def test_blanks_in_line_of_a_typewritten_page_make_no_gutter() -> None:
    sheet = Sheet()
    for row in range(14):  # every third blank stands under that of the line above
        sheet.put(
            72, 80 + 13 * row, "abcd efghij klm nopqr stuvw xyzab cdefgh ijkl mnop", font="cour", style=WordStyle.MONO
        )
    (block,) = sheet.blocks()
    assert isinstance(block, Paragraph)


def test_unknown_glyph_right_before_text_is_no_bullet() -> None:
    sheet = Sheet()
    sheet.paragraph(72, 80, 250, LOREM)
    sheet.put(72, 220, "\ufffd21 = 0.60, which tells them apart from one another")
    assert not any(isinstance(block, ListBlock) for block in sheet.blocks())


def test_heading_that_goes_on_in_an_indented_line_is_one() -> None:
    sheet = Sheet()
    sheet.paragraph(72, 80, 250, LOREM)
    sheet.put(72, 240, "(a) A mixture was more like a constant", font="hebo", style=WordStyle.BOLD)
    sheet.put(92, 252, "one than like a variable one", font="hebo", style=WordStyle.BOLD)
    sheet.put(72, 290, "Results", font="hebo", style=WordStyle.BOLD)
    sheet.paragraph(72, 310, 250, LOREM)
    found = [block.text for block in sheet.blocks() if isinstance(block, Heading)]
    assert found == ["(a) A mixture was more like a constant one than like a variable one", "Results"]


def test_lines_that_stop_short_of_their_column_stand_alone() -> None:
    sheet = Sheet()
    for i, text in enumerate(["Mrs Eleanor Whitcombe", "Flat 7, Orchard Court", "22 Bridge Street"]):
        sheet.put(60, 100 + 12 * i, text)
    y = sheet.paragraph(60, 200, 460, LOREM * 3)
    for i, text in enumerate(["Date: 3 May", "Our reference: NH-22", "Telephone: 0123 4567"]):
        sheet.put(60, y + 60 + 12 * i, text)
    texts = [block.text for block in sheet.blocks() if isinstance(block, Paragraph)]
    assert texts[0] == "Mrs Eleanor Whitcombe\nFlat 7, Orchard Court\n22 Bridge Street"
    assert "\n" not in texts[1]
    assert texts[2] == "Date: 3 May\nOur reference: NH-22\nTelephone: 0123 4567"


def test_an_address_in_the_right_half_of_a_page_keeps_its_lines() -> None:
    lines = ["Ma jolie boutique", "Alexandre Payet", "35 rue de la République", "69001 Lyon", "France"]
    sheet = Sheet()
    for i, text in enumerate(lines):
        sheet.put(330, 100 + 12 * i, text)
    sheet.paragraph(60, 200, 460, LOREM * 3)
    assert texts(sheet.blocks())[0] == "\n".join(lines)


def test_an_address_among_short_lines_keeps_its_lines_and_a_list_of_dates_does_not() -> None:
    lines = ["Bloemen Noord N.V.", "Havenstraat 31", "5611 EM Eindhoven"]
    dates = ["11.09.2018; 14.09.2018;", "24.09.2018; 27.09.2018;", "22.10.2018"]
    sheet = Sheet()
    for i, text in enumerate(lines):
        sheet.put(60, 100 + 12 * i, text)
    for i, text in enumerate(dates):
        sheet.put(250, 200 + 12 * i, text)
    sheet.put(480, 300, "Page 1 of 1")
    assert texts(sheet.blocks())[:2] == ["\n".join(lines), " ".join(dates)]


@pytest.mark.parametrize(
    ("text", "heading"), [("Avoir AV-2017-0005", True), ("Facture 2017/55 12", False), ("Total 1.250,00 €", False)]
)
def test_a_kind_of_paper_and_its_number_in_large_type_are_a_heading(text: str, heading: bool) -> None:
    sheet = Sheet()
    sheet.put(60, 100, text, 20, "hebo", WordStyle.BOLD)
    sheet.paragraph(60, 150, 440, LOREM * 3)
    assert isinstance(sheet.blocks()[0], Heading) == heading


def test_verse_keeps_its_lines_and_a_narrow_column_does_not() -> None:
    verse = [
        "I met the river in the morning light", "and asked it for the name it had at night;",
        "it answered me in syllables of stone", "and left me on the gravel bank alone",
        "he said the water never tells a lie", "but speaks a tongue that only herons try.",
    ]  # fmt: skip
    sheet = Sheet()
    for i, text in enumerate(verse):
        sheet.put(60, 100 + 12 * i, text)
    assert [block.text for block in sheet.blocks() if isinstance(block, Paragraph)] == ["\n".join(verse)]
    narrow = Sheet()
    narrow.paragraph(60, 100, 180, LOREM)
    assert "\n" not in "".join(block.text for block in narrow.blocks() if isinstance(block, Paragraph))


def test_entries_of_an_index_and_of_contents_without_dots() -> None:
    sheet = Sheet()
    for i, text in enumerate(["arch, 20", "barrier, 68, 186", "bridge, 8, of the eastern and", "canal, 113", "dam, 26",
                              "ferry, 57, 131", "gauge, 29"]):  # fmt: skip
        sheet.put(60, 100 + 12 * i, text)
    for i, (text, page) in enumerate([("Introduction", "1"), ("Aims of this study", "12"), ("Results", "120")]):
        sheet.put(60, 300 + 12 * i, text)
        sheet.put(500 - 5.56 * len(page), 300 + 12 * i, page)
    texts = [block.text for block in sheet.blocks() if isinstance(block, Paragraph)]
    assert texts[0].startswith("arch, 20\n")
    assert texts[0].count("\n") == 6
    assert texts[1] == "Introduction 1\nAims of this study 12\nResults 120"


@pytest.mark.parametrize("step", [1, 5])
def test_line_numbers_in_the_margin_are_no_text(step: int) -> None:
    sheet = Sheet()
    end = sheet.paragraph(80, 100, 440, LOREM * 12)
    lines = [100 + 12 * i for i in range(round((end - 100) / 12))]
    for number, y in enumerate(lines, 1):
        if number % step == 0:
            sheet.put(66 - 5.56 * len(str(number)), y, str(number))
    words, numbers = part_line_numbers(sheet.words)
    assert [word.text for word in numbers] == [str(n) for n in range(step, len(lines) + 1, step)]
    assert len(words) + len(numbers) == len(sheet.words)


def test_numbers_of_lists_and_tables_are_no_line_numbers() -> None:
    sheet = Sheet()
    for i in range(10):
        sheet.put(60, 100 + 12 * i, str(i + 1))
        sheet.put(80, 100 + 12 * i, "Smith and Jones made a list of names.")
        sheet.put(60, 400 + 12 * i, str(5 * i))
        sheet.put(90, 400 + 12 * i, "metres of cable")
    assert part_line_numbers(sheet.words)[1] == []


def test_options_side_by_side_are_read_row_by_row() -> None:
    sheet = Sheet()
    for i in range(3):
        sheet.put(60, 100 + 60 * i, "Which of these numbers is the largest of all those named above?")
        for j, option in enumerate(["(A) 30", "(B) 40", "(C) 50", "(D) 70"]):
            sheet.put(70 + 120 * (j % 2), 118 + 60 * i + 16 * (j // 2), option)
    text = " ".join(block.text for block in sheet.blocks() if isinstance(block, Paragraph))
    assert text.count("(A) 30 (B) 40 (C) 50 (D) 70") == 3


@pytest.mark.parametrize(("title", "apart"), [("City Museum", True), (" ".join(LOREM[:9]), False)])
def test_a_short_line_in_italics_stands_over_its_paragraph(title: str, apart: bool) -> None:
    sheet = Sheet()
    text = LOREM[9:]
    sheet.put(60, 100, title, style=int(WordStyle.ITALIC))
    edge = 240 if apart else sheet.words[-1].bbox[2] - 60
    sheet.paragraph(60, 112, edge, text)
    found = texts(sheet.blocks())
    assert (title in found) == apart
    assert [*title.split(), *text] == " ".join(found).split()


@pytest.mark.parametrize("gap", [2.0, 30.0])
def test_captions_of_panels_side_by_side_are_not_read_across(gap: float) -> None:
    sheet = Sheet()
    sheet.put(60, 100, "(a) This end of the bridge")
    right = max(word.bbox[2] for word in sheet.words) + gap
    sheet.put(right, 100, "(b) That end of the same")
    sheet.put(60, 111, "seen from the river.")
    sheet.put(right, 111, "bridge from the road.")
    items = [item for block in sheet.blocks() if isinstance(block, ListBlock) for item in block.items]
    assert [(item.marker, item.text) for item in items] == [
        ("(a)", "This end of the bridge seen from the river."),
        ("(b)", "That end of the same bridge from the road."),
    ]


def test_text_that_makes_room_for_a_picture_is_one_paragraph_a_column() -> None:
    sheet = Sheet()
    for x, cut in ((60, (60, 200)), (310, (390, 530))):  # the picture stands over the gutter from 210 to 380
        words, y = [f"{word}{x}" for word in LOREM * 4], 100.0
        for line in range(24):
            left, right = cut if 6 <= line < 18 else (x, x + 220)
            y, words = y + 12, _filled(sheet, left, y, right - left, words)
    sheet.pictures.append(Picture((210, 160, 380, 300), 400, 300))
    blocks = sheet.blocks()
    kinds = [type(block) for block in blocks]
    assert kinds == [Paragraph, Image, Paragraph]
    assert not any("\n" in text for text in texts(blocks))


def test_short_lines_beside_nothing_stay_lines() -> None:
    sheet = Sheet()
    y = sheet.paragraph(60, 100, 400, LOREM)
    for line in ("Anna Example", "12 Long Street", "10115 Berlin", "Germany", "anna@example", "030 123456"):
        sheet.put(60, y, line)
        y += 12
    assert "Anna Example\n12 Long Street\n10115 Berlin\nGermany" in body(sheet.blocks())


def _filled(sheet: Sheet, x: float, y: float, width: float, words: list[str]) -> list[str]:
    """One full line; returns the words that are left."""
    metrics, count = pymupdf.Font("helv"), 1
    while metrics.text_length(" ".join(words[: count + 1]), 10) <= width:
        count += 1
    sheet.put(x, y, " ".join(words[:count]))
    return words[count:]


@pytest.mark.parametrize(
    ("text", "caption"),
    [
        ("Figure 2-1 extends the analysis of all cycles and looks at what is left of them", False),
        ("Figure 4 shows that all of it is so", False),
        ("Figure 4 the analysis of all cycles and what is left of them", True),
        ("Figure 4. Shows the analysis of all cycles", True),
    ],
)
def test_what_a_figure_does_is_said_of_it_and_not_under_it(text: str, caption: bool) -> None:
    assert is_caption(text, (60, 300, 400, 312), [(60, 100, 400, 290)], 10.0) is caption
