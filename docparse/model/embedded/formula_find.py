"""Display formulas of born-digital pages: which lines they are.

Lines with a relation sign, or with a tall sign, that stand alone are seeds; fragments round them join them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from docparse.geometry import Box, centre, contains_point, union
from docparse.model.embedded.formula import Display, is_number
from docparse.model.embedded.formula_kinds import QUAD, Kind, is_math_font, is_mathematics, line_kinds, row_of, traits
from docparse.model.embedded.formula_leaves import LYING, is_tall
from docparse.model.embedded.formula_rows import GOES_ON, extent_of, grouped
from docparse.model.embedded.formula_symbols import BIG, RELATIONS
from docparse.model.embedded.lines import Line
from docparse.model.embedded.mono import is_mono_word
from docparse.schemas.page import Rule, Shape, Word

_ITEM = re.compile(r"\((?:[ivx]{1,5}|[a-z])\)|(?:[ivx]{1,5}|[a-z]|\d{1,2})[.)]|[•–-]")  # "(1)" numbers a formula
# in sizes of the type: edges that are one; from a sum or union to its limits, and to what stands beside it
_SAME_EDGE, _LIMIT_GAP, _BIG_GAP = 0.25, 0.6, 2.0
_CELL_GAP = 1.5  # between a relation and its sides where each is a cell of an array
_NEAR = 4.0  # what stands further above or below than this is not asked
_SIGN_SEGMENTS = 8  # of the outline of a drawn sign at least
_DRAWN_TALL = 6.0
_CONDITION_WORDS = 10
_SHORT = 1.5  # a formula with words in it ends so far before the lines of text
_SET_OFF = 1.6  # from the baseline of a formula with words in it to those of the text above and below, in sizes
_OPERATORS = frozenset(("min", "max", "sup", "inf"))


def find_displays(
    lines: Sequence[Line], rules: Sequence[Rule], body: float, shapes: Sequence[Shape] = ()
) -> list[Display]:
    """Display formulas among a page's lines: seeds, the fragments around them, and rows that belong together.

    `body` is the size of running text: a relation in smaller type is a limit, not a formula. Shapes are drawn signs
    that may stand between the fragments.
    """
    kinds = line_kinds(lines)
    bars = [rule for rule in rules if rule.horizontal and rule.bbox[2] - rule.bbox[0] < 300]
    seeds = [i for i in range(len(lines)) if _is_seed(lines, i, kinds, bars, body)]
    if not seeds:
        return []
    drawn = [s.bbox for s in shapes if s.segments >= _SIGN_SEGMENTS and s.bbox[3] - s.bbox[1] < _DRAWN_TALL * body]
    free = {i for i, kind in enumerate(kinds) if kind != "text"}
    displays: list[Display] = []
    for seed in seeds:
        if seed not in free:
            continue
        members = [seed]
        rest = free - {seed}
        _grow(members, rest, lines, kinds, bars, drawn)
        members += _conditions(members, lines)
        members += _within(members, lines)
        members += _number_of(union(_extent(lines[i]) for i in members), free - set(members), lines)
        if kinds[seed] == "part" and len(members) == 1:
            continue  # a lone bracket or root
        free -= set(members)
        found = [lines[i] for i in sorted(members, key=lambda i: (lines[i].baseline, lines[i].x0))]
        wordy = any(kinds[i] in ("mixed", "text") for i in members)
        displays.append(Display(found, extent_of(found), wordy=wordy))
    displays = _without_parts(displays)
    more = [Display([lines[i]], lines[i].box) for i in sorted(free) if _goes_on(lines[i], displays)]
    extra = {id(display) for display in more}
    return [
        display for display in grouped([*displays, *more], bars)
        if id(display) not in extra and sum(len(word.text) for line in display.lines for word in line.words) >= 3
    ]  # fmt: skip


def _without_parts(displays: Sequence[Display]) -> list[Display]:
    """The displays without those that a later one holds, as a bracket that is found last does the rows before it."""
    held = [frozenset(id(line) for line in display.lines) for display in displays]
    return [display for display, own in zip(displays, held, strict=True) if not any(own < other for other in held)]


def _goes_on(line: Line, displays: Sequence[Display]) -> bool:
    """Whether a line may be the next row of a formula: it begins with a sign that joins it to the row above."""
    first = min(line.words, key=lambda word: word.bbox[0]).text[0]
    return first in GOES_ON and any(
        0 < line.baseline - display.lines[-1].baseline < 4 * line.size and display.bbox[0] < line.x1
        for display in displays
    )


def _is_seed(lines: Sequence[Line], i: int, kinds: Sequence[Kind], bars: Sequence[Rule], body: float) -> bool:
    kind, line = kinds[i], lines[i]
    if kind == "text" or line.size <= 0.85 * body:
        return False
    if kind == "part" and not (
        any(is_tall(word) or (word.text in BIG and len(word.text) == 1) for word in line.words)
        or line.words[0].text in _OPERATORS
        or _is_lone_relation(lines, i, kinds)
        or _is_barred(line, bars)
    ):
        return False
    if not _stands_alone(lines, i, kinds) or not _opens_row(lines, i, kinds):
        return False
    return kind == "seed" or _set_off(lines, i, kinds)


def _opens_row(lines: Sequence[Line], i: int, kinds: Sequence[Kind]) -> bool:
    """Whether the row of a line begins as a formula does, and stops before running text would."""
    row = row_of(lines, i)
    first, last = lines[row[0]], lines[row[-1]]
    if _ITEM.fullmatch(first.words[0].text):
        return False
    if kinds[i] == "seed":
        return True
    if kinds[row[0]] == "text" or (kinds[i] == "mixed" and not is_mathematics(first.words[0])):
        return False
    right = max((line.x1 for line in lines if line.x0 < last.x1 and first.x0 < line.x1), default=last.x1)
    return not any(kinds[j] == "mixed" for j in row) or last.x1 < right - _SHORT * last.size or _is_numbered(last)


def _is_numbered(line: Line) -> bool:
    """Whether a formula's number stands at its end, behind more room than words have between them."""
    return (
        len(line.words) > 1
        and is_number(line.words[-1].text)
        and (line.words[-1].bbox[0] - line.words[-2].bbox[2] > line.size)
    )


