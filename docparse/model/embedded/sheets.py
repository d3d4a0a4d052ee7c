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
_MARGIN = 0.5  # spaces round a sheet
_READABLE = re.compile(r"[^\W\d_]{3,}")
_TITLE_GAP, _LONGEST_TITLE = 10.0, 80  # spaces between a title and the first staff at most; its characters


def with_sheets(page: PageImage, words: Sequence[Word], plots: Sequence[Figure]) -> list[Figure]:
    """The plots of a page, its music read as far as it can be: what its rules show, and what its pixels do."""
    drawn = any(plot.music for plot in plots)
    if page.pixels is None or not (drawn or page.pictures or page.text.quality is not TextQuality.SOUND):
        return list(plots)
    from docparse.model.embedded import music_ink

    grey = preprocess.grey(page.pixels)
    staves = music_ink.find_staves(grey)
    sheets = [sheet for group in _sheets(staves) if (sheet := _sheet(page, grey, group, words)) is not None]
    rest = [plot for plot in plots if not any(_is_same(plot.bbox, sheet.bbox) for sheet in sheets)]
    return rest + sheets


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
    page: PageImage, grey: NDArray[np.uint8], staves: Sequence[music_ink.Staff], words: Sequence[Word]
) -> Figure | None:
    from docparse.model.embedded import music_ink

    reading = music_ink.read_music(grey, staves)
    if reading is None or reading.notes < (_LEAST_NOTES if reading.abc else _LEAST_UNTOLD):
        return None
    margin = _MARGIN * staves[0].space
    x0, y0, x1, y1 = union(reading.bands)
    box = page.to_units(clip((x0 - margin, y0 - margin, x1 + margin, y1 + margin), page.width_px, page.height_px))
    lines = [page.to_units(staff.box) for staff in staves]
    signs = [word for word in words if _is_sign(word, lines, box)]
    figure = Figure(box, music=True, words=signs)
    if reading.abc and reading.confidence >= _SURE:
        held = {id(word) for word in signs}
        title = _title([word for word in words if id(word) not in held], lines[0], staves[0].space / page.scale_y)
        figure.abc, figure.score = reading.with_title(title), reading.confidence
    return figure


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
    """Tables but those made of staves and bar lines."""
    return [
        table for table in tables
        if not any(sheet.music and overlap(table.bbox, sheet.bbox) > 0.5 * _area(table.bbox) for sheet in sheets)
    ]  # fmt: skip
