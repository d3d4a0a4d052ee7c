"""Text that a font's table gives a glyph although the glyph doesn't show it.

Where LibreOffice takes a sign (an envelope, a telephone) from another font, it may name that glyph with the sign and
all that followed it in the line ("✉ info@example.org"), and the glyph keeps this name wherever it is drawn again.
In MuPDF's text the further characters all start where the sign ends.
"""

from __future__ import annotations

import re

from docparse.source.words import Char, Line, Span

_NO_WIDTH = 0.01  # between origins, in sizes
_NARROW = 0.35  # a span whose characters are narrower than this on the whole, in sizes, may hold such text
_SIGN = re.compile("[\u2100-\u2bff\ue000-\uf8ff\U0001f000-\U0001faff]\\s+\\S")


def may_overstate(span: Span) -> bool:
    """Whether a span of MuPDF's "dict" has words behind a sign and is too narrow for them."""
    text = span["text"]
    return bool(_SIGN.search(text) and span["bbox"][2] - span["bbox"][0] < _NARROW * span["size"] * len(text))


def drop_overstated(lines: list[Line]) -> None:
    """Takes from "rawdict" lines, in place, the words that a sign's glyph is named with beside its own character."""
    for line in lines:
        for span in line["spans"]:
            if len(span["chars"]) > 2:
                span["chars"] = _shown(span["chars"], _NO_WIDTH * span["size"])


def _shown(chars: list[Char], near: float) -> list[Char]:
    """Without the words whose characters all start at the end of a sign: only the one that is drawn moves on."""
    kept: list[Char] = []
    place = 0
    while place < len(chars):
        sign = chars[place]
        kept.append(sign)
        place += 1
        if sign["c"].isspace() or sign["c"].isalpha():
            continue
        end = place
        while end + 1 < len(chars) and _together(chars[end], chars[end + 1], near):
            end += 1
        named = "".join([char["c"] for char in chars[place:end]])
        if named[:1].isspace() and not named.isspace():
            place = end + (end + 1 == len(chars))  # at the end of a span nothing tells whether the last one moves on
    return kept


def _together(char: Char, other: Char, near: float) -> bool:
    (x, y), (other_x, other_y) = char["origin"], other["origin"]
    return bool(abs(x - other_x) < near and abs(y - other_y) < near)
