"""Display formulas of born-digital pages: which lines they are, and their LaTeX where it is simple."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from docparse.geometry import Box, inside_share, union
from docparse.model.embedded.formula_drawn import drawn_signs
from docparse.model.embedded.formula_symbols import BIG, FUNCTIONS, MATH_FONT, RELATIONS, STYLED, is_math_char
from docparse.model.embedded.formula_tree import to_latex
from docparse.model.embedded.joining import line_text
from docparse.model.embedded.lines import Line
from docparse.model.embedded.script import is_cjk
from docparse.model.embedded.types import Region
from docparse.schemas.document import Formula
from docparse.schemas.page import Rule, Shape, Word, WordStyle

_NUMBER = re.compile(r"\(?\(\s*[A-Z]?\d{1,3}(?:[.\-]\d{1,3})*[a-z']?\s*\)")
_ITEM = re.compile(r"\((?:[ivx]{1,5}|[a-z])\)|(?:[ivx]{1,5}|[a-z]|\d{1,2})[.)]|[•–-]")  # "(1)" numbers a formula
# in sizes of the type: edges that are one; from a sum or union to its limits, and to what stands beside it
_SAME_EDGE, _LIMIT_GAP, _BIG_GAP = 0.25, 0.6, 2.0
_MOST_WORDS = 160
_SEEN = 0.5  # score of a layout model's formula
_SIGN_SEGMENTS = 8  # of the outline of a drawn sign at least
_DRAWN_TALL = 6.0
_CONDITION_WORDS = 6
_LETTER = re.compile(r"[^\W\d_]{3,}")


@dataclass(slots=True)
class Display:
    """Lines that make up one display formula."""

    lines: list[Line]
    bbox: Box


def find_displays(
    lines: Sequence[Line], rules: Sequence[Rule], body: float, shapes: Sequence[Shape] = ()
) -> list[Display]:
    """Display formulas among a page's lines: seeds with a relation sign, and the fragments around them.

    `body` is the size of running text: a relation in smaller type is a limit, not a formula. Shapes are drawn signs
    that may stand between the fragments.
    """
    kinds = [_kind(line) for line in lines]
    seeds = [
        i
        for i, kind in enumerate(kinds)
        if kind == "seed" and lines[i].size > 0.85 * body and _stands_alone(lines, i, kinds)
    ]
    if not seeds:
        return []
    bars = [rule for rule in rules if rule.horizontal and rule.bbox[2] - rule.bbox[0] < 300]
    drawn = [s.bbox for s in shapes if s.segments >= _SIGN_SEGMENTS and s.bbox[3] - s.bbox[1] < _DRAWN_TALL * body]
    free = {i for i, kind in enumerate(kinds) if kind in ("part", "seed")}
    displays: list[Display] = []
    for seed in seeds:
        if seed not in free:
            continue
        members = [seed]
        rest = free - {seed}
        _grow(members, rest, lines, bars, drawn)
        if sum(len(word.text) for i in members for word in lines[i].words) < 3:
            continue
        members += _conditions(members, lines)
        number = _number_of(union(lines[i].box for i in members), rest, lines)
        members += number
        free = rest - set(members)
        found = [lines[i] for i in sorted(members, key=lambda i: (lines[i].baseline, lines[i].x0))]
        displays.append(Display(found, union(line.box for line in found)))
    return displays


def region_displays(lines: Sequence[Line], regions: Sequence[Region]) -> list[Display]:
    """Display formulas of a page read by OCR: lines where a layout model sees formulas, each with its number if any."""
    displays: list[Display] = []
    free = list(lines)
    for region in sorted(regions, key=lambda region: -region.score):
        if region.kind != "formula" or region.score < _SEEN:
            continue
        x0, y0, x1, y1 = region.bbox
        room = 0.1 * (y1 - y0)
        held = [line for line in free if inside_share(line.box, (x0 - room, y0 - room, x1 + room, y1 + room)) > 0.6]
        inside = [line for line in held if not _is_prose(line)]
        if not inside:
            continue
        box = union([*([region.bbox] if len(inside) == len(held) else []), *(line.box for line in inside)])
        number = next((line for line in free if line not in inside and _is_number_of(line, box)), None)
        found = [*inside, *([number] if number is not None else [])]
        free = [line for line in free if line not in found]
        displays.append(Display(found, union([box, number.box]) if number is not None else box))
    return displays


def _is_prose(line: Line) -> bool:
    letters = sum(len(word.text) for word in line.words)
    words = [word.text for word in line.words if word.text not in FUNCTIONS]
    plain = sum(len(text) for text in words if text.isalpha() and (len(text) > 3 or is_cjk(text[0])))
    return plain > max(2, 0.4 * letters)


def _is_number_of(line: Line, box: Box) -> bool:
    """Whether a line is a formula's number, beside the formula."""
    level = box[1] <= (line.y0 + line.y1) / 2 <= box[3]
    beside = line.x0 >= box[2] or line.x1 <= box[0]
    return level and beside and is_number(line.plain)


