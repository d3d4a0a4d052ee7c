"""Column gutters: stripes of a page that stay empty over several lines with text on both sides."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

import numpy as np
from numpy.typing import NDArray

from docparse.geometry import Box, union
from docparse.model.embedded.ink import Ink
from docparse.model.embedded.mono import is_mono_word
from docparse.schemas.page import Word

_LEAST_ROWS = 10  # half lines of text on both sides, close by, that a stripe must pass
_NARROW_EM = 4.0  # a wider gap is the end of a short line, whatever stands in the next column
_MOST_CELLS = 400
_LEAST_GAP_EM, _LEAST_MONO_GAP_EM = 0.55, 1.0  # a monospaced blank is 0.6 em wide, and blanks stand in line
_MONO_EM = 0.45  # by which a monospaced blank is wider than others
_NOISE = 0.02
_ROW_EM, _EDGE_EM = 0.35, 0.5  # between words of one row, and between edges that are one
_AT_EDGE = 0.45  # of the rows, that begin or end at one edge
_LEAST_LINES, _MOST_RIVER = 3, 12  # rows that gutters part at least, and the blanks of justified text by chance at most
_LEAST_DOTS, _DOT_EM = 3, 2.0  # of a leader, and the blank between two of them
_BODY = 0.5  # of the slack, by which the middle of an x is above the baseline: rows of ink end there


class Gutters:
    """Empty stripes of a page, found on a grid of half an em by a sixth of one."""

    def __init__(self, words: Sequence[Word], ink: Ink | None = None) -> None:
        self.stripes: list[Box] = []
        self._slack_em = 0.0 if ink is None else 0.5
        self._least_em = _LEAST_GAP_EM
        if len(words) < 16:
            return
        em = max(median([word.size for word in words]), 0.1)
        x0, _, x1, _ = union(word.bbox for word in words)
        bases = [word.baseline for word in words]
        y0, y1 = min(bases) - em, max(bases) + em
        across = min(_MOST_CELLS, int(6 * (x1 - x0) / em) + 1)
        down = min(_MOST_CELLS, int(2 * (y1 - y0) / em) + 1)
        if across < 8 or down < _LEAST_ROWS:
            return
        grid = (x0, y0, (x1 - x0) / across, (y1 - y0) / down)
        covered = np.zeros((down, across), np.bool_)
        seen = ink is not None and _cover_by_ink(covered, ink, grid)
        _cover_by_words(covered, [*words, *_leaders(words)], grid, 0.3 * em if seen else 0.0)
        self._find(covered, em, *grid)
        if seen and self.stripes:
            rows = _rows(words, em)
            self.stripes = [stripe for stripe in self.stripes if _parts_text(stripe, rows, em)]
        if self.stripes and 2 * sum(word.text.isascii() and is_mono_word(word) for word in words) > len(words):
            self._least_em = _LEAST_MONO_GAP_EM

    def _find(self, covered: NDArray[np.bool_], em: float, x0: float, y0: float, step_x: float, step_y: float) -> None:
        between, narrow = _free_cells(covered, _NARROW_EM * em / step_x)
        columns = np.flatnonzero(narrow.sum(axis=0, dtype=np.int16) >= _LEAST_ROWS)
        if not columns.size:
            return
        down = covered.shape[0]
        free, near = between[:, columns].T.ravel(), narrow[:, columns].T.ravel()  # column after column
        # a run of free cells goes on over rows without text on both sides, up to a covered cell or the column's end
        ends = covered[:, columns].T.copy()
        ends[:, 0] = True
        cells = np.flatnonzero(free)
        runs = np.cumsum(ends.ravel())[cells]
        firsts = np.flatnonzero(np.diff(runs, prepend=-1))
        close = np.add.reduceat(near[cells], firsts, dtype=np.intp)
        lasts = np.append(firsts[1:], cells.size) - 1
        long = close >= _LEAST_ROWS
        for first, last in zip(cells[firsts[long]].tolist(), cells[lasts[long]].tolist(), strict=True):
            x = x0 + int(columns[first // down]) * step_x
            self.stripes.append((x, y0 + first % down * step_y, x + step_x, y0 + (last % down + 1) * step_y))

    def part(self, x0: float, x1: float, y: float, em: float) -> bool:
        """Whether a gutter parts words that end at x0 and start at x1, at height y."""
        slack = self._slack_em * em
        exact = not slack or self._least_em > _LEAST_GAP_EM  # blanks of monospaced type stand under one another
        if not self.stripes or (x1 - x0 <= self._least_em * em and exact):
            return False
        x0, x1 = x0 - slack, x1 + slack
        y -= _BODY * slack
        for left, top, right, bottom in self.stripes:
            if x0 <= (left + right) / 2 <= x1 and top - 1 <= y <= bottom + 4:
                return True
        return False


def _leaders(words: Sequence[Word]) -> list[Word]:
    """Words as wide as the rows of dots that lead from an entry to its page number, with the blank before them.

    Dots that are set one by one stand under one another, and the blanks between them are no gutters.
    """
    dots = sorted(
        [word for word in words if word.text == "." and word.font], key=lambda dot: (round(dot.baseline), dot.bbox[0])
    )
    runs: list[list[Word]] = []
    for dot in dots:
        last = runs[-1][-1] if runs else None
        if last and dot.baseline - last.baseline < 1 and 0 <= dot.bbox[0] - last.bbox[2] < _DOT_EM * dot.size:
            runs[-1].append(dot)
        else:
            runs.append([dot])
    found: list[Word] = []
    for run in runs:
        if len(run) >= _LEAST_DOTS:
            left, top, right, bottom = union(dot.bbox for dot in run)
            step = run[1].bbox[0] - run[0].bbox[0]
            found.append(run[0]._replace(bbox=(left - step, top, right + step, bottom)))
    return found


def _rows(words: Sequence[Word], em: float) -> list[list[Word]]:
    """Words by their baselines."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda word: word.baseline):
        if rows and word.baseline - rows[-1][0].baseline < _ROW_EM * em:
            rows[-1].append(word)
        else:
            rows.append([word])
    return rows


