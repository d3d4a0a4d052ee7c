"""Text that does not run from left to right: vertical columns, turned tables and side notes, upside-down lines.

Such words are turned upright, laid out like any others, and their boxes turned back.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from typing import Literal

from docparse.geometry import Box
from docparse.model.embedded.script import is_cjk
from docparse.schemas.page import Word, WordStyle

Direction = Literal["right", "down", "up", "left"]
CLOCKWISE: dict[Direction, Literal[0, 90, 180, 270]] = {"right": 0, "down": 270, "up": 90, "left": 180}
_ROTATED = int(WordStyle.ROTATED)
_CLOCK: tuple[Direction, ...] = ("right", "down", "left", "up")
_BITS: dict[Direction, int] = {
    "right": 0,
    "down": _ROTATED | int(WordStyle.DOWN),
    "left": _ROTATED | int(WordStyle.LEFT),
    "up": _ROTATED | int(WordStyle.UP),
}
_LINE_WORDS, _MOST = 3, 0.85  # words of a line that tells, and the share of the letters that needs no such lines
_ALL_BITS = _BITS["down"] | _BITS["left"] | _BITS["up"]


def directions(words: Sequence[Word]) -> list[Direction]:
    """The way each rotated word runs on the page: as the file says, else seen from its neighbours in the source."""
    said = [_said(word) for word in words]
    if all(said):
        return [way for way in said if way]
    return [way or guess for way, guess in zip(said, _guessed(words), strict=True)]


def _said(word: Word) -> Direction | None:
    bits = int(word.style) & _ALL_BITS & ~_ROTATED
    return next((way for way in _CLOCK[1:] if bits and _BITS[way] & bits), None)


def _guessed(words: Sequence[Word]) -> list[Direction]:
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


def main_direction(words: Sequence[Word]) -> tuple[Direction, list[Direction]]:
    """The way that most characters of a page run, and the way of every word.

    Where many run another way, too, lines of several words tell: in plots most words are labels that stand alone.
    """
    rotated = [word for word in words if word.style & _ROTATED]
    if not rotated:
        return "right", ["right"] * len(words)
    found = iter(directions(rotated))
    ways: list[Direction] = [next(found) if word.style & _ROTATED else "right" for word in words]
    counts = Counter((word.line, way) for word, way in zip(words, ways, strict=True))
    letters: Counter[Direction] = Counter()
    in_lines: Counter[Direction] = Counter()
    for word, way in zip(words, ways, strict=True):
        letters[way] += len(word.text)
        if counts[word.line, way] >= _LINE_WORDS:
            in_lines[way] += len(word.text)
    main, most = letters.most_common(1)[0]
    if main != "right" and most < _MOST * letters.total() and in_lines:
        main = in_lines.most_common(1)[0][0]
    return main, ways


def set_upright(
    words: Sequence[Word], main: Direction, ways: Sequence[Direction], size: tuple[float, float]
) -> list[Word]:
    """The words of a page turned so that `main` runs to the right; those that ran another way are marked rotated."""
    upright = turn_words(words, main, *size)
    first = _CLOCK.index(main)
    bits = {way: _BITS[_CLOCK[(place - first) % 4]] for place, way in enumerate(_CLOCK)}
    return [
        word._replace(style=int(word.style) | bits[way]) if bits[way] else word
        for word, way in zip(upright, ways, strict=True)
    ]


def is_vertical_writing(words: Sequence[Word]) -> bool:
    """Columns of Chinese, Japanese or Korean: the page is as it should be, though its lines run down."""
    text = "".join(word.text for word in words)
    return 2 * sum(map(is_cjk, text)) > len(text)


def turn_words(words: Sequence[Word], way: Direction, width: float, height: float) -> list[Word]:
    """Words that run `way`, in coordinates in which they run to the right, next lines below."""
    turned = []
    for word in words:
        box = turn_box(word.bbox, way, width, height)
        baseline = word.baseline if way == "right" else box[3] - 0.2 * (box[3] - box[1])
        style = int(word.style) & ~_ALL_BITS
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
