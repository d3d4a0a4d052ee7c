"""TEDS: tree edit distance similarity of tables (Zhong et al. 2020), by the library apted."""

from __future__ import annotations

from typing import Any

from docparse.bench.metrics import library, sequence_similarity
from docparse.schemas.document import Table


class _Node:
    """What apted walks: a tag with spans and text."""

    __slots__ = ("children", "colspan", "rowspan", "tag", "text")

    def __init__(self, tag: str, children: list[_Node], text: str = "", rowspan: int = 1, colspan: int = 1) -> None:
        self.tag, self.children, self.text, self.rowspan, self.colspan = tag, children, text, rowspan, colspan


class _Costs:
    """Costs of TEDS: 1 for a node more or less, the texts' distance for cells of the same shape."""

    valuecls = float  # apted asks its Config for it

    def __init__(self, structure_only: bool) -> None:
        self.structure_only = structure_only

    def rename(self, a: _Node, b: _Node) -> float:
        if (a.tag, a.rowspan, a.colspan) != (b.tag, b.rowspan, b.colspan):
            return 1.0
        if self.structure_only or a.tag != "td" or a.text == b.text:
            return 0.0
        return 1.0 - sequence_similarity(a.text, b.text)

    def delete(self, node: _Node) -> float:
        return 1.0

    def insert(self, node: _Node) -> float:
        return 1.0

    def children(self, node: _Node) -> list[_Node]:
        return node.children


def teds(truth: Table, found: Table, *, structure_only: bool = False) -> float:
    """1 - edit distance of the trees / the larger number of nodes. Header cells count as cells; blanks do not count."""
    a, b = _tree(truth), _tree(found)
    apted: Any = library("apted")
    distance: float = apted.APTED(a, b, _Costs(structure_only)).compute_edit_distance()
    return max(0.0, 1.0 - distance / max(_size(a), _size(b)))


def _tree(table: Table) -> _Node:
    rows: list[list[_Node]] = [[] for _ in range(table.rows)]
    for cell in sorted(table.cells, key=lambda c: (c.row, c.col)):
        if cell.row < table.rows:
            rows[cell.row].append(_Node("td", [], "".join(cell.text.split()), cell.rowspan, cell.colspan))
    return _Node("table", [_Node("tr", cells) for cells in rows])


def _size(node: _Node) -> int:
    return 1 + sum(_size(child) for child in node.children)
