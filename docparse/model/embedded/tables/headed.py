"""Tables that a row of heads tells, on a band or over a rule, though too few rows stand under it to tell one: bills."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from docparse.model.embedded.tables.header import is_number
from docparse.model.embedded.tables.heads import chunked
from docparse.model.embedded.tables.precision import is_caption
from docparse.model.embedded.tables.rules import Line
from docparse.model.embedded.tables.text_rows import Chunk, TextRow, box_of, join_words
from docparse.model.embedded.types import FoundTable
from docparse.schemas.document import Cell
from docparse.schemas.page import Shape, Word, WordStyle

_LEAST_HEADS, _LEAST_PLAIN, _LEAST_NUMBERS = 3, 5, 2  # heads; where bold type alone tells them; numbers of a row
_HEAD_WORDS, _HEAD_CHARS = 6, 30
_HEAD_LINES, _LEADING_EM = 3, 0.5  # lines of a head over its last one, and the blank between them
_BAND_EM, _RULE_EM = 4.0, 1.0  # height of a band with heads; how far under them a rule runs
_WHOLE = 0.85  # of the width of the heads: a rule or band under all of them
_FIRST_EM, _NEXT_EM, _DETAIL_EM = 2.5, 3.5, 1.0  # blank over the first row, the next one, and further lines of a row
_ASIDE_EM = 8.0  # from a head to what stands in its column
_CONFIDENCE = 0.75
_BOLD = int(WordStyle.BOLD)


@dataclass(slots=True)
class _Head:
    """A head of a column: its lines, and how far it reaches."""

    lines: list[list[Word]]
    x0: float
    x1: float

    def meets(self, chunk: Chunk) -> bool:
        return chunk.x0 < self.x1 and self.x0 < chunk.x1


_Parts = dict[int, list[Word]]  # words of a line by the number of their head


def headed_tables(
    words: Sequence[Word], horizontal: Sequence[Line], shapes: Sequence[Shape], em: float
) -> list[FoundTable]:
    """Tables of three heads or more with rows of numbers right below them, top to bottom."""
    if not words:
        return []
    rows = chunked(words, em)
    found: list[FoundTable] = []
    at = 0
    while at < len(rows):
        heads = _heads(rows, at, horizontal, shapes, em)
        under = _more_heads(rows, at, heads, em) if heads and _is_bold(rows[at]) else at
        records, last = _records(rows, under, heads, em) if heads else ([], at)
        parts = [[_parts(row, heads, em) for row in record] for record in records]
        if parts and all(None not in record for record in parts):
            found.append(_table(heads, [[line for line in record if line] for record in parts]))
        at = max(at, last) + 1
    return found


def _heads(
    rows: Sequence[TextRow], at: int, horizontal: Sequence[Line], shapes: Sequence[Shape], em: float
) -> list[_Head]:
    """The heads whose last lines are the chunks of a row, if it is one of heads."""
    row = rows[at]
    if len(row.chunks) < _LEAST_HEADS or is_caption(row.words) or not all(map(_is_head, row.chunks)):
        return []
    bold = len(row.chunks) >= _LEAST_PLAIN and _is_bold(row)
    if not (bold or _is_underlined(row, horizontal, em) or _is_on_band(row, shapes, em)):
        return []
    heads = [_Head([chunk.words], chunk.x0, chunk.x1) for chunk in row.chunks]
    top = row.y0
    for above in reversed(rows[max(0, at - _HEAD_LINES) : at]):
        if top - above.y1 > _LEADING_EM * em or not _add(above, heads, beside=bold and _is_bold(above)):
            break
        top = above.y0
    return heads


def _more_heads(rows: Sequence[TextRow], at: int, heads: list[_Head], em: float) -> int:
    """The last line of bold heads of which one has lines above and below those beside it."""
    bottom, last = rows[at].y1, at
    for number in range(at + 1, min(at + 1 + _HEAD_LINES, len(rows))):
        row = rows[number]
        if row.y0 - bottom > _LEADING_EM * em or not _is_bold(row) or not _add(row, heads, beside=False):
            break
        bottom, last = row.y1, number
    return last


def _add(row: TextRow, heads: list[_Head], *, beside: bool) -> bool:
    """Adds a line to the heads that its chunks stand over or under, or, `beside` them, as a new one; False if not."""
    own = [[head for head in heads if head.meets(chunk)] for chunk in row.chunks]
    if not all(map(_is_head, row.chunks)) or any(len(each) > 1 or not (each or beside) for each in own):
        return False
    for chunk, each in zip(row.chunks, own, strict=True):
        head = each[0] if each else _Head([], chunk.x0, chunk.x1)
        head.lines.append(chunk.words)
        head.x0, head.x1 = min(head.x0, chunk.x0), max(head.x1, chunk.x1)
        if not each:
            heads.append(head)
            heads.sort(key=lambda head: head.x0)
    return True


def _is_bold(row: TextRow) -> bool:
    return all(word.style & _BOLD for word in row.words)


def _is_head(chunk: Chunk) -> bool:
    text = chunk.text
    return len(text) <= _HEAD_CHARS and text.count(" ") < _HEAD_WORDS and not is_number(text) and text[-1] not in ":;,"


def _is_underlined(row: TextRow, horizontal: Sequence[Line], em: float) -> bool:
    return any(
        -0.3 * em < line.pos - row.y1 < _RULE_EM * em
        and min(line.end, row.x1) - max(line.start, row.x0) > _WHOLE * (row.x1 - row.x0)
        for line in horizontal
    )


def _is_on_band(row: TextRow, shapes: Sequence[Shape], em: float) -> bool:
    """Whether filled boxes no higher than heads are stand behind most of the row."""
    level = [s.bbox for s in shapes if s.filled and s.bbox[1] < row.middle < s.bbox[3]]
    bands = [box for box in level if em < box[3] - box[1] < _BAND_EM * em]
    covered = sum(
        any(x0 <= word.bbox[0] + 1 and word.bbox[2] - 1 <= x1 for x0, _, x1, _ in bands) for word in row.words
    )
    return covered >= _WHOLE * len(row.words)


def _records(rows: Sequence[TextRow], at: int, heads: list[_Head], em: float) -> tuple[list[list[TextRow]], int]:
    """The lines of each row of a table under its heads, of which some may be parted, and the number of the last one."""
    records: list[list[TextRow]] = []
    last, bold = at, _is_bold(rows[at])
    for number in range(at + 1, len(rows)):
        row = rows[number]
        gap = row.y0 - rows[number - 1].y1
        parts = _parts(row, heads, em)
        if parts is None or gap > (_NEXT_EM if records else _FIRST_EM) * em or is_caption(row.words):
            break
        numbers = sum(any(is_number(word.text) for word in part) for part in parts.values())
        if len(parts) >= _LEAST_HEADS and numbers >= _LEAST_NUMBERS and not (bold and _is_bold(row)):
            records.append([row])
        elif records and len(parts) < _LEAST_HEADS and gap < _DETAIL_EM * em and len(heads) - 1 not in parts:
            records[-1].append(row)
        else:
            break
        last = number
    return records, last


def _parts(row: TextRow, heads: list[_Head], em: float) -> _Parts | None:
    """The words of a line by head; None where some stand under two or none, as those of running text do."""
    found: _Parts = {}
    alone = len(row.chunks) == 1
    for chunk in row.chunks:
        for words in [chunk.words] if alone else _split(chunk, heads, em):
            part = Chunk(words, words[0].bbox[0], words[-1].bbox[2])
            own = _under(part, heads, em, alone=alone)
            if own is None:
                return None
            if own in found:
                if not _part_head(heads, own, found[own], words):
                    return None
                return _parts(row, heads, em)
            found[own] = words
    return found


def _split(chunk: Chunk, heads: Sequence[_Head], em: float) -> list[list[Word]]:
    """The words of a chunk, parted at blanks between two heads that it reaches under."""
    own = [head for head in heads if head.meets(chunk)]
    parts, start = [], 0
    for left, right in pairwise(own):
        for at, (a, b) in enumerate(pairwise(chunk.words), 1):
            middle = (a.bbox[2] + b.bbox[0]) / 2
            if at > start and left.x1 - 0.5 * em < middle < right.x0 + 0.5 * em:
                parts.append(chunk.words[start:at])
                start = at
                break
    return [*parts, chunk.words[start:]]


def _part_head(heads: list[_Head], own: int, left: Sequence[Word], right: Sequence[Word]) -> bool:
    """Makes two heads of one of a single line, at its widest blank, for what stands side by side under it."""
    head = heads[own]
    gaps = [b.bbox[0] - a.bbox[2] for a, b in pairwise(head.lines[0])]
    if len(head.lines) > 1 or not gaps:
        return False
    at = gaps.index(max(gaps)) + 1
    parts = (head.lines[0][:at], head.lines[0][at:])
    first, second = (_Head([part], part[0].bbox[0], part[-1].bbox[2]) for part in parts)
    if left[0].bbox[0] > first.x1 or right[-1].bbox[2] < second.x0 or max(gaps) < 1.2 * sorted([*gaps, 0.0])[-2]:
        return False
    heads[own : own + 1] = [first, second]
    return True


def _under(chunk: Chunk, heads: Sequence[_Head], em: float, *, alone: bool) -> int | None:
    """The one head under which a chunk stands, or that it is nearest to; `alone` in its line it may reach to the next
    one, but not from the first."""
    own = [i for i, head in enumerate(heads) if head.meets(chunk)]
    if own:
        return own[0] if len(own) == 1 or (alone and len(own) == 2 and own[0] > 0) else None
    apart = [max(head.x0 - chunk.x1, chunk.x0 - head.x1) for head in heads]
    return apart.index(min(apart)) if min(apart) < _ASIDE_EM * em else None


def _table(heads: Sequence[_Head], records: Sequence[Sequence[_Parts]]) -> FoundTable:
    texts: list[list[list[Word]]] = [[[word for line in head.lines for word in line] for head in heads]]
    for record in records:
        texts.append([[word for parts in record for word in parts.get(col, [])] for col in range(len(heads))])
    box = box_of([word for row in texts for cell in row for word in cell])
    columns = [box_of([word for row in texts for word in row[col]]) for col in range(len(heads))]
    tops = [box_of([word for cell in row for word in cell]) for row in texts]
    xs = [box[0], *((a[2] + b[0]) / 2 for a, b in pairwise(columns)), box[2]]
    ys = [box[1], *((a[3] + b[1]) / 2 for a, b in pairwise(tops)), box[3]]
    cells = tuple(
        Cell(row=r, col=c, text=join_words(cell), header=r == 0, bbox=(xs[c], ys[r], xs[c + 1], ys[r + 1]))
        for r, row in enumerate(texts)
        for c, cell in enumerate(row)
    )
    return FoundTable(box, cells, len(texts), len(heads), _CONFIDENCE, grid=True)
