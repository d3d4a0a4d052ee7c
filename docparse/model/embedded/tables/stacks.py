"""Places where a table may stand: between horizontal rules of one width."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from docparse.geometry import Box, overlap
from docparse.model.embedded.mono import is_mono_word
from docparse.model.embedded.tables.columns import with_bullets
from docparse.model.embedded.tables.frames import Frames
from docparse.model.embedded.tables.header import is_number
from docparse.model.embedded.tables.precision import is_caption
from docparse.model.embedded.tables.rules import Line
from docparse.model.embedded.tables.runs import is_full_line
from docparse.model.embedded.tables.text_rows import Chunk, TextRow, is_bold, split_chunks, text_rows
from docparse.schemas.page import Word

_ROW_EM, _TALL_EM = 8.0, 25.0  # what a row with a cell set to its middle may measure, and one of two columns of lines

_BLANK_EM, _HEAD_EM = 0.6, 3.0  # between two tables; where the first line of a head stands
_BLANK_ROWS_EM = 10.0  # within what stands between two rules of a table
_LIST_EM = 3.0  # how far from the end of the rules the bullets of a list between two tables stand
_TYPED = 0.9  # of a page's words: with more in monospaced type it is typewritten
_ALIKE = 3  # rules of one length, which are those of a table


def rule_stacks(
    horizontal: Sequence[Line], vertical: Sequence[Line], words: Sequence[Word], em: float
) -> list[Box]:  # fmt: skip
    """Boxes from a first to a last rule of the same extent with rows of separate chunks between them."""
    stacks: list[Box] = []
    wide = sorted(line for line in joined(horizontal, em) if line.end - line.start > 8 * em)
    if len(wide) < 2:
        return []
    between, frames = _Between(words, em), Frames(vertical, em)
    used: set[int] = set()
    for i, top in enumerate(wide):
        if i in used or ((over := frames.above(top)) and between.kind(over, top) != "table"):
            continue
        stack = [top]
        for j in range(i + 1, len(wide)):
            if _same_extent(top, wide[j], em):
                if _is_framed(stack[-1], wide[j], between, frames) or _is_of_another(stack, wide[j], em):
                    break
                kind = between.kind(stack[-1], wide[j])
                if kind == "other" and not (
                    len(stack) > 1 and between.is_tall_row((stack[-1], wide[j]), (stack[-2], stack[-1]))
                ):
                    break
                if kind == "gap" and len(stack) > 1 and between.begins_anew(stack, wide[j]):
                    break
                ends = kind == "caption" or between.has_blank(stack[-1], wide[j], vertical)
                if ends and any(between.kind(a, b) == "table" for a, b in pairwise(stack)):
                    break
                stack.append(wide[j])
                used.add(j)
        if len(stack) > 1 and any(between.kind(a, b) == "table" for a, b in pairwise(stack)):
            used.add(i)
            stack = [*_first_rows([wide[k] for k in range(i) if k not in used], stack, between, em), *stack]
            x0 = min(line.start for line in stack)
            x1 = max(line.end for line in stack)
            stacks.append((x0, _top(stack, horizontal, x0, x1, em), x1, stack[-1].pos))
    chosen: list[Box] = []
    for box in sorted(stacks, key=lambda b: b[0] - b[2]):  # rules over part of the columns stack up too
        if not any(overlap(box, other) for other in chosen):
            chosen.append(box)
    return chosen


def _is_of_another(stack: Sequence[Line], line: Line, em: float) -> bool:
    """The rules so far are of one length, and the next one is longer or shorter at both ends."""
    first = stack[0]
    if len(stack) < _ALIKE or any(max(abs(a.start - first.start), abs(a.end - first.end)) > 1 for a in stack):
        return False
    out = (first.start - line.start, line.end - first.end)
    return min(out) > 0.5 * em or max(out) < -0.5 * em


def _is_framed(upper: Line, lower: Line, between: _Between, frames: Frames) -> bool:
    """The next rule begins a frame, or the last one ended one, and what is framed is no part of a table's rows."""
    if (frames.above(upper) or frames.below(lower)) and between.is_empty(upper, lower):
        return True
    bottom = frames.below(lower)
    if bottom is None or not frames.is_tall(lower, bottom):
        return False
    return between.kind(lower, bottom) != "table" or between.is_program(lower, bottom)


