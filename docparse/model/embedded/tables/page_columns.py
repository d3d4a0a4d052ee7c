"""Columns of a page, so that no table is looked for across them: their gutters part what doesn't belong together."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from docparse.model.embedded.gutters import Gutters
from docparse.model.embedded.tables.text_rows import TextRow, height_of, rows_of
from docparse.schemas.page import Word

_ALIGNED = 0.6  # of the lines beside a gutter that belongs to a table stand on one level with the other side's
_LEVEL_EM = 0.12
_BLANK_EM = 0.75  # a blank of justified text is seldom wider, a gutter never as narrow
_TORN_EM = 1.5  # a blank between words that is none of running text
WIDEST_EM = 28.0  # of a column that is one of several
_PROSE_ROWS, _PROSE_WORDS = 4, 3.0


class Cut(NamedTuple):
    """A gutter at `x` from y = `top` to `bottom`."""

    x: float
    top: float
    bottom: float


def in_columns(words: Sequence[Word], em: float) -> list[list[Word]]:
    """The words by column; all in one list where no gutter parts the page.

    For words of a text layer: what OCR read does not stand exactly enough on its lines.
    """
    cuts = page_gutters(words, em)
    if not cuts:
        return [list(words)]
    parts: dict[tuple[int, ...], list[Word]] = {}
    for word in words:
        x, y = (word.bbox[0] + word.bbox[2]) / 2, (word.bbox[1] + word.bbox[3]) / 2
        key = tuple((1 if x > cut.x else -1) if cut.top <= y <= cut.bottom else 0 for cut in cuts)
        parts.setdefault(key, []).append(word)
    return list(parts.values())


def page_gutters(words: Sequence[Word], em: float) -> list[Cut]:
    """Gutters with running text on a side, or with lines on their two sides that stand on levels of their own."""
    corridors = _corridors(Gutters(words), em)
    if not corridors:
        return []
    level = _Level(sorted(words, key=height_of))
    return [_extended(cut, words) for cut in corridors if _parts_page(cut, corridors, level, em)]


class _Level:
    """Words sorted by height, for rows of those between two heights and two edges."""

    def __init__(self, words: list[Word]) -> None:
        self._words = words
        self._ys = [height_of(word) for word in words]
        self._xs = [word.bbox[0] + word.bbox[2] for word in words]

    def between(self, top: float, bottom: float) -> _Level:
        first, last = bisect_left(self._ys, 2 * top), bisect_right(self._ys, 2 * bottom)
        found = _Level([])
        found._words, found._xs = self._words[first:last], self._xs[first:last]
        return found

    def rows(self, low: float, high: float) -> list[TextRow]:
        return rows_of(self.words(low, high))

    def words(self, low: float, high: float) -> list[Word]:
        low, high = 2 * low, 2 * high
        return [word for x, word in zip(self._xs, self._words, strict=True) if low < x < high]


def _corridors(gutters: Gutters, em: float) -> list[Cut]:
    """Stripes side by side as one cut, that of the tallest."""
    groups: list[list[Cut]] = []
    for x0, y0, x1, y1 in sorted(gutters.stripes):
        stripe = Cut((x0 + x1) / 2, y0, y1)
        group = next(
            (g for g in groups if stripe.x - g[-1].x < 0.4 * em and g[-1].top < y1 and y0 < g[-1].bottom), None
        )
        if group is None:
            groups.append([stripe])
        else:
            group.append(stripe)
    return [max(group, key=lambda cut: cut.bottom - cut.top) for group in groups]


def _parts_page(cut: Cut, others: Sequence[Cut], words: _Level, em: float) -> bool:
    beside = [
        other.x
        for other in others
        if abs(other.x - cut.x) > 1.5 * em and other.top < cut.bottom and cut.top < other.bottom
    ]
    level = words.between(cut.top - 0.5 * em, cut.bottom + 0.5 * em)
    # what is a column may have a river of white in it: its far edge is one of the corridors, not surely the next one
    lows = [*sorted([x for x in beside if x < cut.x], reverse=True)[:4], float("-inf")]
    highs = [*sorted(x for x in beside if x > cut.x)[:4], float("inf")]
    left, right = level.rows(lows[0], cut.x), level.rows(cut.x, highs[0])
    if min(len(left), len(right)) < 3 or _is_river(left, right, em):
        return False
    if any(_is_column(side, em) and not _is_torn(side, em) for side in (left, right)):
        return True
    if _aligned_share(left, right, em) < _ALIGNED:
        return True
    sides = [*((low, cut.x) for low in lows[1:]), *((cut.x, high) for high in highs[1:])]
    columns = (level.words(low, high) for low, high in sides)
    return any(_reads_as_prose(column) and _is_column(rows_of(column), em) for column in columns)


def _reads_as_prose(words: Sequence[Word]) -> bool:
    """Whether there are words enough for a column of text, most of them beginning with a letter."""
    if len(words) < _PROSE_ROWS * _PROSE_WORDS:
        return False
    return len([word for word in words if word.text[0].isalpha()]) >= 0.75 * len(words)


def _is_column(rows: Sequence[TextRow], em: float) -> bool:
    """Lines of running text, most of them as wide as the column."""
    words = [word for row in rows for word in row.words]
    if len(rows) < _PROSE_ROWS or len(words) < _PROSE_WORDS * len(rows) or not _reads_as_prose(words):
        return False
    start, end = min(row.x0 for row in rows), max(row.x1 for row in rows)
    full = sum(row.x0 - start < 0.6 * em and end - row.x1 < 0.6 * em for row in rows)
    return 2 * full > len(rows) and 8 * em < end - start < WIDEST_EM * em


def _is_torn(rows: Sequence[TextRow], em: float) -> bool:
    """Whether words of most lines are as far apart as labels and numbers are, though no corridor parts them."""
    torn = sum(any(b.bbox[0] - a.bbox[2] > _TORN_EM * em for a, b in pairwise(row.words)) for row in rows)
    return 2 * torn > len(rows)


def _is_river(left: Sequence[TextRow], right: Sequence[TextRow], em: float) -> bool:
    """Lines run on over the gutter with no more than a blank between their words."""
    ends = {round(_baseline(row)): row.x1 for row in left}
    gaps = [row.x0 - ends[level] for row in right if (level := round(_baseline(row))) in ends]
    narrow = sum(gap < _BLANK_EM * em for gap in gaps)
    return narrow >= 2 and 5 * narrow >= len(right)


def _aligned_share(left: Sequence[TextRow], right: Sequence[TextRow], em: float) -> float:
    """Share of the lines of the shorter side that are level with a line, or the middle of two, of the other side."""
    few, many = (left, right) if len(left) <= len(right) else (right, left)
    levels = [_baseline(row) for row in many]
    levels += [(a + b) / 2 for a, b in pairwise(levels) if b - a < 1.6 * em]
    return sum(any(abs(_baseline(row) - level) < _LEVEL_EM * em for level in levels) for row in few) / len(few)


def _baseline(row: TextRow) -> float:
    return row.words[0].baseline


def _extended(cut: Cut, words: Sequence[Word]) -> Cut:
    """The gutter as far up and down as no word crosses it and only one side has text."""
    top, bottom = float("-inf"), float("inf")
    sides: list[tuple[float, bool]] = []
    for word in words:
        x0, y0, x1, y1 = word.bbox
        y = (y0 + y1) / 2
        if cut.top <= y <= cut.bottom:
            continue
        if x0 < cut.x < x1:
            top, bottom = (max(top, y1), bottom) if y < cut.top else (top, min(bottom, y0))
        else:
            sides.append((y, x0 > cut.x))
    top = max(top, _last_single(sorted((cut.top - y, right) for y, right in sides if top < y < cut.top), cut.top, -1))
    below = sorted((y - cut.bottom, right) for y, right in sides if cut.bottom < y < bottom)
    return Cut(cut.x, top, min(bottom, _last_single(below, cut.bottom, 1)))


def _last_single(sides: Sequence[tuple[float, bool]], edge: float, way: int) -> float:
    """How far from the edge text on one side goes on before there is some on the other, too."""
    for distance, right in sides:
        if right != sides[0][1]:
            return edge + way * (distance - 0.1)
    return way * float("inf")
