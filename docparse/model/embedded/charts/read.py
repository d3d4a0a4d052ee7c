"""One chart: which kind it is, and its data, measured from pixels with the printed labels as scale.

words -> labels -> scales (numbers that run evenly) -> plot area -> colours of the marks -> bars, areas, lines, points
or sectors -> table. What does not fit together gives None: the chart then stays a picture.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from docparse.geometry import Box, union
from docparse.model.embedded.charts import bars as bar_marks
from docparse.model.embedded.charts.bars import Bar
from docparse.model.embedded.charts.inks import Ink, find_inks
from docparse.model.embedded.charts.labels import Label, make_labels, median_height
from docparse.model.embedded.charts.legend import Entry, find_legend, name_of
from docparse.model.embedded.charts.lines import find_points, heights, passed
from docparse.model.embedded.charts.pie import find_sectors, read_pie
from docparse.model.embedded.charts.scales import Scale, level_scale, multiplied, snapped, tick_places, upright_scale
from docparse.model.embedded.charts.values import rounded

_LEAST_FOUND = 0.75  # of the values of a chart; below, it was not understood
_BASE = 2.5  # pixels by which bars may miss their common base
_FOOT = 8.0  # pixels above zero at which the lowest area may end: the labels' boxes cut it off there
_MOST_BRANCHES = 0.25
_UNBROKEN = 0.5  # of a line's columns that show it
_SLIVER = 0.4  # of the usual width of a bar
_LEAST_SIDE = 60
_COUNTS, _NEAR_COUNT = 5, 0.2  # from which value on a histogram counts, and how far it may miss whole numbers
_EVEN = 3.0  # pixels
_MOST_VALUES = 400

Pixels = NDArray[np.uint8]
Table = list[list[str]]


@dataclass(frozen=True, slots=True)
class ChartReading:
    """`data` as in `Chart.data`; `found` is the share of values that could be measured."""

    kind: str
    data: Table
    found: float


class _Chart(NamedTuple):
    """A chart with values growing upwards: level ones are turned. `labels` name the places along the other axis."""

    pixels: Pixels
    inks: list[Ink]
    names: list[str]
    value: Scale
    labels: list[Label]
    places: list[float]
    printed: list[Label]
    level: bool = False
    legend: Box | None = None


def read_chart(pixels: Pixels, words: Iterable[tuple[str, Box, int]]) -> ChartReading | None:
    """The data of the chart in an RGB crop; `words` (text, box in its pixels, line) are printed in it."""
    labels = make_labels(words)
    if len(labels) < 3 or min(pixels.shape[:2]) < _LEAST_SIDE:
        return None
    upright, level = upright_scale(labels), level_scale(labels)
    upright = snapped(upright, pixels, upright=True) if upright is not None else None
    level = snapped(level, pixels, upright=False) if level is not None else None
    if upright is None and level is None:
        return _read_pie(pixels, labels)
    if upright is not None and upright_scale([label for label in labels if label not in upright.ticks]) is not None:
        return None  # two scales, or panels one above the other: which mark goes with which is not told
    upright = multiplied(upright, labels, upright=True) if upright is not None else None
    level = multiplied(level, labels, upright=False) if level is not None else None
    if upright is not None and level is not None:
        reading = _read_points(pixels, labels, upright, level)
        if reading is not None:
            return reading
    reading = _read_upright(pixels, labels, upright, level) if upright is not None else None
    if reading is None and level is not None:
        reading = _read_level(pixels, labels, level)
    return reading


def _read_pie(pixels: Pixels, labels: list[Label]) -> ChartReading | None:
    entries, boxes = find_legend(pixels, labels)
    whole = (0.0, 0.0, float(pixels.shape[1]), float(pixels.shape[0]))
    inks = find_inks(pixels, whole, boxes, [label.bbox for label in labels])
    found = find_sectors(pixels, inks)
    if found is None:
        return None
    disc, sectors = found
    named = [entry[0] for entry in entries]
    names = [name_of(sector.colour, entries) for sector in sectors]
    if len(set(names) - {""}) < len(sectors):  # no legend, only labels beside sectors
        names, named = [""] * len(sectors), []
    rows = read_pie(disc, sectors, [label for label in labels if label not in named], names)
    named_share = sum(bool(row[0]) for row in rows) / len(rows) if rows else 0.0
    return ChartReading("pie", [["", "value"], *rows], named_share) if rows else None


def _read_points(pixels: Pixels, labels: list[Label], upright: Scale, level: Scale) -> ChartReading | None:
    plot = _plot(pixels, max(tick.bbox[2] for tick in upright.ticks), min(tick.bbox[1] for tick in level.ticks))
    inks, entries = _inks(pixels, plot, labels, (*upright.ticks, *level.ticks))
    clouds = [find_points(ink.mask, plot[2] - plot[0]) for ink in inks]
    if not clouds or any(cloud is None for cloud in clouds):
        return None
    rows: Table = []
    for ink, cloud in zip(inks, clouds, strict=True):
        points = sorted((level.value(x), upright.value(y)) for x, y in cloud or ())
        xs = rounded([x for x, _ in points], abs(level.slope))
        ys = rounded([y for _, y in points], abs(upright.slope))
        name = [name_of(ink.colour, entries)] if len(inks) > 1 else []
        rows += [[x, y, *name] for x, y in zip(xs, ys, strict=True)]
    title = _below(labels, level.ticks) or "x"
    return ChartReading("scatter", [[title, "y", *(["series"] if len(inks) > 1 else [])], *rows], 1.0)


def _below(labels: Sequence[Label], ticks: Sequence[Label]) -> str:
    """The title of the level axis."""
    y = max(tick.bbox[3] for tick in ticks)
    return next((label.text for label in labels if label.bbox[1] >= y - 1 and label.value is None), "")


def _read_upright(pixels: Pixels, labels: list[Label], scale: Scale, level: Scale | None) -> ChartReading | None:
    left = max(tick.bbox[2] for tick in scale.ticks)
    low = max(tick.y for tick in scale.ticks)
    row = _row_below(labels, left, low, scale.ticks)
    if not row:
        return None
    if level is not None and len(on_scale := [label for label in row if label in level.ticks]) >= 2:
        row = on_scale  # what else stands there is the axis's name
    plot = _plot(pixels, left, min(label.bbox[1] for label in row))
    inks, entries = _inks(pixels, plot, labels, (*scale.ticks, *row))
    chart = _Chart(
        pixels, inks, [name_of(ink.colour, entries) for ink in inks], scale, row, tick_places(row, pixels),
        [label for label in labels if label.value is not None and label not in scale.ticks and label not in row],
        legend=union([entry[0].bbox for entry in entries]) if entries else None,
    )  # fmt: skip
    if not inks or len(inks) < len(entries):
        return None  # series told apart by dashes or markers
    if not any(ink.thick for ink in inks):
        return _read_lines(chart)
    if level is not None and _leans_left(inks):
        return None
    found = bar_marks.find_bars(chart.pixels, chart.inks)
    if found:
        return _read_bars(chart, found, level)
    return _read_areas(chart) if _stands(chart, plot) else _read_lines(chart)


def _read_level(pixels: Pixels, labels: list[Label], scale: Scale) -> ChartReading | None:
    """Level bars, turned so that they stand."""
    top = min(tick.bbox[1] for tick in scale.ticks)
    column = _column_left(labels, min(tick.x for tick in scale.ticks), top)
    if not column:
        return None
    left = max(label.bbox[2] for label in column)
    inks, entries = _inks(pixels, _plot(pixels, left, top), labels, (*scale.ticks, *column))
    width = float(pixels.shape[1])
    turned = [Ink(ink.colour, np.ascontiguousarray(ink.mask[:, ::-1].T), ink.thick) for ink in inks]
    value = Scale(-scale.slope, scale.slope * width + scale.start, scale.ticks)
    beside = [label for label in labels if label.value is not None and label not in (*scale.ticks, *column)]
    names = [name_of(ink.colour, entries) for ink in inks]
    chart = _Chart(
        np.ascontiguousarray(pixels[:, ::-1].transpose(1, 0, 2)), turned, names, value, column,
        [label.y for label in column],
        [label._replace(bbox=_turned(label.bbox, width)) for label in beside], level=True,
    )  # fmt: skip
    found = bar_marks.find_bars(chart.pixels, chart.inks)
    return _read_bars(chart, found, None) if found else None


def _turned(box: Box, width: float) -> Box:
    return (box[1], width - box[2], box[3], width - box[0])


def _plot(pixels: Pixels, left: float, bottom: float) -> Box:
    return (left + 1, 0.0, float(pixels.shape[1]), bottom - 1)


def _inks(pixels: Pixels, plot: Box, labels: Sequence[Label], used: Sequence[Label]) -> tuple[list[Ink], list[Entry]]:
    entries, boxes = find_legend(pixels, [label for label in labels if label not in used])
    named = [colour for _, colour in entries]
    return find_inks(pixels, plot, boxes, [label.bbox for label in labels], named), entries


def _row_below(labels: Sequence[Label], left: float, low: float, ticks: Sequence[Label]) -> list[Label]:
    """The labels of the level axis: the longest row under the lowest tick, of two or more."""
    height = median_height(ticks)
    under = sorted(
        (
            o
            for o in labels
            if o not in ticks and o.bbox[2] > left and (o.y > low + 0.4 * height or o.bbox[1] > low - 0.3 * height)
        ),
        key=lambda o: o.y,
    )
    rows: list[list[Label]] = []
    for label in under:
        if rows and abs(label.y - rows[-1][0].y) < 0.6 * height:
            rows[-1].append(label)
        else:
            rows.append([label])
    best = max(rows, key=len, default=[])
    return sorted(best, key=lambda label: label.x) if len(best) >= 2 else []


def _column_left(labels: Sequence[Label], left: float, low: float) -> list[Label]:
    """The labels of the upright axis: the largest group left of the first tick that ends at one place."""
    beside = [o for o in labels if o.bbox[2] < left + o.height and o.y < low]
    best: list[Label] = []
    for label in beside:
        group = [o for o in beside if abs(o.bbox[2] - label.bbox[2]) < 0.6 * label.height + 1]
        if len(group) > len(best):
            best = group
    return sorted(best, key=lambda label: label.y) if len(best) >= 2 else []


def _leans_left(inks: Sequence[Ink]) -> bool:
    """Whether fills start at one place on the left more than they stand on one at the foot: level bars."""
    fills = np.logical_or.reduce([ink.mask for ink in inks if ink.thick])
    left = fills.argmax(axis=1)[fills.any(axis=1)]
    foot = fills[::-1].argmax(axis=0)[fills.any(axis=0)]
    leans, stands = (float(np.mean(np.abs(starts - np.median(starts)) <= _BASE)) for starts in (left, foot))
    return leans * _unbroken(fills.T) > stands * _unbroken(fills)


def _unbroken(fills: NDArray[np.bool_]) -> float:
    """Share of the columns' extent that is filled: there are gaps between level bars, none in upright ones."""
    outline = bar_marks.profile(fills)
    return float(fills.sum() / max(1.0, (outline.bottom - outline.top).sum()))


