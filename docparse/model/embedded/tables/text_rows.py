"""Words as visual rows, and the chunks (words close together) in them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import pairwise
from statistics import median

from docparse.geometry import Box, union
from docparse.model.embedded.indices import index_texts
from docparse.model.embedded.joining import join_pair, line_text
from docparse.model.embedded.lines import line_of
from docparse.rtl import is_rtl
from docparse.schemas.page import Word, WordStyle

_BLANK_EM = 0.22  # a wider gap is a blank even where the source has none
_ASCENT_EM, _DESCENT_EM = 1.05, 0.45  # a box that reaches farther is its font's, not its letters'
_HEAD_EM = 0.35  # the least blank between two heads in bold
_PROSE_WORDS, _PROSE = 5, 25  # of a line of running text, and of all of them
_LARGER = 1.4  # than the labels beside it
_BOLD = int(WordStyle.BOLD)
_ROTATED, _SCRIPT = int(WordStyle.ROTATED), int(WordStyle.SUPERSCRIPT | WordStyle.SUBSCRIPT)


@dataclass(slots=True, eq=False)
class Chunk:
    """Words of one row that stand close together."""

    words: list[Word]
    x0: float
    x1: float

    @property
    def text(self) -> str:
        return " ".join([word.text for word in self.words])


@dataclass(slots=True)
class TextRow:
    """Words on one visual line, left to right."""

    words: list[Word]
    y0: float
    y1: float
    chunks: list[Chunk] = field(default_factory=list)

    @property
    def middle(self) -> float:
        return (self.y0 + self.y1) / 2

    @property
    def x0(self) -> float:
        return self.words[0].bbox[0]

    @property
    def x1(self) -> float:
        return max(word.bbox[2] for word in self.words)


def is_bold(row: TextRow) -> bool:
    """Whether a row of several chunks is all in bold type, as the head of a table may be."""
    return len(row.chunks) > 1 and all(word.style & _BOLD for word in row.words)


def part_heads(rows: Sequence[TextRow], em: float) -> None:
    """Part bold heads that all but touch where the columns of the row below them do."""
    for head, row in pairwise(rows):
        if len(row.chunks) < 3 or len(head.chunks) >= len(row.chunks) or row.y0 - head.y1 > em:
            continue
        if not all(word.style & _BOLD for word in head.words) or any(word.style & _BOLD for word in row.words):
            continue
        parts = split_chunks(head, _HEAD_EM * em)
        if len(parts) == len(row.chunks) and all(map(shares_width, parts, row.chunks)):
            head.chunks = parts


def shares_width(chunk: Chunk, other: Chunk) -> bool:
    return chunk.x0 < other.x1 and other.x0 < chunk.x1


def em_of(words: Sequence[Word]) -> float:
    """The usual text size: median font size, or 0.75 of the median box height where sizes are unknown.

    Where most words are labels of plots in much smaller type, that of the lines of running text.
    """
    sizes = [word.size or 0.75 * (word.bbox[3] - word.bbox[1]) for word in words]
    if not sizes:
        return 10.0
    em = median(sizes)
    if 2 * sum(size > _LARGER * em for size in sizes) < _PROSE:
        return max(em, 1.0)
    counts = Counter([word.line for word in words])
    prose = [
        size for word, size in zip(words, sizes, strict=True)
        if counts[word.line] >= _PROSE_WORDS and len(word.text) > 2 and word.text[:3].isalpha()
    ]  # fmt: skip
    if len(prose) >= _PROSE and (size := median(prose)) > _LARGER * em:
        em = size
    return max(em, 1.0)


def well_boxed(words: Sequence[Word]) -> list[Word]:
    """The words with boxes as tall as their line.

    Symbol fonts name the height of their largest sign for that of all, and super- and subscripts stand on a level of
    their own: either would put words of one line into rows of several.
    """
    result: list[Word] = []
    main: Word | None = None
    for word in words:
        text, (x0, y0, x1, y1), size, font, style, colour, baseline, line, space, confidence = word
        if style & _ROTATED or not font:
            result.append(word)
            continue
        if style & _SCRIPT:
            result.append(_as_tall(word, main) if main is not None and main.line == line else word)
            continue
        top, bottom = baseline - _ASCENT_EM * size, baseline + _DESCENT_EM * size
        if (y0 < top or y1 > bottom) and y0 < baseline < y1:
            box = (x0, max(y0, top), x1, min(y1, bottom))
            word = Word(text, box, size, font, style, colour, baseline, line, space, confidence)  # faster than _replace
        main = word
        result.append(word)
    return result


def _as_tall(script: Word, main: Word) -> Word:
    x0, y0, x1, y1 = script.bbox
    if y1 <= main.bbox[1] or y0 >= main.bbox[3]:
        return script
    return script._replace(bbox=(x0, main.bbox[1], x1, main.bbox[3]))


def text_rows(words: Iterable[Word]) -> list[TextRow]:
    """Visual rows from top to bottom; a word joins the row whose middle band holds the word's own middle."""
    return rows_of(sorted(words, key=height_of))


