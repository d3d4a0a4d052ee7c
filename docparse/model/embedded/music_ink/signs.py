"""The signs of music as small masks, and how well one fits a place."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

_SOFT = 0.8  # px: edges are softened, so that a pixel more or less costs little
_FULL = 0.4  # of a sign's ink that a window has at least
_COVERED = 0.5  # of a sign's ink at least
_SLACK = 3  # rows that a sign may be off its place

Mask = NDArray[np.float32]


class Sign(NamedTuple):
    """A sign as one font draws it; (x, y) is where in it the place is that it is set at."""

    name: str
    mask: Mask
    x: float
    y: float


class Fit(NamedTuple):
    """A sign found: correlation, and the box of its mask."""

    name: str
    score: float
    x0: float
    y0: float
    x1: float
    y1: float


@functools.cache
def signs() -> dict[str, tuple[Sign, ...]]:
    """Every sign by name, as the fonts draw it (`scripts/make_music_signs` made the file)."""
    found: dict[str, list[Sign]] = {}
    with np.load(Path(__file__).with_name("signs.npz")) as data:
        names, places, pixels = data["names"].tolist(), data["places"], data["pixels"]
    start = 0
    for name, (high, wide, x, y) in zip(names, places.tolist(), strict=True):
        size = int(high) * int(wide)
        mask = pixels[start : start + size].reshape(int(high), int(wide)).astype(np.float32) / 15
        start += size
        padded = cv2.copyMakeBorder(mask, 2, 2, 2, 2, cv2.BORDER_CONSTANT, value=0.0)
        found.setdefault(name, []).append(Sign(name, soften(padded), x + 2, y + 2))
    return {name: tuple(kinds) for name, kinds in found.items()}


def soften(mask: NDArray[np.float32] | NDArray[np.uint8]) -> Mask:
    return np.asarray(cv2.GaussianBlur(mask.astype(np.float32), (0, 0), _SOFT), np.float32)


def fits(names: Iterable[str], soft: Mask, x: tuple[float, float], y: float, slack: int = _SLACK) -> list[Fit]:
    """The best fit of each name whose place is in the range `x` of columns and at row `y`, best first."""
    found = []
    for name in names:
        best: Fit | None = None
        for sign in signs()[name]:
            fit = _fit(sign, soft, x, y, slack)
            if fit is not None and (best is None or fit.score > best.score):
                best = fit
        if best is not None:
            found.append(best)
    return sorted(found, key=lambda fit: -fit.score)


def _fit(sign: Sign, soft: Mask, x: tuple[float, float], y: float, slack: int) -> Fit | None:
    high, wide = sign.mask.shape
    left, right = round(x[0] - sign.x), round(x[1] - sign.x) + wide
    top, bottom = round(y - sign.y) - slack, round(y - sign.y) + slack + high
    window = crop(soft, left, top, max(right, left + wide), bottom)
    if window.max() < 0.3:
        return None
    table = correlation(window, sign.mask)
    _, score, _, (dx, dy) = cv2.minMaxLoc(table)
    if coverage(window, sign.mask, dx, dy) < _COVERED:
        return None
    return Fit(sign.name, float(score), left + dx, top + dy, left + dx + wide, top + dy + high)


def correlation(values: Mask, mask: Mask) -> Mask:
    """How alike every window is to a mask; 0 where there is far less ink than in it, which correlation is blind to."""
    table = cv2.matchTemplate(values, mask, cv2.TM_CCOEFF_NORMED)
    high, wide = mask.shape
    ink = cv2.boxFilter(values, -1, (wide, high), anchor=(0, 0), borderType=cv2.BORDER_CONSTANT)
    table[ink[: table.shape[0], : table.shape[1]] < _FULL * mask.mean()] = 0
    return np.asarray(table, np.float32)


def coverage(values: Mask, mask: Mask, x: int, y: int) -> float:
    """The share of a mask's ink that an image has at a place."""
    high, wide = mask.shape
    return float((np.minimum(values[y : y + high, x : x + wide], mask)).sum() / mask.sum())


def crop(values: Mask, x0: int, y0: int, x1: int, y1: int) -> Mask:
    """A window of an image; what is outside the image is empty."""
    high, wide = values.shape
    inner = values[max(0, y0) : max(0, min(high, y1)), max(0, x0) : max(0, min(wide, x1))]
    if inner.shape == (y1 - y0, x1 - x0):
        return inner
    window = np.zeros((y1 - y0, x1 - x0), np.float32)
    if inner.size:
        window[max(0, -y0) : max(0, -y0) + inner.shape[0], max(0, -x0) : max(0, -x0) + inner.shape[1]] = inner
    return window


def best(found: Sequence[Fit], least: float) -> Fit | None:
    return found[0] if found and found[0].score >= least else None