def _read_bars(chart: _Chart, found: list[Bar], level: Scale | None) -> ChartReading | None:
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
    return _table(chart, cells, "horizontal_bar" if chart.level and kind == "bar" else kind)


def _base(found: Sequence[Bar], scale: Scale) -> float | None:
    """The row on which bars stand; None if they stand nowhere together."""
    for base in (scale.pixel(0.0), max(bar.bottom for bar in found)):
        on = [bar for bar in found if min(abs(bar.bottom - base), abs(bar.top - base)) <= _BASE]
        standing = sum(any(_over(bar, other) for other in on) for bar in found)
        if standing >= 0.9 * len(found):
            return base
    return None


def _behind(bar: Bar, legend: Box | None) -> bool:
    """Whether the end of a bar is hidden: it goes on behind the legend."""
    if legend is None:
        return False
    into = min(bar.x1, legend[2]) - max(bar.x0, legend[0]) > 0.3 * (bar.x1 - bar.x0)
    return into and legend[3] - _FOOT < bar.top < legend[3] + _FOOT


def _over(bar: Bar, other: Bar) -> bool:
    """Whether two bars stand in one column."""
    return min(bar.x1, other.x1) - max(bar.x0, other.x0) > 0.5 * min(bar.x1 - bar.x0, other.x1 - other.x0)


