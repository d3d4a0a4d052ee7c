"""Tolerant parsing of model-written HTML: any text in, a small tree out, in linear time.

An HTML5 parser mends a document the way a browser does and does not say what it mended. A model's output is cut
off, wrapped in fences and holds bare `<` and `&`; which of that happened must be known, no text may be lost, and the
depth of the tree must be bounded before it is built. So the tree is built here from a flat run of tags.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_DEPTH = 48


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
VOID = _names("area base br col embed hr img input link meta source track wbr")
INVISIBLE = frozenset(("head", "style", "script", "title"))
TRANSPARENT = frozenset(("html", "body"))
INLINE = _names(
    "a abbr acronym b bdi bdo big br cite data del dfn em font i img input ins kbd label mark nobr q rp rt ruby s "
    "samp small span strike strong sub sup time tt u var wbr button"
)
BLOCK = HEADINGS | _names(
    "address article aside blockquote caption center col colgroup dd details div dl dt fieldset figcaption figure "
    "footer form header hr legend li link main meta nav ol p page_number pre section summary table tbody td tfoot "
    "th thead tr ul watermark"
)
KNOWN = INLINE | BLOCK | INVISIBLE | TRANSPARENT | VOID | frozenset(("code", "noscript", "svg", "math", "canvas"))

_TOKEN = re.compile(
    r"""<(?:(/?)([A-Za-z][A-Za-z0-9_:-]*+)([^<>"']*+(?:(?:"[^"<]*+"|'[^'<]*+')[^<>"']*+)*+)>"""
    r"""|(/?)([A-Za-z][A-Za-z0-9_:-]*+)([^<>]*+)>|!--|!\[CDATA\[|![Dd][Oo][^<>]*+>|\?[^<>]*+>)"""
)
_ATTRIBUTE = re.compile(r"""([A-Za-z_:][\w:.-]*+)(?:\s*+=\s*+(?:"([^"]*+)"?|'([^']*+)'?|([^\s"'<>]++)))?""")
_ENTITY = re.compile(
    r"&(?:#[0-9]{1,7};?|#[xX][0-9a-fA-F]{1,6};?|[A-Za-z][A-Za-z0-9]{1,31};|(?:amp|lt|gt|quot|nbsp)(?![A-Za-z0-9]))"
)
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff]")
_CUT_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9_:-]*)?([^<>]*)\Z")
_CLOSES = {
    "li": (("li",), ("ul", "ol")),
    "dt": (("dt", "dd"), ("dl",)),
    "dd": (("dt", "dd"), ("dl",)),
    "td": (("td", "th"), ("tr", "table")),
    "th": (("td", "th"), ("tr", "table")),
    "tr": (("tr",), ("table",)),
    "thead": (("thead", "tbody", "tfoot", "tr"), ("table",)),
    "tbody": (("thead", "tbody", "tfoot", "tr"), ("table",)),
    "tfoot": (("thead", "tbody", "tfoot", "tr"), ("table",)),
}
_PARAGRAPHS = HEADINGS | {"p"}
_SCOPES = frozenset(("table", "td", "th", "caption"))


class Node:
    """An element; `closed` is false when its end tag never came."""

    __slots__ = ("children", "closed", "raw", "tag")

    def __init__(self, tag: str, raw: str) -> None:
        self.tag = tag
        self.raw = raw
        self.children: list[Node | str] = []
        self.closed = False

    @property
    def attributes(self) -> dict[str, str]:
        """Attributes with lower-case names; the first of a name counts."""
        found: dict[str, str] = {}
        if not self.raw:
            return found
        for name, double, single, bare in _ATTRIBUTE.findall(self.raw):
            found.setdefault(name.lower(), unescape(double or single or bare))
        return found

    def nodes(self) -> Iterator[Node]:
        for child in self.children:
            if type(child) is Node:
                yield child


@dataclass(slots=True)
class Markup:
    """A parsed output: its root, and what was wrong with it."""

    root: Node
    flags: list[str] = field(default_factory=list)


def unescape(text: str) -> str:
    """Decode entities; a bare `&` (also one of "&copy=1") stays what it is."""
    return _ENTITY.sub(lambda match: html.unescape(match.group()), text) if "&" in text else text


