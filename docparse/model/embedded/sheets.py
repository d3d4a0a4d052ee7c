"""Sheets of music on a page: where staves stand, what they say, and which words are none but signs of theirs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from docparse.geometry import Box, centre, clip, inside_share, overlap, union
from docparse.model.embedded import preprocess
from docparse.model.embedded.figures import Figure
from docparse.model.embedded.types import FoundTable
from docparse.schemas.page import PageImage, TextQuality, Word

if TYPE_CHECKING:
    from docparse.model.embedded import music_ink

_TOGETHER = 14.0  # spaces between staves of one sheet at most
_LEAST_NOTES, _LEAST_UNTOLD = 3, 8  # without them five lines with and without a clef are no music
_SURE = 0.35  # a reading that adds up less is none
_LEAST_WIDE, _LEAST_TALL, _LEAST_PX = 80.0, 16.0, 8  # of a picture with staves (points, pixels)
_AROUND = 0.5  # of its height: notes stand over and under their staff
_MARGIN = 0.5  # spaces round a sheet
_LEGIBLE, _WORDS_ON_STAFF = 0.9, 2
_READABLE = re.compile(r"[^\W\d_]{3,}")
_TITLE_GAP, _LONGEST_TITLE = 10.0, 80  # spaces between a title and the first staff at most; its characters


def with_sheets(page: PageImage, words: Sequence[Word], plots: Sequence[Figure]) -> list[Figure]:
    """The plots of a page, its music read as far as it can be: what its rules show, and what its pixels do.

    Where the text layer is sound, pixels are looked at in pictures and drawings of staves alone.
    """
    places = [plot.bbox for plot in plots if plot.music]
    if page.text.quality is not TextQuality.SOUND:
        places = [(0.0, 0.0, page.width, page.height)]
    elif not places:
        places = [picture.bbox for picture in page.pictures if _may_hold_staves(page, picture.bbox)]
    if page.pixels is None or not places:
        return list(plots)
    from docparse.model.embedded import music_ink

    sheets: list[Figure] = []
    for place in places:
        corner, grey = _piece(page, place, _AROUND * (place[3] - place[1]))
        groups = _sheets(music_ink.find_staves(grey)) if min(grey.shape) >= _LEAST_PX else []
        found = [_sheet(page, corner, grey, group, words) for group in groups]
        sheets += [new for new in found if new and not any(_is_same(new.bbox, known.bbox) for known in sheets)]
    rest = [plot for plot in plots if not any(_is_same(plot.bbox, sheet.bbox) for sheet in sheets)]
    return rest + sheets


def _may_hold_staves(page: PageImage, box: Box) -> bool:
    from docparse.model.embedded import music_ink

    if page.pixels is None or box[2] - box[0] < _LEAST_WIDE or box[3] - box[1] < _LEAST_TALL:
        return False
    _, grey = _piece(page, box)
    return min(grey.shape) >= _LEAST_PX and music_ink.may_hold_staves(grey)


def _piece(page: PageImage, box: Box, reach: float = 0.0) -> tuple[tuple[int, int], NDArray[np.uint8]]:
    """The page within a box and `reach` (page units) round it, and the corner where that is (pixels)."""
    assert page.pixels is not None
    corners = page.to_px((box[0] - reach, box[1] - reach, box[2] + reach, box[3] + reach))
    x0, y0, x1, y1 = (round(side) for side in clip(corners, page.width_px, page.height_px))
    pixels = page.pixels[y0:y1, x0:x1]
    return (x0, y0), preprocess.grey(pixels) if pixels.size else np.zeros((0, 0), np.uint8)


def _is_same(plot: Box, sheet: Box) -> bool:
    return overlap(plot, sheet) > 0.3 * min(_area(plot), _area(sheet))


def _sheets(staves: Sequence[music_ink.Staff]) -> list[list[music_ink.Staff]]:
    """Staves that follow one another in one column."""
    groups: list[list[music_ink.Staff]] = []
    for staff in staves:
        for group in groups:
            last = group[-1]
            alike = abs(last.space - staff.space) < 0.2 * staff.space
            shared = min(last.right, staff.right) - max(last.left, staff.left)
            if alike and shared > 0 and 0 < staff.box[1] - last.box[3] < _TOGETHER * staff.space:
                group.append(staff)
                break
        else:
            groups.append([staff])
    return groups


def _sheet(
    page: PageImage,
    corner: tuple[int, int],
    grey: NDArray[np.uint8],
    staves: Sequence[music_ink.Staff],
    words: Sequence[Word],
) -> Figure | None:
    """What the staves say; `grey` is the page from this corner on (pixels)."""
    from docparse.model.embedded import music_ink

    lines = [page.to_units(_moved(staff.box, corner)) for staff in staves]
    if _is_text(words, lines):
        return None
    reading = music_ink.read_music(grey, staves)
    if reading is None or reading.notes < (_LEAST_NOTES if reading.abc else _LEAST_UNTOLD):
        return None
    margin = _MARGIN * staves[0].space
    x0, y0, x1, y1 = union(_moved(band, corner) for band in reading.bands)
    box = page.to_units(clip((x0 - margin, y0 - margin, x1 + margin, y1 + margin), page.width_px, page.height_px))
    signs = [word for word in words if _is_sign(word, lines, box)]
    figure = Figure(box, music=True, words=signs)
    if reading.abc and reading.confidence >= _SURE:
        held = {id(word) for word in signs}
        title = _title([word for word in words if id(word) not in held], lines[0], staves[0].space / page.scale_y)
        figure.abc, figure.score = reading.with_title(title), reading.confidence
    return figure


def _is_text(words: Sequence[Word], staves: Sequence[Box]) -> bool:
    """Whether the five lines are rules of a table or lines of text: words stand on them that can be read for sure."""
    spots = [
        centre(word.bbox) for word in words if word.confidence >= _LEGIBLE and _READABLE.search(word.text) is not None
    ]
    on = sum(1 for x, y in spots for x0, y0, x1, y1 in staves if x0 < x < x1 and y0 < y < y1)
    return on >= _WORDS_ON_STAFF * len(staves)


def _moved(box: Box, corner: tuple[int, int]) -> Box:
    return (box[0] + corner[0], box[1] + corner[1], box[2] + corner[0], box[3] + corner[1])


def _is_sign(word: Word, staves: Sequence[Box], sheet: Box) -> bool:
    """Whether what was read as a word is notes: it stands on the lines, or by them and spells nothing."""
    if any(overlap(word.bbox, staff) > 0.5 * _area(word.bbox) for staff in staves):
        return True
    return inside_share(word.bbox, sheet) > 0.5 and _READABLE.search(word.text) is None


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _title(words: Sequence[Word], staff: Box, space: float) -> str:
    """The line of text over the first staff, where one stands near its middle."""
    near = [
        word for word in words
        if 0 <= staff[1] - word.bbox[3] + space < _TITLE_GAP * space and staff[0] < centre(word.bbox)[0] < staff[2]
    ]  # fmt: skip
    lines: dict[int, list[Word]] = {}
    for word in near:
        lines.setdefault(word.line, []).append(word)
    for line in sorted(lines.values(), key=lambda line: -max(word.size for word in line)):
        line.sort(key=lambda word: word.bbox[0])
        x0, x1 = line[0].bbox[0], line[-1].bbox[2]
        gaps = [right.bbox[0] - left.bbox[2] for left, right in pairwise(line)]
        even = max(gaps, default=0.0) < 2 * max(word.size for word in line)
        middle = abs((x0 + x1) / 2 - (staff[0] + staff[2]) / 2) < 0.1 * (staff[2] - staff[0])
        text = " ".join(word.text for word in line)
        if middle and even and _READABLE.search(text) and len(text) <= _LONGEST_TITLE:
            return text
    return ""


def without_sheets(tables: Sequence[FoundTable], sheets: Sequence[Figure]) -> list[FoundTable]:
    """Tables but those made of staves and bar lines, or of the boxes of a diagram."""
    return [
        table for table in tables
        if not any(not sheet.chart and overlap(table.bbox, sheet.bbox) > 0.5 * _area(table.bbox) for sheet in sheets)
    ]  # fmt: skip
