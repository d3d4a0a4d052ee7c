"""Text that does not run from left to right: vertical columns, turned tables and side notes, upside-down lines.

Such words are turned upright, laid out like any others, and their boxes turned back.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Literal

from docparse.geometry import Box
from docparse.model.embedded.script import is_cjk
from docparse.schemas.page import Word, WordStyle

Direction = Literal["right", "down", "up", "left"]


def directions(words: Sequence[Word]) -> list[Direction]:
    """The way each rotated word runs on the page, seen from its neighbours in the source."""
    result: list[Direction] = []
    run: list[Word] = []
    for word in words:
        if run and not _near(run[-1], word):
            result += [_run_direction(run)] * len(run)
            run = []
        run.append(word)
    return result + [_run_direction(run)] * len(run)


def _near(last: Word, word: Word) -> bool:
    if word.line == last.line and word.line >= 0:
        return True
    size = max(word.size, last.size)
    if abs(word.size - last.size) > 0.2 * size:
        return False
    a, b = last.bbox, word.bbox
    return max(a[0], b[0]) - min(a[2], b[2]) < 1.5 * size and max(a[1], b[1]) - min(a[3], b[3]) < 1.5 * size


def _run_direction(run: Sequence[Word]) -> Direction:
    votes: dict[Direction, float] = {"right": 0.0, "down": 0.0, "up": 0.0, "left": 0.0}
    for last, word in itertools.pairwise(run):
        dx = word.bbox[0] + word.bbox[2] - last.bbox[0] - last.bbox[2]
        dy = word.bbox[1] + word.bbox[3] - last.bbox[1] - last.bbox[3]
        if max(abs(dx), abs(dy)) > 12 * max(word.size, last.size):
            continue  # a new line
        if abs(dx) > abs(dy):
            votes["right" if dx > 0 else "left"] += 1
        elif dy:
            votes["down" if dy > 0 else "up"] += 1
    for word in run:
        if len(word.text) > 1:  # a word's own box says which axis it runs along
            wide = word.bbox[2] - word.bbox[0] > word.bbox[3] - word.bbox[1]
            for way in ("down", "up") if wide else ("right", "left"):
                votes[way] -= 2.0
    best = max(votes, key=lambda way: votes[way])
    if not any(votes.values()):
        return "down" if all(is_cjk(char) for word in run for char in word.text) else "right"
    return "up" if best in ("up", "down") and votes["up"] == votes["down"] else best


def turn_words(words: Sequence[Word], way: Direction, width: float, height: float) -> list[Word]:
    """Words that run `way`, in coordinates in which they run to the right, next lines below."""
    turned = []
    for word in words:
        box = turn_box(word.bbox, way, width, height)
        baseline = word.baseline if way == "right" else box[3] - 0.2 * (box[3] - box[1])
        style = int(word.style) & ~int(WordStyle.ROTATED)
        turned.append(word._replace(bbox=box, baseline=baseline, style=style))
    return turned


def turn_box(box: Box, way: Direction, width: float, height: float) -> Box:
    x0, y0, x1, y1 = box
    if way == "down":
        return (y0, width - x1, y1, width - x0)
    if way == "up":
        return (height - y1, x0, height - y0, x1)
    if way == "left":
        return (width - x1, height - y1, width - x0, height - y0)
    return box


def turn_back(box: Box, way: Direction, width: float, height: float) -> Box:
    """A box of turned coordinates on the page again."""
    x0, y0, x1, y1 = box
    if way == "down":
        return (width - y1, x0, width - y0, x1)
    if way == "up":
        return (y0, height - x1, y1, height - x0)
    if way == "left":
        return (width - x1, height - y1, width - x0, height - y0)
    return box
