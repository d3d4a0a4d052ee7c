"""Bar lines: thin and thick strokes over the whole staff, with the dots of repeats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from docparse.model.embedded.music_ink.heads import Head
from docparse.model.embedded.music_ink.stems import Stroke
from docparse.model.embedded.music_ink.strip import SPACE, Dot, Strip

_THIN = 0.33  # spaces wide at most, a thick line more
_TOGETHER = 1.3  # spaces between the strokes of one bar line


@dataclass(slots=True)
class Bar:
    """A bar line as ABC writes it, and the columns that it takes."""

    x0: float
    x1: float
    sign: str


def find_bars(
    strip: Strip, strokes: Sequence[Stroke], heads: Sequence[Head], dots: Sequence[Dot], begin: int
) -> list[Bar]:
    own = [s for s in strokes if s.x > begin and _spans(strip, s) and not _has_head(s, heads)]
    groups: list[list[Stroke]] = []
    for stroke in own:
        if groups and stroke.x - groups[-1][-1].x < _TOGETHER * SPACE:
            groups[-1].append(stroke)
        else:
            groups.append([stroke])
    return [_bar(strip, group, dots) for group in groups]


def _spans(strip: Strip, stroke: Stroke) -> bool:
    if stroke.top > strip.top + 0.3 * SPACE or stroke.bottom < strip.bottom - 0.3 * SPACE:
        return False
    x = round(stroke.x)
    columns = strip.ink[strip.top : strip.bottom + 1, max(0, x - 1) : x + 2].max(axis=1)
    return bool(columns.mean() > 0.9)


def _has_head(stroke: Stroke, heads: Sequence[Head]) -> bool:
    return any(
        abs(head.x - stroke.x) < 0.8 * SPACE and stroke.top - 0.6 * SPACE < head.y < stroke.bottom + 0.6 * SPACE
        for head in heads
    )


def _bar(strip: Strip, group: Sequence[Stroke], dots: Sequence[Dot]) -> Bar:
    x0, x1 = group[0].x - group[0].wide / 2, group[-1].x + group[-1].wide / 2
    thick = [stroke.wide > _THIN * SPACE for stroke in group]
    left, right = _repeats(strip, dots, x0 - 0.95 * SPACE, x0), _repeats(strip, dots, x1, x1 + 0.95 * SPACE)
    if left and right:
        sign = "::"
    elif left:
        sign = ":|"
    elif right:
        sign = "|:"
    elif any(thick):
        sign = "[|" if thick[0] and not thick[-1] else "|]"
    else:
        sign = "||" if len(group) > 1 else "|"
    return Bar(x0 - (0.9 * SPACE if left else 0), x1 + (0.9 * SPACE if right else 0), sign)


def _repeats(strip: Strip, dots: Sequence[Dot], x0: float, x1: float) -> bool:
    """Whether two dots stand there, over and under the middle line."""
    near = [dot for dot in dots if x0 <= dot.x <= x1]
    return all(any(abs(dot.y - strip.row(step)) < 0.3 * SPACE for dot in near) for step in (3, 5))
