"""The drawing as ink of a handy size, without specks and screens, and its connected pieces."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from docparse.model.embedded import preprocess
from docparse.model.embedded.music_ink.raster import Mask, Part, parts

_THINNEST, _THICKEST, _WANTED = 3.0, 6.5, 4.5  # pixels of a stroke
_EVEN = 0.2  # thicknesses of a stroke over which its edges are evened
_MOST_PX = 4_000_000
_SCREEN_PARTS = 1500  # more specks than a drawing has pieces: a grey ground of dots
_MOST_PARTS = 1200  # pieces that are no dots: print and grain have more than any drawing
_DOT = 0.015  # of the drawing's longer side
_MARGIN = 4
_COLOURED = 60  # between the strongest and the weakest of a pixel's colours
_LEAST_CONTRAST, _DENSITY = 40, (0.001, 0.4)


class Sheet(NamedTuple):
    """Ink, 1 where it is, the thickness of its strokes, its pieces and the number of each pixel's piece; the specks
    that were left out of it, which have no number.
    """

    ink: Mask
    thick: float
    parts: list[Part]
    labels: NDArray[np.int32]
    specks: tuple[Part, ...] = ()

    def cut(self, pieces: list[Part]) -> NDArray[np.bool_]:
        """The ink of some pieces alone, in their common box."""
        x0, y0 = min(p.x0 for p in pieces), min(p.y0 for p in pieces)
        x1, y1 = max(p.x1 for p in pieces), max(p.y1 for p in pieces)
        window = self.labels[y0:y1, x0:x1]
        mask = np.zeros(window.shape, bool)
        for piece in pieces:
            mask |= window == piece.label
        return mask


def sheet_of(pixels: NDArray[np.uint8], level: float) -> Sheet | None:
    """The drawing's ink, strokes some pixels thick; None where there is none. Ink begins at a level of the way from the
    paper's grey (0) to the darkest (1).
    """
    grey = _darkest(pixels)
    paper, dark = (float(value) for value in np.quantile(grey, (0.7, 0.003)))
    if paper - dark < _LEAST_CONTRAST:
        return None
    limit = paper - level * (paper - dark)
    rows, columns = (np.flatnonzero((grey < limit).any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return None
    grey = grey[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    ink = grey < limit
    if not _DENSITY[0] < ink.mean() < _DENSITY[1]:
        return None
    bare = _without_screen(ink)
    if bare is None:
        return None
    thick = _thickness(bare)
    times = _WANTED / thick if not _THINNEST <= thick <= _THICKEST else 1.0
    times = min(times, (_MOST_PX / ink.size) ** 0.5)
    if abs(times - 1) > 0.1:
        size = max(1, round(grey.shape[1] * times)), max(1, round(grey.shape[0] * times))
        how = Image.Resampling.BICUBIC if times > 1 else Image.Resampling.BOX
        even = Image.fromarray(grey).resize(size, how).filter(ImageFilter.GaussianBlur(_EVEN * thick * times))
        ink = np.asarray(even) < limit
        bare = _without_screen(ink)
        if bare is None:
            return None
        thick = _thickness(bare)
    mask, specks = _without_specks(np.pad(ink, _MARGIN).astype(np.uint8), thick)
    found, labels = parts(mask)
    return Sheet(mask, thick, found, labels, tuple(specks)) if found else None


def _darkest(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Luminance, and of coloured pixels the darkest of their colours: the yellow of sulphur is pale."""
    grey = preprocess.grey(pixels)
    if pixels.ndim < 3:
        return grey
    least, most = preprocess.darkest(pixels), 255 - preprocess.darkest(255 - pixels)
    coloured = most.astype(np.int16) - least > _COLOURED
    return np.where(coloured, least, grey) if coloured.any() else grey


def _without_screen(ink: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    """The ink without the dots of a grey ground, where there are more of them than a drawing has pieces; None where
    too many pieces are left.
    """
    found, labels = parts(ink.astype(np.uint8))
    if len(found) < _SCREEN_PARTS:
        return ink
    least = _DOT * max(ink.shape)
    keep = np.zeros(len(found) + 1, bool)
    for part in found:
        keep[part.label] = max(part.wide, part.high) >= least
    return np.asarray(keep[labels]) if np.count_nonzero(keep) <= _MOST_PARTS else None


def _thickness(ink: NDArray[np.bool_]) -> float:
    """Pixels across a stroke: the lesser of the level and the upright run through a pixel, as most pixels have it."""
    across, down = _runs(ink), _runs(ink.T).T
    least = np.minimum(across, down)[ink]
    if not len(least):
        return 1.0
    return float(max(1.0, np.median(least) * 0.93))


def _runs(ink: NDArray[np.bool_]) -> NDArray[np.int32]:
    """For each pixel how long the level run of ink is that it lies in."""
    padded = np.pad(ink, ((0, 0), (1, 1))).astype(np.int8)
    change = np.diff(padded, axis=1)
    start, end = np.argwhere(change == 1), np.argwhere(change == -1)
    lengths = np.zeros(ink.shape, np.int32)
    size = end[:, 1] - start[:, 1]
    flat = np.repeat(start[:, 0] * ink.shape[1] + start[:, 1], size)
    inner = np.arange(int(size.sum())) - np.repeat(np.cumsum(size) - size, size)
    lengths.reshape(-1)[flat + inner] = np.repeat(size, size)
    return lengths


def _without_specks(mask: Mask, thick: float) -> tuple[Mask, list[Part]]:
    """The ink without what is too small to be a letter's or a stroke's, and that."""
    found, labels = parts(mask)
    least = (0.7 * thick) ** 2 if len(found) < _SCREEN_PARTS else (1.6 * thick) ** 2
    keep = np.zeros(len(found) + 1, np.uint8)
    for part in found:
        keep[part.label] = part.size >= least
    specks = [replace(part, label=-part.label) for part in found if not keep[part.label]]
    return keep[labels], specks
