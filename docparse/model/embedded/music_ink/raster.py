"""Masks of ink: opened, closed, softened, taken apart. 1 is ink; outside a mask there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from docparse.model.embedded.ocr_detect import join_runs, level_runs

Mask = NDArray[np.uint8]
_SOFT = np.array([0.022, 0.228, 0.5, 0.228, 0.022], np.float32)  # a bell of 0.8 px


def eroded(mask: Mask, high: int, wide: int) -> Mask:
    """Pixels whose window of that size, which begins at them, is all ink. The mask keeps its size."""
    return _windows(_windows(mask, high, 0, np.minimum), wide, 1, np.minimum)


def spread(mask: Mask, high: int, wide: int) -> Mask:
    """Pixels with ink in the window of that size which ends at them: undoes where `eroded` put what was left."""
    turned = mask[::-1, ::-1]
    return _windows(_windows(turned, high, 0, np.maximum), wide, 1, np.maximum)[::-1, ::-1]


def opened(mask: Mask, high: int, wide: int) -> Mask:
    """The ink that a rectangle of that size fits into."""
    return spread(eroded(mask, high, wide), high, wide)


def dilated(mask: Mask, high: int, wide: int) -> Mask:
    """Ink grown to all sides by half of an odd size."""
    padded = np.pad(mask, ((high // 2,) * 2, (wide // 2,) * 2))
    grown = _windows(_windows(padded, high, 0, np.maximum), wide, 1, np.maximum)
    return grown[: mask.shape[0], : mask.shape[1]]


def closed(mask: Mask, high: int, wide: int) -> Mask:
    """Ink with the gaps filled that are smaller than a rectangle."""
    padded = np.pad(mask, ((high, high), (wide, wide)))
    filled = 1 - opened(1 - padded, high, wide)
    return filled[high:-high, wide:-wide]


def opened_round(mask: Mask, size: int) -> Mask:
    """The ink that a disc of an odd diameter fits into."""
    reach = size // 2
    chords = [2 * round(float(np.sqrt(max(0.0, (size / 2) ** 2 - dy**2))) - 0.5) + 1 for dy in range(reach + 1)]
    padded = np.pad(mask, reach)
    rows, columns = mask.shape
    left = np.ones_like(mask)
    for dy in range(-reach, reach + 1):
        half = chords[abs(dy)] // 2
        level = _windows(padded[reach + dy : reach + dy + rows], 2 * half + 1, 1, np.minimum)
        left &= level[:, reach - half : reach - half + columns]
    padded = np.pad(left, reach)
    grown = np.zeros_like(mask)
    for dy in range(-reach, reach + 1):
        half = chords[abs(dy)] // 2
        level = _windows(padded[reach + dy : reach + dy + rows], 2 * half + 1, 1, np.maximum)
        grown |= level[:, reach - half : reach - half + columns]
    return grown


def _windows(mask: Mask, size: int, axis: int, better: Any) -> Mask:
    """The least or most of `size` pixels from each on; doubled steps, so that long windows cost little more."""
    values = mask
    done = 1
    while done < size:
        step = min(done, size - done)
        moved = np.zeros_like(values)
        if axis:
            moved[:, :-step] = values[:, step:]
        else:
            moved[:-step] = values[step:]
        values = better(values, moved)
        done += step
    return values


def soften(mask: NDArray[Any]) -> NDArray[np.float32]:
    """Ink with soft edges: a pixel more or less costs little."""
    values = mask.astype(np.float32)
    for axis in (0, 1):
        padded = np.pad(values, [(2, 2) if axis == n else (0, 0) for n in (0, 1)])
        size = values.shape[axis]
        parts = (padded[k : k + size] if axis == 0 else padded[:, k : k + size] for k in range(5))
        values = np.asarray(sum(weight * part for weight, part in zip(_SOFT, parts, strict=True)), np.float32)
    return values


def smooth(values: NDArray[np.float32], wide: int) -> NDArray[np.float32]:
    """Means of an odd number of columns; the ends go on as they are."""
    padded = np.pad(values, [(0, 0)] * (values.ndim - 1) + [(wide // 2 + 1, wide // 2)], mode="edge")
    total = np.cumsum(padded, axis=-1, dtype=np.float64)
    return np.asarray((total[..., wide:] - total[..., :-wide]) / wide, np.float32)


def ellipse(rx: int, ry: int) -> Mask:
    y, x = np.mgrid[-ry : ry + 1, -rx : rx + 1]
    return np.asarray((x / (rx + 0.5)) ** 2 + (y / (ry + 0.5)) ** 2 <= 1, np.uint8)


def wipe(values: NDArray[Any], x: int, y: int, shape: Mask) -> None:
    """Takes the ink of a shape away that has its middle there."""
    high, wide = shape.shape
    top, left = y - high // 2, x - wide // 2
    rows = slice(max(0, top), max(0, min(len(values), top + high)))
    columns = slice(max(0, left), max(0, min(values.shape[1], left + wide)))
    inner = shape[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    values[rows, columns][inner > 0] = 0


@dataclass(frozen=True, slots=True)
class Part:
    """Connected ink: its box, its pixels, its middle, its number in the image of labels."""

    x0: int
    y0: int
    x1: int
    y1: int
    size: int
    x: float
    y: float
    label: int

    @property
    def wide(self) -> int:
        return self.x1 - self.x0

    @property
    def high(self) -> int:
        return self.y1 - self.y0


def parts(mask: Mask, *, diagonal: bool = True) -> tuple[list[Part], NDArray[np.int32]]:
    """Connected ink, and for every pixel the label of its part, 0 where there is none."""
    labels = np.zeros(mask.shape, np.int32)
    runs = level_runs(mask > 0)
    if not len(runs):
        return [], labels
    _, label = np.unique(join_runs(runs, mask.shape[0], diagonal=diagonal), return_inverse=True)
    y, x0, x1 = runs[:, 0], runs[:, 1], runs[:, 2]
    length = x1 - x0
    flat = labels.reshape(-1)
    inner = np.arange(int(length.sum())) - np.repeat(np.cumsum(length) - length, length)
    flat[np.repeat(y * mask.shape[1] + x0, length) + inner] = np.repeat(label + 1, length)
    order = np.argsort(label, kind="stable")
    starts = np.flatnonzero(np.diff(label[order], prepend=-1))
    y, x0, x1, length = y[order], x0[order], x1[order], length[order]
    size = np.add.reduceat(length, starts)
    columns = zip(
        np.minimum.reduceat(x0, starts).tolist(), np.minimum.reduceat(y, starts).tolist(),
        np.maximum.reduceat(x1, starts).tolist(), (np.maximum.reduceat(y, starts) + 1).tolist(), size.tolist(),
        (np.add.reduceat((x0 + x1 - 1) / 2 * length, starts) / size).tolist(),
        (np.add.reduceat(y * length, starts) / size).tolist(), range(1, len(size) + 1), strict=True,
    )  # fmt: skip
    return [Part(*column) for column in columns], labels
