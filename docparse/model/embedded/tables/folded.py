"""Long tables set in several runs side by side: heads that repeat, with a rule between the runs alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from docparse.geometry import union
from docparse.model.embedded.tables.rules import Line
from docparse.model.embedded.types import FoundTable
from docparse.schemas.document import Cell

_MOST_RUNS = 6


def unfolded(table: FoundTable, vertical: Sequence[Line], em: float) -> list[FoundTable]:
    """The runs of a table as tables of their own, left to right; the table itself where it is none of such runs."""
    for width in range(2, table.cols // 2 + 1):
        runs = table.cols // width
        if table.cols % width or runs > _MOST_RUNS:
            continue
        if any(cell.col // width != (cell.col + cell.colspan - 1) // width for cell in table.cells):
            continue
        if _heads_repeat(table, width) and _ruled_between(table, width, vertical, em):
            return [_run(table, width, run) for run in range(runs)]
    return [table]


def _heads_repeat(table: FoundTable, width: int) -> bool:
    heads: dict[int, list[tuple[int, int, str]]] = {}
    for cell in table.cells:
        if cell.header:
            heads.setdefault(cell.col // width, []).append((cell.row, cell.col % width, cell.text))
    first = heads.get(0, [])
    return (
        len(heads) == table.cols // width
        and {col for _, col, text in first if text} == set(range(width))
        and all(sorted(head) == sorted(first) for head in heads.values())
    )


def _ruled_between(table: FoundTable, width: int, vertical: Sequence[Line], em: float) -> bool:
    """Rules run between the columns where one run meets the next, and nowhere else."""
    y0, y1 = table.bbox[1], table.bbox[3]
    tall = [line.pos for line in vertical if min(line.end, y1) - max(line.start, y0) > 0.6 * (y1 - y0)]
    starts = {cell.col: cell.bbox[0] for cell in table.cells if cell.bbox is not None}
    ruled = {col for col, x in starts.items() if col and any(abs(x - pos) < 0.5 * em for pos in tall)}
    return ruled == set(range(width, table.cols, width))


def _run(table: FoundTable, width: int, run: int) -> FoundTable:
    cells = [cell for cell in table.cells if cell.col // width == run]
    filled = sorted({row for cell in cells if cell.text for row in range(cell.row, cell.row + cell.rowspan)})
    place = {row: new for new, row in enumerate(filled)}
    kept: list[Cell] = []
    for cell in cells:
        rows = [place[row] for row in range(cell.row, cell.row + cell.rowspan) if row in place]
        if rows:
            kept.append(cell.model_copy(update={"row": rows[0], "rowspan": len(rows), "col": cell.col - run * width}))
    bbox = union(cell.bbox for cell in kept if cell.bbox is not None)
    return dataclasses.replace(table, bbox=bbox, cells=tuple(kept), rows=len(filled), cols=width)
