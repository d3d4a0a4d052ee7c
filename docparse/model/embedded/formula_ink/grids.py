"""Rows and columns of a formula's ink: lines under one another, matrices and cases between tall brackets.

Heights are in those of a capital, `high`. The axis of a row is where its minus signs and the bars of its fractions are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from docparse.model.embedded.formula_ink.blots import Blot
from docparse.model.embedded.formula_ink.parts import are_twins

Axis = Callable[[Blot], float | None]  # where the axis of the row is that a letter of its size stands on; else None
Bracket = Callable[[Blot], str | None]  # which bracket a tall blot is

BRACKET_PAIRS = {"(": ")", "[": "]", "|": "|", "{": "}"}
_TALL = 1.75  # brackets that hold more than a row of letters
_SAME_ENDS = 0.35  # of brackets that belong together
_ROW = 1.05  # from axis to axis of two rows, at least
_ON_AXIS = 0.35
_COLUMN = 0.95  # of free space between two columns
_BAR_LONG, _BAR_THICK = 0.4, 0.22  # a bar is longer, and thinner
_NEAR, _GOES_ON = 0.9, 0.4  # between a bar and what stands over or under it, and within that
_LIMIT = 1.2  # between a sum and its limits
_DOT = 0.35


class Held(NamedTuple):
    """A bracket, what it holds, and the bracket that closes it, if any."""

    kind: str
    opener: Blot
    inner: list[Blot]
    closer: Blot | None

    @property
    def blots(self) -> list[Blot]:
        return [self.opener, *self.inner, *([self.closer] if self.closer is not None else [])]


class _Unit(NamedTuple):
    """Blots that are of one row for sure, and its axis where they tell it."""

    blots: list[Blot]
    axis: float | None

    @property
    def middle(self) -> float:
        return (min(b.y0 for b in self.blots) + max(b.y1 for b in self.blots)) / 2


def held_in_brackets(blots: Sequence[Blot], high: float, bracket: Bracket) -> list[Held]:
    """Pairs of tall brackets from the inner to the outer ones, then braces that nothing closes."""
    tall = sorted(
        (b, sign) for b in blots if b.height >= _TALL * high and (sign := bracket(b)) in (*BRACKET_PAIRS, ")", "]", "}")
    )
    found: list[Held] = []
    used: set[Blot] = set()
    for width in range(1, len(tall)):
        for (left, sign), (right, closing) in zip(tall, tall[width:], strict=False):
            if BRACKET_PAIRS.get(sign) != closing or {left, right} & used or not _same_ends(left, right, high):
                continue
            if all(other in used for other, _ in tall[tall.index((left, sign)) + 1 : tall.index((right, closing))]):
                used |= {left, right}
                inner = [b for b in blots if left.x1 <= b.x <= right.x0 and left.y0 - high < b.y < left.y1 + high]
                found.append(Held(sign, left, inner, right))
    for brace, sign in reversed(tall):
        if sign == "{" and brace not in used:
            inner = [b for b in blots if b.x > brace.x1 and brace.y0 - 0.3 * high < b.y < brace.y1 + 0.3 * high]
            if inner:
                found.append(Held(sign, brace, inner, None))
    return found


def _same_ends(left: Blot, right: Blot, high: float) -> bool:
    return abs(left.y0 - right.y0) < _SAME_ENDS * high and abs(left.y1 - right.y1) < _SAME_ENDS * high


def rows_of(
    blots: Sequence[Blot], high: float, axis: Axis, bars: Sequence[Blot], held: Sequence[Held] = ()
) -> list[list[Blot]]:
    """The blots by row, from the top; one row where no second one is beyond doubt. `held` is not taken apart."""
    units = _units(blots, high, axis, bars, held)
    levels = _levels([unit.axis for unit in units if unit.axis is not None], high)
    if len(levels) < 2:
        return [list(blots)]
    rows: list[list[Blot]] = [[] for _ in levels]
    for unit in units:
        at = unit.axis if unit.axis is not None else unit.middle
        rows[min(range(len(levels)), key=lambda place: abs(levels[place] - at))] += unit.blots
    return rows


def columns_of(rows: Sequence[Sequence[Blot]], high: float) -> list[list[list[Blot]]]:
    """Cells by row: columns are parted where all rows have a gap."""
    blots = sorted(b for row in rows for b in row)
    edges: list[float] = []
    end = blots[0].x1
    for blot in blots[1:]:
        if blot.x0 - end > _COLUMN * high:
            edges.append((end + blot.x0) / 2)
        end = max(end, blot.x1)
    bounds = [float("-inf"), *edges, float("inf")]
    return [[[b for b in row if left < b.x <= right] for left, right in pairwise(bounds)] for row in rows]


def dots_of(blots: Sequence[Blot], high: float) -> str | None:
    """The LaTeX of three dots that run down; None for anything else."""
    three = _falling(sorted(blots, key=lambda b: b.y), high) if len(blots) == 3 else []
    return None if not three else "\\vdots" if abs(three[0][2].x - three[0][0].x) < 0.3 * high else "\\ddots"


def _falling(blots: Sequence[Blot], high: float) -> list[list[Blot]]:
    """Dots by threes that run down with even steps, straight or to the right."""
    dots = [b for b in blots if max(b.width, b.height) < _DOT * high]
    found: list[list[Blot]] = []
    for first in dots:
        for second in dots:
            across, down = second.x - first.x, second.y - first.y
            if not 0.15 * high < down < 0.8 * high or not -0.1 * high < across < high:
                continue
            third = next(
                (b for b in dots if max(abs(b.x - second.x - across), abs(b.y - second.y - down)) < 0.1 * high), None
            )
            if third is not None and not any(b in three for three in found for b in (first, second, third)):
                found.append([first, second, third])
    return found


def _units(blots: Sequence[Blot], high: float, axis: Axis, bars: Sequence[Blot], held: Sequence[Held]) -> list[_Unit]:
    units: list[_Unit] = []
    free = set(blots)
    for group in sorted(held, key=lambda group: -len(group.blots)):
        if free.issuperset(group.blots):
            free.difference_update(group.blots)
            units.append(_Unit(group.blots, group.opener.y))
    for dots in _falling(sorted(free, key=lambda b: b.y), high):
        free.difference_update(dots)
        units.append(_Unit(dots, dots[1].y))
    for bar in bars:
        sides = over_and_under(bar, sorted(free), bars, high) if bar in free else None
        if sides is not None:
            taken = [bar, *sides[0], *sides[1]]
            free.difference_update(taken)
            main = any(axis(b) is not None for side in sides for b in side)
            units.append(_Unit(taken, bar.y if main else None))
    for sign in sorted(b for b in free if b.height > 1.3 * high and b.width > 0.5 * b.height):
        limits = [b for b in free if b is not sign and _is_limit(b, sign, high)]
        free.difference_update([sign, *limits])
        units.append(
            _Unit([sign, *limits], sign.y if sign.height < 3.5 * high and sign.width < 2 * sign.height else None)
        )
    return units + [_Unit([b], axis(b)) for b in free]


def bars_of(blots: Sequence[Blot], high: float) -> list[Blot]:
    """Strokes that may be bars of fractions, the longest first."""
    found = [b for b in blots if b.width > _BAR_LONG * high and b.height < max(3.0, _BAR_THICK * high) < b.width]
    return sorted(found, key=lambda b: -b.width)


def over_and_under(
    bar: Blot, blots: Sequence[Blot], bars: Sequence[Blot], high: float
) -> tuple[list[Blot], list[Blot]] | None:
    """What stands over and under the bar of a fraction; None where it is none."""
    if any(are_twins(bar, other, high) for other in bars if other is not bar):
        return None
    room = 0.2 * high
    rivals = [o for o in bars if o is not bar and o.width > bar.width - room and min(o.x1, bar.x1) > max(o.x0, bar.x0)]
    own = [
        b for b in blots
        if b is not bar and bar.x0 - room <= b.x <= bar.x1 + room and all(_gap(b, bar) <= _gap(b, o) for o in rivals)
    ]  # fmt: skip
    above = _next_to(bar, [b for b in own if b.y1 <= bar.y0 + 1], bars, high)
    below = _next_to(bar, [b for b in own if b.y0 >= bar.y1 - 1], bars, high)
    return (above, below) if above and below else None


def _gap(b: Blot, other: Blot) -> int:
    return max(other.y0 - b.y1, b.y0 - other.y1)


def _next_to(bar: Blot, blots: Sequence[Blot], bars: Sequence[Blot], high: float) -> list[Blot]:
    """The blots of one side of a bar that go on from it without a free space."""
    found = [bar]
    for b in sorted(blots, key=lambda b: _gap(b, bar)):
        most = _NEAR if b in bars or any(o in bars and _gap(b, o) <= _NEAR * high for o in found) else _GOES_ON
        if min(_gap(b, o) for o in found) > most * high:
            break
        found.append(b)
    return found[1:]


def _is_limit(b: Blot, sign: Blot, high: float) -> bool:
    beside = sign.x0 - 0.8 * high <= b.x <= sign.x1 + 0.8 * high
    gap = max(sign.y0 - b.y1, b.y0 - sign.y1)
    return beside and -0.1 * high < gap < _LIMIT * high and b.height < 0.9 * high


def _levels(axes: Sequence[float], high: float) -> list[float]:
    """The axes of rows: those that most letters have, far enough from one another."""
    groups: list[list[float]] = []
    for at in sorted(axes):
        if groups and at - groups[-1][-1] < _ON_AXIS * high:
            groups[-1].append(at)
        else:
            groups.append([at])
    levels: list[float] = []
    for group in sorted(groups, key=lambda group: -len(group)):
        middle = sum(group) / len(group)
        if all(abs(middle - other) >= _ROW * high for other in levels):
            levels.append(middle)
    return sorted(levels)
