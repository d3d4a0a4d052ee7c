"""Slanted lines and lines on bars of colour on page images, and what headings make of them."""

from __future__ import annotations

import pytest

from docparse.model.embedded.headings import is_sentence
from docparse.model.embedded.types import Region
from docparse.schemas.document import Heading, Paragraph
from docparse.schemas.page import WordStyle
from tests.embedded.test_type_size import Scan

TITLE = "Sharing the harbour rights"


def _lines(scan: Scan, style: WordStyle) -> set[str]:
    """The texts of the lines in a style."""
    lines = {word.line for word in scan.typed() if word.style & style}
    return {" ".join(word.text for word in scan.words if word.line == line) for line in lines}


def _page(font: str, size: float = 10) -> Scan:
    scan = Scan()
    y = scan.prose(100, 8) + 14
    scan.put(60, y, TITLE, size, font)
    scan.prose(y + 20, 8)
    return scan


@pytest.mark.parametrize("font", ["tiit", "heit"])
def test_a_slanted_line_is_told_and_is_a_heading(font: str) -> None:
    scan = _page(font)
    assert _lines(scan, WordStyle.ITALIC) == {TITLE}
    assert [block.text for block in scan.blocks() if isinstance(block, Heading)] == [TITLE]


def test_upright_lines_are_not_slanted() -> None:
    scan = _page("helv")
    assert _lines(scan, WordStyle.ITALIC) == set()
    assert not any(isinstance(block, Heading) for block in scan.blocks())


def test_a_page_in_italics_emphasises_nothing() -> None:
    scan = Scan()
    for number in range(12):
        scan.put(60, 100 + 13 * number, TITLE, 10, "tiit")
    assert _lines(scan, WordStyle.ITALIC) == set()


def test_a_line_on_a_bar_is_bold_and_text_on_a_dark_panel_is_not() -> None:
    scan = Scan()
    y = scan.prose(100, 8) + 20
    scan.page.draw_rect((55, y - 13, 300, y + 7), fill=(0.1, 0.2, 0.4), width=0)
    scan.put(60, y, "Market days", 10, "helv", color=(1, 1, 1))
    scan.page.draw_rect((55, y + 20, 500, y + 200), fill=(0.1, 0.2, 0.4), width=0)
    for number in range(6):
        scan.put(60, y + 60 + 13 * number, "barges with timber and grain", color=(1, 1, 1))
    assert _lines(scan, WordStyle.BOLD) == {"Market days"}


def test_a_long_sentence_in_larger_type_is_no_heading() -> None:
    said = "The river carried all of the barges to the sea."
    scan = Scan()
    y = scan.prose(100, 8) + 20
    scan.put(60, y, said, 13)
    scan.prose(y + 24, 8)
    region = Region("heading", (58, y - 14, 420, y + 6), 0.9)
    for regions in ([], [region]):
        assert said in [block.text for block in scan.blocks(regions) if isinstance(block, Paragraph)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("They weighed every load that came to the harbour.”", True), ("Statistical analysis.", False),
        ("计划仍需要外部软件满足其需要和要求。", True), ("参考文献。", False),
        ("And so it went on and on and on...", False),
    ],
)  # fmt: skip
def test_sentences_are_told_by_their_end_and_length(text: str, expected: bool) -> None:
    assert is_sentence(text) is expected
