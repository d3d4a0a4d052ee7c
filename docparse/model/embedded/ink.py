"""What the pixels say about text that was read by OCR: where there is ink, and which words are bold."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from docparse.schemas.page import PageImage, Word, WordStyle

_DARK = 215  # fainter is paper; small type of a low resolution is grey
_HEAVY = 1.33  # bold strokes leave that much more ink than the page's usual


class Ink(NamedTuple):
    """Where a page image is dark, and its pixels per page unit: exact where an OCR's word boxes are not."""

    dark: NDArray[np.bool_]
    scale_x: float
    scale_y: float


def page_ink(page: PageImage) -> Ink | None:
    """Dark pixels of the page; None without pixels."""
    if page.pixels is None:
        return None
    return Ink(page.pixels[:, :, 1] < _DARK, page.scale_x, page.scale_y)


def mark_bold(words: Sequence[Word], page: PageImage) -> list[Word]:
    """The words with WordStyle.BOLD on each source line that is clearly heavier than the page's usual."""
    if page.pixels is None or not words:
        return list(words)
    grey = page.pixels[:, :, 1]
    rows: dict[int, list[float]] = {}
    for word in words:
        x0, y0, x1, y1 = page.to_px(word.bbox)
        patch = grey[max(0, int(y0)) : int(y1) + 1, max(0, int(x0)) : int(x1) + 1]
        if patch.size and len(word.text) > 1 and word.text.isalnum():
            rows.setdefault(word.line, []).append(1.0 - float(patch.mean()) / 255.0)
    inks = {line: sum(found) / len(found) for line, found in rows.items()}
    if len(inks) < 8:
        return list(words)
    usual = median(inks.values())
    heavy = {line for line, ink in inks.items() if ink > _HEAVY * usual and ink < 0.6}
    if len(heavy) > 0.3 * len(inks):
        return list(words)
    return [word._replace(style=word.style | int(WordStyle.BOLD)) if word.line in heavy else word for word in words]
