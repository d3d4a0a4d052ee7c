"""Music: tunes in ABC notation, engraved by Verovio."""

from __future__ import annotations

import functools
import random
from typing import Any

from docparse.errors import MissingDependency
from docparse.schemas.document import Music
from docparse.synth.content.figures import svg_figure
from docparse.synth.content.text import Writer
from docparse.synth.piece import Piece

_KEYS = ("C", "G", "D", "A", "F", "Bb", "Eb", "Am", "Em", "Dm", "Gm")
_METRES = {"4/4": 8, "3/4": 6, "6/8": 6, "2/4": 4, "C|": 8}  # eighths of a bar
_SCALE = ("G,", "A,", "B,", "C", "D", "E", "F", "G", "A", "B", "c", "d", "e", "f", "g", "a")


@functools.cache
def _toolkit() -> Any:
    try:
        import verovio
    except ImportError:
        raise MissingDependency(
            "engraving music needs Verovio", user_action="Install it with: pip install 'docparse[synth]'"
        ) from None
    verovio.enableLog(verovio.LOG_ERROR)
    return verovio.toolkit()


def abc(rng: random.Random, title: str, bars: int = 8) -> str:
    """A tune of so many bars: header fields X, T, M, L, K, four bars a line."""
    metre = rng.choice(list(_METRES))
    place = rng.randint(5, 9)
    lines: list[list[str]] = [[]]
    for number in range(bars):
        bar, place = _bar(rng, _METRES[metre], place)
        lines[-1].append(bar)
        if number % 4 == 3 and number < bars - 1:
            lines.append([])
    body = " |\n".join(" | ".join(line) for line in lines)
    return f"X:1\nT:{title}\nM:{metre}\nL:1/8\nK:{rng.choice(_KEYS)}\n{body} |]"


def _bar(rng: random.Random, eighths: int, place: int) -> tuple[str, int]:
    """(bar in ABC, place on the scale where it ended): steps and small leaps, now and then a rest or an accidental."""
    notes: list[str] = []
    left = eighths
    while left > 0:
        length = min(left, rng.choice((1, 1, 1, 2, 2, 3, 4)))
        place = min(max(place + rng.choice((-3, -2, -1, -1, 0, 1, 1, 2, 3)), 0), len(_SCALE) - 1)
        sign = rng.choice(("^", "_", "=")) if rng.random() < 0.04 else ""
        name = "z" if rng.random() < 0.04 else sign + _SCALE[place]
        gap = "" if length == 1 and notes and rng.random() < 0.6 else " "
        notes.append(f"{gap if notes else ''}{name}{length if length > 1 else ''}")
        left -= length
    return "".join(notes), place


def music(writer: Writer, *, width_pt: int = 240) -> Piece:
    """A tune of four to eight bars, as wide as `width_pt`."""
    rng = writer.rng
    text = abc(rng, writer.words(1, 3), rng.choice((4, 6, 8)))
    toolkit = _toolkit()
    toolkit.resetXmlIdSeed(7)
    toolkit.setOptions(
        {
            # a staff is 72 of the engraver's units high: 14 to 20 points
            "pageWidth": int(width_pt * rng.uniform(3.6, 5.0)), "pageHeight": 20000, "adjustPageHeight": True,
            "scale": 50, "header": "auto", "footer": "none", "svgViewBox": True, "breaks": "auto",
            "xmlIdSeed": 7, "pageMarginTop": 20, "pageMarginBottom": 20, "pageMarginLeft": 20,
            "pageMarginRight": 20, "unit": 9,
        }
    )  # fmt: skip
    if not toolkit.loadData(text):
        raise ValueError(f"Verovio refuses {text!r}")
    return svg_figure(Music(abc=text), toolkit.renderToSVG(1), width_pt)
