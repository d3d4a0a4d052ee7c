"""What a staff begins with: clef, key signature, metre."""

from __future__ import annotations

from dataclasses import dataclass

from docparse.model.embedded.music_ink.signs import Fit, Soft, best, fits
from docparse.model.embedded.music_ink.strip import SPACE, Strip

Clef = str  # treble, bass, alto, tenor

_CLEFS = {"treble": (("treble", 2),), "bass": (("bass", 6),), "alto": (("alto", 4), ("tenor", 6))}  # (clef, its step)
_SHARPS, _FLATS = (8, 5, 9, 6, 3, 7, 4), (4, 7, 3, 6, 2, 5, 1)  # steps in the treble clef
_TENOR_SHARPS: tuple[int, ...] = (2, 6, 3, 7, 4, 8, 5)
_SHIFT = {"treble": 0, "bass": -2, "alto": -1, "tenor": 1}
_LIKE = 0.75  # of the mean of a signature's signs that one more fits at least
_CLEF_FIT, _KEY_FIT, _DIGIT_FIT, _COMMON_FIT = 0.5, 0.55, 0.6, 0.6
_BEATS, _VALUES = range(1, 17), (1, 2, 4, 8, 16)


@dataclass(frozen=True, slots=True)
class Opening:
    """`fifths` are sharps, or flats below zero; `metre` is as ABC writes it, "" where none stands; `end` the column
    after all that."""

    clef: Clef
    fifths: int
    metre: str
    end: int
    score: float


def read_opening(strip: Strip, soft: Soft) -> Opening | None:
    """None where the staff begins with no clef."""
    found = _clef(strip, soft)
    if found is None:
        return None
    clef, fit = found
    x = fit.x1 - 3
    fifths, x = _key(strip, soft, clef, x)
    metre, x = read_metre(strip, soft, x)
    return Opening(clef, fifths, metre, round(x), fit.score)


def _clef(strip: Strip, soft: Soft) -> tuple[Clef, Fit] | None:
    found: list[tuple[float, Clef, Fit]] = []
    for sign, kinds in _CLEFS.items():
        for clef, step in kinds:
            window = (strip.begin - 0.5 * SPACE, strip.begin + 3.0 * SPACE)
            if fit := best(fits([sign], soft, window, strip.row(step)), _CLEF_FIT):
                found.append((fit.score, clef, fit))
    if not found:
        return None
    _, clef, fit = max(found, key=lambda each: each[0])
    return clef, fit


def _key(strip: Strip, soft: Soft, clef: Clef, x: float) -> tuple[int, float]:
    """Sharps or flats one after the other, each at its own step."""
    results = []
    for sign, steps, way in (("sharp", _SHARPS, 1), ("flat", _FLATS, -1)):
        places: tuple[int, ...] = tuple(step + _SHIFT[clef] for step in steps)
        if sign == "sharp" and clef == "tenor":
            places = _TENOR_SHARPS
        at, count, total = x, 0, 0.0
        for step in places:
            reach = 2.2 if count == 0 else 1.3
            fit = best(
                fits(["sharp", "flat", "natural"], soft, (at + 2, at + reach * SPACE), strip.row(step)), _KEY_FIT
            )
            if fit is None or fit.name != sign or (count and fit.score < _LIKE * total / count):
                break
            at, count, total = fit.x1 - 4, count + 1, total + fit.score
        results.append((count, total, way, at))
    count, _, way, at = max(results)
    return way * count, at


def read_metre(strip: Strip, soft: Soft, x: float) -> tuple[str, float]:
    """The metre that stands at a column or shortly after, "" if none does, and the column after it."""
    window = (x + 1, x + 3.0 * SPACE)
    whole = best(fits(["common", "cut"], soft, window, strip.row(4)), _COMMON_FIT)
    top = _number(strip, soft, x, 6)
    bottom = _number(strip, soft, x, 2)
    if top and bottom and top[0] > 9 and bottom[0] < 8:  # twelve are eighths; what stood before the 2 was no 1
        top = (top[0] % 10, *top[1:])
    if top and bottom and top[0] in _BEATS and bottom[0] in _VALUES:
        score = min(top[2], bottom[2])
        if (whole is None or score > whole.score - 0.05) and abs(top[1] - bottom[1]) < 1.5 * SPACE:
            return f"{top[0]}/{bottom[0]}", max(top[1], bottom[1])
    if whole is not None:
        return ("C" if whole.name == "common" else "C|"), whole.x1
    return "", x


def _number(strip: Strip, soft: Soft, x: float, step: int) -> tuple[int, float, float] | None:
    """A number of one or two digits in half of the staff: its value, where it ends, how sure it is."""
    names = [f"digit-{n}" for n in range(10)]
    row = strip.row(step)
    first = best(fits(names, soft, (x + 1, x + 3.2 * SPACE), row), _DIGIT_FIT)
    if first is None:
        return None
    text, end, score = first.name[-1], first.x1 - 2, first.score
    wide = first.x1 - first.x0
    if text == "1":
        after = best(fits(names, soft, (first.x1 - 0.3 * wide, first.x1 + 0.4 * wide), row), _DIGIT_FIT)
        if after is not None:
            text, score, end = text + after.name[-1], min(score, after.score), after.x1 - 2
    else:
        before = best(fits(["digit-1"], soft, (first.x0 - 1.3 * wide, first.x0 - 0.3 * wide), row), _DIGIT_FIT)
        if before is not None and before.x1 <= first.x0 + 6:
            text, score = "1" + text, min(score, before.score)
    return int(text), end, score
