"""The signs of music as small masks, and how well one fits a place."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from docparse.model.embedded.music_ink.raster import soften

_FULL = 0.4  # of a sign's ink that a window has at least
_COVERED = 0.5  # of a sign's ink at least
_SLACK = 3  # rows that a sign may be off its place

Soft = NDArray[np.float32]


class Sign(NamedTuple):
    """A sign as one font draws it; (x, y) is where in it the place is that it is set at."""

    name: str
    mask: Soft
    x: float
    y: float


class Fit(NamedTuple):
    """A sign found: correlation, the share of its ink that is there, and the box of its mask."""

    name: str
    score: float
    covered: float
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
        padded = np.pad(mask, 2)
        found.setdefault(name, []).append(Sign(name, soften(padded), x + 2, y + 2))
    return {name: tuple(kinds) for name, kinds in found.items()}


def fits(names: Iterable[str], soft: Soft, x: tuple[float, float], y: float, slack: int = _SLACK) -> list[Fit]:
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


def _fit(sign: Sign, soft: Soft, x: tuple[float, float], y: float, slack: int) -> Fit | None:
    high, wide = sign.mask.shape
    left, right = round(x[0] - sign.x), round(x[1] - sign.x) + wide
    top, bottom = round(y - sign.y) - slack, round(y - sign.y) + slack + high
    window = crop(soft, left, top, max(right, left + wide), bottom)
    if window.max() < 0.3:
        return None
    dx, dy = _rough(window, sign.mask)
    rows, columns = max(0, dy - 2), max(0, dx - 2)
    table = correlation(window[rows : dy + 3 + high, columns : dx + 3 + wide], sign.mask)
    best_y, best_x = (int(place) for place in np.unravel_index(int(table.argmax()), table.shape))
    score = float(table[best_y, best_x])
    dx, dy = columns + best_x, rows + best_y
    covered = float(np.minimum(window[dy : dy + high, dx : dx + wide], sign.mask).sum() / sign.mask.sum())
    if covered < _COVERED:
        return None
    return Fit(sign.name, score, covered, left + dx, top + dy, left + dx + wide, top + dy + high)


def _rough(window: Soft, mask: Soft) -> tuple[int, int]:
    """About where a mask fits best, at half the resolution: (x, y)."""
    table = correlation(window[::2, ::2], mask[::2, ::2])
    y, x = np.unravel_index(int(table.argmax()), table.shape)
    return 2 * int(x), 2 * int(y)


def correlation(values: Soft, mask: Soft) -> Soft:
    """How alike every window is to a mask; 0 where there is far less ink than in it, which correlation is blind to."""
    high, wide = mask.shape
    windows = np.lib.stride_tricks.sliding_window_view(values, (high, wide))
    rows = windows.reshape(-1, high * wide)
    weights = (mask - mask.mean()).ravel()
    ink = rows.sum(axis=1)
    spread = np.einsum("ij,ij->i", rows, rows) - ink**2 / rows.shape[1]
    with np.errstate(invalid="ignore", divide="ignore"):
        table = (rows @ weights) / np.sqrt(np.maximum(spread, 1e-6) * float(weights @ weights))
    table[ink < _FULL * mask.sum()] = 0
    return np.asarray(table.reshape(windows.shape[:2]), np.float32)


def crop(values: Soft, x0: int, y0: int, x1: int, y1: int) -> Soft:
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
