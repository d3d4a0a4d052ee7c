"""What kind of picture a crop shows, by its ink alone: music, a chemical drawing, a chart's axes, or none of these.

There is no recogniser for most of them here: the kind decides which tool is asked, and what the flags own up to.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from docparse.geometry import Box, union
from docparse.model.embedded.ocr_detect import components
from docparse.model.embedded.preprocess import grey, ink_mask

_SIDE_PX = 1400
_TALL = 1.5  # longer side over the shorter: what is longer is looked at in more pixels
_STAFF_LINES = 5
_DRAWN, _RUN = 0.6, 0.06  # share of a staff line's ink in long runs, and their length over the page's width
_BINS = 18  # of 10 degrees


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
    if not total:  # an even ground
        return 0.0, 0.0, 0.0
    axes = histogram[[0, _BINS // 2]].sum()
    others = np.sort(np.delete(histogram, [0, _BINS // 2]))[::-1]
    return (
        float((total - axes) / total), float(others[:4].sum() / max(1.0, others.sum())), float(histogram[9] / total),
    )  # fmt: skip


def looks_chemical(drawing: Strokes) -> bool:
    """Thin straight strokes at many angles that hang together: bonds. Only a proposal."""
    return 0.03 <= drawing.density <= 0.1 and drawing.slanted >= 0.55 and drawing.extent >= 0.28


def looks_like_bonds(drawing: Strokes) -> bool:
    """A sharp drawing of strokes in few directions: bonds, not the edges of a graph or mesh."""
    return 0.015 <= drawing.density <= 0.1 and drawing.straight >= 0.78


def looks_chart(drawing: Strokes) -> bool:
    """A frame or axes over most of the picture, nearly all edges level or upright."""
    return drawing.extent >= 0.8 and drawing.slanted <= 0.6 and 0.01 <= drawing.density <= 0.75