def clean(text: str) -> str:
    """The text without control characters and lone surrogates, which no XML, JSON or terminal can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-8", "replace").decode()
    return _CONTROL.sub("", text)


def parse(text: str) -> Markup:
    """Parse `text` (already `clean`) into a tree of at most MAX_DEPTH levels."""
    return _Builder(text).build()


class _Builder:
    def __init__(self, text: str) -> None:
        self.text = text
        self.root = Node("", "")
        self.stack = [self.root]
        self.too_deep = 0
        self.flags: list[str] = []
        self.opened_document = False
        self.closed_document = False

    def build(self) -> Markup:
        text, position, comment_ends = self.text, 0, True
        for match in _TOKEN.finditer(text):
            start = match.start()
            if start < position:
                continue
            closing, name, raw, closing2, name2, raw2 = match.groups()
            if name is None:
                if name2 is None:
                    self._add_text(text[position:start])
                    position = match.end()
                    if match.group() == "<!--" and comment_ends:
                        end = text.find("-->", position)
                        comment_ends = end >= 0
                        position = end + 3 if comment_ends else position
                    continue
                closing, name, raw = closing2, name2, raw2
            name = name.lower()
            if name not in KNOWN:
                continue
            if start > position:
                self._add_text(text[position:start])
            position = match.end()
            if closing:
                self._end(name)
            else:
                self._start(name, raw)
        self._tail(text[position:])
        return self._finish()

    def _add_text(self, text: str) -> None:
        if not text:
            return
        top = self.stack[-1]
        if top.tag in INVISIBLE:
            if top.tag != "head" or text.isspace():
                return
            top = self._leave_head()
        top.children.append(unescape(text) if "&" in text else text)

    def _leave_head(self) -> Node:
        """Text or an element that a head can't hold ends it."""
        while self.stack[-1].tag == "head":
            self.stack.pop()
        return self.stack[-1]

    def _tail(self, text: str) -> None:
        cut = text.rfind("<")
        match = _CUT_TAG.match(text, cut) if cut >= 0 else None
        if match is not None:
            name, rest = (match[1] or "").lower(), match[2]
            whole = name in KNOWN
            if whole or (not rest and name and any(tag.startswith(name) for tag in KNOWN)) or text[cut:] in ("<", "</"):
                self._add_text(text[:cut])
                self.flags.append("truncated")
                return
        self._add_text(text)

    def _start(self, name: str, raw: str) -> None:
        stack = self.stack
        if name in TRANSPARENT:
            self.opened_document = True
            if stack[-1].tag in INVISIBLE:
                del stack[1:]
            return
        if stack[-1].tag in INVISIBLE and stack[-1].tag != "head":
            stack.pop()
        if stack[-1].tag == "head" and name not in INVISIBLE and (name not in VOID or name == "img"):
            self._leave_head()
        if name in BLOCK and not self.too_deep:
            self._close_implied(name)
        if name in VOID:
            stack[-1].children.append(Node(name, raw))
            return
        if len(stack) >= MAX_DEPTH:
            self.too_deep += 1
            if self.too_deep == 1 and "depth_capped" not in self.flags:
                self.flags.append("depth_capped")
            return
        node = Node(name, raw)
        stack[-1].children.append(node)
        stack.append(node)

    def _close_implied(self, name: str) -> None:
        """Close what the start of `name` ends: an open paragraph or heading, the cell before a cell, and so on."""
        stack = self.stack
        rule = _CLOSES.get(name)
        if rule is not None:
            closes, scope = rule
            for depth in range(len(stack) - 1, 0, -1):
                tag = stack[depth].tag
                if tag in scope:
                    break
                if tag in closes:
                    del stack[depth:]
                    break
            return
        depth = len(stack) - 1
        while depth > 0 and stack[depth].tag in INLINE:
            depth -= 1
        if depth > 0 and stack[depth].tag in _PARAGRAPHS:
            del stack[depth:]

    def _end(self, name: str) -> None:
        if name in TRANSPARENT:
            self.closed_document = True
            return
        if self.too_deep:
            if name not in VOID:
                self.too_deep -= 1
            return
        stack = self.stack
        for depth in range(len(stack) - 1, 0, -1):
            tag = stack[depth].tag
            if tag == name:
                stack[depth].closed = True
                del stack[depth:]
                return
            if tag in _SCOPES and name not in _SCOPES and not (tag in ("td", "th") and name == "tr"):
                return

    def _finish(self) -> Markup:
        unclosed = len(self.stack) > 1 and not self.closed_document
        if (unclosed or (self.opened_document and not self.closed_document)) and "truncated" not in self.flags:
            self.flags.append("truncated")
        return Markup(self.root, self.flags)
