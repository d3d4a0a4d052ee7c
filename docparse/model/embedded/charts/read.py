"""One chart: which kind it is, and its data, measured from pixels with the printed labels as scale.

words -> labels -> scales (numbers that run evenly) -> plot area -> colours of the marks -> bars, areas, lines, points
or sectors -> table. What does not fit together gives None: the chart then stays a picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from docparse.geometry import Box, union
from docparse.model.embedded.charts.area_values import read_areas, read_lines, stands
from docparse.model.embedded.charts.bar_values import BASE, read_bars
from docparse.model.embedded.charts.bars import find_bars, profile
from docparse.model.embedded.charts.chart import ChartParts, ChartReading, Pixels, Table
from docparse.model.embedded.charts.heatmap import read_heatmap
from docparse.model.embedded.charts.inks import Ink, find_inks
from docparse.model.embedded.charts.labels import Label, make_labels, median_height
from docparse.model.embedded.charts.legend import Entry, find_legend, name_of
from docparse.model.embedded.charts.lines import find_points
from docparse.model.embedded.charts.pie import find_sectors, read_pie
from docparse.model.embedded.charts.scales import Scale, level_scale, multiplied, snapped, tick_places, upright_scale
from docparse.model.embedded.charts.values import rounded

_LEAST_SIDE = 60


def read_chart(pixels: Pixels, words: Iterable[tuple[str, Box, int]]) -> ChartReading | None:
    """The data of the chart in an RGB crop; `words` (text, box in its pixels, line) are printed in it."""
    labels = make_labels(words)
    if len(labels) < 3 or min(pixels.shape[:2]) < _LEAST_SIDE:
        return None
    if (reading := read_heatmap(pixels, labels)) is not None:
        return reading
    upright = _exact(upright_scale(labels), pixels, labels, upright=True)
    level = _exact(level_scale(labels), pixels, labels, upright=False)
    if upright is None and level is None:
        return _read_pie(pixels, labels)
    if upright is not None and upright_scale([label for label in labels if label not in upright.ticks]) is not None:
        return None  # two scales, or panels one above the other: which mark goes with which is not told
    if upright is not None and level is not None:
        reading = _read_points(pixels, labels, upright, level)
        if reading is not None:
            return reading
    reading = _read_upright(pixels, labels, upright, level) if upright is not None else None
    if reading is None and level is not None:
        reading = _read_level(pixels, labels, level)
    return reading


def _exact(scale: Scale | None, pixels: Pixels, labels: Sequence[Label], *, upright: bool) -> Scale | None:
    if scale is None:
        return None
    return multiplied(snapped(scale, pixels, upright=upright), labels, upright=upright)


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
    chart = ChartParts(
        pixels, inks, [name_of(ink.colour, entries) for ink in inks], scale, row, tick_places(row, pixels),
        [label for label in labels if label.value is not None and label not in scale.ticks and label not in row],
        legend=union([entry[0].bbox for entry in entries]) if entries else None,
    )  # fmt: skip
    if not inks or len(inks) < len(entries):
        return None  # series told apart by dashes or markers
    if not any(ink.thick for ink in inks):
        return read_lines(chart)
    if level is not None and _leans_left(inks):
        return None
    found = find_bars(chart.pixels, chart.inks)
    if found:
        return read_bars(chart, found, level)
    return read_areas(chart) if stands(chart, plot) else read_lines(chart)


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
    chart = ChartParts(
        np.ascontiguousarray(pixels[:, ::-1].transpose(1, 0, 2)), turned, names, value, column,
        [label.y for label in column],
        [label._replace(bbox=_turned(label.bbox, width)) for label in beside], level=True,
    )  # fmt: skip
    found = find_bars(chart.pixels, chart.inks)
    return read_bars(chart, found, None) if found else None


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
    leans, stands = (float(np.mean(np.abs(starts - np.median(starts)) <= BASE)) for starts in (left, foot))
    return leans * _unbroken(fills.T) > stands * _unbroken(fills)


def _unbroken(fills: NDArray[np.bool_]) -> float:
    """Share of the columns' extent that is filled: there are gaps between level bars, none in upright ones."""
    outline = profile(fills)
    return float(fills.sum() / max(1.0, (outline.bottom - outline.top).sum()))
