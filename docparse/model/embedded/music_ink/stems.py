"""Upright strokes: stems with the beams or flags at their ends, and bar lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from docparse.model.embedded.music_ink import raster
from docparse.model.embedded.music_ink.heads import Head
from docparse.model.embedded.music_ink.signs import Soft, fits
from docparse.model.embedded.music_ink.strip import SPACE, Strip

_LEAST = 1.9  # spaces: of an upright stroke
_THIN, _THICK = 0.45, 1.1  # spaces wide at most: a stem, a thick bar line
_FREE = 1.6  # spaces of a stem between its tip and the nearest head at least
_GAP = 5  # px of a stroke that are bridged
_BEAM, _MOST_BEAM = (0.26, 0.85), 4  # spaces thick; beams on a stem
_APART = (0.45, 1.05)  # spaces between the middles of two beams
_FLAG, _LONE_FLAG = 0.5, 0.6  # least correlation of a flag, and of one that is not seen beside the stem's tip


@dataclass(slots=True)
class Stroke:
    """An upright stroke of ink: its middle column, its ends, and how wide it is."""

    x: float
    top: float
    bottom: float
    wide: float


@dataclass(slots=True)
class Stem:
    x: float
    top: float
    bottom: float
    up: bool
    heads: list[Head]
    left: int = 0  # beams to either side
    right: int = 0
    flags: int = 0
    score: float = 1.0
    beam: int = -1  # stems under one beam have one number

    @property
    def tip(self) -> float:
        return self.top if self.up else self.bottom

    @property
    def beams(self) -> int:
        return max(self.left, self.right, self.flags)


def find_strokes(strip: Strip) -> list[Stroke]:
    whole = raster.closed(strip.bare, _GAP, 1)
    tall = raster.opened(raster.dilated(whole, 1, 3), round(_LEAST * SPACE), 1)
    found = []
    for part in raster.parts(tall, diagonal=False)[0]:
        if part.wide - 2 <= _THIN * SPACE:
            found.append(Stroke(part.x0 + (part.wide - 1) / 2, part.y0, part.y1, part.wide - 2))
        else:  # a thick bar line, a stem with the heads of a chord, a clef's curve
            found += _parted(tall[part.y0 : part.y1, part.x0 : part.x1], part.x0, part.y0)
    return sorted(found, key=lambda stroke: stroke.x)


def _parted(part: NDArray[np.uint8], x0: int, y0: int) -> list[Stroke]:
    """Strokes that something broad joins: the columns in which most of it stands."""
    tall = part.sum(axis=0)
    full = np.flatnonzero(tall >= 0.8 * tall.max())
    found = []
    for group in np.split(full, np.flatnonzero(np.diff(full) > 1) + 1):
        if len(group) - 2 <= _THICK * SPACE:
            rows = np.flatnonzero(part[:, group].any(axis=1))
            found.append(Stroke(x0 + float(group.mean()), y0 + int(rows[0]), y0 + int(rows[-1]) + 1, len(group) - 2))
    return found


def find_stems(strip: Strip, soft: Soft, strokes: Sequence[Stroke], heads: Sequence[Head]) -> list[Stem]:
    """Strokes with heads on them, and what hangs at their ends. Heads of whole notes have none."""
    stems: list[Stem] = []
    for stroke in strokes:
        if stroke.wide > _THIN * SPACE:
            continue
        own = [head for head in heads if head.kind != "whole" and _is_on(head, stroke)]
        if not own:
            continue
        over = min(head.y for head in own) - stroke.top
        under = stroke.bottom - max(head.y for head in own)
        if max(over, under) < 1.2 * SPACE:
            own = _at_one_end(stroke, own)
            over, under = own[0].y - stroke.top, stroke.bottom - own[-1].y
        if max(over, under) >= 1.2 * SPACE:
            stem = Stem(stroke.x, stroke.top, stroke.bottom, over > under, own)
            stem.heads = [h for h in own if abs(h.y - stem.tip) > _FREE * SPACE] or own  # flags bulge like heads
            stems.append(stem)
    stems = _one_each(stems)
    for stem in stems:
        _hang(strip, soft, stem)
    for before, stem, after in zip(stems, stems[1:], stems[2:], strict=False):
        _level(strip, before, stem, after)
    _group(stems)
    return stems


def without_strokes(heads: Sequence[Head], strokes: Sequence[Stroke]) -> list[Head]:
    """Heads but those taken for whole notes that an upright stroke touches: gaps between stems and beams."""
    return [
        head
        for head in heads
        if head.kind != "whole"
        or not any(
            abs(head.x - stroke.x) < 0.9 * SPACE
            and stroke.top - 0.2 * SPACE < head.y < stroke.bottom + 0.2 * SPACE
            and stroke.wide <= _THIN * SPACE
            for stroke in strokes
        )
    ]


def _at_one_end(stroke: Stroke, heads: list[Head]) -> list[Head]:
    """The heads at the end at which they stand on the right side of the stroke: left of it below, right of it above."""
    low = [head for head in heads if head.x < stroke.x and stroke.bottom - head.y < head.y - stroke.top]
    high = [head for head in heads if head.x > stroke.x and stroke.bottom - head.y > head.y - stroke.top]
    chosen = low if sum(h.score for h in low) >= sum(h.score for h in high) else high
    return sorted(chosen or heads, key=lambda head: head.y)


def _is_on(head: Head, stroke: Stroke) -> bool:
    away = abs(head.x - stroke.x) / SPACE
    return 0.25 <= away <= 0.95 and stroke.top - 0.5 * SPACE <= head.y <= stroke.bottom + 0.5 * SPACE


def _one_each(stems: list[Stem]) -> list[Stem]:
    """Every head on one stem: the one that ends at it, on the side where stems stand."""
    owner: dict[int, Stem] = {}
    for stem in stems:
        for head in stem.heads:
            rival = owner.get(id(head))
            if rival is None or _strain(stem, head) < _strain(rival, head):
                owner[id(head)] = stem
    for stem in stems:
        stem.heads = [head for head in stem.heads if owner[id(head)] is stem]
    return [stem for stem in stems if stem.heads]


def _strain(stem: Stem, head: Head) -> float:
    """How odd a head is on a stem: heads are to the left of stems that go up, right of those that go down."""
    off = (stem.x - head.x) if stem.up else (head.x - stem.x)
    end = stem.bottom - head.y if stem.up else head.y - stem.top
    return abs(off - 0.55 * SPACE) + (SPACE if off < 0 else 0) + 0.3 * abs(end)


def _hang(strip: Strip, soft: Soft, stem: Stem) -> None:
    """Counts the beams on both sides of a stem, else its flags."""
    nearest = min(h.y for h in stem.heads) if stem.up else max(h.y for h in stem.heads)
    left, right = (_beams(strip, stem, nearest, side) for side in (-1, 1))
    ends = any(_goes_on(strip, stem, y, side) for side, rows in ((-1, left), (1, right)) for y in rows[:1])
    if not ends and _cut(strip, stem, nearest):
        left, right = (_beams(strip, stem, nearest, side) for side in (-1, 1))
    stem.left, stem.right = len(left), len(right)
    if left or any(_goes_on(strip, stem, y, 1) for y in right):
        return
    stem.right = 0
    way = "up" if stem.up else "down"
    names = [f"flag-{n}-{way}" for n in (8, 16, 32)]
    found = fits(names, soft, (stem.x - 3, stem.x + 2), stem.tip, 5)
    if found and found[0].score >= (_FLAG if right else _LONE_FLAG):
        stem.flags = names.index(found[0].name) + 1
        stem.score = found[0].score


def _level(strip: Strip, before: Stem, stem: Stem, after: Stem) -> None:
    """Ends a stem at the beam of its neighbours where the number of a tuplet over it made it longer."""
    if not (before.up == stem.up == after.up and before.right and after.left):
        return
    level = before.tip + (after.tip - before.tip) * (stem.x - before.x) / max(1.0, after.x - before.x)
    over = (level - stem.tip) if stem.up else (stem.tip - level)
    nearest = min(h.y for h in stem.heads) if stem.up else max(h.y for h in stem.heads)
    if not 0.5 * SPACE < over < 3 * SPACE or abs(nearest - level) < 1.2 * SPACE:
        return
    if stem.up:
        stem.top = level
    else:
        stem.bottom = level
    stem.left, stem.right = (len(_beams(strip, stem, nearest, side, over=0.1)) for side in (-1, 1))
    stem.flags = 0


def _cut(strip: Strip, stem: Stem, nearest: float) -> bool:
    """Ends a stem at its beam where something over the beam, the number of a tuplet, made it longer."""
    way = 1 if stem.up else -1
    for away in range(round(0.8 * SPACE), round(2.4 * SPACE)):
        y = stem.tip + way * away
        if (nearest - y) * way < 1.2 * SPACE:
            return False
        if _goes_on(strip, stem, y, -1) and _goes_on(strip, stem, y, 1):
            if stem.up:
                stem.top = y - 0.25 * SPACE
            else:
                stem.bottom = y + 0.25 * SPACE
            return True
    return False


def _beams(strip: Strip, stem: Stem, nearest: float, side: int, over: float = 0.6) -> list[float]:
    """Rows of the beams beside a stem, from `over` spaces before its tip on."""
    x = round(stem.x + side * 0.45 * SPACE)
    if not 2 <= x < strip.bare.shape[1] - 2:
        return []
    way = 1 if stem.up else -1
    start = round(stem.tip - way * over * SPACE)
    stop = round(nearest - way * 0.55 * SPACE)
    if (stop - start) * way <= 0:
        return []
    rows = np.arange(start, stop, way)
    rows = rows[(rows >= 0) & (rows < len(strip.bare))]
    column = strip.bare[rows, x]
    edges = np.flatnonzero(np.diff(np.concatenate([[0], column, [0]])))
    found: list[float] = []
    for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        thick = last - first
        middle = float(rows[first]) + way * (thick - 1) / 2
        if thick < _BEAM[0] * SPACE or not _touches(strip, stem, middle, side):
            continue
        if not found and abs(middle - stem.tip) > 1.1 * SPACE:
            break
        if found and abs(middle - found[-1]) > 1.35 * SPACE:
            break
        if last == len(column) and thick < 0.45 * SPACE and found:
            break
        many = max(1, round((thick / SPACE + 0.25) / 0.75)) if thick > _BEAM[1] * SPACE else 1
        for n in range(many):
            found.append(float(rows[first]) + way * thick * (n + 0.5) / many)
    return found[:_MOST_BEAM]


def _touches(strip: Strip, stem: Stem, y: float, side: int) -> bool:
    """Whether a beam begins at the stem: signs before a head stand apart from it."""
    ends = sorted((stem.x + side * 2, stem.x + side * 0.45 * SPACE))
    band = strip.bare[max(0, round(y) - 3) : round(y) + 4, round(ends[0]) : round(ends[1]) + 1]
    return bool(band.size and band.any(axis=0).all())


def _goes_on(strip: Strip, stem: Stem, y: float, side: int) -> bool:
    """Whether a beam is as thick a good way on: flags thin out or hang down."""
    first = last = 0.0
    for away in range(round(0.3 * SPACE), round(1.35 * SPACE)):
        x = round(stem.x + side * away)
        if not 0 <= x < strip.bare.shape[1]:
            return False
        low, high = max(0, round(y - 0.3 * SPACE)), round(y + 0.3 * SPACE) + 1
        rows = np.flatnonzero(strip.bare[low:high, x])
        if not len(rows):
            return False
        y = low + float(rows.mean())
        first, last = (first or y), y
    return abs(last - first) < 0.9 * SPACE


def _group(stems: list[Stem]) -> None:
    """Numbers the groups of stems that a beam joins."""
    number = -1
    for stem, after in pairwise(stems):
        if stem.right and after.left:
            if stem.beam < 0:
                number += 1
                stem.beam = number
            after.beam = stem.beam
