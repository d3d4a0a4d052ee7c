"""Cells of open tables that reach over several columns or rows, where nothing but what stands around them says so."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from docparse.model.embedded.tables.rules import Line
from docparse.model.embedded.tables.text_rows import TextRow

Span = tuple[int, int]
_COVERED = 0.6  # of what stands in a column: a rule runs under it


def over_heads_below(upper: Sequence[Span], lower: Sequence[Span], label: int) -> list[Span]:
    """The spans of a head's first line, grown over the heads below that have none above them.

    A head in the column `label` (the first one to be read) that stands in the upper line alone says that heads of one
    column are set at the top: then a lower head without one above it is a part of its neighbour's.
    """
    above, under = _columns(upper), _columns(lower)
    if label not in above or label in under:
        return list(upper)
    way = 1 if label == 0 else -1
    grown = dict(enumerate(upper))
    for number, (first, last) in grown.items():
        if label in (first, last) or not under.intersection(range(first, last + 1)):
            continue
        edge = last if way > 0 else first
        while edge + way in under and edge + way not in above:
            edge += way
        grown[number] = (min(first, edge), max(last, edge))
    return list(grown.values())


def _columns(spans: Sequence[Span]) -> set[int]:
    return {column for first, last in spans for column in range(first, last + 1)}


def open_labels(
    rows: Sequence[TextRow], spans: Sequence[Sequence[Span]], starts: Sequence[int], horizontal: Sequence[Line]
) -> list[bool]:  # fmt: skip
    """Per row of a table's body: its first cell goes on in the next one, for the rule between them leaves it out.

    `starts` are the first text lines of the rows. Only where every two rows are parted by a rule under all other
    columns: under sums, rules are as short.
    """
    columns = _extents(rows[starts[0] :], spans[starts[0] :]) if starts else {}
    found: list[bool] = []
    for _, below in pairwise(starts):
        lines = [line for line in horizontal if rows[below - 1].middle < line.pos < rows[below].middle]
        if not lines or not all(_is_covered(lines, *ends) for column, ends in columns.items() if column):
            return []
        labelled = any(span[0] == 0 for span in spans[below])
        found.append(0 in columns and not labelled and not _is_covered(lines, *columns[0]))
    return found if any(found) and not all(found) else []


def _extents(rows: Sequence[TextRow], spans: Sequence[Sequence[Span]]) -> dict[int, tuple[float, float]]:
    """From where to where what stands in each one column reaches."""
    found: dict[int, tuple[float, float]] = {}
    for row, own in zip(rows, spans, strict=True):
        for chunk, (first, last) in zip(row.chunks, own, strict=True):
            if first == last:
                x0, x1 = found.get(first, (chunk.x0, chunk.x1))
                found[first] = (min(x0, chunk.x0), max(x1, chunk.x1))
    return found


def _is_covered(lines: Sequence[Line], low: float, high: float) -> bool:
    return any(min(line.end, high) - max(line.start, low) > _COVERED * (high - low) for line in lines)
