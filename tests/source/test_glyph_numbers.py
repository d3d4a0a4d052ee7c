"""Text of fonts without a ToUnicode map, by the numbers of their glyphs."""

from __future__ import annotations

import random
import struct
from typing import Any

import pytest
from made_sources import first_page, raw_pdf, stream

from docparse.schemas.page import TextQuality
from docparse.source.glyph_numbers import has_numbers, name_numbers

FRENCH = "C’est la dramaturgie irrévérencieuse de l’auteur, une séquence où la matière déjà vécue répond à la légende."
ENGLISH = "The harbour school was rebuilt in the spring of the following year, and its pupils returned."
UNKNOWN = "\ufffd"


def in_apples_order(text: str) -> list[int]:
    """Glyph numbers as Georgia, Arial and Times New Roman have them."""
    special = {"’": 182, "é": 112, "è": 113, "à": 106, "ù": 127}
    return [special.get(sign, ord(sign) - 29) for sign in text]


def lines_of(codes: list[int], font: str = "Georgia") -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """A "rawdict" line of characters that MuPDF knows no Unicode for, and the same with their numbers."""

    def line(signs: list[str]) -> list[dict[str, Any]]:
        chars = [{"c": sign, "origin": (5.0 * place, 50.0)} for place, sign in enumerate(signs)]
        return [{"spans": [{"font": font, "chars": chars}]}]

    return line([UNKNOWN] * len(codes)), line([chr(code) for code in codes])


def named(codes: list[int]) -> str:
    lines, coded = lines_of(codes)
    name_numbers(lines, coded)
    return "".join(char["c"] for char in lines[0]["spans"][0]["chars"])


@pytest.mark.parametrize("text", [FRENCH, ENGLISH])
def test_glyphs_in_apples_order_are_named(text: str) -> None:
    assert named(in_apples_order(text)) == text


def test_ascii_codes_are_what_they_say() -> None:
    assert named([ord(sign) for sign in ENGLISH]) == ENGLISH


@pytest.mark.parametrize("shift", [4, 31, 33])
@pytest.mark.parametrize("blank", [1, 200])
def test_asciis_order_is_known_wherever_it_begins(shift: int, blank: int) -> None:
    assert named([blank if sign == " " else ord(sign) - shift for sign in ENGLISH]) == ENGLISH


def test_fonts_whose_characters_are_known_are_left_alone() -> None:
    lines, coded = lines_of(in_apples_order(ENGLISH))
    known, known_coded = lines_of([ord(sign) for sign in "known"], "Times")
    for char, sign in zip(known[0]["spans"][0]["chars"], "known", strict=True):
        char["c"] = sign
    name_numbers(lines + known, coded + known_coded)
    assert "".join(char["c"] for char in lines[0]["spans"][0]["chars"]) == ENGLISH
    assert "".join(char["c"] for char in known[0]["spans"][0]["chars"]) == "known"


def test_codes_of_capitals_that_stand_for_small_letters_are_told() -> None:
    """Plain ASCII would be a language as well: "$IE 2EDAKTION VON"."""
    text = "Die Redaktion von Spektrum informiert Sie fundiert und schnell vom Stand der Forschung"
    assert named([0 if sign == " " else ord(sign) - 32 for sign in text]) == text


def test_an_own_order_stays_unknown() -> None:
    order = list(range(36, 120))
    random.Random(4).shuffle(order)
    own = [order[code % len(order)] for code in in_apples_order(ENGLISH)]
    assert named(own) == UNKNOWN * len(ENGLISH)


def test_accented_letters_of_another_order_stay_unknown() -> None:
    """PT Sans has ASCII where Apple has it, and its "é" where Apple has "…"."""
    codes = [171 if code == 112 else code for code in in_apples_order("Les affinités électives du cinéma portugais")]
    assert named(codes) == "Les affinit\ufffds \ufffdlectives du cin\ufffdma portugais"


