"""Lines that do not run alike all over the page, as on photographs and open books: measured and made level.

The slope of the lines is measured in parts of the page and taken to change evenly over it. Every column of the page is
then moved up or down until the lines are level; nothing moves sideways.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from docparse.geometry import Box
from docparse.model.embedded.preprocess import grey, ink_mask, sharpness

_SIDE_PX = 1400
_ROWS, _COLUMNS = 6, 4
_LEAST_POINTS, _MOST_POINTS = 500, 8000  # edges of ink in a part
_ANGLES = np.arange(-6.0, 6.01, 0.25)
_CLEAR = 1.6  # sharpness at a part's angle over that at most others
_LEAST_PARTS, _AGREE = 8, 0.65  # parts that are clear, and the share of them that fit one even change
_ALLOWED_DEG = 0.6  # off the even change
_APART = 0.03  # the corners of a triangle of parts that tell how the slope changes
_FLAT_DEG, _MOST_FLAT = 0.3, 0.5  # a page of which so much is level is level
_LEAST_CHANGE_DEG = 1.0  # between two corners of the page: less is level enough
_MESH = 16


@dataclass(frozen=True, slots=True)
class Bend:
    """How far lines fall at a place, as shares of width and height from the middle: `level + across * x + down * y`."""

    level: float
    across: float
    down: float
    upright: bool = False  # the lines run up and down the image

    def drop(self, x: NDArray[np.float64], y: NDArray[np.float64], width: float, height: float) -> NDArray[np.float64]:
        """How far below its level place a point lies; `x`, `y` along and across the lines of that page size."""
        u, v = x / width - 0.5, y / height - 0.5
        return np.asarray(width * u * (self.level + self.across * u / 2 + self.down * v))

    def back(self, box: Box, width: float, height: float) -> Box:
        """A box of the levelled page on the page as it was."""
        x0, y0, x1, y1 = (box[1], box[0], box[3], box[2]) if self.upright else box
        w, h = (height, width) if self.upright else (width, height)
        xs, ys = np.array([x0, x1, (x0 + x1) / 2] * 2), np.array([y0] * 3 + [y1] * 3)
        moved = ys + self.drop(xs, ys, w, h)
        y0, y1 = float(moved[:3].min()), float(moved[3:].max())
        return (y0, x0, y1, x1) if self.upright else (x0, y0, x1, y1)


def find_bend(pixels: NDArray[np.uint8]) -> Bend | None:
    """The change of slope over a page of even ground; None where lines run alike, or too few tell."""
    mask = ink_mask(grey(pixels, _SIDE_PX))
    across, down = _slopes(mask), _slopes(mask.T)
    upright = len(down) > len(across)
    slopes = down if upright else across
    if len(slopes) < _LEAST_PARTS or np.mean(np.abs(slopes[:, 2]) < _FLAT_DEG) > _MOST_FLAT:
        return None
    return _fitted(slopes, upright)


def _slopes(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Where lines are clear, as shares of the page from its middle, how many degrees they fall, and their size."""
    y, x = np.nonzero(mask[:, 1:] != mask[:, :-1])
    height, width = mask.shape
    part = y * _ROWS // height * _COLUMNS + x * _COLUMNS // width
    order = np.argsort(part, kind="stable")
    edges = np.searchsorted(part[order], np.arange(_ROWS * _COLUMNS + 1))
    found = []
    for first, last in itertools.pairwise(edges):
        if last - first < _LEAST_POINTS:
            continue
        chosen = order[first:last][:: -(-(last - first) // _MOST_POINTS)]
        values = np.array([sharpness(y[chosen], x[chosen], angle) for angle in _ANGLES])
        best = int(values.argmax())
        if 0 < best < len(_ANGLES) - 1 and values[best] >= _CLEAR * np.median(values):
            place = (x[chosen].mean() / width - 0.5, y[chosen].mean() / height - 0.5)
            found.append((*place, _ANGLES[best], len(chosen)))
    return np.array(found, np.float64).reshape(-1, 4)


def _fitted(parts: NDArray[np.float64], upright: bool) -> Bend | None:
    """The even change that most of the print agrees with: of those through three parts, then by least squares."""
    slopes, weights = np.tan(np.radians(parts[:, 2])), parts[:, 3]
    design = np.column_stack([np.ones(len(parts)), parts[:, 0], parts[:, 1]])
    threes = np.array(list(itertools.combinations(range(len(parts)), 3)))
    threes = threes[np.abs(np.linalg.det(design[threes])) > _APART]
    if not len(threes):
        return None
    tried = np.linalg.solve(design[threes], slopes[threes][:, :, None])[:, :, 0]
    near = np.abs(np.degrees(tried @ design.T - slopes)) <= _ALLOWED_DEG
    kept = near[int((near @ weights).argmax())]
    if kept.sum() < _LEAST_PARTS or weights[kept].sum() < _AGREE * weights.sum():
        return None
    level, across, down = (float(factor) for factor in np.linalg.lstsq(design[kept], slopes[kept], rcond=None)[0])
    if np.degrees(abs(across) + abs(down)) < _LEAST_CHANGE_DEG:
        return None
    return Bend(level, across, down, upright)


def levelled(pixels: NDArray[np.uint8], bend: Bend) -> NDArray[np.uint8]:
    """The image with its lines level, its size kept."""
    image = Image.fromarray(pixels.transpose(1, 0, 2) if bend.upright else pixels)
    width, height = image.size
    xs, ys = np.linspace(0, width, _MESH + 1).round(), np.linspace(0, height, _MESH + 1).round()
    dropped = ys[:, None] + bend.drop(xs[None, :], ys[:, None], width, height)
    mesh = []
    for j in range(_MESH):
        for i in range(_MESH):
            target = (int(xs[i]), int(ys[j]), int(xs[i + 1]), int(ys[j + 1]))
            corners = ((j, i), (j + 1, i), (j + 1, i + 1), (j, i + 1))
            mesh.append((target, tuple(float(v) for row, col in corners for v in (xs[col], dropped[row, col]))))
    edge = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    paper = tuple(int(value) for value in np.median(edge, axis=0))
    moved = image.transform(image.size, Image.Transform.MESH, mesh, Image.Resampling.BICUBIC, fillcolor=paper)
    result = np.asarray(moved)
    return np.ascontiguousarray(result.transpose(1, 0, 2)) if bend.upright else result
