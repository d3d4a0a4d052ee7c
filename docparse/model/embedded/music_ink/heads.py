"""Noteheads by their shape: filled ones, and hollow ones of half and whole notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from docparse.model.embedded.music_ink import raster
from docparse.model.embedded.music_ink.signs import Soft, fits
from docparse.model.embedded.music_ink.strip import SPACE, Strip

_CORE = 11  # px of a disc that fits into a filled head and into no beam
_WIDE, _HIGH = (0.6, 1.6), (0.6, 1.3)  # of one head's core, in spaces
_COVERED = 0.9  # of a head's ink that is there, where several touch
_BEAM = 2.6  # spaces: thick ink that is wider is a beam
_STOUT = 6  # px
_INKED = 0.6  # of a hollow head's ink that is there

Kind = Literal["black", "half", "whole"]
# least correlation, the share of its box that ink as thick as `_STOUT` may fill, and spaces that it is wide
_HOLLOW: dict[Kind, tuple[float, float, float]] = {"half": (0.62, 0.4, 1.18), "whole": (0.72, 0.5, 1.7)}
_SHARE = (0.2, 0.85)  # of a hollow head's box that is ink
_HOLE = (0.03, 0.9)  # of a square space


@dataclass(slots=True)
class Head:
    """A notehead: its middle in the strip and its step above the lowest line."""

    x: float
    y: float
    step: int
    kind: Kind
    score: float = 1.0


def find_heads(strip: Strip, soft: Soft, begin: int) -> list[Head]:
    """Heads from left to right, after the column `begin`."""
    black = _black_heads(strip, begin)
    hollow = [
        head for head in _hollow_heads(strip, soft, begin)
        if not any(abs(head.x - other.x) < 0.8 * SPACE and abs(head.y - other.y) < 0.8 * SPACE for other in black)
    ]  # fmt: skip
    return sorted(black + hollow, key=lambda head: (head.x, head.y))


def _black_heads(strip: Strip, begin: int) -> list[Head]:
    cores, labels = raster.parts(raster.opened_round(strip.bare, _CORE), diagonal=False)
    beams = _beams(strip)
    heads: list[Head] = []
    for core in cores:
        if core.x0 < begin or beams[round(core.y), round(core.x)]:
            continue
        if _WIDE[0] <= core.wide / SPACE <= _WIDE[1] and _HIGH[0] <= core.high / SPACE <= _HIGH[1]:
            heads.append(_head(strip, core.x, core.y, "black"))
        elif core.wide <= 2.8 * SPACE and core.high <= 9 * SPACE and core.wide * core.high > 1.2 * SPACE**2:
            heads += _several(strip, labels[core.y0 : core.y1, core.x0 : core.x1] == core.label, core.x0, core.y0)
    return heads


def _beams(strip: Strip) -> NDArray[np.bool_]:
    """Where thick ink goes on for longer than a head or two side by side are wide."""
    found, labels = raster.parts(_thick(strip), diagonal=False)
    wide = np.array([False, *(part.wide > _BEAM * SPACE for part in found)])
    return np.asarray(wide[labels], np.bool_)


def _thick(strip: Strip) -> NDArray[np.uint8]:
    return raster.opened(strip.bare, _STOUT, _STOUT)


def _head(strip: Strip, x: float, y: float, kind: Kind, score: float = 1.0) -> Head:
    step = round(strip.step(y))
    off = abs(strip.row(step) - y) / SPACE
    return Head(x, y, step, kind, score * (1 - off))


def _several(strip: Strip, core: NDArray[np.bool_], x0: int, y0: int) -> list[Head]:
    """Heads that touch, one after the other: the place that is covered best, then what is left."""
    head, gone = raster.ellipse(7, 6), raster.ellipse(9, 7)
    pad = SPACE
    left = np.pad(core.astype(np.float32), pad)
    heads: list[Head] = []
    for _ in range(8):
        windows = np.lib.stride_tricks.sliding_window_view(left, head.shape)
        cover = np.einsum("yxij,ij->yx", windows, head) / head.sum()
        rows = np.arange(cover.shape[0]) + y0 - pad + 6
        cover[np.abs((strip.bottom - rows + 4) % 8 - 4) > 2] = 0
        y, x = np.unravel_index(int(cover.argmax()), cover.shape)
        score = float(cover[y, x])
        if score < _COVERED:
            break
        heads.append(_head(strip, float(x) + 7 + x0 - pad, float(y) + 6 + y0 - pad, "black", min(1.0, score)))
        raster.wipe(left, int(x) + 7, int(y) + 6, gone)
    return heads


def _hollow_heads(strip: Strip, soft: Soft, begin: int) -> list[Head]:
    """Heads round a hole, or round the halves of one that a line crosses."""
    thick = _thick(strip)
    found: list[Head] = []
    for hole in raster.parts(1 - strip.ink, diagonal=False)[0]:
        if hole.x0 < begin or not (_HOLE[0] <= hole.size / SPACE**2 <= _HOLE[1] and hole.high <= 1.05 * SPACE):
            continue
        near = round(strip.step(hole.y))
        for step in (near - 1, near, near + 1):
            if abs(strip.row(step) - hole.y) < 0.6 * SPACE:
                found += _round_hole(strip, soft, thick, hole.x, step)
    found.sort(key=lambda head: -head.score)
    kept: list[Head] = []
    for head in found:
        if not any(abs(head.x - other.x) < 0.9 * SPACE and abs(head.y - other.y) < 0.7 * SPACE for other in kept):
            kept.append(head)
    return kept


def _round_hole(strip: Strip, soft: Soft, thick: NDArray[np.uint8], x: float, step: int) -> list[Head]:
    heads: list[Head] = []
    row = strip.row(step)
    top, bottom = max(0, round(row - 0.55 * SPACE)), round(row + 0.55 * SPACE)
    left, right = max(0, round(x - 0.65 * SPACE)), round(x + 0.65 * SPACE)
    inked = strip.bare[top:bottom, left:right]
    if not inked.size or not _SHARE[0] <= inked.mean() <= _SHARE[1] or thick[top:bottom, left:right].mean() > 0.5:
        return heads
    for kind, (least, most, wide) in _HOLLOW.items():
        edge = x - wide / 2 * SPACE
        for fit in fits([kind], soft, (edge - 5, edge + 5), row):
            cx, cy = (fit.x0 + fit.x1) / 2, (fit.y0 + fit.y1) / 2
            box = thick[max(0, round(cy - 0.55 * SPACE)) : round(cy + 0.55 * SPACE), round(cx - 0.65 * SPACE) :]
            if fit.score >= least and fit.covered >= _INKED and box[:, : round(1.3 * SPACE)].mean() <= most:
                heads.append(_head(strip, cx, cy, kind, fit.score))
    return heads