def test_few_letters_are_read_as_those_of_the_fonts_beside_them() -> None:
    lines, coded = lines_of(in_apples_order(ENGLISH))
    short, short_coded = lines_of(in_apples_order("Party"), "Georgia-Italic")
    short[0]["spans"][0]["chars"] = [
        {**char, "origin": (char["origin"][0], 70.0)} for char in short[0]["spans"][0]["chars"]
    ]
    for char in short_coded[0]["spans"][0]["chars"]:
        char["origin"] = (char["origin"][0], 70.0)
    assert named(in_apples_order("Party")) == UNKNOWN * 5
    both = lines + short
    name_numbers(both, coded + short_coded)
    assert "".join(char["c"] for char in both[1]["spans"][0]["chars"]) == "Party"


def test_a_row_of_one_glyph_leads_the_eye_and_others_are_kept() -> None:
    assert named([700] * 6).strip() == ""
    assert named([700, 701, 702, 703, 704, 705]) == UNKNOWN * 6
    assert has_numbers("Georgia", "a " + UNKNOWN * 2)
    assert not has_numbers("Georgia", f"{UNKNOWN} a{UNKNOWN}")
    assert not has_numbers("CMEX10", UNKNOWN * 2)


@pytest.mark.parametrize("text", [FRENCH, ENGLISH])
def test_a_font_without_a_map_is_read(text: str) -> None:
    """Whole lines of such a font had been lost: their blanks are unknown, too, and a row of U+FFFD was a leader."""
    codes = "".join(f"{code:04x}" for code in in_apples_order(text))
    image = first_page(with_bare_font(codes))
    assert " ".join(word.text for word in image.text.words) == text
    assert image.text.quality is TextQuality.SOUND


def with_bare_font(codes: str) -> bytes:
    """A page with a composite font whose file has shapes and widths alone, and no map to Unicode."""
    program = bare_truetype(240)
    descriptor = (
        "<</Type/FontDescriptor/FontName/AAAAAA+Georgia/Flags 4/FontBBox[0 -200 1000 800]/ItalicAngle 0/Ascent 800"
        "/Descent -200/CapHeight 700/StemV 80/FontFile2 8 0 R>>"
    )
    descendant = (
        "<</Type/Font/Subtype/CIDFontType2/BaseFont/AAAAAA+Georgia/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)"
        "/Supplement 0>>/FontDescriptor 7 0 R/DW 500/CIDToGIDMap/Identity>>"
    )
    font = "<</Type/Font/Subtype/Type0/BaseFont/AAAAAA+Georgia/Encoding/Identity-H/DescendantFonts[6 0 R]>>"
    more = (font.encode(), descendant.encode(), descriptor.encode(), stream(program))
    content = f"BT /F1 8 Tf 20 100 Td <{codes}> Tj ET".encode()
    return raw_pdf(content, resources=b"<</Font<</F1 5 0 R>>>>", more=more)


def bare_truetype(glyphs: int) -> bytes:
    """A TrueType file of so many equal boxes, without the tables that name characters."""
    box = struct.pack(">5h", 1, 50, 0, 450, 600) + struct.pack(">HH", 3, 0) + b"\x01" * 4
    box += struct.pack(">8h", 50, 400, 0, -400, 0, 0, 600, 0)
    tables = {
        b"glyf": box,
        b"head": struct.pack(
            ">IIIIHHQQ4hHHhhh", 1 << 16, 0, 0, 0x5F0F3CF5, 0, 1000, 0, 0, 50, 0, 450, 600, 0, 8, 2, 1, 0
        ),
        b"hhea": struct.pack(">I3hH3h8hH", 1 << 16, 800, -200, 0, 500, 0, 0, 450, 1, *[0] * 7, glyphs),
        b"hmtx": struct.pack(">Hh", 500, 50) * glyphs,
        b"loca": b"".join(struct.pack(">I", len(box) * (place > 0)) for place in range(glyphs + 1)),
        b"maxp": struct.pack(">IH13H", 1 << 16, glyphs, 4, 1, 0, 0, 1, *[0] * 8),
    }
    head, body = struct.pack(">IHHHH", 1 << 16, len(tables), 64, 2, 32), b""
    for name, data in tables.items():
        head += name + struct.pack(">III", 0, 12 + 16 * len(tables) + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    return head + body