def _is_barred(line: Line, bars: Sequence[Rule]) -> bool:
    """Whether it is mathematics beside the bar of a fraction."""
    return any(is_math_font(word.font) or traits(word.text)[1] for word in line.words) and any(
        abs((bar.bbox[1] + bar.bbox[3]) / 2 - line.baseline + 0.27 * line.size) < 0.1 * line.size
        and -0.2 * line.size < bar.bbox[0] - line.x1 < 0.6 * line.size
        for bar in bars
    )


def _is_lone_relation(lines: Sequence[Line], i: int, kinds: Sequence[Kind]) -> bool:
    """Whether a line is a relation sign with a formula on its right, as arrays of equations have them."""
    if not _is_relation(lines[i]):
        return False
    row = row_of(lines, i)
    at = row.index(i)
    return at + 1 < len(row) and all(kinds[j] in ("part", "seed") for j in row)


def _is_relation(line: Line) -> bool:
    return len(line.words) == 1 and line.plain in RELATIONS - {":"}


def _stands_alone(lines: Sequence[Line], i: int, kinds: Sequence[Kind]) -> bool:
    """Whether no running text stands on the line's left or right, as it does round an inline formula."""
    line = lines[i]
    for j in range(max(0, i - 12), min(len(lines), i + 13)):
        other = lines[j]
        if j == i or kinds[j] != "text" or abs(other.baseline - line.baseline) > 0.6 * line.size:
            continue
        gap = max(other.x0 - line.x1, line.x0 - other.x1)
        if gap < 1.5 * line.size:
            return False
    margins = [
        other.x0
        for other, kind in zip(lines[max(0, i - 30) : i + 30], kinds[max(0, i - 30) : i + 30], strict=True)
        if kind == "text"
        and other.x0 < line.x1
        and line.x0 < other.x1
        and abs(other.baseline - line.baseline) < 9 * line.size
    ]
    whole = kinds[i] == "seed" or (kinds[i] == "mixed" and _is_numbered(line))
    set_off = whole and _set_off(lines, i, kinds)
    least = 0.5 if set_off else 1.8
    indented = not margins or line.x0 - min(margins) > least * line.size
    indented |= set_off and all(is_math_font(word.font) for word in line.words)
    if not indented or is_mono_word(line.words[0]):
        return False
    return not _ITEM.fullmatch(line.words[0].text) and not _flush(lines, i, kinds)


