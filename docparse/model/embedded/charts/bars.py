"""Upright bars and filled areas, by the profile of their colour: for each column of pixels where it begins and ends.

Level bars are upright ones of the transposed picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from docparse.model.embedded.charts.inks import Ink, Mask

_STEP = 1.5  # pixels: a larger one between neighbouring columns is the side of a bar
_LEAST_WIDTH = 3
GRID = 3  # pixels of a grid line drawn over bars
_CORNER = 0.05  # of the columns of a piece
_LEAST_SHARE = 0.8  # of the inked columns that stand in level pieces: bars, not an area


class Bar(NamedTuple):
    """A bar's place in pixels (edges between pixels) and the number of its ink."""

    x0: float
    top: float
    x1: float
    bottom: float
    ink: int

    @property
    def x(self) -> float:
        return (self.x0 + self.x1) / 2


class Profile(NamedTuple):
    """For each column the first and the end of the last inked row; `there` where there are any."""

    top: NDArray[np.float64]
    bottom: NDArray[np.float64]
    there: Mask


def profile(mask: Mask) -> Profile:
    there = np.asarray(mask.any(axis=0))
    top = np.where(there, mask.argmax(axis=0), 0).astype(float)
    bottom = np.where(there, mask.shape[0] - mask[::-1].argmax(axis=0), 0).astype(float)
    return Profile(top, bottom, there)


def find_bars(pixels: NDArray[np.uint8], inks: Sequence[Ink]) -> list[Bar] | None:
    """The bars of all fills; None where a fill is no row of bars."""
    bars: list[Bar] = []
    for number, ink in enumerate(inks):
        if not ink.thick:
            continue
        found = _pieces(profile(_solid(ink.mask)), number)
        if found is None:
            return None
        bars += [_refined(bar, pixels, ink) for bar in found]
    return sorted(bars) or None


def _solid(mask: Mask) -> Mask:
    """Without lines and specks of the same colour: columns with a run of some length only."""
    runs = np.zeros(mask.shape[1], int)
    longest = np.zeros(mask.shape[1], int)
    for row in mask:
        runs = np.where(row, runs + 1, 0)
        longest = np.maximum(longest, runs)
    solid = mask.copy()
    solid[:, longest < 2] = False
    return solid


def _pieces(outline: Profile, number: int) -> list[Bar] | None:
    """Level pieces of an outline; None if much of it slopes."""
    columns = np.flatnonzero(outline.there)
    if not len(columns):
        return None
    jump = (
        (np.diff(columns) > 1)
        | (np.abs(np.diff(outline.top[columns])) > _STEP)
        | (np.abs(np.diff(outline.bottom[columns])) > _STEP)
    )
    bars = []
    level = 0
    for run in np.split(columns, np.flatnonzero(jump) + 1):
        top, bottom = np.median(outline.top[run]), np.median(outline.bottom[run])
        flat = _spread(outline.top[run]) <= 2 * _STEP and _spread(outline.bottom[run]) <= 2 * _STEP
        if flat:
            level += len(run)
        if flat:
            bars.append(Bar(float(run[0]), float(top), float(run[-1]) + 1, float(bottom), number))
    bars = [bar for bar in _joined(bars) if bar.x1 - bar.x0 >= _LEAST_WIDTH]
    return bars if bars and level >= _LEAST_SHARE * len(columns) else None


def _spread(rows: NDArray[np.float64]) -> float:
    """How far an edge strays, but for the round corner of a legend over it."""
    low, high = np.quantile(rows, (_CORNER, 1 - _CORNER))
    return float(high - low)


def _joined(bars: list[Bar]) -> list[Bar]:
    """Pieces of one bar that a grid line over it parts."""
    joined: list[Bar] = []
    for bar in bars:
        last = joined[-1] if joined else None
        if last is None or bar.x0 - last.x1 > GRID:
            joined.append(bar)
        elif (abs(last.top - bar.top) <= _STEP and abs(last.bottom - bar.bottom) <= _STEP) or _crossed(last, bar):
            joined[-1] = last._replace(x1=bar.x1)
        elif _crossed(bar, last):
            joined[-1] = bar._replace(x0=last.x0)
        else:
            joined.append(bar)
    return joined


def _crossed(bar: Bar, narrow: Bar) -> bool:
    """Whether a narrow piece beside a bar is where a grid line runs over it."""
    wide = narrow.x1 - narrow.x0
    over = 2 * _STEP if wide <= GRID else _STEP
    inside = bar.top - over <= narrow.top < bar.bottom and narrow.bottom <= bar.bottom + over
    return inside and wide <= max(GRID, 0.2 * (bar.x1 - bar.x0))


def _refined(bar: Bar, pixels: NDArray[np.uint8], ink: Ink) -> Bar:
    """Top and bottom to parts of a pixel, from how far the colour at the edges is mixed with what is beside it."""
    middle = slice(int(bar.x0 + 0.25 * (bar.x1 - bar.x0)), max(int(bar.x0) + 1, int(bar.x1 - 0.25 * (bar.x1 - bar.x0))))
    column = np.median(pixels[:, middle].astype(float), axis=1)
    top = _edge(column, int(bar.top), -1, ink)
    bottom = _edge(column, int(bar.bottom) - 1, 1, ink)
    return bar._replace(top=top, bottom=bottom)


def _edge(column: NDArray[np.float64], row: int, way: int, ink: Ink) -> float:
    """Where the colour ends, going from the inked `row` in direction `way`."""
    plain = row if way > 0 else row + 1
    outside, inside = row + 2 * way, row - 2 * way
    if not (0 <= outside < len(column) and 0 <= inside < len(column)):
        return float(row + 1 if way > 0 else row)
    paper, colour = column[outside], column[inside]
    if (
        way > 0 and column[row + 1].max() < min(paper.max(), colour.max()) - 40
    ):  # it stands on the axis: that's its middle
        return row + 1.5
    span = colour - paper
    if float(np.dot(span, span)) < 900:
        return float(row + 1 if way > 0 else row)
    mixed = [float(np.clip(np.dot(column[r] - paper, span) / np.dot(span, span), 0, 1)) for r in (row, row + way)]
    share = sum(mixed)
    return plain + share if way > 0 else plain - share
