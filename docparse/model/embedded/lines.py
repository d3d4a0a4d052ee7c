"""Words to text lines: pieces of one baseline that belong to one column.

A `Line` never crosses a column gutter. Its `y0` and `y1` follow baseline and font size, not the font's own box, which
some fonts set far too tall; `x0` and `x1` are the words' own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from docparse.geometry import Box
from docparse.model.embedded.script import is_rtl_text
from docparse.schemas.page import Word, WordStyle

_ASCENT, _DESCENT = 0.78, 0.22
_SPLIT_GAP_EM = 1.7  # a wider gap inside a source line parts two columns or cells
_MERGE_GAP_EM = 0.9  # pieces of one baseline closer than this are one line
_GUTTER_ROWS = 4  # that many rows in a run leave the same stripe empty
_BIN = 2.0


@dataclass(slots=True)
class Line:
    """Words of one line in reading order, with what layout asks of them (page units)."""

    words: list[Word]
    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    baseline: float
    rtl: bool = False

    @property
    def box(self) -> Box:
        return (self.x0, self.y0, self.x1, self.y1)

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    def styled(self, flag: int) -> bool:
        """Whether nearly all letters carry a style."""
        letters = marked = 0
        for word in self.words:
            count = len(word.text)
            letters += count
            if word.style & flag:
                marked += count
        return marked >= 0.85 * letters > 0

    @property
    def bold(self) -> bool:
        return self.styled(WordStyle.BOLD)

    @property
    def plain(self) -> str:
        return " ".join(word.text for word in self.words)


def sound_words(words: Iterable[Word], width: float, height: float) -> list[Word]:
    """Words with finite boxes on the page, their size and baseline filled in where the source had none."""
    kept: list[Word] = []
    for word in words:
        x0, y0, x1, y1 = word.bbox
        if not word.text or not math.isfinite(x0 + y0 + x1 + y1) or x1 < 0 or y1 < 0 or x0 > width or y0 > height:
            continue
        size, baseline = word.size, word.baseline
        if size <= 0 or not math.isfinite(size) or size > 4 * (y1 - y0) + 4:
            size = max(0.8 * (y1 - y0), 0.5)
        if not y0 - 0.5 * size <= baseline <= y1 + 0.5 * size:
            baseline = y1 - 0.2 * (y1 - y0)
        if size != word.size or baseline != word.baseline:
            word = word._replace(size=size, baseline=baseline)
        kept.append(word)
    return kept


def make_lines(words: Sequence[Word], rtl: bool = False) -> list[Line]:
    """Upright words as lines, top to bottom."""
    if not words:
        return []
    rows = _rows(_pieces(words))
    gutters = Gutters(rows)
    lines = [line for row in rows for line in _merge_row(row, gutters, rtl)]
    lines.sort(key=lambda line: (line.baseline, line.x0))
    return lines


def _pieces(words: Sequence[Word]) -> list[list[Word]]:
    """Runs of words as the source has them, cut where the gap is that of a column or cell."""
    pieces: list[list[Word]] = []
    last: Word | None = None
    for word in words:
        if last is not None and word.line == last.line and word.line >= 0:
            em = max(word.size, last.size)
            gap = word.bbox[0] - last.bbox[2] if word.bbox[0] >= last.bbox[0] else last.bbox[0] - word.bbox[2]
            if -0.6 * em - 2 <= gap <= _SPLIT_GAP_EM * em and abs(word.baseline - last.baseline) < 0.7 * em:
                pieces[-1].append(word)
                last = word
                continue
        pieces.append([word])
        last = word
    return pieces


def _rows(pieces: list[list[Word]]) -> list[list[list[Word]]]:
    """Pieces grouped by baseline; small ones (super- and subscripts) join the row that they hang on."""
    keyed = []
    for piece in pieces:
        lead = max(piece, key=lambda word: word.size * min(len(word.text), 3))
        keyed.append((lead.baseline, lead.size, piece))
    keyed.sort(key=lambda entry: entry[0])
    rows: list[list[list[Word]]] = []
    base = size = 0.0
    for baseline, em, piece in keyed:
        if rows and baseline - base <= 0.3 * min(size, em) + 0.5:
            rows[-1].append(piece)
            size = max(size, em)
            continue
        rows.append([piece])
        base, size = baseline, em
    return _attach_scripts(rows)


def _attach_scripts(rows: list[list[list[Word]]]) -> list[list[list[Word]]]:
    """Rows of small pieces that touch a bigger neighbour row's words go into it."""
    metrics = [_row_metrics(row) for row in rows]
    target = list(range(len(rows)))
    for i, (base, size, _) in enumerate(metrics):
        best = None
        for j in (i - 1, i + 1):
            if not 0 <= j < len(rows):
                continue
            other, em, spans = metrics[j]
            near = -0.25 * em <= other - base <= 0.65 * em if j > i else -0.45 * em <= other - base <= 0
            if size < 0.86 * em and near and _touches(rows[i], spans, em):
                best = j if best is None or abs(metrics[best][0] - base) > abs(other - base) else best
        if best is not None:
            target[i] = best
    merged: list[list[list[Word]]] = [list(row) if target[i] == i else [] for i, row in enumerate(rows)]
    for i, j in enumerate(target):
        if i != j:
            merged[j if target[j] == j else i] += rows[i]
    return [row for row in merged if row]


def _row_metrics(row: list[list[Word]]) -> tuple[float, float, list[tuple[float, float]]]:
    lead = max((piece[0] for piece in row), key=lambda word: word.size)
    return lead.baseline, lead.size, [(word.bbox[0], word.bbox[2]) for piece in row for word in piece]


