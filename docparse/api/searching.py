"""Where a text stands in a document."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from pydantic import BaseModel, Field

from docparse.export.text import block_text
from docparse.schemas.document import Document

_MOST = 500
_AROUND = 40  # characters before and after a hit


class Hit(BaseModel):
    """One place, with what stands around it."""

    page: int
    block: str
    kind: str
    before: str
    match: str
    after: str


class Found(BaseModel):
    query: str
    hits: list[Hit]
    more: bool = Field(description="There are more hits than are listed.")


def search(document: Document, query: str) -> Found:
    """Every place of `query`; case, accents and white space do not matter."""
    wanted, _ = _folded(" ".join(query.split()))
    hits: list[Hit] = []
    for hit in _hits(document, wanted) if wanted else ():
        if len(hits) == _MOST:
            return Found(query=query, hits=hits, more=True)
        hits.append(hit)
    return Found(query=query, hits=hits, more=False)


def _hits(document: Document, wanted: str) -> Iterator[Hit]:
    for page in document.pages:
        for block in page.blocks:
            text = " ".join(block_text(block).split())
            if wanted not in _quick(text):
                continue
            folded, places = _folded(text)
            at = folded.find(wanted)
            while at >= 0:
                begin, end = places[at], places[at + len(wanted) - 1] + 1
                while end < len(text) and unicodedata.combining(text[end]):
                    end += 1
                yield Hit(
                    page=page.number, block=block.id, kind=block.kind, before=text[max(0, begin - _AROUND) : begin],
                    match=text[begin:end], after=text[end : end + _AROUND],
                )  # fmt: skip
                at = folded.find(wanted, at + len(wanted))


def _quick(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in decomposed if not unicodedata.combining(char)) if not text.isascii() else decomposed


def _folded(text: str) -> tuple[str, list[int]]:
    """The text without case and accents, and for each of its characters the place in `text` that it comes from."""
    if text.isascii():
        return text.lower(), list(range(len(text)))
    chars: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        for folded in unicodedata.normalize("NFKD", char).casefold():
            if not unicodedata.combining(folded):
                chars.append(folded)
                places.append(place)
    return "".join(chars), places