def unread_block(display: Display) -> Formula:
    """The formula of a page read by OCR: its text, the number last, and no LaTeX yet."""
    text = "\n".join(line_text(line) for line in display.lines)
    return Formula(text=text, bbox=display.bbox, flags=["formula_not_recognised"])


def number_in(text: str) -> str:
    """The number that ends a formula's text in a line of its own, without brackets; "" where there is none."""
    last = text.rpartition("\n")[2].strip()
    return last.strip("() ") if "\n" in text and is_number(last) else ""


def is_number(text: str) -> bool:
    """Whether it is a formula's number with its brackets."""
    return _NUMBER.fullmatch(text.replace(" ", "")) is not None


def beside_number(box: Box, number: str, words: Sequence[Word]) -> Box:
    """What a formula's box holds beside its number."""
    x0, y0, x1, y1 = box
    for word in words:
        left, right = word.bbox[0], word.bbox[2]
        if number and word.text.strip("() ") == number and inside_share(word.bbox, box) > 0.6:
            return (x0, y0, left, y1) if left - x0 > x1 - right else (right, y0, x1, y1)
    return box


def formula_block(display: Display, rules: Sequence[Rule], shapes: Sequence[Shape] = ()) -> Formula:
    """The formula with its LaTeX; where that stays unclear, with its text and a flag."""
    words = [word for line in display.lines for word in line.words]
    text = "\n".join(line_text(line) for line in display.lines)
    apart = next(
        (line for line in display.lines[::-1] if len(display.lines) > 1 and _is_edge_number(line, display)), None
    )
    if apart is not None:
        words, number = [word for word in words if word not in apart.words], apart.plain
    else:
        words, number = _part_number(words)
    x0, y0, x1, y1 = display.bbox
    inside = [
        rule for rule in rules
        if rule.horizontal and x0 - 3 <= rule.bbox[0] and rule.bbox[2] <= x1 + 3 and y0 - 3 <= rule.bbox[1] <= y1 + 3
    ]  # fmt: skip
    drawn = [shape for shape in shapes if _is_sign(shape, display.bbox, words[0].size)]
    signs = drawn_signs(drawn, words)
    latex = None
    if signs is not None and len(words) <= _MOST_WORDS:
        latex = to_latex([*words, *signs.words], [*inside, *signs.rules])
    if latex:
        latex += f" \\tag{{{number.strip('() ')}}}" if number else ""
        return Formula(latex=latex, text=text, bbox=display.bbox)
    return Formula(text=text, bbox=display.bbox, flags=["formula_not_recognised"])


def _is_sign(shape: Shape, box: Box, size: float) -> bool:
    """Whether something drawn stands in a formula's box as a sign does: no ground, no frame; its end may be cut off."""
    x0, y0, x1, y1 = shape.bbox
    tall = y1 - y0
    inside = box[0] - 0.3 * size < x0 < box[2] and box[1] - size < y0 and y1 < box[3] + size
    return inside and shape.segments >= _SIGN_SEGMENTS and 0.6 * size < tall and x1 > box[0]


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


def _is_edge_number(line: Line, display: Display) -> bool:
    """Whether a line is a number at the display's left or right edge with nothing over or under it."""
    if not is_number(line.plain):
        return False
    others = [other for other in display.lines if other is not line]
    return all(other.x1 <= line.x0 for other in others) or all(line.x1 <= other.x0 for other in others)


