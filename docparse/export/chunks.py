"""`Document` as chunks for retrieval: JSON Lines, each with its text, headings above it, pages and boxes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from docparse.export.markdown import block_markdown
from docparse.geometry import Box
from docparse.links import owners_of
from docparse.schemas.document import Block, Document, Heading, Link, PageFooter, PageHeader, PageNumber

_ALONE = frozenset(("table", "chart", "code", "music", "chemistry"))


@dataclass(slots=True)
class _Chunk:
    headings: tuple[str, ...]
    blocks: list[Block] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def size(self) -> int:
        return sum(map(len, self.texts))


def to_chunks(document: Document, *, max_chars: int = 1500) -> str:
    """One JSON object a line: `id`, `text` (Markdown), `headings`, `kinds`, `pages`, `boxes`, `links`, `source`.

    Blocks are put together up to `max_chars` under the same headings; a longer block is one chunk by itself, and so is
    a table, chart, code, music or molecule. A box is {page, bbox, block} in page units, a link
    {text, uri} or {text, to_page}.
    """
    lines = [
        json.dumps(_record(chunk, number, document), ensure_ascii=False)
        for number, chunk in enumerate(_chunks(document, max_chars), 1)
    ]
    return "".join(line + "\n" for line in lines)


def _chunks(document: Document, max_chars: int) -> Iterator[_Chunk]:
    headings: list[Heading] = []
    chunk = _Chunk(())
    for page in document.pages:
        for block in page.blocks:
            if isinstance(block, PageHeader | PageFooter | PageNumber):
                continue
            text = block_markdown(block)
            if not text:
                continue
            if isinstance(block, Heading):
                headings = [heading for heading in headings if heading.level < block.level] + [block]
            alone = block.kind in _ALONE
            full = alone or isinstance(block, Heading) or chunk.size + len(text) > max_chars
            if full and not all(isinstance(held, Heading) for held in chunk.blocks):
                yield chunk
                chunk = _Chunk(())
            chunk.headings = tuple(heading.text for heading in headings)
            chunk.blocks.append(block)
            chunk.texts.append(text)
            if alone:
                yield chunk
                chunk = _Chunk(())
    if chunk.blocks:
        yield chunk


def _record(chunk: _Chunk, number: int, document: Document) -> dict[str, Any]:
    boxes: list[dict[str, Any]] = []
    for block in chunk.blocks:
        places: list[tuple[int, Box | None]] = [(part.page, part.bbox) for part in block.parts]
        places = places or [(block.page, block.bbox)]
        boxes += [{"page": page, "bbox": list(box), "block": block.id} for page, box in places if box is not None]
    pages = sorted({block.page for block in chunk.blocks} | {box["page"] for box in boxes})
    return {
        "id": f"c{number}", "text": "\n\n".join(chunk.texts), "headings": list(chunk.headings),
        "kinds": [block.kind for block in chunk.blocks], "pages": pages, "boxes": boxes,
        "links": [_link(link) for block in chunk.blocks for owner in owners_of(block) for link in owner.links],
        "source": document.source.name,
    }  # fmt: skip


def _link(link: Link) -> dict[str, Any]:
    return {"text": link.text, **({"to_page": link.to_page} if link.to_page else {"uri": link.uri})}
