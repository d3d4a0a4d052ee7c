"""Tables that a tagged PDF names itself, where what stands on the page bears them out."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from operator import itemgetter

from docparse.geometry import Box, inside_share, iou
from docparse.model.embedded.script import is_rtl_text
from docparse.model.embedded.tables.text_rows import box_of, join_words, words_within
from docparse.model.embedded.tags import all_lines, words_of
from docparse.model.embedded.types import FoundTable
from docparse.schemas.document import Cell
from docparse.schemas.page import HEADING_ROLES, PageImage, Tag, Word

_SURE = 0.97
_FAULTS = 0.05  # of the neighbours, up to which some may stand in the wrong order
_STRANGERS = 0.1  # of the words in its box, that may be none of its own
_RAGGED = 0.1  # of the grid, that no cell fills
_EMPTY = 0.25  # of the rows, from which on a table only lays out a page
_PROSE_WORDS = 25  # a cell, from which on a table only lays out a page
_SAME = 0.5
_IN_CELL = 0.8


def with_tagged(tables: Sequence[FoundTable], page: PageImage, words: Sequence[Word]) -> list[FoundTable]:
    """The tables that geometry found, with those of the file's own tags in the place of what they meet."""
    named = [table for tag in _outermost(page.tags) for table in _read(tag, words)]
    kept: list[FoundTable] = []
    for table in tables if named else ():
        held = words_within(words, [table.bbox])
        met = [other for other in named if _covers(table, other, words)]
        if len(met) == 1 and (_goes_on(table, met[0]) or _holds(table, met[0])):
            named.remove(met[0])
        elif met or len(words_within(held, [other.bbox for other in named])) > _SAME * len(held):
            continue
        kept.append(table)
    return [*kept, *(_drawn_as(table, tables, words) for table in named)] if named else list(tables)


def _goes_on(table: FoundTable, named: FoundTable) -> bool:
    """Whether a table has the cells of the named one and whole rows more, as of sums that the author set apart."""
    texts = {_letters(cell) for cell in table.cells}
    own = {_letters(cell) for cell in named.cells}
    if table.rows <= named.rows or len(own - texts) > _FAULTS * len(own):
        return False
    more: dict[int, int] = defaultdict(int)
    for cell in table.cells:
        if cell.text:
            more[cell.row] += _letters(cell) not in own
    return all(count > 1 for count in more.values() if count)


def _holds(table: FoundTable, named: FoundTable) -> bool:
    """Whether the named table lies in one cell of a drawn one that has as much text in others."""
    cells = [cell for cell in table.cells if cell.bbox is not None and inside_share(named.bbox, cell.bbox) > _IN_CELL]
    if not table.ruled or len(cells) != 1:
        return False
    own = len(_letters(cells[0]))
    return sum(len(_letters(cell)) for cell in table.cells if cell is not cells[0]) >= own


def _letters(cell: Cell) -> str:
    return "".join(cell.text.split())


def _covers(table: FoundTable, other: FoundTable, words: Sequence[Word]) -> bool:
    held = words_within(words, [other.bbox])
    return len(words_within(held, [table.bbox])) > _SAME * len(held)


def _outermost(tags: Sequence[Tag]) -> Iterator[Tag]:
    for tag in tags:
        if tag.role == "Table":
            yield tag
        else:
            yield from _outermost(tag.kids)


def _read(tag: Tag, words: Sequence[Word]) -> Iterator[FoundTable]:
    """The table of a tag; those in its cells where it only lays out the page."""
    inner = [table for cell in tag.kids for table in _outermost(cell.kids)]
    table = None if inner or _has_heading(tag) else _table(tag, words)
    if table is not None:
        yield table
    for each in inner:
        yield from _read(each, words)


def _has_heading(tag: Tag) -> bool:
    return any(kid.role in HEADING_ROLES or _has_heading(kid) for kid in tag.kids)


