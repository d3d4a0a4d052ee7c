"""Links of what a person corrected stay on their words, and are kept where the words are gone."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from docparse.corrections import apply
from docparse.schemas.corrections import Corrections, Edit
from docparse.schemas.document import (
    Block,
    Cell,
    Document,
    EngineInfo,
    Link,
    ListBlock,
    ListItem,
    Page,
    Paragraph,
    SourceInfo,
    Table,
)

EDIT: TypeAdapter[Any] = TypeAdapter(Edit)
SITE = "https://e.org"


def corrected(block: Block, *edits: dict[str, Any]) -> Any:
    block.id = "p1-b1"
    page = Page(number=1, width=100, height=100, image_width=112, image_height=112, blocks=[block])
    document = Document(source=SourceInfo(name="a.pdf"), engine=EngineInfo(name="embedded"), pages=[page])
    before = document.model_dump_json()
    found = apply(document, Corrections(edits=[EDIT.validate_python({"block": "p1-b1", **edit}) for edit in edits]))
    assert document.model_dump_json() == before
    return found.pages[0].blocks[0]


def places(owner: Any) -> list[tuple[str, int | None, str]]:
    return [(link.text, link.start, link.uri) for link in owner.links]


def linked(text: str = "see the site here") -> Paragraph:
    return Paragraph(text=text, links=[Link(text="site", start=text.index("site"), uri=SITE)])


def test_words_that_moved() -> None:
    block = corrected(linked(), {"op": "set", "text": "Look at the site here"})
    assert places(block) == [("site", 12, SITE)]


def test_words_that_are_gone() -> None:
    block = corrected(linked(), {"op": "set", "text": "see it here"})
    assert places(block) == [("site", None, SITE)]


def test_another_kind() -> None:
    assert places(corrected(linked("see the\nsite"), {"op": "kind", "kind": "heading"})) == [("site", 8, SITE)]
    items = ListBlock(items=[ListItem(text="a site", marker="1.", links=[Link(text="site", start=2, uri=SITE)])])
    assert places(corrected(items, {"op": "kind", "kind": "paragraph"})) == [("site", 5, SITE)]
    assert places(corrected(linked(), {"op": "kind", "kind": "list"})) == [("site", None, SITE)]


def test_cells_and_items() -> None:
    cells = [
        Cell(row=0, col=col, text=text, links=[Link(text=text, start=0, uri=f"{SITE}/{text}")])
        for col, text in enumerate("ab")
    ]
    table = Table(rows=1, cols=2, cells=cells)
    spanned = corrected(table, {"op": "span", "row": 0, "col": 0, "colspan": 2})
    assert places(spanned.cells[0]) == [("a", 0, f"{SITE}/a"), ("b", 2, f"{SITE}/b")]
    changed = corrected(table, {"op": "cell", "row": 0, "col": 1, "text": "the b"})
    assert places(changed.cells[1]) == [("b", 4, f"{SITE}/b")]
    items = ListBlock(items=[ListItem(text="site", links=[Link(text="site", start=0, uri=SITE)])])
    assert places(corrected(items, {"op": "item", "index": 0, "text": "a site"}).items[0]) == [("site", 2, SITE)]
