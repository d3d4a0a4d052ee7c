"""Display formulas of pages that OCR read: what a layout model saw, and what stands apart from the lines of text.

OCR reads a formula as a handful of pieces: those that stand together, begin inside the column and hold a relation are
one.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Sequence

import numpy as np

from docparse.geometry import Box, inside_share, union
from docparse.model.embedded.clusters import clusters
from docparse.model.embedded.code import is_mono
from docparse.model.embedded.formula import Display, is_number
from docparse.model.embedded.formula_symbols import BIG, FUNCTIONS, RELATIONS
from docparse.model.embedded.ink import Ink
from docparse.model.embedded.lines import Line
from docparse.model.embedded.mono import is_mono_word
from docparse.model.embedded.script import is_cjk
from docparse.model.embedded.types import Region

_SEEN = 0.5  # score of a layout model's formula
_PLAIN = 0.4  # of a line's letters in words of the language, from which on it is text
_TEXT_WORDS, _NEAR_LINES = 4, 3  # words of a line of text, and such lines above and below that tell of a column
_IN_EM, _FAR_IN_EM = 0.25, 2.0  # in sizes of the text: how far inside the column pieces begin, and one alone
_ACROSS_EM, _ALONG_EM = 0.45, 2.0  # from piece to piece
_NEXT_EM, _EDGE_EM = 1.6, 0.5  # from line to line of text, and between their left edges
_REACH_EM, _SIGNS_BEYOND = 0.6, 4  # from pieces to ink that is theirs, and how often it is looked for
_CENTRED = 0.06  # of the column's width
_LEAST_LETTERS = 4
_FEW, _AMONG = 2, 0.6  # words, and how much of them, that stand in the box of the others
_MONO_LETTERS = 10
_MARK = re.compile(r"[•▪◦‣*†‡§>#$–—-]|\(?(?:[a-z]|[ivx]{1,4}|\d{1,2})[.)]\s")  # of an item, a note, a listing
_SIGNS = frozenset(RELATIONS | BIG) - {":", "<", ">"}
_LESS = re.compile(r"[^\W\d]\w*['\])}]*\s*[<>]\s*[\w(\[{]|\d\s*[<>]\s*[^\W\d]")  # of letters: not of figures, no arrow
_CODE = re.compile(r"[\"$;`]|_\w|<[-–]|[-–]>|[=!<>]=|={3}|//|/\w+/|\w\.\w+\(")
_MOSTLY_MONO = 0.5
_NAME = re.compile(r"[^\W\d_]+")
_SHORT = 3  # letters of names that are not known to be words
_SMALL = frozenset(re.findall(r"\w+", (
    "the and of in is to are we be by on as at an it that can but not from has was der die das und von mit ist im den "
    "le la les de du et est un une en el los las que del al per che di il"
)))  # fmt: skip


def region_displays(lines: Sequence[Line], regions: Sequence[Region]) -> list[Display]:
    """Lines where a layout model sees formulas, each with its number if any."""
    displays: list[Display] = []
    free = list(lines)
    for region in sorted(regions, key=lambda region: -region.score):
        if region.kind != "formula" or region.score < _SEEN:
            continue
        x0, y0, x1, y1 = region.bbox
        room = 0.1 * (y1 - y0)
        held = [line for line in free if inside_share(line.box, (x0 - room, y0 - room, x1 + room, y1 + room)) > 0.6]
        inside = [line for line in held if not _is_text(line)]
        if not inside:
            continue
        box = union([*([region.bbox] if len(inside) == len(held) else []), *(line.box for line in inside)])
        number = next((line for line in free if line not in inside and _is_number_of(line, box)), None)
        found = [*inside, *([number] if number is not None else [])]
        free = [line for line in free if line not in found]
        displays.append(Display(found, union([box, number.box]) if number is not None else box))
    return displays


def seen_displays(lines: Sequence[Line], regions: Sequence[Region], em: float, ink: Ink | None) -> list[Display]:
    """Display formulas of a page, top to bottom: those of `region_displays` with the pieces at them, and others.

    `em` is the size of the text; `ink` tells how far signs reach that OCR read nothing of.
    """
    known = region_displays(lines, regions)
    if not known and all(_SIGNS.isdisjoint(line.plain) for line in lines):
        return []
    taken = {id(line) for display in known for line in display.lines}
    numbers = [line for line in lines if is_number(line.plain)]
    text = [line for line in lines if _is_text(line) and len(line.words) >= _TEXT_WORDS]
    text = [line for line in text if not _is_numbered(line, numbers)]
    free = [line for line in lines if id(line) not in taken and _is_part(line, text, numbers, em)]
    parts = [Display([line], line.box) for line in _without_lines_of(text, free, em)]
    found: list[Display] = []
    for group in _groups([*known, *parts], em):
        members = [line for display in group for line in display.lines]
        if any(display in known for display in group) or _is_formula(members, text, numbers, em):
            box = union(display.bbox for display in group)
            rows = _numbered_rows(members, [line for line in numbers if line in members or _is_number_of(line, box)])
            boxes = [union(line.box for line in row) for row in rows] if len(rows) > 1 else [box]
            found += [_whole(row, each, lines, em, ink) for row, each in zip(rows, boxes, strict=True)]
    return sorted(found, key=lambda display: display.bbox[1])


def _numbered_rows(pieces: Sequence[Line], numbers: Sequence[Line]) -> list[list[Line]]:
    """The pieces of each numbered row, each to the number nearest to its level; all of them where one has none."""
    if len(numbers) < 2:
        return [list(pieces)]
    rows: list[list[Line]] = [[number] for number in numbers]
    for piece in pieces:
        if piece not in numbers:
            min(rows, key=lambda row: abs(row[0].y0 + row[0].y1 - piece.y0 - piece.y1)).append(piece)
    return rows if all(len(row) > 1 for row in rows) else [list(pieces)]


def _whole(pieces: Sequence[Line], box: Box, lines: Sequence[Line], em: float, ink: Ink | None) -> Display:
    """The display of these pieces with what stands among them, the ink at them and, last, a number beside them."""
    own = {id(line) for line in pieces}
    held = [line for line in lines if id(line) in own or _is_held(line, box)]
    if ink is not None and len(held) > 1:
        inner = {id(line) for line in held}
        box = _grown(box, ink.without([line.box for line in lines if id(line) not in inner]), em)
    numbers = [line for line in held if is_number(line.plain)]
    beside = numbers or [line for line in lines if _is_number_of(line, box)][:1]
    last = beside if len(beside) == 1 else []
    rows = sorted((line for line in held if line not in last), key=lambda line: (round(line.baseline / em), line.x0))
    return Display([*rows, *last], union([box, *(line.box for line in last)]))


def _groups(displays: Sequence[Display], em: float) -> list[list[Display]]:
    """Those that stand together."""
    across, along = 0.5 * _ACROSS_EM * em, 0.5 * _ALONG_EM * em
    boxes = [(x0 - along, y0 - across, x1 + along, y1 + across) for x0, y0, x1, y1 in (d.bbox for d in displays)]
    return [[displays[i] for i in members] for members in clusters(boxes, 0.0)]


def _is_part(line: Line, text: Sequence[Line], numbers: Sequence[Line], em: float) -> bool:
    """Whether a line may be a piece of a formula: no text, unless a number tells, no program, and inside the column."""
    if _MARK.match(line.plain) or _CODE.search(line.plain) or (_is_text(line) and not _is_numbered(line, numbers)):
        return False
    if is_mono(line) and len(line.plain) >= _MONO_LETTERS:
        return False
    column = _column(line.box, text)
    return column is None or line.x0 > column[0] + _IN_EM * em


def _without_lines_of(text: Sequence[Line], parts: Sequence[Line], em: float) -> list[Line]:
    """The pieces without those that begin where a line of text above or below does: these are lines of it."""
    known, kept = list(text), list(parts)
    while known:
        known.sort(key=lambda line: line.baseline)
        levels = [line.baseline for line in known]
        near = {
            id(line): known[
                bisect(levels, line.baseline - _NEXT_EM * em) : bisect(levels, line.baseline + _NEXT_EM * em)
            ]
            for line in kept
        }
        known = [line for line in kept if any(_begins_with(line, other, em) for other in near[id(line)])]
        others = {id(line) for line in known}
        kept = [line for line in kept if id(line) not in others]
    return kept


def _begins_with(line: Line, other: Line, em: float) -> bool:
    """Whether a line begins where another does, or its text behind the mark of an item."""
    marked = len(other.words) > 1 and _MARK.match(other.plain)
    edges = [other.x0, other.words[1].bbox[0]] if marked else [other.x0]
    return any(abs(line.x0 - edge) < _EDGE_EM * em for edge in edges)


def _is_numbered(line: Line, numbers: Sequence[Line]) -> bool:
    """Whether a relation has a number in its row, so that its long names are no words of the language."""
    return not _SIGNS.isdisjoint(line.plain) and any(_is_number_of(number, line.box) for number in numbers)


def _is_formula(lines: Sequence[Line], text: Sequence[Line], numbers: Sequence[Line], em: float) -> bool:
    """Whether pieces that stand together are a formula: with a relation or sum, hardly any words, and set in."""
    whole = " ".join(line.plain for line in lines)
    has_sign = not _SIGNS.isdisjoint(whole) or _LESS.search(whole)
    words = [word for line in lines for word in line.words]
    mono = sum(len(word.text) for word in words if is_mono_word(word))
    names = sum(len(name) for name in _NAME.findall(whole) if len(name) > _SHORT and name.lower() not in FUNCTIONS)
    box = union(line.box for line in lines)
    column = _column(box, text)
    letters = len(whole.replace(" ", ""))
    if not has_sign or column is None or letters < _LEAST_LETTERS or mono > _MOSTLY_MONO * letters:
        return False
    if any(number in lines or _is_number_of(number, box) for number in numbers):
        return True
    if names > _PLAIN * len(whole):
        return False
    left, right = box[0] - column[0], column[1] - box[2]
    return left > _FAR_IN_EM * em or abs(left - right) < _CENTRED * (column[1] - column[0])


def _is_held(line: Line, box: Box) -> bool:
    """Whether a word or two stand among the pieces: indices that were read as one with their letter."""
    return len(line.words) <= _FEW and inside_share(line.box, box) > _AMONG


def _column(box: Box, text: Sequence[Line]) -> tuple[float, float] | None:
    """Where the nearest lines of text above and below begin and end; None without any."""
    x0, y0, x1, y1 = box
    over = [line for line in text if line.x0 < x1 and x0 < line.x1]
    above = sorted((line for line in over if line.y1 <= (y0 + y1) / 2), key=lambda line: -line.y1)[:_NEAR_LINES]
    below = sorted((line for line in over if line.y0 >= (y0 + y1) / 2), key=lambda line: line.y0)[:_NEAR_LINES]
    near = [*above, *below]
    return (min(line.x0 for line in near), max(line.x1 for line in near)) if near else None


def _grown(box: Box, ink: Ink, em: float) -> Box:
    """The box as far as the ink at it reaches, which is nothing else's: over a few signs."""
    for _ in range(_SIGNS_BEYOND):
        before, box = box, _reached(box, ink, _REACH_EM * em)
        if box == before:
            break
    return box


