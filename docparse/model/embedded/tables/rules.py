"""Drawn rules of a page as merged horizontal and vertical lines, and the clusters in which they cross."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from docparse.geometry import Box, inside_share
from docparse.schemas.page import PageImage

_MAX_LINES = 3000  # per direction; a page with more is a drawing or a map
_LOWEST_BAND, _LONG_BAR = 6.0, 100.0  # in points: lower fills are thick rules, where they run on for so long


class Line(NamedTuple):
    """A straight line: at y = `pos` from x = `start` to `end` when horizontal, the other way round when vertical."""

    pos: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Cluster:
    """Lines that cross or touch one another."""

    bbox: Box
    horizontal: tuple[Line, ...]
    vertical: tuple[Line, ...]


def drawn_lines(page: PageImage) -> tuple[list[Line], list[Line]]:
    """Horizontal and vertical lines of the page's vector drawings, collinear pieces joined."""
    horizontal, vertical = rule_lines(page)
    return merge([*horizontal, *_bars(page)]), merge(vertical)


def rule_lines(page: PageImage) -> tuple[list[Line], list[Line]]:
    """Horizontal and vertical lines as they are drawn."""
    horizontal: list[Line] = []
    vertical: list[Line] = []
    for rule in page.rules:
        x0, y0, x1, y1 = rule.bbox
        if rule.horizontal:
            horizontal.append(Line((y0 + y1) / 2, x0, x1))
        else:
            vertical.append(Line((x0 + x1) / 2, y0, y1))
    return horizontal, vertical


def _bars(page: PageImage) -> list[Line]:
    """Thick rules that are filled, of several pieces maybe: none that is as wide as grounds of cells on the page."""
    fills = [shape.bbox for shape in page.shapes if shape.filled and shape.segments == 1]
    grounds = {(round(x0), round(x1)) for x0, y0, x1, y1 in fills if y1 - y0 > _LOWEST_BAND}
    low = [
        Line((y0 + y1) / 2, x0, x1) for x0, y0, x1, y1 in fills
        if y1 - y0 <= _LOWEST_BAND and (round(x0), round(x1)) not in grounds
    ]  # fmt: skip
    return [bar for bar in merge(low) if bar.end - bar.start > _LONG_BAR]


def band_edges(page: PageImage, taken: Sequence[Box]) -> tuple[list[Line], list[Line]]:
    """Edges of filled boxes that may be the ground of a cell, a row or a column, outside the boxes `taken`."""
    horizontal: list[Line] = []
    vertical: list[Line] = []
    for shape in page.shapes:
        x0, y0, x1, y1 = shape.bbox
        if not shape.filled or shape.segments != 1 or x1 - x0 <= 6 or not _LOWEST_BAND < y1 - y0 < 0.5 * page.height:
            continue
        if any(inside_share(shape.bbox, box) > 0.5 for box in taken):
            continue
        horizontal += (Line(y0, x0, x1), Line(y1, x0, x1))
        vertical += (Line(x0, y0, y1), Line(x1, y0, y1))
    return merge(horizontal), merge(vertical)


def merge(lines: Sequence[Line], tolerance: float = 1.2, gap: float = 3.5) -> list[Line]:
    """Join lines at (nearly) one position that overlap or nearly touch: dashes, pieces per cell, doubled strokes."""
    merged: list[Line] = []
    for group in _groups(sorted(lines), tolerance):
        group.sort(key=lambda line: line.start)
        pos, start, end = group[0]
        for line in group[1:]:
            if line.start <= end + gap:
                end = max(end, line.end)
            else:
                merged.append(Line(pos, start, end))
                pos, start, end = line
        merged.append(Line(pos, start, end))
    return merged


def _groups(lines: Sequence[Line], tolerance: float) -> Iterable[list[Line]]:
    """Runs of lines (sorted by position) no further than `tolerance` from the run's first."""
    run: list[Line] = []
    for line in lines:
        if run and line.pos - run[0].pos > tolerance:
            yield run
            run = []
        run.append(line)
    if run:
        yield run


def clusters(horizontal: Sequence[Line], vertical: Sequence[Line], tolerance: float = 2.5) -> list[Cluster]:
    """Groups of lines connected through crossings; lines that cross nothing are left out."""
    if not horizontal or not vertical or max(len(horizontal), len(vertical)) > _MAX_LINES:
        return []
    h, v = np.asarray(horizontal), np.asarray(vertical)
    crossing = (
        (h[:, None, 1] - tolerance <= v[None, :, 0])
        & (h[:, None, 2] + tolerance >= v[None, :, 0])
        & (v[None, :, 1] - tolerance <= h[:, None, 0])
        & (v[None, :, 2] + tolerance >= h[:, None, 0])
    )
    return [_cluster(horizontal, vertical, hs, vs) for hs, vs in _components(crossing)]


def _components(crossing: NDArray[np.bool_]) -> Iterable[tuple[list[int], list[int]]]:
    """Connected components of the bipartite graph `crossing`, as row and column numbers."""
    left_h = crossing.any(axis=1)
    left_v = crossing.any(axis=0)
    while left_h.any():
        seed = int(left_h.argmax())
        hs = np.zeros_like(left_h)
        hs[seed] = True
        vs = np.zeros_like(left_v)
        new_h = hs
        while new_h.any():
            new_v = crossing[new_h].any(axis=0) & ~vs
            vs |= new_v
            new_h = crossing[:, new_v].any(axis=1) & ~hs if new_v.any() else np.zeros_like(hs)
            hs = hs | new_h
        left_h &= ~hs
        left_v &= ~vs
        yield np.flatnonzero(hs).tolist(), np.flatnonzero(vs).tolist()


def _cluster(horizontal: Sequence[Line], vertical: Sequence[Line], hs: list[int], vs: list[int]) -> Cluster:
    h = tuple(horizontal[i] for i in hs)
    v = tuple(vertical[i] for i in vs)
    box = (
        min(*(line.start for line in h), *(line.pos for line in v)),
        min(*(line.start for line in v), *(line.pos for line in h)),
        max(*(line.end for line in h), *(line.pos for line in v)),
        max(*(line.end for line in v), *(line.pos for line in h)),
    )
    return Cluster(box, h, v)
