"""A cutting with a formula taken apart into rows, and their signs as words and rules."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from statistics import median

import numpy as np
from numpy.typing import NDArray

from docparse.geometry import Box, union
from docparse.model.embedded import ocr_rapid
from docparse.model.embedded.formula_grid import Node
from docparse.model.embedded.formula_ink.align import ReadSign, aligned
from docparse.model.embedded.formula_ink.blots import Blot, box_of, type_height
from docparse.model.embedded.formula_ink.grids import (
    BRACKET_PAIRS,
    bars_of,
    columns_of,
    dots_of,
    held_in_brackets,
    over_and_under,
    rows_of,
)
from docparse.model.embedded.formula_ink.named import Named, named
from docparse.model.embedded.formula_ink.parts import groups_of, limits, names_with_limits, stacked
from docparse.model.embedded.formula_ink.shapes import accent_of, sign_of
from docparse.model.embedded.formula_ink.signs import Sign, axis_of, capital_of, has_size, placed, widest
from docparse.model.embedded.formula_leaves import Unclear
from docparse.model.embedded.formula_line import group as group_of
from docparse.model.embedded.formula_symbols import BIG, symbols
from docparse.model.embedded.formula_tree import to_node
from docparse.schemas.page import Rule, Word

_DEPTH = 6
# in heights of the formula's type, which is that of a capital:
_LIKELY = 0.8  # likeness of a letter that tells where a row is
_OF_ROW = 0.15  # signs of the row itself are as large as that
_TALL = 1.75  # signs as tall hold others: brackets, sums
_BRACKETS, _BRACKET = frozenset("()[]{}|/"), 1.4  # in height
_AS_SMALL = dict(zip("⨂⨁⨀⋀⋁⋃⋂∏∑", "⊗⊕⊙∧∨∪∩ΠΣ", strict=True))
_LARGE = 1.2
_NORM = 0.237  # from bar to bar of a norm, in their height: two bars beside one another are further apart
_WITH_STROKES = frozenset("≤≥±∓≃≅⊆⊇≲≳")
_OFF = 0.45  # between the signs of a row, down
_DOUBTFUL, _SURE = 0.5, 0.8
_SURE_SCORE = 0.97  # of a sign whose form leaves no doubt
_LIKE, _NOT_LIKE = (
    0.88,
    0.1,
)  # likeness of a form that is taken though another sign was read, and by how much it is less like
_LEAST_TYPE = 0.45  # of the formula's: the type of an index of an index
_INDEX = 0.7  # size of an index
_CAPITAL, _AXIS = 0.69, 0.25  # of the size of the type: a capital, and the axis above the line
_FLAT = {"一": "−", "_": "−", "—": "−", "–": "−", "-": "−", "ー": "−", "二": "=", "ニ": "="}
_SPLIT = {
    "…": "...",
    "⋯": "···",
    "″": "''",
    '"': "''",
    "‴": "'''",
    "‖": "||",
    "〈": "⟨",
    "〉": "⟩",
    "⁻": "−",
    "⁺": "+",
    "－": "−",
}


class Sheet:
    """The cutting, and the words and rules found on it so far."""

    def __init__(self, pixels: NDArray[np.uint8], mask: NDArray[np.bool_]) -> None:
        self._pixels, self._mask = pixels, mask
        self._paper: NDArray[np.uint8] = np.median(pixels[~mask], axis=0).astype(np.uint8)
        self._capital = 0.0  # height of one in the whole formula
        self._names: dict[Blot, Named] = {}
        self.words: list[Word] = []
        self.rules: list[Rule] = []
        self.nodes: list[Node] = []
        self.scores: list[float] = []

    def take_apart(self, blots: list[Blot], depth: int, most: float = 0.0) -> None:
        """Rows, grids, fractions, roots and limits one after the other; what is left is a row.

        `most` is the height of a capital in what it is a part of, whose type is no smaller.
        """
        if depth > _DEPTH:
            raise Unclear
        made = len(self.nodes)
        high = 0.0
        while blots:
            if not high or any(map(self._letter, blots)):
                high = max(high, self._high(blots, most))  # what is left may be indices for the greater part
            self._capital = self._capital or high
            steps = (self._lines, self._grid, self._built, self._sum)
            left = next((rest for step in steps if (rest := step(blots, high, depth)) is not None), None)
            if left is not None:
                blots = left
                continue
            small = stacked(blots, high, self._type_of)
            if not small:
                self._read(blots, high, self.nodes[made:])
                return
            *held, blots = small
            start, kept = len(self.words), self.nodes[made:]
            del self.nodes[made:]
            for part in held:
                self.take_apart(part, depth + 1, high)
            made = len(self.nodes)
            self.nodes += kept
            self._as_index(start, high)

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
            blots, high, self._axis_in(high), self._bars(blots, high), held_in_brackets(blots, high, self._shape)
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
        for held in held_in_brackets(blots, high, self._shape):
            rows = rows_of(held.inner, high, self._axis_in(high), self._bars(held.inner, high))
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
        """Strokes that may be bars of fractions: not those of signs like ≤."""
        bars = bars_of(blots, high)
        return [bar for bar in bars if not any(self._are_one(bar, b, high) for b in blots if b not in bars)]

    def _are_one(self, bar: Blot, b: Blot, high: float) -> bool:
        gap = max(bar.y0 - b.y1, b.y0 - bar.y1)
        if not gap < 0.35 * high or abs(b.x - bar.x) > 0.15 * high or abs(b.width - bar.width) > 0.3 * high:
            return False
        its = named(self._mask, sorted([bar, b]), high)
        return its.sign in _WITH_STROKES and its.likeness > _SURE

    def _axis_in(self, high: float) -> Callable[[Blot], float | None]:
        """Axes of the rows of signs as large as the type of capitals `high`."""

        def axis(blot: Blot) -> float | None:
            its = self._seen(blot) if blot.width < 2.2 * blot.height else None
            if its is None or its.likeness < _LIKELY or not has_size(its.sign[0]):
                return None
            tall = capital_of(its.sign[0], blot.height)
            return axis_of(its.sign[0], box_of(blot)) if abs(tall - high) < _OF_ROW * high else None

        return axis

    def _as_index(self, start: int, high: float) -> None:
        """Words from a place on as small as limits and indices are: some print sets them as large as the row."""
        most = _INDEX * high / _CAPITAL
        self.words[start:] = [word._replace(size=min(word.size, most)) for word in self.words[start:]]

    def _high(self, blots: list[Blot], most: float) -> float:
        """About the height of a capital among the blots, as the letters tell that are beyond doubt."""
        high = self._high_of(blots, most)
        return most if most and abs(high - most) < _OF_ROW * most else high

    def _high_of(self, blots: list[Blot], most: float) -> float:
        if self._capital and all(
            blot.width > 2.2 * blot.height or blot.height < 0.25 * self._capital for blot in blots
        ):
            return self._capital  # nothing but strokes and dots
        letters = sorted(filter(None, (self._letter(blot) for blot in blots)), reverse=True)
        letters = [tall for tall in letters if not most or tall < (1 + _OF_ROW) * most]
        if not letters:
            high = max(type_height(blots), _LEAST_TYPE * self._capital)
            return min(high, most) if most else high
        least = 1 if len(letters) < 4 else 2
        return next((s for s in letters if sum(abs(s - o) < 0.12 * s for o in letters) >= least), letters[0])

    def _letter(self, blot: Blot) -> float:
        """Height of a capital in the type of a letter that is beyond doubt, else 0."""
        its = self._seen(blot) if blot.width < 2.2 * blot.height else None
        return capital_of(its.sign[0], blot.height) if its is not None and its.sure and has_size(its.sign[0]) else 0.0

    def _type_of(self, blot: Blot) -> float:
        tall = _BRACKET if self._seen(blot).sign in _BRACKETS else 1.0
        return self._letter(blot) or blot.height / tall

    def _seen(self, blot: Blot) -> Named:
        """What a blot is by itself."""
        if blot not in self._names:
            self._names[blot] = named(self._mask, [blot], self._capital or blot.height)
        return self._names[blot]

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
            char = self._shape(sign) or self._seen(sign).sign
            if char not in BIG:
                continue
            latex = symbols(char) or ""
            for mark, part in (("_", below), ("^", above)):
                latex = latex.strip() + (f"{mark}{group_of(self._node(part, depth, high).latex)} " if part else "")
            taken = [sign, *above, *below]
            self.nodes.append(self._made(latex, taken, high, sign.y))
            return [b for b in blots if b not in taken]
        for name, part, below in names_with_limits(blots, high, self._char):
            latex = f"\\{name}_{group_of(self._node(below, depth, high).latex)} "
            taken = [*part, *below]
            box = box_of(union(map(box_of, part)))
            size, base = high / _CAPITAL, float(max(b.y1 for b in part[:1]))
            self.nodes.append(Node(latex, box, size, base, axis=base - _AXIS * size))
            return [b for b in blots if b not in taken]
        return None

    def _char(self, blot: Blot) -> str:
        its = self._seen(blot)
        return its.sign[0] if its.likeness >= _LIKELY else ""

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
        ink = self._mask[root.y0 : root.y1, root.x0 : root.x1].copy()
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
        tall = {b: sign for b in blots if b.height >= _TALL * high and (sign := self._shape(b))}
        signs = [Sign(sign, box_of(b), 1.0, tall=True) for b, sign in tall.items()]
        rest = [b for b in blots if b not in tall]
        if rest:
            axes = [node.axis for node in made if node.axis is not None and node.size > 0.8 * high / _CAPITAL]
            rest, apart = self._level(rest, high, median(axes or [b.y for b in tall] or [0.0]))
            if not _at_ends(apart, list(tall), high):
                raise Unclear
            start = len(self.words)
            for part in (_above(apart, rest), _below(apart, rest)):
                self.take_apart(part, _DEPTH, high)
            self._as_index(start, high)
            signs += self._signs(rest, high)
        signs = _with_norms([_sized(sign, high) for sign in signs])
        self.scores += [sign.score for sign in signs]
        size = high / _CAPITAL
        lines = [node.axis + _AXIS * size for node in made if node.axis is not None and node.size > 0.86 * size]
        self.words += placed(signs, self._capital, (size, median(lines)) if lines else None)

    def _shape(self, blot: Blot) -> str | None:
        return sign_of(self._mask[blot.y0 : blot.y1, blot.x0 : blot.x1])

    def _signs(self, blots: list[Blot], high: float) -> list[Sign]:
        """Signs by their form; those that leave a doubt as the recogniser of lines reads them beside the others."""
        groups = groups_of(blots, high)
        seen = [named(self._mask, group, high) for group in groups]
        if all(its.sure for its in seen):
            return [self._sure(its, group) for its, group in zip(seen, groups, strict=True)]
        of_ink = {group[0]: its for its, group in zip(seen, groups, strict=True)}
        signs: list[Sign] = []
        for read, held in aligned(self._ocr(blots), groups, high, lambda j, sign: _unlike(seen[j], sign)):
            if not held:
                if read[0][2] > _DOUBTFUL and not all(its.sure for its in seen):
                    raise Unclear
                continue
            parts = [(group, its) for group, its in zip(groups, seen, strict=True) if group[0] in held]
            if all(its.sure for _, its in parts):
                signs += [self._sure(its, group) for group, its in parts]
            elif len(parts) == 1 or not any(its.sure for _, its in parts):
                signs += self._doubted(read, held, of_ink[held[0]] if len(parts) == 1 else None, high)
            else:
                for group, its in parts:
                    signs += self._doubted([], group, its, high)
        return signs

    def _sure(self, its: Named, group: Sequence[Blot]) -> Sign:
        slanted = its.form is not None and its.form.is_slanted(its.sign[0])
        return Sign(its.sign, self._sign_box(its, group), _SURE_SCORE, slanted=slanted)

    def _sign_box(self, its: Named, group: Sequence[Blot]) -> Box:
        """The box of a sign, without its accent."""
        letter = [max(group, key=lambda b: b.height)] if len(its.sign) > 1 else group
        return box_of(union(map(box_of, letter)))

    def _doubted(self, read: list[ReadSign], group: list[Blot], its: Named | None, high: float) -> list[Sign]:
        """Signs of ink whose form leaves a doubt: of those it is like, the one that was read."""
        if its is not None and its.sure:
            return [self._sure(its, group)]
        if its is not None and len(read) < 2:
            said = its.like(read[0][0]) if read else None
            wrong = (
                symbols(read[0][0]) is None
                if said is None and read
                else said is None or said < its.likeness - _NOT_LIKE
            )
            if its.likeness >= _LIKE and wrong:
                return [Sign(its.sign, self._sign_box(its, group), its.likeness)]
        chars = read or self._alone(group)
        box = box_of(union(map(box_of, group)))
        step = (box[2] - box[0]) / len(chars)
        if any(char.isalnum() and step > 2.5 * widest(char) * high for char, _, _ in chars):
            raise Unclear
        accent = self._accent(group, chars[0][0]) if len(chars) == 1 and len(group) > 1 else ""
        if accent:
            letter = max(group, key=lambda b: b.height)
            box = box_of(letter)
        signs = []
        for place, (char, _, score) in enumerate(chars):
            part = (box[0] + place * step, box[1], box[0] + (place + 1) * step, box[3]) if len(chars) > 1 else box
            signs.append(Sign(char + accent, part, score))
        return signs

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
        return row, [b for b in rest if b.y0 > 0 and b.y1 < len(self._mask)]

    def _accent(self, group: list[Blot], char: str) -> str:
        """The combining accent over a letter of several blots, "" where the blots are those of its own shape."""
        if not char.isalpha() or char in "ijΞ" or unicodedata.decomposition(char):
            return ""
        main = max(group, key=lambda b: b.height)
        marks = [b for b in group if b.y1 <= main.y0 + 1]
        if not marks:
            return ""
        accent = accent_of([self._mask[m.y0 : m.y1, m.x0 : m.x1] for m in marks], main.width)
        if accent is None:
            raise Unclear
        return accent

    def _alone(self, group: list[Blot]) -> list[ReadSign]:
        """Ink for which no sign was read, by itself."""
        read = self._ocr(group)
        if len(read) != 1 or read[0][2] < _SURE:
            raise Unclear
        return read

    def _ocr(self, blots: Sequence[Blot]) -> list[ReadSign]:
        """Signs with their x and score, of the blots alone on paper."""
        x0, y0, x1, y1 = (round(side) for side in union(map(box_of, blots)))
        room = max(3, round(0.2 * (y1 - y0)))
        canvas = np.empty((y1 - y0 + 2 * room, x1 - x0 + 2 * room, 3), np.uint8)
        canvas[:] = self._paper
        for blot in blots:
            into = (slice(blot.y0 - y0 + room, blot.y1 - y0 + room), slice(blot.x0 - x0 + room, blot.x1 - x0 + room))
            canvas[into] = np.minimum(canvas[into], self._pixels[blot.y0 : blot.y1, blot.x0 : blot.x1])
        read = ocr_rapid.read_signs(canvas)
        return [(char, x + x0 - room, score) for sign, x, score in read for char in _single(sign)]


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
        near = sign.bbox[0] - last.bbox[0] < _NORM * (sign.bbox[3] - sign.bbox[1])
        if found and sign.text == last.text == "|" and near and abs(sign.bbox[1] - last.bbox[1]) < 3:
            found[-1] = last._replace(text="‖", bbox=union([last.bbox, sign.bbox]))
        else:
            found.append(sign)
    return found


def _unlike(its: Named, sign: str) -> float:
    """How much less like a sign the ink is than like the likest; 0 where nothing is known."""
    like = its.like(sign)
    return 0.0 if like is None else max(0.0, its.likeness - like)


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


def _single(sign: str) -> str:
    """A sign as those of connected ink that it is made of."""
    if sign.isspace():
        return ""
    return _SPLIT.get(sign) or _FLAT.get(sign) or (unicodedata.normalize("NFKC", sign) if sign.isalnum() else sign)
