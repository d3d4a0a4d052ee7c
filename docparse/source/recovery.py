"""Pages of a truncated PDF: the end, with catalog and page tree, is lost, but page objects may be there."""

from __future__ import annotations

from pathlib import Path

import pymupdf

_MOST_BYTES = 64 << 20  # a larger file is not worth a second copy in memory
_MOST_OBJECTS = 200_000
_LOOKED_AT = 20  # pages that may be blank before the rest counts as lost too


def rebuilt(document: pymupdf.Document, path: str) -> pymupdf.Document | None:
    """The file with a page tree made of the page objects that are left, in file order; None if there are none."""
    if Path(path).stat().st_size > _MOST_BYTES or document.needs_pass:
        return None
    length = min(document.xref_length(), _MOST_OBJECTS)
    pages = [xref for xref in range(1, length) if _is_page(document, xref)]
    if not pages:
        return None
    kids = " ".join(f"{xref} 0 R" for xref in pages)
    tail = (
        f"\nendstream\nendobj\n{length} 0 obj\n<</Type/Catalog/Pages {length + 1} 0 R>>\nendobj\n"
        f"{length + 1} 0 obj\n<</Type/Pages/Count {len(pages)}/Kids[{kids}]/MediaBox[0 0 612 792]>>\nendobj\n"
        f"trailer\n<</Size {length + 2}/Root {length} 0 R>>\n%%EOF\n"
    )
    again = pymupdf.open(stream=Path(path).read_bytes() + tail.encode("ascii"), filetype="pdf")
    if not any(_shows_something(again, number) for number in range(min(again.page_count, _LOOKED_AT))):
        again.close()
        return None
    return again


def _shows_something(document: pymupdf.Document, number: int) -> bool:
    try:
        return not document[number].get_pixmap(dpi=30).is_unicolor
    except (RuntimeError, ValueError):
        return False


def _is_page(document: pymupdf.Document, xref: int) -> bool:
    try:
        return bool(document.xref_get_key(xref, "Type") == ("name", "/Page"))
    except (RuntimeError, ValueError):  # a broken object is no page
        return False
