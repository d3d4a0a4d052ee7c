"""The text layer of a PDF page as `Word`s, and what it is worth."""

from __future__ import annotations

from typing import Any

import pymupdf

from docparse.schemas.page import TextLayer, TextQuality, Word, WordStyle

_FLAGS = pymupdf.TEXT_PRESERVE_WHITESPACE | pymupdf.TEXT_MEDIABOX_CLIP | pymupdf.TEXT_CID_FOR_UNKNOWN_UNICODE
_SPAN_STYLE = (
    (1, WordStyle.SUPERSCRIPT),
    (2, WordStyle.ITALIC),
    (4, WordStyle.SERIF),
    (8, WordStyle.MONO),
    (16, WordStyle.BOLD),
)


def read_text_layer(page: pymupdf.Page) -> TextLayer:
    """Words of a page in drawing order, hidden ones apart. Coordinates: displayed page, points."""
    words: list[Word] = []
    number = 0
    for block in page.get_text("rawdict", flags=_FLAGS)["blocks"]:
        for line in block.get("lines", ()):
            words += _line_words(line, number)
            number += 1
    quality = TextQuality.SOUND if words else TextQuality.ABSENT
    return TextLayer(words=tuple(words), quality=quality)


def _line_words(line: dict[str, Any], number: int) -> list[Word]:
    rotated = WordStyle.ROTATED if abs(line["dir"][1]) > 0.02 or line["dir"][0] < 0 else 0
    words: list[Word] = []
    for span in line["spans"]:
        style = int(rotated)
        for bit, flag in _SPAN_STYLE:
            if span["flags"] & bit:
                style |= flag
        run: list[dict[str, Any]] = []
        for char in span["chars"]:
            if char["c"].isspace():
                if run:
                    words.append(_word(run, span, style, number, space=True))
                    run = []
                elif words:
                    words[-1] = words[-1]._replace(space=True)
            else:
                run.append(char)
        if run:
            words.append(_word(run, span, style, number, space=False))
    if words:
        words[-1] = words[-1]._replace(space=True)
    return words


def _word(chars: list[dict[str, Any]], span: dict[str, Any], style: int, line: int, *, space: bool) -> Word:
    boxes = [char["bbox"] for char in chars]
    bbox = (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))
    return Word(
        "".join(char["c"] for char in chars), bbox, span["size"], span["font"], style, span["color"],
        chars[0]["origin"][1], line, space,
    )  # fmt: skip
