"""Rows of tables whose every other row stands on a coloured band."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from docparse.geometry import Box, inside_share
from docparse.model.embedded.tables.rules import Line
from docparse.model.embedded.tables.text_rows import TextRow, split_chunks, text_rows, words_in
from docparse.schemas.page import Shape, Word

_STRIPE_EM = 3.5  # height of a row between two bands
_TALL_EM = 12.0  # of one with cells of many lines
_LEAST = 3  # edges of bands above a last row without one
_GROUND_PT, _INSIDE = 4.0, 0.9  # height of a cell's ground at least; its share in the table
_LEVEL_EM, _LINE_EM = 0.35, 1.7


def is_stripe(box: Box, edges: Sequence[Line], em: float) -> bool:
    """A row further down begins, or a row further up ends, another band as wide: it is one of a table's stripes."""
    return any(
        0.5 * em < max(edge.pos - box[3], box[1] - edge.pos) < _STRIPE_EM * em
        for edge in edges
        if _is_as_wide(edge, box, em)
    )


def ground_edges(
    shapes: Sequence[Shape], tables: Sequence[Box], lines: tuple[Sequence[Line], Sequence[Line]], words: Sequence[Word]
) -> tuple[list[Line], list[Line]]:
    """Where the grounds of two cells with words, of a drawn table, meet without a rule and no word stands across: they
    part columns; and the edges of a row of such grounds that ends without one. `lines` are the horizontal and the
    vertical rules."""
    grounds = [s.bbox for s in shapes if s.filled and s.segments == 1 and s.bbox[3] - s.bbox[1] > _GROUND_PT]
    horizontal: list[Line] = []
    vertical: list[Line] = []
    for box in tables:
        own = [ground for ground in grounds if inside_share(ground, box) > _INSIDE]
        rows: dict[tuple[int, int], list[Box]] = {}
        for ground in own:
            rows.setdefault((round(ground[1]), round(ground[3])), []).append(ground)
        free = [ground for ground in own if not _is_drawn(ground[2], ground[1], ground[3], lines[1])]
        inside = words_in(words, box) if free else []  # where every cell is drawn, no word is looked at
        sides = [
            left for left in free for right in rows[round(left[1]), round(left[3])]
            if round(right[0]) == round(left[2]) and words_in(inside, left) and words_in(inside, right)
        ]  # fmt: skip
        for x in {side[2] for side in sides}:
            drawn = any(
                line.start < box[3] and box[1] < line.end and abs(line.pos - x) <= _GROUND_PT for line in lines[1]
            )
            if not drawn and not any(word.bbox[0] < x - 1 and word.bbox[2] > x + 1 for word in inside):
                vertical.append(Line(x, box[1], box[3]))
        for top, bottom in {(side[1], side[3]) for side in sides}:
            row = rows[round(top), round(bottom)]
            left, right = min(ground[0] for ground in row), max(ground[2] for ground in row)
            whole = sum(ground[2] - ground[0] for ground in row) > _INSIDE * (box[2] - box[0])
            if whole and not _is_drawn(bottom, left, right, lines[0]):
                horizontal.append(Line(bottom, left, right))
                vertical += [Line(side[2], top, bottom) for side in sides if side[1] == top]
    return horizontal, vertical


def _is_drawn(pos: float, start: float, end: float, lines: Sequence[Line]) -> bool:
    """Whether a rule runs along a side of a ground, or along part of it."""
    return any(abs(line.pos - pos) <= _GROUND_PT and line.start < end - 1 and start + 1 < line.end for line in lines)


def past_labels(edges: Sequence[Line], vertical: Sequence[Line], em: float) -> list[Line]:
    """The edges of bands that leave out a label set beside several rows, as long as those of the first band above.

    `vertical` are the sides of the bands: where a shorter band begins, the first one has a cell that begins, too.
    """
    found: list[Line] = []
    first: Line | None = None
    for edge in sorted(edges):
        if (
            first is None
            or edge.pos - found[-1].pos > 2 * _STRIPE_EM * em
            or edge.start < first.start - em
            or edge.end > first.end + em
            or (edge.start > first.start + em and edge.end < first.end - em)
        ):
            first = edge
        elif edge.start > first.start + em and _has_side(first, edge.start, vertical, em):
            edge = edge._replace(start=first.start)
        elif edge.end < first.end - em:
            if _has_side(first, edge.end, vertical, em):  # from right to left, labels stand at the right
                edge = edge._replace(end=first.end)
            else:
                first = edge
        found.append(edge)
    return found


def _has_side(edge: Line, x: float, vertical: Sequence[Line], em: float) -> bool:
    """A cell of the band with the edge begins or ends at x."""
    return any(
        abs(side.pos - x) < 0.5 * em and side.start <= edge.pos + 1 and side.end >= edge.pos - 1 for side in vertical
    )


def last_edges(edges: Sequence[Line], words: Sequence[Word], em: float) -> list[Line]:
    """The foot of a last row that has no band, under bands of one width with such rows between them."""
    found: list[Line] = []
    for number, last in enumerate(edges):
        same = [edge for edge in edges if _is_as_wide(edge, (last.start, 0.0, last.end, 0.0), em)]
        if any(edge.pos > last.pos for edge in same) or last in edges[:number] or len(same) <= _LEAST:
            continue
        rows = [_rows((last.start, a.pos, last.end, b.pos), words, em) for a, b in pairwise(sorted(same))]
        offsets = [own[0].y0 - edge.pos for own, edge in zip(rows, sorted(same), strict=False) if own]
        if len(offsets) < len(rows) or max(b.pos - a.pos for a, b in pairwise(sorted(same))) > _TALL_EM * em:
            continue
        foot = _foot(_rows((last.start, last.pos, last.end, last.pos + _TALL_EM * em), words, em), last, offsets, em)
        if foot:
            found.append(last._replace(pos=foot))
    return found


def _foot(rows: Sequence[TextRow], last: Line, offsets: Sequence[float], em: float) -> float:
    """Where a row of cells right below the last band ends; 0 where there is none."""
    if not rows or len(rows[0].chunks) < 2:
        return 0.0
    offset = rows[0].y0 - last.pos
    if not min(offsets) - _LEVEL_EM * em < offset < max(offsets) + _LEVEL_EM * em:
        return 0.0
    below = rows[0]
    for row in rows[1:]:
        if row.middle - below.middle > _LINE_EM * em:
            break
        below = row
    return below.y1 + max(0.0, min(offsets))


def _rows(box: Box, words: Sequence[Word], em: float) -> list[TextRow]:
    rows = text_rows(words_in(words, box))
    for row in rows:
        row.chunks = split_chunks(row, 0.9 * em)
    return rows


def _is_as_wide(edge: Line, box: Box, em: float) -> bool:
    return abs(edge.start - box[0]) < em and abs(edge.end - box[2]) < em
