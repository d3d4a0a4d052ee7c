"""Programs in frames and on grounds, and what a console prints: listings, whose blanks part no cells."""

from __future__ import annotations

import io

import pymupdf
import pytest
from typeset import LOREM, Sheet

import docparse
from docparse.model.embedded.tables.precision import is_listing
from docparse.model.embedded.types import FoundTable
from docparse.schemas.document import Block, Code, PageHeader, Paragraph, Table
from docparse.schemas.page import WordStyle

_SENTENCE = "The harbour school was rebuilt in the spring of the following year, and its pupils returned to it."


def _page(lines: int = 8) -> tuple[pymupdf.Document, pymupdf.Page]:
    """A page with running text in its lower half."""
    document = pymupdf.open()
    page = document.new_page(width=595, height=842)
    for number in range(lines):
        page.insert_text((72, 480 + 13 * number), _SENTENCE, fontsize=10)
    return document, page


def _blocks(document: pymupdf.Document) -> list[Block]:
    return docparse.parse(io.BytesIO(document.tobytes()), engine="embedded-fast").pages[0].blocks


def _type(page: pymupdf.Page, lines: list[str], top: float, left: float = 76) -> None:
    for number, line in enumerate(lines):
        page.insert_text((left, top + 12 * number), line, fontname="cour", fontsize=10)


def test_a_frame_below_the_rule_of_a_running_head_is_no_part_of_a_table() -> None:
    document, page = _page()
    page.insert_text((72, 44), "A Manual, Release 2.0", fontname="hebo", fontsize=10)
    page.draw_line((72, 48), (523, 48), width=0.4)
    page.insert_text((420, 81), "(continued from previous page)", fontsize=8)
    for start, end in (((68, 84), (527, 84)), ((68, 150), (527, 150)), ((68, 84), (68, 150)), ((527, 84), (527, 150))):
        page.draw_line(start, end, width=0.4)
    _type(
        page,
        [
            "   Create (Number & Object (False));",
            '--  Array: [1.0, {"foo": null}]',
            "--  Modify in place",
            "Append (Some);",
        ],
        98,
    )
    blocks = _blocks(document)
    [code] = [block for block in blocks if isinstance(block, Code)]
    assert code.text.splitlines()[1] == '--  Array: [1.0, {"foo": null}]'
    assert not any(isinstance(block, Table) for block in blocks)


def test_settings_on_a_ground_are_a_listing() -> None:
    document, page = _page()
    ground = (0.94, 0.97, 1.0)
    page.draw_rect((57, 80, 538, 130), color=(0.66, 0.66, 0.66), fill=ground)
    lines = [[("---", "cobo")], [("styles", "cobo"), (":", "cour")], [("  body", "cobo"), (":", "cour")]]
    lines.append([("    colour", "cobo"), (":", "cour"), (" green", "cour")])
    for number, line in enumerate(lines):
        at, base = 63.6, 92.0 + 12 * number
        for text, font in line:
            left = at + 6 * (len(text) - len(text.lstrip()))
            at += 6 * len(text)
            page.draw_rect((left, base - 10, at, base + 2), color=None, fill=ground)  # each word has its own
            page.insert_text((left, base), text.lstrip(), fontname=font, fontsize=10)
    blocks = _blocks(document)
    [code] = [block for block in blocks if isinstance(block, Code)]
    assert code.text == "---\nstyles:\n  body:\n    colour: green"
    assert not any(isinstance(block, Table) for block in blocks)


@pytest.mark.parametrize(("prompt", "listing"), [(">", True), ("", False)])
def test_what_a_console_prints_in_columns_is_a_listing(prompt: str, listing: bool) -> None:
    """Most of the page is in monospaced type: a prompt tells that it is not typewritten."""
    sheet = Sheet()
    sheet.paragraph(72, 600, 440, LOREM * 2)
    mono = WordStyle.MONO
    sheet.put(86, 88, f"{prompt} head(enrichment, n=20)".strip(), font="cour", style=mono)
    sheet.put(123, 100, "category     term number", font="cour", style=mono)
    for row in range(30):
        for x, text in ((86, f"{row}"), (128, "Process"), (175, "GO:0006952"), (300, "1296")):
            sheet.put(x, 112 + 12 * row, text, font="cour", style=mono)
    table = FoundTable((86, 103, 340, 464), (), 30, 4, 0.7)
    assert is_listing(table, sheet.words) == listing


def test_a_program_on_a_ground_at_the_top_is_no_running_head() -> None:
    document, page = _page()
    page.draw_rect((48, 28, 547, 56), color=(0.8, 0.8, 0.8), fill=(0.95, 0.95, 0.95))
    _type(page, ["bob# apt-get upgrade"], 46, 59)
    page.insert_text((48, 100), _SENTENCE, fontsize=10)
    page.draw_rect((48, 120, 547, 148), color=(0.8, 0.8, 0.8), fill=(0.95, 0.95, 0.95))
    _type(page, ["bob# /etc/init.d/drbd start"], 138, 59)
    blocks = _blocks(document)
    assert [block.text for block in blocks if isinstance(block, Code)] == [
        "bob# apt-get upgrade",
        "bob# /etc/init.d/drbd start",
    ]
    assert not any(isinstance(block, PageHeader) for block in blocks)


def test_a_word_between_two_frames_parts_them() -> None:
    document, page = _page()
    for top, line in ((90, "string getQualities()"), (130, "string quality(Quality quality)")):
        page.draw_rect((82, top, 523, top + 16), color=(0, 0, 0))
        _type(page, [line], top + 12, 86)
    for base, text in ((80, _SENTENCE), (121, "or"), (160, "That does it: " + _SENTENCE)):
        page.insert_text((72, base), text, fontsize=10)
    texts = [block.text for block in _blocks(document)[1:4] if isinstance(block, Code | Paragraph)]
    assert texts == ["string getQualities()", "or", "string quality(Quality quality)"]
