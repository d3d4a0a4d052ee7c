"""Pies: sectors of a disc, and the labels around or on them."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from docparse.model.embedded.charts.inks import Colour, Ink
from docparse.model.embedded.charts.labels import Label, number

_ROUND = 0.12  # how far a disc's box may be from a square
_LEAST_FULL = 0.4  # of its box: a ring fills less than a disc does
_RING = (0.8, 0.84, 0.88, 0.92)  # of the radius, where the colours are asked for: outside of what is printed on sectors
_STEPS = 1440
_OTHER = 12  # channels between neighbouring sectors
_LEAST_ARC = 0.004  # of the circle; what is narrower is an edge
_PAPER = 24
_FAR = 1.0
_LEAST_NAMED = 0.75  # of the sectors; below, the pie was not understood
_OFF_DISC, _OFF_SHARE = 0.008, 0.04  # by which a printed value may miss the size of its sector
_NUMBER = re.compile(
    r"(?P<name>.*?)[\s(:,]+(?P<number>[-+]?\d[\d.,' ]*(?:[eE][-+]?\d{1,2})?)(?P<percent>\s?%)?\)?", re.DOTALL
)


class Sector(NamedTuple):
    """Middle angle (radians, counter-clockwise from the right), share of the circle, colour."""

    angle: float
    share: float
    colour: Colour


def find_sectors(
    pixels: NDArray[np.uint8], inks: Sequence[Ink]
) -> tuple[tuple[float, float, float], list[Sector]] | None:
    """Centre and radius of the disc, and its sectors; None where the fills make no disc or ring."""
    fills = [ink for ink in inks if ink.thick]
    if not fills:
        return None
    whole = np.logical_or.reduce([ink.mask for ink in fills])
    rows, columns = np.flatnonzero(whole.sum(axis=1) > 2), np.flatnonzero(whole.sum(axis=0) > 2)
    if not len(rows) or not len(columns):
        return None
    high, wide = float(rows[-1] - rows[0] + 1), float(columns[-1] - columns[0] + 1)
    full = float(whole.sum()) / (high * wide)
    if abs(high - wide) > _ROUND * max(high, wide) or not _LEAST_FULL < full < math.pi / 4 + 0.1:
        return None
    x, y, radius = float(columns[0]) + wide / 2, float(rows[0]) + high / 2, (high + wide) / 4
    sectors = _sectors(pixels, x, y, radius)
    return ((x, y, radius), sectors) if len(sectors) >= 2 else None


def _sectors(pixels: NDArray[np.uint8], x: float, y: float, radius: float) -> list[Sector]:
    """Stretches of one colour along the rim; none where paper shows between them."""
    angles = 2 * np.pi * np.arange(_STEPS) / _STEPS
    places = [
        (np.int64(y - share * radius * np.sin(angles)), np.int64(x + share * radius * np.cos(angles)))
        for share in _RING
    ]
    rim = np.median(np.stack([pixels[rows, columns] for rows, columns in places]).astype(np.int16), axis=0)
    change = np.abs(np.roll(rim, -1, axis=0) - np.roll(rim, 1, axis=0)).max(axis=1) > _OTHER
    if not change.any():
        return []
    start = int(np.flatnonzero(change)[0])
    rim, change = np.roll(rim, -start, axis=0), np.roll(change, -start)
    still = np.flatnonzero(~change)
    runs = [run for run in np.split(still, np.flatnonzero(np.diff(still) > 1) + 1) if len(run) >= _LEAST_ARC * _STEPS]
    paper = np.median(np.concatenate([pixels[:2].reshape(-1, 3), pixels[-2:].reshape(-1, 3)]), axis=0)
    colours = [np.median(rim[run], axis=0) for run in runs]
    if any(np.abs(colour - paper).max() < _PAPER for colour in colours):
        return []
    sectors = []
    for place, (run, colour) in enumerate(zip(runs, colours, strict=True)):
        before, after = runs[place - 1][-1], runs[(place + 1) % len(runs)][0]
        first = (before - (_STEPS if place == 0 else 0) + run[0]) / 2  # a border is in the middle of its soft edge
        last = (run[-1] + after + (_STEPS if place + 1 == len(runs) else 0)) / 2
        middle = 2 * math.pi * ((first + last) / 2 + start) / _STEPS
        sectors.append(Sector(math.remainder(middle, 2 * math.pi), (last - first) / _STEPS, _rounded(colour)))
    return sectors


def _rounded(colour: NDArray[np.float64]) -> Colour:
    return int(colour[0]), int(colour[1]), int(colour[2])


def read_pie(
    disc: tuple[float, float, float], sectors: Sequence[Sector], labels: Sequence[Label], names: Sequence[str]
) -> list[list[str]] | None:
    """Rows (label, value): printed values where every sector has one that fits its size, else percent by measure.

    `names` are the legend's names of the sectors; None where most sectors have no name at all.
    """
    x, y, radius = disc
    inner, outer = [], []
    for label in labels:
        away = math.hypot(label.x - x, label.y - y) / radius
        if away < 1.0:
            inner.append(label)
        elif away < 2.2:
            outer.append(label)
    rows: list[tuple[str, str, float | None, float]] = []
    for (angle, share, _), name in zip(sectors, names, strict=True):
        beside = _at(outer, disc, angle, share)
        text = name or (beside.text if beside else "")
        on = _at(inner, disc, angle, share)
        found = _NUMBER.fullmatch(text)
        value = number(found["number"]) if found and found["name"].strip() else None
        if value is None and on is not None:
            found, value = None, number(on.text)
        rows.append((text, found["name"].strip() if found else text, value, share))
    if sum(bool(text) for text, *_ in rows) < _LEAST_NAMED * len(rows):
        return None
    whole = _whole([(value, share) for _, _, value, share in rows])
    order = sorted(range(len(rows)), key=lambda i: sectors[i].angle % (2 * math.pi))
    if whole is None:
        return [[rows[i][0], f"{100 * rows[i][3]:.1f} %"] for i in order]
    return [[rows[i][1], _value(rows[i][2], rows[i][3], whole)] for i in order]


def _whole(parts: Sequence[tuple[float | None, float]]) -> float | None:
    """What the printed values of sectors are parts of, by their shares; None where they don't fit their sizes."""
    ratios = [value / share for value, share in parts if value is not None]
    whole = median(ratios) if ratios else 0.0
    fitting = sum(value is not None and _fits(value, share, whole) for value, share in parts)
    return whole if whole > 0 and fitting >= _LEAST_NAMED * len(parts) else None


