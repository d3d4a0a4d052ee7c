"""Blocks of fields: short labels side by side, each over its value, as forms, invoices and their feet print them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import inf

from docparse.model.embedded.tables.heads import chunked
from docparse.model.embedded.tables.rules import Line
from docparse.model.embedded.tables.text_rows import Chunk, TextRow, box_of, join_words, shares_width, words_in
from docparse.model.embedded.types import FoundTable
from docparse.schemas.document import Cell
from docparse.schemas.page import Word

_LABEL_CHARS, _LABEL_WORDS, _VALUE_CHARS = 30, 4, 50  # of a label, and of a line of a value
_UNDER_EM, _NEXT_EM, _FLUSH_EM = 0.9, 3.0, 0.35  # to the next line of a field, to the next labels; how far edges stray
_CLOSE_EM, _ASIDE_EM, _REACH_EM = 0.5, 3.0, 20.0  # to text over labels, what is of no field, the last line looked at
_BESIDE = 3  # rows of the page in which lines of other columns may stand between a label and its value
_LARGER, _LARGE = 1.1, 1.2  # type of a label, in that of its value and of the page
_MOST_LINES, _SHARE = 1.6, 0.4  # lines of a value on the average; values with a digit in them
_CONFIDENCE = 0.75

_Look = tuple[float, int, int]  # of type: size, style, colour


class _Band:
    """A row of labels, and for each of them the lines of its value."""

    def __init__(self, labels: list[Chunk], columns: list[int]) -> None:
        self.labels = dict(zip(columns, labels, strict=True))
        self.values: dict[int, list[Chunk]] = {column: [] for column in columns}


def field_blocks(
    rows: Sequence[TextRow], words: Sequence[Word], horizontal: Sequence[Line], em: float
) -> list[FoundTable]:
    """Such blocks among the words, whose rows have their chunks, as tables of labels and values in turn, top to
    bottom."""
    found: list[FoundTable] = []
    for at, row in enumerate(rows[:-1]):
        if not _may_be_labels(row, em) or any(table.bbox[1] < row.middle < table.bbox[3] for table in found):
            continue
        for labels in _label_runs(row):
            if not _has_value(labels, rows[at + 1 : at + 1 + _BESIDE], em):
                continue
            if not _is_under(labels, rows[max(0, at - _BESIDE) : at], em):
                block = _block(labels, words, horizontal, em)
                found += [_table(block, len(labels))] if _is_block(block) else []
    return found


def _may_be_labels(row: TextRow, em: float) -> bool:
    """Whether neighbours in a row begin alike, with letters: of most rows no more need be looked at."""
    last: Word | None = None
    for chunk in row.chunks if len(row.chunks) > 1 else ():
        first = chunk.words[0]
        short = len(chunk.words) <= _LABEL_WORDS and first.size <= _LARGE * em and first.text[0].isalpha()
        if short and last is not None and (first.size, first.style) == (last.size, last.style):
            return True
        last = first if short else None
    return False


def _label_runs(row: TextRow) -> list[list[Chunk]]:
    """Neighbours in a row that are short and of one type."""
    runs: list[list[Chunk]] = []
    last: _Look | None = None
    for chunk in row.chunks:
        look = _look(chunk) if _is_label(chunk) else None
        if look is not None and look == last:
            runs[-1].append(chunk)
        elif look is not None:
            runs.append([chunk])
        last = look
    return [run for run in runs if len(run) > 1]


def _look(chunk: Chunk) -> _Look | None:
    """The type that all words of a chunk are set in."""
    looks = {(round(word.size, 1), word.style, word.colour) for word in chunk.words}
    return looks.pop() if len(looks) == 1 else None


def _is_label(chunk: Chunk) -> bool:
    text = chunk.text
    short = len(text) <= _LABEL_CHARS and len(chunk.words) <= _LABEL_WORDS
    return short and text[0].isalpha() and not any(map(str.isdigit, text))


def _has_value(labels: Sequence[Chunk], below: Sequence[TextRow], em: float) -> bool:
    """Whether right under a label something in other type stands."""
    bottom = labels[0].words[0].bbox[3]
    for row in below:
        under = [(chunk, label) for chunk in row.chunks for label in labels if shares_width(chunk, label)]
        if under or row.y0 - bottom > _UNDER_EM * em:
            return row.y0 - bottom <= _UNDER_EM * em and any(_differs(chunk, label) for chunk, label in under)
    return False


def _is_under(labels: Sequence[Chunk], above: Sequence[TextRow], em: float) -> bool:
    """Whether text stands right over a label, which then is no first line."""
    top = labels[0].words[0].bbox[1]
    near = [chunk for row in above if top - row.y1 < _CLOSE_EM * em for chunk in row.chunks]
    return any(shares_width(chunk, label) for chunk in near for label in labels)


def _differs(value: Chunk, label: Chunk) -> bool:
    """Whether other type or a colon tells a label from its value, and not larger type, as that of titles is."""
    if label.words[0].size > _LARGER * value.words[0].size:
        return False
    return _look(value) != _look(label) or (label.text[-1] == ":" and value.text[-1] != ":")


def _block(labels: list[Chunk], words: Sequence[Word], horizontal: Sequence[Line], em: float) -> list[_Band]:
    """The labels with what stands under them, and further labels with theirs below; empty where other text does."""
    top = min(word.bbox[1] for word in labels[0].words)
    low, high = labels[0].x0 - _ASIDE_EM * em, labels[-1].x1 + _ASIDE_EM * em
    block = [_Band(labels, list(range(len(labels))))]
    bottom = max(word.bbox[3] for word in labels[0].words)
    middle = (top + bottom) / 2
    for row in chunked(words_in(words, (low, bottom, inf, bottom + _REACH_EM * em)), em):
        row.chunks = [chunk for chunk in row.chunks if chunk.x1 > low and chunk.x0 < high]
        gap = row.y0 - bottom
        if not row.chunks:
            continue
        if gap > _NEXT_EM * em or any(
            middle < line.pos < row.middle and line.start < labels[1].x0 and labels[0].x1 < line.end
            for line in horizontal
        ):
            break
        under = [_column(chunk, labels, em) for chunk in row.chunks]
        own = [column for column in under if column is not None]
        if len(own) < len(under) or len(set(own)) < len(own):
            if gap > _UNDER_EM * em:
                break
            return []
        if all(_is_label(chunk) and _look(chunk) == _look(labels[0]) for chunk in row.chunks):
            block.append(_Band(row.chunks, own))
        elif gap > _UNDER_EM * em:
            break
        elif not _add(row.chunks, own, block[-1]):
            return []
        bottom, middle = max(bottom, row.y1), row.middle
    while len(block) > 1 and not any(block[-1].values.values()) and len(block[-1].labels) < 2:
        block.pop()
    return block


def _add(chunks: Sequence[Chunk], columns: Sequence[int], band: _Band) -> bool:
    for chunk, column in zip(chunks, columns, strict=True):
        label = band.labels.get(column)
        if label is None or not _differs(chunk, label) or len(chunk.text) > _VALUE_CHARS:
            return False
        band.values[column].append(chunk)
    return True


def _column(chunk: Chunk, labels: Sequence[Chunk], em: float) -> int | None:
    """The label at whose edges, or on whose middle, a chunk stands, if it stands under no other."""
    met = [number for number, label in enumerate(labels) if shares_width(chunk, label)]
    if len(met) != 1:
        return None
    label, flush = labels[met[0]], _FLUSH_EM * em
    aligned = abs(chunk.x0 - label.x0) < flush or abs(chunk.x1 - label.x1) < flush
    return met[0] if aligned or abs(chunk.x0 + chunk.x1 - label.x0 - label.x1) < 2 * flush else None


def _is_block(block: Sequence[_Band]) -> bool:
    """Whether two labels or more stand over values in a row, nearly all of one line and not a few with digits."""
    values = [lines for band in block for lines in band.values.values() if lines]
    if not block or max(sum(map(bool, band.values.values())) for band in block) < 2:
        return False
    firsts = [lines[0].text for lines in values]
    digits = sum("@" not in text and any(map(str.isdigit, text)) for text in firsts)
    return sum(map(len, values)) <= _MOST_LINES * len(values) and digits >= _SHARE * len(values)


def _table(block: Sequence[_Band], columns: int) -> FoundTable:
    texts: list[list[list[Word]]] = []
    for band in block:
        texts.append([band.labels[c].words if c in band.labels else [] for c in range(columns)])
        texts.append([[w for line in band.values.get(c, []) for w in line.words] for c in range(columns)])
    kept = [row for row in texts if any(row)]
    box = box_of([word for row in kept for cell in row for word in cell])
    sides = [box_of([word for row in kept for word in row[c]]) for c in range(columns)]
    levels = [box_of([word for cell in row for word in cell]) for row in kept]
    xs = [box[0], *((a[2] + b[0]) / 2 for a, b in pairwise(sides)), box[2]]
    ys = [box[1], *((a[3] + b[1]) / 2 for a, b in pairwise(levels)), box[3]]
    cells = tuple(
        Cell(row=r, col=c, text=join_words(cell), header=row in texts[::2], bbox=(xs[c], ys[r], xs[c + 1], ys[r + 1]))
        for r, row in enumerate(kept)
        for c, cell in enumerate(row)
    )
    return FoundTable(box, cells, len(kept), columns, _CONFIDENCE, grid=True)
