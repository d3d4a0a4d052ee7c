"""Links of a text in Markdown and in the tables of Markdown: `[words](address)`, but never a jump or a script.

The words are marked before the text is escaped, as what must be escaped hangs on the whole of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html import escape

from docparse.export.escape import math_places
from docparse.links import Span, address, is_safe, spans
from docparse.schemas.document import Link

_OPEN, _CLOSE = "\ufdd0", "\ufdd1"  # noncharacters: no text of a page has them
_MARKS = re.compile(f"[{_OPEN}{_CLOSE}]")
_LINK = re.compile(rf"([!\\]?){_OPEN}([^{_OPEN}{_CLOSE}]*){_CLOSE}")
_IN_LABEL = re.compile(r"\$[^$\n]+\$|\\.|[\[\]]|\\\Z")
_IN_ADDRESS = re.compile(r"[\s<>\"\\^`{|}$]")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_LINKED_BY_ITSELF = re.compile(r"https?://\S+|www\.\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_SCHEME = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)


def linked_markdown(text: str, links: Sequence[Link], escaped: Callable[[str], str], *, shift: int = 0) -> str:
    """The text as `escaped` writes it, with its links, which count from `shift` on."""
    if not any(map(is_safe, links)):
        return escaped(text)
    text = _MARKS.sub("", text)
    found = _followed(text, links, shift)
    parts: list[str] = []
    position = 0
    for start, end, _ in found:
        parts += [text[position:start], _OPEN, text[start:end], _CLOSE]
        position = end
    markdown = escaped("".join([*parts, text[position:]]))
    targets = iter(found)
    return _LINK.sub(lambda match: _link(match, next(targets).link), markdown)


def linked_html(text: str, links: Sequence[Link]) -> str:
    """The text of an HTML table's cell."""
    parts: list[str] = []
    position = 0
    for start, end, link in [span for span in spans(text, links) if is_safe(span.link)] if links else ():
        parts += [_html(text[position:start]), f'<a href="{escape(address(link))}">{_html(text[start:end])}</a>']
        position = end
    return "".join([*parts, _html(text[position:])])


def link_to(label: str, links: Sequence[Link]) -> str:
    """`[label](address)` with the first of the links that may be followed; "" without one."""
    link = next((link for link in links if is_safe(link)), None)
    return f"[{label}]({_address(link.uri)})" if link is not None else ""


def _html(text: str) -> str:
    return escape(text, quote=False).replace("\n", "<br/>")


def _followed(text: str, links: Sequence[Link], shift: int) -> list[Span]:
    """Links to write, each within one line, around whole formulas, without blanks and brackets at its ends."""
    maths = math_places(text)
    found: list[Span] = []
    for start, end, link in spans(text[shift:], links):
        if not is_safe(link):
            continue
        for begin, stop in _lines(text, start + shift, end + shift):
            for left, right in maths:
                if left < stop and begin < right:
                    begin, stop = min(begin, left), max(stop, right)
            begin, stop = _trimmed(text, begin, stop)
            if begin < stop and (not found or begin >= found[-1].end):
                found.append(Span(begin, stop, link))
    return found


def _says_itself(link: Link) -> bool:
    """Whether the words are the address, which every reader of GitHub's Markdown makes a link of."""
    words = link.text
    bare = _SCHEME.sub("", link.uri, count=1).removesuffix("/")
    return _LINKED_BY_ITSELF.fullmatch(words) is not None and _SCHEME.sub("", words, count=1).removesuffix("/") == bare


def _lines(text: str, start: int, end: int) -> list[tuple[int, int]]:
    lines = []
    while (stop := text.find("\n", start, end)) >= 0:
        lines.append((start, stop))
        start = stop + 1
    return [*lines, (start, end)]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return (start + 1, end - 1) if text[start:end].startswith("[") and text[end - 1] == "]" else (start, end)


def _link(match: re.Match[str], link: Link) -> str:
    sign, words = match[1], match[2]
    if _says_itself(link) and "\\" not in words:
        return sign + words
    sign = "\\" + sign if sign else ""  # or a picture would begin, or the bracket be escaped
    return f"{sign}[{_IN_LABEL.sub(_escaped, words)}]({_address(link.uri)})"


def _escaped(match: re.Match[str]) -> str:
    """A bracket of the words escaped; in a formula, where they don't pair, by LaTeX's names."""
    found = match[0]
    if found.startswith("$"):
        pairs = re.sub(r"\[[^\[\]]*\]", "", found)
        odd = "[" in pairs or "]" in pairs
        return found.replace("[", "\\lbrack ").replace("]", "\\rbrack ") if odd else found
    return "\\" + found if found in "[]\\" else found


def _address(uri: str) -> str:
    """An address between round brackets: what would end it there is written in its hexadecimal form."""
    uri = _ENTITY.sub(
        "&amp;", _IN_ADDRESS.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), uri)
    )
    nested = re.sub(r"\([^()]*\)", "", uri)
    return uri.replace("(", "%28").replace(")", "%29") if "(" in nested or ")" in nested else uri