def _table(tag: Tag, words: Sequence[Word]) -> FoundTable | None:
    cells = tag.kids
    rows = max((cell.row + cell.rowspan for cell in cells), default=0)
    cols = max((cell.col + cell.colspan for cell in cells), default=0)
    if rows < 2 or cols < 2 or not _is_whole(cells, rows, cols):
        return None
    held = words_of([list(all_lines(cell)) for cell in cells], words)
    mine = [word for its in held.values() for word in its]
    if len(held) < 2 or not mine or len(mine) > _PROSE_WORDS * len(held):
        return None
    if len({cells[index].col + c for index in held for c in range(cells[index].colspan)}) < 2:
        return None  # labels without what they ask for; cells that are drawn are found by their rules
    if rows - len({cells[index].row + r for index in held for r in range(cells[index].rowspan)}) > _EMPTY * rows:
        return None
    box = box_of(mine)
    if len(words_within(words, [box])) > (1 + _STRANGERS) * len(mine) or not _is_in_order(cells, held):
        return None
    return FoundTable(box, tuple(_cells(cells, held)), rows, cols, _SURE, tagged=True)


def _is_whole(cells: Sequence[Tag], rows: int, cols: int) -> bool:
    """Whether the cells fill the grid: rows of other lengths come from programs that lose spans."""
    return sum(cell.rowspan * cell.colspan for cell in cells) >= (1 - _RAGGED) * rows * cols


def _is_in_order(cells: Sequence[Tag], held: dict[int, list[Word]]) -> bool:
    """Whether rows stand under one another and cells beside one another, as the grid has them."""
    boxes = {index: box_of(its) for index, its in held.items()}
    rows: dict[int, list[tuple[int, Box]]] = defaultdict(list)
    cols: dict[int, list[tuple[int, Box]]] = defaultdict(list)
    for index, box in boxes.items():
        rows[cells[index].row].append((cells[index].col, box))
        if cells[index].rowspan == 1:
            cols[cells[index].col].append((cells[index].row, box))
    pairs = faults = 0
    texts = [word.text for its in held.values() for word in its]
    first, last = (2, 0) if is_rtl_text(texts, False) else (0, 2)
    for row in rows.values():
        row.sort(key=itemgetter(0))
        for (_, one), (_, other) in pairwise(row):
            pairs += 1
            faults += (one[first] + one[last] - other[first] - other[last]) * (last - first) >= 0
    for col in cols.values():
        col.sort(key=itemgetter(0))
        for (_, one), (_, other) in pairwise(col):
            pairs += 1
            faults += one[1] + one[3] >= other[1] + other[3]
    return faults <= _FAULTS * pairs


def _frames(drawn: FoundTable, named: FoundTable) -> bool:
    """Whether they are at one place; rules reach as far beyond the words as the columns are wide."""
    if iou(drawn.bbox, named.bbox) >= _SAME:
        return True
    return drawn.ruled and inside_share(named.bbox, drawn.bbox) > _IN_CELL


def _cells(cells: Sequence[Tag], held: dict[int, list[Word]]) -> Iterator[Cell]:
    for index, cell in enumerate(cells):
        its = held.get(index, [])
        yield Cell(
            row=cell.row, col=cell.col, rowspan=cell.rowspan, colspan=cell.colspan, text=join_words(its),
            header=cell.role == "TH", bbox=box_of(its) if its else None,
        )  # fmt: skip


def _drawn_as(table: FoundTable, found: Sequence[FoundTable], words: Sequence[Word]) -> FoundTable:
    """The table with the frame, and the boxes of cells, of what geometry found in its place."""
    best = max((other for other in found if _frames(other, table)), key=lambda o: iou(o.bbox, table.bbox), default=None)
    if best is None:
        return table
    if len(words_within(words, [best.bbox])) > (1 + _STRANGERS) * len(words_within(words, [table.bbox])):
        return table
    boxes = {(cell.row, cell.col, cell.rowspan, cell.colspan): cell for cell in best.cells}
    cells = []
    for cell in table.cells:
        other = boxes.get((cell.row, cell.col, cell.rowspan, cell.colspan))
        same = other is not None and _letters(other) == _letters(cell)
        cells.append(cell.model_copy(update={"bbox": other.bbox}) if same and other is not None else cell)
    headed = any(cell.header for cell in cells)
    if not headed:
        heads = {cell.row for cell in best.cells if cell.header}
        cells = [cell.model_copy(update={"header": cell.row in heads}) for cell in cells]
    return dataclasses.replace(table, bbox=best.bbox, cells=tuple(cells), ruled=best.ruled)
