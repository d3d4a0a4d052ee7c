"""One staff of its own: levelled, at a fixed size, with its lines taken away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from docparse.model.embedded.music_ink import raster
from docparse.model.embedded.music_ink.staves import LINES, Staff

SPACE = 16  # px between the lines of a strip
REACH = 7.5  # spaces over and under the staff that are looked at
_BEFORE = 1.5  # spaces before the lines begin, and after they end
_SLICE = 32  # columns that are straight
_COARSE = 1.3  # px of the page to one of the strip from which it is softened first
_FAINT, _SHARPER = 0.55, 2.0  # darkness of lines from which a strip counts as blurred
_DOT = (0.2, 0.65)  # spaces across
_INKED = 0.42  # of the way from paper to ink


@dataclass(frozen=True, slots=True)
class Strip:
    """Masks of a levelled staff, 1 is ink. Row `middle` is its middle line."""

    ink: NDArray[np.uint8]
    bare: NDArray[np.uint8]
    middle: int
    line: int  # px that a line is thick
    begin: int  # column at which the lines begin
    end: int
    staff: Staff

    @property
    def top(self) -> int:
        return self.middle - 2 * SPACE

    @property
    def bottom(self) -> int:
        return self.middle + 2 * SPACE

    def step(self, y: float) -> float:
        """Steps of the scale above the lowest line at a row."""
        return (self.bottom - y) / (SPACE / 2)

    def row(self, step: float) -> float:
        return self.bottom - step * SPACE / 2

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Where a pixel of the strip is on the page."""
        scale = self.staff.space / SPACE
        at = self.staff.left + (x - self.begin) * scale
        return at, self.staff.middle(at) + (y - self.middle) * scale


@dataclass(frozen=True, slots=True)
class Dot:
    """A small round blot of its own."""

    x: float
    y: float


def find_dots(strip: Strip) -> list[Dot]:
    """Dots of lengthened notes, of repeats, of staccato."""
    low, high = _DOT[0] * SPACE, _DOT[1] * SPACE
    return [
        Dot(part.x, part.y)
        for part in raster.parts(strip.bare)[0]
        if low <= part.wide <= high and low <= part.high <= high and part.size > 0.6 * part.wide * part.high
    ]


def cut_strip(grey: NDArray[np.uint8], staff: Staff, above: float, below: float) -> Strip:
    """The strip of a staff; `above` and `below` are the spaces up to its neighbours' lines."""
    scale = staff.space / SPACE
    begin = round(_BEFORE * SPACE)
    wide = round((staff.right - staff.left) / scale) + 2 * begin
    middle = round((REACH + (LINES - 1) / 2) * SPACE)
    values, inside = _levelled(grey, staff, wide, begin, middle)
    ink = _inked(values, middle)
    ink[~inside] = 0
    ink = _own(ink, middle, above, below)
    ink = _settled(ink, middle)
    line = _line_px(ink, middle)
    return Strip(ink, _without_lines(ink, middle, line), middle, line, begin, wide - begin, staff)


