"""Brackets, sums and integrals of TeX's extension font, whose glyph names no Unicode list knows.

The characters follow from their codes (Knuth, Computer Modern Typefaces, "cmex"). The font hangs its glyphs from a
point at their top; boxes and baselines are set to where the glyphs stand, half above and half below the formula's axis.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from docparse.schemas.page import Word
from docparse.source.tex_pieces import AXIS_EM, PIECES, join_pieces

Line = dict[str, Any]

UNKNOWN = "\ufffd"
_EXTENSION = re.compile(r"CMEX\d*|LMMathExtension\d*(?:-\w*)?")  # MuPDF cuts names off after 31 characters
_SYMBOLS = re.compile(r"CMB?SY\d*|LMMathSymbols\d*(?:-\w*)?")
_FEET = {"→": "↦", "−": "⟼"}  # a long one goes on with its arrow
_CODES = (
    "()[]⌊⌋⌈⌉{}⟨⟩|‖/\\" "()()[]⌊⌋⌈⌉{}⟨⟩/\\" "()[]⌊⌋⌈⌉{}⟨⟩/\\/\\" "⎛⎞⎡⎤⎣⎦⎢⎥⎧⎫⎩⎭⎨⎬⎪⏐"
    "⎝⎠⎜⎟⟨⟩⊔⊔∮∮⨀⨀⨁⨁⨂⨂" "∑∏∫⋃⋂⨄⋀⋁∑∏∫⋃⋂⨄⋀⋁" "∐∐\u0302\u0302\u0302\u0303\u0303\u0303[]⌊⌋⌈⌉{}" "√√√√⎷│┌║↑↓╭╮╰╯⇑⇓"
)  # fmt: skip
# depth in em below the origin of the codes from each of these on
_DEPTHS = (
    (0x00, 1.16), (0x0C, 0.6), (0x0E, 1.16), (0x10, 1.76), (0x12, 2.36), (0x20, 2.96), (0x2E, 1.76), (0x30, 1.76),
    (0x44, 1.76), (0x46, 1.0), (0x47, 1.4), (0x48, 1.11), (0x49, 2.22), (0x4A, 1.0), (0x4B, 1.4), (0x4C, 1.0),
    (0x4D, 1.4), (0x4E, 1.0), (0x4F, 1.4), (0x50, 1.0), (0x52, 1.11), (0x53, 1.0), (0x58, 1.4), (0x5A, 2.22),
    (0x5B, 1.4), (0x60, 1.0), (0x61, 1.4), (0x62, 0.0), (0x68, 1.76), (0x70, 1.16), (0x71, 1.76), (0x72, 2.36),
    (0x73, 2.96), (0x74, 1.76), (0x75, 0.6), (0x7A, 0.0), (0x7E, 0.6),
)  # fmt: skip


def has_unknown_tex(words: Iterable[Word]) -> bool:
    """Whether some glyph without Unicode, or a piece of one, is of a font that is known here."""
    return any((UNKNOWN in word.text or word.text[0] in PIECES) and _known(word.font) for word in words)


def _known(font: str) -> bool:
    return _EXTENSION.fullmatch(font) is not None or _SYMBOLS.fullmatch(font) is not None


def name_tex_glyphs(lines: list[Line], coded: Iterable[Line]) -> None:
    """Unknown characters of "rawdict" lines named, in place; `coded` are the same lines with codes for them."""
    codes = {
        (span["font"], char["origin"]): char["c"]
        for line in coded for span in line["spans"] if _known(span["font"]) for char in span["chars"]
    }  # fmt: skip
    hung: list[tuple[dict[str, Any], int, float]] = []
    tall: list[dict[str, Any]] = []
    for line in lines:
        for span in line["spans"]:
            if _EXTENSION.fullmatch(span["font"]):
                hung += _named(span, codes)
                tall.append(span)
            elif _SYMBOLS.fullmatch(span["font"]):
                _with_feet(span["chars"])
    whole = join_pieces(tall)
    for char, code, size in hung:
        if id(char) not in whole:
            _place(char, code, size)
    for line in lines:
        line["spans"] = [span for span in line["spans"] if span["chars"]]
    lines[:] = [line for line in lines if line["spans"]]


def _named(span: dict[str, Any], codes: dict[tuple[str, Any], str]) -> list[tuple[dict[str, Any], int, float]]:
    """The characters of a span of the extension font that are named now, with their codes."""
    named = []
    for char in span["chars"]:
        code = codes.get((span["font"], char["origin"]), "") if char["c"] == UNKNOWN else ""
        if code and ord(code) < len(_CODES):
            char["c"] = _CODES[ord(code)]
            named.append((char, ord(code), span["size"]))
    return named


def _with_feet(chars: list[dict[str, Any]]) -> None:
    """The foot of an arrow, of no width, and the arrow as one sign."""
    for foot, arrow in pairwise(chars):
        if foot["c"] == UNKNOWN and arrow["c"] in _FEET:
            arrow["c"] = _FEET[arrow["c"]]
            foot["c"] = ""
    chars[:] = [char for char in chars if char["c"]]


def _place(char: dict[str, Any], code: int, size: float) -> None:
    """The character of a code of the extension font, with its own box and the baseline of the formula it is in."""
    x, y = char["origin"]
    depth = next(depth for first, depth in reversed(_DEPTHS) if code >= first) * size
    char["bbox"] = (char["bbox"][0], y - 0.04 * size, char["bbox"][2], y + depth)
    if depth:
        char["origin"] = (x, y + depth / 2 + AXIS_EM * size)
