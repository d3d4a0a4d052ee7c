"""Frames and panels of code, notes and the like: their edges are no rules of a table above or below them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from docparse.model.embedded.tables.rules import Line

_LEVEL_PT = 1.5  # how exactly sides end at an edge
_ROW_EM = 3.0  # lower frames may be the grounds of rows


class Frames:
    """Boxes with an edge at each of their four sides and none down through them; `vertical` are sides of boxes."""

    def __init__(self, vertical: Sequence[Line], em: float) -> None:
        self._vertical, self._em = vertical, em
        self._down: dict[int, list[tuple[Line, float]]] = defaultdict(list)  # sides by where they begin, and their end
        self._up: dict[int, list[tuple[Line, float]]] = defaultdict(list)
        for side in vertical:
            self._down[round(side.start)].append((side, side.end))
            self._up[round(side.end)].append((side, side.start))

    def below(self, edge: Line) -> Line | None:
        """The lower edge of the frame that begins with this edge."""
        return self._other(edge, self._down)

    def above(self, edge: Line) -> Line | None:
        """The upper edge of the frame that ends with this edge."""
        return self._other(edge, self._up)

    def is_tall(self, a: Line, b: Line) -> bool:
        """Whether the frame between two edges is too tall for the ground of a row of one line."""
        return abs(a.pos - b.pos) > _ROW_EM * self._em

    def _other(self, edge: Line, sides: dict[int, list[tuple[Line, float]]]) -> Line | None:
        near, level = 0.5 * self._em, round(edge.pos)
        here = [pair for at in (level - 1, level, level + 1) for pair in sides.get(at, ())]
        lefts = [far for side, far in here if abs(side.pos - edge.start) < near]
        rights = [far for side, far in here if abs(side.pos - edge.end) < near]
        for far in lefts:
            if any(abs(far - other) < _LEVEL_PT for other in rights) and not self._is_parted(edge, far):
                return edge._replace(pos=far)
        return None

    def _is_parted(self, edge: Line, far: float) -> bool:
        """A side runs down through the frame: cells are drawn."""
        middle = (edge.pos + far) / 2
        low, high = edge.start + self._em, edge.end - self._em
        return any(low < side.pos < high and side.start < middle < side.end for side in self._vertical)
