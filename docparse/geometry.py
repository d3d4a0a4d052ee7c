"""Boxes and sizes: the one coordinate convention of docparse.

A `Box` is (x0, y0, x1, y1), origin at the top left of the page as displayed, y down. Its unit is that of its owner: PDF
points (pixels for images) in a `Document`, integer pixels of the page image in QwenVL HTML.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

Box = tuple[float, float, float, float]
PATCH_PX = 28  # one visual token of Qwen2.5-VL: 2 x 2 patches of 14 pixels


def width(box: Box) -> float:
    return box[2] - box[0]


def height(box: Box) -> float:
    return box[3] - box[1]


def area(box: Box) -> float:
    w, h = box[2] - box[0], box[3] - box[1]
    return w * h if w > 0 and h > 0 else 0.0


def intersection(a: Box, b: Box) -> Box:
    return (max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3]))


def overlap(a: Box, b: Box) -> float:
    """Area that both boxes share."""
    if a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]:
        return 0.0
    # no min and max: a call of either takes longer than all the rest
    w = (a[2] if a[2] < b[2] else b[2]) - (a[0] if a[0] > b[0] else b[0])
    h = (a[3] if a[3] < b[3] else b[3]) - (a[1] if a[1] > b[1] else b[1])
    return w * h if w > 0 and h > 0 else 0.0


def inside_share(inner: Box, outer: Box) -> float:
    """Share of `inner`'s area that lies within `outer`, 0 to 1."""
    shared = overlap(inner, outer)  # most often there is none
    return shared / area(inner) if shared else 0.0


def iou(a: Box, b: Box) -> float:
    """Intersection over union, 0 to 1."""
    shared = overlap(a, b)
    return shared / (area(a) + area(b) - shared) if shared else 0.0


def union(boxes: Iterable[Box]) -> Box:
    """Smallest box around all; ValueError when there is none."""
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return (min(x0), min(y0), max(x1), max(y1))


def scale(box: Box, sx: float, sy: float) -> Box:
    return (box[0] * sx, box[1] * sy, box[2] * sx, box[3] * sy)


def clip(box: Box, width: float, height: float) -> Box:
    """The box cut to (0, 0, width, height); may become empty."""
    x0, y0, x1, y1 = box
    if 0 <= x0 <= x1 <= width and 0 <= y0 <= y1 <= height:  # as nearly all are
        return (x0, y0, x1, y1)
    return (min(max(x0, 0.0), width), min(max(y0, 0.0), height), min(max(x1, 0.0), width), min(max(y1, 0.0), height))


def contains_point(box: Box, x: float, y: float) -> bool:
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def centre(box: Box) -> tuple[float, float]:
    return ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)


def smart_resize(
    height_px: float, width_px: float, *, min_pixels: int = 3136, max_pixels: int = 12_845_056, factor: int = PATCH_PX
) -> tuple[int, int]:
    """(height, width), both multiples of `factor`, within the pixel budget, as Qwen2.5-VL's processor computes it.

    Source: qwen_vl_utils.smart_resize. Raises ValueError for an aspect ratio above 200.
    """
    if min(height_px, width_px) <= 0 or max(height_px, width_px) / min(height_px, width_px) > 200:
        raise ValueError("aspect ratio must be below 200")
    h = max(factor, round(height_px / factor) * factor)
    w = max(factor, round(width_px / factor) * factor)
    if h * w > max_pixels:
        beta = math.sqrt(height_px * width_px / max_pixels)
        h = max(factor, math.floor(height_px / beta / factor) * factor)
        w = max(factor, math.floor(width_px / beta / factor) * factor)
    elif h * w < min_pixels:
        beta = math.sqrt(min_pixels / (height_px * width_px))
        h = math.ceil(height_px * beta / factor) * factor
        w = math.ceil(width_px * beta / factor) * factor
    return h, w
