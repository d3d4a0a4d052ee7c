"""Links on their words, from the file to the block: which words, which of several, and what no words hold."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import pymupdf
import pytest

import docparse
from docparse.assemble.links import tie_links
from docparse.links import owners_of, text_of
from docparse.options import ParseOptions
from docparse.reading import read_output
from docparse.schemas.document import Document, Heading, Image, Link, ListBlock, Page, Paragraph, Table
from docparse.schemas.page import Link as Annotation
from docparse.schemas.page import PageImage, PageOutput, TextLayer, TextQuality, Word

Made = tuple[str, str, str]  # kind and text of the block, cell or item; the words of the link
FILLER = "A line of the text that follows, as wide as lines of letters are."


def parsed(draw: Callable[[pymupdf.Page], None], pages: int = 1, **options: str) -> Document:
    document = pymupdf.open()
    for _ in range(pages):
        document.new_page()
    draw(document[0])
    for i in range(5):
        document[0].insert_text((60, 600 + 14 * i), FILLER, fontsize=11)
    return docparse.parse(io.BytesIO(document.tobytes()), **{"engine": "embedded-fast", **options})


def link(page: pymupdf.Page, words: str, uri: str, nth: int = 0) -> None:
    """A link as TeX and browsers make it: one rectangle for each line of the words."""
    box = page.search_for(words, flags=0)[nth]
    grown = pymupdf.Rect(box.x0 - 1, box.y0 - 1, box.x1 + 1, box.y1 + 1)
    page.insert_link({"kind": pymupdf.LINK_URI, "from": grown, "uri": uri})


def links_of(document: Document) -> list[tuple[str, str, str]]:
    """(kind of the block, words, address) of every link, each with its words where it says that they are."""
    found = []
    for block in document.pages[0].blocks:
        for owner in owners_of(block):
            for each in owner.links:
                assert each.start is None or text_of(owner)[each.start :].startswith(each.text)
                found.append((block.kind, each.text, each.uri))
    return found


def test_words_of_a_paragraph() -> None:
    def draw(page: pymupdf.Page) -> None:
        page.insert_text((60, 100), "Read the manual first, then the manual of the printer.", fontsize=11)
        page.insert_text((60, 114), "Ask (the office), or nobody at all, when it does not print.", fontsize=11)
        link(page, "the manual", "https://one.example", nth=1)
        link(page, "the office", "mailto:office@example.org")

    document = parsed(draw)
    assert links_of(document) == [
        ("paragraph", "the manual", "https://one.example"), ("paragraph", "the office", "mailto:office@example.org"),
    ]  # fmt: skip
    block = document.pages[0].blocks[0]
    assert isinstance(block, Paragraph)
    assert block.links[0].start == block.text.rindex("the manual")
    assert [part.page for part in block.links[0].parts] == [1]


def test_part_of_a_word_and_many_like_it() -> None:
    def draw(page: pymupdf.Page) -> None:
        page.insert_text((60, 100), "As was shown [2,12] before, 2 in 12 are wrong [12].", fontsize=11)
        first, _, last = (place for place in page.search_for("12") if place.x0 > 60)
        two = page.search_for("2,")[0]
        for box, target in ((first, 1), (pymupdf.Rect(two.x0, two.y0, two.x1 - 3, two.y1), 2), (last, 3)):
            page.insert_link({"kind": pymupdf.LINK_GOTO, "from": box, "page": target, "to": pymupdf.Point(0, 0)})

    block = parsed(draw, pages=4).pages[0].blocks[0]
    assert isinstance(block, Paragraph)
    assert [(each.text, each.start, each.to_page) for each in block.links] == [
        ("2", block.text.index("[2") + 1, 3), ("12", block.text.index(",12") + 1, 2),
        ("12", block.text.rindex("[12") + 1, 4),
    ]  # fmt: skip


def test_two_lines_are_one_link() -> None:
    def draw(page: pymupdf.Page) -> None:
        page.insert_text((60, 100), "All of it can be found at the address https://example.org/some-", fontsize=11)
        page.insert_text((60, 114), "where/else.html or nowhere, and is as wide as lines of letters are.", fontsize=11)
        for words in ("https://example.org/some-", "where/else.html"):
            link(page, words, "https://example.org/some-where/else.html")

    document = parsed(draw)
    (found,) = [each for block in document.pages[0].blocks for each in block.links]
    assert found.uri == "https://example.org/some-where/else.html"
    assert found.text.replace("-", "").replace(" ", "") == "https://example.org/somewhere/else.html"
    assert len(found.parts) == 2


def test_headings_lists_and_tables() -> None:
    def draw(page: pymupdf.Page) -> None:
        page.insert_text((60, 60), "Where to ask", fontsize=20)
        link(page, "Where to ask", "https://head.example")
        for i, text in enumerate(["First thing to do", "Second thing to do", "Third thing to do"]):
            page.insert_text((60, 100 + 14 * i), f"\u2022 {text}", fontsize=11, fontname="helv")
        link(page, "Second", "https://item.example")
        for r, row in enumerate([["City", "Site"], ["Bern", "see here"], ["Rome", "see here"]]):
            for c, text in enumerate(row):
                box = pymupdf.Rect(60 + 150 * c, 200 + 20 * r, 210 + 150 * c, 220 + 20 * r)
                page.draw_rect(box)
                page.insert_text((box.x0 + 4, box.y1 - 5), text, fontsize=11)
        link(page, "see here", "https://cell.example", nth=1)

    document = parsed(draw)
    assert links_of(document) == [
        ("heading", "Where to ask", "https://head.example"), ("list", "Second", "https://item.example"),
        ("table", "see here", "https://cell.example"),
    ]  # fmt: skip
    table = next(block for block in document.pages[0].blocks if isinstance(block, Table))
    assert [(cell.row, cell.col) for cell in table.cells if cell.links] == [(2, 1)]
    assert any(isinstance(block, Heading) and block.links for block in document.pages[0].blocks)
    assert any(isinstance(block, ListBlock) and block.items[1].links for block in document.pages[0].blocks)


def test_what_lies_on_no_words_is_kept() -> None:
    def draw(page: pymupdf.Page) -> None:
        picture = pymupdf.Pixmap(pymupdf.csRGB, pymupdf.IRect(0, 0, 60, 60))
        picture.clear_with(90)
        page.insert_image(pymupdf.Rect(60, 100, 180, 220), pixmap=picture)
        for box, uri in (
            ((60, 100, 180, 220), "https://picture.example"),
            ((400, 400, 450, 420), "https://none.example"),
        ):
            page.insert_link({"kind": pymupdf.LINK_URI, "from": pymupdf.Rect(box), "uri": uri})

    page = parsed(draw).pages[0]
    image = next(block for block in page.blocks if isinstance(block, Image))
    assert [(each.uri, each.start) for each in image.links] == [("https://picture.example", None)]
    assert [each.uri for each in page.links] == ["https://none.example"]


def test_addresses_as_readers_take_them() -> None:
    uris = ["www.example.org", "a@example.org", "javascript:alert(1)", "chapter2.html", "https://e.org/\x01a b"]

    def draw(page: pymupdf.Page) -> None:
        for i, uri in enumerate(uris):
            page.insert_text((60, 100 + 40 * i), f"word{i}", fontsize=11)
            link(page, f"word{i}", uri)

    assert [uri for _, _, uri in links_of(parsed(draw))] == [
        "http://www.example.org", "mailto:a@example.org", "javascript:alert(1)", "file://chapter2.html",
        "https://e.org/a b",
    ]  # fmt: skip


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_turned_pages(rotation: int) -> None:
    def draw(page: pymupdf.Page) -> None:
        page.insert_text((60, 100), "Read the manual first, then the (manual), of the printer.", fontsize=11)
        link(page, "manual", "https://one.example", nth=1)
        page.set_rotation(rotation)

    (found,) = [each for block in parsed(draw).pages[0].blocks for each in block.links]
    assert (found.text, found.start) == ("manual", 33)


def test_words_joined_over_columns() -> None:
    document = pymupdf.open()
    page = document.new_page()
    for x, first in ((60, 100), (320, 128)):
        for i in range(26):
            page.insert_text((x, first + 14 * i), "Words that fill the lines of both columns", fontsize=11)
    page.insert_text((60, 464), "with a link to the big and", fontsize=11)
    page.insert_text((320, 100), "beautiful world of paper, and it goes", fontsize=11)
    page.insert_text((320, 114), "on for a line or two until it is over", fontsize=11)
    link(page, "big and", "https://world.example")
    link(page, "beautiful world", "https://world.example")
    read = docparse.parse(io.BytesIO(document.tobytes()), engine="embedded-fast")
    (found,) = [each for block in read.pages[0].blocks for each in block.links]
    assert found.text == "big and beautiful world"
    assert len(found.parts) == 2


# -- beside a model


def _image(*annotations: Annotation) -> PageImage:
    texts = ("See", "our", "site", "today")
    words = tuple(Word(text, (50.0 + 60 * i, 100, 100.0 + 60 * i, 112), 11) for i, text in enumerate(texts))
    layer = TextLayer(words, TextQuality.SOUND)
    return PageImage(number=1, width_px=560, height_px=840, width=560, height=840, text=layer, links=annotations)


def _read(html: str, *annotations: Annotation) -> Page:
    return read_output(_image(*annotations), PageOutput(html=html, engine="qwen"), ParseOptions()).page


def test_the_files_links_apply_to_what_a_model_wrote() -> None:
    page = _read(
        '<p data-bbox="40 90 400 120">See our site today</p>', Annotation((170, 99, 221, 113), "https://e.org")
    )
    assert [(each.text, each.uri) for each in page.blocks[0].links] == [("site", "https://e.org")]


def test_the_files_links_win_over_a_models() -> None:
    html = '<p data-bbox="40 90 400 120">See <a href="https://guess.example">our site</a> <a href="https://own.example">today</a></p>'
    page = _read(html, Annotation((170, 99, 221, 113), "https://e.org"))
    assert [(each.text, each.uri) for each in page.blocks[0].links] == [
        ("site", "https://e.org"), ("today", "https://own.example"),
    ]  # fmt: skip


def test_an_address_that_nothing_vouches_for_is_flagged() -> None:
    box = 'data-bbox="40 90 400 120"'
    page = _read(f'<p {box}>See our <a href="https://guess.example">site</a> today</p>')
    assert page.blocks[0].flags == ["link_unproven"]
    page = _read(f'<p {box}>See our <a href="https://site">site</a> today</p>')
    assert page.blocks[0].flags == []
    assert [check.outcome for check in page.blocks[0].checks if check.name == "links"] == ["passed"]


def test_a_link_without_its_words_stays_on_the_block() -> None:
    page = _read(
        '<p data-bbox="40 90 400 120">Something else entirely</p>', Annotation((170, 99, 221, 113), "https://e.org")
    )
    assert [(each.text, each.start, each.uri) for each in page.blocks[0].links] == [("site", None, "https://e.org")]


def test_the_same_rectangle_twice_counts_once() -> None:
    image = _image(*[Annotation((170, 99, 221, 113), "https://e.org")] * 2)
    page = Page(number=1, width=560, height=840, image_width=560, image_height=840)
    page.blocks = [Paragraph(text="See our site today", bbox=(40, 90, 400, 120))]
    tie_links(page, image, image.text.words)
    assert [each.text for each in page.blocks[0].links] == ["site"]


def test_documents_of_before_are_read() -> None:
    block = {"kind": "paragraph", "text": "a"}
    page = {"number": 1, "width": 1, "height": 1, "image_width": 1, "image_height": 1, "blocks": [block]}
    old = json.dumps({"schema_version": "1.1", "source": {"name": "x"}, "engine": {"name": "e"}, "pages": [page]})
    document = Document.model_validate_json(old)
    assert document.pages[0].blocks[0].links == []
    assert '"links"' not in document.to_json()
    document.pages[0].blocks[0].links.append(Link(text="a", start=0, uri="https://e.org"))
    assert '"links"' in document.to_json()
