"""Page images: what tears lines of text, lists and tables although nothing is printed there."""

from __future__ import annotations

import pytest

from docparse.model.embedded.bullets import with_bullets
from docparse.model.embedded.figures import find_figures
from docparse.model.embedded.gutters import Gutters
from docparse.model.embedded.ink import page_ink
from docparse.model.embedded.layout import build_blocks
from docparse.model.embedded.tables import find_tables
from docparse.model.embedded.types import Region
from docparse.schemas.document import ListBlock
from docparse.schemas.page import PageImage, Word
from tests.embedded.test_type_size import Scan

BROAD = ("the barges carried timber and", "grain to the harbour of a town", "where merchants weighed them")


def test_the_ink_of_a_table_makes_no_gutter_in_the_text_beside_it() -> None:
    scan = Scan()
    y = scan.prose(100, 8)
    scan.put(60, y, "the river that went")
    left = scan.words[-1].bbox[2]
    scan.put(left + 5, y, "by carried barges")
    for row in range(12):
        for x, text in ((left - 44, "12345678"), (left + 6, "12345"), (left + 60, "4,518")):
            scan.page.insert_text((x, y + 14 + 13 * row), text, fontsize=10)
    scan.prose(y + 180, 3)
    ink = page_ink(scan.image())
    assert ink is not None
    table = (left - 46, y + 4, left + 100, y + 170)
    assert not Gutters(scan.words, ink.without([table])).part(left, left + 5, y, 8.0)


# words of lines, and where the second one of each begins
RIVER = (
    ("unreasonably", 141), ("conglomerates", 147), ("harbourmen", 129), ("merchandising", 144), ("instrumental", 132),
    ("harbours", 127),
)  # fmt: skip


@pytest.mark.parametrize(("edge", "parted"), [(0, False), (136, True)])
def test_blanks_of_justified_text_that_meet_are_no_gutter(edge: float, parted: bool) -> None:
    scan = Scan()
    for number, text in enumerate(BROAD):
        scan.put(60, 100 + 13 * number, text)
    for number, (word, start) in enumerate(RIVER):
        scan.put(60, 139 + 13 * number, word)
        scan.put(edge or start, 139 + 13 * number, "unacknowledgeable")
    found = Gutters(scan.typed(), page_ink(scan.image()))
    assert bool(found.stripes) == parted


@pytest.mark.parametrize("sign", ["=", "ㆍ", "*", "o"])
def test_a_bullet_that_an_ocr_took_for_another_sign_is_one(sign: str) -> None:
    scan = Scan()
    y = scan.prose(100, 10)
    for text in ("Schemas drift while nobody watches", "Clocks disagree between sites", "Nobody owns the plan"):
        y += 16
        scan.page.draw_circle((72, y - 3), 1.6, fill=(0, 0, 0))
        scan.words.append(Word(sign, (69.5, y - 6, 74.5, y), 8.0, baseline=y, line=scan.line))
        scan.line += 1
        scan.put(84, y, text)
        scan.words[-len(text.split()) - 1] = scan.words[-len(text.split()) - 1]._replace(line=scan.line - 1)
    words = with_bullets(scan.typed(), scan.image())
    (found,) = [block for block in build_blocks(scan.image(), words, [], []) if isinstance(block, ListBlock)]
    assert [item.marker for item in found.items] == ["•"] * 3
    assert sign not in [word.text for word in words]


def test_a_letter_at_the_start_of_lines_is_no_bullet() -> None:
    scan = Scan()
    y = scan.prose(100, 10)
    for number in range(3):
        scan.put(72, y + 16 * number, "a   harbour that barges leave")
    assert not any(word.text == "•" for word in with_bullets(scan.typed(), scan.image()))


ROWS = (
    ("Fest Zimmer", "6", "96,26"),
    ("Sohn denn", "76", "4,18"),
    ("Leute Nacht", "45", "689,17"),
    ("Tier", "9", "7,06"),
)


def headed_table(scan: Scan, y: float) -> float:
    """A table whose head of two rows has drawn cells, over rows without rules."""
    for at, start in ((y - 12, 150), (y + 6, 260), (y + 24, 150)):
        scan.page.draw_line((start, at), (400, at))
    for x in (150, 260, 400):
        scan.page.draw_line((x, y - 12), (x, y + 24))
    for row in (("Sicher", "Leicht", ""), ("", "Wohnen", "Sache"), *ROWS):
        for x, text in zip((156, 268, 338), row, strict=True):
            if text:
                scan.put(x, y, text)
        y += 18
    return y


def as_scan(scan: Scan) -> PageImage:
    return scan.image().replace(is_scan=True)


def test_rows_without_rules_under_a_ruled_head_are_of_its_table() -> None:
    scan = Scan()
    headed_table(scan, 140)
    (table,) = find_tables(as_scan(scan), scan.words)
    assert (table.rows, table.cols) == (6, 3)
    assert table.bbox[1] < 130
    assert table.bbox[3] > 225


def test_a_paragraph_under_a_ruled_head_is_none_of_its_rows() -> None:
    scan = Scan()
    y = 140.0
    for at in (y - 12, y + 6, y + 24):
        scan.page.draw_line((60, at), (500, at))
    for x in (60, 200, 350, 500):
        scan.page.draw_line((x, y - 12), (x, y + 24))
    for row in range(2):
        for x, text in zip((66, 206, 356), ROWS[row], strict=True):
            scan.put(x, y + 18 * row, text)
    scan.prose(y + 40, 6)
    (table,) = find_tables(as_scan(scan), scan.words)
    assert (table.rows, table.cols) == (2, 3)


def test_the_numbers_of_an_axis_are_no_line_of_text_under_a_figure() -> None:
    scan = Scan()
    scan.page.draw_rect((150, 100, 400, 240))
    scan.put(150, 252, "2001     2002     2003     2004     2005     2006     2007")
    box = (140.0, 95.0, 420.0, 256.0)
    page = scan.image().replace(is_scan=True)
    (figure,) = find_figures(page, scan.words, [Region("figure", box, 0.9)], [], 10.0)
    assert len(figure.words) == 7


@pytest.mark.parametrize("marks", [("[1]",), ("[1]", "[2]", "[3]"), ("[4]", "[5]", "[12]", "[118]")])
def test_marks_of_sources_stay_in_their_line_with_what_follows(marks: tuple[str, ...]) -> None:
    """Browsers draw them apart, and the full stop behind them again: it was a paragraph, or an item of a list."""
    words: list[Word] = []

    def put(x: float, y: float, text: str, size: float, line: int) -> float:
        for part in text.split():
            words.append(Word(part, (x, y - 0.8 * size, x + 5.0 * len(part), y + 0.2 * size), size, "f", 0, 0, y, line))
            x += 5.0 * len(part) + 0.25 * size
        return x - 0.25 * size

    put(68, 160, "It is located in the mountains on the border between the two states and", 10.5, 0)
    end = put(68, 175.5, "China (Tibet)", 10.5, 1)
    end = put(end + 1.2, 171.7, " ".join(marks), 7.9, 9)
    put(end + 1.4, 175.5, ". It is higher than others", 10.5, 2)
    page = PageImage(1, 840, 1188, 595, 842)
    (paragraph,) = build_blocks(page, words, (), ())
    assert getattr(paragraph, "text", "").endswith(f"China (Tibet){' '.join(marks)}. It is higher than others")
