"""Tables that stand side by side, told from the columns of one table."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from docparse.geometry import Box, union
from docparse.model.embedded.script import is_rtl_text
from docparse.model.embedded.tables.header import is_number
from docparse.model.embedded.tables.text_rows import Chunk, split_chunks, text_rows, words_in
from docparse.schemas.page import Word

_GUTTER_EM, _WIDER = 3.0, 1.7  # least width of the blank between two tables, and how much wider it is than all others
_MOST, _SOME = 0.7, 0.3
_LEAST_ROWS = 3
_LEVEL_EM = 0.15


def side_by_side(box: Box, words: Sequence[Word], em: float) -> list[Box]:
    """The boxes of two tables without rules, each of labels and numbers, in the box; the box itself where it is one.

    What stands beside a table on levels of its own, such as the lines of another column of the page, is left out.
    """
    rows = [split_chunks(row, 0.9 * em) for row in text_rows(words_in(words, box))]
    blanks = sorted(blanks_of([chunk for row in rows for chunk in row]), key=lambda blank: blank[0] - blank[1])
    if len(blanks) < 3 or blanks[0][1] - blanks[0][0] < _GUTTER_EM * em:
        return [box]
    widest, second = (high - low for low, high in blanks[:2])
    middle = sum(blanks[0]) / 2
    left = [part for row in rows if (part := [chunk for chunk in row if chunk.x1 < middle])]
    right = [part for row in rows if (part := [chunk for chunk in row if chunk.x0 > middle])]
    if widest < _WIDER * second:
        return [box]
    sides = [side for side in (left, right) if _is_table(side)]
    if not sides or (len(sides) == 1 and 2 * level_rows(left, right, em) >= min(len(left), len(right))):
        return [box]
    return [union(word.bbox for part in side for chunk in part for word in chunk.words) for side in sides]


def level_rows(left: Sequence[Sequence[Chunk]], right: Sequence[Sequence[Chunk]], em: float) -> int:
    """How many rows of the one side stand on the level of one of the other."""
    levels = [row[0].words[0].baseline for row in right]
    return sum(any(abs(row[0].words[0].baseline - level) < _LEVEL_EM * em for level in levels) for row in left)


def are_apart(boxes: Sequence[Box], run: Box, words: Sequence[Word], em: float) -> bool:
    """Whether ruled boxes beside one another hold all that stands in the run, and each has labels of its own."""
    inside = words_in(words, run)
    if any(not any(box[0] - em < word.bbox[0] and word.bbox[2] < box[2] + em for box in boxes) for word in inside):
        return False
    return all(_is_table([split_chunks(row, 0.9 * em) for row in text_rows(words_in(words, box))]) for box in boxes)


def begins_with_labels(box: Box, words: Sequence[Word], em: float) -> bool:
    """Whether rows of several cells below the head in the box begin with a label, so that what stands left of it is
    none."""
    rows = [split_chunks(row, 0.9 * em) for row in text_rows(words_in(words, box))]
    several = [row for row in rows if len(row) > 1][1:]
    labels = sum(not is_number(row[0].text) for row in several)
    return len(several) >= _LEAST_ROWS - 1 and labels >= _SOME * len(several)


def _is_table(rows: Sequence[Sequence[Chunk]]) -> bool:
    """Most rows begin with a label and end with a number, and the first of them is a head."""
    if is_rtl_text([word.text for row in rows for chunk in row for word in chunk.words], False):
        rows = [row[::-1] for row in rows]
    several = [row for row in rows if len(row) > 1]
    if len(several) < _LEAST_ROWS or len(several) < _MOST * len(rows):
        return False
    labels = sum(not is_number(row[0].text) for row in several)
    numbers = sum(is_number(row[-1].text) for row in several)
    head = rows[0]
    return min(labels, numbers) >= _MOST * len(several) and len(head) > 1 and not is_number(head[0].text)


def blanks_of(chunks: Sequence[Chunk]) -> list[tuple[float, float]]:
    """Where no chunk stands, from left to right."""
    found: list[tuple[float, float]] = []
    spans = sorted((chunk.x0, chunk.x1) for chunk in chunks)
    reach = spans[0][1] if spans else 0.0
    for (_, before), (start, _) in pairwise(spans):
        reach = max(reach, before)
        if start > reach:
            found.append((reach, start))
    return found
