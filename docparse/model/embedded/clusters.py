"""Boxes that stand together."""

from __future__ import annotations

from collections.abc import Sequence

from docparse.geometry import Box, union


def join_near(boxes: Sequence[Box], gap: float) -> list[Box]:
    """Boxes closer than `gap` to one another as one, until none are."""
    current = list(boxes)
    while True:
        joined = [union(current[i] for i in members) for members in clusters(current, gap)]
        if len(joined) == len(current):
            return joined
        current = joined


def clusters(boxes: Sequence[Box], gap: float) -> list[list[int]]:
    """Indices of boxes that touch, directly or through others, when each is grown by half the gap (a sweep over x)."""
    parent = list(range(len(boxes)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    order = sorted(range(len(boxes)), key=lambda i: boxes[i][0])
    grown = [(box[1] - gap, box[2] + gap, box[3] + gap) for box in boxes]
    active: list[int] = []
    for i in order:
        x0, y0, _, y1 = boxes[i]
        active = [j for j in active if grown[j][1] >= x0][-400:]
        for j in active:
            if grown[j][0] <= y1 and y0 <= grown[j][2] and parent[i] != parent[j]:
                parent[root(i)] = root(j)
        active.append(i)
    groups: dict[int, list[int]] = {}
    for i in range(len(boxes)):
        groups.setdefault(root(i), []).append(i)
    return list(groups.values())
