"""Level rules of page images, not drawn in one stroke: of dashes, and of pieces with the edge of a tint between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from docparse.model.embedded.tables.masks import Mask
from docparse.model.embedded.tables.rules import Line
from docparse.schemas.page import PageImage, Word

_THIN_EM, _GAP_EM, _LONG_EM = 0.13, 0.45, 6.0  # a dash's height, the blank behind it, the length of all
_LEAST_DASHES, _FULL = 5, 0.5
_BESIDE_EM = 1.5  # from a rule to words in whose line it stands: dots that lead to a number
_INNER = 0.15  # of a word's height, which letters leave free above and below
_LEVEL_EM = 0.15
_EDGE_PX, _TINT = (2, 6), 10  # beside the edge of a ground; of 255, by which its colour differs
_EVEN = 0.7  # share of a ground's pixels that are of its colour, or twice the least difference from it away


def dashed_rules(ink: Mask, page: PageImage, words: Sequence[Word], em: float) -> list[Line]:
    """Level rules of dashes, in page units."""
    return [line for line in _dashed(ink, page, em) if not _is_of_text(line, words, em)]


def over_tints(lines: list[Line], page: PageImage, em: float) -> list[Line]:
    """The lines, two at one height as one where the ground between them is of another colour above than below."""
    joined: list[Line] = []
    for line in sorted(lines, key=lambda line: (line.start, line.pos)):
        for i, other in enumerate(joined):
            level = abs(line.pos - other.pos) < _LEVEL_EM * em
            if level and other.end < line.start and _is_edge(page, line.pos, other.end, line.start):
                joined[i] = other._replace(end=line.end)
                break
        else:
            joined.append(line)
    return sorted(joined)


def _dashed(ink: Mask, page: PageImage, em: float) -> Iterator[Line]:
    """Rows of short strokes with nothing right above and below them, near enough to one another to be one rule."""
    thick = max(2, round(_THIN_EM * em * page.scale_y))
    thin = np.zeros_like(ink)
    thin[thick:-thick] = ink[thick:-thick] & ~ink[: -2 * thick] & ~ink[2 * thick :]
    least = _LONG_EM * em * page.scale_x
    rows = np.flatnonzero(np.count_nonzero(thin, axis=1) >= _FULL * least)
    for group in np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1):
        if not 0 < len(group) <= thick:
            continue
        pos = float(group[0] + group[-1] + 1) / 2 / page.scale_y
        for start, end in _runs_of_dashes(
            np.any(thin[group[0] : group[-1] + 1], axis=0), _GAP_EM * em * page.scale_x, least
        ):
            yield Line(pos, start / page.scale_x, end / page.scale_x)


def _runs_of_dashes(row: NDArray[np.bool_], gap: float, least: float) -> Iterator[tuple[int, int]]:
    """Where dashes with blanks up to `gap` between them begin and end."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], row, [False]))))
    starts, ends = edges[::2], edges[1::2]
    parts = np.flatnonzero(starts[1:] - ends[:-1] > gap) + 1
    for first, last in zip(np.split(starts, parts), np.split(ends, parts), strict=True):
        length = int(last[-1] - first[0]) if len(first) else 0
        if length >= least and len(first) >= _LEAST_DASHES and int((last - first).sum()) >= _FULL * length:
            yield int(first[0]), int(last[-1])


def _is_of_text(line: Line, words: Sequence[Word], em: float) -> bool:
    """Whether a word stands at the line's height, in it or close beside it."""
    for word in words:
        x0, y0, x1, y1 = word.bbox
        inner = _INNER * (y1 - y0)
        if y0 + inner < line.pos < y1 - inner and x0 < line.end + _BESIDE_EM * em and line.start - _BESIDE_EM * em < x1:
            return True
    return False


def _is_edge(page: PageImage, pos: float, start: float, end: float) -> bool:
    assert page.pixels is not None
    x0, y, x1, _ = (round(side) for side in page.to_px((start, pos, end, pos)))
    near, far = _EDGE_PX
    above, below = page.pixels[max(0, y - far) : max(0, y - near), x0:x1], page.pixels[y + near : y + far, x0:x1]
    if not above.size or not below.size:
        return False
    grounds = [part.reshape(-1, 3).astype(np.int16) for part in (above, below)]
    shades = [np.median(ground, axis=0) for ground in grounds]
    even = all(
        np.mean(np.abs(ground - shade).max(axis=1) < 2 * _TINT) > _EVEN
        for ground, shade in zip(grounds, shades, strict=True)
    )  # a photograph is not
    return even and bool(np.abs(shades[0] - shades[1]).max() >= _TINT)
