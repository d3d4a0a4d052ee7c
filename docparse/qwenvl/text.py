"""Text of an element of model-written HTML."""

from __future__ import annotations

import re
from typing import Any

from docparse.qwenvl.markup import BLOCK, INVISIBLE, Node
from docparse.raised import lowered, raised
from docparse.schemas.document import Link

_SPACES = re.compile(r"[ \t\r\n\f]+")
_ODD_SPACES = re.compile(r"[\t\r\n\f]|  ")
_BREAKS = re.compile(" ?(?:\0 ?)+")
_MATH = re.compile(r"\A(?:\$\$(.*)\$\$|\$([^$]*)\$|\\\[(.*)\\\]|\\\((.*)\\\))\Z", re.DOTALL)
_BREAK = "\0"  # `clean` has removed every NUL and noncharacter of the input
_OPEN, _CLOSE = "\ufdd0", "\ufdd1"  # around the words of a link, while they are gathered
_MARK = re.compile(f"[{_OPEN}{_CLOSE}]")
_LOOSE_OPEN, _LOOSE_CLOSE = re.compile(f"{_OPEN}([ \\0]+)"), re.compile(f"([ \\0]+){_CLOSE}")
_JUMP = re.compile(r"#page-([1-9][0-9]{0,6})")


def text_of(children: list[Node | str], links: list[Link] | None = None) -> str:
    """Running text: white space collapsed, `<br>` and block ends as line breaks.

    `<sup>` and `<sub>` become raised and lowered signs, inline math where Unicode has none for them. The links of
    `<a href>` are added to `links`.
    """
    if len(children) == 1 and isinstance(children[0], str):
        return _collapse(children[0]).strip(" ")
    parts: list[str] = []
    found: list[Link] | None = None if links is None else []
    _gather(children, parts, found)
    text = _collapse("".join(parts))
    if found:
        text = _collapse(_LOOSE_CLOSE.sub(rf"{_CLOSE}\1", _LOOSE_OPEN.sub(rf"\1{_OPEN}", text)))
    text = _BREAKS.sub("\n", text).strip(" \n") if _BREAK in text else text.strip(" ")
    return _unmarked(text, found, links) if found and links is not None else text


def text_values(children: list[Node | str], name: str = "text") -> dict[str, Any]:
    """The text and its links, as fields of a block, cell or item."""
    if len(children) == 1 and isinstance(children[0], str):
        return {name: _collapse(children[0]).strip(" ")}
    links: list[Link] = []
    values: dict[str, Any] = {name: text_of(children, links)}
    return values | {"links": links} if links else values


def link_of(node: Node) -> Link | None:
    """What an `<a>` leads to; None for one that leads nowhere."""
    href = node.attributes.get("href", "").strip()
    jump = _JUMP.fullmatch(href)
    if jump:
        return Link(to_page=int(jump[1]))
    return None if not href or href.startswith("#") else Link(uri=href)


def _unmarked(text: str, found: list[Link], links: list[Link]) -> str:
    """The text without its marks, and each link with its place in it; `found` is in the order of their begins."""
    parts: list[str] = []
    opened: list[int] = []
    size = position = begun = 0
    for mark in _MARK.finditer(text):
        parts.append(text[position : mark.start()])
        size += mark.start() - position
        position = mark.end()
        if mark[0] == _OPEN:
            found[begun].start = size
            opened.append(begun)
            begun += 1
        elif opened:
            link = found[opened.pop()]
            link.text = "".join(parts)[link.start :]
    parts.append(text[position:])
    for link in found:
        link.start = link.start if link.text else None
    links += found
    return "".join(parts)


def _collapse(text: str) -> str:
    return _SPACES.sub(" ", text) if _ODD_SPACES.search(text) else text


def _gather(children: list[Node | str], parts: list[str], links: list[Link] | None = None) -> None:
    for child in children:
        if isinstance(child, str):
            parts.append(child)
        elif child.tag == "br":
            parts.append(_BREAK)
        elif child.tag in ("sup", "sub"):
            inner: list[Link] | None = None if links is None else []
            signs = _index(text_of(child.children, inner), child.tag)
            if inner and links is not None:
                links.append(inner[0].model_copy(update={"text": "", "start": None}))
                signs = f"{_OPEN}{signs}{_CLOSE}"
            parts.append(signs)
        elif child.tag in BLOCK:
            parts.append(" " if child.tag in ("td", "th") else _BREAK)
            _gather(child.children, parts, links)
            parts.append(" " if child.tag in ("td", "th") else _BREAK)
        elif child.tag == "a" and links is not None and (link := link_of(child)) is not None:
            links.append(link)
            parts.append(_OPEN)
            _gather(child.children, parts, links)
            parts.append(_CLOSE)
        elif child.tag not in INVISIBLE:
            _gather(child.children, parts, links)


def _index(text: str, tag: str) -> str:
    signs = raised(text) if tag == "sup" else lowered(text)
    if signs != text or not text or "$" in text:
        return signs
    return f"${'^' if tag == 'sup' else '_'}{{{text}}}$"


def verbatim_of(children: list[Node | str], links: list[Link] | None = None) -> str:
    """Text with its own line breaks (code, ABC notation); blank lines at the ends are dropped."""
    parts: list[str] = []
    found: list[Link] | None = None if links is None else []
    _gather_verbatim(children, parts, found)
    text = "".join(parts).replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    return _unmarked(text, found, links) if found and links is not None else text


def _gather_verbatim(children: list[Node | str], parts: list[str], links: list[Link] | None) -> None:
    for child in children:
        if isinstance(child, str):
            parts.append(child)
        elif child.tag == "br":
            parts.append("\n")
        elif child.tag == "a" and links is not None and (link := link_of(child)) is not None:
            links.append(link)
            parts.append(_OPEN)
            _gather_verbatim(child.children, parts, links)
            parts.append(_CLOSE)
        elif child.tag not in INVISIBLE:
            _gather_verbatim(child.children, parts, links)


def strip_math(text: str) -> str:
    """LaTeX without the `$$…$$`, `$…$`, `\\[…\\]` or `\\(…\\)` around it."""
    match = _MATH.match(text)
    if match is None:
        return text
    inner = next(group for group in match.groups() if group is not None)
    return text if "$$" in inner else inner.strip()
