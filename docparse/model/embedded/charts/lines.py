"""Lines over categories, and scattered points."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from docparse.model.embedded.charts.inks import Mask
from docparse.model.embedded.ocr_detect import components

_GAP, _REACH = 6, 26  # pixels beside a vertex from which its sides are followed: past the marker
_BEND = 6.0  # pixels by which two sides may miss each other
_MOST_POINT = 0.06  # of the plot's width
_LEAST_POINTS = 4


def heights(mask: Mask, places: Sequence[float]) -> list[float | None]:
    """Where a line passes each of these columns (row in pixels, between pixels); None where it can't be seen."""
    return passed(_middles(mask), places)


def passed(curve: NDArray[np.float64], places: Sequence[float]) -> list[float | None]:
    """Where a curve (a row for each column, nan where it can't be seen) passes these columns."""
    steps = np.diff(sorted(places))
    reach = int(min(_REACH, 0.45 * steps.min())) if len(steps) else _REACH
    return [_vertex(curve, place, reach) for place in places]


def _middles(mask: Mask) -> NDArray[np.float64]:
    """The middle of the line in each column; nan where there is none or more than a line."""
    counts = mask.sum(axis=0)
    rows = np.arange(mask.shape[0])[:, None] + 0.5
    with np.errstate(invalid="ignore", divide="ignore"):
        middle = (mask * rows).sum(axis=0) / counts
    spread = np.where(mask.any(axis=0), mask.shape[0] - mask[::-1].argmax(axis=0) - mask.argmax(axis=0), 0)
    middle[(counts == 0) | (spread > 1.6 * counts + 3)] = np.nan
    return np.asarray(middle, float)


def _vertex(middle: NDArray[np.float64], place: float, reach: int) -> float | None:
    """From the sides, so that a marker or a sharp bend does not matter; else from the column itself."""
    sides = [side for way in (-1, 1) if (side := _side(middle, place, way, reach)) is not None]
    here = _near(middle, place)
    if len(sides) == 2:
        (slope, start), (slope2, start2) = sides
        if abs(slope - slope2) > 0.15:
            meet = (start2 - start) / (slope - slope2)
            if abs(meet - place) <= _BEND:
                return float(slope * meet + start)
        values = [slope * place + start, slope2 * place + start2]
        if abs(values[0] - values[1]) <= _BEND:
            return float(sum(values) / 2)
        return here
    if len(sides) == 1 and (
        here is None or _at_end(middle, place) or abs(sides[0][0] * place + sides[0][1] - here) <= _BEND
    ):
        return float(sides[0][0] * place + sides[0][1])
    return here


def _side(middle: NDArray[np.float64], place: float, way: int, reach: int) -> tuple[float, float] | None:
    """Slope and start of the straight piece on one side of a vertex."""
    if reach <= _GAP + 3:
        return None
    columns = np.arange(_GAP, reach) * way + int(place)
    columns = columns[(columns >= 0) & (columns < len(middle))]
    known = columns[~np.isnan(middle[columns])]
    if len(known) < 4:
        return None
    slope, start = np.polyfit(known + 0.5, middle[known], 1)
    off = np.abs(slope * (known + 0.5) + start - middle[known])
    good = known[off <= max(1.5, 2 * np.median(off))]
    if len(good) < 4:
        return None
    slope, start = np.polyfit(good + 0.5, middle[good], 1)
    if np.abs(slope * (good + 0.5) + start - middle[good]).max() > 3:
        return None
    return float(slope), float(start)


def _at_end(middle: NDArray[np.float64], place: float) -> bool:
    """Whether a curve begins or ends at a place, so that it has one side there."""
    known = np.flatnonzero(~np.isnan(middle))
    return len(known) > 0 and min(abs(place - known[0]), abs(place - known[-1])) <= _GAP


def _near(middle: NDArray[np.float64], place: float) -> float | None:
    for offset in (0, -1, 1, -2, 2, -3, 3):
        column = int(place) + offset
        if 0 <= column < len(middle) and not np.isnan(middle[column]):
            return float(middle[column])
    return None


def find_points(mask: Mask, plot_width: float) -> list[tuple[float, float]] | None:
    """Middles of dots that stand apart; None where the ink is no cloud of dots."""
    areas, boxes = components(mask)
    if len(areas) < _LEAST_POINTS:
        return None
    wide, high = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    typical = float(np.median(np.maximum(wide, high)))
    dots = (np.maximum(wide, high) <= 2.2 * typical) & (areas >= 0.3 * np.median(areas))
    square = (wide <= 1.7 * high) & (high <= 1.7 * wide)
    if typical > _MOST_POINT * plot_width or typical < 3 or dots.sum() < _LEAST_POINTS:
        return None
    if areas[dots].sum() < 0.8 * areas.sum() or square[dots].mean() < 0.7:
        return None
    return [((x0 + x1) / 2, (y0 + y1) / 2) for x0, y0, x1, y1 in boxes[dots].tolist()]
