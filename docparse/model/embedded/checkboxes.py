"""Boxes to tick on a form that OCR read: frames of ink in one column, before the lines that they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from docparse.geometry import Box, centre, contains_point
from docparse.model.embedded.ocr_detect import components
from docparse.model.embedded.pitch import print_of
from docparse.schemas.page import PageImage, Word

_EMPTY, _TICKED = "☐", "☒"
_LIKE = frozenset("□■☐☑☒○◯●口ロ回区図凶日目田国ー一DOQUVX0o&@")  # as which OCR reads a box
_REACH_EM, _INTO_EM = 2.4, 1.4  # from where a line begins, to both sides
_OVER_EM, _UNDER_EM = 1.1, 0.35  # of the baseline
_SIDE_EM, _ASPECT = (0.45, 1.3), 1.2
_EDGE, _OUT = 0.6, 0.15  # of the ink's extent that an edge goes over; of the frame, how far a tick reaches out of it
_RIM, _DRAWN = 0.15, 0.9  # of the side: how thick a frame is at most, and the share of each edge that has ink
_MARK, _FILLED = 0.06, 0.75  # ink inside of a frame that is ticked, and of what is a blot
_FULL = 99  # percentile of contrast beside a word that is ink: a thin frame covers little of it
_BEFORE_EM, _BEHIND_EM = 0.4, 0.2  # free on both sides
_SAME_EM, _LEAST = 0.25, 2  # boxes of one column, and how many there are at least


class _Tick(NamedTuple):
    """A box before the words of a line, in page units, and the sign that it is."""

    sign: str
    bbox: Box
    row: tuple[Word, ...]

    @property
    def em(self) -> float:
        return self.row[0].size


def with_checkboxes(words: Sequence[Word], page: PageImage) -> list[Word]:
    """The words that OCR read, with ☐ or ☒ where boxes are printed before lines; two in a column at least."""
    if page.pixels is None:
        return list(words)
    rows: dict[int, list[Word]] = {}
    for word in words:
        if word.line >= 0:
            rows.setdefault(word.line, []).append(word)
    found = [tick for row in rows.values() if (tick := _tick(row, page)) is not None]
    ticks = {tick.row[0].line: tick for tick in found if sum(_in_column(tick, other) for other in found) >= _LEAST}
    result: list[Word] = []
    for word in words:
        tick = ticks.get(word.line)
        if tick is None:
            result.append(word)
            continue
        if word is tick.row[0]:
            result.append(word._replace(text=tick.sign, bbox=tick.bbox, space=True, confidence=1.0))
        result += _without_box(word, tick)
    return result


def _in_column(tick: _Tick, other: _Tick) -> bool:
    """Whether two boxes, which may be one, begin at one place and are as large."""
    side = tick.bbox[3] - tick.bbox[1]
    alike = abs((other.bbox[3] - other.bbox[1]) - side) < _SAME_EM * side
    return alike and abs(tick.bbox[0] - other.bbox[0]) < _SAME_EM * tick.em


def _without_box(word: Word, tick: _Tick) -> list[Word]:
    """A word without what OCR read in place of the box; nothing may be left of it."""
    x0, top, x1, bottom = word.bbox
    if contains_point(tick.bbox, *centre(word.bbox)) and len(word.text) <= 2:
        return []
    if x0 >= centre(tick.bbox)[0]:
        return [word]
    text = word.text[1:] if len(word.text) > 2 and word.text[0] in _LIKE else word.text
    return [word._replace(text=text, bbox=(min(tick.bbox[2], x1), top, x1, bottom))]


def _tick(row: Sequence[Word], page: PageImage) -> _Tick | None:
    """The box that a line begins with or has before it, where nothing else is printed on either side."""
    assert page.pixels is not None
    word = row[0]
    em, scale = word.size, page.scale_x
    x0, y = word.bbox[0], word.baseline
    place = (x0 - _REACH_EM * em, y - _OVER_EM * em, x0 + _INTO_EM * em, y + _UNDER_EM * em)
    left, top, right, bottom = (max(0, round(side)) for side in page.to_px(place))
    patch = print_of(page.pixels[top:bottom, left:right, 1], full=_FULL)
    if patch is None:
        return None
    dark = patch > 0.5
    _, boxes = components(dark)
    sides = (boxes[:, 2:] - boxes[:, :2]).min(axis=1)
    for part in boxes[sides >= _SIDE_EM[0] * em * scale].tolist():
        frame = _frame(dark, part)
        if frame is not None and (sign := _sign(dark, frame, em * scale)):
            x0, y0, x1, y1 = frame
            return _Tick(sign, page.to_units((left + x0, top + y0, left + x1, top + y1)), tuple(row))
    return None


def _frame(dark: NDArray[np.bool_], part: Sequence[int]) -> tuple[int, int, int, int] | None:
    """Where the edges of a part of the ink are that may be a frame; the tick in it may reach out of it."""
    x0, y0, x1, y1 = part
    own = dark[y0:y1, x0:x1]
    level, upright = np.flatnonzero(own.mean(axis=1) >= _EDGE), np.flatnonzero(own.mean(axis=0) >= _EDGE)
    if not len(level) or not len(upright):
        return None
    return x0 + int(upright[0]), y0 + int(level[0]), x0 + int(upright[-1]) + 1, y0 + int(level[-1]) + 1


def _sign(dark: NDArray[np.bool_], frame: tuple[int, int, int, int], em: float) -> str:
    """What a square frame with nothing beside it says, and nothing of any other ink; `em` is in pixels."""
    x0, y0, x1, y1 = frame
    wide, tall = x1 - x0, y1 - y0
    low, high = (side * em for side in _SIDE_EM)
    if not (low <= min(wide, tall) and max(wide, tall) <= min(high, _ASPECT * min(wide, tall) + 1)):
        return ""
    out = round(_OUT * wide)
    before, behind = max(0, round(x0 - _BEFORE_EM * em)), round(x1 + _BEHIND_EM * em)
    if dark[y0:y1, before : max(0, x0 - out)].any() or dark[y0:y1, x1 + out : behind].any():
        return ""
    own, rim = dark[y0:y1, x0:x1], max(1, round(_RIM * min(wide, tall)))
    edges = (own[:rim].any(axis=0), own[-rim:].any(axis=0), own[:, :rim].any(axis=1), own[:, -rim:].any(axis=1))
    corners = (own[:rim, :rim], own[:rim, -rim:], own[-rim:, :rim], own[-rim:, -rim:])
    if not all(edge.mean() >= _DRAWN for edge in edges) or not all(corner.any() for corner in corners):
        return ""
    inside = float(own[rim + 1 : -rim - 1, rim + 1 : -rim - 1].mean()) if min(wide, tall) > 2 * rim + 2 else 1.0
    return "" if inside >= _FILLED else _TICKED if inside >= _MARK else _EMPTY
