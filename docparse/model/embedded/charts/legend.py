"""The legend: labels with a sample of a mark's colour to their left."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from docparse.geometry import Box, union
from docparse.model.embedded.charts.labels import Label

Entry = tuple[Label, tuple[int, int, int]]

_REACH = 4.5  # label heights to the left in which the sample stands
_ALIKE = 80  # channels of a sample and its mark: thin samples are mixed with paper
_BREAK = 0.4  # of the height: an empty stretch as wide as this ends the sample
_LEAST = 0.06  # of that patch that is of the sample's colour


def find_legend(pixels: NDArray[np.uint8], labels: Sequence[Label]) -> tuple[list[Entry], list[Box]]:
    """Labels with the colour of their sample, and the boxes of both."""
    entries: list[Entry] = []
    boxes: list[Box] = []
    for label in labels:
        found = _sample(pixels, label, labels)
        if found is not None:
            colour, box = found
            entries.append((label, colour))
            boxes.append(union((label.bbox, box)))
    return entries, boxes


def _sample(
    pixels: NDArray[np.uint8], label: Label, labels: Sequence[Label]
) -> tuple[tuple[int, int, int], Box] | None:
    """Colour and box of the patch before a label: it is clear right beside the text, and ends on its left."""
    height = label.height
    x1 = label.bbox[0] - 0.15 * height
    x0 = max(0.0, x1 - _REACH * height)
    others = [o.bbox[2] for o in labels if o is not label and abs(o.y - label.y) < height and o.bbox[2] <= x1 + 1]
    x0 = max([x0, *others])
    patch = pixels[max(0, round(label.bbox[1])) : round(label.bbox[3]), round(x0) : round(x1)].astype(np.int16)
    if patch.size == 0 or patch.shape[1] < height:
        return None
    vivid = (patch.max(axis=2) - patch.min(axis=2) > 40) | (patch.max(axis=2) < 190)
    columns = _last_run(vivid, max(2, round(_BREAK * height)))
    if not len(columns) or vivid[:, columns].mean() < _LEAST:
        return None
    if columns[0] == 0 and x0 > 1:  # the colour goes on to the left: a mark behind the text, not a sample
        return None
    if columns[-1] >= vivid.shape[1] - max(1, round(0.1 * height)) or columns[-1] - columns[0] < 0.8 * height:
        return None
    inner = patch[:, columns][vivid[:, columns]]
    strength = np.abs(inner - np.median(patch.reshape(-1, 3)[~vivid.reshape(-1)], axis=0)).max(axis=1)
    colour = np.median(inner[strength >= np.quantile(strength, 0.6)], axis=0)
    if (np.abs(inner - colour).max(axis=1) < 110).mean() < 0.6:
        return None
    box = (x0 + float(columns[0]), label.bbox[1], x0 + float(columns[-1]) + 1, label.bbox[3])
    return (int(colour[0]), int(colour[1]), int(colour[2])), box


def _last_run(vivid: NDArray[np.bool_], gap: int) -> NDArray[np.intp]:
    """The coloured columns nearest to the text, up to the first gap."""
    columns = np.flatnonzero(vivid.any(axis=0))
    breaks = np.flatnonzero(np.diff(columns) > gap)
    return columns[breaks[-1] + 1 :] if len(breaks) else columns


def name_of(colour: tuple[int, int, int], entries: Sequence[Entry]) -> str:
    """The legend's name of a colour; "" where it has none."""
    best = min(entries, key=lambda entry: _distance(entry[1], colour), default=None)
    return best[0].text if best is not None and _distance(best[1], colour) < _ALIKE else ""


def _distance(a: tuple[int, int, int], b: tuple[int, int, int]) -> int:
    return max(abs(x - y) for x, y in zip(a, b, strict=True))
