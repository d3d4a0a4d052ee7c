"""Signs of formulas that are drawn as outlines and no text: roots and the bars of a norm, as browsers print them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from docparse.geometry import Box
from docparse.schemas.page import Rule, Shape, Word

# in sizes of the type: a surd is wider and higher; bars are narrower and higher
_SURD_WIDE, _SURD_TALL = 0.4, 0.8
_BARS_WIDE, _BARS_TALL = 0.45, 1.2
_BARS_SEGMENTS = 24  # of the outline of two bars at least
_AXIS = 0.27  # of a sign's middle, above the line


class Drawn(NamedTuple):
    """Drawn signs as words and rules of a text layer."""

    words: list[Word]
    rules: list[Rule]


def drawn_signs(shapes: Sequence[Shape], words: Sequence[Word]) -> Drawn | None:
    """The signs that shapes among a formula's words are; None where one of them is unknown: it would be lost."""
    found = Drawn([], [])
    size = max((word.size for word in words), default=0.0)
    for shape in shapes:
        x0, y0, x1, y1 = shape.bbox
        inner = [word for word in words if _holds(shape.bbox, word)]
        if inner:
            start = min(word.bbox[0] for word in inner) - 0.02 * size
            its = max(word.size for word in inner)
            if start - x0 < _SURD_WIDE * its or y1 - y0 < _SURD_TALL * its:
                return None
            found.words.append(Word("√", (x0, y0, start, y1), its, baseline=y1))
            found.rules.append(Rule((start, y0, x1, y0 + 0.5), True, 0.5))
        elif x1 - x0 < _BARS_WIDE * size and y1 - y0 > _BARS_TALL * size and shape.segments >= _BARS_SEGMENTS:
            found.words.append(Word("‖", shape.bbox, size, baseline=_line_of(shape.bbox, words, size)))
        else:
            return None
    return found


def _holds(box: Box, word: Word) -> bool:
    x, y = (word.bbox[0] + word.bbox[2]) / 2, word.baseline - _AXIS * word.size
    return box[0] < x < box[2] and box[1] < y < box[3]


def _line_of(box: Box, words: Sequence[Word], size: float) -> float:
    """Baseline of the row in whose middle a sign stands."""
    wanted = (box[1] + box[3]) / 2 + _AXIS * size
    lines = [word.baseline for word in words if word.size > 0.86 * size]
    return min(lines, key=lambda line: abs(line - wanted), default=wanted)
