"""Noteheads by their shape: filled ones, and hollow ones of half and whole notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from docparse.model.embedded.music_ink.signs import Mask, correlation, coverage, signs
from docparse.model.embedded.music_ink.strip import SPACE, Strip

_CORE = 11  # px of a disc that fits into a filled head and into no beam
_WIDE, _HIGH = (0.6, 1.6), (0.6, 1.3)  # of one head's core, in spaces
_COVERED = 0.9  # of a head's ink that is there, where several touch
_BEAM = 2.6  # spaces: thick ink that is wider is a beam
_STOUT = 6  # px
_INKED = 0.6  # of a hollow head's ink that is there
_OFF = 0.3  # spaces that a head may be off its step

Kind = Literal["black", "half", "whole"]
# least correlation, and the share of its box that ink as thick as `_STOUT` may fill
_HOLLOW: dict[Kind, tuple[float, float]] = {"half": (0.62, 0.22), "whole": (0.72, 0.5)}


@dataclass(slots=True)
class Head:
    """A notehead: its middle in the strip and its step above the lowest line."""

    x: float
    y: float
    step: int
    kind: Kind
    score: float = 1.0


def find_heads(strip: Strip, soft: Mask, begin: int) -> list[Head]:
    """Heads from left to right, after the column `begin`."""
    black = _black_heads(strip, begin)
    hollow = [
        head for head in _hollow_heads(strip, soft, begin)
        if not any(abs(head.x - other.x) < 0.8 * SPACE and abs(head.y - other.y) < 0.8 * SPACE for other in black)
    ]  # fmt: skip
    return sorted(black + hollow, key=lambda head: (head.x, head.y))


def _black_heads(strip: Strip, begin: int) -> list[Head]:
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_CORE, _CORE))
    cores = cv2.morphologyEx(strip.bare, cv2.MORPH_OPEN, disc)
    _, labels, stats, middles = cv2.connectedComponentsWithStats(cores, connectivity=4)
    beams = _beams(strip)
    heads: list[Head] = []
    for label in range(1, len(stats)):
        x0, y0, wide, high, _ = (int(value) for value in stats[label])
        if x0 < begin or beams[round(middles[label][1]), round(middles[label][0])]:
            continue
        if _WIDE[0] * SPACE <= wide <= _WIDE[1] * SPACE and _HIGH[0] * SPACE <= high <= _HIGH[1] * SPACE:
            x, y = middles[label]
            heads.append(_head(strip, float(x), float(y), "black"))
        elif wide <= 2.8 * SPACE and high <= 9 * SPACE and wide * high > 1.2 * SPACE**2:
            heads += _several(strip, labels[y0 : y0 + high, x0 : x0 + wide] == label, x0, y0)
    return heads


def _beams(strip: Strip) -> NDArray[np.bool_]:
    """Where thick ink goes on for longer than a head or two side by side are wide."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(_thick(strip), connectivity=4)
    wide = stats[:, cv2.CC_STAT_WIDTH] > _BEAM * SPACE
    wide[0] = False
    return np.asarray(wide[labels], np.bool_)


def _thick(strip: Strip) -> NDArray[np.uint8]:
    return np.asarray(cv2.morphologyEx(strip.bare, cv2.MORPH_OPEN, np.ones((_STOUT, _STOUT), np.uint8)), np.uint8)


def _head(strip: Strip, x: float, y: float, kind: Kind, score: float = 1.0) -> Head:
    step = round(strip.step(y))
    off = abs(strip.row(step) - y) / SPACE
    return Head(x, y, step, kind, score * (1 - off))


def _several(strip: Strip, core: NDArray[np.bool_], x0: int, y0: int) -> list[Head]:
    """Heads that touch, one after the other: the place that is covered best, then what is left."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (15, 13)).astype(np.float32)
    pad = SPACE
    left = np.pad(core.astype(np.float32), pad)
    heads: list[Head] = []
    for _ in range(8):
        cover = cv2.filter2D(left, -1, disc / disc.sum(), borderType=cv2.BORDER_CONSTANT)
        steps = np.arange(cover.shape[0]) + y0 - pad
        on_step = np.abs((strip.bottom - steps + 4) % 8 - 4) <= 2
        cover[~on_step] = 0
        _, score, _, (x, y) = cv2.minMaxLoc(cover)
        if score < _COVERED:
            break
        heads.append(_head(strip, x + x0 - pad, y + y0 - pad, "black", min(1.0, score)))
        cv2.ellipse(left, (x, y), (9, 7), 0, 0, 360, 0.0, -1)
    return heads


def _hollow_heads(strip: Strip, soft: Mask, begin: int) -> list[Head]:
    found: list[Head] = []
    thick = _thick(strip)
    for kind, (least, most) in _HOLLOW.items():
        for sign in signs()[kind]:
            table = correlation(soft, sign.mask)
            peaks = (table >= least) & (table == cv2.dilate(table, np.ones((9, 9))))
            high, wide = sign.mask.shape
            for y, x in np.argwhere(peaks).tolist():
                cx, cy = x + wide / 2, y + high / 2
                off = abs(strip.row(round(strip.step(cy))) - cy)
                if cx < begin or off > _OFF * SPACE or coverage(soft, sign.mask, x, y) < _INKED:
                    continue
                stout = thick[max(0, round(cy - 0.55 * SPACE)) : round(cy + 0.55 * SPACE), round(cx - 0.65 * SPACE) :]
                if stout[:, : round(1.3 * SPACE)].mean() <= most and _is_hollow(strip, cx, cy):
                    found.append(_head(strip, cx, cy, kind, float(table[y, x])))
    found.sort(key=lambda head: -head.score)
    kept: list[Head] = []
    for head in found:
        if not any(abs(head.x - other.x) < 0.9 * SPACE and abs(head.y - other.y) < 0.7 * SPACE for other in kept):
            kept.append(head)
    return kept


def _is_hollow(strip: Strip, x: float, y: float) -> bool:
    """Whether there is a hole in the middle, closed on all sides."""
    reach = round(1.2 * SPACE)
    x0, y0 = round(x) - reach, round(y) - reach
    window = strip.ink[max(0, y0) : y0 + 2 * reach + 1, max(0, x0) : x0 + 2 * reach + 1]
    _, labels, stats, _ = cv2.connectedComponentsWithStats(1 - window, connectivity=4)
    middle = labels[max(0, reach - 3) : reach + 4, max(0, reach - 3) : reach + 4]
    size = 0
    for label in np.unique(middle[middle > 0]).tolist():
        left, top, wide, high, count = stats[label].tolist()
        if left == 0 or top == 0 or left + wide == window.shape[1] or top + high == window.shape[0]:
            return False
        if high > 1.05 * SPACE:
            return False
        size += count
    return size >= 0.06 * SPACE**2
