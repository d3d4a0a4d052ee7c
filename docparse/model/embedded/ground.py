"""The ground under the print made even and white: dark screens, coloured paper, shadows on photographs.

Everything that judges a page by its ink (gutters, bold type, rules, the layout model) expects dark print on white.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from docparse.model.embedded.preprocess import grey
from docparse.schemas.page import PageImage

_WHITE = 215  # a page whose usual grey is lighter stays as it is
_GLANCE_PX, _SIDE_PX, _BLOCK_PX = 400, 960, 20
_FAINT = 0.15  # contrast to the ground below which there is no print
_ENDS = (3, 97)  # percentiles of a part's greys: the print's, be it light or dark
_PRIOR = 0.5  # weight of the rule that print is light on dark grounds, where little print tells
_MOST_SAMPLES = 100_000
_FULL = 90  # percentile of the print's contrast that becomes black


class _Last(NamedTuple):
    image: NDArray[np.uint8] | None
    even: NDArray[np.uint8] | None


_last = _Last(None, None)


def evened(page: PageImage) -> PageImage:
    """The page with its print dark on white, in greys; the page itself where it is so already.

    The last image's is remembered: orientation and the layout model ask for the same page.
    """
    global _last  # noqa: PLW0603
    if page.pixels is None or min(page.pixels.shape[:2]) < 2 * _BLOCK_PX:
        return page
    last = _last
    if last.image is not page.pixels:
        last = _last = _Last(page.pixels, _evened(page.pixels))
    return page if last.even is page.pixels else page.replace(pixels=last.even)


def _evened(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if np.median(grey(pixels, _GLANCE_PX)) >= _WHITE:
        return pixels
    ground, light = _ground(pixels)
    on_dark = _spread(light.astype(np.float32), pixels) > 0.5
    contrast = np.zeros(pixels.shape[:2], np.float32)
    for channel in range(3):
        level, value = _spread(ground[:, :, channel], pixels), pixels[:, :, channel].astype(np.float32)
        off = np.where(on_dark, value - level, level - value) / np.where(on_dark, 256 - level, level + 1)
        np.maximum(contrast, off, out=contrast)
    inked = contrast[contrast > _FAINT]
    full = float(np.percentile(inked[:: max(1, inked.size // _MOST_SAMPLES)], _FULL)) if inked.size else 1.0
    values = (255 * (1 - np.clip(contrast / full, 0, 1))).astype(np.uint8)
    return np.repeat(values[:, :, None], 3, axis=2)


def _ground(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """The usual colour of every part of the image and the parts around it, and whether print is lighter there."""
    image = Image.fromarray(pixels)
    scale = min(1.0, _SIDE_PX / max(image.size))
    columns, rows = (max(1, round(side * scale) // _BLOCK_PX) for side in image.size)
    small = np.asarray(image.resize((columns * _BLOCK_PX, rows * _BLOCK_PX), Image.Resampling.NEAREST))
    blocks = small.reshape(rows, _BLOCK_PX, columns, _BLOCK_PX, 3)[:, ::2, :, ::2]
    usual = np.median(_around(np.median(blocks, axis=(1, 3)), 1), axis=0).astype(np.float32)
    low, high = np.percentile(blocks.mean(axis=4), _ENDS, axis=(1, 3))
    below, above = usual.mean(axis=2) - low, high - usual.mean(axis=2)
    lighter = _around(above - below, 1).mean(axis=0) + _PRIOR * (128 - usual.mean(axis=2))
    return usual, np.asarray(lighter > 0, np.bool_)


def _around(parts: NDArray[Any], reach: int) -> NDArray[Any]:
    """Every part of a grid with those up to `reach` from it, stacked."""
    rows, columns = parts.shape[:2]
    padded = np.pad(parts, ((reach, reach), (reach, reach), *((0, 0) for _ in parts.shape[2:])), mode="edge")
    steps = range(2 * reach + 1)
    return np.stack([padded[y : y + rows, x : x + columns] for y in steps for x in steps])


def _spread(grid: NDArray[np.float32], pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The grid drawn out to the image's size."""
    return np.asarray(Image.fromarray(grid).resize(pixels.shape[1::-1], Image.Resampling.BILINEAR))
