"""Monospaced type that OCR read: every letter of a line takes the same room, which no other type does.

Two hypotheses are weighed for every line: that its words are as wide as their letters are many and stand where a grid
of that room has them, and that they are as wide as in Helvetica, Times or Helvetica Bold. The room is the page's, as
listings of a page are set in one or two sizes; the scale of other type is each line's own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from docparse.geometry import Box
from docparse.schemas.page import PageImage, Word

_FULL, _LEAST_CONTRAST = 97, 24  # percentile of a word's contrast that is ink, and the least of it
# advances of the letters from "!" to "~" in Helvetica, Times and Helvetica Bold (AFM), per cent of their size
_ADVANCES = np.array([
    [28, 35, 56, 56, 89, 67, 19, 33, 33, 39, 58, 28, 33, 28, 28, 56, 56, 56, 56, 56, 56, 56, 56, 56, 56, 28, 28, 58,
     58, 58, 56, 101, 67, 67, 72, 72, 67, 61, 78, 72, 28, 50, 67, 56, 83, 72, 78, 67, 78, 72, 67, 61, 72, 67, 94, 67,
     67, 61, 28, 28, 28, 47, 56, 33, 56, 56, 50, 56, 56, 28, 56, 56, 22, 22, 50, 22, 83, 56, 56, 56, 56, 33, 50, 28,
     56, 50, 72, 50, 50, 50, 33, 26, 33, 58],
    [33, 41, 50, 50, 83, 78, 18, 33, 33, 50, 56, 25, 33, 25, 28, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 28, 28, 56,
     56, 56, 44, 92, 72, 67, 67, 72, 61, 56, 72, 72, 33, 39, 72, 61, 89, 72, 72, 56, 72, 67, 56, 61, 72, 72, 94, 72,
     72, 61, 33, 28, 33, 47, 50, 33, 44, 50, 44, 50, 44, 33, 50, 50, 28, 28, 50, 28, 78, 50, 50, 50, 50, 33, 39, 28,
     50, 50, 72, 50, 50, 44, 48, 20, 48, 54],
    [33, 47, 56, 56, 89, 72, 24, 33, 33, 39, 58, 28, 33, 28, 28, 56, 56, 56, 56, 56, 56, 56, 56, 56, 56, 33, 33, 58,
     58, 58, 61, 98, 72, 72, 72, 72, 67, 61, 78, 72, 28, 56, 72, 61, 83, 72, 78, 67, 78, 72, 67, 61, 72, 67, 94, 67,
     67, 61, 33, 28, 33, 58, 56, 33, 56, 61, 56, 61, 56, 33, 61, 61, 28, 28, 56, 28, 89, 61, 61, 61, 61, 39, 56, 33,
     61, 56, 78, 56, 56, 50, 39, 28, 39, 58],
]) / 50  # a letter on the average is half as wide as its size  # fmt: skip
_NO_TYPE = re.compile(r"^\$.*\$$|\.{3}|…")  # fractions as LaTeX, leaders
_SLIM = frozenset("il.,':;|!1j`I()[]{}")
_SLIM_GAP, _GAP, _OTHER_GAP = 0.26, 0.1, 0.09  # of a letter's room, which stays free beside the ink of a word's end
_STRAY, _STRAY_PX = 0.1, 0.5  # what the ink of a monospaced word deviates, in rooms and in pixels
_OTHER_STRAY = 0.06, 0.055  # what other words deviate from their mean advances, and more with the root of letters
_AMISS, _OTHER_AMISS, _OFF_GRID = 0.1, 0.05, 0.15  # shares of words that OCR cut or read wrongly
_WIDE = 3.0  # letters by which these deviate, evenly
_SHADES = np.arange(256, dtype=np.float32)
_SCALES = np.exp(np.arange(-1.0, 0.8, 0.05))  # of other type, against the usual width of a page's letters
_STEP, _TRIES, _FINER = 0.005, 12, 4  # rooms that are tried: apart, at most, and by thirds of a step near the best
_LEAST_LETTERS = 4  # of a line that tells a room
_SEEN, _LEAST_SEEN, _SEEN_A_LINE = 2.0, 10.0, 0.07  # nats by which a line shows its type, and a page, for each line
_ONE_SEEN, _MUCH_SEEN = 7.0, 25.0  # by one line, or else by all that show it: a title of two may do so by chance
# what stands after a prompt, assigned, or printed by R, OCR's "D>" being its "#>"; and the nats that it says
_PROGRAM = re.compile(
    r"(?:[>+$%#]\s.*?(?:\w\(|<-|\w=|\$\w|\s--?\w)|>>>|\w+\s?<-\s|[#D]>(?:\s|$)|##(?:\s|$)|\[\d+[,\]])"
)
_SAID = 5.0
_MOST_ROOMS = 3  # sizes of listings
_SILENT, _BETWEEN, _AMONG = -1.0, -4.0, -10.0  # nats against lines at, between and close between those that show it
_ROW, _BLANKS_EM = 0.5, 8.0  # height that lines of a row share; blanks in it at most
_LINE_EM = 0.4  # between lines of one paragraph, at most
_PASSES = 4  # lines one after another that OCR read badly
_REACH_EM, _TIGHT_EM = 2.2, 0.5  # from a monospaced line to one that shows nothing: a bracket, and amiss: a word


class _Measured(NamedTuple):
    """Words whose ink is seen, line after line: arrays of one length but for `starts`, where each of `lines` begins."""

    lines: tuple[int, ...]
    starts: NDArray[np.intp]
    ink: NDArray[np.float64]  # width of a word's ink in pixels
    centre: NDArray[np.float64]
    letters: NDArray[np.float64]
    room: NDArray[np.float64]  # rooms that the ink takes where type is monospaced
    other: NDArray[np.float64]  # what it takes in each of the other fonts, in usual letters
    telling: NDArray[np.bool_]  # whether its width says something: more than one letter, all ASCII
    goes_on: NDArray[np.bool_]  # whether a word but the last is followed by the next one in its row

    def of_lines(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.add.reduceat(values, self.starts), np.float64)


def even_pitched(rows: Mapping[int, Sequence[Word]], page: PageImage) -> set[int]:
    """Those of the source lines that are monospaced; none where few lines show it."""
    measured = _measure(rows, page)
    found: set[int] = set()
    if measured is None:
        return found
    against = _other_fit(measured) - _said(measured.lines, rows)
    lines = np.array(measured.lines)
    said = np.full(len(lines), -np.inf)
    left = np.ones(len(lines), np.bool_)
    for _ in range(_MOST_ROOMS):
        speaks = _best_room(measured, against, left)
        if speaks is None:
            break
        shown = left & _shows(measured, speaks)
        found |= set(lines[shown].tolist())
        said = np.maximum(said, speaks)
        left &= ~shown
    if not found:
        return found
    unsure = dict.fromkeys(rows, 0.0) | dict(zip(measured.lines, said.tolist(), strict=True))
    found -= _among(found, {line for line, nats in unsure.items() if nats < _BETWEEN} - found, rows)
    return found | _beside({line: nats for line, nats in unsure.items() if line not in found}, found, rows)


def _said(lines: Sequence[int], rows: Mapping[int, Sequence[Word]]) -> NDArray[np.float64]:
    """Nats for the lines that read as a program's or as what one printed."""
    return np.array([_SAID if _PROGRAM.match(" ".join([word.text for word in rows[line]])) else 0.0 for line in lines])


