"""A tune as ABC 2.1."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from docparse.model.embedded.music_ink.notes import Event
from docparse.model.embedded.music_ink.rhythm import IN_TIME_OF, Measure

UNIT = Fraction(1, 8)
_MAJOR = ("Cb", "Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#")  # by fifths from -7
_LOWEST = {"treble": 30, "bass": 18, "alto": 24, "tenor": 22}  # the lowest line, in steps over C of octave 0
_MIDDLE_C = 28
_LETTERS = "CDEFGAB"


def key_name(fifths: int) -> str:
    return _MAJOR[fifths + 7]


def note_name(step: int, clef: str) -> str:
    """A step above the lowest line as ABC names it."""
    away = _LOWEST[clef] + step - _MIDDLE_C
    octave, letter = divmod(away, 7)
    name = _LETTERS[letter]
    if octave <= 0:
        return name + "," * -octave
    return name.lower() + "'" * (octave - 1)


def length_sign(length: Fraction) -> str:
    times = length / UNIT
    if times == 1:
        return ""
    if times.denominator == 1:
        return str(times.numerator)
    return f"{times.numerator if times.numerator > 1 else ''}/{times.denominator}"


def event_text(event: Event, clef: str) -> str:
    length = length_sign(event.whole_length)
    if not event.notes:
        return f"z{length}"
    names = [sign + note_name(step, clef) for step, sign in event.notes]
    return f"{names[0] if len(names) == 1 else '[' + ''.join(names) + ']'}{length}"


def measure_text(measure: Measure, clef: str) -> str:
    """A bar without its bar line: notes under one beam together."""
    text, last = "", -1
    for event in measure.events:
        gap = "" if not text or (event.beam >= 0 and event.beam == last and not event.tuplet) else " "
        sign = _tuplet(measure, event) if event.tuplet else ""
        text += gap + sign + event_text(event, clef)
        last = event.beam
    return f"[M:{measure.metre}] {text}" if measure.metre else text


def _tuplet(measure: Measure, event: Event) -> str:
    at = measure.events.index(event)
    part = measure.events[at : at + event.tuplet]
    count = event.count
    if count == 3 and len(part) == 3:
        return "(3"
    return f"({count}:{IN_TIME_OF[count]}:{len(part)}"


def line_text(measures: Sequence[Measure], clef: str) -> str:
    """A staff: its bars with their bar lines."""
    parts: list[str] = []
    for measure in measures:
        if measure.before and measure.before != "|":
            parts.append(measure.before)
        parts.append(measure_text(measure, clef))
        if measure.sign:
            parts.append(measure.sign)
    return " ".join(parts)


def header(metre: str, fifths: int, clef: str, title: str = "") -> list[str]:
    lines = ["X:1"]
    if title:
        lines.append(f"T:{title}")
    if metre:
        lines.append(f"M:{metre}")
    lines.append(f"L:{UNIT}")
    lines.append(f"K:{key_name(fifths)}" + (f" clef={clef}" if clef != "treble" else ""))
    return lines
