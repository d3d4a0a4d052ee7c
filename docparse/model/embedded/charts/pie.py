"""Pies: sectors of a disc, and the labels around or on them."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np

from docparse.model.embedded.charts.inks import Ink
from docparse.model.embedded.charts.labels import Label, number

_ROUND = 0.12  # how far a disc's box may be from a square
_FULL = 0.13  # how far its area may be from pi/4 of the box
_NUMBER = re.compile(r"(?P<name>.*?)[\s(:,]+(?P<number>[-+]?\d[\d.,' ]*)(?P<percent>\s?%)?\)?", re.DOTALL)

Sector = tuple[float, float, int]  # middle angle (radians, counter-clockwise from the right), share, ink


def find_sectors(inks: Sequence[Ink]) -> tuple[tuple[float, float, float], list[Sector]] | None:
    """Centre and radius of the disc, and its sectors; None where the fills make no disc."""
    fills = [(i, ink) for i, ink in enumerate(inks) if ink.thick]
    if len(fills) < 2:
        return None
    whole = np.logical_or.reduce([ink.mask for _, ink in fills])
    rows, columns = np.flatnonzero(whole.sum(axis=1) > 2), np.flatnonzero(whole.sum(axis=0) > 2)
    if not len(rows) or not len(columns):
        return None
    high, wide = float(rows[-1] - rows[0] + 1), float(columns[-1] - columns[0] + 1)
    if abs(high - wide) > _ROUND * max(high, wide):
        return None
    area = float(whole.sum())
    if abs(area / (high * wide) - math.pi / 4) > _FULL:
        return None
    x, y, radius = float(columns[0]) + wide / 2, float(rows[0]) + high / 2, (high + wide) / 4
    return (x, y, radius), [_sector(ink, i, x, y, area) for i, ink in fills]


def _sector(ink: Ink, number_: int, x: float, y: float, area: float) -> Sector:
    rows, columns = np.nonzero(ink.mask)
    angle = math.atan2(y - float(rows.mean()) - 0.5, float(columns.mean()) + 0.5 - x)
    return angle, float(ink.mask.sum()) / area, number_


def read_pie(
    disc: tuple[float, float, float], sectors: Sequence[Sector], labels: Sequence[Label], names: Sequence[str]
) -> list[list[str]] | None:
    """Rows (label, value): printed values where every sector has one that fits its size, else percent by measure.

    `names` are the legend's names of the sectors; None where a sector has no name at all.
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
        if not text:
            return None
        rows.append((text, found["name"].strip() if found else text, value, share))
    total = sum(value for _, _, value, _ in rows if value is not None)
    fits = total > 0 and all(value is not None and abs(value / total - share) < 0.03 for _, _, value, share in rows)
    order = sorted(range(len(rows)), key=lambda i: sectors[i][0] % (2 * math.pi))
    return [[rows[i][1], f"{rows[i][2]:g}"] if fits else [rows[i][0], f"{100 * rows[i][3]:.1f} %"] for i in order]


def _at(labels: Sequence[Label], disc: tuple[float, float, float], angle: float, share: float) -> Label | None:
    """The label at a sector's middle angle."""
    x, y, _ = disc

    def off(label: Label) -> float:
        x0, y0, x1, y1 = label.bbox
        places = ((label.x, label.y), (x0, label.y), (x1, label.y), (label.x, y0), (label.x, y1))
        return min(abs(math.remainder(math.atan2(y - v, u - x) - angle, 2 * math.pi)) for u, v in places)

    best = min(labels, key=off, default=None)
    return best if best is not None and off(best) < max(0.18, math.pi * share * 0.7) else None
