"""Exports: pure functions from `Document`, the table of them, and `save`, which writes one to a file atomically.

The names load on first use: the table alone (`formats`) is light enough for help texts.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docparse.export.files import export_bytes, read_images, save, write_atomically, write_images
    from docparse.export.formats import FORMATS, Format, format_of

__all__ = [
    "FORMATS",
    "Format",
    "export_bytes",
    "format_of",
    "read_images",
    "save",
    "write_atomically",
    "write_images",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = "formats" if name in ("FORMATS", "Format", "format_of") else "files"
    return getattr(importlib.import_module(f"docparse.export.{module}"), name)
