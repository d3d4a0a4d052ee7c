"""Strokes side by side: double and triple bonds; strokes that thicken: wedges; rows of dashes: hashed wedges."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot

import numpy as np

from docparse.model.embedded.music_ink.raster import Mask, Part
from docparse.model.embedded.structure_ink.strokes import Graph, Point, Stroke, distance, middle

_APART = 0.42  # of a bond's length at most between the strokes of one bond
_OVERLAP = 0.6
_PARALLEL = 0.2  # sine of the angle
_REACH = 0.45  # of a bond's length from a dash to the next
_MOST_DASHES = 400  # a drawing of dashes has more than a molecule's wedges
_NEAR = 0.42  # of a bond's length between ends that are one


def join_doubles(graph: Graph) -> None:
    """Parallel strokes made one of higher order."""
    _join_same_ends(graph)
    changed = True
    while changed:
        changed = False
        strokes = sorted(graph.strokes, key=graph.length, reverse=True)
        for i, long in enumerate(strokes):
            near = [(abs(off), short) for short in strokes[i + 1 :] if (off := _beside(graph, long, short)) is not None]
            for _, short in sorted(near, key=lambda pair: pair[0]):
                if _join(graph, long, short):
                    changed = True
                    break
            if changed:
                break
        if changed:
            _join_same_ends(graph)


def _join_same_ends(graph: Graph) -> None:
    kept: dict[frozenset[int], Stroke] = {}
    for stroke in graph.strokes:
        ends = frozenset((stroke.a, stroke.b))
        if ends in kept:
            kept[ends].order += stroke.order
        else:
            kept[ends] = stroke
    graph.strokes = list(kept.values())


def _beside(graph: Graph, long: Stroke, short: Stroke) -> float | None:
    """By how much a stroke lies beside a longer one, where both may be one bond."""
    if long.order + short.order > 3 or graph.length(short) < 0.3 * graph.usual:
        return None
    p, q, r, s = (graph.points[n] for n in (long.a, long.b, short.a, short.b))
    size, other = distance(p, q), distance(r, s)
    (centre, (ux, uy)), (m, (vx, vy)) = long.line(), short.line()
    if abs(ux * vy - uy * vx) > _PARALLEL:
        return None
    off = ux * (m[1] - centre[1]) - uy * (m[0] - centre[0])
    if not 0.8 * graph.thick < abs(off) < _APART * graph.usual:
        return None
    ux, uy = (q[0] - p[0]) / size, (q[1] - p[1]) / size
    t0, t1 = sorted(ux * (n[0] - p[0]) + uy * (n[1] - p[1]) for n in (r, s))
    overlap = min(size, t1) - max(0.0, t0)
    return off if overlap > _OVERLAP * other else None


def _join(graph: Graph, long: Stroke, short: Stroke) -> bool:
    free = graph.degree(short.a) == 1, graph.degree(short.b) == 1
    p, q, r, s = (graph.points[n] for n in (long.a, long.b, short.a, short.b))
    (first, second) = (short.a, short.b) if distance(p, r) < distance(p, s) else (short.b, short.a)
    starts = distance(p, graph.points[first]), distance(q, graph.points[second])
    if all(free):
        alone = graph.degree(long.a) == 1 and graph.degree(long.b) == 1
        graph.strokes.remove(short)
        if alone and long.order == 1 and max(starts) < _NEAR * graph.usual:
            graph.points[long.a] = middle(p, graph.points[first])
            graph.points[long.b] = middle(q, graph.points[second])
        _split_long(graph, long, (r, s))
        long.order += short.order
        return True
    limit = _NEAR * graph.usual
    for mine, its, apart in ((long.a, first, starts[0]), (long.b, second, starts[1])):
        if graph.degree(its) > 1 and mine != its and apart > limit:
            return False
    graph.strokes.remove(short)
    for mine, its in ((long.a, first), (long.b, second)):
        if mine != its and graph.degree(its) > 0:
            graph.unite(mine, its, middle(graph.points[mine], graph.points[its]))
        elif mine != its and graph.degree(mine) == 1:  # both end there, at a letter
            graph.points[mine] = middle(graph.points[mine], graph.points[its])
    long.order += short.order
    return True


def _split_long(graph: Graph, long: Stroke, ends: tuple[Point, Point]) -> None:
    """A line that goes on straight beyond its double for as long as a bond is, parted there."""
    p, q = graph.points[long.a], graph.points[long.b]
    size = distance(p, q)
    if size < 1.6 * graph.usual:
        return
    along = sorted(((e[0] - p[0]) * (q[0] - p[0]) + (e[1] - p[1]) * (q[1] - p[1])) / size for e in ends)
    if size - along[1] > 0.6 * graph.usual:
        _part(graph, long, along[1] / size, keep_first=True)
    if along[0] > 0.6 * graph.usual:
        _part(graph, long, along[0] / distance(p, graph.points[long.b]), keep_first=False)


def _part(graph: Graph, stroke: Stroke, share: float, *, keep_first: bool) -> None:
    p, q = graph.points[stroke.a], graph.points[stroke.b]
    graph.points.append((p[0] + share * (q[0] - p[0]), p[1] + share * (q[1] - p[1])))
    new = len(graph.points) - 1
    if keep_first:
        graph.strokes.append(Stroke(new, stroke.b, stroke.path))
        stroke.b = new
    else:
        graph.strokes.append(Stroke(stroke.a, new, stroke.path))
        stroke.a = new


def mark_wedges(graph: Graph, ink: Mask) -> None:
    """Strokes that grow from thin to thick are wedges, their thin end at `a`."""
    for stroke in graph.strokes:
        if stroke.order > 1 or graph.length(stroke) < 0.45 * graph.usual:
            continue
        widths = _widths(graph.points[stroke.a], graph.points[stroke.b], ink, graph.thick)
        if widths is None:
            continue
        first, last = float(np.median(widths[:3])), float(np.median(widths[-3:]))
        thin, thick = min(first, last), max(first, last)
        if thick > 1.75 * graph.thick and thick > 1.6 * thin:
            if first > last:
                stroke.a, stroke.b = stroke.b, stroke.a
            stroke.wedge = "up"


def _widths(p: Point, q: Point, ink: Mask, thick: float) -> list[float] | None:
    """Across a stroke, at places of it from one end to the other."""
    size = distance(p, q)
    nx, ny = -(q[1] - p[1]) / size, (q[0] - p[0]) / size
    reach = int(4 * thick)
    offsets = np.arange(-reach, reach + 0.1, 0.5)
    found = []
    for share in np.linspace(0.14, 0.86, 10):
        x = np.rint(p[0] + share * (q[0] - p[0]) + offsets * nx).astype(int).clip(0, ink.shape[1] - 1)
        y = np.rint(p[1] + share * (q[1] - p[1]) + offsets * ny).astype(int).clip(0, ink.shape[0] - 1)
        row = ink[y, x] > 0
        centre = len(row) // 2
        if not row[centre]:
            return None
        left = centre - int(np.argmin(row[: centre + 1][::-1])) if not row[: centre + 1].all() else -1
        right = centre + int(np.argmin(row[centre:])) if not row[centre:].all() else len(row)
        found.append((right - left - 1) / 2)
    return found


def hashed(parts: Sequence[Part], usual: float, thick: float) -> list[tuple[Point, Point, list[Part]]]:
    """Rows of short dashes: from the end with the shorter ones to the other, and their pieces."""
    small = [p for p in parts if max(p.wide, p.high) < 0.5 * usual]
    found: list[tuple[Point, Point, list[Part]]] = []
    near = {p.label: [q for q in small if q is not p and hypot(p.x - q.x, p.y - q.y) < _REACH * usual] for p in small}
    left = list(small)
    while 3 <= len(left) <= _MOST_DASHES:
        row = max((_row(seed, near, usual) for seed in left), key=len)
        if len(row) < 3:
            break
        gone = {p.label for p in row}
        left = [p for p in left if p.label not in gone]
        near = {p.label: [q for q in near[p.label] if q.label not in gone] for p in left}
        first, last = row[0], row[-1]
        span = hypot(last.x - first.x, last.y - first.y)
        if not 0.35 * usual < span < 1.5 * usual:
            continue
        if _size(first) > _size(last):
            row.reverse()
        step = span / (len(row) - 1)
        dx, dy = (row[-1].x - row[0].x) / span, (row[-1].y - row[0].y) / span
        start = (row[0].x - step * dx * 0.5, row[0].y - step * dy * 0.5)
        found.append((start, (row[-1].x + step * dx * 0.5, row[-1].y + step * dy * 0.5), row))
    return found


def _size(part: Part) -> float:
    return hypot(part.wide, part.high)


def _row(seed: Part, near: dict[int, list[Part]], usual: float) -> list[Part]:
    """The longest row of evenly spaced pieces from one on, with what is near each."""
    best: list[Part] = [seed]
    for other in near[seed.label]:
        step = other.x - seed.x, other.y - seed.y
        size = hypot(*step)
        if not 0.04 * usual < size < 0.3 * usual:
            continue
        row = [seed, other]
        while True:
            dx = (row[-1].x - row[0].x) / (len(row) - 1)
            dy = (row[-1].y - row[0].y) / (len(row) - 1)
            x, y = row[-1].x + dx, row[-1].y + dy
            ahead = [p for p in near[row[-1].label] if p not in row and hypot(p.x - x, p.y - y) < 0.4 * size]
            if not ahead:
                break
            row.append(min(ahead, key=lambda p: hypot(p.x - x, p.y - y)))
        if len(row) > len(best):
            best = row
    return best