def _levelled(
    grey: NDArray[np.uint8], staff: Staff, wide: int, begin: int, middle: int
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """The staff's pixels with its lines level, and which of them are on the page."""
    scale = staff.space / SPACE
    edges = np.append(np.arange(0, wide, _SLICE), wide)
    along = (edges - begin) * scale + staff.left
    slope = staff.slope
    level = np.interp(along, staff.x, staff.y)
    level = np.where(along < staff.x[0], staff.y[0] + slope * (along - staff.x[0]), level)
    level = np.where(along > staff.x[-1], staff.y[-1] + slope * (along - staff.x[-1]), level)
    reach = (middle + 0.5) * scale  # over and under the middle line
    high = 2 * middle + 1
    pieces = []
    for n in range(len(edges) - 1):
        corners = []
        for at, away in ((n, -reach), (n, reach), (n + 1, reach), (n + 1, -reach)):
            corners += [along[at] - slope * away, level[at] + away + 0.5]
        pieces.append(((int(edges[n]), 0, int(edges[n + 1]), high), tuple(float(c) for c in corners)))
    image = Image.fromarray(grey)
    if scale > _COARSE:
        image = image.filter(ImageFilter.GaussianBlur(0.4 * scale))
    size = (wide, high)
    paper = int(np.quantile(grey[::4, ::4], 0.75))
    values = image.transform(size, Image.Transform.MESH, pieces, Image.Resampling.BICUBIC, fillcolor=paper)
    rows = np.interp(np.arange(wide), edges, level)[None, :] + (np.arange(high) - middle)[:, None] * scale
    return np.asarray(values), np.asarray((rows >= 0) & (rows < len(grey)))


def _inked(values: NDArray[np.uint8], middle: int) -> NDArray[np.uint8]:
    paper, dark = np.quantile(values[::2, ::2], (0.75, 0.01))
    lines = [values[middle + (k - 2) * SPACE - 2 : middle + (k - 2) * SPACE + 3].min(axis=0) for k in range(LINES)]
    depth = (paper - float(np.median(lines))) / max(1.0, float(paper - dark))
    if depth < _FAINT:  # blurred: edges drawn up
        wide = np.asarray(Image.fromarray(values).filter(ImageFilter.GaussianBlur(0.18 * SPACE)), np.float32)
        sharp = values + _SHARPER * (values - wide)
        return np.asarray(sharp < paper - _INKED * (paper - dark), np.uint8)
    return np.asarray(values < paper - _INKED * (paper - dark), np.uint8)


def _own(ink: NDArray[np.uint8], middle: int, above: float, below: float) -> NDArray[np.uint8]:
    """Without what hangs wholly beyond the middle between this staff and the next."""
    top = middle - round((2 + 0.5 * above) * SPACE)
    bottom = middle + round((2 + 0.5 * below) * SPACE)
    if top <= 0 and bottom >= len(ink):
        return ink
    # the lines of the next staff join all that is on it: they, and what they reach, go first
    own = ink.copy()
    own[: max(0, middle - round((2 + above - 0.4) * SPACE))] = 0
    own[middle + round((2 + below - 0.4) * SPACE) :] = 0
    found, labels = raster.parts(own)
    foreign = np.array([False, *(part.y1 <= top or part.y0 >= bottom for part in found)])
    own[foreign[labels]] = 0
    return own


def _settled(ink: NDArray[np.uint8], middle: int) -> NDArray[np.uint8]:
    """Every column moved by the pixel or two that its lines are off by."""
    wide = 3 * SPACE
    level = raster.opened(ink, 1, SPACE)
    reach = 4
    scores: list[NDArray[np.float32]] = []
    for off in range(-reach, reach + 1):
        rows = [middle + off + (k - 2) * SPACE for k in range(LINES)]
        scores.append(level[rows].sum(axis=0).astype(np.float32))
    table = raster.smooth(np.array(scores), 2 * wide + 1)
    table = table + np.roll(table, 1, axis=0) * 0.5 + np.roll(table, -1, axis=0) * 0.5
    table[np.abs(np.arange(-reach, reach + 1)) > reach - 1] = 0
    weight = np.clip(table - 0.7 * table.max(axis=0), 0, None)
    total = weight.sum(axis=0)
    offs = (weight * np.arange(-reach, reach + 1)[:, None]).sum(axis=0) / np.maximum(total, 1e-6)
    offs = raster.smooth(offs.astype(np.float32), wide + 1)
    if np.abs(offs).max() < 0.4:
        return ink
    moved = np.arange(len(ink))[:, None] + np.round(offs).astype(np.int64)[None, :]
    return np.take_along_axis(ink, np.clip(moved, 0, len(ink) - 1), axis=0)


def _line_px(ink: NDArray[np.uint8], middle: int) -> int:
    """How thick the lines are: the median of the upright runs through them."""
    runs: list[NDArray[np.int64]] = []
    for k in range(LINES):
        y = middle + (k - 2) * SPACE
        band = ink[y - 5 : y + 6]
        clear = (band[0] == 0) & (band[-1] == 0) & (band[5] == 1)
        runs.append(band[:, clear].sum(axis=0))
    lengths = np.concatenate(runs)
    return int(np.clip(np.median(lengths), 1, 6)) if len(lengths) else 2


def upright_runs(mask: NDArray[np.uint8]) -> NDArray[np.int16]:
    """For every inked pixel the length of the upright run that it is in."""
    up = np.zeros(mask.shape, np.int16)
    down = np.zeros(mask.shape, np.int16)
    on = mask.astype(np.int16)
    for y in range(len(mask)):
        up[y] = (up[y - 1] + 1) * on[y] if y else on[y]
    for y in range(len(mask) - 1, -1, -1):
        down[y] = (down[y + 1] + 1) * on[y] if y + 1 < len(mask) else on[y]
    return np.asarray(np.maximum(up + down - 1, 0), np.int16)


def _without_lines(ink: NDArray[np.uint8], middle: int, line: int) -> NDArray[np.uint8]:
    runs = upright_runs(ink)
    bare = ink.copy()
    for y in range(middle % SPACE, len(ink), SPACE):  # ledger lines too
        reach = max(2, line // 2 + 1)
        band = slice(max(0, y - reach), y + reach + 1)
        bare[band][runs[band] <= line + 2] = 0
    return bare
