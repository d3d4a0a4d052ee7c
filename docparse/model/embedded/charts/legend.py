"""The legend: labels with a sample of a mark's colour to their left."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from docparse.geometry import Box, union
from docparse.model.embedded.charts.labels import Label

Colour = tuple[int, int, int]
Entry = tuple[Label, Colour]
Sample = tuple[Label, Colour, Box]

_REACH = 4.5  # label heights to the left in which the sample stands
_INTO = 0.9  # label heights by which the label's box may reach over its sample: OCR's boxes are wide
_ALIKE = 80  # channels of a sample and its mark: thin samples are mixed with paper
_BREAK = 0.12  # of the height: an empty stretch as wide as this ends the sample
_LEAST = 0.035  # of that patch that is of the sample's colour
_TINT = 0.35  # of the strongest colour: what shines through the legend is weaker
_SIDE = 4.0  # pixels by which samples of one legend may differ in place and width


def find_legend(pixels: NDArray[np.uint8], labels: Sequence[Label]) -> tuple[list[Entry], list[Box]]:
    """Labels with the colour of their sample, and the boxes of both."""
    found = [(label, *sample) for label in labels if (sample := _sample(pixels, label, labels)) is not None]
    group = max(([other for other in found if _alike(one, other)] for one in found), key=len, default=[])
    group += _between(pixels, labels, group)
    return [(label, colour) for label, colour, _ in group], [union((label.bbox, box)) for label, _, box in group]


def _between(pixels: NDArray[np.uint8], labels: Sequence[Label], group: Sequence[Sample]) -> list[Sample]:
    """Entries in line with those of a legend whose samples run together with marks behind the legend."""
    if len(group) < 2:
        return []
    x0, x1 = max(box[0] for _, _, box in group), min(box[2] for _, _, box in group)
    left, height = group[0][0].bbox[0], group[0][0].height
    known = [label for label, _, _ in group]
    more: list[Sample] = []
    for label in labels:
        near = any(abs(label.y - other.y) < 2.5 * height for other in known)
        if label in known or abs(label.bbox[0] - left) > _SIDE or not near or x1 - x0 < 0.6 * height:
            continue
        patch = pixels[round(label.y - 0.3 * height) : round(label.y + 0.3 * height) + 1, round(x0) + 2 : round(x1) - 2]
        rows = np.median(patch, axis=1)
        colour = rows[np.abs(rows - 255.0).max(axis=1).argmax()]
        if np.ptp(colour) > 40 or colour.max() < 190:
            more.append(
                (label, (int(colour[0]), int(colour[1]), int(colour[2])), (x0, label.bbox[1], x1, label.bbox[3]))
            )
    return more


def _alike(one: Sample, other: Sample) -> bool:
    """Whether two samples are of one legend: one above the other, or side by side, and equally wide."""
    (label, _, box), (label2, _, box2) = one, other
    if abs((box[2] - box[0]) - (box2[2] - box2[0])) > _SIDE:
        return False
    below = abs(box[0] - box2[0]) <= _SIDE
    return below or abs(label.y - label2.y) < 0.5 * label.height


def _sample(pixels: NDArray[np.uint8], label: Label, labels: Sequence[Label]) -> tuple[Colour, Box] | None:
    """Colour and box of the patch before a label: of one colour, with paper on both sides of it."""
    height = label.height
    left, end = max(0.0, label.bbox[0] - _REACH * height), label.bbox[0] + _INTO * height
    before = [
        o.bbox[2] for o in labels if len(o.text) > 1 and abs(o.y - label.y) < height and o.bbox[2] <= label.bbox[0] + 1
    ]
    x0 = max([left, *before])
    patch = pixels[max(0, round(label.bbox[1])) : round(label.bbox[3]), round(x0) : round(end)].astype(np.int16)
    if patch.size == 0 or patch.shape[1] < height:
        return None
    planes = np.ascontiguousarray(np.moveaxis(patch, 2, 0))  # numpy is slow along an axis of three
    highest = planes.max(axis=0)
    strength = highest - planes.min(axis=0)
    least = max(40.0, _TINT * float(np.quantile(strength, 0.98)))
    vivid = (strength > least) | (highest < 190)
    columns = np.flatnonzero(vivid.any(axis=0))
    gap = max(2, round(_BREAK * height))
    for run in reversed(np.split(columns, np.flatnonzero(np.diff(columns) > gap) + 1)):
        if not len(run) or run[-1] >= vivid.shape[1] - gap:
            continue
        starts_before = x0 + run[0] < label.bbox[0] - 0.4 * height
        if not starts_before or run[-1] - run[0] < 0.6 * height:
            continue
        if (run[0] == 0 and x0 > 1) or vivid[:, run].mean() < _LEAST:
            return None  # the colour goes on to the left: a mark behind the text, not a sample
        colour = _colour(patch[:, run], vivid[:, run], patch[~vivid])
        box = (x0 + float(run[0]), label.bbox[1], x0 + float(run[-1]) + 1, label.bbox[3])
        return None if colour is None else (colour, box)
    return None


def _colour(patch: NDArray[np.int16], vivid: NDArray[np.bool_], paper: NDArray[np.int16]) -> Colour | None:
    """The one colour of a patch; None where there are several."""
    inner = patch[vivid]
    strength = np.abs(inner - np.median(paper, axis=0)).max(axis=1)
    colour = np.median(inner[strength >= np.quantile(strength, 0.6)], axis=0)
    if (np.abs(inner - colour).max(axis=1) < 110).mean() < 0.6:
        return None
    return int(colour[0]), int(colour[1]), int(colour[2])


def name_of(colour: Colour, entries: Sequence[Entry]) -> str:
    """The legend's name of a colour; "" where it has none."""
    best = min(entries, key=lambda entry: _distance(entry[1], colour), default=None)
    return best[0].text if best is not None and _distance(best[1], colour) < _ALIKE else ""


def _distance(a: Colour, b: Colour) -> int:
    return max(abs(x - y) for x, y in zip(a, b, strict=True))
