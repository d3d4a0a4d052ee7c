"""The lines of a drawing as a graph: straight strokes between points where they end, bend or meet."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import chain, pairwise
from math import hypot, inf

import numpy as np

from docparse.model.embedded.music_ink.raster import Mask
from docparse.model.embedded.structure_ink.thin import Path, corners, loose_ends, paths_of, thinned

Point = tuple[float, float]
_LEAST = 3.0  # strokes shorter than so many times their thickness say nothing of the usual length
_SHORT, _BEVEL = 0.26, 0.38  # of the usual length: what is shorter joins two corners of one, and in a ring or chain
_MOST = 400  # straight lines in the ink of a drawing: large molecules have 250, text and grain many more
_HOPELESS = 3200  # loose ends in it: grain, which is none at any level
_STRAIGHT, _NO_BEND = 0.978, 0.995  # cosine of the bend of strokes that are one


@dataclass(slots=True, eq=False)
class Stroke:
    """A straight stroke between two points, its pixels, and how often it is drawn side by side."""

    a: int
    b: int
    path: Path
    order: int = 1
    wedge: str = ""  # "up" or "down" where its thin end is at `a`
    _fit: tuple[Path, tuple[Point, Point]] | None = None  # the pixels that the line was last laid through, and the line

    def other(self, point: int) -> int:
        return self.b if point == self.a else self.a

    def line(self) -> tuple[Point, Point]:
        """The middle and the direction of the line that the inner part of its pixels lies on."""
        if self._fit is not None and self._fit[0] is self.path:
            return self._fit[1]
        rim = len(self.path) // 5
        inner = self.path[rim : len(self.path) - rim]
        centre = inner.mean(axis=0)
        along = np.linalg.eigh(np.cov((inner - centre).T))[1][:, 1] if len(inner) > 2 else inner[-1] - inner[0]
        size = float(np.hypot(*along)) or 1.0
        line = (float(centre[0]), float(centre[1])), (float(along[0]) / size, float(along[1]) / size)
        self._fit = self.path, line
        return line


@dataclass(slots=True)
class Graph:
    """Points and the strokes between them; `usual` is the length of a bond."""

    points: list[Point]
    strokes: list[Stroke]
    usual: float
    thick: float

    def at(self, point: int) -> list[Stroke]:
        return [s for s in self.strokes if point in (s.a, s.b)]

    def degree(self, point: int) -> int:
        return sum((s.a == point) + (s.b == point) for s in self.strokes)

    def length(self, stroke: Stroke) -> float:
        return distance(self.points[stroke.a], self.points[stroke.b])

    def pieces(self, links: list[tuple[int, int]]) -> dict[int, int]:
        """For every point the name of the connected piece it belongs to; `links` connect as strokes do."""
        names: dict[int, int] = {}
        for a, b in [*((s.a, s.b) for s in self.strokes), *links]:
            first, second = names.setdefault(a, a), names.setdefault(b, b)
            if first != second:
                names.update({n: first for n, name in names.items() if name == second})
        return names

    def unite(self, kept: int, gone: int, place: Point | None = None) -> None:
        """Two points made one."""
        if place is not None:
            self.points[kept] = place
        for stroke in self.strokes:
            stroke.a = kept if stroke.a == gone else stroke.a
            stroke.b = kept if stroke.b == gone else stroke.b
        self.strokes = [s for s in self.strokes if s.a != s.b]


def distance(p: Point, q: Point) -> float:
    return hypot(p[0] - q[0], p[1] - q[1])


def middle(p: Point, q: Point) -> Point:
    return ((p[0] + q[0]) / 2, (p[1] + q[1]) / 2)


def usual_length(mask: Mask, thick: float) -> float:
    """How long most of the drawing's straight lines are; 0 where there are none, or more than a molecule has, and
    infinite where there are so many that it is none with more ink either.
    """
    thin, lengths = thinned(mask), []
    if loose_ends(thin) > _HOPELESS:
        return inf
    for _, _, path in paths_of(thin, most=_MOST)[1]:
        at = corners(path, tolerance(thick))
        lengths += [float(np.hypot(*(path[j] - path[i]))) for i, j in pairwise(at)]
    long = np.sort([length for length in lengths if length > _LEAST * thick])
    if not 0 < len(lengths) <= _MOST or not len(long):
        return 0.0
    total = np.cumsum(long)
    return float(long[int(np.searchsorted(total, total[-1] / 2))])


def strokes_of(mask: Mask, thick: float, usual: float) -> Graph:
    """The graph of the lines in a mask without letters."""
    knots, paths = paths_of(thinned(mask))
    graph = Graph([(float(x), float(y)) for x, y in knots], [], usual, thick)
    for first, last, path in paths:
        at = corners(path, tolerance(thick))
        ends = [first]
        for place in at[1:-1]:
            graph.points.append((float(path[place][0]), float(path[place][1])))
            ends.append(len(graph.points) - 1)
        ends.append(last)
        for (i, j), (a, b) in zip(pairwise(at), pairwise(ends), strict=True):
            if a != b:
                graph.strokes.append(Stroke(a, b, path[i : j + 1]))
    _drop_spurs(graph)
    for _ in range(2):
        _contract(graph)
        straighten(graph)
        _refit(graph)
    _contract(graph)
    return graph


def tolerance(thick: float) -> float:
    return 0.6 * thick + 0.9


def _drop_spurs(graph: Graph) -> None:
    """Without the whiskers that thinning leaves at corners and ends."""
    for stroke in list(graph.strokes):
        if graph.length(stroke) < 1.6 * graph.thick:
            degrees = sorted((graph.degree(stroke.a), graph.degree(stroke.b)))
            if degrees[0] == 1 and degrees[1] >= 3:
                graph.strokes.remove(stroke)


def _contract(graph: Graph) -> None:
    limit = max(1.5 * graph.thick, _SHORT * graph.usual)
    while True:
        ends = Counter(chain.from_iterable((s.a, s.b) for s in graph.strokes))
        short = [
            s for s in graph.strokes
            if (ends[s.a] + ends[s.b] > 2 and graph.length(s) < limit)
            or (ends[s.a] == ends[s.b] == 2 and graph.length(s) < max(limit, _BEVEL * graph.usual))
        ]  # fmt: skip
        if not short:
            return
        stroke = min(short, key=graph.length)
        a, b = stroke.a, stroke.b
        free = graph.degree(a) == 1 or graph.degree(b) == 1
        if graph.degree(a) == 1:
            a, b = b, a
        graph.strokes.remove(stroke)
        if free and graph.degree(a) == 1:  # a hook at a line's end
            graph.unite(a, b, graph.points[b])
        elif not free:
            graph.unite(a, b, middle(graph.points[a], graph.points[b]))


def straighten(graph: Graph) -> None:
    """Strokes that go straight on from one another made one, unless both are as long as bonds are."""
    for point in range(len(graph.points)):
        here = graph.at(point)
        if len(here) != 2 or here[0].other(point) == here[1].other(point):
            continue
        first, second = here
        if max(first.order, second.order) > 1 or first.wedge or second.wedge:
            continue
        p, q, r = graph.points[first.other(point)], graph.points[point], graph.points[second.other(point)]
        long, total = min(distance(p, q), distance(q, r)), distance(p, r)
        turn = bend(p, q, r)
        if long > 0.5 * graph.usual and total > (1.6 if turn > _NO_BEND else 1.4) * graph.usual:
            continue
        if turn > _STRAIGHT or (turn > 0.8 and _height(p, q, r) < 0.9 * graph.thick):
            path = np.concatenate([_towards(first, point), _towards(second, point)[::-1]])
            graph.strokes.remove(second)
            first.a, first.b, first.path = first.other(point), second.other(point), path


def _towards(stroke: Stroke, point: int) -> Path:
    return stroke.path if stroke.b == point else stroke.path[::-1]


def bend(p: Point, q: Point, r: Point) -> float:
    """Cosine of the angle by which a way over three points turns: 1 straight on."""
    size = distance(p, q) * distance(q, r)
    return ((q[0] - p[0]) * (r[0] - q[0]) + (q[1] - p[1]) * (r[1] - q[1])) / size if size else 0.0


def _height(p: Point, q: Point, r: Point) -> float:
    """How far the middle one of three points is from the line through the others."""
    size = distance(p, r)
    return abs((r[0] - p[0]) * (q[1] - p[1]) - (r[1] - p[1]) * (q[0] - p[0])) / size if size else distance(p, q)


def _refit(graph: Graph) -> None:
    """Corners moved to where the lines through the middles of their strokes meet: thinning rounds them."""
    moved: dict[int, Point] = {}
    for point in range(len(graph.points)):
        normals, offsets = [], []
        for stroke in graph.at(point):
            if graph.length(stroke) < 0.4 * graph.usual or len(stroke.path) < 6:
                continue
            centre, along = stroke.line()
            normals.append(np.array([-along[1], along[0]]))
            offsets.append(float(normals[-1] @ np.array(centre)))
        if len(normals) < 2:
            continue
        matrix = np.array(normals)
        if np.linalg.svd(matrix, compute_uv=False)[-1] < 0.3:
            continue
        x, y = np.linalg.lstsq(matrix, np.array(offsets), rcond=None)[0]
        if distance((x, y), graph.points[point]) < 2.5 * graph.thick:
            moved[point] = (float(x), float(y))
    for point, place in moved.items():
        graph.points[point] = place
