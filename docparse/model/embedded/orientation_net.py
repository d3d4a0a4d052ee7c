"""Which way up a page lies, at a glance: PP-LCNet's classifier of document orientation, some 10 ms a page.

It sees a small square from the middle of the page, so it is right about pages full of text and guesses on others.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from docparse.model.embedded.inference import load_model, model_path

Turn = Literal[0, 90, 180, 270]
_TURNS: tuple[Turn, ...] = (0, 270, 180, 90)  # clockwise turns that undo the network's classes
_SIDE_PX = 224
_SHORT_SIDE_PX = 256
_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_STD = np.array([0.229, 0.224, 0.225], np.float32)
_SURE = 0.85  # it says 0.92 where it is sure


def likely_turn(pixels: NDArray[np.uint8]) -> Turn:
    """Degrees clockwise that seem to set the page upright; 0 too where the network is not sure or not installed."""
    if model_path("orientation") is None or min(pixels.shape[:2]) < 2:
        return 0
    scores = load_model("orientation")(_input(pixels))[0][0]
    best = int(scores.argmax())
    return _TURNS[best] if scores[best] >= _SURE else 0


def _input(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    image = Image.fromarray(pixels)
    scale = _SHORT_SIDE_PX / min(image.size)
    size = (round(image.width * scale), round(image.height * scale))
    left, top = (size[0] - _SIDE_PX) // 2, (size[1] - _SIDE_PX) // 2
    middle = (left / scale, top / scale, (left + _SIDE_PX) / scale, (top + _SIDE_PX) / scale)
    square = image.resize((_SIDE_PX, _SIDE_PX), Image.Resampling.BILINEAR, box=middle, reducing_gap=2.0)
    values = (np.asarray(square, np.float32) / np.float32(255) - _MEAN) / _STD
    return np.ascontiguousarray(values.transpose(2, 0, 1)[None], np.float32)