def _set_off(lines: Sequence[Line], i: int, kinds: Sequence[Kind]) -> bool:
    """Whether running text above and below keeps more distance from a line than lines of a paragraph do."""
    line = lines[i]
    return not any(
        kinds[j] == "text"
        and lines[j].x0 < line.x1
        and line.x0 < lines[j].x1
        and abs(lines[j].baseline - line.baseline) < _SET_OFF * line.size
        for j in range(max(0, i - 12), min(len(lines), i + 13))
    )


def _flush(lines: Sequence[Line], i: int, kinds: Sequence[Kind]) -> bool:
    """Whether a line of running text right above or below begins at the same edge: a step of an argument."""
    line = lines[i]
    return not _big_signs([line]) and any(
        kinds[j] == "text"
        and abs(lines[j].x0 - line.x0) < _SAME_EDGE * line.size
        and 0 < abs(lines[j].baseline - line.baseline) < 2.2 * line.size
        for j in range(max(0, i - 6), min(len(lines), i + 7))
    )


def _conditions(members: Sequence[int], lines: Sequence[Line]) -> list[int]:
    """Lines of words beside the rows that a tall brace opens: "otherwise"."""
    held = [word for i in members for word in lines[i].words]
    braces = [word for word in held if word.text.endswith("{") and word.bbox[3] - word.bbox[1] > 1.9 * word.size]
    right = max(word.bbox[2] for word in held)
    return [
        j for j, line in enumerate(lines)
        if j not in members and len(line.words) <= _CONDITION_WORDS
        and any(
            brace.bbox[2] - _SAME_EDGE * brace.size < line.x0 < right + 3 * brace.size
            and abs(line.size - brace.size) < 0.25 * brace.size
            and brace.bbox[1] - 0.3 * brace.size < line.y0 and line.y1 < brace.bbox[3] + 0.3 * brace.size
            for brace in braces
        )
    ]  # fmt: skip


def _within(members: Sequence[int], lines: Sequence[Line]) -> list[int]:
    """Lines in the midst of a formula: rows between its brackets, limits that stand off, words of a condition."""
    box = union(_extent(lines[i]) for i in members)
    held = set(members)
    signs = union(word.bbox for i in members for word in lines[i].words)
    braces = [word for i in members for word in lines[i].words if word.text in LYING or _is_arrow(word)]
    return [
        j for j, line in enumerate(lines)
        if j not in held and len(line.words) <= _CONDITION_WORDS and box[1] - line.size < line.y1
        and line.y0 < box[3] + 2 * line.size
        and (
            contains_point(box, *centre(line.box)) or any(_is_note(line, brace) for brace in braces)
            or (len(line.words) == 1 and len(line.plain) < 3 and _reaches_into(line.words[0].bbox, signs))
        )
    ]  # fmt: skip


def _reaches_into(sign: Box, box: Box) -> bool:
    """Whether a sign stands among those of a formula, such as a bracket that hangs from a point above it."""
    overlap = min(sign[3], box[3]) - max(sign[1], box[1])
    return box[0] < sign[0] and sign[2] < box[2] and overlap > 0.3 * (sign[3] - sign[1])


def _is_arrow(word: Word) -> bool:
    """Whether it is a long arrow, or the shaft of one, that may bear a note."""
    return word.text[-1] in "→⇒=−" and word.bbox[2] - word.bbox[0] > 1.1 * word.size


def _is_note(line: Line, sign: Word) -> bool:
    """Whether a line in small type stands at the outer side of a lying brace, or over an arrow."""
    brace = sign.text in LYING
    off = (line.y0 + line.y1) / 2 - ((sign.bbox[1] + sign.bbox[3]) / 2 if brace else sign.baseline - 0.27 * sign.size)
    off = off if sign.text == "⏟" else -off
    middle = abs(line.x0 + line.x1 - sign.bbox[0] - sign.bbox[2]) / 2
    return 0 < off < 1.3 * sign.size and middle < (0.4 if brace else 0.8) * sign.size and line.size < 0.9 * sign.size


