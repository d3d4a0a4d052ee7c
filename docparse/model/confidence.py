"""Token log-probabilities become the confidence of blocks."""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Sequence

from docparse.geometry import Box, clip, scale
from docparse.schemas.document import Block
from docparse.schemas.page import PageImage, PageOutput

_BOXED = re.compile(r"""<[A-Za-z][^<>]*?data-bbox\s*=\s*["']([^"'<>]*)["'][^<>]*>""")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_NEAR = 1.0  # page units that rounding may move an edge


def add_confidence(blocks: Sequence[Block], output: PageOutput, image: PageImage) -> None:
    """Set the confidence of each block whose box stands in the output: the geometric mean of its tokens' probabilities.

    Counts the tokens of the text that an element holds; those of its markup where it holds none. Blocks that have a
    confidence keep it; without log-probabilities nothing is done.
    """
    if not output.token_logprobs:
        return
    found = _elements(output, image)
    for block in blocks:
        if block.confidence is None and block.bbox is not None:
            near = [value for box, value in found if _is_near(box, block.bbox)]
            if near:
                block.confidence = near[0]


def _elements(output: PageOutput, image: PageImage) -> list[tuple[Box, float]]:
    """(box in page units, confidence) of every element with a box, a wrapper and its inner element as one."""
    matches = list(_BOXED.finditer(output.html))
    found, number = [], 0
    while number < len(matches):
        first = matches[number]
        number += 1
        while number < len(matches) and matches[number][1] == first[1]:
            number += 1
        end = matches[number].start() if number < len(matches) else len(output.html)
        box = _numbers(first[1])
        value = _mean(output, first.end(), end, text_only=True)
        if value is None:
            value = _mean(output, first.start(), end)
        if box is not None and value is not None:
            found.append((clip(_to_units(box, output, image), image.width, image.height), value))
    return found


def _to_units(box: Box, output: PageOutput, image: PageImage) -> Box:
    if output.coordinates == "thousandths":
        return scale(box, image.width / 1000, image.height / 1000)
    return image.to_units(box)


def _numbers(text: str) -> Box | None:
    numbers = [float(part) for part in _NUMBER.findall(text)]
    if len(numbers) != 4:
        return None
    x0, x1 = sorted(numbers[::2])
    y0, y1 = sorted(numbers[1::2])
    return (x0, y0, x1, y1)


def _mean(output: PageOutput, start: int, end: int, *, text_only: bool = False) -> float | None:
    """Geometric mean of the probabilities of the tokens that begin in `start`..`end`; None if there are none.

    `text_only` leaves out tokens that begin inside a tag: markup is nearly certain and says nothing about the text.
    """
    html, offsets = output.html, output.token_offsets
    first, last = (bisect_left(offsets, place) for place in (start, end))
    logprobs = [
        output.token_logprobs[number]
        for number in range(first, last)
        if not text_only or html.rfind("<", start, offsets[number] + 1) <= html.rfind(">", start, offsets[number])
    ]
    if not logprobs:
        return None
    return round(min(1.0, math.exp(sum(logprobs) / len(logprobs))), 4)


def _is_near(a: Box, b: Box) -> bool:
    return all(abs(one - other) <= _NEAR for one, other in zip(a, b, strict=True))