def rows_of(words: Iterable[Word]) -> list[TextRow]:
    """`text_rows` of words that are sorted by `height_of`."""
    rows: list[TextRow] = []
    current: list[Word] = []
    y0 = y1 = 0.0
    for word in words:
        _, top, _, bottom = word.bbox
        middle = (top + bottom) / 2
        band = 0.25 * (y1 - y0)
        if current and y0 + band <= middle <= y1 - band:
            if bottom - top > y1 - y0:
                y0, y1 = top, bottom
            current.append(word)
            continue
        if current:
            rows.append(_row(current, y0, y1))
        current, y0, y1 = [word], top, bottom
    if current:
        rows.append(_row(current, y0, y1))
    return rows


def height_of(word: Word) -> float:
    """Twice the y of a word's middle."""
    _, top, _, bottom = word.bbox
    return top + bottom


def _left(word: Word) -> float:
    return word.bbox[0]


def _row(words: list[Word], y0: float, y1: float) -> TextRow:
    if len(words) > 1:
        words.sort(key=_left)
    return TextRow(words, y0, y1)


def split_chunks(row: TextRow, gap: float) -> list[Chunk]:
    """Chunks of a row: neighbours closer than `gap` belong together."""
    chunks: list[Chunk] = []
    last: Chunk | None = None
    for word in row.words:
        x0, _, x1, _ = word.bbox
        if last is not None and x0 - last.x1 < gap:
            last.words.append(word)
            last.x1 = x1 if x1 > last.x1 else last.x1
        else:
            last = Chunk([word], x0, x1)
            chunks.append(last)
    return chunks


def join_words(words: Sequence[Word]) -> str:
    """Words of one cell in reading order, a blank where the page has one; a word cut at a line's end is one again."""
    if len(words) < 2:
        return words[0].text if words else ""
    return reduce(join_pair, map(_row_text, text_rows(words)), "")


def _row_text(row: TextRow) -> str:
    if any(is_rtl(char) for word in row.words for char in word.text):
        return line_text(line_of(row.words))
    parts: list[str] = []
    end = math.inf
    for word, shown in zip(row.words, index_texts(row.words), strict=True):
        if word.bbox[0] - end > _BLANK_EM * word.size and word.size:
            parts.append(" ")
        parts.append(shown)
        if word.space:
            parts.append(" ")
        end = word.bbox[2]
    return " ".join("".join(parts).split())


def box_of(words: Sequence[Word]) -> Box:
    return union(word.bbox for word in words)


def words_in(words: Sequence[Word], box: Box) -> list[Word]:
    """Words whose middle lies within the box."""
    left, top, right, bottom = (2 * side for side in box)
    return [
        word for word in words
        if top <= (b := word.bbox)[1] + b[3] <= bottom and left <= b[0] + b[2] <= right
    ]  # fmt: skip


def words_within(words: Iterable[Word], boxes: Sequence[Box]) -> list[Word]:
    """Words whose middle lies within one of the boxes."""
    twice = [(2 * x0, 2 * y0, 2 * x1, 2 * y1) for x0, y0, x1, y1 in boxes]
    found: list[Word] = []
    for word in words:
        x0, y0, x1, y1 = word.bbox
        x, y = x0 + x1, y0 + y1
        for left, top, right, bottom in twice:
            if left <= x <= right and top <= y <= bottom:
                found.append(word)
                break
    return found
