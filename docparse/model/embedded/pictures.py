"""What kind of picture a crop shows, by its ink alone: music, a chemical drawing, a chart's axes, or none of these.

There is no recogniser for most of them here: the kind decides which tool is asked, and what the flags own up to.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from docparse.geometry import Box, union
from docparse.model.embedded.ocr_detect import components, level_runs
from docparse.model.embedded.preprocess import grey, ink_mask

_SIDE_PX = 1400
_TALL = 1.5  # longer side over the shorter: what is longer is looked at in more pixels
_STAFF_LINES = 5
_DRAWN, _RUN = 0.6, 0.06  # share of a staff line's ink in long runs, and their length over the page's width
_BINS = 18  # of 10 degrees


def staves(pixels: NDArray[np.uint8]) -> list[Box]:
    """Boxes of music staves (five long level lines, evenly spaced), in pixels of the image, top to bottom."""
    height, width = pixels.shape[:2]
    values = grey(pixels, round(_SIDE_PX * max(1.0, height / width / _TALL)))
    scale = width / values.shape[1]
    mask = ink_mask(values)
    if mask.shape[0] < 24 or mask.shape[1] < 80:
        return []
    rows = np.flatnonzero(mask.mean(axis=1) > 0.45)
    rows = rows[_drawn(mask[rows])]
    if not len(rows):
        return []
    parts = np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1)
    lines = [(float(part[0]), float(part[-1])) for part in parts if len(part) <= 6]
    found: list[Box] = []
    i = 0
    while i + _STAFF_LINES <= len(lines):
        group = lines[i : i + _STAFF_LINES]
        gaps = np.diff([sum(line) / 2 for line in group])
        after = lines[i + _STAFF_LINES][0] - group[-1][1] if i + _STAFF_LINES < len(lines) else np.inf
        even = gaps.min() >= 3 and gaps.max() <= 1.35 * gaps.min() and gaps.max() <= 0.016 * mask.shape[1] + 3
        if even and after > 1.6 * gaps.max():
            columns = np.flatnonzero(mask[int(group[0][0]) : int(group[-1][1]) + 1].any(axis=0))
            box = (float(columns[0]), group[0][0], float(columns[-1]) + 1, group[-1][1] + 1)
            found.append((box[0] * scale, box[1] * scale, box[2] * scale, box[3] * scale))
            i += _STAFF_LINES
        else:
            i += 1
    return found


def _drawn(rows: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which rows are lines: their ink lies in long runs, as that of small text does not."""
    runs = level_runs(rows)
    length = runs[:, 2] - runs[:, 1]
    long = np.bincount(runs[:, 0], np.where(length >= _RUN * rows.shape[1], length, 0), minlength=len(rows))
    return np.asarray(long >= _DRAWN * rows.sum(axis=1), np.bool_)


@dataclass(frozen=True, slots=True)
class Strokes:
    """How a line drawing looks: the largest connected part's box (pixels), its share of the ink's extent, how much of
    its box is ink, the share of edges that are neither level nor upright, and of those the share in three directions.
    """

    bbox: Box
    extent: float
    density: float
    slanted: float
    straight: float
    level: float


def strokes(pixels: NDArray[np.uint8]) -> Strokes | None:
    """Measure a drawing; None where there is no ink."""
    values = grey(pixels, 1000)
    scale = pixels.shape[1] / values.shape[1]
    mask = ink_mask(values)
    areas, boxes = components(mask)
    if not len(areas):
        return None
    size = np.maximum(boxes[:, 2] - boxes[:, 0], 1) * np.maximum(boxes[:, 3] - boxes[:, 1], 1)
    at = int(size.argmax())
    x0, y0, x1, y1 = (int(value) for value in boxes[at])
    whole = union([tuple(float(v) for v in box) for box in boxes])  # type: ignore[misc]
    extent = max((x1 - x0) / (whole[2] - whole[0]), (y1 - y0) / (whole[3] - whole[1]))
    smooth = Image.fromarray(values[y0:y1, x0:x1]).filter(ImageFilter.GaussianBlur(1.2))
    slanted, straight, level = _directions(np.asarray(smooth, np.float32))
    box = (x0 * scale, y0 * scale, x1 * scale, y1 * scale)
    return Strokes(box, float(extent), float(areas[at] / size[at]), slanted, straight, level)


def _directions(values: NDArray[np.float32]) -> tuple[float, float, float]:
    if min(values.shape) < 8:
        return 0.0, 0.0, 0.0
    gy, gx = np.gradient(values)
    weight = np.hypot(gx, gy)
    angle = np.degrees(np.arctan2(gy, gx)) % 180
    strong = weight > 0.25 * weight.max()
    histogram = np.bincount((angle[strong] / (180 / _BINS) + 0.5).astype(int) % _BINS, minlength=_BINS).astype(float)
    total = histogram.sum()
    axes = histogram[[0, _BINS // 2]].sum()
    others = np.sort(np.delete(histogram, [0, _BINS // 2]))[::-1]
    return (
        float((total - axes) / total), float(others[:4].sum() / max(1.0, others.sum())), float(histogram[9] / total),
    )  # fmt: skip


def looks_chemical(drawing: Strokes) -> bool:
    """Thin straight strokes at many angles that hang together: bonds. Only a proposal; OSRA has the last word."""
    return 0.03 <= drawing.density <= 0.1 and drawing.slanted >= 0.55 and drawing.extent >= 0.28


def looks_like_bonds(drawing: Strokes) -> bool:
    """A sharp drawing of strokes in few directions: bonds, not the edges of a graph or mesh."""
    return 0.015 <= drawing.density <= 0.1 and drawing.straight >= 0.78


def looks_chart(drawing: Strokes) -> bool:
    """A frame or axes over most of the picture, nearly all edges level or upright."""
    return drawing.extent >= 0.8 and drawing.slanted <= 0.6 and 0.01 <= drawing.density <= 0.75