def _parts_text(stripe: Box, rows: Sequence[Sequence[Word]], em: float) -> bool:
    """Whether lines of words stand on both sides of a stripe, and those right of it begin at one edge, or those left of
    it end at one. The words of a justified text do neither where its blanks happen to meet.
    """
    left, top, right, bottom = stripe
    ends, starts, numbers = [], [], 0
    for row in rows:
        if not top <= row[0].baseline - _BODY * em / 2 <= bottom:
            continue
        before = [word for word in row if word.bbox[0] + word.bbox[2] < left + right]
        after = [word for word in row if word.bbox[0] + word.bbox[2] >= left + right]
        if before and after:
            first = min(after, key=lambda word: word.bbox[0])
            if not first.text[0].isalpha():
                numbers += 1  # they begin anywhere
            ends.append(max(word.bbox[2] for word in before))
            starts.append(first.bbox[0])
    if len(starts) - numbers > _MOST_RIVER or max(_LEAST_LINES, len(starts) / 2) <= numbers:
        return True
    return max(_alike(starts, em), _alike(ends, em)) >= max(_LEAST_LINES, _AT_EDGE * len(starts))


def _alike(edges: Sequence[float], em: float) -> int:
    """How many of the edges are at one place."""
    return max([sum(edge <= other < edge + _EDGE_EM * em for other in edges) for edge in edges], default=0)


def _free_cells(covered: NDArray[np.bool_], most: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Free cells with covered ones on both sides in their row, and those of them in runs of at most `most` cells."""
    across = covered.shape[1]
    flat = covered.ravel()
    starts = np.concatenate(([0], np.flatnonzero(flat[1:] != flat[:-1]) + 1))
    ends = np.concatenate((starts[1:], [flat.size]))
    lengths = ends - starts
    inner = ~flat[starts] & (starts // across == (ends - 1) // across) & (starts % across > 0) & (ends % across > 0)
    between = np.repeat(inner, lengths).reshape(covered.shape)
    return between, np.repeat(inner & (lengths <= most), lengths).reshape(covered.shape)


def _cover_by_words(covered: NDArray[np.bool_], words: Sequence[Word], grid: Box, slack: float) -> None:
    x0, y0, step_x, step_y = grid
    ends = [word.bbox[2] + _MONO_EM * word.size * is_mono_word(word) for word in words]
    flat = [v for word, end in zip(words, ends, strict=True) for v in (word.bbox[0], end, word.baseline, word.size)]
    left, right, base, size = np.array(flat).reshape(-1, 4).T  # from tuples it would take thrice the time
    tops = ((base - 0.6 * size - y0) / step_y).astype(int).tolist()
    bottoms = (((base + 0.05 * size - y0) / step_y).astype(int) + 1).tolist()
    starts = np.maximum(0, ((left + slack - x0) / step_x).astype(int)).tolist()
    ends = ((right - slack - x0) / step_x + 0.999).astype(int).tolist()
    for top, bottom, start, end in zip(tops, bottoms, starts, ends, strict=True):
        covered[top:bottom, start:end] = True


def _cover_by_ink(covered: NDArray[np.bool_], ink: Ink, grid: Box) -> bool:
    """Cells with ink; stripes narrower than half an em are filled, they are spaces between words."""
    x0, y0, step_x, step_y = grid
    down, across = covered.shape
    ys = ((y0 + step_y * np.arange(down + 1)) * ink.scale_y).astype(int).clip(0, ink.dark.shape[0])
    xs = ((x0 + step_x * np.arange(across + 1)) * ink.scale_x).astype(int).clip(0, ink.dark.shape[1])
    if np.any(np.diff(ys) < 1) or np.any(np.diff(xs) < 1):
        return False
    counts = np.add.reduceat(ink.dark[: ys[-1], : xs[-1]], ys[:-1], axis=0, dtype=np.int32)
    counts = np.add.reduceat(counts, xs[:-1], axis=1)
    size = np.diff(ys)[:, None] * np.diff(xs)[None, :]
    inked = counts > _NOISE * size
    covered |= inked
    covered[:, 1:] |= inked[:, :-1]
    covered[:, :-1] |= inked[:, 1:]
    return True
