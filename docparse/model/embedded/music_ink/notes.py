"""Notes, chords and rests of a staff in their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from docparse.model.embedded.music_ink import raster
from docparse.model.embedded.music_ink.bars import Bar
from docparse.model.embedded.music_ink.heads import Head
from docparse.model.embedded.music_ink.signs import Soft, best, fits
from docparse.model.embedded.music_ink.stems import Stem
from docparse.model.embedded.music_ink.strip import SPACE, Dot, Strip

_ACCIDENTALS = {"sharp": "^", "flat": "_", "natural": "=", "double-sharp": "^^", "double-flat": "__"}
_ACCIDENTAL, _REST = 0.62, 0.62  # least correlation


@dataclass(slots=True)
class Event:
    """A rest, or heads that sound together: (step, accidental) from low to high. `length` is of a whole note."""

    x: float
    length: Fraction
    notes: list[tuple[int, str]] = field(default_factory=list)
    dots: int = 0
    beam: int = -1
    score: float = 1.0
    tuplet: int = 0  # on the first event of a tuplet how many are in it, and its number
    count: int = 0
    stem: Stem | None = None

    @property
    def whole_length(self) -> Fraction:
        return self.length * (2 - Fraction(1, 2**self.dots))


def find_events(strip: Strip, stems: Sequence[Stem], heads: Sequence[Head], bars: Sequence[Bar], dots: Sequence[Dot],
                begin: int) -> tuple[list[Event], int]:  # fmt: skip
    """Events from left to right, and how many heads belong to none."""
    small = _without_notes(strip, stems, heads)
    soft = raster.soften(small)
    dots = [dot for dot in dots if not any(bar.x0 <= dot.x <= bar.x1 for bar in bars)]
    events = [_of_stem(stem) for stem in stems]
    taken = {id(head) for stem in stems for head in stem.heads}
    whole = [head for head in heads if head.kind == "whole"]
    stray = sum(id(head) not in taken and head.kind == "black" for head in heads)
    for head in whole:
        other = next((e for e in events if e.stem is None and abs(e.x - head.x) < 0.6 * SPACE), None)
        if other is not None:
            other.notes.append((head.step, ""))
        else:
            events.append(Event(head.x, Fraction(1), [(head.step, "")], score=head.score))
    for event in events:
        own = event.stem.heads if event.stem else [h for h in whole if abs(h.x - event.x) < 0.6 * SPACE]
        event.notes = [
            (head.step, _accidental(small, soft, strip, head, own)) for head in sorted(own, key=lambda h: h.step)
        ]
        event.dots = max(_dots(strip, head, own, _before_next(head, heads, dots)) for head in own)
    events += _rests(strip, soft, stems, heads, bars, dots, begin)
    events.sort(key=lambda event: event.x)
    return events, stray


def _of_stem(stem: Stem) -> Event:
    hollow = sum(head.kind == "half" for head in stem.heads) * 2 > len(stem.heads)
    length = Fraction(1, 2) if hollow else Fraction(1, 4 * 2**stem.beams)
    x = float(np.mean([head.x for head in stem.heads]))
    score = min([stem.score, *(head.score for head in stem.heads)])
    return Event(x, length, beam=stem.beam, score=score, stem=stem)


def _before_next(head: Head, heads: Sequence[Head], dots: Sequence[Dot]) -> list[Dot]:
    end = min((other.x for other in heads if other.x > head.x + SPACE), default=np.inf)
    return [dot for dot in dots if head.x < dot.x < end - 0.5 * SPACE]


def _without_notes(strip: Strip, stems: Sequence[Stem], heads: Sequence[Head]) -> NDArray[np.uint8]:
    """What stands beside the notes: ink without heads, stems and beams."""
    small = strip.bare.copy()
    small[raster.dilated(raster.opened(small, 4, round(1.35 * SPACE)), 5, 3) > 0] = 0
    for head in heads:
        size = (round((0.95 if head.kind == "whole" else 0.72) * SPACE), round(0.6 * SPACE))
        raster.wipe(small, round(head.x), round(head.y), raster.ellipse(*size))
    for stem in stems:
        small[max(0, round(stem.top)) : round(stem.bottom) + 1, max(0, round(stem.x) - 3) : round(stem.x) + 4] = 0
    return small


def _accidental(small: NDArray[np.uint8], soft: Soft, strip: Strip, head: Head, chord: Sequence[Head]) -> str:
    left = min(each.x for each in chord) - 0.6 * SPACE
    reach = 1.9 if len(chord) == 1 else 3.2
    y0, y1 = round(head.y - 0.8 * SPACE), round(head.y + 0.8 * SPACE)
    near = small[max(0, y0) : y1, max(0, round(left - 0.9 * SPACE)) : max(0, round(left))]
    if near.sum() < 0.12 * SPACE**2 and len(chord) == 1:
        return ""
    # the sign's right edge, not its left, is at the head
    found = best(
        fits(_ACCIDENTALS, soft, (left - reach * SPACE, left - 0.35 * SPACE), strip.row(head.step)), _ACCIDENTAL
    )
    return _ACCIDENTALS[found.name] if found is not None and found.x1 <= left + 0.5 * SPACE else ""


def _dots(strip: Strip, head: Head, chord: Sequence[Head], dots: Sequence[Dot]) -> int:
    """Dots in the space right of a head, or right of and under it."""
    steps = [head.step] if head.step % 2 else [head.step + 1, head.step - 1]
    start = max(each.x for each in chord)
    counts = []
    for step in steps:
        count, last = 0, start
        for dot in dots:
            reach = (0.6 * SPACE, 2.3 * SPACE) if not count else (0.3 * SPACE, 1.1 * SPACE)
            if abs(dot.y - strip.row(step)) < 0.27 * SPACE and reach[0] < dot.x - last < reach[1]:
                count, last = count + 1, dot.x
        counts.append(count)
    return min(max(counts), 2)


def _rests(strip: Strip, soft: Soft, stems: Sequence[Stem], heads: Sequence[Head], bars: Sequence[Bar],
           dots: Sequence[Dot], begin: int) -> list[Event]:  # fmt: skip
    """Rests: signs in the staff that no note holds."""
    rest = strip.bare.copy()
    rest[: strip.top - 2 * SPACE] = 0
    rest[strip.bottom + 2 * SPACE :] = 0
    rest[:, :begin] = 0
    rest[:, strip.end :] = 0
    for bar in bars:
        rest[:, max(0, round(bar.x0) - 2) : round(bar.x1) + 3] = 0
    found_parts, labels = raster.parts(raster.closed(rest, 4, 3))
    held = {int(labels[min(len(labels) - 1, max(0, round(h.y))), round(h.x)]) for h in heads}
    for stem in stems:
        middle = round((stem.top + stem.bottom) / 2)
        x = round(stem.x)
        held |= {int(v) for v in np.unique(labels[max(0, middle - 3) : middle + 4, max(0, x - 1) : x + 2])}
    found: list[Event] = []
    for part in found_parts:
        if part.label in held or abs(part.y - strip.middle) > 2 * SPACE or not 0.5 <= part.wide / SPACE <= 2.2:
            continue
        length, score = _rest(strip, soft, part)
        if length:
            event = Event((part.x0 + part.x1) / 2, length, score=score)
            probe = Head((part.x0 + part.x1) / 2, strip.row(5), 5, "black")
            event.dots = _dots(strip, probe, [probe], _before_next(probe, heads, dots))
            found.append(event)
    return found


def _rest(strip: Strip, soft: Soft, part: raster.Part) -> tuple[Fraction, float]:
    wide, high = part.wide / SPACE, part.high / SPACE
    if 0.8 <= wide <= 2.2 and 0.3 <= high <= 0.8 and part.size > 0.75 * part.wide * part.high:
        if abs(part.y0 - strip.row(6)) < 0.3 * SPACE:
            return Fraction(1), 0.8
        if abs(part.y1 - strip.row(4)) < 0.3 * SPACE:
            return Fraction(1, 2), 0.8
        return Fraction(0), 0.0
    if not 1.2 <= high <= 4.2:
        return Fraction(0), 0.0
    names = [f"rest-{n}" for n in (4, 8, 16, 32)]
    found = best(fits(names, soft, (part.x0 - 6, part.x0 + 6), strip.row(4), 4), _REST)
    if found is None:
        return Fraction(0), 0.0
    return Fraction(1, int(found.name.partition("-")[2])), found.score
