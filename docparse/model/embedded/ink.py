"""Where there is ink: exact where the word boxes of an OCR are not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from docparse.geometry import Box
from docparse.schemas.page import PageImage

_DARK = 215  # fainter is paper; small type of a low resolution is grey


class Ink(NamedTuple):
    """Where a page image is dark, and its pixels per page unit: exact where an OCR's word boxes are not."""

    dark: NDArray[np.bool_]
    scale_x: float
    scale_y: float

    def without(self, boxes: Sequence[Box]) -> Ink:
        """The ink that is not in the boxes (page units)."""
        dark = self.dark.copy()
        for x0, y0, x1, y1 in boxes:
            left, right = (max(0, round(x * self.scale_x)) for x in (x0, x1))
            top, bottom = (max(0, round(y * self.scale_y)) for y in (y0, y1))
            dark[top:bottom, left:right] = False
        return self._replace(dark=dark)


def page_ink(page: PageImage) -> Ink | None:
    """Dark pixels of the page; None without pixels."""
    if page.pixels is None:
        return None
    return Ink(page.pixels[:, :, 1] < _DARK, page.scale_x, page.scale_y)
