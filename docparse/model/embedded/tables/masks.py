"""Black and white of a page image: ink, and long straight runs of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageFilter

from docparse.model.embedded.ocr_detect import level_runs

Mask = NDArray[np.bool_]  # True is ink; shape (height, width)
PixelBox = tuple[int, int, int, int]  # x, y, width, height

_BLUR_RADIUS_PX, _DARKER, _LITTLE_DARKER = 12, 12, 7
_SAMPLES = 8


def dark(pixels: NDArray[np.uint8]) -> Mask:
    """Where an RGB image is clearly darker than the 25 x 25 pixels around."""
    grey = Image.fromarray(pixels).convert("L")
    around = grey.filter(ImageFilter.BoxBlur(_BLUR_RADIUS_PX))
    return _darker(grey, around, _DARKER)


def faint(pixels: NDArray[np.uint8]) -> Mask:
    """Where it is darker or more coloured than the paper around, if only by a little: pale rules, and specks that make
    no long runs."""
    red, green, blue = Image.fromarray(pixels).split()
    grey = ImageChops.darker(ImageChops.darker(red, green), blue)
    around = grey.filter(ImageFilter.BoxBlur(_BLUR_RADIUS_PX))
    paper = ImageChops.lighter(grey, around).filter(ImageFilter.BoxBlur(_BLUR_RADIUS_PX))  # ink does not count
    return _darker(grey, paper, _LITTLE_DARKER)


def _darker(grey: Image.Image, other: Image.Image, least: int) -> Mask:
    """Where an image is darker than another by at least so much, compared byte by byte: wider numbers take longer."""
    mask: Mask = np.asarray(grey) < np.asarray(other.point([max(0, value + 1 - least) for value in range(256)]))
    return mask


def long_rows(mask: Mask, length: int) -> list[PixelBox]:
    """Boxes around connected horizontal runs of at least `length` pixels that may slant by one pixel."""
    thick = mask.copy()
    thick[1:] |= mask[:-1]
    thick[:-1] |= mask[1:]
    return _joined(_runs(thick, length))


def long_columns(mask: Mask, length: int) -> list[PixelBox]:
    """The same for vertical runs."""
    return [(x, y, w, h) for y, x, h, w in long_rows(np.ascontiguousarray(mask.T), length)]


def _runs(mask: Mask, length: int) -> list[tuple[int, int, int]]:
    """(row, first, past the last) of the horizontal runs of at least `length`, in row order."""
    rows = _rows_with_runs(mask, length)
    runs = level_runs(mask[rows])
    runs = runs[runs[:, 2] - runs[:, 1] >= length]
    return list(zip(rows[runs[:, 0]].tolist(), runs[:, 1].tolist(), runs[:, 2].tolist(), strict=True))


def _rows_with_runs(mask: Mask, length: int) -> NDArray[np.intp]:
    """Rows that may hold such a run: it covers so many of the samples, an eighth of its length apart, in succession.

    Of a page of text few rows are left, and only they are looked at pixel by pixel.
    """
    step = max(1, length // _SAMPLES)
    inked, covered, wanted = mask[:, step - 1 :: step], 1, max(1, length // step)
    while covered < wanted:
        more = min(covered, wanted - covered)
        inked = inked[:, :-more] & inked[:, more:]
        covered += more
    return np.flatnonzero(inked.any(axis=1))


def _joined(runs: list[tuple[int, int, int]]) -> list[PixelBox]:
    """Boxes of runs that touch a run of the row above, corners included."""
    parent = list(range(len(runs)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    above: list[int] = []
    current: list[int] = []
    for index, (row, first, last) in enumerate(runs):
        if current and runs[current[-1]][0] != row:
            above, current = (current if runs[current[-1]][0] == row - 1 else []), []
        for other in above:
            if runs[other][1] <= last and first <= runs[other][2]:
                parent[root(other)] = root(index)
        current.append(index)
    groups: dict[int, list[int]] = {}
    for index in range(len(runs)):
        groups.setdefault(root(index), []).append(index)
    return [_bounds([runs[index] for index in group]) for group in groups.values()]


def _bounds(runs: list[tuple[int, int, int]]) -> PixelBox:
    top, bottom = runs[0][0], runs[-1][0] + 1
    left, right = min(run[1] for run in runs), max(run[2] for run in runs)
    return left, top, right - left, bottom - top
