"""Staves of a page: five even lines, followed from left to right however they lean or sag."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from docparse.model.embedded.music_ink import raster

LINES = 5
_CLOSED, _OPENED = 5, 31  # px of gaps in a line that are bridged, and of ink along a line that is a line's
_STRIPE = 32  # px
_LARGE, _FINE = 1500, 7.0  # px of an image's width, and of a space in it made smaller that is well seen
_LEAST_SPACE, _MOST_SPACE = 3.5, 60.0  # px between lines
_CLEAR, _SHARP, _BESIDE = 6.0, 9.0, 0.4  # px to a space from which lines stand clear; share of ink right beside them
_CLOSE = (0.28, 0.2)  # spaces that "beside" is, in small staves and in others
_THICK = 0.3  # of a space
_AROUND, _CROWDED = (0.12, 0.2, 0.4), 0.31  # spaces over and under lines; share of ink there, beyond which it is text
_OFF_PX = 2.5  # beyond the ink of a line itself
_UNBROKEN, _LETTERS = 12.0, 0.8  # spaces that a line usually runs without a gap, and that letters do
_LEAST_LINE_SHARE = 0.6  # of a stripe
_LEAST_STRIPES, _LEAST_SPACES = 4, 10.0  # a staff's width in stripes and in its spaces
_LEAST_SEEN = 2  # of these, with all five lines: elsewhere four will do
_FULL, _HELD = 0.7, 0.4  # share of the stripes of a short staff and of a long one that show five lines
_MOST_MISSING = 6  # stripes in a row without lines, under a clef or a thick chord
_PALE = 0.3  # of the way from paper to ink: thin lines of scans are grey
_VALLEY = 0.12  # of that way by which a faint line is darker than what is over and under it,
_DARK, _PARTS, _ASIDE_PX, _THROUGH = 170, 4, 3, 0.5  # of a first look: grey of ink, parts of the width, share inked
_ALONG, _BESIDE_PX = 9, (2, 4)  # looked at over so many px along the line, and so many px away


Chain = list[tuple[int, float, float]]  # (stripe, y of the middle line, space)
Path = tuple[NDArray[np.int64], NDArray[np.float64]]  # columns, and y of the middle line in each


@dataclass(frozen=True, slots=True)
class Staff:
    """A staff in pixels: y of its middle line at each `x`, the space between lines, its ends."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    space: float
    left: float
    right: float

    def middle(self, at: float) -> float:
        return float(np.interp(at, self.x, self.y))

    def scaled(self, times: float) -> Staff:
        return Staff(self.x * times, self.y * times, self.space * times, self.left * times, self.right * times)

    @property
    def slope(self) -> float:
        if len(self.x) < 2:
            return 0.0
        return float(np.polyfit(self.x, self.y, 1)[0])

    @property
    def box(self) -> tuple[float, float, float, float]:
        return self.around(0.0)

    def around(self, spaces: float) -> tuple[float, float, float, float]:
        """The staff's box and some spaces over and under it."""
        reach = ((LINES - 1) / 2 + spaces) * self.space
        return (self.left, float(self.y.min()) - reach, self.right, float(self.y.max()) + reach)


def may_hold_staves(grey: NDArray[np.uint8]) -> bool:
    """Whether five thin dark lines run level through a quarter of the width: a look that costs next to nothing."""
    dark = grey < _DARK
    wide = dark.shape[1] // _PARTS
    if len(dark) <= 2 * _ASIDE_PX or not wide:
        return False
    share = dark[:, : wide * _PARTS].reshape(len(dark), _PARTS, wide).mean(axis=2)
    thin = share[_ASIDE_PX:-_ASIDE_PX] - np.maximum(share[: -2 * _ASIDE_PX], share[2 * _ASIDE_PX :]) > _THROUGH
    return bool((thin.sum(axis=0) >= LINES).any())


