"""Connected ink of a formula's cutting."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from docparse.geometry import Box
from docparse.model.embedded import preprocess
from docparse.model.embedded.ocr_detect import components, join_runs, level_runs

_LEAST_PX = 2  # of a blot's longer side
_TYPE_PX, _MOST_TIMES = 44, 4  # height at which letters are taken apart
_LONG = 8.0  # of a formula whose tilt can be told, in heights of its type
_SLOPE, _SLOPES, _SHARPER, _SAMPLE = 0.001, 20, 1.08, 50_000  # of slopes that are tried, and of ink that is looked at
_HOLE = 0.01  # of a sign's box
_PALE = 0.22  # of the way from paper to ink


class Blot(NamedTuple):
    """The box of connected ink, in pixels."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def width(self) -> int:
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        return self.y1 - self.y0

    @property
    def x(self) -> float:
        return (self.x0 + self.x1) / 2

    @property
    def y(self) -> float:
        return (self.y0 + self.y1) / 2


def sharp(pixels: NDArray[np.uint8], stretch: float = 1.0) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """The cutting as dark on light, large enough that no thin stroke breaks, and where its ink is.

    `stretch` is by how much it is too tall for its width: it comes out in its true proportions.
    """
    if np.median(pixels) < 128:
        pixels = 255 - pixels
    blots = blots_of(ink_of(pixels))
    high = type_height(blots) if blots else 0.0
    times = min(_MOST_TIMES, int(_TYPE_PX / high) + 1) if 0 < high < _TYPE_PX else 1
    size = round(times * max(stretch, 1) * pixels.shape[1]), round(times * max(1 / stretch, 1) * pixels.shape[0])
    if size != (pixels.shape[1], pixels.shape[0]):
        pixels = np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC))
    return pixels, _closed(ink_of(pixels))


def levelled(
    pixels: NDArray[np.uint8], mask: NDArray[np.bool_], high: float
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """The cutting and its ink, sheared so that a long formula that was scanned a little askew runs level."""
    slope = _slope_of(mask) if mask.shape[1] > _LONG * high else 0.0
    if not slope:
        return pixels, mask
    height, width = mask.shape
    paper = tuple(np.median(pixels[~mask], axis=0).astype(int).tolist())
    image = Image.fromarray(pixels).transform(
        (width, height), Image.Transform.AFFINE, (1, 0, 0, slope, 1, -slope * width / 2), Image.Resampling.BICUBIC,
        fillcolor=paper,
    )  # fmt: skip
    level = np.asarray(image)
    return level, _closed(ink_of(level))


def _slope_of(mask: NDArray[np.bool_]) -> float:
    """The slope along which the ink falls into rows most sharply; 0 where level rows are much as sharp."""
    y, x = np.nonzero(mask)
    step = len(y) // _SAMPLE + 1
    y, x = y[::step], x[::step]

    def sharpness(slope: float) -> float:
        rows = np.round(y - slope * x).astype(np.intp)
        return float((np.bincount(rows - rows.min()).astype(float) ** 2).sum())

    slopes = [n * _SLOPE for n in range(-_SLOPES, _SLOPES + 1)]
    best = max(slopes, key=sharpness)
    return best if sharpness(best) > _SHARPER * sharpness(0.0) else 0.0


def _closed(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The ink without gaps of one pixel between two rows: signs that thin level strokes hold together break there."""
    closed = mask.copy()
    closed[1:-1] |= mask[:-2] & mask[2:]
    return closed


def ink_of(pixels: NDArray[np.uint8], least: float = _PALE) -> NDArray[np.bool_]:
    """What is some way from paper to ink: thin strokes count, they hold letters together."""
    grey = preprocess.grey(pixels)
    paper, dark = np.quantile(grey, (0.7, 0.003))
    return np.asarray(grey < paper - least * max(float(paper - dark), 24.0))


def blots_of(mask: NDArray[np.bool_]) -> list[Blot]:
    _, boxes = components(mask)
    return [blot for blot in (Blot(*box) for box in boxes.tolist()) if max(blot.width, blot.height) >= _LEAST_PX]


def own_ink(crop: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The ink of the blot whose box the crop is, without that of others that reach into it."""
    runs = level_runs(crop)
    labels = join_runs(runs, len(crop))
    own = np.zeros_like(crop)
    largest = np.bincount(labels, weights=runs[:, 2] - runs[:, 1]).argmax()
    for y, x0, x1 in runs[labels == largest].tolist():
        own[y, x0:x1] = True
    return own


def has_hole(mask: NDArray[np.bool_], blot: Blot) -> bool:
    """Whether ink goes round some paper."""
    own = np.pad(own_ink(mask[blot.y0 : blot.y1, blot.x0 : blot.x1]), 1)
    counts, _ = components(~own)
    return int((counts > _HOLE * own.size).sum()) > 1


def own_blots(blots: Sequence[Blot], box: Box, shape: tuple[int, ...]) -> list[Blot]:
    """The blots of the formula that stands in a box: no ink of other lines, no frame round it."""
    height, width = shape[:2]
    return [
        b for b in _uncut(blots, height)
        if box[0] <= b.x <= box[2] and box[1] <= b.y <= box[3]
        and not (b.width > 0.9 * width and b.height > 0.9 * height and len(blots) > 4)
    ]  # fmt: skip


def _uncut(blots: Sequence[Blot], height: int) -> list[Blot]:
    """Blots without the lines of print that the upper or the lower edge cuts through."""
    lines: list[list[Blot]] = []
    end = 0
    for blot in sorted(blots, key=lambda b: b.y0):
        if not lines or blot.y0 > end:
            lines.append([])
        lines[-1].append(blot)
        end = max(end, blot.y1)
    most = max((_tall(line) for line in lines), default=0)
    for at, touches in ((0, lambda line: min(b.y0 for b in line) <= 0), (-1, lambda line: _foot(line) >= height)):
        while len(lines) > 1 and touches(lines[at]) and _tall(lines[at]) < 0.5 * most:
            cut = lines.pop(at)
            gone = _foot(cut) if at == 0 else min(b.y0 for b in cut)
            while len(lines) > 1 and _are_dots(lines[at], type_height(blots)):  # of its letters
                near = lines[at]
                gap = min(b.y0 for b in near) - gone if at == 0 else gone - _foot(near)
                if gap > 0.3 * type_height(blots):
                    break
                lines.pop(at)
    return [blot for line in lines for blot in line]


def _tall(line: Sequence[Blot]) -> int:
    return _foot(line) - min(b.y0 for b in line)


def _foot(line: Sequence[Blot]) -> int:
    return max(b.y1 for b in line)


def _are_dots(line: Sequence[Blot], high: float) -> bool:
    return all(max(b.width, b.height) < 0.35 * high for b in line)


def box_of(blot: Iterable[float]) -> Box:
    x0, y0, x1, y1 = blot
    return (float(x0), float(y0), float(x1), float(y1))


def type_height(blots: Sequence[Blot]) -> float:
    """About the height of a capital: marks, bars and tall brackets aside."""
    heights = [b.height for b in blots if b.width < 2.2 * b.height]
    if not heights:
        return max(4.0, float(max(b.height for b in blots)))
    least = 0.4 * float(np.quantile(heights, 0.6))
    most = float(np.quantile([h for h in heights if h >= least], 0.75))
    usual = [float(h) for h in heights if 0.45 * most <= h <= 1.1 * most] or [most]
    return max(4.0, float(np.quantile(usual, 0.7)))
