"""Markdown renders what the page says, and is not uglier than that takes."""

from __future__ import annotations

import re

import lxml.html
import pytest
from export_documents import document, grid
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from docparse.export.escape import escape_block, escape_cell, escape_line
from docparse.export.markdown import to_markdown
from docparse.export.text import block_text
from docparse.schemas.document import (
    Block,
    Cell,
    Code,
    Footnote,
    Formula,
    Heading,
    Image,
    ListBlock,
    ListItem,
    PageHeader,
    Paragraph,
    Table,
)

GFM = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
SIGNS = st.text(alphabet="ab1 \n*_`<>&#-+.()[]!|~:=\\\"'x;", max_size=30)


def tree_of(markdown: str) -> lxml.html.HtmlElement:
    return lxml.html.fragment_fromstring(GFM.render(markdown), create_parent="div")


def plain(text: str) -> str:
    return " ".join(text.split())


@settings(max_examples=200, deadline=None)
@given(SIGNS)
@example("- a\n1. b\n# c\n> d\n=== \n---\n| a |\n|---|")
@example("a\n--- | ---")
@example("&lt; &amp;lt; <a> </b> <!-- c --> <? d")
@example("*a* **b** _c_ __d__ ***e*** ~~f~~ `g` ``h``")
@example("[a](b) ![a](b) [a]: b")
def test_a_paragraph_reads_as_on_the_page(text: str) -> None:
    if not text.strip():
        return
    tree = tree_of(escape_block(text))
    assert [child.tag for child in tree] == ["p"]
    assert {element.tag for element in tree[0].iter()} <= {"p", "br"}
    assert plain(tree.text_content()) == plain(text)


@settings(max_examples=200, deadline=None)
@given(SIGNS)
def test_headings_and_cells_read_as_on_the_page(text: str) -> None:
    heading = tree_of(f"## {escape_line(text)}")
    assert plain(heading.text_content()) == plain(text)
    table = tree_of(f"| {escape_cell(text)} | x |\n| --- | --- |\n| {escape_cell(text)} | y |")
    cells = [plain(cell.text_content()) for cell in table.iter("th", "td")]
    assert cells == [plain(text), "x", plain(text), "y"]


@pytest.mark.parametrize(
    "text",
    [
        "snake_case_name",
        "$5",
        "p < 0.05",
        "a & b",
        "5 * 3",
        "*Corresponding author",
        "0.45**",
        "a|b",
        "C#",
        "x-y",
        "[12]",
        "AT&T",
        "R&D; next",
        "$x^2$ and ${ }^{8}$",
        "[1], [2] (see 3)",
        "1.5 m",
        "#5",
        "~5",
        "Really!",
        "f(x) = [a, b]",
        "`quoted'",
        "US$5",
        "100%",
        "C:/x",
        "a > b",
        "…",
        "-5",
        "e.g. 3. x",
        "foo_",
        "{a}",
        "x_i",
    ],
)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert escape_block(text) == text


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("costs $5 and $6", r"costs \$5 and \$6"),
        ("1. Introduction", r"1\. Introduction"),
        ("*", r"\*"),
        ("__init__.py", r"\_\_init\_\_.py"),
        ("&lt; R&D;", r"\&lt; R&D;"),
        ("- dash", r"\- dash"),
        ("<b>", "&lt;b>"),
        ("$a<b$", r"$a\lt b$"),
        ("$x^2$ for $5", r"$x^2$ for \$5"),
        ("a\nb", "a  \nb"),
    ],
)
def test_escapes(text: str, markdown: str) -> None:
    assert escape_block(text) == markdown


def markdown_of(*blocks: Block, **options: object) -> str:
    return to_markdown(document(list(blocks)), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("mark", "note", "markdown"),
    [
        ("1", "Without tax.", "1 Without tax."),
        ("*", "Late.", "\\* Late."),
        ("2", "2 Read.", "2 Read."),
        ("", "So.", "So."),
    ],
)
def test_a_footnote_keeps_its_mark(mark: str, note: str, markdown: str) -> None:
    footnote = Footnote(text=note, marker=mark)
    assert markdown_of(footnote) == f"{markdown}\n"
    assert block_text(footnote) == plain(markdown.replace("\\", ""))


def test_tables_are_pipes_or_html() -> None:
    rows = [["A", "$|x|$"], ["b|c", "d\ne"]]
    assert (
        markdown_of(Table(rows=2, cols=2, cells=grid(rows)))
        == "| A | $\\vert x\\vert $ |\n| --- | --- |\n| b\\|c | d e |\n"
    )
    spanned = Table(
        rows=2, cols=2, cells=[Cell(row=0, col=0, rowspan=2, text="a\nb"), Cell(row=0, col=1, text="<", header=True)]
    )
    assert markdown_of(spanned) == '<table>\n<tr><td rowspan="2">a<br/>b</td><th>&lt;</th></tr>\n<tr></tr>\n</table>\n'
    assert markdown_of(Table()) == ""


def test_lists_keep_their_numbers() -> None:
    items = [("3.", 1), ("(a)", 2), ("4.", 1), ("100)", 1)]
    block = ListBlock(ordered=True, items=[ListItem(text="x", marker=marker, level=level) for marker, level in items])
    assert markdown_of(block) == "3. x\n   - (a) x\n4. x\n100) x\n"
    two = markdown_of(ListBlock(ordered=True, items=block.items[:1]), ListBlock(ordered=True, items=block.items[:1]))
    assert two == "3. x\n\n<!-- -->\n\n3. x\n"
    deep = ListBlock(items=[ListItem(text="- x\ny", level=5), ListItem(text="z", level=2)])
    assert markdown_of(deep) == "- \\- x  \n  y\n  - z\n"
    boxes = ListBlock(items=[ListItem(text=mark, marker=mark) for mark in "☐☑☒"])
    assert markdown_of(boxes) == "- [ ] ☐\n- [x] ☑\n- [x] ☒\n"


def test_formulas_code_and_running_text() -> None:
    assert markdown_of(Formula(latex="a\n\nb$$c")) == "$$\na\nb$ $c\n$$\n"
    assert markdown_of(Code(text="```\nx", language="a b")) == "````\n```\nx\n````\n"
    assert markdown_of(Heading(text="a\nb #", level=3)) == "### a b \\#\n"
    assert markdown_of(PageHeader(text="h"), Paragraph(text="p")) == "p\n"
    assert markdown_of(PageHeader(text="h"), Paragraph(text="p"), headers_footers="keep") == "h\n\np\n"
    assert markdown_of() == ""


def test_dots_that_lead_to_a_page_are_few() -> None:
    assert (
        markdown_of(Paragraph(text="Preface. . . . . . . . . . 7\nIndex ............... 97"))
        == "Preface ..... 7  \nIndex ..... 97\n"
    )
    assert markdown_of(Paragraph(text="Wait ... and see")) == "Wait ... and see\n"


def test_figures() -> None:
    image = Image(caption="A [cat]", ocr="MEOW")
    assert markdown_of(image, figure_text=False) == "[Image: A \\[cat\\]]\n"
    assert markdown_of(image, figure_text=True).endswith("MEOW\n")
    assert "![" not in markdown_of(image, images={"p1-b1": "../x.png"})


def test_long_text_takes_linear_time() -> None:
    for text in (
        "*a " * 100_000,
        "$a " * 100_000,
        "[" * 200_000,
        "_a" * 100_000,
        "`" * 200_000,
        "&a" * 100_000,
        "$" * 200_000,
        "-" * 200_000,
    ):
        assert len(re.sub(r"\s", "", escape_block(text))) >= len(re.sub(r"\s", "", text))
