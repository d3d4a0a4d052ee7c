"""Elements of QwenVL HTML to drafts of blocks."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from docparse.geometry import Box
from docparse.qwenvl.boxes import BoxReader
from docparse.qwenvl.grid import read_grid
from docparse.qwenvl.markup import HEADINGS, INLINE, INVISIBLE, Node
from docparse.qwenvl.text import strip_math, text_of, verbatim_of
from docparse.schemas.document import (
    Caption,
    Chart,
    Chemistry,
    Code,
    Footnote,
    Formula,
    Heading,
    Image,
    ListBlock,
    ListItem,
    Music,
    PageFooter,
    PageHeader,
    PageNumber,
    Paragraph,
    Table,
)

_JUNK = re.compile(r"(?:\\[nt]|[\s\"'`])*")
_MATHS = re.compile(r"\$\$(.+?)\$\$", re.DOTALL)
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
_FIGURES = {
    "formula": "formula",
    "equation": "formula",
    "image": "image",
    "figure": "image",
    "picture": "image",
    "chart": "chart",
    "music": "music",
    "chemical": "chemistry",
    "chemistry": "chemistry",
    "code": "code",
    "algorithm": "code",
    "pseudocode": "code",
}


@dataclass(slots=True)
class Draft:
    """A block in the making: its box (page units) may still be missing."""

    kind: Any
    values: dict[str, Any]
    box: Box | None = None
    flags: list[str] = field(default_factory=list)
    fallback: Box | None = None
    confidence: float | None = None
    source: str = ""

    @property
    def text(self) -> str:
        """What the page prints in it, for finding its place."""
        values = self.values
        if self.kind is ListBlock:
            return " ".join(item.text for item in values["items"])
        if self.kind is Table:
            return " ".join(cell.text for cell in values["cells"])
        return str(values.get("text") or values.get("ocr") or "")


class ElementReader:
    """Walks the tree of one page; `trusted` believes the attributes that only docparse writes."""

    def __init__(self, boxes: BoxReader, *, trusted: bool) -> None:
        self.boxes, self.trusted = boxes, trusted
        self.drafts: list[Draft] = []
        self.waiting: Box | None = None  # box of an empty element, for its sibling

    def read(self, root: Node) -> list[Draft]:
        self._container(root.children, None, [])
        return self.drafts

    # -- containers

    def _container(self, children: list[Node | str], box: Box | None, flags: list[str], kind: Any = Paragraph) -> None:
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
        text = text_of(run)
        if _JUNK.fullmatch(text):
            return
        if box is None and kind is Paragraph and not self.boxless_text(text):
            return
        self._add(Draft(kind, {"text": text}, box, list(flags or ())))

    def boxless_text(self, text: str) -> bool:
        """Add text without an element around it as paragraphs; returns whether it still has to be added."""
        parts = [part.strip() for part in re.split(r"\n\s*\n", text)]
        if len(parts) == 1:
            return True
        for part in parts:
            if part:
                self._add(Draft(Paragraph, {"text": part}))
        return False

    # -- elements

    def _element(self, node: Node) -> None:
        tag = node.tag
        if tag in INVISIBLE:
            return
        attributes: dict[str, str] = node.attributes if node.raw else {}
        box, flags = self._box(attributes) if attributes else (None, [])
        draft: Draft | None = None
        if tag == "p" or tag in HEADINGS:
            draft = self._text_block(node, attributes, box, flags)
        elif tag == "table":
            self._table(node, attributes, box, flags)
        elif tag in ("ul", "ol", "dl"):
            draft = Draft(ListBlock, {"ordered": tag == "ol", "items": self._items(node, 1)}, box, flags)
        elif tag in ("pre", "code"):
            draft = _code(node, box, flags)
        elif tag == "img":
            draft = Draft(Image, {"caption": attributes.get("alt", "").strip()}, box, flags)
        elif tag in ("page_number", "figcaption"):
            kind = PageNumber if tag == "page_number" else Caption
            draft = Draft(kind, {"text": text_of(node.children)}, box, flags)
        elif tag not in ("hr", "br"):
            self._division(node, attributes, box, flags)
        if draft is not None:
            self._add(self._own(draft, attributes))

    def _division(self, node: Node, attributes: dict[str, str], box: Box | None, flags: list[str]) -> None:
        classes = attributes.get("class", "").lower().replace("-", "_").replace(".", " ").split()
        if classes == ["page"] or not classes:
            self._container(node.children, box, flags)
            return
        figure = next((_FIGURES[name] for name in classes if name in _FIGURES), None)
        if node.tag == "figure":
            figure = figure or "image"
        if figure is not None:
            getattr(self, f"_{figure}")(node, attributes, classes, box, flags)
            return
        kind = _TEXT_CLASSES.get(classes[-1]) if classes[0] == "page" or len(classes) == 1 else None
        if kind is None or any(child.tag not in INLINE for child in node.nodes()):
            title = classes[0] in ("title", "heading", "section_header")
            self._container(node.children, box, flags, Heading if title else Paragraph)
            return
        text = text_of(node.children)
        if text:
            self._add(self._own(Draft(kind, {"text": text}, box, flags), attributes))

    def _text_block(self, node: Node, attributes: dict[str, str], box: Box | None, flags: list[str]) -> Draft | None:
        if not node.children:
            self.waiting = box or self.waiting
            return None
        if any(_holds_image(child) for child in node.nodes()):
            self._container(node.children, box, flags)
            return None
        text = text_of(node.children)
        if not text:
            self.waiting = box or self.waiting
            return None
        if node.tag != "p":
            return Draft(Heading, {"level": int(node.tag[1]), "text": text}, box, flags)
        name = attributes.get("class", "").lower()
        kind = _TEXT_CLASSES.get(name, Paragraph)
        values: dict[str, Any] = {"text": text}
        if kind is Footnote and attributes.get("data-marker"):
            values["marker"] = attributes["data-marker"]
        return Draft(kind, values, box, flags)

    def _items(self, node: Node, level: int) -> list[ListItem]:
        items: list[ListItem] = []
        for child in node.children:
            if isinstance(child, str) or child.tag in INLINE:
                text = text_of([child])
                if not _JUNK.fullmatch(text):
                    items.append(ListItem(text=text, level=level))
            elif child.tag in ("ul", "ol", "dl"):
                items += self._items(child, level + 1)
            else:
                items += self._item(child, level)
        return items

    def _item(self, node: Node, level: int) -> list[ListItem]:
        attributes = node.attributes
        own = [child for child in node.children if isinstance(child, str) or child.tag not in ("ul", "ol", "dl")]
        depth = attributes.get("data-level", "")
        if depth.isdigit() and len(depth) <= 2:
            level = max(int(depth), 1)
        marker = attributes.get("data-marker") or (f"{attributes['value']}." if attributes.get("value") else "")
        box, _ = self._box(attributes)
        items = []
        text = text_of(own)
        if text or box is not None or marker:
            items.append(ListItem(text=text, bbox=box, level=level, marker=marker))
        for child in node.nodes():
            if child.tag in ("ul", "ol", "dl"):
                items += self._items(child, level + 1)
        return items

    def _table(self, node: Node, attributes: dict[str, str], box: Box | None, flags: list[str]) -> None:
        grid = read_grid(node, lambda text: self.boxes.read(text)[0])
        for caption in grid.captions:
            text = text_of(caption.children)
            if text:
                self._add(Draft(Caption, {"text": text}, self._box(caption.attributes)[0]))
        if grid.cells or grid.rows:
            values = {"cells": grid.cells, "rows": grid.rows, "cols": grid.cols}
            self._add(self._own(Draft(Table, values, box, flags + grid.flags), attributes))
        if grid.loose:
            self._container(grid.loose, box, ["loose_text"])

    # -- figures

    def _formula(
        self, node: Node, attributes: dict[str, str], classes: list[str], box: Box | None, flags: list[str]
    ) -> None:
        body = next((child for child in node.nodes() if child.tag in ("div", "p", "pre", "span", "math")), None)
        after = node.children[node.children.index(body) + 1 :] if body is not None else []
        content = body.children if body is not None else [c for c in node.children if not _is_image(c)]
        before = [c for c in node.children[: node.children.index(body)] if not _is_image(c)] if body is not None else []
        text = text_of(content)
        if body is not None and body.attributes.get("class") == "text":
            values = {"text": text}
        else:
            values = {"latex": strip_math(text)}
            if self.trusted and attributes.get("data-text"):
                values["text"] = attributes["data-text"]
        if before:
            self._container(before, None, ["loose_text"])
        self._add(self._own(Draft(Formula, values, box, flags), attributes))
        if after:
            self._after_formula(after, box)

    def _after_formula(self, children: list[Node | str], box: Box | None) -> None:
        """Loose text after the formula's own element: a second formula, or words that must not get lost."""
        text = text_of([child for child in children if not _is_image(child)])
        if _JUNK.fullmatch(text):
            return
        inner = strip_math(text)
        if inner != text:
            self._add(Draft(Formula, {"latex": inner}, box, ["loose_text"]))
        else:
            self._add(Draft(Paragraph, {"text": text}, box, ["loose_text"]))

    def _image(
        self, node: Node, attributes: dict[str, str], classes: list[str], box: Box | None, flags: list[str]
    ) -> None:
        content: list[Node | str] = []
        ocr: list[Node | str] = []
        rest: list[Node | str] = []
        alt = ""
        for child in node.children:
            if isinstance(child, Node) and child.tag == "img":
                found = child.attributes
                box = box or self._box(found)[0]
                alt = alt or found.get("alt", "").strip()
            elif isinstance(child, Node) and child.tag in ("table", "ul", "ol", "figcaption", *HEADINGS):
                rest.append(child)
            elif isinstance(child, Node) and child.tag == "p" and child.attributes.get("class") == "ocr":
                ocr.append(child)
            else:
                content.append(child)
        text, printed = text_of(content), text_of(ocr)
        values = (
            {"ocr": "\n".join(filter(None, (text, printed)))}
            if "ocr" in classes
            else {"caption": text or alt, "ocr": printed}
        )
        self._add(self._own(Draft(Image, values, box, flags), attributes))
        if rest:
            self._container(rest, None, [])

    def _chart(
        self, node: Node, attributes: dict[str, str], classes: list[str], box: Box | None, flags: list[str]
    ) -> None:
        data: list[list[str]] = []
        texts: dict[str, list[str]] = {"description": [], "text": []}
        for child in node.children:
            if isinstance(child, Node) and child.tag == "img":
                box = box or self._box(child.attributes)[0]
            elif isinstance(child, Node) and child.tag == "table":
                grid = read_grid(child, lambda text: None)
                rows: list[list[str]] = [[] for _ in range(grid.rows)]
                for cell in grid.cells:
                    rows[cell.row] += [cell.text] + [""] * (min(cell.colspan, 50) - 1)
                data += rows
                texts["text"] += [text_of([piece]) for piece in (*grid.captions, *grid.loose)]
            elif isinstance(child, Node) and child.tag in ("ul", "ol", "dl"):
                data += [_pair(item.text) for item in self._items(child, 1)]
            else:
                text = text_of([child])
                rows = _json_rows(text)
                own = isinstance(child, Node) and child.tag == "p" and child.attributes.get("class") != "ocr"
                if rows:
                    data += rows
                elif not _JUNK.fullmatch(text):
                    texts["description" if own else "text"].append(text)
        values: dict[str, Any] = {key: "\n".join(filter(None, parts)) for key, parts in texts.items()}
        values |= {"data": data, "chart_type": attributes.get("data-chart-type") or None}
        self._add(self._own(Draft(Chart, values, box, flags), attributes))

    def _music(
        self, node: Node, attributes: dict[str, str], classes: list[str], box: Box | None, flags: list[str]
    ) -> None:
        self._add(self._own(Draft(Music, {"abc": verbatim_of(node.children).strip()}, box, flags), attributes))

    def _chemistry(
        self, node: Node, attributes: dict[str, str], classes: list[str], box: Box | None, flags: list[str]
    ) -> None:
        self._add(self._own(Draft(Chemistry, {"smiles": text_of(node.children)}, box, flags), attributes))

    def _code(
        self, node: Node, attributes: dict[str, str], classes: list[str], box: Box | None, flags: list[str]
    ) -> None:
        self._add(self._own(_code(node, box, flags), attributes))

    # -- helpers

    def _box(self, attributes: dict[str, str]) -> tuple[Box | None, list[str]]:
        text = attributes.get("data-bbox") or attributes.get("bbox") or attributes.get("data-polygon")
        if not text:
            return None, []
        box, flag = self.boxes.read(text)
        return box, [flag] if flag else []

    def _own(self, draft: Draft, attributes: dict[str, str]) -> Draft:
        """Take over what only docparse's own writer writes."""
        if self.trusted:
            confidence = attributes.get("data-confidence", "")
            if re.fullmatch(r"[01](?:\.\d+)?|\d(?:\.\d+)?e-\d+", confidence):
                draft.confidence = min(float(confidence), 1.0)
            draft.source = attributes.get("data-source", "")
            draft.flags += attributes.get("data-flags", "").split()
        return draft

    def _add(self, draft: Draft) -> None:
        if draft.box is None and self.waiting is not None:
            draft.box = self.waiting
        self.waiting = None
        self.drafts.append(draft)