def _shows(measured: _Measured, speaks: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Lines that show the type themselves, and those that don't speak against it in rows that do."""
    rows = np.cumsum(np.append(True, ~measured.goes_on[measured.starts[1:] - 1])) - 1
    together = np.bincount(rows, speaks)[rows]
    return np.asarray((speaks > _SEEN) | ((together > _SEEN) & (speaks > _BETWEEN)), np.bool_)


def _best_room(
    measured: _Measured, against: NDArray[np.float64], left: NDArray[np.bool_]
) -> NDArray[np.float64] | None:
    """Nats by which each line is monospaced rather than not, at the room that most says so for the lines that are left;
    none where they are too few to be no accident."""

    def tried(room: float) -> tuple[float, float, NDArray[np.float64]]:
        speaks = _fit(measured, room) - against
        return float(speaks[left & _shows(measured, speaks)].sum()), room, speaks

    found = max(map(tried, _rooms(measured, against, left)), key=lambda each: each[0], default=None)
    if found is None:
        return None
    finer = [tried(found[1] * (1 + step * _STEP / 3)) for step in range(-_FINER, _FINER + 1)]
    seen, _, speaks = max(finer, key=lambda each: each[0])
    is_told = seen >= _MUCH_SEEN or float(speaks[left].max()) >= _ONE_SEEN
    return speaks if is_told and seen >= max(_LEAST_SEEN, _SEEN_A_LINE * len(speaks)) else None


def _rooms(measured: _Measured, against: NDArray[np.float64], left: NDArray[np.bool_]) -> list[float]:
    """Rooms in pixels that lines have if they are monospaced, those for which most speaks first."""
    ink, room, letters = (
        measured.of_lines(values * measured.telling) for values in (measured.ink, measured.room, measured.letters)
    )
    long = left & (letters >= _LEAST_LETTERS)
    own = np.where(long, ink, 1.0) / np.where(long, room, 1.0)
    counts = np.diff(np.append(measured.starts, len(measured.ink)))
    speaks = _fit(measured, np.repeat(own, counts)) - against
    long &= speaks > 0
    if not long.any():
        return []
    steps = np.round(np.log(own[long]) / _STEP).astype(int)
    votes = np.convolve(np.bincount(steps - steps.min(), speaks[long], 3), np.ones(3), "same")
    order = np.argsort(-votes, kind="stable")[:_TRIES]
    return [float(np.exp((step + steps.min()) * _STEP)) for step in order.tolist() if votes[step] > 0]


def _fit(measured: _Measured, room: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Log likelihood of every line as monospaced type of this room (or each word's own), by the widths and places of
    its words."""
    rooms = np.broadcast_to(room, measured.ink.shape)
    stray = np.hypot(_STRAY, _STRAY_PX / rooms)
    widths = _log_share(measured.ink / rooms - measured.room, stray, _AMISS) * measured.telling
    apart = np.diff(measured.centre) / rooms[1:] + (measured.letters[:-1] - measured.letters[1:]) / 2
    off = apart - np.round(apart)  # words may stand anywhere in other type, and on a grid in this
    places = np.log((1 - _OFF_GRID) * _bell(off, stray[1:]) + _OFF_GRID)
    places *= measured.goes_on
    return measured.of_lines(widths + (np.append(0.0, places) + np.append(places, 0.0)) / 2)


def _other_fit(measured: _Measured) -> NDArray[np.float64]:
    """The same of other type, each line in the font and at the scale that suit its words best."""
    usual = float(np.median(measured.ink / measured.other[0]))
    least, more = _OTHER_STRAY
    fits = []
    for scale in (usual * _SCALES).tolist():
        stray = np.hypot(least + more * np.sqrt(measured.letters), _STRAY_PX / scale)
        for other in measured.other:
            shares = _log_share(measured.ink / scale - other, stray, _OTHER_AMISS)
            fits.append(measured.of_lines(shares * measured.telling))
    return np.asarray(np.max(fits, axis=0), np.float64)


def _log_share(off: NDArray[np.float64], stray: NDArray[np.float64] | float, amiss: float) -> NDArray[np.float64]:
    """Log likelihood of a deviation, where a share of the words is read amiss and may deviate as it likes."""
    return np.log((1 - amiss) * _bell(off, stray) + amiss / _WIDE)


def _bell(off: NDArray[np.float64], stray: NDArray[np.float64] | float) -> NDArray[np.float64]:
    return np.asarray(np.exp(-0.5 * (off / stray) ** 2) / (stray * np.sqrt(2 * np.pi)), np.float64)


def _measure(rows: Mapping[int, Sequence[Word]], page: PageImage) -> _Measured | None:
    """The ink of the words in lines of ASCII."""
    if page.pixels is None:
        return None
    lines: list[int] = []
    starts: list[int] = []
    found: list[tuple[str, int, int]] = []
    goes_on: list[bool] = []
    last: Word | None = None
    for line, row in _as_printed(rows):
        if not _is_mostly_ascii(row):
            continue
        typed = [word for word in row if not _NO_TYPE.search(word.text)]
        inked = [(word, *ends) for word in typed if (ends := _ink_ends(word, page)) is not None]
        if inked:
            lines.append(line)
            starts.append(len(found))
            found += [(word.text, left, right) for word, left, right in inked]
            goes_on += [last is not None and _is_next(last, inked[0][0]), *[True] * (len(inked) - 1)]
            last = inked[-1][0]
    if not found:
        return None
    texts = [text for text, _, _ in found]
    left, right = (np.array(side, np.float64) for side in zip(*((x0, x1) for _, x0, x1 in found), strict=True))
    count = np.array([len(text) for text in texts], np.float64)
    gaps = [sum(_SLIM_GAP if text[end] in _SLIM else _GAP for end in (0, -1)) for text in texts]
    other = np.array([_advances(text) for text in texts]).T - 2 * _OTHER_GAP
    return _Measured(
        tuple(lines), np.array(starts, np.intp), right - left, (left + right) / 2, count, count - np.array(gaps),
        other, np.array([text.isascii() and len(text) > 1 for text in texts]),
        np.array(goes_on[1:], np.bool_),
    )  # fmt: skip


def _as_printed(rows: Mapping[int, Sequence[Word]]) -> list[tuple[int, Sequence[Word]]]:
    """The lines row by row: OCR parts a row where its blanks are wide."""
    lines = sorted(((line, row) for line, row in rows.items() if row), key=lambda each: each[1][0].bbox[1])
    printed: list[list[tuple[int, Sequence[Word]]]] = []
    for line, row in lines:
        _, top, _, bottom = _box(row)
        if printed:
            _, y0, _, y1 = _box(printed[-1][0][1])
            if min(y1, bottom) - max(y0, top) > _ROW * min(y1 - y0, bottom - top):
                printed[-1].append((line, row))
                continue
        printed.append([(line, row)])
    return [each for row in printed for each in sorted(row, key=lambda each: each[1][0].bbox[0])]


def _is_next(word: Word, other: Word) -> bool:
    """Whether a word follows another in its row, after blanks that a listing may have."""
    lower = min(word.bbox[3], other.bbox[3]) - max(word.bbox[1], other.bbox[1])
    return (
        lower > _ROW * min(word.bbox[3] - word.bbox[1], other.bbox[3] - other.bbox[1])
        and 0 < other.bbox[0] - word.bbox[2] < _BLANKS_EM * word.size
    )


def _advances(text: str) -> NDArray[np.float64]:
    """How far a word reaches in each of the other fonts, in usual letters."""
    codes = [ord(letter) - 33 for letter in text if "!" <= letter <= "~"]
    return np.asarray(_ADVANCES[:, codes].sum(axis=1) + len(text) - len(codes), np.float64)


def _ink_ends(word: Word, page: PageImage) -> tuple[int, int] | None:
    """Columns of pixels where the ink of a word begins and ends."""
    assert page.pixels is not None
    x0, y0, x1, y1 = (max(0, round(side)) for side in page.to_px(word.bbox))
    left = max(0, x0 - 2)
    patch = print_of(page.pixels[y0:y1, left : x1 + 3, 1])
    if patch is None:
        return None
    columns = np.flatnonzero(patch.max(axis=0) > 0.5)
    return left + int(columns[0]), left + int(columns[-1]) + 1


def _beside(unsure: Mapping[int, float], found: set[int], rows: Mapping[int, Sequence[Word]]) -> set[int]:
    """Lines that show little themselves, right over, under or in the row of monospaced ones, and those that OCR read so
    badly that they speak against it, close between such."""
    known = [_box(rows[line]) for line in found]
    left = {line: nats for line, nats in unsure.items() if nats > _AMONG and _is_mostly_ascii(rows[line])}
    result: set[int] = set()
    for again in range(_PASSES):
        new = set()
        for line, nats in left.items():
            box = _box(rows[line])
            reach, tight = _REACH_EM * rows[line][0].size, _TIGHT_EM * (box[3] - box[1])
            close, far = sorted(_to_next(box, known, reach))
            silent = nats > _SILENT or (nats > _BETWEEN and close < tight)
            if far < tight or (not again and close < reach and silent):
                new.add(line)
        if not new:
            break
        result |= new
        known += [_box(rows[line]) for line in new]
        left = {line: nats for line, nats in left.items() if line not in new}
    return result


def _to_next(box: Box, known: Sequence[Box], reach: float) -> tuple[float, float]:
    """How far the next of the known lines over and under one are, at most `reach`."""
    x0, y0, x1, y1 = box
    near = [other for other in known if other[0] - reach < x1 and x0 < other[2] + reach]
    over = min((y0 - bottom for _, _, _, bottom in near if bottom <= y1), default=reach)
    under = min((top - y1 for _, top, _, _ in near if top >= y0), default=reach)
    return over, under


def _is_mostly_ascii(row: Sequence[Word]) -> bool:
    return 2 * sum(letter.isascii() for word in row for letter in word.text) > sum(len(word.text) for word in row)


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


def _box(row: Sequence[Word]) -> Box:
    return row[0].bbox[0], row[0].bbox[1], row[-1].bbox[2], row[0].bbox[3]


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
