"""Bars: events between bar lines, tuplets by the numbers over them, and lengths against the metre."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from docparse.model.embedded.music_ink import raster
from docparse.model.embedded.music_ink.bars import Bar
from docparse.model.embedded.music_ink.notes import Event
from docparse.model.embedded.music_ink.signs import best, fits
from docparse.model.embedded.music_ink.strip import SPACE, Strip

IN_TIME_OF = {2: 3, 3: 2, 4: 3, 5: 4, 6: 4, 7: 4}
_NUMBER, _RARE = 0.62, 0.75  # least correlation of a 3, and of others


@dataclass(slots=True)
class Measure:
    """Events up to a bar line; `sign` is that bar line, "" at the end of a staff without one."""

    events: list[Event]
    sign: str = ""
    before: str = ""  # a sign that opens it, at the begin of a staff
    metre: str = ""  # where it changes

    @property
    def length(self) -> Fraction:
        total, left, factor = Fraction(0), 0, Fraction(1)
        for event in self.events:
            if event.tuplet:
                left, factor = event.tuplet, Fraction(IN_TIME_OF[event.count], event.count)
            total += event.whole_length * (factor if left else 1)
            left = max(0, left - 1)
        return total


@dataclass(frozen=True, slots=True)
class Mark:
    """The number of a tuplet."""

    x: float
    count: int


def in_measures(events: Sequence[Event], bars: Sequence[Bar]) -> list[Measure]:
    measures: list[Measure] = []
    left = list(events)
    opening = ""
    for bar in bars:
        middle = (bar.x0 + bar.x1) / 2
        own = [event for event in left if event.x < middle]
        left = left[len(own) :]
        if not own and not measures:
            opening = bar.sign
            continue
        if not own:
            measures[-1].sign = _joined(measures[-1].sign, bar.sign)
            continue
        measures.append(Measure(own, bar.sign, before=opening))
        opening = ""
    if left:
        measures.append(Measure(left, "", before=opening))
    return measures


def _joined(first: str, second: str) -> str:
    return "::" if first.startswith(":") and second.endswith(":") else second if second != "|" else first


def find_marks(strip: Strip, begin: int) -> list[Mark]:
    """Numbers of tuplets: lone digits over or under the notes."""
    whole = strip.ink.copy()  # outside the staff no line is in the way
    whole[strip.top - 4 : strip.bottom + 5] = strip.bare[strip.top - 4 : strip.bottom + 5]
    soft = raster.soften(whole)
    names = [f"tuplet-{n}" for n in IN_TIME_OF]
    found = []
    for part in raster.parts(whole)[0]:
        small = 0.45 <= part.wide / SPACE <= 1.7 and 0.9 <= part.high / SPACE <= 2.1
        if not small or part.x0 < begin - SPACE:
            continue
        fit = best(fits(names, soft, (part.x0 - 5, part.x0 + 5), part.y1, 4), _NUMBER)
        if fit is not None and (fit.name == "tuplet-3" or fit.score >= _RARE):
            found.append(Mark((part.x0 + part.x1) / 2, int(fit.name[-1])))
    return sorted(found, key=lambda mark: mark.x)


def set_tuplets(measure: Measure, marks: Sequence[Mark], full: Fraction | None, *, upbeat: bool) -> None:
    """Gives every mark the run of events that it most likely belongs to."""
    for mark in marks:
        if measure.length == full:  # it is whole as it is: what looked like a number is none
            return
        run = _run(measure, mark, full, upbeat=upbeat)
        if run is not None:
            measure.events[run[0]].tuplet, measure.events[run[0]].count = run[1] - run[0], mark.count


def _run(measure: Measure, mark: Mark, full: Fraction | None, *, upbeat: bool) -> tuple[int, int] | None:
    events = measure.events
    taken = _taken(events)
    options: list[tuple[float, tuple[int, int]]] = []
    for first in range(len(events)):
        for last in range(first + 1, min(len(events), first + mark.count) + 1):
            part = events[first:last]
            if any(taken[first:last]) or not _is_run(part, mark.count):
                continue
            if not part[0].x - 1.5 * SPACE <= mark.x <= part[-1].x + 2.5 * SPACE:
                continue
            options.append((_cost(measure, first, last, mark, full, upbeat=upbeat), (first, last)))
    return min(options)[1] if options else None


def _taken(events: Sequence[Event]) -> list[bool]:
    """Which events are in a tuplet already."""
    result, left = [], 0
    for event in events:
        left = event.tuplet or max(0, left - 1)
        result.append(left > 0)
    return result


def _is_run(part: Sequence[Event], count: int) -> bool:
    """Whether the events fill so many of one value."""
    unit = sum((event.whole_length for event in part), Fraction(0)) / count
    even = unit.numerator == 1 and unit.denominator & (unit.denominator - 1) == 0
    return even and all(event.whole_length >= unit or len(part) == count for event in part) and len(part) >= 2


def _cost(measure: Measure, first: int, last: int, mark: Mark, full: Fraction | None, *, upbeat: bool) -> float:
    events = measure.events
    part = events[first:last]
    centre = (part[0].x + part[-1].x) / 2
    cost = 0.25 * abs(centre - mark.x) / SPACE
    beams = {event.beam for event in part}
    if len(beams) > 1:
        cost += 2.0
    elif beams == {-1}:
        cost += 0.5 if part[0].length < Fraction(1, 4) else 0.0
    else:
        group = [event for event in events if event.beam in beams]
        cost = 0.1 * cost if len(group) > len(part) else cost  # the number stands at the middle of the whole beam
        cost += 0.3 if len(group) > len(part) else 0.0
    cost += 0.0 if last - first == mark.count and len({e.whole_length for e in part}) == 1 else 0.7
    total = sum((event.whole_length for event in part), Fraction(0)) * Fraction(IN_TIME_OF[mark.count], mark.count)
    start = Measure(events[:first]).length
    events[first].tuplet, events[first].count = last - first, mark.count
    length = measure.length
    events[first].tuplet = 0
    if upbeat and full is not None and length < full:
        start += full - length
    cost += 0.0 if (start / total).denominator == 1 else 1.0
    return cost


def bar_length(metre: str) -> Fraction | None:
    named = {"C": Fraction(1), "C|": Fraction(1)}
    if metre in named:
        return named[metre]
    beats, _, value = metre.partition("/")
    return Fraction(int(beats), int(value)) if value else None


def usual_length(measures: Sequence[Measure]) -> Fraction | None:
    """The length that most bars have."""
    lengths = [measure.length for measure in measures if measure.events]
    return max(set(lengths), key=lambda each: (lengths.count(each), each)) if lengths else None


def share_right(measures: Sequence[Measure], full: Fraction) -> float:
    """The share of bars that are as long as the metre says; parts of bars at repeats and ends count together."""
    right = wrong = 0
    carried = Fraction(0)
    for place, measure in enumerate(measures):
        ends = measure.sign not in ("|", "")
        if measure.length == full or (len(measure.events) == 1 and not measure.events[0].notes):
            right += 1
        elif measure.length < full and (ends or place in (0, len(measures) - 1) or carried):
            carried = measure.length if not carried else Fraction(0)
            right += 1
        elif measure.length < full and place and measures[place - 1].sign not in ("|", ""):
            right += 1
        else:
            wrong += 1
    return right / max(1, right + wrong)


def mean_score(measures: Sequence[Measure]) -> float:
    scores = [event.score for measure in measures for event in measure.events]
    return float(np.mean(scores)) if scores else 0.0
