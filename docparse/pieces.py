"""Paragraphs and footnotes that run over columns or pages: what each rectangle says of them, and their text again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from docparse.links import joined, spans
from docparse.schemas.document import Block, Document, Footnote, Link, Paragraph, Part

Running = Paragraph | Footnote
Glue = Literal["space", "hyphen", "none"]  # how a piece goes on: a new word, in a word whose hyphen goes, in a word
_HYPHENS = "-‐\u00ad"


@dataclass(frozen=True, slots=True)
class Piece:
    """The words of a joined block in one of its parts: a block like it with their text, links and box."""

    block: Running
    of: str  # id of the joined block
    glue: Glue | None = None  # None for its first piece


def pieces(block: Running) -> list[Piece]:
    """One piece for each part, with the hyphen that is printed at its end.

    Empty for a block that is not joined, and where the parts don't know their words (a text that was corrected).
    """
    starts = [part.start for part in block.parts if part.start is not None]
    if len(starts) < 2 or len(starts) != len(block.parts) or starts[0]:
        return []
    ends = [*starts[1:], len(block.text)]
    if not all(block.text[start:end].strip() for start, end in zip(starts, ends, strict=True)):
        return []
    found: list[Piece] = []
    hyphen = ""
    for part, start, end in zip(block.parts, starts, ends, strict=True):
        glue: Glue = "hyphen" if hyphen else "space" if block.text[max(start - 1, 0)].isspace() else "none"
        text, hyphen = block.text[start:end].rstrip(), part.hyphen
        said = {"text": text + hyphen, "links": _links(block, start, start + len(text))}
        copy = block.model_copy(update=said | {"page": part.page, "bbox": part.bbox, "parts": []})
        found.append(Piece(copy, block.id, glue if found else None))
    return found


def _links(block: Running, start: int, end: int) -> list[Link]:
    """Links on the words from `start` to `end`; those that lie on no words go with the first piece."""
    placed = spans(block.text, block.links)
    cut = [
        span.link.model_copy(update={"start": begin - start, "text": block.text[begin:stop]})
        for span in placed
        if (begin := max(span.start, start)) < (stop := min(span.end, end))
    ]
    on_words = {id(span.link) for span in placed}
    return cut if start else [*cut, *(link for link in block.links if id(link) not in on_words)]


def elements(document: Document) -> list[list[Block | Piece]]:
    """What stands on each page, in order: blocks, and those that are joined as the pieces of that page."""
    found: dict[int, list[Block | Piece]] = {page.number: [] for page in document.pages}
    later: list[tuple[Part, Piece]] = []
    for page in document.pages:
        here = found[page.number]
        for block in page.blocks:
            split = pieces(block) if block.parts and isinstance(block, Running) else []
            if not split or not all(piece.block.page in found for piece in split):
                here.append(block)
                continue
            here += [piece for piece in split if piece.block.page == page.number]
            away = zip(block.parts, split, strict=True)
            later += [(part, piece) for part, piece in away if part.page != page.number]
    for part, piece in reversed(later):
        _insert(found[part.page], piece, part.order or 0)
    return list(found.values())


def _insert(page: list[Block | Piece], piece: Piece, order: int) -> None:
    """Put it where it stood before it was joined. Called with the last piece first, so that theirs stay in order."""
    place = next((i for i, other in enumerate(page) if _order(other) >= order or _is_next(other, piece)), len(page))
    page.insert(place, piece)


def _order(element: Block | Piece) -> float:
    return element.order if not isinstance(element, Piece) else 0 if element.glue else element.block.order


def _is_next(other: Block | Piece, piece: Piece) -> bool:
    return isinstance(other, Piece) and other.of == piece.of


def join_texts(head: Running, tail: Running, glue: Glue) -> None:
    """Give the head the tail's text, links and parts."""
    for piece in (head, tail):
        if not piece.parts and piece.bbox is not None:
            piece.parts = [Part(page=piece.page, bbox=piece.bbox, start=0, order=piece.order)]
    if glue == "hyphen" and head.text[-1:] in _HYPHENS:
        if head.parts:
            head.parts[-1].hyphen = head.text[-1]
        first, gap = head.text[:-1], ""
    else:
        first, gap = (head.text.rstrip(), " ") if glue == "space" else (head.text, "")
    second = tail.text.lstrip()
    begin = len(first) + len(gap)
    start = begin - (len(tail.text) - len(second))
    head.text = f"{first}{gap}{second}"
    head.links = joined(head.links, tail.links, head.text, len(first), start)
    moved = [
        part.model_copy(update={"start": max(part.start + start, begin)}) if part.start is not None else part
        for part in tail.parts
    ]
    head.parts = [*head.parts, *moved]


def forget_places(parts: Sequence[Part]) -> None:
    """The text was changed: parts no longer know which words are theirs."""
    for part in parts:
        part.start, part.hyphen = None, ""
