"""Links in what is written: on their words, to where they lead, and only where a click is safe."""

from __future__ import annotations

import io
import json
import re

import lxml.html
import pytest
from export_documents import document, grid
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from payloads import payloads

from docparse.export.chunks import to_chunks
from docparse.export.html import to_html
from docparse.export.markdown import block_markdown, to_markdown
from docparse.export.text import to_text
from docparse.schemas.document import (
    Block,
    Cell,
    Chart,
    Code,
    Crop,
    Footnote,
    Formula,
    Heading,
    Image,
    Link,
    ListBlock,
    ListItem,
    Paragraph,
    Table,
)

GFM = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
SIGNS = st.text(alphabet="ab1 *_`<>&#-+.()[]!|~:=\\\"'x;$", max_size=24)
SITE = "https://e.org/a"


def linked(text: str, words: str, uri: str = SITE, **more: int) -> Paragraph:
    return Paragraph(text=text, links=[Link(text=words, start=text.index(words), uri=uri, **more)])


def anchors(markdown: str) -> list[tuple[str, str]]:
    tree = lxml.html.fragment_fromstring(GFM.render(markdown), create_parent="div")
    return [(a.text_content(), a.get("href")) for a in tree.iter("a")]


@settings(max_examples=300, deadline=None)
@given(SIGNS, SIGNS, SIGNS)
@example("wow!", "here", "")
@example("a\\", "b\\", "(c)")
@example("[", "[12]", "](x)")
@example("*a", "b*", "c")
@example("", "# a", "")
@example("1.", " b", "")
def test_words_stay_what_they_are(before: str, words: str, after: str) -> None:
    if not re.search(r"[ab1x]", words):
        return
    text = before + words + after
    block = Paragraph(text=text, links=[Link(text=words, start=len(before), uri=SITE)])
    for made in (block, Heading(text=text, links=block.links), Footnote(text=text, marker="9", links=block.links)):
        tree = lxml.html.fragment_fromstring(GFM.render(block_markdown(made)), create_parent="div")
        (anchor,) = tree.iter("a")
        assert anchor.get("href") == SITE
        assert anchor.text_content().replace(" ", "") in words.replace(" ", "") or "$" in text
        shown = "".join(tree.text_content().split())
        assert shown == "".join((made.printed if isinstance(made, Footnote) else text).split()) or "$" in text


@pytest.mark.parametrize(
    ("uri", "written"),
    [
        ("https://e.org/a_(b)", "https://e.org/a_(b)"),
        ("https://e.org/a)b", "https://e.org/a%29b"),
        ("https://e.org/a b", "https://e.org/a%20b"),
        ("https://e.org/?a=1&copy;=2", "https://e.org/?a=1&amp;copy;=2"),
        ("https://e.org/a|b", "https://e.org/a%7Cb"),
        ("mailto:a@e.org?subject=x", "mailto:a@e.org?subject=x"),
    ],
)
def test_addresses_in_markdown(uri: str, written: str) -> None:
    assert block_markdown(linked("see here", "here", uri)) == f"see [here]({written})"
    assert len(anchors(block_markdown(linked("see here", "here", uri)))) == 1


@pytest.mark.parametrize(
    ("words", "uri"),
    [("https://e.org/x", "https://e.org/x"), ("www.e.org", "http://www.e.org/"), ("a.b@e.org", "mailto:a.b@e.org")],
)
def test_printed_addresses_need_no_link(words: str, uri: str) -> None:
    assert block_markdown(linked(f"see {words} or not", words, uri)) == f"see {words} or not"


def test_a_domain_alone_needs_one() -> None:
    assert block_markdown(linked("see e.org", "e.org", "https://e.org")) == "see [e.org](https://e.org)"


def test_each_line_has_its_link() -> None:
    assert block_markdown(linked("a b\nc d", "b\nc")) == f"a [b]({SITE})  \n[c]({SITE}) d"


def test_formulas_stay_whole() -> None:
    assert block_markdown(linked("as $x^2$ is", "x^2$ is")) == f"as [$x^2$ is]({SITE})"


def test_lists_tables_and_notes() -> None:
    link = Link(text="b", start=2, uri=SITE)
    items = [ListItem(text="a b", marker=marker, links=[link]) for marker in ("1.", "(c)", "☑")]
    assert block_markdown(ListBlock(items=items)) == f"1. a [b]({SITE})\n- (c) a [b]({SITE})\n- [x] a [b]({SITE})"
    cells = grid([["x", "y"], ["a b", "c"]])
    cells[2].links = [link]
    assert block_markdown(Table(rows=2, cols=2, cells=cells)).endswith(f"| a [b]({SITE}) | c |")
    cells[0].colspan, cells[2].links = 2, [Link(text="a", start=0, uri='https://e.org/"x"')]
    written = block_markdown(Table(rows=2, cols=2, cells=[cells[0], *cells[2:]]))
    assert '<a href="https://e.org/&quot;x&quot;">a</a> b' in written
    assert block_markdown(Footnote(text="a b", marker="*", links=[link])) == rf"\* a [b]({SITE})"


