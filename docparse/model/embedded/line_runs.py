"""Runs of lines under one another, as columns and their paragraphs are made of."""

from __future__ import annotations

from collections.abc import Sequence

from docparse.geometry import Box, inside_share
from docparse.model.embedded.line_ends import goes_on
from docparse.model.embedded.lines import Line

FAR = 1.28  # of the leading, from which on a line belongs to another paragraph
_LOOK_AHEAD = 200


def _within(line: Line, walls: Sequence[Box]) -> int:
    return next((i for i, wall in enumerate(walls) if inside_share(line.box, wall) > 0.5), -1)


def chunks(lines: Sequence[Line], walls: Sequence[Box] = (), apart: float = 0.0) -> list[list[Line]]:
    """Runs of lines where each has exactly one neighbour below and above. `apart` is the step of double-spaced text, in
    sizes of type."""
    ordered = sorted(lines, key=lambda line: (line.y0, line.x0))
    below = [_below(ordered, i, apart) for i in range(len(ordered))]
    above: list[int] = [0] * len(ordered)
    for found in below:
        for j in found:
            above[j] += 1
    nxt = [found[0] if len(found) == 1 and above[found[0]] == 1 else -1 for found in below]
    if walls:
        wall = [_within(line, walls) for line in ordered]
        nxt = [
            j if j >= 0 and (wall[i] == wall[j] or goes_on(ordered[i], ordered[j])) else -1 for i, j in enumerate(nxt)
        ]
    heads = set(range(len(ordered))) - {j for j in nxt if j >= 0}
    result = []
    for i in sorted(heads):
        run = [ordered[i]]
        while (i := nxt[i]) >= 0:
            run.append(ordered[i])
        result.append(run)
    return result


def _below(ordered: list[Line], i: int, apart: float) -> list[int]:
    """Lines next below line i that share its x range, at most about one blank line away."""
    line = ordered[i]
    found: list[int] = []
    floor = line.y1 + max(1.1, FAR * apart - 1) * line.size
    for j in range(i + 1, min(len(ordered), i + _LOOK_AHEAD)):
        other = ordered[j]
        if other.y0 > floor:
            break
        if other.baseline - line.baseline < 0.5 * min(line.size, other.size):
            continue
        shared = min(line.x1, other.x1) - max(line.x0, other.x0)
        if shared <= 0.05 * min(line.width, other.width):
            continue
        if found and other.baseline > ordered[found[0]].baseline + 0.5 * other.size:
            break
        found.append(j)
    return found