def find_staves(grey: NDArray[np.uint8]) -> list[Staff]:
    """Staves from top to bottom; those beside one another from left to right.

    Large images are looked at in half or a quarter of their size first, where noise matters less; what shows no staff
    there has none.
    """
    if grey.shape[1] > _LARGE:
        factor = 2 if grey.shape[1] <= 2 * _LARGE else 4
        found = _staves(np.asarray(Image.fromarray(grey).reduce(factor)))
        if not found or min(staff.space for staff in found) > _FINE:
            return [staff.scaled(factor) for staff in found]
    return _staves(grey)


def _staves(grey: NDArray[np.uint8]) -> list[Staff]:
    paper = float(np.quantile(grey[::4, ::4], 0.7))
    pale = _pale_ink(grey, paper)
    lines = _level_lines(pale)
    if not lines.any():
        return []
    count = grey.shape[1] // _STRIPE
    columns = np.ascontiguousarray(lines[:, : count * _STRIPE].T)  # sums over whole rows take a tenth of the time
    rows = [_rows(share) for share in columns.reshape(count, _STRIPE, -1).sum(axis=1, dtype=np.uint16) / _STRIPE]
    chains: list[Chain] = []
    for stripe, found in enumerate(rows):
        for middle, space in _fives(*found):
            _join(chains, stripe, middle, space)
    whole = sorted((chain for chain in chains if len(chain) >= _LEAST_SEEN), key=len, reverse=True)
    staves = [staff for chain in whole if (staff := _staff(_extended(chain, rows), grey, pale, paper)) is not None]
    return _ordered(_apart(staves))


def _pale_ink(grey: NDArray[np.uint8], paper: float) -> NDArray[np.uint8]:
    """What is darker than paper by some, or than what is over and under it by a little: 1 or 0."""
    dark = float(np.quantile(grey[::2, ::2], 0.005))
    if paper - dark < 40:
        return np.zeros_like(grey)
    ink = grey < paper - _PALE * (paper - dark)
    level = raster.smooth(grey.astype(np.float32), _ALONG)
    for off in _BESIDE_PX:
        padded = np.pad(level, ((off, off), (0, 0)), mode="edge")
        ink |= np.minimum(padded[: -2 * off], padded[2 * off :]) - level > _VALLEY * (paper - dark)
    return ink.astype(np.uint8)


