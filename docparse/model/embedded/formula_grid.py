"""Rows and columns between tall brackets: matrices, column vectors, cases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from docparse.geometry import Box

_KINDS = {
    ("(", ")"): "pmatrix",
    ("[", "]"): "bmatrix",
    ("|", "|"): "vmatrix",
    ("‖", "‖"): "Vmatrix",
    ("{", "}"): "Bmatrix",
}
# in sizes of the type: brackets round two rows are taller; from row to row; between columns
_TALL, _ROW, _COLUMN = 1.9, 0.8, 0.55
_BINOMIAL = 1.29  # from line to line of a binomial; a matrix has 1.2
_HANGING = frozenset("()[]{}|‖∣∥⟨⟩⌊⌋⌈⌉∑∏∫⋃⋂")  # tall signs, whose baseline says nothing
_SMALLER = 0.86  # an index is smaller


@dataclass(slots=True, eq=False)
class Node:
    """A piece of LaTeX and where it stands; `base` is the text of a single glyph."""

    latex: str
    bbox: Box
    size: float
    baseline: float
    base: str = ""
    axis: float | None = None  # of a fraction or matrix: where its middle is

    @property
    def middle(self) -> float:
        return (self.bbox[0] + self.bbox[2]) / 2


class Grid(NamedTuple):
    """A matrix: LaTeX's name for its kind, its cells by row, and all its nodes, the first bracket first."""

    kind: str
    rows: list[list[list[Node]]]
    nodes: list[Node]

    @property
    def is_binomial(self) -> bool:
        """Two signs over one another, further apart than the rows of a matrix."""
        if self.kind != "pmatrix" or [len(row) for row in self.rows] != [1, 1]:
            return False
        (above,), (below,) = self.rows
        size = max(node.size for node in (*above, *below))
        first, second = (max(cell, key=lambda node: node.size).baseline for cell in (above, below))
        return second - first > _BINOMIAL * size


def grids(nodes: Sequence[Node]) -> Iterator[Grid]:
    """Brackets of several rows with what stands between them; a brace with nothing to close it opens cases."""
    for opener in sorted(nodes, key=lambda node: node.bbox[0]):
        if opener.base not in {left for left, _ in _KINDS} or not _is_tall(opener):
            continue
        closers = [node for node in nodes if (opener.base, node.base) in _KINDS and _match(opener, node)]
        closer = min(closers, key=lambda node: node.bbox[0], default=None)
        if closer is None and opener.base != "{":
            continue
        if closer is not None and any(
            node is not opener
            and node.base == opener.base != closer.base
            and _match(node, closer)
            and opener.bbox[2] - 0.1 * node.size <= node.bbox[0] < closer.bbox[0]
            for node in nodes
        ):
            continue  # another bracket opens within
        end = closer.bbox[0] if closer is not None else float("inf")
        inner = [
            node for node in nodes
            if node is not opener and opener.bbox[2] - 0.1 * node.size < node.middle < end and _is_within(node, opener)
        ]  # fmt: skip
        rows = _rows(inner)
        if len(rows) < 2:
            continue
        kind = _KINDS[opener.base, closer.base] if closer is not None else "cases"
        yield Grid(kind, _cells(rows), [opener, *inner, *([closer] if closer is not None else [])])


def _is_tall(node: Node) -> bool:
    return node.bbox[3] - node.bbox[1] > _TALL * node.size


def _match(opener: Node, node: Node) -> bool:
    if node.bbox[0] < opener.bbox[2]:
        return False
    return all(abs(opener.bbox[side] - node.bbox[side]) < 0.4 * opener.size for side in (1, 3))


def _is_within(node: Node, bracket: Node) -> bool:
    middle = node.baseline - 0.27 * node.size
    return bracket.bbox[1] - 0.3 * node.size < middle < bracket.bbox[3] + 0.3 * node.size


def _rows(nodes: Sequence[Node]) -> list[list[Node]]:
    """Nodes by row; indices belong to the row that is nearest."""
    size = max((node.size for node in nodes), default=0.0)
    lines: list[list[float]] = []
    main = [node for node in nodes if node.size > _SMALLER * size and node.base not in _HANGING]
    for baseline in sorted(node.baseline for node in main):
        if lines and baseline - lines[-1][-1] < 0.4 * size:
            lines[-1].append(baseline)
        else:
            lines.append([baseline])
    levels = [sum(line) / len(line) for line in lines]
    if not levels or any(after - before < _ROW * size for before, after in pairwise(levels)):
        return []
    rows: list[list[Node]] = [[] for _ in levels]
    for node in nodes:
        axis = node.baseline - 0.27 * node.size
        nearest = min(range(len(levels)), key=lambda at: abs(levels[at] - 0.27 * size - axis))
        rows[nearest].append(node)
    return rows


def _cells(rows: Sequence[Sequence[Node]]) -> list[list[list[Node]]]:
    """Cells by row: columns are parted where all rows have a gap."""
    nodes = sorted((node for row in rows for node in row), key=lambda node: node.bbox[0])
    size = max(node.size for node in nodes)
    edges: list[float] = []
    end = nodes[0].bbox[2]
    for node in nodes[1:]:
        if node.bbox[0] - end > _COLUMN * size:
            edges.append((end + node.bbox[0]) / 2)
        end = max(end, node.bbox[2])
    bounds = [float("-inf"), *edges, float("inf")]
    return [[[node for node in row if left < node.middle <= right] for left, right in pairwise(bounds)] for row in rows]
