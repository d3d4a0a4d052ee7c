"""Reading order against the page: blocks that come in the output before what stands above them.

Geometry says which of two blocks in one column, or in one row, is read first; the order in which a text layer was drawn
is asked as a second witness, because cards, forms and marginal notes are read in more than one way.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from docparse.checks.agreement import Agreement, BlockMatch
from docparse.checks.turn import runs_sideways, turned
from docparse.checks.witness import Witness
from docparse.schemas.document import Block, Caption, Footnote, Formula, Image, PageFooter, PageHeader, PageNumber
from docparse.schemas.page import WordStyle

_ASIDE = (PageHeader, PageFooter, PageNumber, Footnote, Caption, Image)  # may stand anywhere in the order
_WINDOW = 240  # blocks compared with one another; pages with more are looked at piece by piece
_TRUSTED = 0.2  # share of geometry's verdicts that the drawing order may contradict before it is no witness
_FEW = 20  # verdicts of geometry, below which that share says nothing
_RTL_SHARE = 0.5
_ROTATED = int(WordStyle.ROTATED)


def order_faults(
    blocks: Sequence[Block], agreement: Agreement, witness: Witness, turn: int = 0
) -> list[tuple[int, int]]:
    """Pairs of places in `blocks` (earlier, later) of which the later one should have been read first.

    `turn` is by how many degrees clockwise the page must be turned to be read.
    """
    drawn = witness.source == "text_layer"
    aside = _ASIDE if drawn else (*_ASIDE, Formula)  # a wide one hangs over into the next column
    seats = [
        place
        for place, block in enumerate(blocks)
        if block.bbox and not isinstance(block, aside) and (turn or not _lies(block, agreement.blocks[place], witness))
    ]
    if len(seats) < 2:
        return []
    mirrored = _right_to_left(witness)
    faults: list[tuple[int, int]] = []
    for start in range(0, max(1, len(seats) - _WINDOW // 2), _WINDOW // 2):
        part = seats[start : start + _WINDOW]
        boxes = turned(np.array([blocks[place].bbox for place in part], np.float64), turn)
        if mirrored:
            boxes[:, [0, 2]] = -boxes[:, [2, 0]]
        middles = [_middle(agreement.blocks[place].words) if drawn else -1 for place in part]
        faults += [(part[i], part[j]) for i, j in _contradictions(boxes, np.array(middles, np.intp))]
    return list(dict.fromkeys(faults))


def _middle(words: list[int]) -> int:
    return words[len(words) // 2] if words else -1


def _contradictions(boxes: NDArray[np.float64], drawn: NDArray[np.intp]) -> list[tuple[int, int]]:
    """Pairs (i, j), i before j in the output, that stand the other way round on the page."""
    x0, y0, x1, y1 = boxes.T
    across = np.minimum(x1[:, None], x1) - np.maximum(x0[:, None], x0)
    along = np.minimum(y1[:, None], y1) - np.maximum(y0[:, None], y0)
    wide, high = np.minimum((x1 - x0)[:, None], x1 - x0), np.minimum((y1 - y0)[:, None], y1 - y0)
    stacked = (along < 0.3 * high) & (across > 0.5 * wide)
    beside = (along > 0.5 * high) & (across <= 1) & ~stacked
    later = np.triu(np.ones((len(boxes), len(boxes)), bool), 1)
    above = (y0 + y1)[None, :] < (y0 + y1)[:, None]  # [i, j]: j stands above i
    left = x0[None, :] < x0[:, None]
    known = (drawn >= 0)[:, None] & (drawn >= 0)[None, :]
    sooner = known & (drawn[None, :] < drawn[:, None])  # [i, j]: j was drawn before i
    verdict = np.where(stacked, above, left)  # geometry: j first
    decided = later & known & (stacked | beside)
    against = int((decided & (verdict != sooner)).sum())
    count = int(decided.sum())
    up = later & stacked & above
    if against > _TRUSTED * count:
        found = up if count < _FEW else up & (sooner | ~known)
    else:
        found = (up & (sooner | ~known)) | (later & beside & left & sooner)
    return [(int(i), int(j)) for i, j in np.argwhere(found)]


def _lies(block: Block, match: BlockMatch, witness: Witness) -> bool:
    """Whether most of its words run up or down the page: labels of axes and sideways tables have no order here.

    OCR does not say how its words run.
    """
    if "rotated" in block.flags:
        return True
    if witness.source == "ocr":
        return runs_sideways(block)
    sample = match.words[:20]
    return sum(bool(witness.words[place].style & _ROTATED) for place in sample) > 0.5 * len(sample)


def _right_to_left(witness: Witness) -> bool:
    """Whether most letters at the starts of words are Arabic, Hebrew or of a script like them."""
    sample = [word for word in witness.plain[:400] if word and not word[0].isascii()]
    turned = sum(unicodedata.bidirectional(word[0]) in ("R", "AL") for word in sample)
    return turned > _RTL_SHARE * min(len(witness.plain), 400)
