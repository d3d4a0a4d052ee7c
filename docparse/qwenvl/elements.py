"""Elements of QwenVL HTML to drafts of blocks."""

from __future__ import annotations

import re
from typing import Any

from docparse.geometry import Box
from docparse.qwenvl.drafts import BlockReader, Draft, is_junk
from docparse.qwenvl.figures import FIGURES, code_draft
from docparse.qwenvl.grid import read_grid
from docparse.qwenvl.markup import HEADINGS, INLINE, INVISIBLE, Node
from docparse.qwenvl.text import link_of, text_values
from docparse.schemas.document import (
    Caption,
    Footnote,
    Heading,
    Image,
    ListBlock,
    ListItem,
    PageFooter,
    PageHeader,
    PageNumber,
    Paragraph,
    Table,
)

_NUMBERED = re.compile(r"[(\[]?\w{1,4}[.)\]]\s")
_TEXT_CLASSES: dict[str, Any] = {
    "caption": Caption,
    "figure_caption": Caption,
    "table_caption": Caption,
    "footnote": Footnote,
    "page_footnote": Footnote,
    "header": PageHeader,
    "page_header": PageHeader,
    "footer": PageFooter,
    "page_footer": PageFooter,
    "page_number": PageNumber,
    "number": PageNumber,
}


