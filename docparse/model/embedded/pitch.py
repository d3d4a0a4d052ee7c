"""Monospaced type that OCR read: every letter of a line takes the same room, which no other type does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from docparse.schemas.page import PageImage, Word

_FULL, _LEAST_CONTRAST = 97, 24  # percentile of a word's contrast that is ink, and the least of it
_GAP = 0.2  # of a letter's room, which stays free behind the last
_EVEN, _NEAR = 0.035, 0.05  # deviation of the words of one line, and of a line from the page's room, relative
_SAME = 0.025
_END = 0.5  # of a room, which the first and last letter of a word may leave free
_LEAST_LETTERS, _LEAST_WORDS = 8, 8  # of a line that shows it, and of all such lines beyond the first of each
_SHADES = np.arange(256, dtype=np.float32)
_LINE_EM = 0.4  # between lines of one paragraph, at most
_REACH_EM = 2.2  # from a monospaced line to one that shows nothing: a bracket, a number


class _Pitch(NamedTuple):
    """Room of a letter in the words of a line, in pixels, with the number of letters of each."""

    rooms: NDArray[np.float64]
    letters: NDArray[np.float64]

    @property
    def mean(self) -> float:
        return float(np.average(self.rooms, weights=self.letters))

    def off(self, room: float) -> float:
        """How far the words deviate from a room, relative to it."""
        return float(np.sqrt(np.average((self.rooms / room - 1) ** 2, weights=self.letters)))


def even_pitched(rows: Mapping[int, Sequence[Word]], page: PageImage) -> set[int]:
    """Those of the source lines that are monospaced; none where few lines show it."""
    if page.pixels is None:
        return set()
    pitches = {line: pitch for line, row in rows.items() if (pitch := _pitch(row, page)) is not None}
    seeds = [
        pitch for pitch in pitches.values()
        if len(pitch.rooms) > 1 and pitch.letters.sum() >= _LEAST_LETTERS and pitch.off(pitch.mean) < _EVEN
    ]  # fmt: skip
    room = _common_room(seeds)
    if not room:
        return set()
    found = {line for line, pitch in pitches.items() if len(pitch.rooms) > 1 and pitch.off(room) < _NEAR}
    against = {line for line, pitch in pitches.items() if len(pitch.rooms) > 2 and pitch.off(room) > 2 * _NEAR}
    found -= _among(found, against, rows)
    silent = {line for line in rows.keys() - found if _may_be(rows[line], pitches.get(line), room)}
    return found | _beside(silent, found, rows)


def _may_be(row: Sequence[Word], pitch: _Pitch | None, room: float) -> bool:
    """Whether a line, too short to show its type, does not speak against the room: "}", "for (i = 0;"."""
    if not all(word.text.isascii() for word in row):
        return False
    if pitch is None:
        return not any(len(word.text) >= _LEAST_LETTERS for word in row)
    return bool((np.abs(pitch.rooms / room - 1) * pitch.letters < _END).all())


def _common_room(seeds: Sequence[_Pitch]) -> float:
    """The room that most words of the seeds have; 0 where they are too few to be no accident."""
    best, most = 0.0, 0
    for seed in seeds:
        same = [other for other in seeds if abs(other.mean / seed.mean - 1) < _SAME]
        words = sum(len(other.rooms) - 1 for other in same)
        if words > most:
            best, most = float(np.average([other.mean for other in same])), words
    return best if most >= _LEAST_WORDS else 0.0


def _beside(silent: set[int], found: set[int], rows: Mapping[int, Sequence[Word]]) -> set[int]:
    """Lines that show nothing themselves, right over, under or in the row of monospaced ones."""
    known = [_box(rows[line]) for line in found]
    result = set()
    for line in silent:
        x0, y0, x1, y1 = _box(rows[line])
        reach = _REACH_EM * rows[line][0].size
        if any(y0 - reach < v1 and v0 < y1 + reach and u0 - reach < x1 and x0 < u1 for u0, v0, u1, v1 in known):
            result.add(line)
    return result


def _among(found: set[int], others: set[int], rows: Mapping[int, Sequence[Word]]) -> set[int]:
    """Lines of `found` that go on from lines of other type, or these from them, and from none of their own."""

    def goes_on(line: int, beside: set[int]) -> bool:
        x0, y0, x1, y1 = _box(rows[line])
        reach = _LINE_EM * rows[line][0].size
        boxes = (_box(rows[other]) for other in beside if other != line)
        return any(
            min(x1, u1) - max(x0, u0) > 0.5 * min(x1 - x0, u1 - u0) and max(v0 - y1, y0 - v1) < reach
            for u0, v0, u1, v1 in boxes
        )

    return {line for line in found if goes_on(line, others) and not goes_on(line, found)}


def _box(row: Sequence[Word]) -> tuple[float, float, float, float]:
    return row[0].bbox[0], row[0].bbox[1], row[-1].bbox[2], row[0].bbox[3]


def _pitch(row: Sequence[Word], page: PageImage) -> _Pitch | None:
    """What the words with letters show; digits take the same room in many types."""
    assert page.pixels is not None
    rooms, letters = [], []
    for word in row:
        if len(word.text) < 2 or not word.text.isascii() or not any(map(str.isalpha, word.text)):
            continue
        x0, y0, x1, y1 = (max(0, round(side)) for side in page.to_px(word.bbox))
        patch = print_of(page.pixels[y0:y1, max(0, x0 - 2) : x1 + 3, 1])
        if patch is not None:
            columns = np.flatnonzero(patch.max(axis=0) > 0.5)
            rooms.append((columns[-1] - columns[0] + 1) / (len(word.text) - _GAP))
            letters.append(len(word.text))
    return _Pitch(np.array(rooms, np.float64), np.array(letters, np.float64)) if rooms else None


def print_of(patch: NDArray[np.uint8], *, full: int = _FULL) -> NDArray[np.float32] | None:
    """How much of each pixel of a word is ink, whatever the colours of print and ground; `full` is the percentile of
    contrast that is."""
    if min(patch.shape) < 4:
        return None
    # by counting shades: np.median and np.percentile take six times as long on so few pixels
    counts, last = np.bincount(patch.ravel(), minlength=256), patch.size - 1
    low, high = np.searchsorted(np.cumsum(counts), (last // 2, patch.size // 2), side="right").tolist()
    off = np.abs(_SHADES - np.float32((low + high) / 2))
    order, place = np.argsort(off, kind="stable"), int(last * full / 100)
    ranks = np.searchsorted(np.cumsum(counts[order]), (place, min(place + 1, last)), side="right")
    under, over = off[order[ranks]].tolist()
    most = under + (over - under) * (last * full / 100 - place)
    if most < _LEAST_CONTRAST:
        return None
    ink: NDArray[np.float32] = np.clip(off / most, 0, 1)
    return ink[patch]
