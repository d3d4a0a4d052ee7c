"""Every way in which a model's HTML has been seen to be broken, and some more."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from apart import run_script
from damage import BAD, limit
from hypothesis import given, settings
from hypothesis import strategies as st

from docparse.export.text import block_text
from docparse.qwenvl.reader import PageBlocks, read_page
from docparse.raised import flat
from docparse.schemas.document import (
    Caption,
    Chart,
    Chemistry,
    Formula,
    Heading,
    Image,
    ListBlock,
    Music,
    PageFooter,
    Paragraph,
    Table,
)
from docparse.schemas.page import PageImage, TextLayer, TextQuality, Word

RECORDED = Path(__file__).resolve().parents[3] / "shared" / "reference" / "recorded-outputs"
PAGE = PageImage(number=1, width_px=1008, height_px=1540, width=504.0, height=770.0)  # two pixels a point


def read(html: str, page: PageImage = PAGE, **options: object) -> PageBlocks:
    return read_page(html, page, source="qwen", **options)  # type: ignore[arg-type]


def all_text(found: PageBlocks) -> str:
    return "\n".join([found.prose, *(block_text(block) for block in found.blocks)])


P1 = '<p data-bbox="10 20 200 40">One</p>'


@pytest.mark.parametrize(
    "html",
    [
        P1,
        f"```html\n<html><body>\n{P1}\n</body></html>\n```",
        f"```html\n{P1}",
        f"Here it is:\n\n```html\n{P1}\n```\nDone.",
        f"<!DOCTYPE html><html><head><title>t</title><style>p{{}}</style></head><body>{P1}</html></body>",
        f'\n \n  {P1} \n "\\n "',
        f"<html><body>{P1}",
        f'{P1}<p data-bbox="12 3',
        f"{P1}<p></p>",
        f"```\n{P1}\n```",
    ],
)
def test_wrappers_and_junk(html: str) -> None:
    found = read(html)
    assert [(type(b), b.bbox, b.order, b.id) for b in found.blocks] == [(Paragraph, (5, 10, 100, 20), 1, "p1-b1")]
    assert block_text(found.blocks[0]) == "One"


def test_prose_is_kept_apart() -> None:
    found = read(f"Sure, here is the page:\n```html\n{P1}\n```")
    assert found.prose == "Sure, here is the page:"
    assert "prose_around" in found.flags


def test_truncation_keeps_what_is_there() -> None:
    found = read(f"<html><body>{P1}<p data-bbox='10 50 200 70'>Two and a ha")
    assert [block_text(b) for b in found.blocks] == ["One", "Two and a ha"]
    assert found.flags == ("truncated",)
    assert found.blocks[1].flags == ["truncated"]
    assert found.blocks[0].flags == []
    whole = read(f'<html><body>{P1}<p data-bbox="10 50')
    assert whole.flags == ("truncated",)
    assert [b.flags for b in whole.blocks] == [[]]


def test_box_on_the_empty_sibling() -> None:
    found = read('<p data-bbox="429 156 541 182"></p> <address class="author"><p>Qwen Team</p></address>')
    assert [(block_text(b), b.bbox) for b in found.blocks] == [("Qwen Team", (214.5, 78.0, 270.5, 91.0))]


def test_formula_with_text_after_it() -> None:
    html = r'<div class="formula" data-bbox="0 0 100 50"><img/><div>$$a=b$$</div>条件为 $ c=d $</div>'
    first, second = read(html).blocks
    assert isinstance(first, Formula)
    assert first.latex == "a=b"
    assert isinstance(second, Paragraph)
    assert second.text == "条件为 $ c=d $"
    assert second.bbox == first.bbox


def test_two_formulas_in_one_element() -> None:
    html = r'<div class="formula" data-bbox="0 0 100 50"><div>\[ a \]</div>$$b$$</div>'
    assert [b.latex for b in read(html).blocks if isinstance(b, Formula)] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "box", "flag"),
    [
        ("10 20 30 40", (5, 10, 15, 20), None),
        ("10,20,30,40", (5, 10, 15, 20), None),
        ("[10, 20, 30, 40]", (5, 10, 15, 20), None),
        ("10.0 20.0 30.0 40.0", (5, 10, 15, 20), None),
        ("30 40 10 20", (5, 10, 15, 20), "box_inverted"),
        ("10 20 2000 40", (5, 10, 504, 20), "box_clipped"),
        ("-10 20 30 40", (0, 10, 15, 20), "box_clipped"),
        ("2000 20 3000 40", None, "box_off_page"),
        ("10 20 30", None, "box_invalid"),
        ("10 20 10 20", None, "box_empty"),
        ("9" * 400 + " 1 2 3", (1, 0.5, 504, 1.5), "box_clipped"),
    ],
)
def test_boxes(text: str, box: tuple[float, ...] | None, flag: str | None) -> None:
    found = read(f'<p data-bbox="{text}">x</p>')
    assert found.blocks[0].bbox == box
    assert (flag is None) == (found.flags == ())
    assert flag is None or flag in found.flags


def test_polygon_and_thousandths() -> None:
    assert read('<p data-polygon="10 20 30 20 30 40 10 40">x</p>').blocks[0].bbox == (5, 10, 15, 20)
    found = read('<p data-bbox="100 100 500 500">x</p>', coordinates="thousandths")
    assert found.blocks[0].bbox == (50.4, 77.0, 252.0, 385.0)


def test_boxless_output_is_placed_by_its_text() -> None:
    words = [
        Word(text, (10.0 * n, 5.0, 10.0 * n + 8, 15.0))
        for n, text in enumerate(["The", "quick", "brown", "fox", "jumps"])
    ]
    page = PAGE.replace(text=TextLayer(tuple(words), TextQuality.SOUND))
    found = read("<h1>The quick</h1><p>brown <b>Fox</b>!</p><p>elsewhere</p>", page)
    assert [b.bbox for b in found.blocks] == [(0, 5, 18, 15), (20, 5, 38, 15), None]
    assert found.blocks[0].flags == ["box_from_text"]
    assert found.flags == ("boxes_from_text", "box_missing")


def test_elements_of_the_report() -> None:
    html = """<html><body>
    <h2 data-bbox="1 1 9 9">T</h2><ul data-bbox="1 1 9 9"><li>a<ol><li>b</li></ol></li><li>c</ul>
    <style>table1 style</style><table data-bbox="1 1 9 9" class="table1"><tr><th colspan=2>H<tr><td>1<td>2</table>
    <div class="chart" data-bbox="1 1 9 9"><img data-bbox="1 1 9 9"/><table><tr><td>x</td><td>5</td></tr></table></div>
    <div class="image caption" data-bbox="1 1 9 9"> <img data-bbox="1 1 9 9" /><p> A cat </p></div>
    <div class="image ocr" data-bbox="1 1 9 9"> <img data-bbox="1 1 9 9" /><p> MEOW </p></div>
    <div class="music sheet" format="abc notation" data-bbox="1 1 9 9"><img /> <div>X:1\nK:C\nCDEF|</div></div>
    <div class="chemical formula" format="smile" data-bbox="1 1 9 9"><img /><div>CCO</div></div>
    <div class="page footer" data-bbox="1 1 9 9">7</div><figure><img alt="dog"><figcaption>Fig. 1</figcaption></figure>
    </html></body>"""
    heading, items, table, chart, caption, ocr, music, chemistry, footer, figure, printed = read(html).blocks
    assert isinstance(heading, Heading)
    assert isinstance(items, ListBlock)
    assert [(i.text, i.level) for i in items.items] == [("a", 1), ("b", 2), ("c", 1)]
    assert isinstance(table, Table)
    assert [(c.row, c.col, c.colspan, c.header, c.text) for c in table.cells] == [
        (0, 0, 2, True, "H"),
        (1, 0, 1, False, "1"),
        (1, 1, 1, False, "2"),
    ]
    assert isinstance(chart, Chart)
    assert chart.data == [["x", "5"]]
    assert isinstance(caption, Image)
    assert caption.caption == "A cat"
    assert isinstance(ocr, Image)
    assert ocr.ocr == "MEOW"
    assert isinstance(music, Music)
    assert music.abc == "X:1\nK:C\nCDEF|"
    assert isinstance(chemistry, Chemistry)
    assert chemistry.smiles == "CCO"
    assert isinstance(footer, PageFooter)
    assert isinstance(figure, Image)
    assert isinstance(printed, Caption)


@pytest.mark.parametrize(
    ("content", "data"),
    [
        ("<ul><li>A: 1</li><li>B: 2</li></ul>", [["A", "1"], ["B", "2"]]),
        ('<div>[{"x": "A", "y": 1}, {"x": "B", "y": 2}]</div>', [["x", "y"], ["A", "1"], ["B", "2"]]),
        ('{"A": 1}', [["A", "1"]]),
        ("<p>Sales rise</p>", []),
    ],
)
def test_chart_content(content: str, data: list[list[str]]) -> None:
    chart = read(f'<div class="chart" data-bbox="1 1 9 9">{content}</div>').blocks[0]
    assert isinstance(chart, Chart)
    assert chart.data == data
    assert data or chart.description == "Sales rise"


def test_other_dialects() -> None:
    html = (
        '<div class="table" data-bbox="1 1 9 9"><table><tr><td>a</td></tr></table></div>'
        '<div class="text" data-bbox="1 1 9 9">b\nc</div>'
    )
    table, text = read(html).blocks
    assert isinstance(table, Table)
    assert table.bbox == (0.5, 0.5, 4.5, 4.5)
    assert isinstance(text, Paragraph)
    assert text.text == "b c"


def test_damage_to_entities_and_tags() -> None:
    html = "<p>R&D &amp; AT&ampT x<y a < b 5 > 4 &copy=1 &#x41; List<String> <sup>8</sup></p>"
    assert block_text(read(html).blocks[0]) == "R&D & AT&ampT x<y a < b 5 > 4 &copy=1 A List<String> ⁸"


def test_raised_and_lowered_text_is_signs_or_inline_math() -> None:
    html = "<p>CO<sub>2</sub>, 10<sup>-3</sup> m, x<sub>max</sub>, A<sup>T</sup> <sup>a <i>b</i></sup> <sub></sub>.</p>"
    assert block_text(read(html).blocks[0]) == "CO₂, 10⁻³ m, x$_{max}$, A$^{T}$ $^{a b}$ ."


def test_tex_in_running_text_and_links_without_target_are_kept() -> None:
    html = (
        r'<p data-bbox="1 1 9 9">Of $0.5 \mathrm{~B}$, see note ${ }^{8}$ and $$a^2+b^2$$ by <a>R&D</a></p>'
        '<img data-bbox="1 1 9 9" /><img data-bbox="1 1 9 9"/>'
    )
    text, *pictures = read(html).blocks
    assert block_text(text) == r"Of $0.5 \mathrm{~B}$, see note ${ }^{8}$ and $$a^2+b^2$$ by R&D"
    assert [type(block) for block in pictures] == [Image, Image]


def test_a_wrapper_and_its_picture_with_the_same_box_are_one_block() -> None:
    found = read('<div class="image" data-bbox="1 1 9 9"><img data-bbox="1 1 9 9" /></div>')
    assert [(type(block), block.bbox) for block in found.blocks] == [(Image, (0.5, 0.5, 4.5, 4.5))]


def test_only_the_own_engine_may_speak_of_trust() -> None:
    html = '<p data-bbox="1 1 9 9" data-confidence="0.9" data-source="text_layer" data-flags="x">t</p>'
    block = read(html).blocks[0]
    assert (block.source, block.confidence, block.flags) == ("qwen", None, [])
    own = read_page(html, PAGE).blocks[0]
    assert (own.source, own.confidence, own.flags) == ("text_layer", 0.9, ["x"])


@pytest.fixture(scope="module")
def damaged() -> dict[str, dict[str, Any]]:
    """What reading the inputs of damage.py gave, and how long it took, in a process without coverage."""
    found: dict[str, dict[str, Any]] = run_script(Path(__file__).with_name("damage.py"))
    return found


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_flagged_within_seconds(name: str, damaged: dict[str, dict[str, Any]]) -> None:
    """1 MB at most."""
    assert damaged[name]["flags"]
    assert damaged[name]["time"] < limit(name)


@pytest.mark.no_cover
def test_ten_thousand_blocks_and_a_large_table() -> None:
    words = tuple(
        Word(f"word{n}", (n % 50 * 10.0, n // 50 * 10.0, n % 50 * 10.0 + 9, n // 50 * 10.0 + 9)) for n in range(3000)
    )
    page = PAGE.replace(text=TextLayer(words, TextQuality.SOUND))
    found = read("".join(f"<p>word{n} and more</p>" for n in range(10_000)), page)
    assert len(found.blocks) == 10_000
    table = read("<table>" + ("<tr>" + "<td>x</td>" * 200 + "</tr>") * 200 + "</table>").blocks[0]
    assert isinstance(table, Table)
    assert (table.rows, table.cols, len(table.cells)) == (200, 200, 40_000)


def test_a_page_without_size() -> None:
    page = PageImage(number=1, width_px=0, height_px=0, width=0.0, height=0.0)
    found = read('<p data-bbox="1 2 3 4">x</p>', page)
    assert found.blocks[0].bbox is None
    assert "box_off_page" in found.flags


_TAGS = [
    "<p>",
    "</p>",
    "<div>",
    "</div>",
    '<p data-bbox="1 2 3 4">',
    '<div class="formula">',
    '<div class="image ocr">',
    "<ul>",
    '<div class="chart">',
    "<li>",
    "</ul>",
    "<table>",
    "<tr>",
    "<td>",
    "</td>",
    "</table>",
    "<br/>",
    "<img/>",
    "<h1>",
    "</h1>",
    "<b>",
    "</b>",
    "<sup>",
    "</sup>",
    '<div class="music sheet">',
    "<pre>",
    "</pre>",
    "<caption>",
    "<th rowspan=2>",
    "<code>",
    "<body>",
    "</html>",
    "<address>",
    '<div class="page header">',
    '<div class="title">',
    "<figure>",
    "<figcaption>",
    "<thead>",
    "<ol>",
    '<div class="chemical formula">',
    "<head>",
    "<dl>",
    "<dt>",
    "<section>",
    '<p class="ocr">',
    "<a href='x'>",
    "<hr>",
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(_TAGS) | st.integers(0, 99), max_size=40))
def test_all_text_that_goes_in_comes_out(pieces: list[str | int]) -> None:
    words = [f"w{n}x{piece}" for n, piece in enumerate(pieces) if isinstance(piece, int)]
    html = "".join(piece if isinstance(piece, str) else f" w{n}x{piece} " for n, piece in enumerate(pieces))
    got = re.sub(r"\$?\^\{|\}\$?", " ", flat(all_text(read(html)))).split()
    assert sorted(word for word in got if not re.fullmatch(r"[-•]|\d+\.", word)) == sorted(words), "list marks apart"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_read(text: str) -> None:
    found = read(text)
    if "<" not in text and "&" not in text and "```" not in text and len(set(text)) > 2:
        squeezed = [char for char in text if char.isalnum()]
        assert [char for char in all_text(found) if char.isalnum()] == squeezed


@pytest.mark.parametrize(
    ("name", "kinds", "flags"),
    [
        ("01", ["heading", "paragraph", "image", "heading", *["paragraph"] * 3, "image", "paragraph"], set()),
        (
            "02",
            ["heading", *["paragraph"] * 4, "heading", *["paragraph"] * 3, "image", "paragraph"],
            {"truncated", "fence_unclosed"},
        ),
        ("07", ["image", "paragraph", "heading", *["paragraph"] * 6], {"box_clipped"}),
    ],
)
def test_recorded_outputs(name: str, kinds: list[str], flags: set[str]) -> None:
    files = sorted(RECORDED.glob(f"{name}-*"))
    if not files:
        pytest.skip("the recorded outputs are not on this machine")
    found = read(files[0].read_text(encoding="utf-8"))
    assert [block.kind for block in found.blocks] == kinds
    assert set(found.flags) == flags
    assert all(block.bbox for block in found.blocks)


def test_no_recorded_output_loses_its_formulas() -> None:
    files = sorted(RECORDED.glob("05-*"))
    if not files:
        pytest.skip("the recorded outputs are not on this machine")
    found = read(files[0].read_text(encoding="utf-8"), PAGE.replace(width_px=2044, height_px=2884))
    assert sum(block.kind == "formula" for block in found.blocks) == 4
    assert any("暗环条件为" in block_text(block) for block in found.blocks)
    assert found.flags == ()
