"""Columns of a table from the white corridors between its words."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from docparse.model.embedded.lists import is_bullet
from docparse.model.embedded.script import is_rtl_char, is_unspaced
from docparse.model.embedded.tables.header import is_number
from docparse.model.embedded.tables.rules import Line
from docparse.model.embedded.tables.text_rows import Chunk, TextRow, em_of, split_chunks
from docparse.schemas.page import Word, WordStyle

_MONO = int(WordStyle.MONO)  # an IntFlag is slow to test
_RIGHT_OF_SYMBOL = re.compile(r"^[$€£¥<>≤≥~≈±(\[]+$")  # belongs to what follows it
_LEFT_OF_SYMBOL = re.compile(r"^[%*†‡§¶°)\]]+$|^[a-z]$")  # belongs to what stands before it
_CONNECTED = re.compile(r"^(to|bis|and|und|à|a|±|–|—|/|×)\s+\S")  # goes on with a range or a sum begun before it
_SIDES = 0.15  # of a monospaced letter: what the ink of a word lacks at its sides
_MONO_WORDS, _MONO_SHARE = 6, 0.65
_FLUSH_EM, _NEARLY_EM, _MOST_FLUSH = 0.15, 0.5, 0.7  # from the ends of numbers set to the right, and how many are so
_ALIKE = 3  # chunks of each of a few rows: they show the columns
_BULLET_HEIGHTS = 1.7  # of its line: farther from its text it is a sign in a column of its own


class Corridor(NamedTuple):
    """White space between two columns, from x = `low` to `high`."""

    low: float
    high: float

    @property
    def middle(self) -> float:
        return (self.low + self.high) / 2


def chunk_gap(words: Sequence[Word], rows: Sequence[TextRow], em: float) -> float:
    """Blank that parts two chunks: few rows need a wide one, many rows prove a narrow one."""
    factor = 0.45 if len(rows) >= 8 else 0.6 if len(rows) >= 4 else 0.9
    if len([word for word in words if word.style & _MONO]) > 0.5 * len(words):
        return (factor + 0.4) * em  # a blank is 0.6 em wide
    if pitch := _pitch(words):
        return (factor + 0.4) * max(em, pitch / 0.6)
    return max(factor * em, min(1.5 * blank_of(words, rows), 0.75 * em))


def _pitch(words: Sequence[Word]) -> float:
    """Width of a letter where those that an OCR engine read are all as wide as one another, else 0."""
    chosen = [
        (word.bbox[2] - word.bbox[0]) / (len(word.text) - _SIDES)
        for word in words
        if word.confidence < 1 and len(word.text) > 3 and sum(map(str.isalpha, word.text)) >= 0.8 * len(word.text)
    ]
    if len(chosen) < _MONO_WORDS:
        return 0.0
    usual = median(chosen)
    return usual if sum(abs(wide - usual) < 0.05 * usual for wide in chosen) >= _MONO_SHARE * len(chosen) else 0.0


def blank_of(words: Sequence[Word], rows: Sequence[TextRow]) -> float:
    """Usual blank between words that an OCR engine read, whose boxes are inexact; 0 for a text layer."""
    if all(word.confidence >= 1 for word in words):
        return 0.0
    em = em_of(words)
    gaps = sorted(
        b.bbox[0] - a.bbox[2]
        for row in rows
        for a, b in pairwise(row.words)
        if a.line == b.line and not _has_digit(a.text) and not _has_digit(b.text)  # numbers stand in columns
    )
    inner = [gap for gap in gaps if 0.1 * em < gap < 0.75 * em]
    return inner[len(inner) // 2] if inner else 0.0


def make_chunks(rows: Sequence[TextRow], gap: float, vertical: Sequence[Line]) -> None:
    """Set the chunks of each row; a vertical rule through the row parts them too."""
    for row in rows:
        chunks = split_chunks(row, gap)
        bars = [line.pos for line in vertical if line.start <= row.middle <= line.end]
        if bars:
            chunks = [part for chunk in chunks for part in _split_at(chunk, bars)]
        row.chunks = with_bullets(chunks)


def _split_at(chunk: Chunk, bars: list[float]) -> list[Chunk]:
    parts: list[Chunk] = []
    last = -1
    for word in chunk.words:
        side = sum((word.bbox[0] + word.bbox[2]) / 2 > bar for bar in bars)
        if parts and side == last:
            parts[-1].words.append(word)
            parts[-1].x1 = max(parts[-1].x1, word.bbox[2])
        else:
            parts.append(Chunk([word], word.bbox[0], word.bbox[2]))
        last = side
    return parts


def with_bullets(chunks: list[Chunk]) -> list[Chunk]:
    """A bullet is part of the text behind it, which stands left of it in a right-to-left script."""
    result: list[Chunk] = []
    for chunk in chunks:
        last = result[-1] if result else None
        if last is not None and (_is_before(last, chunk) or _is_after(last, chunk)):
            result[-1] = Chunk(last.words + chunk.words, last.x0, chunk.x1)
        else:
            result.append(chunk)
    return result


def _is_before(bullet: Chunk, text: Chunk) -> bool:
    if not _is_bullet(bullet) or text.x0 - bullet.x1 >= _reach(bullet):
        return False
    first = text.words[0].text
    return is_unspaced(first[0]) or (len(first) > 1 and first[0].isalpha() and not is_rtl_char(first[0]))


def _is_after(text: Chunk, bullet: Chunk) -> bool:
    if not _is_bullet(bullet) or bullet.x0 - text.x1 >= _reach(bullet):
        return False
    first = text.words[-1].text
    return len(first) > 1 and is_rtl_char(first[0])


def _is_bullet(chunk: Chunk) -> bool:
    first = chunk.words[0].text
    return len(first) == 1 and len(chunk.words) == 1 and is_bullet(first)


def _reach(bullet: Chunk) -> float:
    _, top, _, bottom = bullet.words[0].bbox
    return _BULLET_HEIGHTS * (bottom - top)


def corridors(rows: Sequence[TextRow], header: int, em: float, blank: float = 0.0) -> list[Corridor]:
    """White corridors through all rows, chunks that span several columns left aside.

    Where there is enough body under the `header` lines the body alone decides, since header words stand over several
    columns; they only choose the part of the corridor that they leave free.
    """
    body = [row.chunks for row in rows[header:] if row.chunks]
    head = [row.chunks for row in rows[:header] if row.chunks]
    if len(body) < 3:
        body, head = head + body, []
    if len(body) < 2:
        return []
    x0 = min(chunk.x0 for chunks in body + head for chunk in chunks)
    x1 = max(chunk.x1 for chunks in body + head for chunk in chunks)
    step = em / 16
    size = int((x1 - x0) / step) + 2
    free = _cover(body, _spanners(body), x0, step, size) <= len(body) // 25
    over = _cover(head, [[False] * len(chunks) for chunks in head], x0, step, size)
    alike = len(body[0]) >= _ALIKE and all(len(chunks) == len(body[0]) for chunks in body)
    minimum = 0.3 if len(body) >= 6 or alike else 0.5 if len(body) >= 4 else 0.8
    minimum = max(minimum * em, min(1.2 * blank, 0.6 * em))
    found = []
    for low, high in _runs(free):
        if low > 0 and high < len(free) and (high - low) * step >= minimum:
            clear = _clear_part(over, low, high)
            if (clear[1] - clear[0]) * step >= 0.25 * em:  # less is the edge of a head that stands over all of it
                low, high = clear
            found.append(Corridor(x0 + low * step, x0 + high * step))
    return found


def _cover(
    texts: Sequence[Sequence[Chunk]], left_out: Sequence[Sequence[bool]], x0: float, step: float, size: int
) -> NDArray[np.float64]:
    """How many chunks stand over each step of the x axis."""
    change = np.zeros(size)
    for chunks, wide in zip(texts, left_out, strict=True):
        for chunk, is_wide in zip(chunks, wide, strict=True):
            if not is_wide:
                change[int((chunk.x0 - x0) / step)] += 1
                change[int((chunk.x1 - x0) / step)] -= 1
    return np.cumsum(change)[:-1]


def _clear_part(over: NDArray[np.float64], low: int, high: int) -> tuple[int, int]:
    """The longest stretch of [low, high) over which the fewest header words stand."""
    part = over[low:high]
    start, stop = max(_runs(part == part.min()), key=lambda run: run[1] - run[0])
    return low + start, low + stop


def _runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _spanners(texts: Sequence[Sequence[Chunk]]) -> list[list[bool]]:
    """Per chunk: most other rows that have text in its width have two or more chunks there."""
    low = np.array([chunk.x0 for chunks in texts for chunk in chunks])
    high = np.array([chunk.x1 for chunks in texts for chunk in chunks])
    margin = 0.02 * (high - low)
    some = np.zeros(len(low))
    several = np.zeros(len(low))
    for chunks in texts:
        starts = np.array([chunk.x0 for chunk in chunks])
        ends = np.array([chunk.x1 for chunk in chunks])
        count = np.searchsorted(starts, high - margin) - np.searchsorted(ends, low + margin)
        some += count > 0
        several += count > 1
    wide = (several >= 1) & (several >= 0.5 * (some - 1))
    left = low.min()
    result, at = [], 0
    for chunks in texts:
        if len(chunks) == 1 and several[at] and low[at] > left + 0.25 * (high[at] - low[at]):
            wide[at] = True  # a title over the columns
        if len(chunks) == 1 and _reaches_past(chunks[0], texts):
            wide[at] = True  # a note under goods, beside whose names short numbers stand
        result.append([bool(flag) for flag in wide[at : at + len(chunks)]])
        at += len(chunks)
    return result


def _reaches_past(chunk: Chunk, texts: Sequence[Sequence[Chunk]]) -> bool:
    """Whether what stands alone in its row ends behind the beginning of a number that has its own label beside it."""
    return any(
        len(chunks) >= _ALIKE
        and chunk.x0 < chunks[0].x1
        and chunks[1].x0 < chunk.x1
        and is_number(chunks[1].words[0].text)
        for chunks in texts
    )


def without_symbol_columns(bounds: list[float], rows: Sequence[TextRow]) -> list[float]:
    """Columns of nothing but "$" or "%" or footnote marks belong to their neighbour."""
    kept = list(bounds)
    while kept:
        texts: list[list[str]] = [[] for _ in range(len(kept) + 1)]
        for row in rows:
            for chunk in row.chunks:
                first, last = bisect_right(kept, chunk.x0), bisect_right(kept, chunk.x1)
                if first == last:
                    texts[first].append(chunk.text)
        drop = next((d for d in (_symbol_side(texts, i) for i in range(len(texts))) if d is not None), None)
        if drop is None:
            return kept
        del kept[drop]
    return kept


def _symbol_side(texts: list[list[str]], column: int) -> int | None:
    """The corridor to close beside a column of symbols, None where it is a column of its own."""
    column_texts = texts[column]
    if not column_texts:
        return None
    if column < len(texts) - 1 and all(_RIGHT_OF_SYMBOL.match(text) for text in column_texts):
        return column
    if column > 0 and all(_LEFT_OF_SYMBOL.match(text) for text in column_texts):
        return column - 1
    connected = sum(bool(_CONNECTED.match(text)) for text in column_texts)
    if column > 0 and connected > 1 and connected >= 0.7 * len(column_texts):
        return column - 1
    return None


def columns_of(chunk: Chunk, bounds: Sequence[float]) -> tuple[int, int]:
    """First and last column that a chunk reaches into; `bounds` are the inner separators."""
    first = bisect_right(bounds, chunk.x0)
    return first, max(first, bisect_right(bounds, chunk.x1))


def split_at_bounds(rows: Sequence[TextRow], header: int, bounds: Sequence[float], em: float) -> list[float]:
    """Part the chunks that only stand close together on either side of a separator; the separators, of which those
    between two heads a blank apart are moved there."""
    for number, row in enumerate(rows):
        parts: list[Chunk] = []
        for chunk in row.chunks:
            parts += _parted(chunk, bounds, em, number < header)
        row.chunks = parts
    moved = list(bounds)
    for row in rows[:header] if len(rows) > header + 1 else ():
        for at, chunk in enumerate(row.chunks):
            first, last = columns_of(chunk, bounds)
            if last - first == 1 and (parts := _flush_heads(chunk, rows[header:], first, bounds, em)):
                row.chunks[at : at + 1] = parts
                moved[first] = (parts[0].x1 + parts[1].x0) / 2
                break
    return moved


def _flush_heads(chunk: Chunk, body: Sequence[TextRow], first: int, bounds: Sequence[float], em: float) -> list[Chunk]:
    """The two heads in a chunk over two columns, each of which ends where the numbers of its column do, the first one
    exactly; nothing where it is one head."""
    below = [c for row in body for c in row.chunks]
    numbers = [c for c in below if is_number(c.text)]
    ends = [[c.x1 for c in numbers if columns_of(c, bounds) == (column, column)] for column in (first, first + 1)]
    if not _end_at(chunk.x1, ends[1], _NEARLY_EM * em):
        return []
    for at, (left, right) in enumerate(pairwise(chunk.words), 1):
        x0, x1 = left.bbox[2], right.bbox[0]
        if _end_at(x0, ends[0], _FLUSH_EM * em) and not any(c.x0 < (x0 + x1) / 2 < c.x1 for c in below):
            return [Chunk(chunk.words[:at], chunk.x0, x0), Chunk(chunk.words[at:], x1, chunk.x1)]
    return []


def _end_at(x: float, ends: Sequence[float], within: float) -> bool:
    """Most of several numbers end there."""
    return len(ends) > 1 and sum(abs(end - x) < within for end in ends) >= _MOST_FLUSH * len(ends)


def _parted(chunk: Chunk, bounds: Sequence[float], em: float, in_header: bool) -> list[Chunk]:
    if len(chunk.words) < 2 or bisect_right(bounds, chunk.x0) == bisect_right(bounds, chunk.x1):
        return [chunk]
    gaps = [b.bbox[0] - a.bbox[2] for a, b in pairwise(chunk.words)]
    usual = min(gaps) if len(gaps) > 1 else 0.28 * em
    columns = [bisect_right(bounds, (word.bbox[0] + word.bbox[2]) / 2) for word in chunk.words]
    one_each = min(gaps) > 0.5 * em and all(a < b for a, b in pairwise(columns))
    parts = [Chunk([chunk.words[0]], *chunk.words[0].bbox[::2])]
    for gap, (left, right), (first, last) in zip(gaps, pairwise(chunk.words), pairwise(columns), strict=True):
        apart = first < last
        numbers = not in_header and _has_digit(left.text) and _has_digit(right.text)
        if apart and (numbers or one_each or gap > max(1.4 * usual, 0.35 * em)):
            parts.append(Chunk([right], *right.bbox[::2]))
        else:
            parts[-1].words.append(right)
            parts[-1].x1 = max(parts[-1].x1, right.bbox[2])
    return parts


def _has_digit(text: str) -> bool:
    return any(char.isdigit() for char in text)
