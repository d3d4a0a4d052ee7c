"""Scales: tick labels whose numbers run evenly along an axis, set exactly by the tick marks beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from docparse.model.embedded.charts.labels import Label

_LEAST_TICKS = 3
_MOST_LABELS = 80
_OFF = 0.35  # of a label's height: how far a tick label may stand from where its number belongs
_AXIS_AWAY = 24  # pixels between labels and their axis
_MARK = 4  # pixels that a tick mark sticks out, and that it may stand from its label's middle
_DARK = 45  # 255 less the grey: an axis line
_LEAST_CONTRAST = 8.0  # of 255, between a tick mark or grid line and what is beside it
_POWER = re.compile(r"[1Il|]e([-+]?\d{1,2})")
_NEAR_EDGE = 10  # pixels from the labels' tops, where tick marks are looked for without an axis
_EVEN = 1.5  # pixels by which tick marks may miss even steps
_ALIGNED = 0.6  # of a label's height: how far edges or middles of one axis's labels may lie apart


@dataclass(frozen=True, slots=True)
class Scale:
    """value = slope x pixel + start, along one axis; `ticks` are the labels it was read from."""

    slope: float
    start: float
    ticks: tuple[Label, ...]

    def value(self, pixel: float) -> float:
        return self.slope * pixel + self.start

    def pixel(self, value: float) -> float:
        return (value - self.start) / self.slope


def upright_scale(labels: Sequence[Label]) -> Scale | None:
    """The scale of labels one above the other, values growing upwards; None where there is none."""
    return _find([label for label in labels if label.value is not None], upright=True)


def level_scale(labels: Sequence[Label]) -> Scale | None:
    """The scale of labels side by side, values growing to the right."""
    return _find([label for label in labels if label.value is not None], upright=False)


def multiplied(scale: Scale, labels: Sequence[Label], *, upright: bool) -> Scale:
    """The scale times the power of ten that is printed at its end ("1e6"); unchanged where there is none."""
    for label in labels:
        power = _POWER.fullmatch(label.text)
        if power is None or label in scale.ticks:
            continue
        if upright:
            at_end = (
                label.y < min(tick.y for tick in scale.ticks) and label.x < scale.ticks[0].bbox[2] + 3 * label.height
            )
        else:
            at_end = label.y > max(tick.bbox[3] for tick in scale.ticks) and label.x > max(t.x for t in scale.ticks[1:])
        if at_end:
            times = 10.0 ** int(power[1])
            return Scale(scale.slope * times, scale.start * times, scale.ticks)
    return scale


def snapped(scale: Scale, pixels: NDArray[np.uint8], *, upright: bool) -> Scale:
    """The scale after its tick marks or grid lines, which stand truer than labels; unchanged where there are none."""
    grey = _grey(pixels)
    lines = grey if upright else grey.T  # the axis runs along the rows
    edge = max(t.bbox[2] for t in scale.ticks) if upright else min(t.bbox[1] for t in scale.ticks)
    along = [tick.y if upright else tick.x for tick in scale.ticks]
    axis = _axis_column(lines, edge, min(along), max(along), 1 if upright else -1)
    strips = []
    if axis is not None:
        outside = slice(max(0, axis - _MARK), axis) if upright else slice(axis + 1, axis + 1 + _MARK)
        strips.append(_contrast(lines[:, outside], 0.5))
    plot = lines[:, int(edge) + 2 :] if upright else lines[:, : max(1, int(edge) - 2)]
    strips.append(_contrast(plot, 0.15))
    for strip in strips:
        better = _fitted(scale, strip)
        if better is not None:
            return better
    return scale


def _grey(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The mean of the three channels; numpy's own takes far longer along an axis of three."""
    red, green, blue = np.moveaxis(pixels.astype(np.uint16), 2, 0)
    grey: NDArray[np.float64] = (red + green + blue) / 3
    return grey


def tick_places(labels: Sequence[Label], pixels: NDArray[np.uint8]) -> list[float]:
    """Where the names under the level axis belong: at its tick marks, one to a label, else over their middles."""
    lines = _grey(pixels).T
    middles = [label.x for label in labels]
    edge = min(label.bbox[1] for label in labels)
    axis = _axis_column(lines, edge, min(middles), max(middles), -1)
    starts = [axis + 1] if axis is not None else range(max(0, int(edge) - _NEAR_EDGE), int(edge) + _NEAR_EDGE, 2)
    found = (_even_marks(_contrast(lines[:, start : start + _MARK], 0.5), labels) for start in starts)
    return next((marks for marks in found if marks), middles)


