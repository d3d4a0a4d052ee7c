"""Photographs and paintings on a page that is a picture itself: solid areas of many tones, which no text is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from docparse.geometry import Box, centre, contains_point
from docparse.model.embedded.ocr_detect import components
from docparse.schemas.page import PageImage, Word

_SIDE_PX = 480
_PAPER = 24  # of 255, by which what is no paper differs from it
_SOLID, _WINDOW_EM = 0.96, 1.8  # share of a window that is no paper: wider than the strokes of large type
_LEAST_EM, _FILLED = 5.0, 0.75  # of a picture's shorter side; share of its box
_FEW, _FLAT = 4, 0.7  # colours that make up most of a drawing or a panel
_STEPS = 16  # of a colour's 256 values
_MOST_WORDS = 40  # in a picture


def toned_pictures(page: PageImage, words: Sequence[Word], em: float) -> list[Box]:
    """Boxes of pictures, in page units; none where there are no pixels."""
    if page.pixels is None:
        return []
    height, width = page.pixels.shape[:2]
    reduce = max(1, round(max(height, width) / _SIDE_PX))
    values = np.asarray(Image.fromarray(page.pixels).reduce(reduce))
    sx, sy = page.width / values.shape[1], page.height / values.shape[0]
    window = max(3, round(_WINDOW_EM * em / sy)) | 1
    inked = np.abs(values.astype(np.int16) - _paper(values)).max(axis=2) > _PAPER
    if inked.mean() < 0.005 or min(inked.shape) <= window:
        return []
    found = []
    solid = _share(inked, window) > _SOLID
    areas, boxes = components(solid)
    for size, (x0, y0, x1, y1) in zip(areas.tolist(), boxes.tolist(), strict=True):
        right, lower = x1 + window - 1, y1 + window - 1  # each window by its first pixel
        if min((right - x0) * sx, (lower - y0) * sy) < _LEAST_EM * em or size < _FILLED * (x1 - x0) * (y1 - y0):
            continue
        box = (x0 * sx, y0 * sy, right * sx, lower * sy)
        inside = sum(contains_point(box, *centre(word.bbox)) for word in words)
        if inside <= _MOST_WORDS and not _is_flat(values[y0:lower, x0:right]):
            found.append(box)
    return found


def _paper(values: NDArray[np.uint8]) -> NDArray[np.int16]:
    """The commonest colour of a page."""
    keys = _keys(values)
    commonest = np.bincount(keys, minlength=_STEPS**3).argmax()
    middle = np.median(values.reshape(-1, 3)[keys == commonest], axis=0)
    return np.asarray(middle, np.int16)


def _keys(values: NDArray[np.uint8]) -> NDArray[np.int64]:
    steps = (values.reshape(-1, 3) // (256 // _STEPS)).astype(np.int64)
    return np.asarray((steps[:, 0] * _STEPS + steps[:, 1]) * _STEPS + steps[:, 2], np.int64)


def _is_flat(values: NDArray[np.uint8]) -> bool:
    """Whether a few colours are most of a picture, as of a panel with text on it, a chart or a bar."""
    counts = np.bincount(_keys(values), minlength=_STEPS**3)
    return bool(np.sort(counts)[-_FEW:].sum() > _FLAT * counts.sum())


def _share(mask: NDArray[np.bool_], window: int) -> NDArray[np.float64]:
    """Share of each square window of a mask that is set, by its first pixel."""
    sums = np.zeros((mask.shape[0] + 1, mask.shape[1] + 1))
    np.cumsum(np.cumsum(mask, axis=0), axis=1, out=sums[1:, 1:])
    total = sums[window:, window:] - sums[:-window, window:] - sums[window:, :-window] + sums[:-window, :-window]
    return np.asarray(total / window**2)
