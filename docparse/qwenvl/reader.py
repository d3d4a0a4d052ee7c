"""QwenVL HTML, however broken, to typed blocks in page units."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

from docparse.pieces import Running, join_texts
from docparse.qwenvl.boxes import BoxReader, Coordinates
from docparse.qwenvl.drafts import Draft
from docparse.qwenvl.elements import ElementReader
from docparse.qwenvl.locate import locate_drafts
from docparse.qwenvl.markup import Node, clean, parse
from docparse.schemas.document import Block, Source
from docparse.schemas.page import PageImage, Word

_FENCE = re.compile(r"```[ \t]*(?:html|xml|markdown|md)?[ \t]*(?:\r?\n|(?=<)|\Z)", re.IGNORECASE)
_MARKUP_START = re.compile(r"<(?:!doctype\b|html\b|body\b)", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9]*[\s/>]")
_PROSE_CHARS = 400
_SOURCES = frozenset(get_args(Source))


@dataclass(frozen=True, slots=True)
class PageBlocks:
    """What a page's HTML holds: blocks in reading order, what was wrong with it, and chat around it (no content)."""

    blocks: list[Block]
    flags: tuple[str, ...] = ()
    prose: str = field(default="", repr=False)


def read_page(
    html: str,
    page: PageImage,
    *,
    source: Source = "embedded",
    coordinates: Coordinates = "pixels",
    words: Sequence[Word] | None = None,
) -> PageBlocks:
    """Read one page's HTML; never raises, whatever the text.

    `coordinates` says what `data-bbox` counts in: pixels of the page image, or thousandths of the page. Blocks without
    a box get one by finding their text among `words` (the page's text layer by default). Attributes that only docparse
    writes (confidence, source, flags, what goes on in another element) are believed where `source` is its own engine.
    """
    text = clean(html)
    if _is_noise(text):
        return PageBlocks([], ("degenerate_output",) if text.strip() else ("empty_output",))
    text, prose, flags = _unwrap(text)
    markup = parse(text)
    flags += markup.flags
    boxes = _box_reader(markup.root, page, coordinates)
    drafts = ElementReader(boxes, trusted=source == "embedded").read(markup.root)
    if "truncated" in markup.flags and drafts and _is_open(markup.root):
        drafts[-1].flags.append("truncated")
    flags += [flag for flag in boxes.flags if flag not in flags]
    flags += locate_drafts(drafts, page.text.words if words is None else words)
    blocks = _joined(drafts, [_block(draft, n, page.number, source) for n, draft in enumerate(drafts, 1)])
    if not blocks:
        flags.append("no_blocks")
    return PageBlocks(blocks, tuple(dict.fromkeys(flags)), prose)


def _is_noise(text: str) -> bool:
    """Nothing but white space, or one sign over and over ("!!!!" of a broken server)."""
    signs = set(text[:400])
    if len(signs) <= 6:  # five of them may be white space
        signs = set(text)
    signs -= set(" \t\r\n\f")
    return not signs or (len(signs) == 1 and len(text) >= 32 and not next(iter(signs)).isalnum())


def _unwrap(text: str) -> tuple[str, str, list[str]]:
    """(HTML, prose around it, flags) of an output with or without a fence."""
    flags: list[str] = []
    before = after = ""
    first_tag = _TAG.search(text)
    limit = first_tag.start() if first_tag is not None else len(text)
    fence = _FENCE.search(text)
    if fence is not None and fence.start() <= limit and (first_tag is not None or not text[: fence.start()].strip()):
        before, text = text[: fence.start()], text[fence.end() :]
        end = text.rfind("```")
        if end >= 0 and (first_tag is None or text[:end].rstrip().endswith(">")):
            text, after = text[:end], text[end + 3 :]
        else:
            flags.append("fence_unclosed")
    else:
        start = _MARKUP_START.search(text)
        if start is not None and start.start() <= limit:
            before, text = text[: start.start()], text[start.start() :]
        stripped = text.rstrip()
        if stripped.endswith("```"):
            text = stripped[:-3]
    if len(before) > _PROSE_CHARS:
        text, before = before + "\n" + text, ""
    if len(after) > _PROSE_CHARS or _TAG.search(after):
        text, after = text + "\n" + after, ""
    prose = "\n".join(part.strip() for part in (before, after) if part.strip())
    return text, prose, [*flags, "prose_around"] if prose else flags


def _box_reader(root: Node, page: PageImage, coordinates: Coordinates) -> BoxReader:
    """Pixels of the page image unless the profile says thousandths; our own HTML names the image's size itself."""
    if coordinates == "thousandths":
        return BoxReader(page.width, page.height, page.width / 1000, page.height / 1000)
    width_px, height_px = float(page.width_px), float(page.height_px)
    for node in root.nodes():
        if node.tag == "div" and "data-width" in node.raw:
            attributes = node.attributes
            width_px = _size(attributes.get("data-width")) or width_px
            height_px = _size(attributes.get("data-height")) or height_px
            break
    return BoxReader(page.width, page.height, page.width / max(width_px, 1.0), page.height / max(height_px, 1.0))


def _size(text: str | None) -> float:
    return float(text) if text and text.isascii() and text.isdigit() and len(text) < 8 else 0.0


def _is_open(root: Node) -> bool:
    """Whether the last element of the output was never closed."""
    node: Node | None = root
    while node is not None and node.children:
        last = node.children[-1]
        node = last if isinstance(last, Node) else None
        if node is not None and not node.closed and node.tag not in ("img", "br", "hr"):
            return True
    return False


def _joined(drafts: Sequence[Draft], blocks: list[Block]) -> list[Block]:
    """Pieces of one block joined again, as far as they stand on this page."""
    if all(draft.glue is None for draft in drafts):
        return blocks
    kept: list[Block] = []
    named: dict[str, Block] = {}
    for draft, block in zip(drafts, blocks, strict=True):
        head = named.get(draft.id) if draft.glue else None
        if draft.glue and isinstance(block, Running) and isinstance(head, Running) and head.kind == block.kind:
            join_texts(head, block, draft.glue)
            continue
        kept.append(block)
        if draft.id:
            named[draft.id] = block
    return kept


def _block(draft: Draft, number: int, page: int, source: Source) -> Block:
    values: dict[str, Any] = draft.values
    if draft.flags:
        values["flags"] = draft.flags
    chosen = draft.source if draft.source in _SOURCES else source
    values |= {"id": f"p{page}-b{number}", "page": page, "bbox": draft.box, "order": number, "source": chosen}
    block: Block = draft.kind(confidence=draft.confidence, **values)
    return block
