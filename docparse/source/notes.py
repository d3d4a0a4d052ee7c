"""Comments that readers of a file left on a page: sticky notes, highlights with a word to them."""

from __future__ import annotations

import contextlib
import re

import pymupdf

from docparse.geometry import Box
from docparse.schemas.page import Note

_DRAWN = (2, 13)  # PDF_ANNOT_FREE_TEXT, PDF_ANNOT_STAMP: what they say stands on the page
_HIDDEN = 2  # of `flags`
_MOST, _LONGEST = 1_000, 20_000
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")


def read_notes(page: pymupdf.Page) -> tuple[Note, ...]:
    """Comments with words in them, in the order of the file."""
    notes: list[Note] = []
    with contextlib.suppress(RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase):  # of a damaged file
        if page.first_annot is None:
            return ()
        for annotation in page.annots():
            if annotation.type[0] in _DRAWN or annotation.flags & _HIDDEN or len(notes) >= _MOST:
                continue
            text, author = _text(annotation.info["content"]), _text(annotation.info["title"])
            if text:
                x0, y0, x1, y1 = annotation.rect * page.rotation_matrix
                box: Box = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
                notes.append(Note(box, text, author))
    return tuple(notes)


def _text(text: str | None) -> str:
    text = (text or "").encode("utf-8", "replace").decode()
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()[:_LONGEST]
