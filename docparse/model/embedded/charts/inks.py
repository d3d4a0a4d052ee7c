"""The colours that a chart's marks are drawn in, as masks of the crop, told from paper, grid, frame and text."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from docparse.geometry import Box

Mask = NDArray[np.bool_]
Colour = tuple[int, int, int]

_LIGHT, _PALE = 200, 40  # least channel and most saturation of paper and plot backgrounds
_PAPER = 20  # channels: as near to the colour of the crop's border is paper
_STROKE = 0.0045  # of the longer side: half the width up to which ink is a line
_NEAR = 44  # channels this close are one colour
_MOST_INKS = 10
_LEAST_SHARE = 0.0008  # of the plot
_BLEND = 26  # a thin colour this close to the way from an ink to the paper is that ink's edge
_HALF = 0.45
_CORE = 16  # channels by which the middle of a line may differ from its colour
_FULL_LINE = 0.6  # of a row or column of the plot: grid and frame, not marks


@dataclass(frozen=True, slots=True)
class Ink:
    """One colour: where it is, and whether it fills areas or draws lines and points."""

    colour: Colour
    mask: Mask
    thick: bool


def find_inks(
    pixels: NDArray[np.uint8], plot: Box, legend: Iterable[Box], text: Iterable[Box], named: Sequence[Colour] = ()
) -> list[Ink]:
    """Colours of the marks in the plot, most used first, without what is in the boxes of legend and text.

    Fills go on under text. Thin grey is frame and ticks, but for the colours that the legend has `named`.
    """
    open_ = _inside(pixels.shape[:2], plot)
    _clear(open_, legend)
    free = open_.copy()
    _clear(free, text)
    values = pixels.astype(np.int16)
    planes = np.ascontiguousarray(np.moveaxis(values, 2, 0))  # numpy is slow along an axis of three
    low, high = planes.min(axis=0), planes.max(axis=0)
    left = free & ~((low >= _LIGHT) & (high - low <= _PALE)) & (_apart(planes, _border(values)) > _PAPER)
    least = max(12.0, _LEAST_SHARE * free.sum())
    paper = _most_common(values[free & ~left]) if (free & ~left).any() else np.array([255, 255, 255])
    stroke = max(2, round(_STROKE * max(pixels.shape[:2])))
    inks: list[Ink] = []
    while len(inks) < _MOST_INKS and left.sum() > least:
        colour = _most_common(values[left])
        like = _apart(planes, colour) <= _NEAR
        near = left & like
        left &= ~near
        mask = _without_lines(near, plot)
        count = int(mask.sum())
        if count < least:
            continue
        thick = bool(eroded(mask, stroke).sum() > 0.35 * count)
        if thick:
            near = _without_lines(open_ & like, plot)
            mask = near & ~eroded(~eroded(near), 3)  # soft edges of letters have any colour
        else:
            soft = free & _mixed(planes, colour, paper)
            left &= ~soft
            mask = _without_lines(near | soft, plot)
        found: Colour = (int(colour[0]), int(colour[1]), int(colour[2]))
        if thick or _is_named(found, named) or not _is_blend(colour, paper, inks):
            inks.append(Ink(found, mask, thick))
    _part_edges(inks, planes, paper)
    vivid = [
        ink for ink in inks if ink.thick or max(ink.colour) - min(ink.colour) > _PALE or _is_named(ink.colour, named)
    ]
    return vivid or inks


def _apart(planes: NDArray[np.int16], colour: NDArray[np.int16]) -> NDArray[np.int16]:
    """How far each pixel is from a colour, in the channel that differs most; `planes` are the three channels."""
    apart: NDArray[np.int16] = np.abs(planes - colour[:, None, None]).max(axis=0)
    return apart


def _part_edges(inks: list[Ink], planes: NDArray[np.int16], paper: NDArray[np.int16]) -> None:
    """Take from thin inks what is the soft edge of another: half of one colour may look like the whole of another."""
    thin = [ink for ink in inks if not ink.thick]
    colours = [np.array(ink.colour, np.int16) for ink in thin]
    cores = [ink.mask & (_apart(planes, colour) <= _CORE) for ink, colour in zip(thin, colours, strict=True)]
    edges = [
        ~eroded(~core, 1) & ~core & _mixed(planes, colour, paper, least=0.1)
        for colour, core in zip(colours, cores, strict=True)
    ]
    for ink, other in itertools.permutations(range(len(thin)), 2):
        thin[ink].mask[edges[other] & ~cores[ink]] = False


def _is_named(colour: Colour, named: Sequence[Colour]) -> bool:
    return any(max(abs(a - b) for a, b in zip(colour, other, strict=True)) <= _NEAR for other in named)


def _border(values: NDArray[np.int16]) -> NDArray[np.int16]:
    """The colour around the chart."""
    return _most_common(
        np.concatenate([values[:2].reshape(-1, 3), values[-2:].reshape(-1, 3), values[:, :2].reshape(-1, 3)])
    )


def _clear(mask: Mask, boxes: Iterable[Box]) -> None:
    for x0, y0, x1, y1 in boxes:
        mask[max(0, int(y0) - 1) : int(y1) + 2, max(0, int(x0) - 1) : int(x1) + 2] = False


def _inside(shape: tuple[int, int], plot: Box) -> Mask:
    mask = np.zeros(shape, np.bool_)
    x0, y0, x1, y1 = (max(0, round(side)) for side in plot)
    mask[y0:y1, x0:x1] = True
    return mask


def _most_common(colours: NDArray[np.int16]) -> NDArray[np.int16]:
    bins = (colours[:, 0] >> 3) * 1024 + (colours[:, 1] >> 3) * 32 + (colours[:, 2] >> 3)
    top = int(np.bincount(bins).argmax())
    return np.asarray(np.median(colours[bins == top], axis=0), np.int16)


def _without_lines(mask: Mask, plot: Box) -> Mask:
    """The mask without thin lines right across the plot: grid, axes, frame."""
    x0, y0, x1, y1 = (max(0, round(side)) for side in plot)
    kept = mask.copy()
    for across in (0, 1):
        inner = kept[y0:y1, x0:x1]
        lines = np.flatnonzero(inner.mean(axis=1 - across) > _FULL_LINE)
        for run in np.split(lines, np.flatnonzero(np.diff(lines) > 1) + 1):
            if 0 < len(run) <= 4:
                if across:
                    inner[:, run] = False
                else:
                    inner[run] = False
    return kept


def eroded(mask: Mask, times: int = 2) -> Mask:
    """The mask less `times` pixels all around."""
    for _ in range(times):
        inner = mask.copy()
        inner[1:] &= mask[:-1]
        inner[:-1] &= mask[1:]
        inner[:, 1:] &= mask[:, :-1]
        inner[:, :-1] &= mask[:, 1:]
        mask = inner
    return mask


def _mixed(
    planes: NDArray[np.int16], colour: NDArray[np.int16], paper: NDArray[np.int16], least: float = _HALF
) -> Mask:
    """Where a thin line's colour is mixed with the paper, by so much of it."""
    way = (colour - paper).astype(np.float32)
    off = (planes - paper[:, None, None]).astype(np.float32)
    share = np.tensordot(way, off, 1) / max(1.0, float(way @ way))
    aside = np.abs(off - share * way[:, None, None]).max(axis=0)
    return np.asarray((share > least) & (aside <= _BLEND), np.bool_)


def _is_blend(colour: NDArray[np.int16], paper: NDArray[np.int16], inks: list[Ink]) -> bool:
    """Whether a colour lies between the paper and an ink: the soft edge of its lines."""
    for ink in inks:
        way = np.array(ink.colour) - paper
        share = float(np.dot(colour - paper, way) / max(1.0, float(np.dot(way, way))))
        if 0.05 < share < 1.0 and np.abs(paper + share * way - colour).max() <= _BLEND:
            return True
    return False
