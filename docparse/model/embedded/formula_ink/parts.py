"""What of a formula stands over and under something else, and which blots make one sign.

`high` is the height of a capital.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from docparse.model.embedded.formula_ink.blots import Blot

_TWIN = 0.75  # between the two strokes of "="
_BIG, _BIG_WIDE = 1.3, 0.5  # of a sign with limits over and under it: in capitals, in its heights
_LIMIT = 1.2  # between a sum and its limits
_SMALL = 0.87  # of the type of a row: that of an index
_MARK_OFF = 0.42  # from a letter to its mark
NORM = 0.237  # from bar to bar of a norm, in their height: two bars beside one another are further apart
_DOT_OFF = 0.2  # from a sign to the dot or stroke under it: farther down it is a full stop under an index
_MARK = 0.35  # dots and accents are smaller


def are_twins(bar: Blot, other: Blot, high: float) -> bool:
    """The strokes of an equals sign."""
    shared = min(bar.x1, other.x1) - max(bar.x0, other.x0)
    return shared > 0.8 * max(bar.width, other.width) and abs(bar.y - other.y) < _TWIN * high


def limits(blots: list[Blot], high: float) -> Iterator[tuple[Blot, list[Blot], list[Blot]]]:
    """Large signs that have something over or under them, and that."""
    large = [b for b in blots if b.height >= _BIG * high and b.width >= _BIG_WIDE * b.height]
    for sign in large:
        room = 0.8 * high
        free = [b for b in blots if not any(o.x0 <= b.x <= o.x1 for o in large if o is not sign)]
        near = [b for b in free if b is not sign and sign.x0 - room <= b.x <= sign.x1 + room]
        above = [b for b in near if b.y1 <= sign.y0 + 0.1 * high and sign.y0 - b.y1 < _LIMIT * high]
        below = [b for b in near if b.y0 >= sign.y1 - 0.1 * high and b.y0 - sign.y1 < _LIMIT * high]
        above, below = _joined_on(above, free, sign, high), _joined_on(below, free, sign, high)
        if above or below:
            yield sign, above, below


def names_with_limits(
    blots: list[Blot], high: float, letter: Callable[[Blot], str]
) -> Iterator[tuple[str, list[Blot], list[Blot]]]:
    """Names like lim with something under them, the blots of both; `letter` is what a blot is."""
    main = sorted(b for b in blots if 0.5 * high < b.height < 1.1 * high and letter(b))
    spelled = "".join(_spelled(b, letter(b), high) for b in main)
    for found in re.finditer("lim|max|min|sup|inf", spelled):
        part = main[found.start() : found.end()]
        if any(b.x0 - a.x1 > 0.25 * high or abs(a.y - b.y) > 0.5 * high for a, b in pairwise(part)):
            continue
        left, right, foot = part[0].x0, part[-1].x1, max(b.y1 for b in part)
        near = [b for b in blots if b not in part and left - 0.3 * high <= b.x <= right + 0.3 * high]
        below = [b for b in near if foot < b.y0 < foot + high]
        if below:
            dots = [b for b in near if b.y1 <= min(p.y0 for p in part) + 0.4 * high and b.height < _MARK * high]
            yield found[0], [*part, *dots], _joined_on(below, blots, part[0], high)


def _spelled(b: Blot, letter: str, high: float) -> str:
    """A letter of a name; a stroke is an i without its dot or an l."""
    return letter if letter not in "ılI1|" else "l" if b.height > 0.85 * high else "i"


def _joined_on(limit: list[Blot], blots: list[Blot], sign: Blot, high: float) -> list[Blot]:
    """A limit with the blots of its own line that go on from it: it may be wider than its sign."""
    found = list(limit)
    grown = bool(found)
    while grown:
        grown = False
        top, bottom = min(b.y0 for b in found), max(b.y1 for b in found)
        left, right = min(b.x0 for b in found), max(b.x1 for b in found)
        for b in blots:
            if b in found or b is sign or not top - 0.15 * high <= b.y0 or not b.y1 <= bottom + 0.15 * high:
                continue
            if max(b.x0 - right, left - b.x1) < 0.35 * high:
                found.append(b)
                grown = True
    return found


def stacked(
    blots: list[Blot], high: float, type_of: Callable[[Blot], float], char: Callable[[Blot], str]
) -> list[list[Blot]] | None:
    """The indices of one sign, one over the other, and the rest: a line of signs can't hold both.

    `type_of` is the height of a capital in a blot's own type, `char` what it most likely is.
    """
    small = [b for b in blots if _MARK * high < max(b.height, b.width) and type_of(b) <= _SMALL * high]
    for upper in small:
        for lower in small:
            shared = min(upper.x1, lower.x1) - max(upper.x0, lower.x0)
            if lower.y0 - upper.y1 < 0.05 * high or shared < 0.3 * min(upper.width, lower.width):
                continue
            if _is_flat(upper, high) or _is_flat(lower, high):
                continue
            beside = [b for b in blots if type_of(b) <= _SMALL * high]
            beside = [b for b in beside if not _is_accent(b, blots, high, type_of)]
            first, second = (_joined_index(start, beside, high, char) for start in (upper, lower))
            if first & second:
                continue
            taken = first | second
            rest = [b for b in blots if b not in taken]
            if rest:
                return [sorted(first), sorted(second), rest]
    return None


def _is_accent(b: Blot, blots: Sequence[Blot], high: float, type_of: Callable[[Blot], float]) -> bool:
    """Whether it lies right over a letter of the row itself."""
    return _is_flat(b, high) and any(
        0 <= o.y0 - b.y1 < 0.2 * high and o.x0 <= b.x <= o.x1 and type_of(o) > _SMALL * high
        for o in blots
        if o is not b
    )


def _joined_index(start: Blot, blots: Sequence[Blot], high: float, char: Callable[[Blot], str]) -> set[Blot]:
    """An index with the signs right beside it on its level, and their dots, accents and primes."""
    found = {start}
    dots = _dots_in(blots, high)

    def joins(sign: Blot, b: Blot) -> bool:
        if b in dots:
            return _dots_go_on(sign, b, high)
        return _dots_go_on(b, sign, high) if sign in dots else _goes_on(sign, b, high, char)

    grown = True
    while grown:
        grown = False
        for b in blots:
            if b not in found and any(_is_mark_over(b, o, high) or joins(o, b) for o in found):
                found.add(b)
                grown = True
    return found


def _dots_in(blots: Sequence[Blot], high: float) -> set[Blot]:
    """Dots of which three and more follow one another on a level."""
    runs: list[list[Blot]] = []
    for b in sorted(blots):
        if max(b.width, b.height) > 0.25 * high:
            continue
        run = next((r for r in runs if abs(r[-1].y - b.y) < 0.06 * high and b.x0 - r[-1].x1 < 0.7 * high), None)
        if run is None:
            runs.append([b])
        else:
            run.append(b)
    return {b for run in runs if len(run) >= 3 for b in run}


def _dots_go_on(sign: Blot, dot: Blot, high: float) -> bool:
    """Whether dots stand beside a sign of an index in its middle, or one beside the other."""
    if max(dot.x0 - sign.x1, sign.x0 - dot.x1) >= 0.7 * high:
        return False
    return abs(dot.y - sign.y) < 0.06 * high or sign.y0 <= dot.y <= sign.y1 - 0.1 * high


def _goes_on(sign: Blot, b: Blot, high: float, char: Callable[[Blot], str]) -> bool:
    """Whether a blot stands beside a sign of an index; a comma of the row itself stands higher than the index's."""
    spaced = _is_spaced(b, sign, high) or _is_spaced(sign, b, high)
    if max(b.x0 - sign.x1, sign.x0 - b.x1) >= (0.3 if spaced else 0.2) * high:
        return False
    as_comma = b.x > sign.x and -0.25 * high < b.y0 - sign.y1 < 0.0 and b.y1 - sign.y1 < 0.3 * high
    if char(b) == ",":
        return as_comma
    if _is_prime(b, sign, high) or _is_prime(sign, b, high):
        return True
    if _is_flat(b, high) and b.width > 1.8 * b.height:  # a sign of operation, no accent
        return abs(b.y - sign.y) < 0.15 * high
    if char(b).isalnum() and b.height > 0.2 * high:
        return abs(b.y1 - sign.y1) < 0.3 * high
    if max(b.width, b.height) <= _MARK * high:
        return as_comma
    small = b.height < 0.45 * high and b.width < 2 * b.height
    return abs(b.y1 - sign.y1) < 0.3 * high and not (small and b.y0 < sign.y1 - 0.45 * high)