def _fits(value: float, share: float, whole: float) -> bool:
    return abs(value / whole - share) < max(_OFF_DISC, _OFF_SHARE * share)


def _value(value: float | None, share: float, whole: float) -> str:
    """The printed value; where it can't be read or was misread, what the sector measures."""
    if value is not None and _fits(value, share, whole):
        return f"{value:.12g}"
    return f"{share * whole:.3g}" if share * whole < 1000 else f"{share * whole:.0f}"


def _at(labels: Sequence[Label], disc: tuple[float, float, float], angle: float, share: float) -> Label | None:
    """The label at a sector's middle angle."""
    x, y, radius = disc

    def places(label: Label) -> tuple[tuple[float, float], ...]:
        x0, y0, x1, y1 = label.bbox
        return (label.x, label.y), (x0, label.y), (x1, label.y), (label.x, y0), (label.x, y1)

    def off(label: Label) -> float:
        return min(abs(math.remainder(math.atan2(y - v, u - x) - angle, 2 * math.pi)) for u, v in places(label))

    def away(label: Label) -> float:
        """A title stands farther from the disc than the name of the sector under it."""
        return off(label) + _FAR * min(math.hypot(u - x, v - y) for u, v in places(label)) / radius

    near = [label for label in labels if off(label) < max(0.18, math.pi * share * 0.7)]
    return min(near, key=away, default=None)
