"""Column gutters: stripes of a page that stay empty over several lines with text on both sides."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

import numpy as np

from docparse.geometry import Box
from docparse.schemas.page import Word

_LEAST_ROWS = 9  # half lines of text that a stripe must pass
_MOST_CELLS = 400


class Gutters:
    """Empty stripes of a page, found on a grid of half an em by a sixth of one."""

    def __init__(self, words: Sequence[Word]) -> None:
        self.stripes: list[Box] = []
        exact = not words or bool(words[0].font)  # an OCR's word boxes reach into the gutter here and there
        self.least_em = 0.55 if exact else 0.45
        self._least_rows = _LEAST_ROWS if exact else 3 * _LEAST_ROWS
        if len(words) < 16:
            return
        em = max(median(word.size for word in words), 0.1)
        x0, x1 = min(word.bbox[0] for word in words), max(word.bbox[2] for word in words)
        y0, y1 = min(word.baseline for word in words) - em, max(word.baseline for word in words) + em
        across = min(_MOST_CELLS, int(6 * (x1 - x0) / em) + 1)
        down = min(_MOST_CELLS, int(2 * (y1 - y0) / em) + 1)
        if across < 8 or down < _LEAST_ROWS:
            return
        step_x, step_y = (x1 - x0) / across, (y1 - y0) / down
        covered = np.zeros((down, across), np.bool_)
        slack = 0.0 if exact else 0.15 * em
        for word in words:
            top, bottom = word.baseline - 0.6 * word.size, word.baseline + 0.05 * word.size
            covered[
                int((top - y0) / step_y) : int((bottom - y0) / step_y) + 1,
                max(0, int((word.bbox[0] + slack - x0) / step_x)) : int((word.bbox[2] - slack - x0) / step_x + 0.999),
            ] = True
        self._find(covered, x0, y0, step_x, step_y)

    def _find(self, covered: np.ndarray, x0: float, y0: float, step_x: float, step_y: float) -> None:
        left = np.logical_or.accumulate(covered, axis=1)
        right = np.logical_or.accumulate(covered[:, ::-1], axis=1)[:, ::-1]
        between = ~covered & left & right
        for column in np.flatnonzero(between.sum(axis=0) >= self._least_rows).tolist():
            rows = np.flatnonzero(between[:, column])
            stops = np.flatnonzero(covered[:, column])
            runs = np.split(rows, np.flatnonzero(np.diff(np.searchsorted(stops, rows))) + 1)
            for run in runs:
                if len(run) >= self._least_rows:
                    x = x0 + column * step_x
                    self.stripes.append((x, y0 + int(run[0]) * step_y, x + step_x, y0 + (int(run[-1]) + 1) * step_y))

    def between(self, x0: float, x1: float, y: float) -> bool:
        """Whether a gutter runs through the gap x0..x1 at height y."""
        return any(x0 <= (s[0] + s[2]) / 2 <= x1 and s[1] - 1 <= y <= s[3] + 4 for s in self.stripes)
