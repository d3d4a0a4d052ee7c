"""How far drawings reach: strokes that go on from them, labels round them; drawings known by their caption alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from docparse.geometry import Box, clip, height, inside_share, overlap, union, width
from docparse.model.embedded.captions import is_caption, names_figure
from docparse.model.embedded.clusters import clusters
from docparse.model.embedded.line_drawings import fat
from docparse.schemas.page import PageImage, Word, WordStyle, plain_text

_BOLD = int(WordStyle.BOLD)  # an IntFlag is slow to test
_LABEL, _MARK = 12, 6  # characters of a label's line, and of one by a picture
_HEADING = 6  # characters of a bold line that is none
_SHARED = 2  # lines of text that begin at a margin
# numbers under or beside one another make an axis; OCR takes the mark behind one for a dash
_TICK, _TICKS = re.compile(r"[+−–-]?\d[\d.,]*\s?%?(?:\s?[-–—])?"), 3
_ALONG_EM, _UNDER_EM, _AXIS_EM, _STROKE_EM, _APART_EM = 1.6, 1.2, 2.0, 0.3, 0.6
_SHORT = 4  # characters of what stands on an axis
_PANEL = re.compile(r"\([a-z]\)\s*\S")  # what is written under a panel
_LARGEST_EM = 1.3  # of a label's type
_LEAST_STROKES, _LEAST_RULES, _SIDE_EM = 3, 6, 3.0
_LONGEST, _LARGEST = 0.7, 0.5  # of the page: longer rules part its text, larger shapes are its ground
_MOST_STROKES, _MOST_ROWS = 400, 400


class Row(NamedTuple):
    """A line of words: one that could name a part of a drawing (then `is_bold` is known), or text.

    `on_axis`: more such short lines stand on its level or end under one another.
    """

    box: Box
    text: str
    is_bold: bool
    is_label: bool
    on_axis: bool = False


def rows_of(words: Sequence[Word], em: float) -> list[Row]:
    """The lines of a page; a short one that begins where lines of text do is no label but on an axis of numbers."""
    lines: dict[int, list[Word]] = {}
    for word in words:
        if word.line >= 0:
            lines.setdefault(word.line, []).append(word)
    if len(lines) > _MOST_ROWS:
        return []
    texts = {key: plain_text(line) for key, line in lines.items()}
    long = {key for key, text in texts.items() if len(text.replace(" ", "")) > _LABEL}
    margins = Counter(round(lines[key][0].bbox[0] / em * 2) for key in long)
    ticks = {key for key, text in texts.items() if _TICK.fullmatch(text.strip())}
    short = {key for key, text in texts.items() if len(text.strip()) <= _SHORT} | ticks
    ends = Counter(round(lines[key][-1].bbox[2] / em * 2) for key in short)
    levels = Counter(round(lines[key][0].baseline / em * 2) for key in short)
    rows = []
    for key, line in lines.items():
        place = round(line[0].bbox[0] / em * 2)
        at = (ends[round(line[-1].bbox[2] / em * 2)], levels[round(line[0].baseline / em * 2)])
        on_axis = key in short and (max(at) if key in ticks else at[1]) >= _TICKS
        on_axis = on_axis or (len(line) >= _TICKS and all(_TICK.fullmatch(word.text) for word in line))
        label = on_axis or (key not in long and max(margins[place + step] for step in (-1, 0, 1)) < _SHARED)
        label = label and max(word.size for word in line) < _LARGEST_EM * em
        label = label and _PANEL.match(texts[key].strip()) is None
        bold = label and all(word.style & _BOLD for word in line)
        label = label and not (bold and len(texts[key]) > _HEADING)
        rows.append(Row(union(word.bbox for word in line), texts[key].strip(), bold, label, on_axis))
    return rows


def strokes_of(page: PageImage) -> list[Box]:
    """What is drawn on a page but for rules that part its text and for its ground."""
    longest, largest = _LONGEST * page.width, _LARGEST * page.width * page.height
    shapes = [clip(shape.bbox, page.width, page.height) for shape in page.shapes[:_MOST_STROKES]]
    rules = [fat(rule.bbox) for rule in page.rules[:_MOST_STROKES] if width(rule.bbox) < longest]
    return [box for box in (*map(fat, shapes), *rules) if width(box) * height(box) < largest]


def labels_of(rows: Sequence[Row], *, of_picture: bool) -> list[Row]:
    """Labels by a drawing; by a raster picture, whose words are in it, a longer one is its name and no part of it."""
    return [row for row in rows if row.is_label and not (of_picture and (row.is_bold or len(row.text) > _MARK))]


def grown(box: Box, strokes: Sequence[Box], labels: Sequence[Row], walls: Sequence[Box], em: float) -> Box:
    """The box with the strokes that touch it and the labels beside it, as far as it meets none of `walls`."""
    walls = [wall for wall in walls if inside_share(wall, box) < 0.5]
    parts = [(stroke, _STROKE_EM * em, _STROKE_EM * em) for stroke in strokes]
    parts += [(row.box, _ALONG_EM * em, (_AXIS_EM if row.on_axis else _UNDER_EM) * em) for row in labels]
    while True:
        left = []
        before = box
        for part, along, under in parts:
            across = max(part[0] - box[2], box[0] - part[2])
            if across > along or max(part[1] - box[3], box[1] - part[3]) > under:
                left.append((part, along, under))
            elif inside_share(part, box) < 1:
                whole = union((box, part))
                if not any(overlap(whole, wall) > overlap(box, wall) for wall in walls):
                    box = whole
        parts = left
        if box == before:
            return box


def captioned_drawings(rows: Sequence[Row], strokes: Sequence[Box], known: Sequence[Box], em: float) -> list[Box]:
    """What is drawn between the caption of a figure and the text over it, and is of no known figure."""
    found: list[Box] = []
    for row in rows:
        if not (names_figure(row.text) and is_caption(row.text, row.box, (), em)):
            continue
        texts = [other.box for other in rows if not (other is row or other.is_label or _PANEL.match(other.text))]
        x0, head, x1 = _column(row.box, texts)
        foot = row.box[1] + _STROKE_EM * em
        drawn = [
            box for box in strokes
            if box[1] >= head and box[3] <= foot and box[2] > x0 and box[0] < x1
            and not any(overlap(box, other) > 0 for other in known)
        ]  # fmt: skip
        for members in clusters(drawn, _APART_EM * em):
            group = [drawn[i] for i in members]
            box = union(group)
            slanted = any(min(width(stroke), height(stroke)) > em for stroke in group)
            if (
                len(group) < (_LEAST_STROKES if slanted else _LEAST_RULES)
                or min(width(box), height(box)) < _SIDE_EM * em
            ):
                continue
            if not any(overlap(box, other) > 0 for other in known):
                found.append(box)
    return found


def _column(caption: Box, texts: Sequence[Box]) -> tuple[float, float, float]:
    """Left edge, top and right edge of the room over a caption: as wide as the texts next to it."""
    near = [box for box in texts if box[2] > caption[0] and box[0] < caption[2]]
    above = max((box for box in near if box[3] <= caption[1]), key=lambda box: box[3], default=(*caption[:3], 0.0))
    below = min((box for box in near if box[1] >= caption[3]), key=lambda box: box[1], default=caption)
    sides = (caption, above, below)
    return min(box[0] for box in sides), above[3], max(box[2] for box in sides)