def _reached(box: Box, ink: Ink, room: float) -> Box:
    x0, y0, x1, y1 = box[0] - room, box[1] - room, box[2] + room, box[3] + room
    left, top = max(0, round(x0 * ink.scale_x)), max(0, round(y0 * ink.scale_y))
    dark = ink.dark[top : round(y1 * ink.scale_y), left : round(x1 * ink.scale_x)]
    columns, rows = (np.flatnonzero(dark.any(axis=axis)).tolist() for axis in (0, 1))
    if not columns:
        return box
    reach = (
        (left + columns[0]) / ink.scale_x, (top + rows[0]) / ink.scale_y,
        (left + columns[-1] + 1) / ink.scale_x, (top + rows[-1] + 1) / ink.scale_y,
    )  # fmt: skip
    return union([box, reach])


def _is_text(line: Line) -> bool:
    letters = sum(len(word.text) for word in line.words)
    names = [name for name in _NAME.findall(line.plain) if name not in FUNCTIONS]
    plain = sum(len(name) for name in names if len(name) > _SHORT or is_cjk(name[0]) or name in _SMALL)
    return plain > max(2, _PLAIN * letters)


def _is_number_of(line: Line, box: Box) -> bool:
    """Whether a line is a formula's number, beside the formula."""
    level = box[1] <= (line.y0 + line.y1) / 2 <= box[3]
    beside = line.x0 >= box[2] or line.x1 <= box[0]
    return level and beside and is_number(line.plain)
