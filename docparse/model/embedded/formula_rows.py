"""Formulas of several rows: which displays under one another are one, and their LaTeX, aligned at the relations."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby, pairwise

from docparse.geometry import Box, union
from docparse.model.embedded.formula import Display, apart_number, block_of, latex_of
from docparse.model.embedded.formula_leaves import BRACKETS, is_tall
from docparse.model.embedded.formula_symbols import BIG, RELATIONS
from docparse.model.embedded.lines import Line, line_of
from docparse.schemas.document import Formula
from docparse.schemas.page import Rule, Shape, Word

# in sizes of the type: ink above and below a baseline; places that are one; free space between rows that are one
_ASCENT, _DESCENT = 0.72, 0.22
_ALIGNED = 0.15
_ROW_GAP, _LOOSE_GAP = 0.85, 1.15
_COLUMN = 4.0  # between formulas beside one another
_BETWEEN = 0.3  # from the line of a row down to a number that stands between rows
_TORN = 0.2  # between signs of one limit, at most
_REACH = 0.9  # from a bar or sum to what stands over and under it
GOES_ON = RELATIONS | frozenset("+-−±×·⋅∪∩∧∨⊕⊗") - {":"}
_SIGNS = RELATIONS - {":"}
_DEEP = re.compile(r"[gjpqyQ,;()\[\]{}/|\u0370-\uffff]")  # letters that reach below the line
_MOST_ROWS = 40


def grouped(displays: Sequence[Display], bars: Sequence[Rule]) -> list[Display]:
    """Displays with those put together, as rows of one, that follow one another closely and belong together."""
    rows = [row for display in displays for row in _parted(display, bars)]
    rows.sort(key=lambda row: (row.bbox[1], row.bbox[0]))
    groups: list[list[Display]] = []
    for row in rows:
        host = next((group for group in reversed(groups) if _follows(row, group, rows)), None)
        if host is not None:
            host.append(row)
        else:
            groups.append([row])
    return [_one(group) for group in groups]


def _one(rows: list[Display]) -> Display:
    if len(rows) == 1:
        return rows[0]
    return Display([line for row in rows for line in row.lines], union(row.bbox for row in rows), rows, rows[0].wordy)


def _follows(row: Display, group: Sequence[Display], rows: Sequence[Display]) -> bool:
    last = group[-1]
    size = _size(last)
    gap = _ink(row)[1] - _ink(last)[3]
    if not -0.3 * size < gap < _LOOSE_GAP * size or len(group) >= _MOST_ROWS or abs(_size(row) - size) > 0.1 * size:
        return False
    if any(_own_number(each) for each in group) and (_number(row) or not _continues(row)):
        return False  # each with its number is a formula of its own
    if row.bbox[0] > _ink(last)[2] + size or last.bbox[0] > row.bbox[2] + size:
        return False  # of another column
    if any(other is not last and other is not row and _beside(other, row, size) for other in rows):
        return False  # columns of formulas
    places = [x for each in group for x, _ in _relations(each)[:1]]
    mine = _relations(row)
    if mine and any(abs(mine[0][0] - x) < _ALIGNED * size for x in places):
        return True
    return gap <= _ROW_GAP * size and _continues(row) and row.bbox[0] > last.bbox[0] - size


def _beside(other: Display, row: Display, size: float) -> bool:
    middle = (row.bbox[1] + row.bbox[3]) / 2
    gap = max(other.bbox[0] - row.bbox[2], row.bbox[0] - other.bbox[2])
    return other.bbox[1] < middle < other.bbox[3] and gap < _COLUMN * size


def _continues(row: Display) -> bool:
    words = _words(row)
    first = min(words, key=lambda word: word.bbox[0]).text
    return first[0] in GOES_ON or first in ("s.t.", "subject")


def _number(row: Display) -> str:
    return apart_number(row)[1]


def _own_number(row: Display) -> str:
    """The number of a row, unless it stands between this row and the next, as that of both does."""
    number, relations = _number(row), _relations(row)
    levels = [word.baseline for line in row.lines for word in line.words if word.text == number]
    between = relations and levels and levels[0] - relations[0][1].baseline > _BETWEEN * _size(row)
    return "" if between else number


def _words(row: Display) -> list[Word]:
    return apart_number(row)[0]


def _size(row: Display) -> float:
    return max(line.size for line in row.lines)


def _relations(row: Display) -> list[tuple[float, Word]]:
    """Left edges of the relations on the row's own line, from left to right."""
    if row.relations is not None:
        return row.relations
    words = _words(row)
    size = max((word.size for word in words if word.text not in BIG and word.text not in BRACKETS), default=0.0)
    found = [
        word for word in words
        if word.text[0] in _SIGNS or (word.text[0] == ":" and word.text[1:2] == "=")
        if word.size > 0.86 * size
    ]  # fmt: skip
    row.relations = sorted((word.bbox[0], word) for word in found)
    return row.relations


def _ink(row: Display) -> Box:
    return union(ink_of(word) for word in _words(row))


def extent_of(lines: Sequence[Line]) -> Box:
    """The box of a formula's lines with all of what stands over and under them."""
    return union([*(line.box for line in lines), *(ink_of(word) for line in lines for word in line.words)])


def ink_of(word: Word) -> Box:
    x0, y0, x1, y1 = word.bbox
    if word.text in BIG or word.text == "√" or is_tall(word):
        return (x0, max(y0, word.baseline - 4 * word.size), x1, y1)
    deep = _DESCENT if _DEEP.search(word.text) else 0.02
    return (x0, word.baseline - _ASCENT * word.size, x1, word.baseline + deep * word.size)


