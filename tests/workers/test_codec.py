"""A page image comes out of JSON and PNG as it went in; a draft too."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from made_services import pdf_of

from docparse.options import ParseOptions
from docparse.reading import read_output
from docparse.schemas.page import Link, Note, PageImage, PageOutput, Picture, PixelBudget, Rule, Shape
from docparse.settings import Settings
from docparse.source import open_source
from docparse.workers.codec import (
    draft_from_json,
    draft_to_json,
    page_from_json,
    page_to_json,
    pixels_to_png,
    png_to_pixels,
)


@pytest.fixture(scope="module")
def page() -> PageImage:
    with open_source(pdf_of("Hello \ud7ff wörld", "x"), options=ParseOptions(), settings=Settings()) as source:
        found = source.page(1, PixelBudget(max_pixels=200 * 28 * 28))
    return found.replace(
        rules=(Rule((1.0, 2.0, 3.0, 2.5), True, 0.5, 7),), shapes=(Shape((0.0, 0.0, 9.5, 9.0), 4, True, 1),),
        pictures=(Picture((1.0, 1.0, 2.0, 2.0), 30, 40),), links=(Link((0.0, 0.0, 1.0, 1.0), "https://example.org"),),
        notes=(Note((0.0, 0.0, 1.0, 1.0), "words", "Anna"),),
        flags=("repaired",),
    )  # fmt: skip


def test_page_image(page: PageImage) -> None:
    assert page.pixels is not None
    pixels = png_to_pixels(pixels_to_png(page.pixels))
    assert np.array_equal(pixels, page.pixels)
    again = page_from_json(page_to_json(page), pixels)
    for field in dataclasses.fields(page):
        if field.name != "pixels":
            assert getattr(again, field.name) == getattr(page, field.name), field.name


def test_draft(page: PageImage) -> None:
    html = '<body><h1 data-bbox="28 28 280 56">Title</h1><p data-bbox="28 84 280 112">Text &amp; more</p></body>'
    draft = read_output(page, PageOutput(html, "x"), ParseOptions())
    again = draft_from_json(draft_to_json(draft))
    assert again.page == draft.page
    assert again.words == draft.words
    assert again.sizes == draft.sizes