def _bar_value(bar: Bar, chart: _Chart, base: float) -> tuple[float, bool]:
    """The value of a bar, printed or measured, and whether it stands on the base."""
    scale = chart.value
    if abs(bar.bottom - base) <= _BASE:
        return _printed(chart, bar, scale.value(bar.top)), True
    if abs(bar.top - base) <= _BASE:
        return _printed(chart, bar, scale.value(bar.bottom)), True
    return _printed(chart, bar, scale.value(bar.top) - scale.value(bar.bottom)), False


def _printed(chart: _Chart, bar: Bar, value: float) -> float:
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


def _table(chart: _Chart, cells: dict[tuple[int, int], float], kind: str) -> ChartReading | None:
    """Rows by label, columns by colour; one column where the colours only tell the labels apart."""
    inks = sorted({ink for _, ink in cells})
    if not inks:
        return None
    per_pixel = abs(chart.value.slope)
    if len(inks) > 1 and len(cells) <= len(chart.labels) and len({place for place, _ in cells}) == len(cells):
        cells = {(place, inks[0]): value for (place, _), value in cells.items()}
        inks, kind = inks[:1], "bar"
    found = len(cells) / (len(inks) * len(chart.labels))
    if found < _LEAST_FOUND or (len(inks) > 1 and any(not chart.names[ink] for ink in inks)):
        return None
    named = sorted(inks, key=lambda ink: min((p,) for p, i in cells if i == ink))
    columns = [rounded([cells.get((place, ink)) for place in range(len(chart.labels))], per_pixel) for ink in named]
    head = ["", *(chart.names[ink] for ink in named)] if len(named) > 1 else ["", chart.names[named[0]] or "value"]
    body = [[label.text, *values] for label, *values in zip(chart.labels, *columns, strict=True)]
    return ChartReading(kind, [head, *body], found)


