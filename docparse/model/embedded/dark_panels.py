"""Light print on dark panels of a light page, made dark on light: whatever judges a page by its ink expects that, and
takes the ground between light letters for rules."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from docparse.geometry import area, centre, contains_point
from docparse.model.embedded.ocr_detect import join_runs, level_runs
from docparse.model.embedded.preprocess import grey
from docparse.schemas.page import PageImage, Word

_BLOCK_EM = 0.4
_DARK, _LIGHT = 110, 170  # grounds of panels and of the page around them, of 255
_LEAST_EM = (4.0, 1.2)  # width and height
_FILLED = 0.7  # of the panel's box
_LEAST_LETTERS = 8  # in a panel
_PRINTED = 0.15  # share of its area that words take: pictures have names of parts on them
_MOST = 0.5  # of the page: what is larger is the page's own ground


def lightened(page: PageImage, words: Sequence[Word], em: float) -> PageImage:
    """The page with the light print on its dark panels made dark; the page itself where there is none."""
    pixels = page.pixels
    side = max(2, round(_BLOCK_EM * em * page.scale_x))
    if pixels is None or not words or min(pixels.shape[:2]) < 4 * side:
        return page
    panels = [box for box in _dark_parts(pixels, side, em * page.scale_x) if _is_printed(box, page, words)]
    if not panels:
        return page
    turned = pixels.copy()
    for x0, y0, x1, y1 in panels:
        turned[y0:y1, x0:x1] = 255 - turned[y0:y1, x0:x1]
    return page.replace(pixels=turned)


def _dark_parts(pixels: NDArray[np.uint8], side: int, em: float) -> list[tuple[int, int, int, int]]:
    """Boxes of dark grounds in pixels; `em` is in pixels too."""
    values = grey(pixels)
    rows, columns = values.shape[0] // side, values.shape[1] // side
    if np.median(values[::side, ::side]) < _LIGHT:
        return []
    squares = values[: rows * side, : columns * side].reshape(rows, side, columns, side)
    mean = squares.mean(axis=(1, 3))
    runs = level_runs(np.asarray(mean < _DARK, np.bool_))
    if not len(runs):
        return []
    labels = join_runs(runs, rows)
    order = np.argsort(labels, kind="stable")
    found = []
    for part in np.split(runs[order], np.flatnonzero(np.diff(labels[order])) + 1):
        y0, y1 = int(part[:, 0].min()), int(part[:, 0].max()) + 1
        x0, x1 = int(part[:, 1].min()), int(part[:, 2].max())
        wide, high, size = (x1 - x0) * side, (y1 - y0) * side, int((part[:, 2] - part[:, 1]).sum())
        if wide < _LEAST_EM[0] * em or high < _LEAST_EM[1] * em or wide * high > _MOST * values.size:
            continue
        if size >= _FILLED * (x1 - x0) * (y1 - y0):
            found.append(_to_edges(values, (x0 * side, y0 * side, x1 * side, y1 * side), side))
    return found


def _to_edges(values: NDArray[np.uint8], box: tuple[int, int, int, int], reach: int) -> tuple[int, int, int, int]:
    """The box drawn out to where the dark ends, by `reach` pixels at most."""
    x0, y0, x1, y1 = box
    level = (_DARK + _LIGHT) / 2
    for _ in range(reach):
        x0 -= x0 > 0 and values[y0:y1, x0 - 1].mean() < level
        x1 += x1 < values.shape[1] and values[y0:y1, x1].mean() < level
        y0 -= y0 > 0 and values[y0 - 1, x0:x1].mean() < level
        y1 += y1 < values.shape[0] and values[y1, x0:x1].mean() < level
    return x0, y0, x1, y1


def _is_printed(box: tuple[int, int, int, int], page: PageImage, words: Sequence[Word]) -> bool:
    """Whether words stand in a panel: a picture or the bars of a chart have none."""
    panel = page.to_units(box)
    inside = [word for word in words if contains_point(panel, *centre(word.bbox))]
    letters = sum(len(word.text) for word in inside)
    return letters >= _LEAST_LETTERS and sum(area(word.bbox) for word in inside) >= _PRINTED * area(panel)
