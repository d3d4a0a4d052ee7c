"""Lines of print that OCR did not see: what a model reads there can't be called invented.

OCR passes over faint, blurred and outlined type. It is no witness for a block whose box holds rows of ink, as high as
the page's words, that none of its words covers. A picture makes no such rows.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from docparse.checks.witness import Witness
from docparse.geometry import Box
from docparse.schemas.page import PageImage

_INK = 48  # of 255, by which ink differs from the paper
_LOWEST, _HIGHEST = 0.4, 2.0  # heights of a row of print, by that of the page's words
_FEW = 0.25  # of the fullest row's ink, above which a row of pixels belongs to a line
_ENOUGH = 0.5  # print seen for the print that the text would need
_SIGN_WIDTH = 0.5  # of a sign, by the height of a word
_STRIP = 8.0  # width of a strip, by the height of a word
_MARGIN = 0.25  # around a word, by its height


def reads_unseen_print(box: Box, size: int, image: PageImage, witness: Witness) -> bool:
    """Whether a box holds enough print that OCR did not see for so many letters and digits."""
    if image.pixels is None or not witness.words:
        return False
    height = statistics.median(word.bbox[3] - word.bbox[1] for word in witness.words)
    across, down = image.width_px / image.width, image.height_px / image.height
    ink = _unread_ink(image.pixels, box, witness, (across, down))
    if height <= 0 or not ink.any():
        return False
    step = max(1, round(_STRIP * height * across))  # a skewed line stays level in a narrow strip
    strips = [ink[:, start : start + step] for start in range(0, ink.shape[1], step)]
    long = sum(
        _length(strip[start:end])
        for strip in strips
        if strip.any()
        for start, end in _runs(strip.sum(axis=1))
        if _LOWEST <= (end - start) / (down * height) <= _HIGHEST
    )
    return long / across >= _ENOUGH * size * _SIGN_WIDTH * height


def _unread_ink(pixels: NDArray[np.uint8], box: Box, witness: Witness, scale: tuple[float, float]) -> NDArray[np.bool_]:
    """The dark pixels of a box, those of OCR's words left out."""
    across, down = scale
    x0, y0, x1, y1 = (max(0, round(side * by)) for side, by in zip(box, (across, down) * 2, strict=True))
    red, green, blue = np.moveaxis(pixels[y0:y1, x0:x1], 2, 0)  # numpy is slow along an axis of three
    part = np.minimum(np.minimum(red, green), blue).astype(np.int16)
    if not part.size:
        return np.zeros((0, 0), bool)
    ink: NDArray[np.bool_] = np.abs(part - np.median(part)) > _INK
    for word in witness.words:
        a, b, c, d = word.bbox
        if a < box[2] and c > box[0] and b < box[3] and d > box[1]:
            margin = _MARGIN * (d - b)
            ink[
                max(0, round((b - margin) * down) - y0) : max(0, round((d + margin) * down) - y0),
                max(0, round((a - margin) * across) - x0) : max(0, round((c + margin) * across) - x0),
            ] = False
    return ink


def _runs(rows: NDArray[np.intp]) -> Iterator[tuple[int, int]]:
    """(start, end) of the runs of rows that hold ink."""
    dark = np.concatenate(([False], rows > _FEW * rows.max(), [False]))
    edges = np.flatnonzero(dark[1:] != dark[:-1]).tolist()
    return zip(edges[::2], edges[1::2], strict=True)


def _length(line: NDArray[np.bool_]) -> int:
    """Pixels of a line that are near ink: between letters and words, not between columns."""
    columns = np.flatnonzero(line.any(axis=0))
    steps = np.diff(columns)
    return int(steps[steps <= 2 * len(line)].sum())