def _is_spaced(b: Blot, sign: Blot, high: float) -> bool:
    """Whether it is a sign of operation, or a comma, beside which some print leaves room."""
    if _is_flat(b, high) and b.width > 1.8 * b.height:
        return True
    return max(b.width, b.height) < 0.5 * high and b.width < 0.8 * b.height and b.y1 > sign.y1 + 0.05 * high


def _is_prime(b: Blot, sign: Blot, high: float) -> bool:
    """Whether it is a narrow mark at the upper right of a sign."""
    narrow = b.height < 0.5 * high and b.width < 0.75 * b.height
    return narrow and b.x > sign.x and sign.y0 < b.y1 < sign.y1 and b.y0 < sign.y0


def _is_mark_over(mark: Blot, sign: Blot, high: float) -> bool:
    return _is_flat(mark, high) and mark.y1 <= sign.y0 and _is_one(mark, sign, high) and sign.y0 - mark.y1 < 0.3 * high


def _is_flat(b: Blot, high: float) -> bool:
    """A dot, an accent, a stroke: no letter."""
    return b.height < _MARK * high or (b.height < 0.5 * high and b.width > 1.8 * b.height)


def groups_of(blots: Sequence[Blot], high: float) -> list[list[Blot]]:
    """Blots that make one sign: a letter with its dot or accent, two strokes of an equals sign."""
    groups: list[list[Blot]] = []
    for blot in sorted(blots):
        held = [group for group in groups if any(_is_one(blot, other, high) for other in group)]
        if not held:
            groups.append([blot])
            continue
        held[0].append(blot)
        if len(held) > 1 and all(_is_flat(b, high) for group in held for b in group):  # the strokes of Ξ
            held[0] += [b for group in held[1:] for b in group]
            groups = [group for group in groups if group not in held[1:]]
    return sorted(groups, key=lambda group: min(b.x0 for b in group) + max(b.x1 for b in group))