def _part_number(words: list[Word]) -> tuple[list[Word], str]:
    """Words of the formula, and its number at the right or left edge ("" without one)."""
    if len(words) < 3:
        return words, ""
    for edge in (max(words, key=lambda word: word.bbox[2]), min(words, key=lambda word: word.bbox[0])):
        rest = [word for word in words if word is not edge]
        gap = min(max(edge.bbox[0] - word.bbox[2], word.bbox[0] - edge.bbox[2]) for word in rest)
        if _NUMBER.fullmatch(edge.text) and gap > 1.2 * edge.size:
            return rest, edge.text
    return words, ""


def _kind(line: Line) -> str:
    """ "seed": a formula by itself; "part": may belong to one; "text": running text."""
    letters = 0
    math = relation = False
    for word in line.words:
        letters += len(word.text)
        words, signs, relates = _traits(word.text)
        in_math_font = _is_math_font(word.font)
        if words and not in_math_font:
            return "text"
        math = math or signs or in_math_font
        relation = relation or relates
    if relation and math and letters >= 2 and len(line.words) >= 2:
        return "seed"
    short = letters <= 12 and (math or all(len(word.text) <= 4 for word in line.words))
    return "part" if short or math else "text"


@lru_cache(maxsize=4096)
def _traits(text: str) -> tuple[bool, bool, bool]:
    """Whether a word reads as prose, has a mathematical sign, states a relation."""
    prose = _LETTER.search(STYLED.sub("", text)) is not None and text not in FUNCTIONS
    return prose, any(map(is_math_char, text)), any(char in RELATIONS and char != ":" for char in text)


@lru_cache(maxsize=512)
def _is_math_font(font: str) -> bool:
    return MATH_FONT.search(font) is not None


def _stands_alone(lines: Sequence[Line], i: int, kinds: Sequence[str]) -> bool:
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
    indented = not margins or line.x0 - min(margins) > 1.8 * line.size
    if not indented or line.words[0].style & int(WordStyle.MONO):
        return False
    return not _ITEM.fullmatch(line.words[0].text) and not _flush(lines, i, kinds)


def _flush(lines: Sequence[Line], i: int, kinds: Sequence[str]) -> bool:
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
            brace.bbox[2] < line.x0 < right + 3 * brace.size and abs(line.size - brace.size) < 0.1 * brace.size
            and brace.bbox[1] - 0.3 * brace.size < line.y0 and line.y1 < brace.bbox[3] + 0.3 * brace.size
            for brace in braces
        )
    ]  # fmt: skip


def _grow(
    members: list[int], free: set[int], lines: Sequence[Line], bars: Sequence[Rule], drawn: Sequence[Box] = ()
) -> None:
    """Fragments that touch the formula join it: limits, numerators and denominators, pieces beside it."""
    changed = True
    while changed and len(members) < 60:
        changed = False
        box = union(lines[i].box for i in members)
        em = lines[members[0]].size
        for _ in range(3):  # a root that another formula's root begins
            box = union([box, *(sign for sign in drawn if _gap(sign, box, 0) < em and _gap(sign, box, 1) < -0.3 * em)])
        signs = _big_signs([lines[i] for i in members])
        near = [bar.bbox for bar in bars if _gap(bar.bbox, box, 0) < 0.8 * em and _gap(bar.bbox, box, 1) < 0.8 * em]
        for j in sorted(free):
            other = lines[j].box
            reach = (
                _BIG_GAP
                if _big_signs([lines[j]]) or any(_gap(other, sign, 0) < _BIG_GAP * em for sign in signs)
                else 1.2
            )
            beside = _gap(other, box, 0) < reach * em and _gap(other, box, 1) < -0.1 * em
            stacked = _gap(other, box, 0) < 0 and _gap(other, box, 1) < 0.3 * em
            limit = any(_gap(other, sign, 0) < 0 and _gap(other, sign, 1) < _LIMIT_GAP * em for sign in signs)
            barred = any(_gap(other, bar, 0) < 0 and _gap(other, bar, 1) < 0.55 * em for bar in near)
            if beside or barred or ((stacked or limit) and lines[j].size < 0.9 * em):
                members.append(j)
                free.discard(j)
                changed = True
                break


def _big_signs(lines: Sequence[Line]) -> list[Box]:
    """Places of the sums, unions and integrals, whose limits stand off from them and hold the rest at a distance."""
    return [word.bbox for line in lines for word in line.words if word.text in BIG]


def _gap(a: Box, b: Box, axis: int) -> float:
    """Free space between two boxes along an axis; below 0 where they overlap."""
    return max(a[axis] - b[axis + 2], b[axis] - a[axis + 2])
