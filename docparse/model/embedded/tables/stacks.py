"""Places where a table may stand: between horizontal rules of one width."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise

from docparse.geometry import Box, overlap
from docparse.model.embedded.tables.header import is_number
from docparse.model.embedded.tables.rules import Line
from docparse.model.embedded.tables.text_rows import split_chunks, text_rows
from docparse.schemas.page import Word


def rule_stacks(horizontal: Sequence[Line], words: Sequence[Word], em: float) -> list[Box]:
    """Boxes from a first to a last rule of the same extent with rows of separate chunks between them."""
    stacks: list[Box] = []
    by_middle = sorted(words, key=_middle)
    middles = [_middle(word) for word in by_middle]
    wide = sorted(line for line in _joined(horizontal, em) if line.end - line.start > 8 * em)
    used: set[int] = set()
    for i, top in enumerate(wide):
        if i in used:
            continue
        stack = [top]
        for j in range(i + 1, len(wide)):
            if _same_extent(top, wide[j], em):
                kind = _between(stack[-1], wide[j], by_middle, middles, em)
                if kind == "other":
                    break
                stack.append(wide[j])
                used.add(j)
        if len(stack) > 1 and any(_between(a, b, by_middle, middles, em) == "table" for a, b in pairwise(stack)):
            x0 = min(line.start for line in stack)
            x1 = max(line.end for line in stack)
            stacks.append((x0, _top(stack, horizontal, x0, x1, em), x1, stack[-1].pos))
    chosen: list[Box] = []
    for box in sorted(stacks, key=lambda b: b[0] - b[2]):  # rules over part of the columns stack up too
        if not any(overlap(box, other) for other in chosen):
            chosen.append(box)
    return chosen


def _joined(horizontal: Sequence[Line], em: float) -> list[Line]:
    """Pieces of rule at one height, a blank apart, count as one rule."""
    joined: list[Line] = []
    for line in sorted(horizontal):
        if joined and line.pos - joined[-1].pos < 0.15 * em and -em < line.start - joined[-1].end < 2 * em:
            joined[-1] = joined[-1]._replace(end=max(line.end, joined[-1].end))
        else:
            joined.append(line)
    return joined


def _same_extent(a: Line, b: Line, em: float) -> bool:
    return abs(a.start - b.start) < 1.5 * em and abs(a.end - b.end) < 1.5 * em


def _middle(word: Word) -> float:
    return (word.bbox[1] + word.bbox[3]) / 2


def _between(upper: Line, lower: Line, words: Sequence[Word], middles: Sequence[float], em: float) -> str:
    """What stands between two rules: "table", "gap" (little or nothing), "other" (running text, a picture)."""
    first, last = bisect_right(middles, upper.pos), bisect_left(middles, lower.pos)
    inside = [w for w in words[first:last] if w.bbox[2] > upper.start and w.bbox[0] < upper.end]
    if not inside:
        return "gap" if lower.pos - upper.pos < 3 * em else "other"
    rows = text_rows(inside)
    for row in rows:
        row.chunks = split_chunks(row, 0.9 * em)
    several = [row for row in rows if len(row.chunks) > 1]
    numbers = sum(is_number(chunk.text) for row in several for chunk in row.chunks)
    if 2 * len(several) >= len(rows) or (len(several) > 1 and numbers >= 0.5 * sum(len(r.chunks) for r in rows)):
        return "table"
    if len(several) > 1 and 5 * len(several) >= 2 * len(rows):
        return "gap"
    return "gap" if len(rows) <= 2 and lower.pos - upper.pos < 4 * em else "other"


def _top(stack: list[Line], horizontal: Sequence[Line], x0: float, x1: float, em: float) -> float:
    """A header may stand under shorter rules above the first full one."""
    top = stack[0].pos
    for line in sorted(horizontal, reverse=True):
        inside = line.start > x0 - em and line.end < x1 + em and line.end - line.start > 3 * em
        if inside and top - 2.5 * em < line.pos < top and line.end - line.start > 0.25 * (x1 - x0):
            top = line.pos
    return top
