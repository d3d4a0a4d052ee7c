"""Dots that lead from a title to its page number: the network reads few of them or none, and what they lead to together
with what they come from; the detector sees none where it takes both for lines of their own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from docparse.geometry import union
from docparse.model.embedded.ocr_decode import Decoded
from docparse.model.embedded.ocr_types import OcrLine, OcrWord
from docparse.model.embedded.preprocess import line_ink
from docparse.model.embedded.script import is_unspaced

_DOTS = frozenset(".…․‥·")
_LEAST_EM = 1.5  # heights of a strip from the middle of one character to that of the next
_LEAST, _WIDEST = 4, 0.2  # dots of a leader, and how much of it one of them may take: a rule is no row of dots
_TALL, _LOW = 0.3, 0.4  # of a strip's height: a row of dots, and where it may begin

_LED_TO = re.compile(r"[A-Z]?[-–.,\d]*\d|[ivxlc]+")  # numbers of pages, amounts


def has_room(decoded: Decoded, width_px: int, height_px: int, step_px: int) -> bool:
    """Whether characters stand so far apart, or from their strip's end, but for dots, that these may be leaders."""
    places = [column for char, column in zip(decoded.text, decoded.columns, strict=True) if _is_solid(char)]
    return bool(places) and int(np.diff([*places, width_px / step_px]).max()) * step_px > _LEAST_EM * height_px


def with_leaders(decoded: Decoded, ink: NDArray[np.bool_], step_px: int) -> Decoded:
    """The characters of a strip with every dot of its leaders, parted from the words beside them by blanks; dots too
    faint to be told are at least a blank.

    `ink` (height, width) is where the strip is printed; a column of `decoded` is `step_px` wide.
    """
    solid = [i for i, char in enumerate(decoded.text) if _is_solid(char)]
    text: list[str] = []
    columns: list[int] = []
    scores: list[float] = []
    done = 0
    for left, right in pairwise([*solid, len(decoded.text)]):
        start = round((int(decoded.columns[left]) + 0.5) * step_px)
        is_last = right == len(decoded.text)
        end = ink.shape[1] if is_last else round((int(decoded.columns[right]) + 0.5) * step_px)
        if end - start <= _LEAST_EM * ink.shape[0]:
            continue
        dots = _dots(ink[:, start:end])
        if not dots and (is_last or not _lost_blank(decoded.text[left : right + 1])):
            continue
        kept = left + 1 if dots else right
        at = [int(decoded.columns[left]) + 1, *((start + dot) // step_px for dot in dots)] if dots else []
        text += [*decoded.text[done:kept], *([" ", *"." * len(dots)] if dots else [])]
        columns += [*decoded.columns[done:kept].tolist(), *at]
        scores += [*decoded.scores[done:kept].tolist(), *[float(decoded.scores[left])] * len(at)]
        if not is_last:
            text.append(" ")
            columns.append(int(decoded.columns[right]))
            scores.append(float(decoded.scores[right]))
        done = right
    if not done:
        return decoded
    return Decoded(
        (*text, *decoded.text[done:]),
        np.array([*columns, *decoded.columns[done:].tolist()], np.intp),
        np.array([*scores, *decoded.scores[done:].tolist()], np.float32),
    )


def joined(lines: Sequence[OcrLine], image: NDArray[np.uint8]) -> list[OcrLine]:
    """The lines of an RGB image, each number to which a row of dots leads as one line with what it leads from."""
    found = list(lines)
    for number in lines:
        if len(number.words) != 1 or not _LED_TO.fullmatch(number.text):
            continue
        x0, y0, x1, y1 = number.bbox
        before = [line for line in found if line.bbox[2] < x1 and line.bbox[1] < (y0 + y1) / 2 < line.bbox[3]]
        title = max(before, key=lambda line: line.bbox[2], default=None)
        if title is None or x0 - title.bbox[2] <= _LEAST_EM * (y1 - y0):
            continue
        whole = union([title.bbox, number.bbox])
        left, top, right, bottom = (max(0, round(side)) for side in whole)
        ink = line_ink(image[top:bottom, left:right])
        start = round(title.bbox[2]) - left
        dots = _dots(ink[:, start : round(x0) - left])
        if dots:
            sure = min(title.confidence, number.confidence)
            leader = OcrWord("." * len(dots), (left + start + dots[0], y0, left + start + dots[-1], y1), sure)
            found[found.index(title)] = OcrLine((*title.words, leader, *number.words), whole, sure, title.tight)
            found.remove(number)
    return found


def _is_solid(char: str) -> bool:
    return char not in _DOTS and not char.isspace()


def _lost_blank(text: Sequence[str]) -> bool:
    """Whether no blank was read between characters of a script that has them; never inside a number, as tills set their
    digits wide."""
    if any(map(str.isspace, text)) or (text[0].isdigit() and text[-1].isdigit()):
        return False
    return not any(is_unspaced(text[end]) for end in (0, -1))


def _dots(ink: NDArray[np.bool_]) -> list[int]:
    """Middles of the dots behind half a character, before half of another or the end; none where it is no row."""
    height, width = ink.shape
    free = np.flatnonzero(~ink.any(axis=0))
    if not len(free):
        return []
    first, last = int(free[0]), int(free[-1])
    row = ink[:, first : last + 1]
    lines = np.flatnonzero(row.any(axis=1))
    if not len(lines) or lines[-1] - lines[0] > _TALL * height or lines[0] < _LOW * height:
        return []
    edges = np.flatnonzero(np.diff(row.any(axis=0).astype(np.int8)))
    starts, ends = edges[::2][: len(edges) // 2], edges[1::2]
    if len(starts) < _LEAST or int((ends - starts).max()) > _WIDEST * width:
        return []
    return [first + middle for middle in ((starts + ends + 1) // 2).tolist()]
