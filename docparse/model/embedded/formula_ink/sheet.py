"""A cutting with a formula taken apart into rows, and their signs as words and rules."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

import numpy as np
from numpy.typing import NDArray

from docparse.geometry import union
from docparse.model.embedded.formula_grid import Node
from docparse.model.embedded.formula_ink.blots import Blot, box_of
from docparse.model.embedded.formula_ink.grids import (
    BRACKET_PAIRS,
    bars_of,
    columns_of,
    dots_of,
    held_in_brackets,
    over_and_under,
    rows_of,
)
from docparse.model.embedded.formula_ink.ink import SURE, Ink
from docparse.model.embedded.formula_ink.named import named
from docparse.model.embedded.formula_ink.parts import NORM, limits, names_with_limits, stacked
from docparse.model.embedded.formula_ink.signs import Sign, placed
from docparse.model.embedded.formula_leaves import Unclear
from docparse.model.embedded.formula_line import group as group_of
from docparse.model.embedded.formula_symbols import BIG, symbols
from docparse.model.embedded.formula_tree import to_node
from docparse.schemas.page import Rule, Word

_DEPTH = 6
# in heights of the formula's type, which is that of a capital:
_TALL = 1.75  # signs as tall hold others: brackets, sums
_AS_SMALL = dict(zip("⨂⨁⨀⋀⋁⋃⋂∏∑", "⊗⊕⊙∧∨∪∩ΠΣ", strict=True))
_LARGE = 1.2
_STRAIGHT = 0.75  # ink in the box of a short stroke
_WITH_STROKES = frozenset("≤≥±∓≃≅⊆⊇≲≳")
_OFF = 0.45  # between the signs of a row, down
_INDEX = 0.7  # size of an index
_CAPITAL, _AXIS = 0.69, 0.25  # of the size of the type: a capital, and the axis above the line


class Sheet:
    """The cutting, and the words and rules found on it so far."""

    def __init__(self, pixels: NDArray[np.uint8], mask: NDArray[np.bool_]) -> None:
        self._ink = Ink(pixels, mask)
        self.words: list[Word] = []
        self.rules: list[Rule] = []
        self.nodes: list[Node] = []
        self.scores: list[float] = []
        self._in_index = False

    def take_apart(self, blots: list[Blot], depth: int, most: float = 0.0) -> None:
        """Rows, grids, fractions, roots and limits one after the other; what is left is a row.

        `most` is the height of a capital in what it is a part of, whose type is no smaller.
        """
        if depth > _DEPTH:
            raise Unclear
        made = len(self.nodes)
        high = 0.0
        while blots:
            if not high or any(map(self._ink.letter, blots)):
                high = max(high, self._ink.height_of(blots, most))  # what is left may be indices for the greater part
            self._ink.capital = self._ink.capital or high
            steps = (self._lines, self._grid, self._built, self._sum)
            left = next((rest for step in steps if (rest := step(blots, high, depth)) is not None), None)
            if left is not None:
                blots = left
                continue
            small = stacked(blots, high, self._ink.type_of, self._ink.char)
            if not small:
                self._read(blots, high, self.nodes[made:])
                return
            *held, blots = small
            start, kept = len(self.words), self.nodes[made:]
            del self.nodes[made:]
            for part in held:
                self._take_index(part, depth + 1, high)
            made = len(self.nodes)
            self.nodes += kept
            self._as_index(start, high)

    def _take_index(self, blots: list[Blot], depth: int, most: float) -> None:
        outside, self._in_index = self._in_index, True
        self.take_apart(blots, depth, most)
        self._in_index = outside

    def _node(self, blots: list[Blot], depth: int, most: float) -> Node:
        """A part of the formula by itself."""
        if not blots:
            raise Unclear
        outside = self.words, self.rules, self.nodes
        self.words, self.rules, self.nodes = [], [], []
        self.take_apart(blots, depth + 1, most)
        node = to_node(self.words, self.rules, self.nodes)
        self.words, self.rules, self.nodes = outside
        return node

    def _lines(self, blots: list[Blot], high: float, depth: int) -> list[Blot] | None:
        """The whole formula as lines under one another; nothing is left of it."""
        if depth:
            return None
        rows = rows_of(
            blots,
            high,
            self._ink.axis_in(high),
            self._bars(blots, high),
            held_in_brackets(blots, high, self._ink.shape),
        )
        if len(rows) < 2:
            return None
        nodes = [self._node(row, depth, high) for row in rows]
        self.nodes.append(
            self._made("\\begin{gathered} " + " \\\\ ".join(n.latex for n in nodes) + " \\end{gathered}", blots, high)
        )
        return []

    def _grid(self, blots: list[Blot], high: float, depth: int) -> list[Blot] | None:
        """A matrix or cases, and the rest."""
        for held in held_in_brackets(blots, high, self._ink.shape):
            rows = rows_of(held.inner, high, self._ink.axis_in(high), self._bars(held.inner, high))
            if len(rows) < 2:
                continue
            cells = [[self._cell(cell, high, depth) for cell in row] for row in columns_of(rows, high)]
            self.nodes.append(self._made(_array(cells, held.kind, closed=held.closer is not None), held.blots, high))
            taken = set(held.blots)
            return [b for b in blots if b not in taken]
        return None

    def _cell(self, blots: list[Blot], high: float, depth: int) -> str:
        return (dots_of(blots, high) or self._node(blots, depth, high).latex) if blots else ""

    def _made(self, latex: str, blots: Sequence[Blot], high: float, axis: float | None = None) -> Node:
        """A part that is LaTeX by now, as a sign of the row."""
        box = box_of(union(map(box_of, blots)))
        axis = (box[1] + box[3]) / 2 if axis is None else axis
        size = high / _CAPITAL
        return Node(latex, box, size, axis + _AXIS * size, axis=axis)

    def _bars(self, blots: Sequence[Blot], high: float) -> list[Blot]:
        """Strokes that may be bars of fractions: not those of signs like ≤, and no tildes."""
        bars = [bar for bar in bars_of(blots, high) if not self._is_tilde(bar, high)]
        return [bar for bar in bars if not any(self._are_one(bar, b, high) for b in blots if b not in bars)]

    def _is_tilde(self, bar: Blot, high: float) -> bool:
        """Whether it is no straight stroke, but short and bent: an accent."""
        return bar.width < high and self._ink.mask[bar.y0 : bar.y1, bar.x0 : bar.x1].mean() < _STRAIGHT

    def _are_one(self, bar: Blot, b: Blot, high: float) -> bool:
        gap = max(bar.y0 - b.y1, b.y0 - bar.y1)
        if not gap < 0.35 * high or abs(b.x - bar.x) > 0.15 * high or abs(b.width - bar.width) > 0.3 * high:
            return False
        its = named(self._ink.mask, sorted([bar, b]), high)
        return its.sign in _WITH_STROKES and its.likeness > SURE

    def _as_index(self, start: int, high: float) -> None:
        """Words from a place on as small as limits and indices are: some print sets them as large as the row."""
        most = _INDEX * high / _CAPITAL
        self.words[start:] = [word._replace(size=min(word.size, most)) for word in self.words[start:]]

    def _built(self, blots: list[Blot], high: float, depth: int) -> list[Blot] | None:
        """The widest fraction, root or line over signs made one sign, and the rest."""
        bars = self._bars(blots, high)
        roots = [b for b in blots if b.width > 0.7 * high and b.height > 0.7 * high and b not in bars]
        for blot in sorted([*bars, *roots], key=lambda b: -b.width):
            made = (
                self._fraction(blot, blots, bars, high, depth) if blot in bars else self._root(blot, blots, high, depth)
            )
            if made is not None:
                self.nodes.append(made[0])
                taken = set(made[1])
                return [b for b in blots if b not in taken]
        return None

    def _sum(self, blots: list[Blot], high: float, depth: int) -> list[Blot] | None:
        """A sum with its limits made one sign, and the rest."""
        for sign, above, below in limits(blots, high):
            char = self._ink.shape(sign) or self._ink.seen(sign).sign
            if char not in BIG:
                continue
            latex = symbols(char) or ""
            for mark, part in (("_", below), ("^", above)):
                latex = latex.strip() + (f"{mark}{group_of(self._node(part, depth, high).latex)} " if part else "")
            taken = [sign, *above, *below]
            self.nodes.append(self._made(latex, taken, high, sign.y))
            return [b for b in blots if b not in taken]
        for name, part, below in names_with_limits(blots, high, self._ink.char):
            latex = f"\\{name}_{group_of(self._node(below, depth, high).latex)} "
            taken = [*part, *below]
            box = box_of(union(map(box_of, part)))
            size, base = high / _CAPITAL, float(max(b.y1 for b in part[:1]))
            self.nodes.append(Node(latex, box, size, base, axis=base - _AXIS * size))
            return [b for b in blots if b not in taken]
        return None

    def _fraction(
        self, bar: Blot, blots: list[Blot], bars: list[Blot], high: float, depth: int
    ) -> tuple[Node, list[Blot]] | None:
        """The fraction of a bar, and the blots it is made of."""
        sides = over_and_under(bar, blots, bars, high)
        if sides is None:
            return self._overline(bar, blots, high, depth)
        above, below = (self._node(side, depth, high) for side in sides)
        size, y = self._type_in(max(above.size, below.size), high), float(bar.y)
        box = union([above.bbox, below.bbox, box_of(bar)])
        node = Node(f"\\frac{{{above.latex}}}{{{below.latex}}}", box, size, y + _AXIS * size, axis=y)
        return node, [bar, *sides[0], *sides[1]]

    def _overline(self, bar: Blot, blots: list[Blot], high: float, depth: int) -> tuple[Node, list[Blot]] | None:
        """Several signs under a line as long as they are, and the blots of both."""
        under = [b for b in blots if b is not bar and bar.x0 <= b.x <= bar.x1 and bar.y1 <= b.y0 < bar.y1 + 1.2 * high]
        if bar.width < 1.5 * high or len(under) < 2 or min(b.y0 for b in under) - bar.y1 > 0.4 * high:
            return None
        if max(abs(min(b.x0 for b in under) - bar.x0), abs(max(b.x1 for b in under) - bar.x1)) > 0.35 * high:
            return None
        node = self._node(under, depth, high)
        taken = [bar, *under]
        size = self._type_in(node.size, high)
        return Node(f"\\overline{{{node.latex}}}", box_of(union(map(box_of, taken))), size, node.baseline), taken

    def _root(self, root: Blot, blots: list[Blot], high: float, depth: int) -> tuple[Node, list[Blot]] | None:
        """The root that a blot is the sign of, and the blots it is made of."""
        inner = [
            b
            for b in blots
            if b is not root and root.x0 < b.x < root.x1 and root.y0 <= b.y0 and b.y1 < root.y1 + 0.1 * high
        ]
        start = self._vinculum(root, inner) if inner else None
        if start is None:
            return None
        degree = _degree(root, start, blots, high)
        node = self._node([b for b in inner if b not in degree], depth, high)
        latex = f"\\sqrt{f'[{self._node(degree, depth, high).latex}]' if degree else ''}{{{node.latex}}}"
        taken = [root, *inner, *degree]
        size = self._type_in(node.size, high)
        return Node(latex, box_of(union(map(box_of, taken))), size, node.baseline), taken

    def _type_in(self, size: float, high: float) -> float:
        """The size of a part: that of the row it stands in, where it is much the same."""
        return high / _CAPITAL if 0.8 < size * _CAPITAL / high < 1.3 else size

    def _vinculum(self, root: Blot, inner: Sequence[Blot]) -> int | None:
        """Where the stroke over a root begins; None where the blot is no root."""
        ink = self._ink.mask[root.y0 : root.y1, root.x0 : root.x1].copy()
        for blot in inner:
            ink[blot.y0 - root.y0 : blot.y1 - root.y0, max(0, blot.x0 - root.x0) : blot.x1 - root.x0] = False
        top = np.asarray(ink[: max(2, root.height // 8)].any(axis=0))
        gaps = np.flatnonzero(~top)
        start = int(gaps[-1]) + 1 if len(gaps) else 0
        if start < 3 or root.width - start < 0.15 * root.height or not top[-1]:
            return None
        below = ink[max(2, root.height // 5) :, start + max(2, root.height // 8) :]
        if below.mean() > 0.01 or max(b.y1 for b in inner) - min(b.y0 for b in inner) < 0.3 * root.height:
            return None
        foot = np.flatnonzero(ink[-max(1, root.height // 10) :].any(axis=0))
        return root.x0 + start if len(foot) and foot[-1] <= start + 0.2 * root.height else None

    def _read(self, blots: list[Blot], high: float, made: Sequence[Node]) -> None:
        """A row, parts of which are `made`: tall signs by their shape, the others by OCR, each on its ink."""
        tall = {b: sign for b in blots if b.height >= _TALL * high and (sign := self._ink.shape(b))}
        signs = [Sign(sign, box_of(b), 1.0, tall=True) for b, sign in tall.items()]
        rest = [b for b in blots if b not in tall]
        if rest:
            axes = [node.axis for node in made if node.axis is not None and node.size > 0.8 * high / _CAPITAL]
            rest, apart = self._level(rest, high, median(axes or [b.y for b in tall] or [0.0]))
            if not _at_ends(apart, list(tall), high):
                raise Unclear
            start = len(self.words)
            for part in (_above(apart, rest), _below(apart, rest)):
                self._take_index(part, _DEPTH, high)
            self._as_index(start, high)
            signs += self._ink.signs(rest, high)
        signs = _with_norms([_sized(sign, high) for sign in signs])
        self.scores += [sign.score for sign in signs]
        size = high / _CAPITAL
        lines = [node.axis + _AXIS * size for node in made if node.axis is not None and node.size > 0.86 * size]
        capital = (_INDEX if self._in_index else 1) * self._ink.capital
        self.words += placed(signs, capital, (size, median(lines)) if lines else None)

    def _level(self, blots: list[Blot], high: float, axis: float) -> tuple[list[Blot], list[Blot]]:
        """The blots of one row and those above and below it, without what the edges cut of another line.

        `axis` is that of the row where it is known, else 0.
        """
        main = max(blots, key=lambda b: b.height * b.width if b.width < 3 * b.height else 0)
        row = [b for b in blots if axis and b.y0 - 0.2 * high < axis < b.y1 + 0.2 * high] or [main]
        top, bottom = min(b.y0 for b in row), max(b.y1 for b in row)
        rest = [b for b in blots if b not in row]
        while near := [b for b in rest if b.y0 <= bottom + _OFF * high and b.y1 >= top - _OFF * high]:
            top, bottom = min(top, *(b.y0 for b in near)), max(bottom, *(b.y1 for b in near))
            row += near
            rest = [b for b in rest if b not in near]
        return row, [b for b in rest if b.y0 > 0 and b.y1 < len(self._ink.mask)]


def _array(cells: Sequence[Sequence[str]], opener: str, *, closed: bool) -> str:
    """Cells between brackets, as TeX has them from of old: the brackets are signs of the formula."""
    body = " \\\\ ".join(" & ".join(row) for row in cells)
    kind = ("c" if closed else "l") * max(map(len, cells))
    left, right = (sign.replace("{", "\\{").replace("}", "\\}") for sign in (opener, BRACKET_PAIRS[opener]))
    return f"\\left{left} \\begin{{array}}{{{kind}}} {body} \\end{{array}} \\right{right if closed else '.'}"


def _degree(root: Blot, start: int, blots: Sequence[Blot], high: float) -> list[Blot]:
    """The small signs in the hook of a root whose line begins at `start`."""
    foot, top = root.y1 - 0.3 * high, root.y0 - 0.3 * high
    found = [
        b for b in blots
        if b is not root and root.x0 - 0.15 * high < b.x0 and b.x1 < start + 0.1 * high
        and b.y1 < foot and b.y0 > top and b.height < 0.8 * high
    ]  # fmt: skip
    return found if max((b.height for b in found), default=0) > 0.3 * high else []


def _sized(sign: Sign, high: float) -> Sign:
    """The sign of operation or letter that has the shape of a large one, where it is no larger than letters are."""
    small = sign.bbox[3] - sign.bbox[1] < _LARGE * high
    return sign._replace(text=_AS_SMALL.get(sign.text, sign.text)) if small else sign


def _with_norms(signs: list[Sign]) -> list[Sign]:
    """Bars that are nearer to one another than two of a row are as the one sign of a norm."""
    found: list[Sign] = []
    for sign in sorted(signs, key=lambda sign: sign.bbox[0]):
        last = found[-1] if found else sign
        near = sign.bbox[0] - last.bbox[0] < NORM * (sign.bbox[3] - sign.bbox[1])
        if found and sign.text == last.text == "|" and near and abs(sign.bbox[1] - last.bbox[1]) < 3:
            found[-1] = last._replace(text="‖", bbox=union([last.bbox, sign.bbox]))
        else:
            found.append(sign)
    return found


def _at_ends(blots: Sequence[Blot], tall: Sequence[Blot], high: float) -> bool:
    """Whether what stands off a row are limits and indices, behind the ends of its integrals and tall brackets."""
    end: dict[bool, float] = {}
    for b in sorted(blots):
        begins = [sign for sign in tall if sign.x0 <= b.x0 <= sign.x1 + high]
        high_up = any(b.y < sign.y for sign in begins or tall)
        if not begins and b.x0 - end.get(high_up, float("-inf")) > 0.4 * high:
            return False
        end[high_up] = max(b.x1, end.get(high_up, 0.0))
    return True


def _above(blots: Sequence[Blot], row: Sequence[Blot]) -> list[Blot]:
    return [b for b in blots if b.y1 <= min(other.y0 for other in row)]


def _below(blots: Sequence[Blot], row: Sequence[Blot]) -> list[Blot]:
    return [b for b in blots if b.y0 >= max(other.y1 for other in row)]