def _touching(found: Sequence[Bar]) -> bool:
    gaps = [after.x0 - bar.x1 for bar, after in itertools.pairwise(found)]
    return bool(gaps) and sum(gap <= bar_marks.GRID for gap in gaps) >= 0.7 * len(gaps)


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


def _histogram(chart: _Chart, bins: Sequence[Bar], base: float, level: Scale) -> ChartReading:
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


def _seen(chart: _Chart) -> NDArray[np.bool_]:
    """The columns in which no legend stands over the marks."""
    seen = np.ones(chart.pixels.shape[1], np.bool_)
    if chart.legend is not None:
        seen[max(0, int(chart.legend[0] - 4 * _FOOT)) : int(chart.legend[2] + _FOOT)] = False
    return seen


def _stands(chart: _Chart, plot: Box) -> bool:
    """Whether the fills together go down to one foot; broad lines do not."""
    outline = bar_marks.profile(np.logical_or.reduce([ink.mask for ink in chart.inks if ink.thick]))
    bottoms = outline.bottom[outline.there & _seen(chart)]
    if not len(bottoms):
        return False
    foot = np.median(bottoms)
    return bool(np.mean(np.abs(bottoms - foot) <= _FOOT) > 0.9 and foot > plot[3] - 3 * _FOOT)


def _read_areas(chart: _Chart) -> ChartReading | None:
    """Areas one on the other, measured at the labels."""
    cells: dict[tuple[int, int], float] = {}
    seen = _seen(chart)
    for number, ink in enumerate(chart.inks):
        if not ink.thick:
            continue
        outline = bar_marks.profile(ink.mask)
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
    return _table(chart, cells, "area")


def _covered(side: NDArray[np.float64], seen: NDArray[np.bool_], legend: Box | None) -> NDArray[np.bool_]:
    """Where an edge of an area is the edge of the legend over it."""
    if legend is None:
        return np.zeros(len(side), np.bool_)
    return np.asarray(~seen & (side > legend[1] - 2 * _FOOT) & (side < legend[3] + 2 * _FOOT))


def _is_area(
    outline: bar_marks.Profile, mask: NDArray[np.bool_], places: Sequence[float], seen: NDArray[np.bool_]
) -> bool:
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


def _read_lines(chart: _Chart) -> ChartReading | None:
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
    return _table(chart, cells, "line")
