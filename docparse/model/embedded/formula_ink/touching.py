"""Signs that touch one another in the print, parted where each of them is a known sign by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from docparse.model.embedded.formula_ink.blots import Blot, blots_of, ink_of, own_ink
from docparse.model.embedded.formula_ink.named import named

_KNOWN = 0.92  # likeness of a sign that stays whole
_LIKELY, _ALONE = 0.84, 0.1  # and of one that no other sign comes near
_PART, _BETTER = 0.87, 0.02  # and of each part of one that doesn't, and more than of the whole
_DARKER = (0.35, 0.5, 0.65, 0.8)  # of the way from paper to ink: what joins two signs is paler than they are
_CUTS = 8  # columns with little ink that are tried
_LEAST = 0.3  # of a capital's height: the longer side of a part
_LINE = 0.85  # ink of a row of pixels in the bar of a fraction
_SPECK = 0.12
_LOST = 0.1


def parted(
    pixels: NDArray[np.uint8], mask: NDArray[np.bool_], blots: Sequence[Blot], high: float
) -> tuple[NDArray[np.bool_], list[Blot]]:
    """The mask and blots with those that are no known sign, but two that touch, taken apart."""
    mask = mask.copy()
    found: list[Blot] = []
    for blot in blots:
        best: tuple[float, NDArray[np.bool_], list[Blot]] | None = None
        box = (slice(blot.y0, blot.y1), slice(blot.x0, blot.x1))
        least = _least(mask, blot, high)
        if least < 1:
            own = own_ink(mask[box])
            for part in _ways(pixels[box], own):
                pieces = [b for b in blots_of(part) if max(b.width, b.height) > _SPECK * high]
                score = _score(part, pieces, high) if _is_whole(blot, pieces, high) else 0.0
                if score > least and (best is None or score > best[0] + 0.02):
                    best = score, part, pieces
        if best is None:
            found.append(blot)
            continue
        mask[box] &= ~own
        mask[box] |= best[1]
        found += [Blot(b.x0 + blot.x0, b.y0 + blot.y0, b.x1 + blot.x0, b.y1 + blot.y0) for b in best[2]]
    return mask, sorted(found)


def _least(mask: NDArray[np.bool_], blot: Blot, high: float) -> float:
    """How like known signs the parts of a blot have to be for it to be two; 1 where it is none for sure."""
    if blot.width > 4 * high or blot.height < 0.35 * high or blot.height > 2.5 * high:
        return 1.0
    if blot.width < (0.5 if blot.height < 1.2 * high else 0.3) * high:
        return 1.0
    its = named(mask, [blot], high)
    if its.sure or its.likeness > _KNOWN:
        return 1.0
    if its.form is not None and its.sign != "¬" and its.likeness > _LIKELY and its.form.best[2] > _ALONE:
        return 1.0
    return (
        _PART if its.sign == "¬" else max(_PART, its.likeness + _BETTER)
    )  # what a bar and a sign at its end look like


def _ways(pixels: NDArray[np.uint8], own: NDArray[np.bool_]) -> Iterator[NDArray[np.bool_]]:
    """The ink of a blot with less and less of what is pale, and cut where it has least."""
    height, width = own.shape
    for least in _DARKER:
        yield own & ink_of(pixels, least)
    lines = own.mean(axis=1) > _LINE
    if 0 < lines.sum() < 0.25 * height:  # the bar of a fraction that a sign over or under it touches
        cut = own.copy()
        for y in np.flatnonzero(lines[1:] != lines[:-1]):
            cut[y if lines[y + 1] else y + 1] = False
        yield cut
    if height > 1.5 * width:  # one over the other
        levels = own.sum(axis=1)
        edge = height // 4
        for row in sorted(range(edge, height - edge), key=lambda row: int(levels[row]))[:_CUTS]:
            cut = own.copy()
            cut[row] = False
            yield cut
    counts = own.sum(axis=0)
    edge = max(2, width // 6)
    for x in sorted(range(edge, width - edge), key=lambda x: int(counts[x]))[:_CUTS]:
        cut = own.copy()
        cut[:, x] = False
        yield cut


def _is_whole(blot: Blot, pieces: Sequence[Blot], high: float) -> bool:
    """Whether no end of the blot is lost."""
    if not pieces:
        return False
    lost = (
        min(b.x0 for b in pieces), min(b.y0 for b in pieces),
        blot.width - max(b.x1 for b in pieces), blot.height - max(b.y1 for b in pieces),
    )  # fmt: skip
    return max(lost) < _LOST * high


def _score(ink: NDArray[np.bool_], pieces: Sequence[Blot], high: float) -> float:
    """How like known signs the least of the pieces is; 0 where it is none, or one piece."""
    if not 2 <= len(pieces) <= 4 or min(max(b.width, b.height) for b in pieces) < _LEAST * high:
        return 0.0
    return min(named(ink, [b], high).likeness for b in pieces)
