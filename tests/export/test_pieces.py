"""What runs over columns and pages in the HTML: an element for each rectangle, read back as one."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from docparse.assemble import PageDraft, assemble
from docparse.corrections import apply
from docparse.export.chunks import to_chunks
from docparse.geometry import Box
from docparse.options import ParseOptions
from docparse.pieces import Glue, join_texts, pieces
from docparse.qwenvl.reader import read_page
from docparse.qwenvl.writer import write_page
from docparse.schemas.corrections import Corrections, SetFields
from docparse.schemas.document import (
    Block,
    Caption,
    Document,
    EngineInfo,
    Footnote,
    Image,
    Link,
    Page,
    PageFooter,
    PageHeader,
    Paragraph,
    SourceInfo,
)
from docparse.schemas.page import PageImage

LONG = "some words that make a paragraph of several lines in a narrow column of the page"
FIRST, SECOND, THIRD = f"{LONG} and is bro-", f"ken $x^2$ {LONG},", f"which {LONG} ends."


def made(*pages: list[Block]) -> Document:
    drafts = []
    for number, blocks in enumerate(pages, 1):
        for order, block in enumerate(blocks, 1):
            block.id, block.page, block.order = f"p{number}-b{order}", number, order
        drafts.append(PageDraft(Page(number=number, width=600, height=800, image_width=1200, image_height=1600,
                                     blocks=list(blocks), engine="embedded")))  # fmt: skip
    document = Document(
        source=SourceInfo(name="x"), engine=EngineInfo(name="embedded"), pages=[draft.page for draft in drafts]
    )
    assemble(document, drafts, outline=[], options=ParseOptions())
    return document


def two_pages() -> Document:
    """A paragraph over two columns and a page break, between figures and running lines; a footnote over the break."""
    link = Link(text=f"bro- {SECOND[:3]}", start=len(FIRST) - 4, uri="https://e.org")
    return made(
        [
            Paragraph(text=FIRST, bbox=(50, 500, 280, 700), links=[link.model_copy(update={"text": "bro-"})]),
            Paragraph(
                text=SECOND,
                bbox=(320, 60, 550, 700),
                links=[link.model_copy(update={"text": "ken", "start": 0})],
            ),
            Footnote(text="1 See the", marker="1", bbox=(50, 720, 280, 740)),
            PageFooter(text="foot", bbox=(50, 780, 90, 790)),
        ],
        [
            PageHeader(text="head", bbox=(50, 20, 90, 30)),
            Image(bbox=(50, 40, 280, 200)),
            Caption(text="Figure 1. A thing", bbox=(50, 210, 280, 220)),
            Paragraph(text=THIRD, bbox=(50, 230, 280, 300)),
            Paragraph(text="Next.", bbox=(50, 310, 280, 320)),
            Footnote(text="other book.", bbox=(50, 720, 280, 740)),
        ],
    )


def pages_of(document: Document) -> list[list[Block]]:
    html = document.to_html(images="none").split('<div class="page" ')[1:]
    images = [PageImage(page.number, page.image_width, page.image_height, page.width, page.height)
              for page in document.pages]  # fmt: skip
    return [read_page(f'<div class="page" {text}', image).blocks for text, image in zip(html, images, strict=True)]


def test_each_part_is_an_element_with_its_words_on_its_page() -> None:
    document = two_pages()
    one, two = document.to_html(images="none").split('<div class="page" ')[1:]
    first, second, third = re.findall(r"<p ([^>]*)>([^\n]*)</p>", one)
    assert first[0].startswith('id="p1-b1" data-bbox="100 1000 560 1400"')
    assert first[1].endswith(' and is <a href="https://e.org">bro</a>-')
    assert 'data-bbox="640 120 1100 1400"' in second[0]
    assert second[0].endswith('data-continues="p1-b1" data-break="hyphen"')
    assert second[1] == f'<a href="https://e.org">ken</a> $x^2$ {LONG},'
    assert third[1] == "1 See the"
    assert "some words" not in one.split("</p>")[2]
    kinds = re.findall(r'^<(?:p class="|div class="page |div class=")?([a-z]+)', two, re.MULTILINE)
    assert kinds == ["header", "image", "caption", "p", "p", "footnote"]
    assert re.search(r'<p data-bbox="100 460 560 600" [^>]*data-continues="p1-b1">which some', two)
    assert re.search(r'<p class="footnote" [^>]*data-continues="p1-b3">other book\.</p>', two)
    assert "data-break" not in two


def test_the_whole_text_stands_once_everywhere_else() -> None:
    document = two_pages()
    text = f"{LONG} and is broken $x^2$ {LONG}, {THIRD}"
    assert document.pages[0].blocks[0].text == text  # type: ignore[union-attr]
    assert document.to_text().count(text) == 1
    for export in (document.to_text(), to_chunks(document), document.to_markdown()):
        assert export.count("which some words") == 1


def test_pieces_are_joined_again_exactly() -> None:
    document = two_pages()
    head = document.pages[0].blocks[0]
    assert isinstance(head, Paragraph)
    one, two = pages_of(document)
    found = one[0]
    assert isinstance(found, Paragraph)
    assert head.text.startswith(found.text)
    assert [(part.bbox, part.start, part.hyphen) for part in found.parts] == [
        (part.bbox, part.start, part.hyphen) for part in head.parts[:2]
    ]
    assert [(link.text, link.start) for link in found.links] == [("broken", len(FIRST) - 4)]
    again = made(one, two)
    assert [block.kind for page in again.pages for block in page.blocks] == [
        block.kind for page in document.pages for block in page.blocks
    ]
    assert again.to_text() == document.to_text()
    assert [p.start for p in again.pages[0].blocks[0].parts] == [p.start for p in head.parts]
    assert again.to_html(images="none").count("data-continues") == 3


def test_a_model_cannot_join_by_what_it_writes() -> None:
    html = '<p id="a" data-bbox="1 1 9 9">one</p><p data-bbox="20 1 29 9" data-continues="a">two</p>'
    image = PageImage(1, 100, 100, 100.0, 100.0)
    assert len(read_page(html, image, source="qwen").blocks) == 2
    (block,) = read_page(html, image).blocks
    assert isinstance(block, Paragraph)
    assert block.text == "one two"
    assert len(read_page(html.replace('"a">two', '"b">two'), image).blocks) == 2


def test_a_corrected_text_is_one_element() -> None:
    document = two_pages()
    edit = SetFields(op="set", block="p1-b1", text="another text")
    html = apply(document, Corrections(edits=[edit])).to_html(images="none")
    assert ">another text<" in html
    assert 'data-continues="p1-b1"' not in html
    assert 'data-continues="p1-b3"' in html


def test_without_the_later_page_the_text_stays_whole() -> None:
    document = two_pages()
    del document.pages[1]
    assert "which some words" in document.to_html(images="none")


_WORDS = st.lists(st.sampled_from(["ab", "of", "$x$", "שלום", "العربية", "<b>", "a&b", "чт"]), min_size=1, max_size=5)
_BREAKS = st.sampled_from([("", "space"), ("well-", "none"), ("bro-", "hyphen")])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(_WORDS, _BREAKS), min_size=2, max_size=4))
def test_any_pieces_survive_the_html(said: list[tuple[list[str], tuple[str, Glue]]]) -> None:
    box: Box = (1.0, 1.0, 9.0, 9.0)
    head, glue = None, None
    for words, (end, following) in said:
        block = Paragraph(text=" ".join([*words, end]).strip(), bbox=box, id="p1-b1", order=1)
        if head is None or glue is None:
            head = block
        else:
            join_texts(head, block, glue)
        glue = following
    assert head is not None
    split = pieces(head)
    assert len(split) == len(said)
    html = write_page(split, number=1, width_px=100, height_px=100, scale_x=1, scale_y=1, ids=True)
    (found,) = read_page(html, PageImage(1, 100, 100, 100.0, 100.0)).blocks
    assert isinstance(found, Paragraph)
    assert (found.text, [p.start for p in found.parts]) == (head.text, [p.start for p in head.parts])
