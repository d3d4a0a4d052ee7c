"""The short block of sums under the goods of an invoice, which is a table of its own."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from docparse.geometry import Box, union
from docparse.model.embedded.tables.header import is_number
from docparse.model.embedded.tables.heads import chunked
from docparse.model.embedded.tables.rules import Line
from docparse.model.embedded.tables.text_rows import TextRow, words_in
from docparse.model.embedded.types import FoundTable
from docparse.schemas.page import Word

_LEFT_SHARE = 0.4  # of the width of the goods, at their left: no sum's label stands there
_APART_EM, _FLUSH_EM = 0.3, 1.0
_LEAST_SUMS, _LEAST_GOODS = 2, 2
_MOST_CHUNKS, _LEAST_CHUNKS = 3, 3  # of a sum and of goods: label, rate and amount; name, price and amount
_FAR_EM, _NEXT_EM, _REACH_EM = 6.0, 2.0, 30.0  # from a table to its sums, between them, and to the last of them
_WHOLE = 0.9  # of the table's width: a rule of all of it


def part_totals(
    box: Box, words: Sequence[Word], horizontal: Sequence[Line], vertical: Sequence[Line], em: float
) -> tuple[Box, Box | None]:
    """The box of the goods, and that of their sums where these stand apart under its last columns."""
    rows = chunked(words_in(words, (box[0] - 1, box[1], box[2] + 1, box[3])), em)
    edge = box[0] + _LEFT_SHARE * (box[2] - box[0])
    first = len(rows)
    while first and _is_sum(rows[first - 1], edge):
        first -= 1
    goods, sums = rows[:first], rows[first:]
    several = [row for row in goods if len(row.chunks) >= _LEAST_CHUNKS and row.x0 < edge]
    if len(sums) < _LEAST_SUMS or len(several) <= _LEAST_GOODS or goods[-1] is not several[-1]:
        return box, None
    if not any(abs(row.x1 - sums[0].x1) < _FLUSH_EM * em and is_number(row.chunks[-1].text) for row in several):
        return box, None
    top, low = goods[-1].y1, sums[0].y0
    if any(line.start < top - em and line.end > low + em and box[0] <= line.pos <= box[2] for line in vertical):
        return box, None
    whole = [
        line.pos for line in horizontal if min(line.end, box[2]) - max(line.start, box[0]) > _WHOLE * (box[2] - box[0])
    ]
    if any(low < pos < box[3] + em for pos in whole):
        return box, None
    closing = [pos for pos in whole if goods[-1].middle < pos <= low]
    gaps = [below.y0 - above.y1 for above, below in pairwise(goods)]
    if not closing and low - top <= max(gaps) + _APART_EM * em:
        return box, None
    return (*box[:3], max([top, *closing])), union(word.bbox for row in sums for word in row.words)


def sums_under(tables: Sequence[FoundTable], words: Sequence[Word], em: float) -> list[Box]:
    """Boxes of the sums that stand under the last columns of tables with numbers there, among words of no table."""
    found: list[Box] = []
    for table in tables:
        x0, _, x1, bottom = table.bbox
        last = [cell.text for cell in table.cells if cell.col + cell.colspan == table.cols and not cell.header]
        if table.cols < _LEAST_CHUNKS or not any(map(_is_amount, last)):
            continue
        edge = x0 + _LEFT_SHARE * (x1 - x0)
        rows = chunked(words_in(words, (edge, bottom, x1 + _FLUSH_EM * em, bottom + _REACH_EM * em)), em)
        sums: list[TextRow] = []
        for row in rows:
            far = row.y0 - (sums[-1].y1 if sums else bottom) > (_NEXT_EM if sums else _FAR_EM) * em
            ends = [other.x1 for other in sums[:1]] or [x1]
            if far or not _is_sum(row, edge) or abs(row.x1 - ends[0]) > _FLUSH_EM * em:
                break
            sums.append(row)
        if len(sums) >= _LEAST_SUMS:
            found.append(union(word.bbox for row in sums for word in row.words))
    return found


def _is_amount(text: str) -> bool:
    return any(map(is_number, (text, *text.split()[-2:])))


def _is_sum(row: TextRow, edge: float) -> bool:
    """A label far from the left, and an amount."""
    chunks = row.chunks
    if not 2 <= len(chunks) <= _MOST_CHUNKS or row.x0 < edge:
        return False
    return is_number(chunks[-1].text) and not is_number(chunks[0].text)
