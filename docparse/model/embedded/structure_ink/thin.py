"""Strokes thinned to lines of one pixel (Zhang and Suen 1984), and these followed to paths between their knots."""

from __future__ import annotations

from functools import cache
from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray

from docparse.model.embedded.music_ink.raster import Mask

_AROUND = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
Path = NDArray[np.float64]  # x and y of each pixel


@cache
def _goes() -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Of each neighbourhood (a bit per neighbour from above on, clockwise) whether its pixel goes, in both passes."""
    first, second = np.zeros(256, bool), np.zeros(256, bool)
    for code in range(256):
        bits = [code >> k & 1 for k in range(8)]
        turns = sum(not bits[k] and bits[(k + 1) % 8] for k in range(8))
        if not 2 <= sum(bits) <= 6 or turns != 1:
            continue
        up, right, down, left = bits[0], bits[2], bits[4], bits[6]
        first[code] = not (up and right and down) and not (right and down and left)
        second[code] = not (up and right and left) and not (up and down and left)
    return first, second


def thinned(mask: Mask) -> Mask:
    """The middle lines of ink that doesn't touch the edge; stairs in them are whole."""
    thin = mask.copy()
    flat = thin.reshape(-1)
    places = np.flatnonzero(flat)
    gone = 1
    while gone:
        gone = 0
        for table in _goes():
            goes = table[_around(thin, places)]
            flat[places[goes]] = 0
            places = places[~goes]
            gone += int(goes.sum())
    return thin


@cache
def _needless() -> list[bool]:
    """Of each neighbourhood whether it hangs together without its pixel, which is no end."""
    found = []
    for code in range(256):
        around = [k for k in range(8) if code >> k & 1]
        left = set(around)
        queue = around[:1]
        while queue:
            at = queue.pop()
            if at in left:
                left.remove(at)
                reach = (1, 2, 6, 7) if at % 2 == 0 else (1, 7)
                queue += [(at + step) % 8 for step in reach if (at + step) % 8 in left]
        found.append(not left and 2 <= len(around) <= 5)
    return found


def _around(thin: Mask, places: NDArray[np.int64]) -> Mask:
    """The neighbourhoods of pixels, a bit per neighbour."""
    flat, code = thin.reshape(-1), np.zeros(len(places), np.uint8)
    for bit, (dy, dx) in enumerate(_AROUND):
        code |= flat[places + (dy * thin.shape[1] + dx)] << bit
    return code


def _without_steps(thin: Mask) -> Mask:
    """Without the corner pixels of stairs, so that a pixel of a line has two neighbours."""
    thin = thin.copy()
    flat = thin.reshape(-1)
    steps = [dy * thin.shape[1] + dx for dy, dx in _AROUND]
    table = _needless()
    places = np.flatnonzero(flat)
    around = dict(zip(places.tolist(), _around(thin, places).tolist(), strict=True))
    due = [place for place, code in around.items() if table[code]]  # from above on, and so they go
    while due:
        place = heappop(due)
        if place not in around or not table[around[place]]:
            continue
        del around[place]
        flat[place] = 0
        for bit, step in enumerate(steps):
            if (other := place + step) in around:
                around[other] &= ~(1 << (bit + 4) % 8)
                if other > place and table[around[other]]:
                    heappush(due, other)
    return thin


def loose_ends(thin: Mask) -> int:
    """Pixels with one neighbour: paths end there, so there are at least half as many."""
    around = _around(thin, np.flatnonzero(thin.reshape(-1)))
    return int(((around & (around - 1) == 0) & (around > 0)).sum())


def paths_of(thin: Mask, most: int | None = None) -> tuple[list[tuple[float, float]], list[tuple[int, int, Path]]]:
    """Knots (ends and forks) and the paths between them: two knots and the pixels from one to the other.

    Nothing where there are more paths than `most`.
    """
    if most is not None and loose_ends(thin) > 2 * most:
        return [], []
    thin = _without_steps(thin)
    width = thin.shape[1]
    steps = [dy * width + dx for dy, dx in _AROUND]
    places = np.flatnonzero(thin.reshape(-1)).tolist()
    inside = set(places)
    near = {p: [p + s for s in steps if p + s in inside] for p in places}
    knot_of: dict[int, int] = {}
    knots: list[tuple[float, float]] = []

    def add(group: list[int]) -> None:
        for member in group:
            knot_of[member] = len(knots)
        knots.append((sum(p % width for p in group) / len(group), sum(p // width for p in group) / len(group)))

    forks = {p for p in places if len(near[p]) > 2}
    seen: set[int] = set()
    for place in places:
        if place in forks and place not in seen:
            group, queue = [], [place]
            seen.add(place)
            while queue:
                at = queue.pop()
                group.append(at)
                fresh = [n for n in near[at] if n in forks and n not in seen]
                seen.update(fresh)
                queue.extend(fresh)
            add(group)
        elif len(near[place]) < 2:
            add([place])
    found: list[tuple[int, int, Path]] = []
    used: set[int] = set()

    def follow(start: int, first: int) -> None:
        path, before, at = [start], start, first
        while at not in knot_of:
            path.append(at)
            used.add(at)
            ahead = [n for n in near[at] if n != before and n not in used]
            knotted = [n for n in ahead if n in knot_of and (n != start or len(path) > 3)]
            if not ahead:
                return
            before, at = at, (knotted or ahead)[0]
        path.append(at)
        line = np.array([(p % width, p // width) for p in path], np.float64)
        line[0], line[-1] = knots[knot_of[start]], knots[knot_of[at]]
        found.append((knot_of[start], knot_of[at], line))

    for start in list(knot_of):
        for first in near[start]:
            if first in used or (first in knot_of and (knot_of[first] == knot_of[start] or first < start)):
                continue
            follow(start, first)
        if most is not None and len(found) > most:
            return [], []
    for place in places:  # rings without a knot
        if place not in used and place not in knot_of:
            add([place])
            follow(place, near[place][0])
    return knots, found


def corners(path: Path, tolerance: float) -> list[int]:
    """Places of a path between which it is straight (Douglas and Peucker), ends included."""
    kept = [0, len(path) - 1]
    stack = [(0, len(path) - 1)]
    while stack:
        first, last = stack.pop()
        if last - first < 2:
            continue
        a, b = path[first], path[last]
        along = b - a
        length = float(np.hypot(*along))
        inner = path[first + 1 : last] - a
        if length < 1e-6:
            away = np.hypot(inner[:, 0], inner[:, 1])
        else:
            away = np.abs(inner[:, 0] * along[1] - inner[:, 1] * along[0]) / length
        worst = int(np.argmax(away))
        if away[worst] > tolerance:
            middle = first + 1 + worst
            kept.append(middle)
            stack += [(first, middle), (middle, last)]
    return sorted(kept)
