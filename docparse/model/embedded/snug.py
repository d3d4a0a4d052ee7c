"""Boxes of what OCR read and the layout model saw, drawn in to the ink: both leave a rim that is as wide as it happens.

Text keeps its upper and lower side: those of a line are those of its type, as in a text layer, and not of its letters.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from docparse.geometry import Box
from docparse.model.embedded.preprocess import darkest
from docparse.schemas.document import Block, Chart, Formula, Image, ListBlock, Table
from docparse.schemas.page import PageImage

_RIM = 0.04  # of the page's width: what is wider is no rim
_PAPER = 90  # percentile of a box's lightness
_CONTRAST, _PALE = 40, 12  # ink is darker than paper by so much, and the rules of a table by so much
_MOST_INK = 0.6  # of a box: it is a picture, or light on dark


def snug(blocks: Sequence[Block], page: PageImage) -> None:
    """Draws the sides of the boxes in to the ink within. Formulas keep theirs, which their signs gave."""
    if page.pixels is None:
        return
    for block in blocks:
        if block.bbox is None or isinstance(block, Formula):
            continue
        whole = isinstance(block, Image | Chart | Table)
        block.bbox = _drawn_in(block.bbox, page, _PALE if isinstance(block, Table) else _CONTRAST, whole=whole)
        for part in block.items if isinstance(block, ListBlock) else ():
            if part.bbox is not None:
                part.bbox = _drawn_in(part.bbox, page, _CONTRAST, whole=False)
        for cell in block.cells if isinstance(block, Table) else ():
            if cell.bbox is not None:
                cell.bbox = _within(cell.bbox, block.bbox)


def _drawn_in(box: Box, page: PageImage, contrast: int, *, whole: bool) -> Box:
    """The box from its first to its last column with ink, `whole` with the rows too; itself where it has none."""
    x0, y0, x1, y1 = (max(0, round(side)) for side in page.to_px(box))
    assert page.pixels is not None
    patch = darkest(page.pixels[y0:y1, x0:x1])
    if not patch.size:
        return box
    ink = patch < int(np.percentile(patch[:: 1 + len(patch) // 64], _PAPER)) - contrast
    if not ink.any() or np.count_nonzero(ink) > _MOST_INK * ink.size:
        return box
    rim = _RIM * page.width
    left, right = _span(ink, 0, x0, page.scale_x)
    top, bottom = _span(ink, 1, y0, page.scale_y) if whole else (box[1], box[3])
    return (
        min(max(left, box[0]), box[0] + rim), min(max(top, box[1]), box[1] + rim),
        max(min(right, box[2]), box[2] - rim), max(min(bottom, box[3]), box[3] - rim),
    )  # fmt: skip


def _span(ink: NDArray[np.bool_], axis: int, start_px: int, scale: float) -> tuple[float, float]:
    """Where ink begins and ends, in page units, along one side of a patch; `axis` is the other."""
    at = np.flatnonzero(ink.any(axis=axis))
    return (start_px + int(at[0])) / scale, (start_px + int(at[-1]) + 1) / scale


def _within(cell: Box, table: Box) -> Box:
    """A cell without what of it stands out of its table; all of one that would vanish."""
    x0, y0, x1, y1 = max(cell[0], table[0]), max(cell[1], table[1]), min(cell[2], table[2]), min(cell[3], table[3])
    return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else cell