def _first_rows(above: Sequence[Line], stack: Sequence[Line], between: _Between, em: float) -> list[Line]:
    """Rules over first rows of many lines, which only the rows below them tell from running text."""
    found: list[Line] = []
    below = stack[0]
    for line in reversed(above):
        if _same_extent(below, line, em):
            if not between.is_tall_row((line, below), (stack[0], stack[1])):
                break
            found.insert(0, line)
            below = line
    return found


def joined(horizontal: Sequence[Line], em: float) -> list[Line]:
    """Pieces of rule at one height, a blank apart, count as one rule."""
    pieces: list[Line] = []
    for line in sorted(horizontal):
        if pieces and line.pos - pieces[-1].pos < 0.15 * em and -em < line.start - pieces[-1].end < 2 * em:
            pieces[-1] = pieces[-1]._replace(end=max(line.end, pieces[-1].end))
        else:
            pieces.append(line)
    return pieces


def _same_extent(a: Line, b: Line, em: float) -> bool:
    return abs(a.start - b.start) < 1.5 * em and abs(a.end - b.end) < 1.5 * em


class _Between:
    """What stands between the rules of a page."""

    def __init__(self, words: Sequence[Word], em: float) -> None:
        self._words, self._em = sorted(words, key=_middle), em
        self._middles = [_middle(word) for word in self._words]

    def is_program(self, upper: Line, lower: Line) -> bool:
        """Whether all that stands between two rules is in monospaced type, on a page that is not typewritten."""
        inner = [word for word in self._words if upper.pos < _middle(word) < lower.pos]
        return all(map(is_mono_word, inner)) and sum(map(is_mono_word, self._words)) < _TYPED * len(self._words)

    def kind(self, upper: Line, lower: Line) -> str:
        """What stands between two rules: "table", "gap" (little or nothing), "caption" (of a table), "other" (running
        text, a picture)."""
        rows = self._rows(upper, lower)
        if not rows:
            return "gap" if lower.pos - upper.pos < 3 * self._em else "other"
        full = [is_full_line(row, upper.end - upper.start, self._em) for row in rows]
        if any(map(all, pairwise(full))):  # a paragraph parts two tables
            return "other"
        several = [row for row in rows if len(row.chunks) > 1]
        numbers = sum(is_number(chunk.text) for row in several for chunk in row.chunks)
        if 2 * len(several) >= len(rows) or (len(several) > 1 and numbers >= 0.5 * sum(len(r.chunks) for r in rows)):
            return "table"
        if len(several) > 1 and 5 * len(several) >= 2 * len(rows):
            return "table" if _has_labels(rows, several, numbers) else "gap"
        lines, height = (4, 6.0) if several else (2, 4.0)  # the heads of columns, or a title
        if len(rows) > lines or lower.pos - upper.pos >= height * self._em:
            return "other"
        return "caption" if any(is_caption(row.words) for row in rows) else "gap"

    def is_empty(self, upper: Line, lower: Line) -> bool:
        return not self._rows(upper, lower)

    def has_blank(self, upper: Line, lower: Line, vertical: Sequence[Line]) -> bool:
        """Far below the last line under the upper rule, others stand over the lower one: those of something else."""
        far, em = _BLANK_ROWS_EM * self._em, self._em
        if lower.pos - upper.pos < far:
            return False
        if any(side.start < upper.pos + em and side.end > lower.pos - em for side in vertical):
            return False  # columns that are drawn
        rows = self._rows(upper, lower)
        ends = [upper.pos, *(row.y1 for row in rows)]
        return any(row.y0 - end > far for end, row in zip(ends, rows, strict=False))

    def begins_anew(self, stack: Sequence[Line], line: Line) -> bool:
        """Under a blank, heads in bold, after rows that are not: those of another table."""
        last, em = stack[-1], self._em
        if line.pos - last.pos < _BLANK_EM * em or self._rows(last, line):
            return False
        head = self._rows(line, line._replace(pos=line.pos + _HEAD_EM * em))[:1]
        if not head or not is_bold(head[0]) or any(is_number(chunk.text) for chunk in head[0].chunks):
            return False
        return not any(is_bold(row) for row in self._rows(stack[-2], last))

    def is_tall_row(self, rules: tuple[Line, Line], near: tuple[Line, Line]) -> bool:
        """Lines that keep to the columns of the rows between two rules `near` by: a row with a cell of many lines."""
        columns = max((sorted(row.chunks, key=_left) for row in self._rows(*near)), key=len, default=[])
        if len(columns) < (3 if rules[1].pos - rules[0].pos > _TALL_EM * self._em else 2):
            return False
        met: set[int] = set()
        rows = self._rows(*rules)
        for row in rows:
            for chunk in row.chunks:
                own = [i for i, c in enumerate(columns) if chunk.x0 < c.x1 and c.x0 < chunk.x1]
                if len(own) > 1 or chunk.x0 < columns[0].x0 - 0.5 * self._em:
                    return False
                met.update(own)
        return {0, 1} <= met or (0 in met and len(met) > 1 and len(rows[0].chunks) > 1)

    def _rows(self, upper: Line, lower: Line) -> list[TextRow]:
        """Rows with their chunks; in what may be one row, lines that stand beside one another are taken together."""
        first, last = bisect_right(self._middles, upper.pos), bisect_left(self._middles, lower.pos)
        rows: list[TextRow] = []
        above: TextRow | None = None
        for row in text_rows(w for w in self._words[first:last] if w.bbox[2] > upper.start and w.bbox[0] < upper.end):
            row.chunks = split_chunks(row, 0.9 * self._em)
            if min(row.x0 - upper.start, upper.end - row.x1) < _LIST_EM * self._em:  # no list in a cell
                row.chunks = with_bullets(row.chunks)
            if above is not None and lower.pos - upper.pos < _ROW_EM * self._em and _beside(above, row):
                rows[-1].chunks = rows[-1].chunks + row.chunks
            else:
                rows.append(row)
            above = replace(row)
        return rows


