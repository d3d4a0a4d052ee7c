"""`Document` to JSON, and the JSON Schema that describes it."""

from __future__ import annotations

import json
from typing import Any

from docparse.export.crops import Images, crop_of, crop_source
from docparse.schemas.document import SCHEMA_VERSION, Document

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def to_json(document: Document, *, images: Images = "embed", indent: int | None = 1) -> str:
    """The whole document after the published schema; pictures as base64 (`data`), by path (`href`), or left out."""
    if images != "embed":
        document = _with_images(document, images)
    return document.model_dump_json(indent=indent) + "\n"


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of what `to_json` writes."""
    schema = Document.model_json_schema(mode="serialization")
    return {"$schema": _DIALECT, "$id": f"urn:docparse:document:{SCHEMA_VERSION}", **schema}


def schema_text() -> str:
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def _with_images(document: Document, images: Images) -> Document:
    source = crop_source(images)
    pages = []
    for page in document.pages:
        blocks = []
        for block in page.blocks:
            crop = crop_of(block)
            if crop is not None:
                href = source(block)
                crop = crop.model_copy(update={"data": None, "href": href}) if href else None
                block = block.model_copy(update={"crop": crop})
            blocks.append(block)
        pages.append(page.model_copy(update={"blocks": blocks}))
    return document.model_copy(update={"pages": pages})
