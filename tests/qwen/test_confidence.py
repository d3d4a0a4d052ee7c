from __future__ import annotations

import math
import re

import pytest

from docparse.model.confidence import add_confidence
from docparse.options import ParseOptions
from docparse.qwenvl.reader import read_page
from docparse.reading import read_output
from docparse.schemas.page import PageImage, PageOutput

IMAGE = PageImage(number=1, width_px=560, height_px=840, width=280.0, height=420.0)


def output(html: str, unsure: dict[str, float]) -> PageOutput:
    """Tokens of a few characters, all certain but those that hold a word of `unsure`."""
    places = [match.start() for match in re.finditer(r"\w+|\W", html)]
    ends = [*places[1:], len(html)]
    logprobs = [math.log(unsure.get(html[a:b], 1.0)) for a, b in zip(places, ends, strict=True)]
    return PageOutput(html=html, engine="qwen", token_logprobs=tuple(logprobs), token_offsets=tuple(places))


def confidences(html: str, unsure: dict[str, float]) -> list[float | None]:
    found = output(html, unsure)
    blocks = read_page(found.html, IMAGE, source="qwen").blocks
    add_confidence(blocks, found, IMAGE)
    return [block.confidence for block in blocks]


def test_each_block_has_the_mean_of_its_own_text() -> None:
    html = (
        '<html><body><h1 data-bbox="20 20 500 60">Sure</h1>\n<p data-bbox="20 80 500 120">doubtful</p>\n'
        '<table data-bbox="20 140 500 300"><tr><td>a</td><td>wrong</td></tr></table></body></html>'
    )
    sure, doubtful, table = confidences(html, {"doubtful": 0.25, "wrong": 0.09})
    assert sure == 1.0
    assert doubtful is not None
    assert doubtful == pytest.approx(math.sqrt(0.25), abs=0.01)  # the word and the line break after the element
    assert table == pytest.approx(0.3, abs=0.01)


def test_a_wrapper_and_its_picture_are_one() -> None:
    html = (
        '<div class="formula" data-bbox="10 10 200 60"> <img data-bbox="10 10 200 60" /><div>x</div></div>\n'
        '<div class="image" data-bbox="10 80 200 160"><img data-bbox="10 80 200 160"/></div>'
    )
    found = confidences(html, {"x": 0.5})
    assert found[0] is not None
    assert found[0] < 1.0
    assert found[1] == 1.0


def test_boxes_past_the_edge_and_broken_boxes() -> None:
    html = '<p data-bbox="10 10 900 60">bad</p><p data-bbox="1 2 3">loose</p>'
    found = confidences(html, {"bad": 0.5})
    assert found[0] == pytest.approx(0.5, abs=0.01)
    assert found[1] is None


def test_without_log_probabilities_nothing_is_invented() -> None:
    blocks = read_page('<p data-bbox="1 2 30 40">text</p>', IMAGE, source="qwen").blocks
    add_confidence(blocks, PageOutput(html="", engine="remote"), IMAGE)
    assert blocks[0].confidence is None


def test_the_page_that_is_read_has_it() -> None:
    found = output('<p data-bbox="20 80 500 120">doubtful</p>', {"doubtful": 0.5})
    draft = read_output(IMAGE, found, ParseOptions(crops=False))
    assert draft.page.blocks[0].confidence == pytest.approx(0.5, abs=0.01)
