"""Blocks in the making, and what every element reader needs to make them."""

from __future__ import annotations

import abc
import re
from dataclasses import dataclass, field
from typing import Any

from docparse.geometry import Box
from docparse.pieces import Glue
from docparse.qwenvl.boxes import BoxReader
from docparse.qwenvl.markup import Node
from docparse.schemas.document import ListBlock, ListItem, Paragraph, Table

_GLUES: dict[str, Glue] = {"hyphen": "hyphen", "none": "none"}
_JUNK = re.compile(r"(?:\\[nt]|[\s\"'`])*")


def is_junk(text: str) -> bool:
    """Blanks, quotes and literal "\\n": what models leave between elements."""
    return _JUNK.fullmatch(text) is not None


def is_image(child: Node | str) -> bool:
    return isinstance(child, Node) and child.tag == "img"


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
    id: str = ""  # that docparse gave it, or the block whose text goes on in it
    glue: Glue | None = None  # of one that goes on

    @property
    def text(self) -> str:
        """What the page prints in it, for finding its place."""
        values = self.values
        if self.kind is ListBlock:
            return " ".join(item.text for item in values["items"])
        if self.kind is Table:
            return " ".join(cell.text for cell in values["cells"])
        return str(values.get("text") or values.get("ocr") or "")


class BlockReader(abc.ABC):
    """Collects the blocks of one page; `trusted` believes the attributes that only docparse writes."""

    def __init__(self, boxes: BoxReader, *, trusted: bool) -> None:
        self.boxes, self.trusted = boxes, trusted
        self.drafts: list[Draft] = []
        self.waiting: Box | None = None  # box of an empty element, for its sibling

    @abc.abstractmethod
    def container(self, children: list[Node | str], box: Box | None, flags: list[str], kind: Any = Paragraph) -> None:
        """Blocks of an element that may hold both blocks and loose text."""

    @abc.abstractmethod
    def items(self, node: Node, level: int) -> list[ListItem]:
        """Items of a list and of the lists inside it."""

    def box(self, attributes: dict[str, str]) -> tuple[Box | None, list[str]]:
        """(box in page units or None, flags) of an element."""
        text = attributes.get("data-bbox") or attributes.get("bbox") or attributes.get("data-polygon")
        if not text:
            return None, []
        box, flag = self.boxes.read(text)
        return box, [flag] if flag else []

    def own(self, draft: Draft, attributes: dict[str, str]) -> Draft:
        """Take over what only docparse's own writer writes."""
        if self.trusted:
            confidence = attributes.get("data-confidence", "")
            if re.fullmatch(r"[01](?:\.\d+)?|\d(?:\.\d+)?e-\d+", confidence):
                draft.confidence = min(float(confidence), 1.0)
            draft.source = attributes.get("data-source", "")
            draft.flags += attributes.get("data-flags", "").split()
            draft.id = attributes.get("data-continues") or attributes.get("id", "")
            if "data-continues" in attributes:
                draft.glue = _GLUES.get(attributes.get("data-break", ""), "space")
        return draft

    def add(self, draft: Draft) -> None:
        """Append a block; one without a box gets that of an empty element just before it."""
        if draft.box is None and self.waiting is not None:
            draft.box = self.waiting
        self.waiting = None
        self.drafts.append(draft)