def _beside(upper: TextRow, lower: TextRow) -> bool:
    """Lines at overlapping heights, neither above the other: a cell set to the middle of a taller neighbour."""
    if upper.y1 - lower.y0 <= 0.3 * min(upper.y1 - upper.y0, lower.y1 - lower.y0):
        return False
    return not any(a.x0 < b.x1 and b.x0 < a.x1 for a in upper.chunks for b in lower.chunks)


def _has_labels(rows: Sequence[TextRow], several: Sequence[TextRow], numbers: int) -> bool:
    """Lines of a single chunk are labels that stand or go on by themselves, and data stand beside the others."""
    start = min(row.chunks[1].x0 for row in several)
    alone = [row.chunks[0] for row in rows if len(row.chunks) == 1]
    return numbers >= len(several) > 3 and all(chunk.x1 < start or is_number(chunk.text) for chunk in alone)


def _middle(word: Word) -> float:
    return (word.bbox[1] + word.bbox[3]) / 2


def _left(chunk: Chunk) -> float:
    return chunk.x0


def is_frame(box: Box, vertical: Sequence[Line], em: float) -> bool:
    """Rules run down both sides of the box: what stands in it may be framed text as well as a table."""
    x0, y0, x1, y1 = box
    tall = [line.pos for line in vertical if line.start < y0 + 0.5 * em and line.end > y1 - 0.5 * em]
    return any(abs(pos - x0) < 0.5 * em for pos in tall) and any(abs(pos - x1) < 0.5 * em for pos in tall)


def _top(stack: list[Line], horizontal: Sequence[Line], x0: float, x1: float, em: float) -> float:
    """A header may stand under shorter rules above the first full one."""
    top = stack[0].pos
    for line in sorted(horizontal, reverse=True):
        inside = line.start > x0 - em and line.end < x1 + em and line.end - line.start > 3 * em
        long = line.end - line.start > 0.25 * (x1 - x0) and not _same_extent(line, stack[0], em)
        if inside and top - 2.5 * em < line.pos < top and long:
            top = line.pos
    return top


def with_spanner(box: Box, words: Sequence[Word], horizontal: Sequence[Line], em: float) -> Box:
    """The box with a head centred right over the rules at its top, where these leave the first column out."""
    x0, y0, x1, y1 = box
    rules = [
        line for line in horizontal if abs(line.pos - y0) < 0.8 * em and x0 - em < line.start and line.end < x1 + em
    ]
    if not rules:
        return box
    start, end = min(rule.start for rule in rules), max(rule.end for rule in rules)
    level = min(rule.pos for rule in rules)
    above = (word for word in words if level - 1.8 * em < word.bbox[1] and word.bbox[3] < level + 0.3 * em)
    over = [word for word in above if x0 < word.bbox[2] and word.bbox[0] < x1]
    if start < x0 + 4 * em or not over:
        return box
    left, right = min(word.bbox[0] for word in over), max(word.bbox[2] for word in over)
    if left < start or right > end or abs(left + right - start - end) > 2 * em:
        return box
    return (x0, min(word.bbox[1] for word in over), x1, y1)
