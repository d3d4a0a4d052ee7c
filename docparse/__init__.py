"""docparse: PDFs and images in; every element of every page out, typed, boxed, in reading order, checked.

    document = docparse.parse("file.pdf")
    document.save("out.html")

Names load on first use, so that `import docparse` stays light.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docparse.errors import DocparseError
    from docparse.invoices.run import extract_invoice, extract_invoices
    from docparse.options import ParseOptions
    from docparse.pipeline import parse, parse_pages
    from docparse.schemas.document import Block, Document, Page

__version__ = "0.1.0"

_EXPORTS = {
    "Block": "docparse.schemas.document",
    "Document": "docparse.schemas.document",
    "DocparseError": "docparse.errors",
    "Page": "docparse.schemas.document",
    "ParseOptions": "docparse.options",
    "extract_invoice": "docparse.invoices.run",
    "extract_invoices": "docparse.invoices.run",
    "parse": "docparse.pipeline",
    "parse_pages": "docparse.pipeline",
}
__all__ = [
    "Block", "DocparseError", "Document", "Page", "ParseOptions", "__version__", "extract_invoice", "extract_invoices",
    "parse", "parse_pages",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _EXPORTS:
        return getattr(importlib.import_module(_EXPORTS[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
