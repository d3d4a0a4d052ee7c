"""ABC notation: it parses, it has notes, and its bars add up to the meter (music21, extra `music`)."""

from __future__ import annotations

import functools
import importlib.util
import re
import tempfile
from pathlib import Path
from typing import Any, Literal

from docparse.schemas.document import Check, Music

_KEY = re.compile(r"^K:", re.MULTILINE)
_LONGEST = 50_000
_PARTS = re.compile(r"\|:|:\||\|\]|\[\||::|\|\|")
_METER = re.compile(r"(?:^|\[)M:\s*([^\]\n%]+)", re.MULTILINE)
_METERS = {"C": "4/4", "C|": "2/2"}
_TOLERANCE = 0.01  # quarter notes


def check_music(block: Music) -> None:
    """Check a block's ABC notation."""
    if not block.abc:
        return
    if not available():
        block.checks.append(Check(name="abc", outcome="skipped", detail="extra 'music' (music21) is missing"))
        return
    try:
        score = read_abc(block.abc)
    except ValueError as error:
        block.flags.append("abc_invalid")
        block.checks.append(Check(name="abc", outcome="failed", detail=str(error)))
        return
    block.checks.append(Check(name="abc", outcome="passed"))
    wrong = odd_bars(score, block.abc)
    detail = f"bars that do not add up to the meter: {', '.join(map(str, wrong[:10]))}" if wrong else ""
    block.checks.append(Check(name="bars", outcome="failed" if wrong else "passed", detail=detail))
    if wrong:
        block.flags.append("bars_uneven")


@functools.cache
def available() -> bool:
    return importlib.util.find_spec("music21") is not None


def read_abc(abc: str) -> Any:
    """The music21 score of an ABC text. Raises ValueError if it is none, ImportError without music21."""
    from music21 import converter

    if not _KEY.search(abc):
        raise ValueError("no key (K:) in the header")
    if len(abc) > _LONGEST:
        raise ValueError(f"more than {_LONGEST} characters")
    try:
        score = converter.parseData(abc, format="abc")
    except Exception as error:  # music21 lets errors of every kind through
        raise ValueError(f"{type(error).__name__}: {error}"[:200]) from error
    if not score.recurse().notes:
        raise ValueError("no notes")
    return score


def odd_bars(score: Any, abc: str) -> list[int]:
    """Numbers of the bars that do not add up to the meter.

    Short bars count only where there are more than upbeats and their complements explain; music21 splits a bar that is
    too long and gives the pieces meters that the text does not have.
    """
    meters = {_METERS.get(meter.strip(), meter.strip()) for meter in _METER.findall(abc)}
    if not meters:
        return []
    long: list[int] = []
    short: list[int] = []
    parts = list(score.parts) or [score]
    for part in parts:
        for bar in part.getElementsByClass("Measure"):
            over = float(bar.duration.quarterLength) - float(bar.barDuration.quarterLength)
            stray = bar.timeSignature is not None and bar.timeSignature.ratioString not in meters
            if over > _TOLERANCE or stray:
                long.append(int(bar.number))
            elif over < -_TOLERANCE:
                short.append(int(bar.number))
    allowed = len(parts) * (2 + 2 * len(_PARTS.findall(abc)))
    return sorted(long + (short if len(short) > allowed else []))


def convert(abc: str, to: Literal["musicxml", "midi"]) -> bytes:
    """The tune as MusicXML or MIDI. Raises ValueError if the ABC does not parse, ImportError without music21."""
    from music21 import converter

    score = read_abc(abc)
    with tempfile.TemporaryDirectory() as folder:
        path = score.write("musicxml", fp=str(Path(folder) / "tune.musicxml"))
        if to == "midi":  # straight from ABC, music21 trips over meters that change
            tune: Any = converter.parse(path)
            path = tune.write("midi", fp=str(Path(folder) / "tune.mid"))
        return Path(path).read_bytes()