def _parted(display: Display, bars: Sequence[Rule]) -> list[Display]:
    """A display cut at the free spaces that run through all of it, where it has relations over one another."""
    relations = [word for _, word in _relations(display)]
    if len({round(word.baseline) for word in relations}) < 2:
        return [display]
    words = [word for line in display.lines for word in line.words]
    size = _size(display)
    spans = sorted(_tied(words, bars, size))
    cuts = []
    end = spans[0][1]
    for start, stop in spans[1:]:
        if start > end:
            cuts.append((start + end) / 2)
        end = max(end, stop)
    bounds = [float("-inf"), *cuts, float("inf")]
    rows = []
    for top, bottom in pairwise(bounds):
        lines = [
            line_of(held) for line in display.lines
            if (held := [word for word in line.words if top < _middle(word) < bottom])
        ]  # fmt: skip
        if lines:
            rows.append(Display(lines, extent_of(lines), wordy=display.wordy))
    whole = all(max(line.size for line in row.lines) > 0.86 * size for row in rows)
    return rows if len(rows) > 1 and whole else [display]


def _middle(word: Word) -> float:
    ink = ink_of(word)
    return (ink[1] + ink[3]) / 2


def _tied(words: Sequence[Word], bars: Sequence[Rule], size: float) -> list[tuple[float, float]]:
    """Heights that belong to one row each: of words, of fractions with both of their sides, of sums with limits."""
    inks = [(word, ink_of(word)) for word in words]
    box = union(ink for _, ink in inks)
    centres = [ink for word, ink in inks if word.text in BIG]
    roots = [ink for word, ink in inks if word.text == "√"]
    for x0, top, x1, bottom in (bar.bbox for bar in bars):
        root = any(abs(ink[2] - x0) < 0.35 * size and ink[1] < bottom for ink in roots)
        if box[0] - 2 <= x0 and x1 <= box[2] + 2 and box[1] <= top and bottom <= box[3] and not root:
            centres.append((x0, top, x1, bottom))
    spans = [list(centre[1::2]) for centre in centres]
    for word, ink in inks:
        reached = [
            (gap, at) for at, (x0, top, x1, bottom) in enumerate(centres)
            if x0 - (0.5 * size if word.size < 0.86 * size else 0) <= (ink[0] + ink[2]) / 2
            and (ink[0] + ink[2]) / 2 <= x1 + (0.5 * size if word.size < 0.86 * size else 0)
            and (gap := max(top - ink[3], ink[1] - bottom, 0.0)) < _REACH * size
        ]  # fmt: skip
        if reached:
            span = spans[min(reached)[1]]
            span[:] = [min(span[0], ink[1]), max(span[1], ink[3])]
    return [(ink[1], ink[3]) for _, ink in inks] + [(top, bottom) for top, bottom in spans]


def _tears(edge: float, row: Display) -> bool:
    """Whether a limit or a note would be torn at an edge: it reaches to the left of its sum or relation."""
    size, words = _size(row), _words(row)
    spans = sorted((word.bbox[0], word.bbox[2]) for word in words if word.size < 0.86 * size)
    end = start = float("-inf")
    for x0, x1 in spans:
        if x0 - end > _TORN * size:
            start = x0
        end = max(end, x1)
        if start < edge - 1 and end > edge + 1:
            return True
    return False


def formula_blocks(display: Display, rules: Sequence[Rule], shapes: Sequence[Shape] = ()) -> list[Formula]:
    """The formulas of a display: one where all of its rows are read, else one of each run of them, and the others."""
    if not display.rows:
        return [block_of(display, rules, shapes)]
    blocks: list[Formula] = []
    firsts = [relations[0][0] for row in display.rows if (relations := _relations(row))]
    cells = [_cells(row, firsts, rules, shapes) for row in display.rows]
    for read, run in groupby(zip(display.rows, cells, strict=True), key=lambda pair: bool(pair[1])):
        pairs = list(run)
        if read and len(pairs) > 1:
            blocks.append(_aligned([row for row, _ in pairs], [cell for _, cell in pairs]))
        else:
            blocks += [block_of(row, rules, shapes) for row, _ in pairs]
    return blocks


def _aligned(rows: list[Display], cells: list[list[str]]) -> Formula:
    aligned = any(len(row) > 1 for row in cells)
    body = " \\\\ ".join(" & ".join(row).strip() if len(row) > 1 or not aligned else f"& {row[0]}" for row in cells)
    name = "aligned" if aligned else "gathered"
    number = next((number for row in rows if (number := _number(row))), "")
    tag = f" \\tag{{{number.strip('() ')}}}" if number else ""
    return block_of(_one(rows), (), latex=f"\\begin{{{name}}} {body} \\end{{{name}}}{tag}")


def _cells(row: Display, firsts: Sequence[float], rules: Sequence[Rule], shapes: Sequence[Shape]) -> list[str]:
    """A row's LaTeX before and from the relation at which all are aligned; empty where it is unclear."""
    size, words = _size(row), _words(row)
    mine = _relations(row)
    if not mine or sum(abs(mine[0][0] - x) < _ALIGNED * size for x in firsts) < 2:
        whole = latex_of(words, row.bbox, rules, shapes)
        return [] if not whole else ["", whole] if _continues(row) and len(firsts) > 1 else [whole]
    edge = mine[0][0]
    if not any(word.bbox[0] < edge - 1 and word.bbox[2] > edge + 1 for word in words) and not _tears(edge, row):
        left = [word for word in words if word.bbox[0] < edge - 1]
        after = latex_of([word for word in words if word.bbox[0] >= edge - 1], row.bbox, rules, shapes)
        before = latex_of(left, row.bbox, rules, shapes) if left and after else ""
        if after and (before or not left):
            return [before, after]
    whole = latex_of(words, row.bbox, rules, shapes)
    return ["", whole] if whole else []
