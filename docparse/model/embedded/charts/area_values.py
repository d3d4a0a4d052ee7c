"""What areas and lines are worth at the labels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from docparse.geometry import Box
from docparse.model.embedded.charts.bars import Profile, profile
from docparse.model.embedded.charts.chart import ChartParts, ChartReading, table_of
from docparse.model.embedded.charts.lines import heights, passed

_FOOT = 8.0  # pixels above zero at which the lowest area may end: the labels' boxes cut it off there
_MOST_BRANCHES = 0.25
_UNBROKEN = 0.5  # of a line's columns that show it


def _seen(chart: ChartParts) -> NDArray[np.bool_]:
    """The columns in which no legend stands over the marks."""
    seen = np.ones(chart.pixels.shape[1], np.bool_)
    if chart.legend is not None:
        seen[max(0, int(chart.legend[0] - 4 * _FOOT)) : int(chart.legend[2] + _FOOT)] = False
    return seen


def stands(chart: ChartParts, plot: Box) -> bool:
    """Whether the fills together go down to one foot; broad lines do not."""
    outline = profile(np.logical_or.reduce([ink.mask for ink in chart.inks if ink.thick]))
    bottoms = outline.bottom[outline.there & _seen(chart)]
    if not len(bottoms):
        return False
    foot = np.median(bottoms)
    return bool(np.mean(np.abs(bottoms - foot) <= _FOOT) > 0.9 and foot > plot[3] - 3 * _FOOT)


def read_areas(chart: ChartParts) -> ChartReading | None:
    """Areas one on the other, measured at the labels."""
    cells: dict[tuple[int, int], float] = {}
    seen = _seen(chart)
    for number, ink in enumerate(chart.inks):
        if not ink.thick:
            continue
        outline = profile(ink.mask)
        if not _is_area(outline, ink.mask, chart.places, seen):
            return None
        low = np.median(outline.bottom[outline.there & seen])
        on_foot = abs(chart.value.value(low)) <= _FOOT * abs(chart.value.slope)
        tops, bottoms = (
            passed(np.where(outline.there & ~_covered(side, seen, chart.legend), side, np.nan), chart.places)
            for side in (outline.top, outline.bottom)
        )
        for place, (first, last) in enumerate(zip(tops, bottoms, strict=True)):
            if first is not None and (last is not None or on_foot):
                bottom = 0.0 if on_foot or last is None else chart.value.value(last)
                cells[place, number] = chart.value.value(first) - bottom
    return table_of(chart, cells, "area")


def _covered(side: NDArray[np.float64], seen: NDArray[np.bool_], legend: Box | None) -> NDArray[np.bool_]:
    """Where an edge of an area is the edge of the legend over it."""
    if legend is None:
        return np.zeros(len(side), np.bool_)
    return np.asarray(~seen & (side > legend[1] - 2 * _FOOT) & (side < legend[3] + 2 * _FOOT))


def _is_area(outline: Profile, mask: NDArray[np.bool_], places: Sequence[float], seen: NDArray[np.bool_]) -> bool:
    """Whether a fill goes on from the first label to the last, without holes."""
    inner = slice(int(min(places)) + 3, int(max(places)) - 3)
    look = seen[inner]
    tall, filled = (outline.bottom - outline.top)[inner][look], mask[:, inner].sum(axis=0)[look]
    return bool(len(tall) and outline.there[inner][look].mean() > 0.97 and filled.sum() > 0.85 * tall.sum())


def _branches(mask: NDArray[np.bool_]) -> float:
    """Share of the columns in which ink stands in several places: lines of one colour."""
    padded = np.pad(mask, ((1, 0), (0, 0)))
    starts = (padded[1:] & ~padded[:-1]).sum(axis=0)
    there = mask.any(axis=0)
    return float((starts[there] > 1).mean()) if there.any() else 0.0


def read_lines(chart: ChartParts) -> ChartReading | None:
    cells: dict[tuple[int, int], float] = {}
    for number, ink in enumerate(chart.inks):
        columns = np.flatnonzero(ink.mask.any(axis=0))
        if not len(columns) or columns[-1] - columns[0] < 0.4 * (max(chart.places) - min(chart.places)):
            continue
        if len(columns) < _UNBROKEN * (columns[-1] - columns[0]) or _branches(ink.mask) > _MOST_BRANCHES:
            return None
        for place, row in enumerate(heights(ink.mask, chart.places)):
            if row is not None:
                cells[place, number] = chart.value.value(row)
    return table_of(chart, cells, "line")
