"""Exponents, indices and note marks that OCR reads from pixels."""

from __future__ import annotations

import numpy as np
import pymupdf
import pytest
from numpy.typing import NDArray

from docparse.model.embedded import ocr_rapid

LINES = {
    "The value of 10<sup>−3</sup> m<sup>2</sup> is small": "The value of 10⁻³ m² is small",
    "CO<sub>2</sub> and H<sub>2</sub>O in the year 2015": "CO₂ and H₂O in the year 2015",
    "as was shown by Smith.<sup>12</sup> In 1,209 places": "as was shown by Smith.¹² In 1,209 places",
    "Ca<sup>2+</sup> was measured on 17/03/2024": "Ca²⁺ was measured on 17/03/2024",
}


def picture(html: str, dpi: int, font: str) -> NDArray[np.uint8]:
    page = pymupdf.open().new_page(width=300, height=40)
    page.insert_htmlbox((10, 8, 290, 38), f'<p style="font-family:{font};font-size:11px">{html}</p>')
    pixels = page.get_pixmap(dpi=dpi)
    return np.frombuffer(pixels.samples, np.uint8).reshape(pixels.height, pixels.width, 3).copy()


@pytest.mark.parametrize("font", ["serif", "sans-serif"])
@pytest.mark.parametrize(("html", "wanted"), LINES.items())
def test_small_digits_off_the_line_are_raised_or_lowered(html: str, wanted: str, font: str) -> None:
    (line,), _ = ocr_rapid.read_lines(picture(html, 200, font))
    assert line.text == wanted


def test_digits_of_the_line_stay_where_the_paper_is_bent_or_the_type_old() -> None:
    image = picture("7 of 1390 were 25 and 64 in 1872", 200, "serif")
    bent = np.full((image.shape[0] + 12, image.shape[1], 3), 255, np.uint8)
    for x in range(image.shape[1]):
        down = round(10 * x / image.shape[1])
        bent[down : down + image.shape[0], x] = image[:, x]
    for picture_ in (image, bent):
        assert [line.text for line in ocr_rapid.read_lines(picture_)[0]] == ["7 of 1390 were 25 and 64 in 1872"]