def _even_marks(strip: NDArray[np.float64], labels: Sequence[Label]) -> list[float]:
    """Tick marks in even steps, one to a label; none where they are not."""
    first, last = int(max(0, labels[0].bbox[0])), int(labels[-1].bbox[2])
    strip = strip[first : last + int(labels[-1].height)]  # beside the names the frame has corners
    high = first + np.flatnonzero(strip > max(_LEAST_CONTRAST, 0.4 * strip.max(initial=0.0)))
    marks = np.array([run.mean() + 0.5 for run in np.split(high, np.flatnonzero(np.diff(high) > 2) + 1) if len(run)])
    if len(marks) != len(labels) or len(marks) < _LEAST_TICKS:
        return []
    steps = np.arange(len(marks))
    even = np.polyval(np.polyfit(steps, marks, 1), steps)  # marks are drawn on whole pixels
    beside = all(o.bbox[0] - o.height < x < o.bbox[2] + o.height for x, o in zip(even, labels, strict=True))
    return even.tolist() if beside and np.abs(even - marks).max() < _EVEN else []


def _axis_column(lines: NDArray[np.float64], edge: float, low: float, high: float, way: int) -> int | None:
    """The column of the axis line near the labels, which end at column `edge`; None where there is none."""
    for column in range(int(edge), int(edge) + way * _AXIS_AWAY, way):
        if not 0 <= column < lines.shape[1]:
            return None
        if np.mean(255 - lines[int(low) : int(high), column] > _DARK) > 0.9:
            return column
    return None


def _contrast(lines: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    """How far each row differs from those around it, in so much of its columns."""
    if lines.shape[1] == 0 or lines.shape[0] < 2 * _MARK + 1:
        return np.zeros(lines.shape[0])
    padded = np.pad(lines, ((_MARK, _MARK), (0, 0)), mode="edge")
    around = np.minimum(np.abs(lines - padded[: -2 * _MARK]), np.abs(lines - padded[2 * _MARK :]))
    return np.asarray(np.quantile(around, 1 - share, axis=1))


def _fitted(scale: Scale, strip: NDArray[np.float64]) -> Scale | None:
    found = [(_mark(strip, scale.pixel(tick.value or 0.0)), tick.value) for tick in scale.ticks]
    known = [(place, value) for place, value in found if place is not None and value is not None]
    if len(known) < max(_LEAST_TICKS, 0.6 * len(found)):
        return None
    places, values = np.array([p for p, _ in known]), np.array([v for _, v in known])
    slope, start = np.polyfit(places, values, 1)
    if np.abs(slope * places + start - values).max() > abs(slope):
        return None
    return Scale(float(slope), float(start), scale.ticks)


def _mark(strip: NDArray[np.float64], place: float) -> float | None:
    """The middle of the line near a place."""
    first, end = max(0, int(place) - _MARK), min(len(strip), int(place) + _MARK + 1)
    piece = strip[first:end]
    if not len(piece) or piece.max() < _LEAST_CONTRAST:
        return None
    top = int(piece.argmax())
    near = slice(max(0, top - 1), top + 2)
    return float(first + (np.arange(len(piece))[near] + 0.5) @ piece[near] / piece[near].sum())


def _find(labels: Sequence[Label], *, upright: bool) -> Scale | None:
    labels = labels[:_MOST_LABELS]
    if len(labels) < _LEAST_TICKS:
        return None
    boxes = np.array([label.bbox for label in labels])
    values = np.array([label.value for label in labels], float)
    heights = boxes[:, 3] - boxes[:, 1]
    along = (boxes[:, 1] + boxes[:, 3] if upright else boxes[:, 0] + boxes[:, 2]) / 2
    edges = (0, 2) if upright else (1, 3)
    across = np.stack([boxes[:, edges[0]], boxes[:, edges[1]], (boxes[:, edges[0]] + boxes[:, edges[1]]) / 2])
    # how far two labels stand apart where those of one axis share an edge or their middle
    aside = np.abs(across[:, :, None] - across[:, None, :]).min(axis=0) < (_ALIGNED * heights + 1)[:, None]
    steps, rise = along[None, :] - along[:, None], values[None, :] - values[:, None]
    fit = aside & (np.abs(steps) >= heights[:, None]) & ((rise * steps < 0) if upright else (rise * steps > 0))
    best: tuple[int, float, np.ndarray] | None = None
    for i, j in np.argwhere(np.triu(fit, 1)).tolist():
        slope = rise[i, j] / steps[i, j]
        off = np.abs(along - (along[i] + (values - values[i]) / slope))
        on = (off < _OFF * heights + 1) & aside[i]
        count = len(set(values[on].tolist()))
        if count < (best[0] if best else _LEAST_TICKS):
            continue
        spread = float(np.ptp(along[on]))
        if best is None or (count, spread) > best[:2]:
            best = (count, spread, on)
    if best is None:
        return None
    on = best[2]
    slope, start = np.polyfit(along[on], values[on], 1)
    return Scale(float(slope), float(start), tuple(labels[k] for k in np.flatnonzero(on).tolist()))