def _holds(a: Blot, b: Blot, high: float) -> bool:
    """Whether a sign has another blot within, as Θ has its stroke."""
    inside = a.x0 < b.x0 and b.x1 < a.x1 and a.y0 < b.y0 and b.y1 < a.y1
    return inside and max(a.width, a.height) < 1.3 * high


def _are_norm(a: Blot, b: Blot, high: float) -> bool:
    """Whether they are the two upright strokes of a small ∥; those of tall ones are told in their row."""
    tall = max(a.height, b.height)
    if max(a.width, b.width) > 0.15 * tall or not 0.6 * high < tall < 1.2 * high:
        return False
    level = abs(a.y0 - b.y0) + abs(a.y1 - b.y1) < 0.1 * tall
    return level and 0 < abs(a.x0 - b.x0) < NORM * tall


def _is_one(a: Blot, b: Blot, high: float) -> bool:
    shared = min(a.x1, b.x1) - max(a.x0, b.x0)
    gap = max(a.y0, b.y0) - min(a.y1, b.y1)
    if _holds(a, b, high) or _holds(b, a, high) or _are_norm(a, b, high):
        return True
    flat = (_is_flat(a, high) or _is_flat(b, high)) and max(a.width, b.width) < 2.2 * high
    upper, lower = (a, b) if a.y0 < b.y0 else (b, a)
    most = _MARK_OFF if _is_flat(upper, high) or not _is_flat(lower, high) else _DOT_OFF
    return flat and shared >= 0.5 * min(a.width, b.width) and -0.1 * high <= gap < most * high
