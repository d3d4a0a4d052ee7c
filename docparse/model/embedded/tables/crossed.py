"""Runs of lines that go across a gutter of the page which only figures, lists and a table stand beside."""

from __future__ import annotations

from collections.abc import Sequence

from docparse.geometry import Box, overlap
from docparse.model.embedded.tables.runs import Run, text_runs
from docparse.model.embedded.tables.sides import blanks_of, level_rows
from docparse.model.embedded.tables.text_rows import Chunk, split_chunks, text_rows, words_in
from docparse.schemas.page import Word

_GUTTER_EM, _AROUND_EM = 1.2, 8.0  # the least width of a gutter; how far above and below a run it goes on
_LEAST_ROWS = 2


def in_columns_of(runs: Sequence[Run], words: Sequence[Word], em: float) -> list[Run]:
    """The runs, those across a gutter as what they are of in each of the columns beside it."""
    found: list[Run] = []
    for run in runs:
        columns = _columns(run.bbox, words, em)
        parts = [part for column in columns for part in text_runs(words_in(words, column), em)] if columns else [run]
        parts = [part for part in parts if overlap(part.bbox, run.bbox)]
        found += [part for part in parts if not any(overlap(part.bbox, other.bbox) for other in found)]
    return found


def _columns(box: Box, words: Sequence[Word], em: float) -> list[Box]:
    """The columns in which the lines of a box stand, each side on levels of its own; none where it is in one."""
    rows = [split_chunks(row, 0.9 * em) for row in text_rows(words_in(words, box))]
    x0, y0, x1, y1 = box
    top, bottom = y0 - _AROUND_EM * em, y1 + _AROUND_EM * em
    around = [word for word in words_in(words, (x0, top, x1, bottom)) if not y0 <= word.bbox[1] <= y1]
    for blank in blanks_of([chunk for row in rows for chunk in row]):
        middle = _gutter(around, blank, em)
        if middle is None:
            continue
        left, right = _part(rows, x0, middle), _part(rows, middle, x1)
        least = min(len(left), len(right))
        if least >= _LEAST_ROWS and 2 * level_rows(left, right, em) < least:
            return [(x0 - 1, top, middle, bottom), (middle, top, x1 + 1, bottom)]
    return []


def _gutter(around: Sequence[Word], blank: tuple[float, float], em: float) -> float | None:
    """The middle of the widest part of a blank that words above and below leave free, with some on both its sides."""
    low, high = blank
    ends = [(word.bbox[0], word.bbox[2]) for word in around]
    edges = sorted((max(low, a), min(high, b)) for a, b in ends if a < high and low < b)
    free, reach = [], low
    for start, end in [*edges, (high, high)]:
        free.append((start - reach, (start + reach) / 2))
        reach = max(reach, end)
    width, middle = max(free)
    both = any(b < middle for _, b in ends) and any(a > middle for a, _ in ends)
    return middle if both and width >= _GUTTER_EM * em else None


def _part(rows: Sequence[Sequence[Chunk]], low: float, high: float) -> list[list[Chunk]]:
    parts = ([chunk for chunk in row if low <= (chunk.x0 + chunk.x1) / 2 <= high] for row in rows)
    return [part for part in parts if part]