def _touches(pieces: list[list[Word]], spans: list[tuple[float, float]], em: float) -> bool:
    reach = 0.35 * em
    for piece in pieces:
        x0, x1 = piece[0].bbox[0], piece[-1].bbox[2]
        if not any(x0 - reach <= b and a <= x1 + reach for a, b in spans):
            return False
    return True


class Gutters:
    """Stripes that run of rows leave empty between two pieces of text."""

    def __init__(self, rows: list[list[list[Word]]]) -> None:
        self.stripes: list[Box] = []
        if len(rows) < _GUTTER_ROWS:
            return
        x_min = min(word.bbox[0] for row in rows for piece in row for word in piece)
        x_max = max(word.bbox[2] for row in rows for piece in row for word in piece)
        bins = min(2000, int((x_max - x_min) / _BIN) + 1)
        self._scan(rows, x_min, max((x_max - x_min) / bins, 1e-6), bins)

    def _scan(self, rows: list[list[list[Word]]], left: float, step: float, bins: int) -> None:
        used = [row for row in rows if len(row) > 1 or len(row[0]) > 1]
        if len(used) < _GUTTER_ROWS or bins < 8:
            return
        state = np.zeros((len(used), bins), np.int8)  # 0 beside the row, 1 empty within it, 2 covered
        tops = []
        for r, row in enumerate(used):
            words = sorted((word.bbox[0], word.bbox[2]) for piece in row for word in piece)
            size = max(word.size for piece in row for word in piece)
            tops.append((row[0][0].baseline - size, row[0][0].baseline + 0.3 * size))
            first, end = words[0]
            line = state[r]
            line[int((first - left) / step) : int((max(b for _, b in words) - left) / step) + 1] = 2
            for a, b in words[1:]:
                if a - end > 0.55 * size:
                    lo, hi = math.ceil((end - left) / step), int((a - left) / step)
                    line[lo:hi] = 1
                end = max(end, b)
        self._runs(state, tops, left, step)

    def _runs(self, state: np.ndarray, tops: list[tuple[float, float]], left: float, step: float) -> None:
        gaps = (state == 1).sum(axis=0)
        for column in np.flatnonzero(gaps >= _GUTTER_ROWS).tolist():
            values = state[:, column]
            start, count, last = -1, 0, -1
            for r in np.flatnonzero(values).tolist():
                if values[r] == 1:
                    start = r if count == 0 else start
                    count, last = count + 1, r
                else:
                    self._keep(count, start, last, tops, left + column * step, step)
                    count = 0
            self._keep(count, start, last, tops, left + column * step, step)

    def _keep(self, count: int, start: int, last: int, tops: list[tuple[float, float]], x: float, step: float) -> None:
        if count >= _GUTTER_ROWS:
            self.stripes.append((x, tops[start][0], x + step, tops[last][1]))

    def between(self, x0: float, x1: float, y: float) -> bool:
        """Whether a gutter runs through the gap x0..x1 at height y."""
        return any(x0 - 0.1 <= s[0] and s[2] <= x1 + 0.1 and s[1] <= y <= s[3] for s in self.stripes)


def _merge_row(row: list[list[Word]], gutters: Gutters, rtl: bool) -> list[Line]:
    """Lines of one row: neighbours joined, pieces cut where a gutter runs through them."""
    words = [word for piece in row for word in piece]
    order = sorted(words, key=lambda word: (word.bbox[0], word.bbox[2]))
    groups: list[list[Word]] = [[order[0]]]
    end = order[0].bbox[2]
    for word in order[1:]:
        gap = word.bbox[0] - end
        last = groups[-1][-1]
        em = max(word.size, last.size)
        limit = _SPLIT_GAP_EM if word.line == last.line and word.line >= 0 else _MERGE_GAP_EM
        if gap > limit * em or (gap > 0.55 * em and gutters.between(end, word.bbox[0], word.baseline)):
            groups.append([word])
            end = word.bbox[2]
        else:
            groups[-1].append(word)
            end = max(end, word.bbox[2])
    return [line_of(group, rtl) for group in groups]


def line_of(words: list[Word], rtl: bool = False) -> Line:
    """One line of words that stand on one baseline (any order in, reading order out)."""
    weight: dict[float, int] = {}
    for word in words:
        key = round(word.size, 1)
        weight[key] = weight.get(key, 0) + len(word.text)
    size = max(weight, key=lambda key: (weight[key], key))
    lead = next(word for word in words if round(word.size, 1) == size)
    baseline = lead.baseline
    right_to_left = is_rtl_text([word.text for word in words], rtl)
    x0, x1 = min(word.bbox[0] for word in words), max(word.bbox[2] for word in words)
    top, bottom = baseline - _ASCENT * size, baseline + _DESCENT * size
    return Line(_reading(words, right_to_left), x0, top, x1, bottom, size, baseline, right_to_left)


def _reading(words: list[Word], rtl: bool) -> list[Word]:
    """Words in reading order: the source's within its own line where that runs forward, else by position."""
    ordered = sorted(words, key=lambda word: (word.bbox[0] + word.bbox[2], word.bbox[0]))
    if not rtl:
        return ordered
    ordered.reverse()
    result: list[Word] = []
    run: list[Word] = []
    for word in ordered:  # numbers and Latin words inside keep their own direction
        if is_rtl_text([word.text], False) or not any(c.isalnum() for c in word.text):
            result += reversed(run)
            run = []
            result.append(word)
        else:
            run.append(word)
    return result + run[::-1]
