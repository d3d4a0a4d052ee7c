"""Rules of a page that is a picture: long thin dark runs of pixels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from docparse.model.embedded.tables.rules import Line, merge
from docparse.schemas.page import PageImage, Word

Mask = NDArray[np.uint8]

_MIN_WIDTH_EM, _MIN_HEIGHT_EM = 2.5, 1.6  # longer than strokes of letters; rows are at least this high
_MAX_THICKNESS_EM = 0.5


def pixel_lines(page: PageImage, words: Sequence[Word], em: float) -> tuple[list[Line], list[Line]]:
    """Horizontal and vertical lines of the page image, in page units; none without pixels or OpenCV."""
    try:
        import cv2
    except ImportError:
        return [], []
    if page.pixels is None:
        return [], []
    grey = cv2.cvtColor(page.pixels, cv2.COLOR_RGB2GRAY)
    dark = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 25, 12)
    sx, sy = page.scale_x, page.scale_y
    along_x, along_y = max(12, round(_MIN_WIDTH_EM * em * sx)), max(10, round(_MIN_HEIGHT_EM * em * sy))
    flat = _long_runs(dark, (along_x, 1), (1, 3))
    tall = _long_runs(dark, (1, along_y), (3, 1))
    horizontal = [
        Line((y + h / 2) / sy, x / sx, (x + w) / sx) for x, y, w, h in _boxes(flat) if h <= _MAX_THICKNESS_EM * em * sy
    ]
    vertical = [
        Line((x + w / 2) / sx, y / sy, (y + h) / sy) for x, y, w, h in _boxes(tall) if w <= _MAX_THICKNESS_EM * em * sx
    ]
    near = 0.2 * em
    return merge(_outside_words(horizontal, words, em), near, em), merge(vertical, near, 0.6 * em)


def _long_runs(dark: Mask, along: tuple[int, int], across: tuple[int, int]) -> Mask:
    """Pixels in runs of at least `along` (width, height), tolerant of one pixel of slant."""
    import cv2

    thick = cv2.dilate(dark, cv2.getStructuringElement(cv2.MORPH_RECT, across))
    opened: Mask = cv2.morphologyEx(thick, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_RECT, along))
    return opened


def _boxes(mask: Mask) -> list[tuple[int, int, int, int]]:
    import cv2

    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    return [(int(x), int(y), int(w), int(h)) for x, y, w, h, _ in stats[1:]]


def _outside_words(lines: list[Line], words: Sequence[Word], em: float) -> list[Line]:
    """Without the strokes of large letters and of struck-out words: short lines within a word's middle."""
    boxes = [word.bbox for word in words]
    return [
        line for line in lines
        if line.end - line.start > 12 * em
        or not any(
            b[0] - em < line.start and line.end < b[2] + em and 0.8 * b[1] + 0.2 * b[3] < line.pos < 0.15 * b[1] + 0.85 * b[3]
            for b in boxes
        )
    ]  # fmt: skip
