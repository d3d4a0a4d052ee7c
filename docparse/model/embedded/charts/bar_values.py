"""What bars and the bins of histograms are worth."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from docparse.geometry import Box
from docparse.model.embedded.charts.bars import GRID, Bar
from docparse.model.embedded.charts.chart import ChartParts, ChartReading, table_of
from docparse.model.embedded.charts.scales import Scale
from docparse.model.embedded.charts.values import rounded

BASE = 2.5  # pixels by which bars may miss their common base
_SLIVER = 0.4  # of the usual width of a bar
_COUNTS, _NEAR_COUNT = 5, 0.2  # from which value on a histogram counts, and how far it may miss whole numbers
_EVEN = 3.0  # pixels
_MOST_VALUES = 400
_BEHIND = 8.0  # pixels from the edge of a legend's names to that of its frame, at most


def read_bars(chart: ChartParts, found: list[Bar], level: Scale | None) -> ChartReading | None:
    fills = [ink for ink in chart.inks if ink.thick]
    if sum(ink.mask.sum() for ink in chart.inks if not ink.thick) > 0.15 * sum(ink.mask.sum() for ink in fills):
        return None  # bars with a line over them
    if len(found) > _MOST_VALUES:
        return None
    base = _base(found, chart.value)
    if base is None:
        return None
    if level is not None and len(fills) == 1 and _touching(found):
        return _histogram(chart, _split(found), base, level)
    cells: dict[tuple[int, int], float] = {}
    widths: dict[tuple[int, int], float] = {}
    stacked = False
    usual = float(np.median([bar.x1 - bar.x0 for bar in found]))
    for bar in sorted(found, key=lambda bar: bar.x1 - bar.x0):
        place = _place(bar.x, chart.places)
        if place is None or _behind(bar, chart.legend):
            continue
        key = (place, bar.ink)
        if key in cells and widths[key] > _SLIVER * usual:
            return None  # two bars of one colour at one label: labels that run together
        widths[key] = bar.x1 - bar.x0  # what was there is a sliver: the soft side of this bar, or a grid line over it
        value, on_base = _bar_value(bar, chart, base)
        stacked |= not on_base
        cells[key] = value
    kind = "bar" if len(fills) == 1 else "stacked_bar" if stacked else "grouped_bar"
    return table_of(chart, cells, "horizontal_bar" if chart.level and kind == "bar" else kind)


def _base(found: Sequence[Bar], scale: Scale) -> float | None:
    """The row on which bars stand; None if they stand nowhere together."""
    for base in (scale.pixel(0.0), max(bar.bottom for bar in found)):
        on = [bar for bar in found if min(abs(bar.bottom - base), abs(bar.top - base)) <= BASE]
        standing = sum(any(_over(bar, other) for other in on) for bar in found)
        if standing >= 0.9 * len(found):
            return base
    return None


def _behind(bar: Bar, legend: Box | None) -> bool:
    """Whether the end of a bar is hidden: it goes on behind the legend."""
    if legend is None:
        return False
    into = min(bar.x1, legend[2]) - max(bar.x0, legend[0]) > 0.3 * (bar.x1 - bar.x0)
    return into and legend[3] - _BEHIND < bar.top < legend[3] + _BEHIND


def _over(bar: Bar, other: Bar) -> bool:
    """Whether two bars stand in one column."""
    return min(bar.x1, other.x1) - max(bar.x0, other.x0) > 0.5 * min(bar.x1 - bar.x0, other.x1 - other.x0)


def _bar_value(bar: Bar, chart: ChartParts, base: float) -> tuple[float, bool]:
    """The value of a bar, printed or measured, and whether it stands on the base."""
    scale = chart.value
    if abs(bar.bottom - base) <= BASE:
        return _printed(chart, bar, scale.value(bar.top)), True
    if abs(bar.top - base) <= BASE:
        return _printed(chart, bar, scale.value(bar.bottom)), True
    return _printed(chart, bar, scale.value(bar.top) - scale.value(bar.bottom)), False


def _printed(chart: ChartParts, bar: Bar, value: float) -> float:
    """The number that is printed at or in a bar, where it is what was measured; else the measure."""
    near = 2.0 * abs(chart.value.slope) + 0.01 * abs(value)
    for label in chart.printed:
        (x0, y0, x1, y1), height = label.bbox, label.height
        beside = (
            bar.x0 - 2 <= (x0 + x1) / 2 <= bar.x1 + 2
            and bar.top - 2.5 * max(height, y1 - y0) <= (y0 + y1) / 2 <= bar.bottom
        )
        if beside and label.value is not None and abs(label.value - value) <= near:
            return label.value
    return value


def _place(x: float, places: Sequence[float]) -> int | None:
    """The label that a mark belongs to."""
    steps = np.diff(sorted(places))
    nearest = min(range(len(places)), key=lambda i: abs(places[i] - x))
    return nearest if abs(places[nearest] - x) <= 0.55 * float(np.median(steps)) else None


def _touching(found: Sequence[Bar]) -> bool:
    gaps = [after.x0 - bar.x1 for bar, after in itertools.pairwise(found)]
    return bool(gaps) and sum(gap <= GRID for gap in gaps) >= 0.7 * len(gaps)


def _split(found: Sequence[Bar]) -> list[Bar]:
    """Bars of one height side by side look like one wide bar, and empty ones like none: all bins are equally wide."""
    narrow = min(bar.x1 - bar.x0 for bar in found)
    bins: list[Bar] = []
    for bar in found:
        count = max(1, round((bar.x1 - bar.x0) / narrow))
        step = (bar.x1 - bar.x0) / count
        if bins and (empty := round((bar.x0 - bins[-1].x1) / narrow)):
            wide = (bar.x0 - bins[-1].x1) / empty
            foot, x0 = max(bar.bottom, bins[-1].bottom), bins[-1].x1
            bins += [Bar(x0 + i * wide, foot, x0 + (i + 1) * wide, foot, bar.ink) for i in range(empty)]
        bins += [bar._replace(x0=bar.x0 + i * step, x1=bar.x0 + (i + 1) * step) for i in range(count)]
    return bins


def _histogram(chart: ChartParts, bins: Sequence[Bar], base: float, level: Scale) -> ChartReading:
    ends = _even([bins[0].x0, *((bar.x1 + after.x0) / 2 for bar, after in itertools.pairwise(bins)), bins[-1].x1])
    edges = rounded([level.value(x) for x in ends], 2 * abs(level.slope))
    values = [_bar_value(bar, chart, base)[0] for bar in bins]
    if max(values) >= _COUNTS and all(abs(value - round(value)) < _NEAR_COUNT for value in values):
        values = [float(round(value)) for value in values]  # what a histogram counts is whole
    counts = rounded(values, abs(chart.value.slope))
    rows = [[f"{first}-{last}", count] for (first, last), count in zip(itertools.pairwise(edges), counts, strict=True)]
    return ChartReading("histogram", [["", chart.names[bins[0].ink] or "value"], *rows], 1.0)


def _even(cuts: Sequence[float]) -> list[float]:
    """Cuts between bins set evenly where they nearly are: the outlines of the outer bars take from their width."""
    places = np.arange(len(cuts))
    inner = slice(1, -1) if len(cuts) >= 5 else slice(None)
    step, start = np.polyfit(places[inner], np.array(cuts)[inner], 1)
    even = start + step * places
    return even.tolist() if np.abs(even - cuts).max() < _EVEN else list(cuts)
