"""Bullets and boxes to tick that a page draws instead of printing them: the characters that they stand for. Bullets in
so small a type that they have a line of their own stand in that of their text."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from docparse.geometry import Box, centre, contains_point
from docparse.model.embedded.script import is_rtl_text
from docparse.schemas.page import PageImage, Rule, Word

_BULLET_EM = (0.15, 0.62)  # side of a bullet in sizes of the text beside it
_BOX_EM = (0.55, 1.7)
_REACH_EM = 2.6  # from a mark to its text
_MOST = 600  # a page with more small shapes is a drawing
_SLACK = (0, -1, 1)
_PRINTED = frozenset("•●■▪◆")  # word processors print bullets at less than half the size of the text
_TICKS, _CROSSES = "✓✔", "✕✖✗✘xX×"


class _Mark(NamedTuple):
    box: Box
    text: str
    bullet: bool


def with_drawn_marks(page: PageImage, words: Sequence[Word]) -> Sequence[Word]:
    """The words and, before those beside which the page draws a bullet or a box to tick, a word for that."""
    printed = [(_Mark(word.bbox, word.text, True), [at]) for at, word in enumerate(words) if word.text in _PRINTED]
    marks: list[tuple[_Mark, list[int]]] = [*((mark, []) for mark in (*_boxes(page), *_bullets(page))), *printed]
    if not marks or len(marks) > _MOST:
        return words
    before: dict[int, Word] = {}
    gone: set[int] = set()
    rows = sorted(range(len(words)), key=lambda place: words[place].bbox[1])
    tops = [words[place].bbox[1] for place in rows]
    for mark, itself in marks:
        near = _near(mark, words, rows, tops)
        inner = [place for place in near if not mark.bullet and contains_point(mark.box, *centre(words[place].bbox))]
        if any(words[place].text not in _TICKS + _CROSSES for place in inner):
            continue  # a cell with a letter of its own
        if mark.bullet and any(contains_point(words[p].bbox, *centre(mark.box)) for p in near if p not in itself):
            continue  # the outline of a letter
        beside = _text_beside(mark, [place for place in near if place not in inner], words)
        if beside is None or beside in before:
            continue
        text = mark.text
        if inner:
            text = "☑" if words[inner[0]].text in _TICKS else "☒"
        gone.update(inner, itself)
        word = words[beside]
        bbox = (mark.box[0], word.bbox[1], mark.box[2], word.bbox[3])
        before[beside] = word._replace(text=text, bbox=bbox, space=True)
    if not before:
        return words
    result: list[Word] = []
    for place, word in enumerate(words):
        if place in before:
            result.append(before[place])
        if place not in gone:
            result.append(word)
    return result


def _near(mark: _Mark, words: Sequence[Word], rows: Sequence[int], tops: Sequence[float]) -> list[int]:
    """Words at the height of a mark."""
    middle = (mark.box[1] + mark.box[3]) / 2
    found = []
    for at in range(bisect_left(tops, middle - 60), len(rows)):
        if tops[at] > middle:
            break
        word = words[rows[at]]
        if word.bbox[3] >= middle and abs(word.baseline - 0.3 * word.size - middle) < 0.42 * word.size:
            found.append(rows[at])
    return found


def _text_beside(mark: _Mark, near: Iterable[int], words: Sequence[Word]) -> int | None:
    """The word that a mark stands before; None where it stands in the middle of a line, or is too large or small."""
    x0, y0, x1, y1 = mark.box
    side = max(x1 - x0, y1 - y0)
    left: int | None = None
    right: int | None = None
    for at in near:
        box = words[at].bbox
        if box[0] >= x1 - 1 and (right is None or box[0] < words[right].bbox[0]):
            right = at
        elif box[2] <= x0 + 1 and (left is None or box[2] > words[left].bbox[2]):
            left = at
    for place, other, gap, behind in (
        (right, left, _gap(x1, right, words, 0), _gap(x0, left, words, 2)),
        (left, right, _gap(x0, left, words, 2), _gap(x1, right, words, 0)),
    ):
        if place is None:
            continue
        em = words[place].size
        least, most = _BULLET_EM if mark.bullet else _BOX_EM
        if not least * em <= side <= most * em or gap > _REACH_EM * em:
            continue
        if is_rtl_text([words[place].text], False) != (place == left and place != right):
            continue
        if mark.bullet and other is not None and behind < 2 * em:
            continue
        return place
    return None


def _gap(edge: float, place: int | None, words: Sequence[Word], side: int) -> float:
    return abs(words[place].bbox[side] - edge) if place is not None else 1e9


def _bullets(page: PageImage) -> list[_Mark]:
    found = []
    for box, segments, filled, _ in page.shapes:
        wide, high = box[2] - box[0], box[3] - box[1]
        if wide < 9 and high < 9 and 0.8 * high <= wide <= 1.25 * high:
            text = ("▪" if segments == 1 else "•") if filled else "◦"
            found.append(_Mark(box, text, True))
    for picture in page.pictures:
        x0, y0, x1, y1 = picture.bbox
        if x1 - x0 < 12 and y1 - y0 < 12:
            found.append(_Mark(picture.bbox, "•", True))
    return found


def _boxes(page: PageImage) -> list[_Mark]:
    """Small squares and circles: ticked where something is drawn in them."""
    squares = _squares(page.rules)
    circles = []
    for box, segments, filled, _ in page.shapes:
        wide, high = box[2] - box[0], box[3] - box[1]
        if 5 <= wide < 20 and 0.85 * high <= wide <= 1.18 * high and not filled and segments in range(4, 17):
            circles.append(box)
    marks = [(box, "☐", "☒") for box in squares] + [(box, "◯", "◉") for box in circles]
    return [_Mark(box, ticked if _is_ticked(box, page) else empty, False) for box, empty, ticked in marks]


def _squares(rules: Sequence[Rule]) -> list[Box]:
    """Boxes of four short rules that meet nothing else."""
    levels = [r for r in rules if r.horizontal and 5 <= r.bbox[2] - r.bbox[0] < 20]
    uprights = [r for r in rules if not r.horizontal and 5 <= r.bbox[3] - r.bbox[1] < 20]
    if not levels or not uprights or len(levels) > _MOST or len(uprights) > _MOST:
        return []
    corners = {(round(r.bbox[0]), round(r.bbox[1]), round(r.bbox[3])) for r in uprights}
    found = []
    levels.sort(key=lambda r: (round(r.bbox[0]), r.bbox[1]))
    for top, bottom in pairwise(levels):
        x0, y0, x1, _ = top.bbox
        y1 = bottom.bbox[1]
        if abs(bottom.bbox[0] - x0) > 1 or abs(bottom.bbox[2] - x1) > 1 or not 0.8 <= (y1 - y0) / (x1 - x0) <= 1.25:
            continue
        if all(
            any((round(x) + d, round(y0) + u, round(y1) + v) in corners for d in _SLACK for u in _SLACK for v in _SLACK)
            for x in (x0, x1)
        ):
            found.append((x0, y0, x1, y1))
    return found


def _is_ticked(box: Box, page: PageImage) -> bool:
    x0, y0, x1, y1 = box
    side = x1 - x0
    for shape in page.shapes:
        left, top, right, bottom = shape.bbox
        if not contains_point(box, (left + right) / 2, (top + bottom) / 2) or right - left > 1.6 * side:
            continue
        same = max(abs(left - x0), abs(top - y0), abs(right - x1), abs(bottom - y1)) < 0.12 * side
        if same and (shape.filled or shape.segments > 3):
            continue  # its own outline, or its ground
        if right - left > 0.25 * side or bottom - top > 0.25 * side:
            return True
    return False
