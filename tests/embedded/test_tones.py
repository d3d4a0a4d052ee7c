"""Pictures of many tones on a page that is a picture itself."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from docparse.model.embedded.figures import find_figures
from docparse.model.embedded.tones import toned_pictures
from docparse.model.embedded.types import Region
from docparse.schemas.page import PageImage, Word

EM = 12.0
PICTURE = (100, 120, 400, 320)


def _paper() -> NDArray[np.uint8]:
    return np.full((800, 600, 3), 255, np.uint8)


def _photograph(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    x0, y0, x1, y1 = PICTURE
    rows, columns = np.mgrid[0 : y1 - y0, 0 : x1 - x0]
    tones = np.stack([rows * 0.9, columns * 0.7, 120 + 60 * np.sin(columns / 17) * np.cos(rows / 11)], axis=2)
    pixels[y0:y1, x0:x1] = tones.astype(np.uint8)
    return pixels


def _page(pixels: NDArray[np.uint8]) -> PageImage:
    height, width = pixels.shape[:2]
    return PageImage(1, width, height, width, height, unit="px", pixels=pixels, is_scan=True)


def test_a_photograph_that_the_layout_model_missed_is_a_figure() -> None:
    words = [Word("below", (100, 400, 160, 412), EM, line=0, baseline=410)]
    (figure,) = find_figures(_page(_photograph(_paper())), words, [], [], EM)
    assert figure.bbox == pytest.approx(PICTURE, abs=3)
    assert not figure.words


def test_a_title_under_a_photograph_is_not_in_it() -> None:
    title = [Word(text, (x, 330, x + 80, 366), 36.0, line=0, baseline=362) for x, text in ((100, "The"), (190, "Sea"))]
    region = Region("figure", (95, 110, 410, 372), 0.9)
    (figure,) = find_figures(_page(_photograph(_paper())), title, [region], [], EM)
    assert figure.bbox == pytest.approx(PICTURE, abs=3)
    assert not figure.words


def test_panels_bars_and_text_are_no_pictures() -> None:
    pixels = _paper()
    pixels[100:300, 100:400] = (200, 220, 240)  # a panel
    pixels[400:600, 100:180] = (30, 60, 120)  # a bar
    for y in range(640, 780, 14):  # lines of text
        pixels[y : y + 8, 60:540:6] = 0
    assert toned_pictures(_page(pixels), [], EM) == []