class ElementReader(BlockReader):
    """Walks the tree of one page."""

    def read(self, root: Node) -> list[Draft]:
        self.container(root.children, None, [])
        return self.drafts

    # -- containers

    def container(self, children: list[Node | str], box: Box | None, flags: list[str], kind: Any = Paragraph) -> None:
        """Blocks of an element that may hold both blocks and loose text."""
        first = len(self.drafts)
        run: list[Node | str] = []
        for child in children:
            if isinstance(child, str) or (child.tag in INLINE and not _holds_image(child)):
                run.append(child)
                continue
            if run:
                self._loose(run)
                run = []
            self._element(child)
        blocks = len(self.drafts) > first
        if run:
            self._loose(run, box if not blocks else None, flags if not blocks else None, kind)
        new = self.drafts[first:]
        if box is not None and len(new) == 1 and new[0].box is None:
            new[0].box = box
        for draft in new:
            if draft.box is None and draft.fallback is None:
                draft.fallback = box

    def _loose(
        self, run: list[Node | str], box: Box | None = None, flags: list[str] | None = None, kind: Any = Paragraph
    ) -> None:
        values = text_values(run)
        if is_junk(values["text"]):
            return
        if box is None and kind is Paragraph and not self.boxless_text(values["text"]):
            return
        self.add(Draft(kind, values, box, list(flags or ())))

    def boxless_text(self, text: str) -> bool:
        """Add text without an element around it as paragraphs; returns whether it still has to be added."""
        parts = [part.strip() for part in re.split(r"\n\s*\n", text)]
        if len(parts) == 1:
            return True
        for part in parts:
            if part:
                self.add(Draft(Paragraph, {"text": part}))
        return False

    # -- elements

    def _element(self, node: Node) -> None:
        tag = node.tag
        if tag in INVISIBLE:
            return
        attributes: dict[str, str] = node.attributes if node.raw else {}
        box, flags = self.box(attributes) if attributes else (None, [])
        draft: Draft | None = None
        if tag == "p" or tag in HEADINGS:
            draft = self._text_block(node, attributes, box, flags)
        elif tag == "table":
            self._table(node, attributes, box, flags)
        elif tag in ("ul", "ol", "dl"):
            draft = Draft(ListBlock, {"ordered": tag == "ol", "items": self.items(node, 1)}, box, flags)
        elif tag in ("pre", "code"):
            draft = code_draft(node, box, flags)
        elif tag == "img":
            draft = Draft(Image, {"caption": attributes.get("alt", "").strip()}, box, flags)
        elif tag in ("page_number", "figcaption"):
            kind = PageNumber if tag == "page_number" else Caption
            draft = Draft(kind, text_values(node.children), box, flags)
        elif tag not in ("hr", "br"):
            self._division(node, attributes, box, flags)
        if draft is not None:
            self.add(self.own(draft, attributes))

    def _division(self, node: Node, attributes: dict[str, str], box: Box | None, flags: list[str]) -> None:
        classes = attributes.get("class", "").lower().replace("-", "_").replace(".", " ").split()
        if classes == ["page"] or not classes:
            first = len(self.drafts)
            self.container(node.children, box, flags)
            link = link_of(node) if node.tag == "a" else None
            for draft in self.drafts[first:] if link is not None else ():
                draft.values.setdefault("links", []).append(link)
            return
        read = next((FIGURES[name] for name in classes if name in FIGURES), None)
        if node.tag == "figure":
            read = read or FIGURES["image"]
        if read is not None:
            read(self, node, attributes, box, flags)
            return
        kind = _TEXT_CLASSES.get(classes[-1]) if classes[0] == "page" or len(classes) == 1 else None
        if kind is None or any(child.tag not in INLINE for child in node.nodes()):
            title = classes[0] in ("title", "heading", "section_header")
            self.container(node.children, box, flags, Heading if title else Paragraph)
            return
        values = text_values(node.children)
        if values["text"]:
            self.add(self.own(Draft(kind, values, box, flags), attributes))

    def _text_block(self, node: Node, attributes: dict[str, str], box: Box | None, flags: list[str]) -> Draft | None:
        if not node.children:
            self.waiting = box or self.waiting
            return None
        if any(_holds_image(child) for child in node.nodes()):
            self.container(node.children, box, flags)
            return None
        values = text_values(node.children)
        if not values["text"]:
            self.waiting = box or self.waiting
            return None
        if node.tag != "p":
            return Draft(Heading, {"level": int(node.tag[1]), **values}, box, flags)
        name = attributes.get("class", "").lower()
        kind = _TEXT_CLASSES.get(name, Paragraph)
        if kind is Footnote and attributes.get("data-marker"):
            values["marker"] = attributes["data-marker"]
        return Draft(kind, values, box, flags)

    def items(self, node: Node, level: int) -> list[ListItem]:
        items: list[ListItem] = []
        number = int(start) if (start := node.attributes.get("start", "")).isdecimal() and len(start) < 8 else 1
        for child in node.children:
            if isinstance(child, str) or child.tag in INLINE:
                values = text_values([child])
                if not is_junk(values["text"]):
                    items.append(ListItem(level=level, **values))
            elif child.tag in ("ul", "ol", "dl"):
                items += self.items(child, level + 1)
            else:
                found = self._item(child, level)
                if node.tag == "ol" and not self.trusted and found and found[0].level == level:
                    if not found[0].marker and not _NUMBERED.match(found[0].text):
                        found[0].marker = f"{number}."
                    number += 1
                items += found
        return items

    def _item(self, node: Node, level: int) -> list[ListItem]:
        attributes = node.attributes
        own = [child for child in node.children if isinstance(child, str) or child.tag not in ("ul", "ol", "dl")]
        depth = attributes.get("data-level", "")
        if depth.isdigit() and len(depth) <= 2:
            level = max(int(depth), 1)
        marker = attributes.get("data-marker") or (f"{attributes['value']}." if attributes.get("value") else "")
        box, _ = self.box(attributes)
        items = []
        values = text_values(own)
        if values["text"] or box is not None or marker:
            items.append(ListItem(bbox=box, level=level, marker=marker, **values))
        for child in node.nodes():
            if child.tag in ("ul", "ol", "dl"):
                items += self.items(child, level + 1)
        return items

    def _table(self, node: Node, attributes: dict[str, str], box: Box | None, flags: list[str]) -> None:
        grid = read_grid(node, lambda text: self.boxes.read(text)[0])
        for caption in grid.captions:
            read = text_values(caption.children)
            if read["text"]:
                self.add(Draft(Caption, read, self.box(caption.attributes)[0]))
        if grid.cells or grid.rows:
            values = {"cells": grid.cells, "rows": grid.rows, "cols": grid.cols}
            self.add(self.own(Draft(Table, values, box, flags + grid.flags), attributes))
        if grid.loose:
            self.container(grid.loose, box, ["loose_text"])


def _holds_image(node: Node) -> bool:
    return node.tag == "img" or any(_holds_image(child) for child in node.nodes())
