"""Display formulas: their numbers, and their LaTeX where it is beyond doubt."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from docparse.geometry import Box, inside_share, union
from docparse.model.embedded.formula_drawn import drawn_signs
from docparse.model.embedded.formula_leaves import is_tall
from docparse.model.embedded.formula_tree import to_latex
from docparse.model.embedded.joining import line_text
from docparse.model.embedded.lines import Line
from docparse.schemas.document import Formula
from docparse.schemas.page import Rule, Shape, Word

_NUMBER = re.compile(r"\(?\(\s*[A-Z]?\d{1,3}(?:[.\-]\d{1,3})*[a-z']?\s*\)")
_ITEM = re.compile(r"\((?:[ivx]{1,5}|[a-z])\)|(?:[ivx]{1,5}|[a-z]|\d{1,2})[.)]|[•–-]")  # "(1)" numbers a formula
# in sizes of the type: edges that are one; from a sum or union to its limits, and to what stands beside it
_SAME_EDGE, _LIMIT_GAP, _BIG_GAP = 0.25, 0.6, 2.0
_MOST_WORDS = 160
_SIGN_SEGMENTS = 8  # of the outline of a drawn sign at least
_DRAWN_TALL = 6.0
_CONDITION_WORDS = 6
_LETTER = re.compile(r"[^\W\d_]{3,}")


@dataclass(slots=True)
class Display:
    """Lines that make up one display formula."""

    lines: list[Line]
    bbox: Box
    rows: list[Display] = field(default_factory=list)  # where it has several
    wordy: bool = False  # some of it is words of the language
    relations: list[tuple[float, Word]] | None = None  # with their left edges, once they are asked for
    apart: tuple[list[Word], str] | None = None  # its words without its number, and that, once they are asked for


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


def block_of(
    display: Display, rules: Sequence[Rule], shapes: Sequence[Shape] = (), *, latex: str | None = None
) -> Formula:
    """A display of one row with its LaTeX; where that stays unclear, with its text and a flag."""
    text = "\n".join(line_text(line) for line in display.lines)
    if latex is None:
        words, number = apart_number(display)
        latex = latex_of(words, display.bbox, rules, shapes)
        latex += f" \\tag{{{number.strip('() ')}}}" if latex and number else ""
    if latex:
        return Formula(latex=latex, text=text, bbox=display.bbox)
    return Formula(text=text, bbox=display.bbox, flags=["formula_not_recognised"])


def apart_number(display: Display) -> tuple[list[Word], str]:
    """The words of a display without its number, and that ("" without one)."""
    if display.apart is None:
        words = [word for line in display.lines for word in line.words]
        edge = next(
            (line for line in display.lines[::-1] if len(display.lines) > 1 and _is_edge_number(line, display)), None
        )
        if edge is None:
            display.apart = _part_number(words)
        else:
            display.apart = [word for word in words if word not in edge.words], edge.plain
    return display.apart


def latex_of(words: Sequence[Word], box: Box, rules: Sequence[Rule], shapes: Sequence[Shape]) -> str:
    """LaTeX of words and of what is drawn among them in a box; "" where that is unclear."""
    box = union([box, *(word.bbox for word in words if word.text == "√" or is_tall(word))])
    x0, y0, x1, y1 = box
    room = max(3.0, 0.4 * words[0].size)
    inside = [
        rule for rule in rules
        if rule.horizontal and x0 - 3 <= rule.bbox[0] and rule.bbox[2] <= x1 + 3
        and y0 - room <= rule.bbox[1] <= y1 + room
    ]  # fmt: skip
    signs = drawn_signs([shape for shape in shapes if _is_sign(shape, box, words[0].size)], words)
    if signs is None or len(words) > _MOST_WORDS:
        return ""
    return to_latex([*words, *signs.words], [*inside, *signs.rules]) or ""


def _is_sign(shape: Shape, box: Box, size: float) -> bool:
    """Whether something drawn stands in a formula's box as a sign does: no ground, no frame; its end may be cut off."""
    x0, y0, x1, y1 = shape.bbox
    tall = y1 - y0
    inside = box[0] - 0.3 * size < x0 < box[2] and box[1] - size < y0 and y1 < box[3] + size
    return inside and shape.segments >= _SIGN_SEGMENTS and 0.6 * size < tall and x1 > box[0]


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
