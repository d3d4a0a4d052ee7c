"""Every text export of a document that holds every kind of block."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from export_documents import sample

from docparse.export import export_bytes
from docparse.export.json import json_schema

_OPTIONS: dict[str, tuple[str, dict[str, object]]] = {
    "sample.html": (".html", {}),
    "sample.json": (".json", {}),
    "sample.no-images.json": (".json", {"images": "none"}),
    "sample.md": (".md", {}),
    "sample.keep.md": (
        ".md",
        {
            "headers_footers": "keep",
            "figure_text": False,
            "page_breaks": True,
            "images": {"p2-b1": "sample.images/p2-b1.png"},
        },
    ),
    "sample.txt": (".txt", {}),
    "sample.csv": (".csv", {}),
    "sample.chunks.jsonl": (".chunks.jsonl", {}),
}


@pytest.mark.parametrize("name", _OPTIONS)
def test_export(name: str, golden: Callable[[str, str], None]) -> None:
    suffix, options = _OPTIONS[name]
    golden(name, export_bytes(sample(), suffix, **options).decode())


def test_schema(golden: Callable[[str, str], None]) -> None:
    golden("schema.json", json.dumps(json_schema(), indent=1, sort_keys=True) + "\n")