def _extent(line: Line) -> Box:
    """A line's box with all of its tall signs in it."""
    tall = [word.bbox for word in line.words if word.text in BIG or word.text == "√" or is_tall(word)]
    return union([line.box, *tall]) if tall else line.box


def _grow(
    members: list[int], free: set[int], lines: Sequence[Line], kinds: Sequence[Kind], bars: Sequence[Rule],
    drawn: Sequence[Box] = (),
) -> None:  # fmt: skip
    """Fragments that touch the formula join it: limits, numerators and denominators, pieces beside it."""
    first = lines[members[0]]
    em = first.size
    in_array = _is_relation(first) and row_of(lines, members[0])[0] != members[0]
    changed = True
    while changed and len(members) < 60:
        changed = False
        box = union(_extent(lines[i]) for i in members)
        for _ in range(3):  # a root that another formula's root begins
            box = union([box, *(sign for sign in drawn if _gap(sign, box, 0) < em and _gap(sign, box, 1) < -0.3 * em)])
        signs = _big_signs([lines[i] for i in members])
        strangers = [(i, sign) for i in free for sign in _big_signs([lines[i]])]
        near = [bar.bbox for bar in bars if _gap(bar.bbox, box, 0) < 0.8 * em and _gap(bar.bbox, box, 1) < 0.8 * em]
        for j in sorted(free):
            if lines[j].y0 > box[3] + _NEAR * em or lines[j].y1 < box[1] - _NEAR * em:
                continue
            other = _extent(lines[j])
            reach = (
                _BIG_GAP
                if _big_signs([lines[j]]) or any(_gap(other, sign, 0) < _BIG_GAP * em for sign in signs)
                else 1.2
            )
            if abs(lines[j].baseline - first.baseline) < 0.1 * em:
                condition = kinds[j] == "mixed" or (lines[j].plain[0] == "(" and other[0] > box[2])
                reach = QUAD if condition else max(reach, _CELL_GAP) if in_array else reach
            beside = _gap(other, box, 0) < reach * em and _gap(other, box, 1) < -0.1 * em
            stacked = _gap(other, box, 0) < 0 and _gap(other, box, 1) < 0.3 * em
            limit = any(_gap(other, sign, 0) < 0 and _gap(other, sign, 1) < _LIMIT_GAP * em for sign in signs)
            small = lines[j].size < 0.9 * em
            if small and (limit or stacked) and _nearer(other, signs, [sign for k, sign in strangers if k != j]):
                continue
            barred = any(_gap(other, bar, 0) < 0 and _gap(other, bar, 1) < 0.55 * em for bar in near)
            if beside or barred or ((stacked or limit) and small):
                members.append(j)
                free.discard(j)
                changed = True
                break


def _number_of(box: Box, free: set[int], lines: Sequence[Line]) -> list[int]:
    """The number beside a display, with nothing between the two; empty where there is none."""
    level = [j for j, line in enumerate(lines) if line.y0 < box[3] and box[1] < line.y1 and line.box != box]
    for j in sorted(free & set(level)):
        line = lines[j]
        if not is_number(line.plain) or not box[1] <= line.baseline <= box[3] + line.size:
            continue
        low, high = (box[2], line.x0) if line.x0 >= box[2] else (line.x1, box[0])
        if low <= high and not any(lines[k].x0 < high and low < lines[k].x1 for k in level if k != j):
            return [j]
    return []


def _nearer(box: Box, signs: Sequence[Box], strangers: Sequence[Box]) -> bool:
    """Whether a limit is nearer to a sum of another formula than to those of this one."""
    own = min((_gap(box, sign, 1) for sign in signs if _gap(box, sign, 0) < 0), default=float("-inf"))
    return any(_gap(box, sign, 0) < 0 and _gap(box, sign, 1) < own for sign in strangers)


def _big_signs(lines: Sequence[Line]) -> list[Box]:
    """Places of the sums, unions and integrals, whose limits stand off from them and hold the rest at a distance."""
    return [word.bbox for line in lines for word in line.words if word.text in BIG]


def _gap(a: Box, b: Box, axis: int) -> float:
    """Free space between two boxes along an axis; below 0 where they overlap."""
    return max(a[axis] - b[axis + 2], b[axis] - a[axis + 2])
