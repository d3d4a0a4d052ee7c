"""How far the lines of a text reach: as a rule as far as the longest, less beside a figure, without what sticks out."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from docparse.geometry import Box
from docparse.model.embedded.lines import Line

_ROUND, _ALIKE_EM, _APART_EM, _FULL = 4, 1.2, 3.0, 0.6  # lines that run round a figure, and how they end
# share of lines that may be wider than all others of a text, how these end, and their width
_STICK_OUT, _FLUSH_EM, _TEXT_EM = 0.2, 0.25, 12.0


def flush_ends(lines: Sequence[Line], own: list[float], em: float) -> list[float]:
    """The ends of lines, those that stick out of text set flush cut back to where the others end."""
    if median(line.width for line in lines) < _TEXT_EM * em:
        return own
    ordered = sorted(own)
    usual = ordered[len(own) - 1 - int(_STICK_OUT * len(own))]
    flush = sum(abs(end - usual) < _FLUSH_EM * em for end in own)
    if ordered[-1] - usual < em or flush < max(_ROUND, _FULL * (len(own) - 1)):
        return own
    return [min(end, usual) for end in own]


def local_ends(lines: Sequence[Line], own: list[float], em: float, obstacles: Sequence[Box]) -> list[float]:
    """How far lines reach that end (or start) at `own`: most often as far as the longest, less beside an obstacle.

    There some lines one after another end alike, far short of the others.
    """
    most = max(own)
    edges = [most] * len(own)
    if len(own) < 2 * _ROUND or not _has_run([most - end > _APART_EM * em for end in own]):
        return edges
    local = [min(max(own[max(0, i - 2) : i + 1]), max(own[i : i + 3])) for i in range(len(own))]
    first = 0
    for i in range(1, len(own) + 1):
        if i < len(own) and abs(local[i] - local[first]) < _ALIKE_EM * em:
            continue
        edge = max(local[first:i])
        full = sum(edge - end < _ALIKE_EM * em for end in own[first:i])
        alike = i - first >= _ROUND and edge < most - _APART_EM * em and full >= _FULL * (i - first)
        if alike and _make_room(lines, lines[first:i], obstacles):
            edges[first:i] = [edge] * (i - first)
        first = i
    return edges


def _has_run(short: Sequence[bool]) -> bool:
    """Whether so many in a row are short as run round a figure."""
    run = 0
    for each in short:
        run = run + 1 if each else 0
        if run >= _ROUND:
            return True
    return False


def _make_room(run: Sequence[Line], lines: Sequence[Line], obstacles: Sequence[Box]) -> bool:
    """Whether something stands beside some lines of a run, where its other lines are."""
    left, right = min(line.x0 for line in run), max(line.x1 for line in run)
    x0, x1 = min(line.x0 for line in lines), max(line.x1 for line in lines)
    y0, y1 = lines[0].y0, lines[-1].y1
    beside = sum(
        min(box[3], y1) - max(box[1], y0)
        for box in obstacles
        if box[1] < y1
        and y0 < box[3]
        and ((x1 <= box[0] + 1 and box[0] < right) or (left < box[2] and box[2] <= x0 + 1))
    )
    return beside > 0.5 * (y1 - y0)
