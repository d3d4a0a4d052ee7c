"""Bold type made of a plain font: each letter is filled, and its outline drawn over it with a stroke.

Word and LibreOffice do so where a font has no bold face, as with Chinese ones. MuPDF's text pages drop the second of
the two; asking for styles would tell, and take ten times as long.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pymupdf
from pymupdf import mupdf

from docparse.geometry import Box, centre
from docparse.schemas.page import Word, WordStyle
from docparse.source.drawings import EVERYWHERE
from docparse.source.visibility import Strips

_BOLD, _HIDDEN = int(WordStyle.BOLD), int(WordStyle.HIDDEN)
_LEAST, _MOST = 0.015, 0.08  # width of the stroke in sizes of type: a finer one is for looks, a wider one a halo
_MOST_STROKES = 5_000


class _Strokes(mupdf.FzDevice2):  # type: ignore[misc]
    """Boxes of the text that a page strokes, by the width of the stroke."""

    def __init__(self) -> None:
        super().__init__()
        self.boxes: dict[float, list[Box]] = {}
        self.count = 0
        self.use_virtual_stroke_text()

    def stroke_text(self, _context: Any, text: Any, stroke: Any, ctm: Any, *_: Any) -> None:
        self.count += 1
        if self.count <= _MOST_STROKES:
            width = stroke.linewidth * abs(ctm.a * ctm.d - ctm.b * ctm.c) ** 0.5
            rect = mupdf.ll_fz_bound_text(text, stroke, ctm)
            self.boxes.setdefault(round(width, 3), []).append((rect.x0, rect.y0, rect.x1, rect.y1))


def with_fake_bold(words: list[Word], display_list: pymupdf.DisplayList) -> list[Word]:
    """The words, those whose letters are made bold by a stroke marked as bold."""
    device = _Strokes()
    mupdf.fz_run_display_list(display_list.this, device, mupdf.FzMatrix(), EVERYWHERE, mupdf.FzCookie())
    mupdf.fz_close_device(device)
    if not device.boxes:
        return words
    strips = [(width, Strips(boxes)) for width, boxes in device.boxes.items()]
    return [_strengthened(word, strips) for word in words]


def _strengthened(word: Word, strips: Sequence[tuple[float, Strips]]) -> Word:
    if word.style & (_BOLD | _HIDDEN):
        return word
    stroked = any(
        _LEAST * word.size <= width <= _MOST * word.size and at.around(*centre(word.bbox)) for width, at in strips
    )
    return word._replace(style=word.style | _BOLD) if stroked else word
