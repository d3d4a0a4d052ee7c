"""Broken lines mended: ends that stop short of what they lead to, and bonds that pass behind others."""

from __future__ import annotations

from math import hypot

from docparse.model.embedded.structure_ink.strokes import Graph, Stroke, distance, straighten

_GAP = 0.34  # of a bond's length
_AHEAD = 0.94  # cosine of the angle between a line and the gap it leaps


def mend(graph: Graph, held: set[int]) -> None:
    """Free ends, those of labels aside, joined to what they point at close by."""
    _leap(graph, held)
    for point in _free(graph, held):
        if graph.degree(point) == 1:
            _join_ahead(graph, point, held)
    straighten(graph)


def _free(graph: Graph, held: set[int]) -> list[int]:
    return [n for n in {n for s in graph.strokes for n in (s.a, s.b)} if n not in held and graph.degree(n) == 1]


def _heading(graph: Graph, point: int) -> tuple[float, float]:
    stroke = graph.at(point)[0]
    (x, y), (u, v) = graph.points[point], graph.points[stroke.other(point)]
    size = hypot(x - u, y - v) or 1.0
    return (x - u) / size, (y - v) / size


def _leap(graph: Graph, held: set[int]) -> None:
    """Two ends that face each other along one line are one bond: it is interrupted where another crosses it."""
    ends = _free(graph, held)
    for point in ends:
        for other in ends:
            gap = distance(graph.points[point], graph.points[other])
            if point == other or gap > 1.3 * _GAP * graph.usual:
                continue
            if graph.degree(point) != 1 or graph.degree(other) != 1:
                continue
            first, second = graph.at(point)[0], graph.at(other)[0]
            if first is second:
                continue
            ux, uy = _heading(graph, point)
            vx, vy = _heading(graph, other)
            gx, gy = (b - a for a, b in zip(graph.points[point], graph.points[other], strict=True))
            if ux * vx + uy * vy < -_AHEAD and ux * gx + uy * gy > 0.9 * gap:
                graph.strokes.remove(second)
                start, end = first.other(point), second.other(other)
                first.a, first.b = start, end


def _join_ahead(graph: Graph, point: int, held: set[int]) -> None:
    x, y = graph.points[point]
    own = graph.at(point)[0]
    ux, uy = _heading(graph, point)
    found: list[tuple[float, int, Stroke | None]] = []
    for other in {n for s in graph.strokes if s is not own for n in (s.a, s.b)} - {own.a, own.b} - held:
        gx, gy = graph.points[other][0] - x, graph.points[other][1] - y
        gap = hypot(gx, gy)
        if gap < _GAP * graph.usual and ux * gx + uy * gy > (0.5 if gap > 0.15 * graph.usual else -0.5) * gap:
            found.append((gap, other, None))
    if found:
        graph.unite(min(found, key=lambda item: item[0])[1], point)
        return
    for stroke in graph.strokes:
        if stroke is own or point in (stroke.a, stroke.b):
            continue
        (ax, ay), (bx, by) = graph.points[stroke.a], graph.points[stroke.b]
        cross = ux * (by - ay) - uy * (bx - ax)
        if abs(cross) < 0.3 * distance((ax, ay), (bx, by)):
            continue
        ahead = ((ax - x) * (by - ay) - (ay - y) * (bx - ax)) / cross
        share = ((ax - x) * uy - (ay - y) * ux) / cross
        if -0.1 * graph.usual < ahead < _GAP * graph.usual and 0.2 < share < 0.8:
            found.append((ahead, -1, stroke))
    if found:
        ahead, _, crossed = min(found, key=lambda item: item[0])
        assert crossed is not None
        graph.points[point] = (x + ahead * ux, y + ahead * uy)
        graph.strokes.append(Stroke(point, crossed.b, crossed.path, crossed.order))
        crossed.b = point
