"""`read_music`: the staves of an image as one tune in ABC notation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from docparse.geometry import Box
from docparse.model.embedded.music_ink import abc
from docparse.model.embedded.music_ink.bars import find_bars
from docparse.model.embedded.music_ink.heads import Head, find_heads
from docparse.model.embedded.music_ink.notes import find_events
from docparse.model.embedded.music_ink.opening import Opening, read_opening
from docparse.model.embedded.music_ink.raster import soften
from docparse.model.embedded.music_ink.rhythm import (
    Mark,
    Measure,
    bar_length,
    find_marks,
    in_measures,
    mean_score,
    set_tuplets,
    share_right,
    usual_length,
)
from docparse.model.embedded.music_ink.staves import Staff
from docparse.model.embedded.music_ink.stems import Stem, find_stems, find_strokes, without_strokes
from docparse.model.embedded.music_ink.strip import SPACE, Strip, cut_strip, find_dots

_FAR = 20.0  # spaces to the next staff where there is none


class Reading(NamedTuple):
    """A tune, "" where no clef says which; `confidence` is how much of it adds up and looks as it should.

    `bands` are the staves with the notes over and under them, in pixels.
    """

    abc: str
    confidence: float
    notes: int
    bands: tuple[Box, ...]

    def with_title(self, title: str) -> str:
        return self.abc.replace("X:1\n", f"X:1\nT:{title}\n", 1) if title else self.abc


@dataclass(slots=True)
class Line:
    """One staff read."""

    band: Box
    opening: Opening | None
    measures: list[Measure]
    marks: list[Mark]
    stray: int  # heads that belong to no note


def read_music(grey: NDArray[np.uint8], staves: Sequence[Staff]) -> Reading | None:
    """The staves, which are in reading order, as one tune. None where there are no notes on them."""
    rows = [[_line(grey, staff, staves) for staff in system] for system in in_systems(grey, staves)]
    voices = max(map(len, rows), default=0)
    parts = [_part([row[n] for row in rows if n < len(row)]) for n in range(voices)]
    notes = sum(part.notes for part in parts)
    if not notes:
        return None
    bands = tuple(line.band for row in rows for line in row)
    if not any(line.opening for row in rows for line in row):
        return Reading("", 0.0, notes, bands)
    body: list[str] = []
    head = abc.header(parts[0].metre, parts[0].fifths, parts[0].clef)
    for number, part in enumerate(parts, 1):
        if voices > 1:
            body.append(f"V:{number} clef={part.clef}")
        body += part.lines
    confidence = float(np.mean([part.confidence for part in parts]))
    return Reading("\n".join([*head, *body]), round(confidence, 3), notes, bands)


class Part(NamedTuple):
    clef: str
    fifths: int
    metre: str
    lines: list[str]
    notes: int
    confidence: float


def _part(lines: Sequence[Line]) -> Part:
    """Staves that follow one another in one voice."""
    openings = [line.opening for line in lines if line.opening]
    clef = openings[0].clef if openings else "treble"
    keys = _keys([line.opening.fifths if line.opening else None for line in lines])
    fifths = keys[0]
    metre = next((opening.metre for opening in openings if opening.metre), "")
    measures = [measure for line in lines for measure in line.measures]
    full = bar_length(metre) if metre else None
    for line in lines:
        for measure in line.measures:
            own = _marks(line, measure)
            set_tuplets(measure, own, full, upbeat=measure is measures[0])
    full = full or usual_length(measures) or Fraction(1)
    text = [abc.line_text(line.measures, line.opening.clef if line.opening else clef) for line in lines]
    for place in range(1, len(keys)):
        if keys[place] != keys[place - 1]:
            text[place] = f"[K:{abc.key_name(keys[place])}] {text[place]}"
    notes = sum(len(event.notes) for measure in measures for event in measure.events)
    stray = sum(line.stray for line in lines)
    sure = share_right(measures, full) * mean_score(measures) * notes / max(1, notes + 2 * stray)
    sure *= 1.0 if openings and len(openings) == len(lines) else 0.8
    return Part(clef, fifths, metre, [line for line in text if line], notes, sure)


def _keys(read: Sequence[int | None]) -> list[int]:
    """The key signature of every staff: one that changes for good, else the usual one throughout."""
    values = [value for value in read if value is not None]
    if not values:
        return [0] * len(read)
    first, last = values[0], values[-1]
    turn = next((place for place, value in enumerate(read) if value == last), 0)
    if (
        turn > 1
        and first != last
        and None not in read
        and all(v == first for v in read[:turn])
        and set(read[turn:]) == {last}
    ):
        return [first] * turn + [last] * (len(read) - turn)
    return [_usual(values)] * len(read)


def _usual(values: Sequence[int]) -> int:
    return max(sorted(set(values)), key=values.count)


def _marks(line: Line, measure: Measure) -> list[Mark]:
    if not measure.events:
        return []
    first, last = measure.events[0].x - 1.5 * SPACE, measure.events[-1].x + 2.5 * SPACE
    return [mark for mark in line.marks if first <= mark.x <= last]


def _line(grey: NDArray[np.uint8], staff: Staff, staves: Sequence[Staff]) -> Line:
    strip = cut_strip(grey, staff, *_room(staff, staves))
    soft = soften(strip.bare)
    opening = read_opening(strip, soft)
    begin = opening.end if opening else strip.begin
    strokes = find_strokes(strip)
    heads = without_strokes(find_heads(strip, soft, begin), strokes)
    dots = find_dots(strip)
    bars = find_bars(strip, strokes, heads, dots, begin)
    stems = find_stems(strip, soft, strokes, heads)
    events, stray = find_events(strip, stems, heads, bars, dots, begin)
    return Line(_band(strip, stems, heads), opening, in_measures(events, bars), find_marks(strip, begin), stray)


def _band(strip: Strip, stems: Sequence[Stem], heads: Sequence[Head]) -> Box:
    """A staff with its notes, on the page."""
    top = min([strip.top, *(stem.top for stem in stems), *(head.y - SPACE / 2 for head in heads)])
    bottom = max([strip.bottom, *(stem.bottom for stem in stems), *(head.y + SPACE / 2 for head in heads)])
    corners = [strip.place(x, y) for x in (strip.begin, strip.end) for y in (top, bottom)]
    return (
        min(x for x, _ in corners), min(y for _, y in corners), max(x for x, _ in corners), max(y for _, y in corners)
    )  # fmt: skip


def _room(staff: Staff, staves: Sequence[Staff]) -> tuple[float, float]:
    """Spaces from a staff's lines to those of the staves over and under it."""
    above = below = _FAR
    at = (staff.left + staff.right) / 2
    for other in staves:
        if other is staff or min(staff.right, other.right) <= max(staff.left, other.left):
            continue
        away = (staff.middle(at) - other.middle(at)) / staff.space - 4
        if away > 0:
            above = min(above, away)
        elif -away - 8 > 0:
            below = min(below, -away - 8)
    return above, below


def in_systems(grey: NDArray[np.uint8], staves: Sequence[Staff]) -> list[list[Staff]]:
    """Staves that sound together: a line at their left ends joins them."""
    systems: list[list[Staff]] = []
    for staff in staves:
        if systems and _joined(grey, systems[-1][-1], staff):
            systems[-1].append(staff)
        else:
            systems.append([staff])
    return systems


def _joined(grey: NDArray[np.uint8], upper: Staff, lower: Staff) -> bool:
    if abs(upper.left - lower.left) > 2 * upper.space:
        return False
    top = round(upper.middle(upper.left) + 2.3 * upper.space)
    bottom = round(lower.middle(lower.left) - 2.3 * lower.space)
    if bottom - top < upper.space:
        return False
    left = max(0, round(min(upper.left, lower.left) - 0.5 * upper.space))
    window = grey[top:bottom, left : left + round(1.5 * upper.space)]
    if not window.size:
        return False
    paper, dark = float(np.quantile(grey[::4, ::4], 0.7)), float(np.quantile(grey[::4, ::4], 0.01))
    inked = window < paper - 0.3 * (paper - dark)
    return bool(inked.mean(axis=0).max() > 0.92)
