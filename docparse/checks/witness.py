"""The witness of a page: words known to stand on it, from its text layer where that is sound, else from OCR."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from docparse.checks.printed import squeeze_all
from docparse.geometry import Box, area
from docparse.schemas.page import PageImage, PageOutput, TextQuality, Word

_AT_ONCE = 2_000_000  # word-block pairs looked at in one step
_STRIP = 256  # words looked at in one step


@dataclass(frozen=True, slots=True)
class Witness:
    """Words of the page; `plain[i]` is word i in letters and digits alone."""

    words: Sequence[Word]
    plain: list[str]
    source: Literal["text_layer", "ocr"]
    turn: int = 0  # degrees clockwise by which OCR turned the page to read it


@dataclass(frozen=True, slots=True)
class Heard:
    """What OCR beside a model gave: words in page units, or the reason why there are none."""

    words: Sequence[Word] = ()
    reason: str = ""
    turn: int = 0


def find_witness(image: PageImage, output: PageOutput, heard: Heard | None = None) -> Witness | None:
    """The page's own words, or None where nothing can vouch for what stands on it."""
    if image.text.quality is TextQuality.SOUND and image.text.words:
        words = output.words if "glyphs_from_ocr" in output.flags else image.text.words
        return Witness(words, squeeze_all([word.text for word in words]), "text_layer")
    if output.words:
        return Witness(output.words, squeeze_all([word.text for word in output.words]), "ocr")
    if heard is not None and heard.words:
        return Witness(heard.words, squeeze_all([word.text for word in heard.words]), "ocr", heard.turn)
    return None


def owners(words: Sequence[Word], boxes: Sequence[Box | None], backdrops: Sequence[bool]) -> NDArray[np.intp]:
    """For each word the index of the smallest box around its centre, -1 where there is none.

    A backdrop (a figure) yields to text in a box of its own size.
    """
    placed = [(place, box) for place, box in enumerate(boxes) if box is not None]
    found = np.full(len(words), -1, np.intp)
    if not placed or not words:
        return found
    placed.sort(key=lambda item: area(item[1]) * (1.1 if backdrops[item[0]] else 1.0))
    places = np.array([place for place, _ in placed], np.intp)
    x0, y0, x1, y1 = np.array([box for _, box in placed], np.float64).T
    sides = list(chain.from_iterable([word.bbox for word in words]))  # from tuples it would take thrice the time
    spots = np.array(sides, np.float64).reshape(-1, 4)
    x, y = (spots[:, 0] + spots[:, 2]) / 2, (spots[:, 1] + spots[:, 3]) / 2
    down = np.argsort(y, kind="stable")
    step = max(1, min(_STRIP, _AT_ONCE // len(placed)))
    for start in range(0, len(words), step):  # strips of the page: a word is compared with the boxes at its height
        strip = down[start : start + step]
        near = np.flatnonzero((y0 <= y[strip[-1]]) & (y[strip[0]] <= y1))
        if not len(near):
            continue
        xs, ys = x[strip, None], y[strip, None]
        inside = (x0[near] <= xs) & (xs <= x1[near]) & (y0[near] <= ys) & (ys <= y1[near])
        found[strip] = np.where(inside.any(axis=1), places[near[inside.argmax(axis=1)]], -1)
    return found
