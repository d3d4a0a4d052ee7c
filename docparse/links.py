"""Links on their words: where each stands in a text, which may be followed, what joins and corrections make of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from docparse.schemas.document import Block, Cell, Image, Link, ListBlock, ListItem, Table

Owner = Block | Cell | ListItem
_FOLLOWED = re.compile(r"(?:https?|ftp)://[^\s/]|(?:mailto|tel):[^\s/]", re.IGNORECASE)
_BLANK = re.compile(r"[\s\x00-\x1f\x7f]")
_GAP = re.compile(r"[\s\u00ad-]*")


class Span(NamedTuple):
    """A link on `text[start:end]`."""

    start: int
    end: int
    link: Link


def is_safe(link: Link) -> bool:
    """Whether a click on it may be offered: web, mail, telephone, FTP; never a script, data or a file."""
    return _FOLLOWED.match(link.uri) is not None


def address(link: Link) -> str:
    """Its `uri` without blanks and control characters, as it can stand in an `href`."""
    return _BLANK.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), link.uri)


def owners_of(block: Block) -> Sequence[Owner]:
    """The block, its cells or items: everything that may have links of its own."""
    parts: Sequence[Owner] = (
        block.cells if isinstance(block, Table) else block.items if isinstance(block, ListBlock) else ()
    )
    return [block, *parts]


def text_of(owner: Owner) -> str:
    """The text that `start` of its links counts in."""
    return owner.ocr if isinstance(owner, Image) else str(getattr(owner, "text", ""))


def spans(text: str, links: Sequence[Link]) -> list[Span]:
    """Links on their words in the order of the text; of links that share words the first counts.

    Where a text was changed since, the same words nearest to their old place are taken.
    """
    found: list[Span] = []
    for link in links:
        place = _place(text, link)
        if place is not None:
            found.append(Span(*place, link))
    found.sort(key=lambda span: span[:2])
    kept: list[Span] = []
    for span in found:
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


def _place(text: str, link: Link) -> tuple[int, int] | None:
    start, words = link.start, link.text
    if start is None or not words:
        return None
    if text.startswith(words, start):
        return start, start + len(words)
    pattern = re.compile(r"\s+".join(map(re.escape, words.split())))
    places = [match.span() for match in pattern.finditer(text)] if words.strip() else []
    return min(places, key=lambda place: abs(place[0] - start), default=None)


def settle(owner: Owner) -> None:
    """Links after their text was changed: where their words stand now, or on no words."""
    text = text_of(owner)
    for link in owner.links:
        if link.start is not None:
            place = _place(text, link)
            link.start = place[0] if place else None
            link.text = text[slice(*place)] if place else link.text


def merged(text: str, links: Sequence[Link]) -> list[Link]:
    """Links with those that go on over a line's, column's or page's end as one; those on no words come last."""
    placed = sorted((link for link in links if link.start is not None), key=lambda link: link.start or 0)
    kept: list[Link] = []
    for link in placed:
        last = kept[-1] if kept else None
        if last is not None and (last.uri, last.to_page) == (link.uri, link.to_page) and _touch(text, last, link):
            first, end = last.start or 0, max(_end(last), _end(link))
            kept[-1] = last.model_copy(update={"text": text[first:end], "parts": [*last.parts, *link.parts]})
        else:
            kept.append(link)
    return [*kept, *(link for link in links if link.start is None)]


def joined(head: Sequence[Link], tail: Sequence[Link], text: str, end: int, start: int) -> list[Link]:
    """The links of two texts that became `text`: the first up to `end` in it, the second from `start` on."""
    if not head and not tail:
        return []
    cut = [
        link.model_copy(update={"text": link.text[: max(end - link.start, 0)]}) if link.start is not None else link
        for link in head
    ]
    moved = [
        link.model_copy(update={"start": max(link.start + start, 0)}) if link.start is not None else link
        for link in tail
    ]
    return merged(text, [*cut, *moved])


def on_words(owner: Owner) -> list[Link]:
    """Links that lie on words of it."""
    return [span.link for span in spans(text_of(owner), owner.links)] if owner.links else []


def loose(owner: Owner) -> list[Link]:
    """Links that lie on no words of it."""
    placed = {id(link) for link in on_words(owner)}
    return [link for link in owner.links if id(link) not in placed]


def _end(link: Link) -> int:
    return (link.start or 0) + len(link.text)


def _touch(text: str, last: Link, link: Link) -> bool:
    start = link.start or 0
    return start <= _end(last) or _GAP.fullmatch(text, _end(last), start) is not None
