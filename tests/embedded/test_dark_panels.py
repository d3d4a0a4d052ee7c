"""Light print on dark panels of a light page."""

from __future__ import annotations

import numpy as np

from docparse.model.embedded.dark_panels import lightened
from docparse.schemas.page import PageImage, Word

PANEL = (100, 200, 400, 320)


def page(ground: int = 255) -> PageImage:
    pixels = np.full((800, 600, 3), ground, np.uint8)
    x0, y0, x1, y1 = PANEL
    pixels[y0:y1, x0:x1] = 40
    for y in (220, 250, 280):
        pixels[y : y + 10 : 2, 120:380:3] = 250
    return PageImage(number=1, width_px=600, height_px=800, width=600, height=800, unit="px", pixels=pixels)


def words() -> list[Word]:
    return [Word("panel", (120 + 90 * i, y, 190 + 90 * i, y + 12), 12) for i in range(3) for y in (219, 249, 279)]


def test_the_panel_alone_is_turned() -> None:
    given = page()
    turned = lightened(given, words(), 12.0)
    assert given.pixels is not None
    assert turned.pixels is not None
    x0, y0, x1, y1 = PANEL
    assert turned.pixels[y0 + 5, x0 + 5, 0] == 215
    assert turned.pixels[220, 120, 0] == 5
    outside = np.ones((800, 600), np.bool_)
    outside[y0 - 1 : y1 + 1, x0 - 1 : x1 + 1] = False
    assert (turned.pixels[outside] == given.pixels[outside]).all()


def test_dark_pictures_without_words_and_dark_pages_stay() -> None:
    given, dark = page(), page(60)
    assert lightened(given, [], 12.0) is given
    assert lightened(given, [Word("far", (10, 10, 40, 22), 12)], 12.0) is given
    assert lightened(dark, words(), 12.0) is dark
