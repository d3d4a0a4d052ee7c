"""Where there is ink: exact where the word boxes of an OCR are not."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from docparse.schemas.page import PageImage

_DARK = 215  # fainter is paper; small type of a low resolution is grey


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
