"""Heatmaps whose values are printed on their fields: a full grid of numbers on colours, named at the left and below."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from docparse.model.embedded.charts.chart import ChartReading, Pixels
from docparse.model.embedded.charts.labels import Label, median_height

_LEAST_SIDE = 2  # rows and columns
_LEVEL = 0.5  # of the height of labels: how far names and numbers stray from their row and column
_RING = 2  # pixels around a number in which its field is seen
_TINT, _TINTED, _SHADES = 12, 0.6, 3  # off the paper; share of fields, for the palest are white; different colours


def read_heatmap(pixels: Pixels, labels: Sequence[Label]) -> ChartReading | None:
    """The values as they are printed, or None where numbers on colours make no such grid."""
    numbers = [label for label in labels if label.value is not None]
    if len(numbers) < _LEAST_SIDE**2:
        return None
    paper = np.median(np.concatenate([pixels[0], pixels[-1]]), axis=0)
    shades = {label: _ground(pixels, label) for label in numbers}
    tinted = [label for label in numbers if np.abs(shades[label] - paper).max() > _TINT]
    slack = _LEVEL * median_height(labels)
    xs, ys = _places([label.x for label in tinted], slack), _places([label.y for label in tinted], slack)
    if min(len(xs), len(ys)) < _LEAST_SIDE:
        return None
    grid = [[cell for x in xs if (cell := _at(numbers, x, y, slack)) is not None] for y in ys]
    cells = [cell for row in grid for cell in row]
    if len(cells) < len(xs) * len(ys) or len(tinted) < _TINTED * len(cells):
        return None
    if len({tuple((shades[cell] // _TINT).tolist()) for cell in cells}) < min(_SHADES, len(cells)):
        return None
    left, foot = min(cell.bbox[0] for cell in cells), max(cell.bbox[3] for cell in cells)
    beside = [label for label in labels if label not in cells and label.bbox[2] < left]
    below = [label for label in labels if label not in cells and label.bbox[1] > foot]
    reach = min(b - a for a, b in pairwise(xs)) / 3
    rows = [max(near, key=lambda o: o.bbox[2]) for y in ys if (near := [o for o in beside if abs(o.y - y) < 2 * slack])]
    heads = [min(near, key=lambda o: o.y) for x in xs if (near := [o for o in below if abs(o.x - x) < reach])]
    if len(rows) < len(ys) or len(heads) < len(xs):
        return None
    body = [[name.text, *(cell.text for cell in row)] for name, row in zip(rows, grid, strict=True)]
    return ChartReading("heatmap", [["", *(label.text for label in heads)], *body], 1.0)


def _ground(pixels: Pixels, label: Label) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The colour around a label."""
    x0, y0, x1, y1 = (round(side) for side in label.bbox)
    height, width = pixels.shape[:2]
    top, bottom = max(0, y0 - _RING), min(height - 1, y1 + _RING)
    part = slice(max(0, x0), min(width, max(x0 + 1, x1)))
    ring = np.concatenate([pixels[top, part], pixels[bottom, part]])
    ground: np.ndarray[tuple[int], np.dtype[np.int64]] = np.median(ring, axis=0).astype(np.int64)
    return ground


def _places(values: Sequence[float], slack: float) -> list[float]:
    """The middles of groups of values that lie close together."""
    groups: list[list[float]] = []
    for value in sorted(values):
        if groups and value - groups[-1][0] < 2 * slack:
            groups[-1].append(value)
        else:
            groups.append([value])
    return [sum(group) / len(group) for group in groups]


def _at(labels: Sequence[Label], x: float, y: float, slack: float) -> Label | None:
    return next((label for label in labels if abs(label.x - x) < slack and abs(label.y - y) < slack), None)
