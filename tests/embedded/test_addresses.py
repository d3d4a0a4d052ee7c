"""Lines of addresses and of what else is set line by line: they stay lines, and are no headings."""

from __future__ import annotations

import pytest
from typeset import LOREM, Sheet, texts

from docparse.model.embedded.line_ends import is_address
from docparse.model.embedded.lines import Line, make_lines
from docparse.schemas.document import Heading


def _lines(*texts: str) -> list[Line]:
    sheet = Sheet()
    for number, text in enumerate(texts):
        sheet.put(70, 100 + 14 * number, text)
    return make_lines(sheet.words)


@pytest.mark.parametrize(
    "lines",
    [
        ["Pino Bluebird", "Sesame Street 32", "1025 RX Amsterdam"],
        ["Coolblue B.V.", "Weena 664", "3012 CN Rotterdam", "Nederland", "www.shop.example"],
        ["KvK 24330087", "IBAN NL50INGB0683251309", "BIC INGBNL2A"],
        ["Ma jolie boutique", "35 rue de la Gare", "69001 Lyon", "info@boutique.example"],
    ],
)
def test_names_and_numbers_line_by_line_are_an_address(lines: list[str]) -> None:
    assert is_address(_lines(*lines))


@pytest.mark.parametrize(
    "lines",
    [
        ["We sold 14 of these lamps", "In the year before that", "The shop had sold only"],
        ["Sold in 2014 were 9 lamps.", "In 2015 we sold 12 lamps."],
        ["12.50", "14.20", "9.10"],
        ["Amsterdam", "Rotterdam", "Utrecht"],
        ["1025 RX Amsterdam"],
        [
            "Help Young People",
            "Market Our Products",
            "Make Fewer Claims",
            "Support Good Laws",
            "Work With Partners",
            "Use Less Water",
            "Serve All Communities",
            "Give Returns 42",
        ],
    ],
)
def test_prose_numbers_and_names_alone_are_none(lines: list[str]) -> None:
    assert not is_address(_lines(*lines))


def test_an_address_in_larger_type_or_capitals_is_no_heading_and_keeps_its_lines() -> None:
    sheet = Sheet()
    address = ["Pino Bluebird", "Sesame Street 32", "1025 RX Amsterdam"]
    for number, line in enumerate(address):
        sheet.put(70, 90 + 16 * number, line, 12.5)
    capitals = ["STATION ROAD 99", "DE 99199 SAMPLETON"]
    for number, line in enumerate(capitals):
        sheet.put(70, 190 + 12 * number, line)
    sheet.paragraph(70, 260, 440, LOREM * 3)
    blocks = sheet.blocks()
    assert not any(isinstance(block, Heading) for block in blocks)
    assert texts(blocks)[:2] == ["\n".join(address), "\n".join(capitals)]


def test_lines_set_to_the_right_stay_lines() -> None:
    sheet = Sheet()
    sheet.paragraph(70, 300, 455, LOREM * 3)
    lines = ["CRONUS Ltd", "Garden Street", "Benrath"]
    for number, line in enumerate(lines):
        start = len(sheet.words)
        shift = 525 - sheet.put(0, 90 + 14 * number, line) + 2.78
        sheet.words[start:] = [
            word._replace(bbox=(word.bbox[0] + shift, word.bbox[1], word.bbox[2] + shift, word.bbox[3]))
            for word in sheet.words[start:]
        ]
    assert "\n".join(lines) in texts(sheet.blocks())
