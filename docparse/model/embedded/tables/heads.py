"""Heads and sums that stand apart from their table: beyond its outer rules, or in a coloured band of their own."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

from docparse.geometry import Box, union
from docparse.model.embedded.tables.header import is_number, is_year
from docparse.model.embedded.tables.precision import is_caption
from docparse.model.embedded.tables.text_rows import Chunk, TextRow, split_chunks, text_rows, words_in
from docparse.model.embedded.types import FoundTable
from docparse.schemas.document import Cell
from docparse.schemas.page import Word, WordStyle

_MOST_LINES = 4
HEAD_ROWS, _LEAST_SUMMED, _MOST_SUMS, _SUM_WORDS = 3, 2, 4, 4
_TALLEST_EM, _ROW_GAP_EM = 60.0, 1.2  # of a body without rules, and between its rows
_LEAST_HEADS, _HEAD_EM = 3, 2.0  # bold heads over drawn cells, and how high they reach above these
_BOLD = int(WordStyle.BOLD)
_LEAST_BODY, _SEVERAL = 2, 0.6  # rows with several cells, and their share


def with_head(box: Box, words: Sequence[Word], em: float) -> Box:
    """The box with the heads of its columns, where these stand right above its first rule."""
    x0, y0, x1, y1 = box
    rows = chunked(words_in(words, (x0 - 1, y0 - 5 * em, x1 + 1, y0 + 0.2 * em)), em)
    body = next((row for row in chunked(words_in(words, (x0 - 1, y0, x1 + 1, y1)), em) if len(row.chunks) > 1), None)
    top, several = y0, 0
    for row in reversed(rows[-_MOST_LINES:]):
        if top - row.y1 > 0.8 * em:
            break
        outside = any(word.bbox[0] < x0 - em or word.bbox[2] > x1 + em for word in row.words)
        numbers = any(is_number(chunk.text) and not is_year(chunk.text) for chunk in row.chunks)
        if outside or is_caption(row.words) or numbers:
            break
        if len(row.chunks) < 2 and top - row.y1 > -0.1 * em:  # a lone line is a head's only between those beside it
            break
        several = max(several, len(row.chunks))
        top = min(top, row.y0)
    wanted = 0 if body is None else sum(any(map(str.isalnum, chunk.text)) for chunk in body.chunks)
    return (x0, top, x1, y1) if several >= max(2, wanted - 1) else box


def with_bold_heads(table: FoundTable, words: Sequence[Word], em: float) -> FoundTable:
    """The table of drawn cells with the bold heads right above it, one over each column, as its first row; `words` are
    those of no table."""
    if not table.ruled or table.cols < _LEAST_HEADS or not _has_no_head(table):
        return table
    x0, y0, x1, _ = table.bbox
    above = chunked(words_in(words, (0.0, y0 - _HEAD_EM * em, math.inf, y0 + 0.2 * em)), em)
    if not above or y0 - above[-1].y1 > 0.8 * em or not all(word.style & _BOLD for word in above[-1].words):
        return table
    row = above[-1]
    sides = {cell.col: (cell.bbox[0], cell.bbox[2]) for cell in table.cells if cell.bbox and cell.colspan == 1}
    heads: dict[int, Chunk] = {}
    for chunk in row.chunks:
        middle = (chunk.x0 + chunk.x1) / 2
        col = next((col for col, (left, right) in sides.items() if left <= middle <= right), None)
        if col is None or col in heads or is_number(chunk.text):
            return table
        heads[col] = chunk
    if len(heads) < table.cols:
        return table
    first = [
        Cell(row=0, col=col, text=head.text, header=True, bbox=(sides[col][0], row.y0, sides[col][1], y0))
        for col, head in sorted(heads.items())
    ]
    body = [cell.model_copy(update={"row": cell.row + 1, "header": False}) for cell in table.cells]
    box = (min(x0, row.chunks[0].x0), row.y0, max(x1, row.chunks[-1].x1), table.bbox[3])
    return dataclasses.replace(table, bbox=box, cells=(*first, *body), rows=table.rows + 1)


def _has_no_head(table: FoundTable) -> bool:
    heads = [cell.text for cell in table.cells if cell.header and cell.row == 0]
    return not heads or any(map(is_number, heads))


def with_total(box: Box, words: Sequence[Word], em: float) -> Box:
    """The box with the row right below its last rule, where that is a sum under the numbers of the last column, and
    with the sums right below that one."""
    x0, y0, x1, y1 = box
    room = _MOST_SUMS * 2.2 * em
    below = chunked(words_in(words, (x0 - 1, y1 - 0.2 * em, x1 + 1, y1 + room)), em)
    body = [row for row in chunked(words_in(words, (x0 - 1, y0, x1 + 1, y1)), em) if len(row.chunks) > 1]
    ends = [row.chunks[-1].x1 for row in body if is_number(row.chunks[-1].text)]
    bottom = y1
    for row in below:
        last = row.chunks[-1]
        under = sum(abs(end - last.x1) < 0.3 * em for end in ends)
        outside = any(word.bbox[0] < x0 - em or word.bbox[2] > x1 + em for word in row.words)
        if (
            row.y0 - bottom > 0.8 * em
            or outside
            or not (_is_sum(last) if len(row.chunks) < 2 else is_number(last.text))
        ):
            break
        if under < _LEAST_SUMMED or is_caption(row.words):
            break
        bottom = max(bottom, row.y1)
    return (x0, y0, x1, bottom)


def _is_sum(chunk: Chunk) -> bool:
    """A short label and an amount right behind it, with its sign or without."""
    texts = [word.text for word in chunk.words]
    amounts = (" ".join(texts[at:]) for at in range(max(1, len(texts) - 2), len(texts)))
    return len(texts) <= _SUM_WORDS and not is_number(texts[0]) and any(map(is_number, amounts))


def with_group_head(box: Box, words: Sequence[Word], em: float) -> Box:
    """The box of a table without rules, with a lone head that is centred over all columns but the first."""
    x0, y0, x1, y1 = box
    above = chunked(words_in(words, (x0 - 1, y0 - 2 * em, x1 + 1, y0 + 0.2 * em)), em)[-1:]
    first = next(iter(chunked(words_in(words, (x0 - 1, y0, x1 + 1, y1)), em)), None)
    if not above or len(above[0].chunks) != 1 or y0 - above[0].y1 > 0.8 * em or first is None or len(first.chunks) < 3:
        return box
    chunk = above[0].chunks[0]
    left, right = first.chunks[1].x0, max(last.x1 for last in first.chunks)
    off = abs(chunk.x0 + chunk.x1 - left - right) / 2
    if chunk.x0 < left or off > em or abs(chunk.x0 + chunk.x1 - x0 - x1) < 4 * em or is_caption(above[0].words):
        return box
    return (x0, above[0].y0, x1, y1)


def with_body(head: Box, words: Sequence[Word], em: float) -> Box:
    """The box of a head whose cells are drawn with the rows right below it, where no rules part them."""
    x0, y0, x1, y1 = head
    rows = chunked(words_in(words, (x0 - 1, y1 - 0.3 * em, x1 + 1, y1 + _TALLEST_EM * em)), em)
    astride = [
        (u0, v0, u1, v1) for u0, v0, u1, v1 in (word.bbox for word in words)
        if u0 < x0 - em < u1 + em or u0 - em < x1 + em < u1
    ]  # fmt: skip
    bottom, several, own = y1, 0, 0
    for row in rows:
        if row.y0 - bottom > _ROW_GAP_EM * em or is_caption(row.words):
            break
        if any(box[1] < row.middle < box[3] for box in astride):
            break
        bottom, own, several = max(bottom, row.y1), own + 1, several + (len(row.chunks) > 1)
    return (x0, y0, x1, bottom) if several >= max(_LEAST_BODY, _SEVERAL * own) else head


def chunked(words: Sequence[Word], em: float) -> list[TextRow]:
    """Rows of the words, their chunks set."""
    rows = text_rows(words)
    for row in rows:
        row.chunks = split_chunks(row, 0.9 * em)
    return rows


def join_heads(tables: Sequence[FoundTable], em: float) -> list[FoundTable]:
    """Tables top to bottom, a short one joined to that of as many columns right below it."""
    result: list[FoundTable] = []
    for table in tables:
        head = next((t for t in reversed(result) if _is_head(t, table, em)), None)
        if head is None:
            result.append(table)
        else:
            result[result.index(head)] = _joined(head, table)
    return result


def _is_head(upper: FoundTable, lower: FoundTable, em: float) -> bool:
    a, b = upper.bbox, lower.bbox
    return (
        upper.rows <= HEAD_ROWS
        and upper.cols == lower.cols
        and -0.5 * em < b[1] - a[3] < 0.6 * em
        and abs(a[0] - b[0]) < em
        and abs(a[2] - b[2]) < em
        and (
            not any(cell.header for cell in lower.cells)
            or any(is_number(cell.text) for cell in lower.cells if cell.header)
        )
    )


def _joined(head: FoundTable, body: FoundTable) -> FoundTable:
    cells = [cell.model_copy(update={"header": True}) for cell in head.cells]
    cells += [cell.model_copy(update={"row": cell.row + head.rows, "header": False}) for cell in body.cells]
    return dataclasses.replace(body, bbox=union((head.bbox, body.bbox)), cells=tuple(cells), rows=head.rows + body.rows)