def test_pictures_lead_on() -> None:
    link = Link(uri=SITE)
    image = Image(caption="a cat", links=[link], id="p1-b1", crop=Crop(width=1, height=1, data=b"x"))
    assert block_markdown(image) == f"[Image: a cat]({SITE})"
    written = to_markdown(document([image]), images={"p1-b1": "cat.png"})
    assert written == f"[![a cat](cat.png)]({SITE})\n"
    html = to_html(document([image]))
    assert re.search(rf'<a href="{SITE}"><img [^>]*/></a>', html)


def test_jumps_are_in_html_alone() -> None:
    block = Paragraph(text="see page 2", links=[Link(text="page 2", start=4, to_page=2)])
    html = to_html(document([block], [Paragraph(text="here")]))
    assert '<a href="#page-2">page 2</a>' in html
    assert 'id="page-2"' in html
    assert block_markdown(block) == "see page 2"


def test_plain_text_has_no_addresses() -> None:
    assert to_text(document([linked("see here", "here")])) == "see here\n"


@pytest.mark.parametrize(
    "uri",
    ["javascript:alert(1)", "JaVaScript:alert(1)", " javascript:x", "java\nscript:x", "data:text/html,x", "file:///etc",
     "vbscript:x", "//e.org", "e.org", "https:", "#nameddest=x", ""],
)  # fmt: skip
def test_what_is_not_followed(uri: str) -> None:
    on_words, alone = [Link(text="x", start=0, uri=uri)], [Link(uri=uri)]
    blocks: list[Block] = [
        linked("see here", "here", uri), Image(caption="x", links=alone), Code(text="x", links=on_words),
        Table(rows=1, cols=1, cells=[Cell(row=0, col=0, text="x", links=on_words)]),
        Table(rows=1, cols=2, cells=[Cell(row=0, col=0, colspan=2, text="x", links=on_words)]),
        Formula(latex="x", links=alone), Chart(text="x", links=on_words),
    ]  # fmt: skip
    made = document(blocks)
    assert "<a" not in to_html(made)
    assert "](" not in to_markdown(made)
    assert "<a" not in to_markdown(made)
    assert json.loads(made.to_json())["pages"][0]["blocks"][0]["links"][0]["uri"] == uri


@pytest.mark.no_cover
def test_no_address_becomes_code() -> None:
    for payload in payloads():
        for uri in (payload, f"https://e.org/{payload}", f"mailto:{payload}"):
            cell = Cell(row=0, col=0, colspan=2, text=payload, links=[Link(text=payload, start=0, uri=uri)])
            image, table = Image(caption="x", links=[Link(uri=uri)]), Table(rows=1, cols=2, cells=[cell])
            made = document([linked("see here", "here", uri), image, table])
            for html in (to_html(made), f"<div>{GFM.render(to_markdown(made))}</div>"):
                for element in lxml.html.document_fromstring(html).iter():
                    assert element.tag in _TAGS, (uri, element.tag)
                    assert not any(name.startswith("on") for name in element.attrib), uri
                    if element.tag == "a":
                        assert list(element.attrib) == ["href"]
                        assert re.match(r"https?:|mailto:|ftp:|tel:", element.get("href"), re.IGNORECASE)


_TAGS = set("html head meta title style body div p h1 table tbody tr td th img a br".split())  # noqa: SIM905


def test_chunks_say_where_they_lead() -> None:
    block = linked("see here", "here")
    block.links.append(Link(text="see", start=0, to_page=3))
    chunk = json.loads(to_chunks(document([block])))
    assert chunk["links"] == [{"text": "here", "uri": SITE}, {"text": "see", "to_page": 3}]
    assert chunk["text"] == f"see [here]({SITE})"


def test_workbooks_lead_on() -> None:
    openpyxl = pytest.importorskip("openpyxl")
    from docparse.export.xlsx import to_xlsx

    cells = grid([["x", "y"]])
    cells[0].links, cells[1].links = [Link(text="x", start=0, uri=SITE)], [Link(text="y", start=0, uri="javascript:x")]
    sheet = openpyxl.load_workbook(io.BytesIO(to_xlsx(document([Table(rows=1, cols=2, cells=cells)])))).worksheets[0]
    assert [(cell.value, cell.hyperlink.target if cell.hyperlink else None) for cell in sheet[1]] == [
        ("x", SITE), ("y", None),
    ]  # fmt: skip


def test_docling_leads_on() -> None:
    core = pytest.importorskip("docling_core.types.doc.document")
    from docparse.export.docling import to_docling

    blocks: list[Block] = [
        linked("see here now", "here"), linked("all of it", "all of it"), linked("see js", "js", "javascript:x"),
        ListBlock(items=[ListItem(text="a b", marker="-", links=[Link(text="b", start=2, uri=SITE)])]),
    ]  # fmt: skip
    made = core.DoclingDocument.model_validate_json(to_docling(document(blocks)))
    texts = [(item.text, str(item.hyperlink) if item.hyperlink else None) for item in made.texts]
    assert texts == [
        ("see", None), ("here", SITE), ("now", None), ("all of it", SITE), ("see js", None), ("", None), ("a", None),
        ("b", SITE),
    ]  # fmt: skip
    assert f"see [here]({SITE}) now" in made.export_to_markdown()
