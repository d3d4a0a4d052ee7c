"""HTML tables to cells with positions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from docparse.geometry import Box
from docparse.qwenvl.markup import Node
from docparse.qwenvl.text import text_of
from docparse.schemas.document import Cell, Link

MAX_SPAN = 1000
_SPAN_AREA = 200_000  # positions that the spans of one table may cover: keeps reading linear in the input
_ONLY_BOX = re.compile(r' data-bbox="([0-9 ]+)"')
_DIGITS = re.compile(r"\s*(\d{1,6})")


@dataclass(slots=True)
class Grid:
    """Cells of a table in row order; `loose` is text that stood in the table but in no cell."""

    cells: list[Cell] = field(default_factory=list)
    rows: int = 0
    cols: int = 0
    loose: list[Node | str] = field(default_factory=list)
    captions: list[Node] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)


def read_grid(table: Node, read_box: Callable[[str], Box | None]) -> Grid:
    """Cells of a `<table>` in its grid; a table that only wraps another one is unwrapped."""
    grid = Grid()
    inner = _only_table(table)
    while inner is not None:
        table, inner = inner, _only_table(inner)
        grid.flags = ["nested_table"]
    rows = list(_rows(table, grid, header=False))
    free_at: list[int] = []  # column -> first row in which it is free again
    spare = _SPAN_AREA
    for number, (row, header) in enumerate(rows):
        col = 0
        for child in row:
            while col < len(free_at) and free_at[col] > number:
                col += 1
            rowspan = colspan = 1
            box = None
            only_box = _ONLY_BOX.fullmatch(child.raw) if child.raw else None
            if only_box is not None:  # most cells of our own HTML
                box = read_box(only_box[1])
            elif child.raw:
                attributes = child.attributes
                rowspan = min(_span(attributes.get("rowspan")), len(rows) - number)
                colspan = _span(attributes.get("colspan"))
                if "data-bbox" in attributes:
                    box = read_box(attributes["data-bbox"])
            if rowspan * colspan > 1:
                if rowspan * colspan > spare:
                    rowspan = colspan = 1
                    grid.flags.append("span_clipped")
                spare -= rowspan * colspan
            links: list[Link] = []
            cell = Cell(
                row=number, col=col, rowspan=rowspan, colspan=colspan, text=text_of(child.children, links),
                header=header or child.tag == "th", bbox=box,
            )  # fmt: skip
            if links:
                cell.links = links
            grid.cells.append(cell)
            if col + colspan > len(free_at):
                free_at.extend([0] * (col + colspan - len(free_at)))
            for covered in range(col, col + colspan):
                free_at[covered] = number + rowspan
            col += colspan
    grid.rows, grid.cols = len(rows), len(free_at)
    grid.flags = list(dict.fromkeys(grid.flags))
    return grid


def _span(value: str | None) -> int:
    match = _DIGITS.match(value) if value else None
    return min(max(int(match[1]), 1), MAX_SPAN) if match else 1


def _rows(node: Node, grid: Grid, *, header: bool) -> Iterator[tuple[list[Node], bool]]:
    """(cells, whether in thead) of every row; cells without a row make one."""
    orphans: list[Node] = []
    for child in node.children:
        if isinstance(child, str):
            if child.strip():
                grid.loose.append(child)
            continue
        if child.tag in ("td", "th"):
            orphans.append(child)
            continue
        if orphans:
            yield orphans, header
            orphans = []
        if child.tag == "tr":
            yield list(_cells(child, grid)), header
        elif child.tag in ("thead", "tbody", "tfoot"):
            yield from _rows(child, grid, header=child.tag == "thead")
        elif child.tag == "caption":
            grid.captions.append(child)
        elif child.tag not in ("col", "colgroup"):
            grid.loose.append(child)
    if orphans:
        yield orphans, header


def _cells(row: Node, grid: Grid) -> Iterator[Node]:
    for child in row.children:
        if isinstance(child, str):
            if child.strip():
                grid.loose.append(child)
        elif child.tag in ("td", "th"):
            yield child
        else:
            grid.loose.append(child)


def _only_table(table: Node) -> Node | None:
    """The table inside a table that holds nothing but it."""
    node = table
    while True:
        children = [child for child in node.children if not isinstance(child, str) or child.strip()]
        if len(children) != 1 or not isinstance(children[0], Node):
            return None
        node = children[0]
        if node.tag == "table":
            return node
        if node.tag not in ("thead", "tbody", "tfoot", "tr", "td", "th", "div"):
            return None