def _level_lines(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Thin ink that runs level."""
    return raster.opened(raster.closed(ink, 1, _CLOSED), 1, _OPENED)


def _rows(share: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Middles of the lines in a stripe, and how thick they are; `share` of each of its rows is ink."""
    full = np.flatnonzero(share >= _LEAST_LINE_SHARE)
    if len(full) < LINES:
        return np.zeros(0), np.zeros(0)
    parts = np.split(full, np.flatnonzero(np.diff(full) > 1) + 1)
    return np.array([part.mean() for part in parts]), np.array([float(len(part)) for part in parts])


def _fives(rows: NDArray[np.float64], thick: NDArray[np.float64]) -> list[tuple[float, float]]:
    """(middle, space) of five even lines among the rows."""
    found: list[tuple[float, float]] = []
    levels, thickness = rows.tolist(), thick.tolist()
    for i, first in enumerate(levels):
        for last in levels[i + LINES - 1 : i + 2 * LINES]:
            space = (last - first) / (LINES - 1)
            if not _LEAST_SPACE <= space <= _MOST_SPACE:
                continue
            places = _evenly(levels, first, space)
            if len(places) == LINES and median([thickness[place] for place in places]) <= _THICK * space + 1:
                found.append((float(rows[places].mean()), space))
                break
    return found


def _evenly(levels: list[float], first: float, space: float) -> list[int]:
    """Which levels are the lines of a staff, up to the first that is missing."""
    places: list[int] = []
    for n in range(LINES):
        place = _nearest(levels, first + space * n)
        if abs(levels[place] - first - space * n) > 0.1 * space + 0.75:
            break
        places.append(place)
    return places


def _nearest(levels: list[float], wanted: float) -> int:
    place = bisect_left(levels, wanted)
    if place == len(levels) or (place and wanted - levels[place - 1] <= levels[place] - wanted):
        return place - 1
    return place


def _join(chains: list[Chain], stripe: int, middle: float, space: float) -> None:
    best, off = None, 0.4
    for chain in chains:
        last, y, size = chain[-1]
        if not 0 < stripe - last <= _MOST_MISSING or abs(size - space) > 0.12 * space + 0.6:
            continue
        if (away := abs(y - middle) / space) < off:
            best, off = chain, away
    if best is None:
        chains.append([(stripe, middle, space)])
    else:
        best.append((stripe, middle, space))


def _extended(chain: Chain, rows: Sequence[tuple[NDArray[np.float64], NDArray[np.float64]]]) -> Chain:
    """A chain with the stripes before, in and after it in which one line is hidden or too faint."""
    space = float(median([size for _, _, size in chain]))
    known = {stripe: (middle, size) for stripe, middle, size in chain}
    first, last = chain[0][0], chain[-1][0]
    for way, start, stop in ((1, first, len(rows)), (-1, last, -1)):
        y, missed = known[start][0], 0
        for stripe in range(start, stop, way):
            if stripe in known:
                y, missed = known[stripe][0], 0
            elif (middle := _four(rows[stripe][0], y, space)) is not None:
                known[stripe] = (middle, space)
                y, missed = middle, 0
            else:
                missed += 1
                if missed > _MOST_MISSING and not first <= stripe <= last:
                    break
    return [(stripe, *known[stripe]) for stripe in sorted(known)]


def _four(rows: NDArray[np.float64], middle: float, space: float) -> float | None:
    """The middle of a staff of which at least four lines are seen near where it should be."""
    if not len(rows):
        return None
    wanted = middle + (np.arange(LINES) - 2) * space
    off = rows[np.abs(rows[:, None] - wanted).argmin(axis=0)] - wanted
    off = off[np.abs(off) < 0.3 * space]
    if len(off) < LINES - 1 or np.ptp(off) > 0.15 * space + 1:
        return None
    return middle + float(median(off.tolist()))


def _staff(chain: Chain, grey: NDArray[np.uint8], pale: NDArray[np.uint8], paper: float) -> Staff | None:
    space = float(median([size for _, _, size in chain]))
    x = np.array([(stripe + 0.5) * _STRIPE for stripe, _, _ in chain])
    y = np.array([middle for _, middle, _ in chain])
    wide = x[-1] - x[0] + _STRIPE
    share = len(chain) / (wide / _STRIPE)
    if len(chain) < _LEAST_STRIPES or wide < _LEAST_SPACES * space or share < (_FULL if len(chain) < 10 else _HELD):
        return None
    staff = Staff(x, _smooth(y, 0.25 * space), space, float(x[0]), float(x[-1]))
    columns = np.arange(round(staff.x[0]), round(staff.x[-1]) + 1)
    path = columns, np.interp(columns, staff.x, staff.y)
    if _is_print(path, space, pale) or _is_text(path, space, grey, pale, paper):
        return None
    left, right = _ends(staff, pale)
    return Staff(staff.x, staff.y, space, left, right)


def _is_print(path: Path, space: float, pale: NDArray[np.uint8]) -> bool:
    """Whether there is as much ink beside the lines as on them: rows of small print."""
    if space < _CLEAR:
        return False
    away = _CLOSE[space > _SHARP] * space
    return float(np.mean([_along(path, space, pale, n, off) for n in range(LINES) for off in (-away, away)])) > _BESIDE


def _is_text(path: Path, space: float, grey: NDArray[np.uint8], pale: NDArray[np.uint8], paper: float) -> bool:
    """Whether the lines are rows of blurred or torn letters: full of gaps, with ink over or under them."""
    columns, levels = path
    runs = []
    for line in range(LINES):
        rows = np.round(levels + (line - 2) * space).astype(int)
        shades = np.min([grey[np.clip(rows + off, 0, len(grey) - 1), columns] for off in (-1, 0, 1)], axis=0)
        runs.append(_usual_run(shades < (paper + float(np.median(shades))) / 2))
    run = float(np.mean(runs)) / space
    if run >= _UNBROKEN or run < _LETTERS:
        return run < _LETTERS
    for away in (max(off * space, _OFF_PX) for off in _AROUND):
        over_and_under = [[_along(path, space, pale, line, off) for off in (-away, away)] for line in range(LINES)]
        if float(np.max(over_and_under, axis=1).mean()) > _CROWDED:
            return True
    return False


def _usual_run(inked: NDArray[np.bool_]) -> float:
    """Length of the runs of ink, each counted by its length."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], inked, [False])).astype(np.int8)))
    lengths = (edges[1::2] - edges[::2]).astype(float)
    return float((lengths**2).sum() / lengths.sum()) if len(lengths) else 0.0


def _along(path: Path, space: float, pale: NDArray[np.uint8], line: int, off: float) -> float:
    """Share of ink along one of the five lines, `off` pixels under it."""
    columns, levels = path
    rows = np.round(levels + ((line - 2) * space + off)).astype(int)
    return float(pale[np.clip(rows, 0, len(pale) - 1), columns].mean())


def _smooth(y: NDArray[np.float64], most: float) -> NDArray[np.float64]:
    """Levels without the outliers of single stripes."""
    if len(y) < 5:
        return y
    padded = np.pad(y, 2, mode="edge")
    middle = np.median(np.lib.stride_tricks.sliding_window_view(padded, 5), axis=1)
    kept = np.where(np.abs(y - middle) > most, middle, y)
    padded = np.pad(kept, 2, mode="reflect", reflect_type="odd")
    return np.asarray(np.convolve(padded, np.ones(5) / 5, mode="valid"))


def _ends(staff: Staff, pale: NDArray[np.uint8]) -> tuple[float, float]:
    """Where the lines begin and end: the last columns in which at least four of them have ink."""
    height, width = pale.shape
    columns = np.arange(width)
    middle = np.interp(columns, staff.x, staff.y)
    middle = np.where(columns < staff.x[0], staff.y[0] + staff.slope * (columns - staff.x[0]), middle)
    middle = np.where(columns > staff.x[-1], staff.y[-1] + staff.slope * (columns - staff.x[-1]), middle)
    count = np.zeros(width, np.int64)
    for k in range(LINES):
        line = middle + (k - 2) * staff.space
        inked = np.zeros(width, bool)
        for off in (-1, 0, 1):
            rows = np.clip(np.round(line + off).astype(int), 0, height - 1)
            inked |= pale[rows, columns] > 0
        count += inked
    full = count >= LINES - 1
    gap = max(4, round(0.8 * staff.space))
    closed = raster.closed(full.astype(np.uint8)[None], 1, gap)[0]
    left, right = round(staff.x[0]), round(staff.x[-1])
    while left > 0 and closed[left - 1]:
        left -= 1
    while right < width - 1 and closed[right + 1]:
        right += 1
    return float(left), float(right + 1)


def _apart(staves: list[Staff]) -> list[Staff]:
    """Of staves that lie on one another, the first, which is surest: ledger lines make five even lines too."""
    kept: list[Staff] = []
    for staff in staves:
        at = (staff.left + staff.right) / 2
        if not any(
            other.left <= at <= other.right and abs(other.middle(at) - staff.middle(at)) < 4.5 * other.space
            for other in kept
        ):
            kept.append(staff)
    return kept


def _ordered(staves: list[Staff]) -> list[Staff]:
    """Row by row, left to right."""
    rows: list[list[Staff]] = []
    for staff in sorted(staves, key=lambda s: float(s.y.mean())):
        row = rows[-1] if rows else None
        if row is not None and all(
            abs(float(staff.y.mean() - other.y.mean())) < 2 * staff.space
            and (staff.left >= other.right or other.left >= staff.right)
            for other in row
        ):
            row.append(staff)
        else:
            rows.append([staff])
    return [staff for row in rows for staff in sorted(row, key=lambda s: s.left)]
