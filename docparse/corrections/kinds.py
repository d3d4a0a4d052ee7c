"""A block as another kind: its content comes along as text."""

from __future__ import annotations

import re
from typing import Any

from pydantic import TypeAdapter

from docparse.corrections.grid import LARGEST
from docparse.errors import CorrectionInvalid
from docparse.export.tables import table_rows
from docparse.export.text import block_text, table_text
from docparse.links import owners_of
from docparse.schemas.document import Block, Cell, Chart, Image, ListBlock, ListItem, Table

BLOCK: TypeAdapter[Block] = TypeAdapter(Block)
FIGURES = frozenset(("image", "chart", "music", "chemistry"))
_KEPT = ("id", "page", "bbox", "order", "parts", "original", "source", "confidence")
_MARKER = re.compile(r"\s*([-•*–▪◦]|\(?\d{1,4}[.)]|\(?[a-z][.)])\s+(?=\S)")
_OF_TEXT = {"formula": "latex", "image": "ocr", "music": "abc", "chemistry": "smiles"}


def convert(block: Block, kind: str, level: int | None) -> Block:
    """The block as `kind`; `level` counts for headings."""
    values: dict[str, Any] = {name: getattr(block, name) for name in _KEPT}
    values["links"] = [link for owner in owners_of(block) for link in owner.links]
    text = _content(block)
    if kind == "list":
        values["items"] = _items(text)
        values["ordered"] = bool(values["items"]) and all(item.marker[-2:-1].isdigit() for item in values["items"])
    elif kind == "table":
        values |= _grid(block.data if isinstance(block, Chart) and block.data else _rows(text))
    elif kind == "chart":
        values["data"] = table_rows(block) if isinstance(block, Table) else _rows(text) if text else []
    else:
        values[_OF_TEXT.get(kind, "text")] = text.strip().strip("$").strip() if kind == "formula" else text
    if kind == "heading":
        values["level"] = level or 1
        values["text"] = " ".join(text.split())
    crop = getattr(block, "crop", None)
    if crop is not None and kind in FIGURES:
        values["crop"] = crop
    found: Block = BLOCK.validate_python({**values, "kind": kind})
    return found


def _content(block: Block) -> str:
    """What the block says, without signs of its kind."""
    match block:
        case ListBlock():
            return "\n".join(f"{item.marker} {item.text}".strip() for item in block.items)
        case Table():
            return table_text(block)
        case Image():
            return block.ocr or block.caption
        case _:
            return block_text(block)


def _rows(text: str) -> list[list[str]]:
    return [line.split("\t") for line in text.splitlines() if line.strip()]


def _items(text: str) -> list[ListItem]:
    items = []
    for line in filter(str.strip, text.splitlines()):
        marker = _MARKER.match(line)
        items.append(
            ListItem(text=line[marker.end() :].strip() if marker else line.strip(), marker=marker[1] if marker else "")
        )
    return items


def _grid(rows: list[list[str]]) -> dict[str, Any]:
    cols = max(map(len, rows), default=0)
    if len(rows) * cols > LARGEST:
        raise CorrectionInvalid(f"a table has {LARGEST} cells at most")
    cells = [Cell(row=r, col=c, text=row[c] if c < len(row) else "") for r, row in enumerate(rows) for c in range(cols)]
    return {"rows": len(rows), "cols": cols, "cells": cells}
