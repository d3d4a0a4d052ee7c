"""Charts on page images that have no curve: bars that stand on one line, and frames with numbers along their sides."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from docparse.geometry import Box, overlap, union
from docparse.model.embedded.figure_reach import Row

_NUMBER = re.compile(r"[+−–-]?\d[\d.,]*%?")
_MARKS = " -–—_|'`"  # as which OCR reads the marks of an axis
_TICKS = 3  # numbers that make an axis
_AXIS_EM, _UNDER_EM, _OVER_EM, _LEVEL_EM = 5.0, 3.0, 4.0, 0.6  # from bars to numbers, over the highest bar; their stray
_BARS, _APART_EM = 2, 5.0
_FILLED = 0.6  # of a picture's box


def axes_of(plot: Box, rows: Sequence[Row], em: float) -> list[Box]:
    """Numbers in a column before the box and in a row under it, at most one box of each."""
    texts = [(row.box, row.text.strip(_MARKS).split()) for row in rows]
    ticks = [(box, len(parts)) for box, parts in texts if parts and all(map(_NUMBER.fullmatch, parts))]
    x0, y0, x1, y1 = plot
    beside = [
        (b, n) for b, n in ticks
        if x0 - _AXIS_EM * em < b[2] < x0 + em and y0 - _OVER_EM * em < (b[1] + b[3]) / 2 < y1 + em
    ]  # fmt: skip
    under = [
        (b, n) for b, n in ticks
        if y1 - em / 2 < b[1] < y1 + _UNDER_EM * em and x0 - _OVER_EM * em < (b[0] + b[2]) / 2 < x1 + _OVER_EM * em
    ]  # fmt: skip
    return _aligned(beside, 2, em) + _aligned(under, 1, em)


def _aligned(ticks: Sequence[tuple[Box, int]], side: int, em: float) -> list[Box]:
    """The largest group of numbers whose boxes end (or begin) at one level, as one box, if it makes an axis."""
    groups = [[(b, n) for b, n in ticks if abs(b[side] - other[side]) < _LEVEL_EM * em] for other, _ in ticks]
    best = max(groups, key=lambda group: sum(n for _, n in group), default=[])
    return [union(b for b, _ in best)] if sum(n for _, n in best) >= _TICKS else []


def is_solid(own: NDArray[np.bool_]) -> bool:
    """Whether two squares each way of a part are ink somewhere: strokes of letters and rules are thinner."""
    return bool((own[:-1, :-1] & own[1:, :-1] & own[:-1, 1:] & own[1:, 1:]).any())


def is_filled(own: NDArray[np.bool_]) -> bool:
    """Whether the squares of a part fill their box, as those of a picture do."""
    return float(own.mean()) >= _FILLED


def bar_charts(bars: Sequence[Box], rows: Sequence[Row], em: float) -> list[Box]:
    """Bars that begin at one level, with the numbers of their axis."""
    found: list[Box] = []
    for side, along in ((3, 0), (0, 1)):  # upright bars end at one foot, level ones begin at one edge
        left = sorted(bars, key=lambda bar: bar[along])
        while left:
            group = [left.pop(0)]
            for bar in list(left):
                near = bar[along] - group[-1][along + 2] < _APART_EM * em
                if near and abs(bar[side] - group[0][side]) < _LEVEL_EM * em:
                    group.append(bar)
                    left.remove(bar)
            box = union(group)
            axes = axes_of(box, rows, em) if len(group) >= _BARS else []
            if axes and not any(overlap(box, other) for other in found):
                found.append(union([box, *axes]))
    return found