def _is_image(child: Node | str) -> bool:
    return isinstance(child, Node) and child.tag == "img"


def _holds_image(node: Node) -> bool:
    return node.tag == "img" or any(_holds_image(child) for child in node.nodes())


def _code(node: Node, box: Box | None, flags: list[str]) -> Draft:
    language = ""
    for child in (node, *node.nodes()):
        match = re.search(r"language-([\w+#.-]+)", child.raw)
        if child.tag == "code" and match is not None:
            language = match[1]
    return Draft(Code, {"text": verbatim_of(node.children), "language": language}, box, flags)


def _pair(text: str) -> list[str]:
    label, sign, value = text.rpartition(":")
    return [label.strip(), value.strip()] if sign and value.strip() else [text]


def _json_rows(text: str) -> list[list[str]]:
    """Rows of chart data written as JSON: a list of objects, a list of lists, or an object of numbers."""
    if text[:1] not in ("[", "{") or len(text) > 200_000:
        return []
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return []
    if isinstance(value, dict):
        return [[str(key), _plain(item)] for key, item in value.items()]
    if value and all(isinstance(row, dict) for row in value):
        names = list(dict.fromkeys(str(key) for row in value for key in row))
        return [names, *([_plain(row.get(name, "")) for name in names] for row in value)]
    if value and all(isinstance(row, list) for row in value):
        return [[_plain(item) for item in row] for row in value]
    return []


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
