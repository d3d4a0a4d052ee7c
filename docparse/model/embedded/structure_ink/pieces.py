"""The pieces of a drawing's ink made letters: cut free of strokes, parted where they touch, joined where torn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from docparse.model.embedded.music_ink.raster import Part, parts
from docparse.model.embedded.structure_ink.letters import SURE, best_of, form_of, is_line
from docparse.model.embedded.structure_ink.sheet import Sheet
from docparse.model.embedded.structure_ink.strokes import tolerance
from docparse.model.embedded.structure_ink.thin import corners, paths_of, thinned

_CLEAR = "BCFHNOPS0"
_BESIDE = 0.22, 0.8  # bonds' lengths that a letter which touches strokes is high
_BOND = 0.62  # of a bond's length that no line of a letter has
_TWO, _THREE = 1.2, 3.6  # letters' heights that two or three of them are wide
_CUTS = 6  # columns with little ink that are tried
_TORN = 1.3  # thicknesses of a stroke between the halves of a letter
_WIDEST = 1.2  # letters' heights


def with_letters(sheet: Sheet, usual: float) -> Sheet:
    """The sheet, its letters pieces of their own as far as they are clear; `usual` is the length of a bond."""
    return _joined(_parted(_cut_free(sheet, usual), usual), usual)


def _cut_free(sheet: Sheet, usual: float) -> Sheet:
    """Letters that touch strokes: what is left of the ink without its long straight lines."""
    low, high = _BESIDE[0] * usual, _BESIDE[1] * usual
    large = [p for p in sheet.parts if max(p.wide, p.high) > high]
    if not large:
        return sheet
    mask = np.isin(sheet.labels, [p.label for p in large]).astype(np.uint8)
    rest = Image.fromarray(mask)
    pen = ImageDraw.Draw(rest)
    for _, _, path in paths_of(thinned(mask))[1]:
        at = corners(path, tolerance(sheet.thick))
        for i, j in pairwise(at):
            if np.hypot(*(path[j] - path[i])) > _BOND * usual:
                pen.line([tuple(path[i]), tuple(path[j])], fill=0, width=round(1.3 * sheet.thick) + 1)
    found, names = parts(np.asarray(rest))
    labels, pieces = sheet.labels.copy(), list(sheet.parts)
    for part in found:
        if not (low < part.high < high and 0.15 * part.high < part.wide < 1.5 * part.high):
            continue
        cut = names[part.y0 : part.y1, part.x0 : part.x1] == part.label
        if best_of(form_of(cut), _CLEAR)[1] > SURE:
            label = len(pieces) + 1
            labels[part.y0 : part.y1, part.x0 : part.x1][cut] = label
            pieces.append(replace(part, label=label))
    return sheet if len(pieces) == len(sheet.parts) else sheet._replace(parts=pieces, labels=labels)


def _parted(sheet: Sheet, usual: float) -> Sheet:
    """Letters that touch one another."""
    low, high = _BESIDE[0] * usual, _BESIDE[1] * usual
    labels, pieces = sheet.labels.copy(), list(sheet.parts)
    for part in sheet.parts:
        if not (low < part.high < high and _TWO * part.high < part.wide < _THREE * part.high):
            continue
        mask = sheet.cut([part])
        if best_of(form_of(mask), _CLEAR)[1] > SURE:
            continue
        window = labels[part.y0 : part.y1, part.x0 : part.x1]
        for number, (left, right) in enumerate(pairwise(_cuts(mask))):
            columns = np.zeros(mask.shape, bool)
            columns[:, left:right] = mask[:, left:right]
            ys, xs = np.nonzero(columns)
            label = len(pieces) + 1 if number else part.label
            window[columns] = label
            xs, ys = xs + part.x0, ys + part.y0
            box = int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1
            piece = Part(*box, len(xs), float(xs.mean()), float(ys.mean()), label)
            if number:
                pieces.append(piece)
            else:
                pieces[part.label - 1] = piece
    return sheet if len(pieces) == len(sheet.parts) else sheet._replace(parts=pieces, labels=labels)


def _cuts(mask: NDArray[np.bool_]) -> list[int]:
    """Where a piece is cut so that each part is clearly a letter, from its left to its right; empty if nowhere."""
    high, wide = mask.shape
    ink = mask.sum(axis=0)
    best: tuple[float, list[int]] = (SURE, [])
    inner = range(int(0.3 * high), wide - int(0.3 * high))
    for at in sorted(inner, key=lambda column: int(ink[column]))[: _CUTS * 4 : 4]:
        left, right = _likeness(mask[:, :at]), _likeness(mask[:, at:])
        if min(left, right) > best[0]:
            best = min(left, right), [0, at, wide]
    return best[1]


def _likeness(mask: NDArray[np.bool_]) -> float:
    ys, xs = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return best_of(form_of(mask[ys[0] : ys[-1] + 1, xs[0] : xs[-1] + 1]), _CLEAR)[1] if len(ys) else 0.0


def _joined(sheet: Sheet, usual: float) -> Sheet:
    """Letters that the print has torn in two: halves close together, which are one clearly."""
    labels, gone = sheet.labels.copy(), set[int]()
    pieces = {part.label: part for part in sheet.parts}
    small = [p for p in sheet.parts if max(p.wide, p.high) < _BESIDE[1] * usual]
    for first, second in _neighbours(small, _TORN * sheet.thick):
        if first.label in gone or second.label in gone or (is_line(sheet, first) and is_line(sheet, second)):
            continue
        whole = _union(first, second)
        if not _BESIDE[0] * usual < whole.high < _BESIDE[1] * usual or whole.wide > _WIDEST * whole.high:
            continue
        alone = max(best_of(form_of(sheet.cut([part])), _CLEAR)[1] for part in (first, second))
        together = best_of(form_of(sheet.cut([first, second])), _CLEAR)[1]
        if together > max(SURE, alone):
            labels[labels == second.label] = first.label
            gone.add(second.label)
            pieces[first.label] = whole
    kept = [part for label, part in pieces.items() if label not in gone]
    return sheet._replace(parts=kept, labels=labels) if gone else sheet


def _neighbours(pieces: list[Part], gap: float) -> Iterator[tuple[Part, Part]]:
    for place, first in enumerate(pieces):
        for second in pieces[place + 1 :]:
            across = max(first.x0, second.x0) - min(first.x1, second.x1)
            down = max(first.y0, second.y0) - min(first.y1, second.y1)
            if max(across, down) < gap and min(across, down) < 0:
                yield first, second


def _union(first: Part, second: Part) -> Part:
    return Part(
        min(first.x0, second.x0), min(first.y0, second.y0), max(first.x1, second.x1), max(first.y1, second.y1),
        first.size + second.size, (first.x + second.x) / 2, (first.y + second.y) / 2, first.label,
    )  # fmt: skip
