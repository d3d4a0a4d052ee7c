"""reader(writer(blocks)) == blocks, up to the rounding of boxes to pixels."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docparse.qwenvl.reader import read_page
from docparse.qwenvl.writer import write_page
from docparse.schemas.document import (
    Block,
    Caption,
    Cell,
    Chart,
    Chemistry,
    Code,
    Footnote,
    Formula,
    Heading,
    Image,
    Link,
    ListBlock,
    ListItem,
    Music,
    PageFooter,
    PageHeader,
    PageNumber,
    Paragraph,
    Table,
)
from docparse.schemas.page import PageImage

PAGE = PageImage(number=3, width_px=1008, height_px=1540, width=595.0, height=842.0)
_BAD = "\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff"


def _tidy(text: str) -> str:
    """White space as the reader gives it back."""
    text = re.sub(rf"[{_BAD}]", "", text)
    return re.sub(r" ?(?:\n ?)+", "\n", re.sub(r"[ \t]+", " ", text)).strip(" \n")


_PLAIN = st.text(st.characters(codec="utf-8"), max_size=40).map(_tidy)
_NASTY = st.sampled_from(
    ["<b>x</b>", "a & b &amp; c", "</p><p>", '" onload="x', "$x^2$ costs $5", "a\nb", "<!-- x -->", "```html", "&#60;"]
)
TEXT = st.one_of(_PLAIN, _NASTY).filter(lambda text: bool(re.search(r"[^\s\"'`\\]", text)))
LINES = st.lists(TEXT.map(lambda text: text.replace("\n", " ")), min_size=1, max_size=4).map("\n".join)
BOX = st.tuples(st.integers(0, 500), st.integers(0, 700), st.integers(2, 90), st.integers(2, 90)).map(
    lambda b: (float(b[0]), float(b[1]), float(b[0] + b[2]), float(b[1] + b[3]))
)
FLAG = st.from_regex(r"[a-z_:0-9-]{1,12}", fullmatch=True)


def _common(**fields: Any) -> dict[str, Any]:
    return {
        "bbox": BOX,
        "confidence": st.none() | st.integers(0, 100).map(lambda n: n / 100),
        "source": st.sampled_from(["embedded", "text_layer"]),
        "flags": st.lists(FLAG, max_size=2),
        **fields,
    }


def _make(kind: Any, **fields: Any) -> st.SearchStrategy[Any]:
    return st.builds(kind, **_common(**fields))


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """A table whose grid is full: every position covered once."""
    rows, cols = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    taken: set[tuple[int, int]] = set()
    cells = []
    for row in range(rows):
        for col in range(cols):
            if (row, col) in taken:
                continue
            room = next((c for c in range(col, cols) if (row, c) in taken), cols) - col
            colspan, rowspan = draw(st.integers(1, room)), draw(st.integers(1, rows - row))
            taken |= {(r, c) for r in range(row, row + rowspan) for c in range(col, col + colspan)}
            cells.append(
                Cell(
                    row=row,
                    col=col,
                    rowspan=rowspan,
                    colspan=colspan,
                    header=draw(st.booleans()),
                    text=draw(st.just("") | TEXT),
                    bbox=draw(st.none() | BOX),
                )
            )
    values = {name: draw(strategy) for name, strategy in _common().items()}
    return Table(rows=rows, cols=cols, cells=cells, **values)


ITEM = st.builds(
    ListItem, text=TEXT, bbox=st.none() | BOX, level=st.integers(1, 4), marker=st.sampled_from(["", "•", "3.", "(a)"])
)
LATEX = TEXT.map(lambda text: text.replace("$", "").replace("\n", " ").strip()).filter(
    lambda text: bool(text) and text[:2] not in (r"\[", r"\(")
)
BLOCKS = st.one_of(
    _make(Heading, text=TEXT, level=st.integers(1, 6)),
    *(_make(kind, text=TEXT) for kind in (Paragraph, Caption, PageHeader, PageFooter, PageNumber)),
    _make(Footnote, text=TEXT, marker=st.sampled_from(["", "*", "1"])),
    _make(ListBlock, ordered=st.booleans(), items=st.lists(ITEM, min_size=1, max_size=4)),
    tables(),
    _make(
        Chart,
        chart_type=st.sampled_from([None, "bar"]),
        data=st.lists(st.lists(TEXT, min_size=2, max_size=2), max_size=3),
        description=st.just("") | TEXT,
        text=st.just("") | TEXT,
    ),
    _make(Formula, latex=LATEX, text=st.just("") | TEXT),
    _make(Formula, text=TEXT),
    _make(Image, caption=st.just("") | TEXT, ocr=st.just("") | TEXT),
    _make(Music, abc=LINES),
    _make(Chemistry, smiles=TEXT.map(lambda text: text.replace("\n", " "))),
    _make(Code, text=LINES, language=st.sampled_from(["", "python", "c++"])),
)


@st.composite
def linked(draw: st.DrawFn) -> Block:
    """A block, item or cell with links on some of its words."""
    text = " ".join(draw(st.lists(st.from_regex(r"[a-z<&\]]{1,8}", fullmatch=True), min_size=1, max_size=6)))
    links = []
    for match in re.finditer(r"\S+", text):
        target = draw(
            st.sampled_from([None, {"uri": 'https://e.org/?a=1&b="<x>"'}, {"uri": "mailto:a@e.org"}, {"to_page": 7}])
        )
        if target is not None:
            links.append(Link(text=match[0], start=match.start(), **target))
    values = {"text": text, "links": links}
    box = draw(BOX)
    return draw(
        st.sampled_from(
            [
                Paragraph(bbox=box, **values), Heading(bbox=box, level=2, **values), Caption(bbox=box, **values),
                Footnote(bbox=box, marker="1", **values), PageFooter(bbox=box, **values), Code(bbox=box, **values),
                ListBlock(bbox=box, items=[ListItem(marker="•", **values)]),
                Table(bbox=box, rows=1, cols=1, cells=[Cell(row=0, col=0, **values)]),
                Image(bbox=box, ocr=text, links=[*links, Link(uri="https://e.org")]),
                Chart(bbox=box, text=text, links=[Link(uri="https://e.org"), *links]),
                Formula(bbox=box, text=text, links=[*links, Link(uri="https://e.org")]),
                Formula(bbox=box, latex="x", links=[Link(to_page=2), Link(uri="ftp://e.org/x")]),
            ]
        )
    )  # fmt: skip


def write(blocks: list[Block]) -> str:
    return write_page(
        blocks,
        number=PAGE.number,
        width_px=PAGE.width_px,
        height_px=PAGE.height_px,
        scale_x=PAGE.scale_x,
        scale_y=PAGE.scale_y,
    )


def _close(left: Any, right: Any) -> bool:
    return (left is None) == (right is None) and (
        left is None or all(abs(a - b) < 0.6 for a, b in zip(left, right, strict=True))
    )


def _check_boxes(wanted: Any, got: Any) -> None:
    assert _close(wanted.bbox, got.bbox), (wanted.bbox, got.bbox)
    for part in ("cells", "items"):
        for a, b in zip(getattr(wanted, part, ()), getattr(got, part, ()), strict=True):
            assert _close(a.bbox, b.bbox)


def _bare(block: Block) -> dict[str, Any]:
    values = block.model_dump(exclude={"id", "page", "order", "bbox"})
    for part in (*values.get("cells", ()), *values.get("items", ())):
        del part["bbox"]
    return values


@settings(max_examples=100, deadline=None)
@given(st.lists(BLOCKS, max_size=6))
def test_blocks_survive_the_html(blocks: list[Block]) -> None:
    found = read_page(write(blocks), PAGE)
    assert [_bare(block) for block in found.blocks] == [_bare(block) for block in blocks]
    for wanted, got in zip(blocks, found.blocks, strict=True):
        _check_boxes(wanted, got)
    assert found.flags == (() if blocks else ("no_blocks",))
    assert [block.id for block in found.blocks] == [f"p3-b{n}" for n in range(1, len(blocks) + 1)]
    assert [block.order for block in found.blocks] == list(range(1, len(blocks) + 1))


@settings(max_examples=100, deadline=None)
@given(st.lists(linked(), min_size=1, max_size=4))
def test_links_survive_the_html(blocks: list[Block]) -> None:
    found = read_page(write(blocks), PAGE)
    assert [_bare(block) for block in found.blocks] == [_bare(block) for block in blocks]
    assert found.flags == ()


def test_addresses_that_are_not_followed_stay_out_of_the_html() -> None:
    block = Paragraph(text="a b", bbox=(0, 0, 9, 9), links=[Link(text="a", start=0, uri="javascript:x")])
    assert "<a" not in write([block])


@pytest.mark.parametrize(
    ("html", "links"),
    [
        (
            'see <a href="https://e.org">\n the <b>site</b> </a>, <a name="x">now</a>',
            [("the site", 4, "https://e.org")],
        ),
        ("<a href=https://e.org>site</a><a href='#'>x</a><a>y</a>", [("site", 0, "https://e.org")]),
        ('Smith<sup><a href="https://e.org">3</a></sup>', [("³", 5, "https://e.org")]),
        ('a<br/><a href="mailto:a@e.org">b<br/>c</a>', [("b\nc", 2, "mailto:a@e.org")]),
        ('<a href="https://e.org">never closed', [("never closed", 0, "https://e.org")]),
        ('<a href="javascript:alert(1)">x</a>', [("x", 0, "javascript:alert(1)")]),
    ],
)
def test_links_that_a_model_writes(html: str, links: list[tuple[str, int, str]]) -> None:
    (block,) = read_page(f'<p data-bbox="1 1 99 99">{html}</p>', PAGE, source="qwen").blocks
    assert [(link.text, link.start, link.uri) for link in block.links] == links


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://e.org"><img data-bbox="1 1 99 99"/></a>',
        '<p data-bbox="1 1 99 99"><a href="https://e.org"><img data-bbox="1 1 99 99"/></a></p>',
        '<div class="image" data-bbox="1 1 99 99"><a href="https://e.org"><img data-bbox="1 1 99 99"/></a></div>',
    ],
)
def test_pictures_in_links(html: str) -> None:
    (block,) = read_page(html, PAGE, source="qwen").blocks
    assert isinstance(block, Image)
    assert [(link.text, link.start, link.uri) for link in block.links] == [("", None, "https://e.org")]
