"""Pages that lie on their side or on their head: by how much to turn them, and boxes on the page so turned."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from docparse.checks.printed import printed
from docparse.checks.witness import Witness
from docparse.schemas.document import Block
from docparse.schemas.page import PageOutput, WordStyle

_WAYS = {int(WordStyle.UP): 90, int(WordStyle.LEFT): 180, int(WordStyle.DOWN): 270}
_ROTATED = int(WordStyle.ROTATED)
_SAMPLE = 400
_MOST = 0.6  # of the words
_CJK = "\u2e80"  # from here on scripts that are also written in columns


def turn_of(output: PageOutput, witness: Witness) -> int:
    """Degrees clockwise by which the page must be turned to be read: as the engine says, else as the words run."""
    said = (flag.removeprefix("turned:") for flag in output.flags if flag.startswith("turned:"))
    turn = next((int(degrees) for degrees in said if degrees in ("90", "180", "270")), 0)
    return turn or witness.turn or _way_of_words(witness)


def _way_of_words(witness: Witness) -> int:
    step = max(1, len(witness.words) // _SAMPLE)
    sample = range(0, len(witness.words), step)
    if not any(word.style & _ROTATED for word in witness.words[::step]):
        return 0
    for style, turn in _WAYS.items():
        count = sum(bool(witness.words[i].style & style) and witness.plain[i][:1] < _CJK for i in sample)
        if count > _MOST * len(sample):
            return turn
    return 0


def turned(boxes: NDArray[np.float64], turn: int) -> NDArray[np.float64]:
    """Boxes, shape (n, 4), on the page turned clockwise by `turn` degrees about its origin."""
    x0, y0, x1, y1 = boxes.T
    sides = {90: (-y1, x0, -y0, x1), 180: (-x1, -y1, -x0, -y0), 270: (y0, -x1, y1, -x0)}
    return np.stack(sides[turn], axis=1) if turn else boxes


def runs_sideways(block: Block) -> bool:
    """Whether the longest word would not fit into the block's box if it were set level: text along an axis, say."""
    text = printed(block).text
    if block.bbox is None or not text.strip():
        return False
    width, height = block.bbox[2] - block.bbox[0], block.bbox[3] - block.bbox[1]
    size = math.sqrt(width * height / (0.6 * len(text)))  # of type half as wide as high, on lines 1.2 apart
    return height > 1.4 * width and max(map(len, text.split())) * 0.5 * size > 1.3 * width
