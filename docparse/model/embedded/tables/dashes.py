"""Dashes in cells that an OCR engine left empty: too small for its detector, they say that there is no value."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from docparse.geometry import Box
from docparse.model.embedded.tables.masks import Mask, dark
from docparse.model.embedded.tables.text_rows import em_of, words_within
from docparse.model.embedded.types import FoundTable
from docparse.schemas.page import PageImage, Word

_ROOM_EM = 0.2  # inside a cell's sides: rules and their blur
_SHORT_EM, _LONG_EM, _THICK_EM = 0.15, 1.3, 0.22
_HYPHEN_EM, _EN_DASH_EM = 0.4, 0.8
_SOLID = 0.6  # share of a stroke's box that is ink
_SURE = 0.8  # confidence


def lost_dashes(page: PageImage, words: Sequence[Word], tables: Sequence[FoundTable]) -> list[Word]:
    """A word for each empty cell in which nothing but a short level stroke is printed."""
    found: list[Word] = []
    if page.pixels is None or not page.is_scan:
        return found
    line = max((word.line for word in words), default=0)
    for table in tables:
        empty = [cell.bbox for cell in table.cells if not cell.text and not cell.header and cell.bbox]
        if not empty:
            continue
        em = em_of(words_within(words, [table.bbox]))
        x0, y0, x1, y1 = (max(0, round(side)) for side in page.to_px(table.bbox))
        ink = dark(page.pixels[y0:y1, x0:x1])
        for cell in empty:
            stroke = _stroke(ink, (x0, y0), page, cell, em)
            if stroke is not None:
                line += 1
                found.append(_dash(stroke, em, line))
    return found


def _stroke(ink: Mask, corner: tuple[int, int], page: PageImage, cell: Box, em: float) -> Box | None:
    """The level stroke that is all the ink in a cell, in page units; `ink` begins at `corner` (pixels)."""
    room = _ROOM_EM * em
    inner = page.to_px((cell[0] + room, cell[1] + room, cell[2] - room, cell[3] - room))
    left, top, right, bottom = (
        max(0, round(side) - start) for side, start in zip(inner, (*corner, *corner), strict=True)
    )
    part = ink[top:bottom, left:right]
    rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
    if not len(rows):
        return None
    x0, y0, x1, y1 = int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
    width, height = (x1 - x0) / page.scale_x, (y1 - y0) / page.scale_y
    thick = max(_THICK_EM * em, 3 / page.scale_y)
    if not (_SHORT_EM * em <= width <= _LONG_EM * em and height <= min(thick, width / 1.5)):
        return None
    if x0 == 0 or x1 == part.shape[1] or part[y0:y1, x0:x1].mean() < _SOLID:  # a rule runs on, specks do not
        return None
    dx, dy = corner[0] + left, corner[1] + top
    return page.to_units((float(x0 + dx), float(y0 + dy), float(x1 + dx), float(y1 + dy)))


def _dash(stroke: Box, em: float, line: int) -> Word:
    """A dash as tall as a letter."""
    x0, y0, x1, y1 = stroke
    middle, width = (y0 + y1) / 2, x1 - x0
    text = "-" if width < _HYPHEN_EM * em else "–" if width < _EN_DASH_EM * em else "—"
    box = (x0, middle - 0.6 * em, x1, middle + 0.6 * em)
    return Word(text, box, size=em, baseline=middle + 0.3 * em, line=line, confidence=_SURE)
