"""Signs that were read along a row laid on the ink they were read from."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from docparse.geometry import union
from docparse.model.embedded.formula_ink.blots import Blot, box_of
from docparse.model.embedded.formula_ink.signs import widest

Unlike = Callable[[int, str], float]  # of a group's place and a sign: by how much it is less like than another
ReadSign = tuple[str, float, float]  # a sign, its x and how sure the recogniser is of it
_STRAY = 1.6  # cost of a sign without ink, and of ink without a sign, in heights
_MISNAMED = 2.0  # cost of a sign on ink that is not at all like it, in heights
_STEPS = ((1, 1), (2, 1), (3, 1), (1, 2), (1, 3), (1, 0), (0, 1))  # signs, and groups of ink, that belong together


def aligned(
    read: Sequence[ReadSign], groups: Sequence[Sequence[Blot]], high: float, unlike: Unlike = lambda j, sign: 0.0
) -> list[tuple[list[ReadSign], list[Blot]]]:
    """`_paired` after the signs are moved by what they are off by: the recogniser's columns drift along a line."""
    found = [_paired(moved, groups, high, unlike) for moved in (read, _stretched(read, groups))]
    _, pairs = min(found, key=lambda pair: pair[0])
    single = [(signs[0][1], _middle(ink)) for signs, ink in pairs if len(signs) == 1 and ink]
    if len(single) < 2:
        return pairs
    off = float(np.median([there - x for x, there in single]))
    moved = [(sign, x + off, score) for signs, _ in pairs for sign, x, score in signs]
    return _paired(moved, groups, high, unlike)[1]


def _stretched(read: Sequence[ReadSign], groups: Sequence[Sequence[Blot]]) -> list[ReadSign]:
    """The signs moved so that the first and the last stand on the first and last ink."""
    if len(read) < 2 or read[-1][1] <= read[0][1]:
        return list(read)
    first, last = _middle(groups[0]), _middle(groups[-1])
    scale = (last - first) / (read[-1][1] - read[0][1])
    return [(sign, first + scale * (x - read[0][1]), score) for sign, x, score in read]


def _apart(group: Sequence[Blot], other: Sequence[Blot], high: float) -> float:
    """Pixels between two groups that may be pieces of one letter, across or down; else more than those ever are."""
    a, b = union(map(box_of, group)), union(map(box_of, other))
    shared = min(a[2], b[2]) - max(a[0], b[0])
    together = max(a[3], b[3]) - min(a[1], b[1])
    if together > 1.15 * max(a[3] - a[1], b[3] - b[1]) and shared < 0.5 * min(a[2] - a[0], b[2] - b[0]):
        return high
    return max(a[0] - b[2], b[0] - a[2], a[1] - b[3], b[1] - a[3])


def _middle(group: Sequence[Blot]) -> float:
    return (min(b.x0 for b in group) + max(b.x1 for b in group)) / 2


def _paired(
    read: Sequence[ReadSign], groups: Sequence[Sequence[Blot]], high: float, unlike: Unlike
) -> tuple[float, list[tuple[list[ReadSign], list[Blot]]]]:
    """Signs with the ink that each stands on, from left to right at the least distance, and that distance.

    Several signs on one group touch each other; one sign on several groups is broken. A pair without signs is ink that
    nothing was read from; a pair without ink a sign from nowhere.
    """
    n, m = len(read), len(groups)
    starts = [min(b.x0 for b in group) for group in groups]
    ends = [max(b.x1 for b in group) for group in groups]
    best = np.full((n + 1, m + 1), np.inf)
    best[0, 0] = 0.0
    back: dict[tuple[int, int], tuple[int, int]] = {}

    def price(i: int, j: int, signs: int, held: int) -> float:
        if not held or not signs:
            return _STRAY
        middle = (starts[j] + max(ends[j : j + held])) / 2
        off = abs(read[i][1] - middle) / high
        if signs > 1:
            step = (ends[j] - starts[j]) / signs
            places = [starts[j] + (k + 0.5) * step for k in range(signs)]
            off = sum(abs(read[i + k][1] - places[k]) for k in range(signs)) / high
        elif held == 1:
            off += _MISNAMED * unlike(j, read[i][0])
        gap = max((_apart(groups[k], groups[k + 1], high) for k in range(j, j + held - 1)), default=0.0)
        if held > 1 and max(ends[j : j + held]) - starts[j] > widest(read[i][0]) * high:
            return 2 * _STRAY
        return off + 0.5 * (signs - 1) + (0.4 + 4 * max(0, gap) / high) * (held - 1)

    for i in range(n + 1):
        for j in range(m + 1):
            if not np.isfinite(best[i, j]):
                continue
            for signs, held in _STEPS:
                if i + signs > n or j + held > m:
                    continue
                cost = best[i, j] + price(i, j, signs, held)
                if cost < best[i + signs, j + held]:
                    best[i + signs, j + held] = cost
                    back[i + signs, j + held] = (i, j)
    pairs: list[tuple[list[ReadSign], list[Blot]]] = []
    state = (n, m)
    while state in back:
        i, j = back[state]
        pairs.append((list(read[i : state[0]]), [blot for group in groups[j : state[1]] for blot in group]))
        state = (i, j)
    return float(best[n, m]), pairs[::-1]
