"""Text of an element of model-written HTML."""

from __future__ import annotations

import re

from docparse.qwenvl.markup import BLOCK, INVISIBLE, Node
from docparse.raised import lowered, raised

_SPACES = re.compile(r"[ \t\r\n\f]+")
_ODD_SPACES = re.compile(r"[\t\r\n\f]|  ")
_BREAKS = re.compile(" ?(?:\0 ?)+")
_MATH = re.compile(r"\A(?:\$\$(.*)\$\$|\$([^$]*)\$|\\\[(.*)\\\]|\\\((.*)\\\))\Z", re.DOTALL)
_BREAK = "\0"  # `clean` has removed every NUL of the input


def text_of(children: list[Node | str]) -> str:
    """Running text: white space collapsed, `<br>` and block ends as line breaks.

    `<sup>` and `<sub>` become raised and lowered signs, inline math where Unicode has none for them.
    """
    if len(children) == 1 and isinstance(children[0], str):
        return _collapse(children[0]).strip(" ")
    parts: list[str] = []
    _gather(children, parts)
    text = _collapse("".join(parts))
    return _BREAKS.sub("\n", text).strip(" \n") if _BREAK in text else text.strip(" ")


def _collapse(text: str) -> str:
    return _SPACES.sub(" ", text) if _ODD_SPACES.search(text) else text


def _gather(children: list[Node | str], parts: list[str]) -> None:
    for child in children:
        if isinstance(child, str):
            parts.append(child)
        elif child.tag == "br":
            parts.append(_BREAK)
        elif child.tag in ("sup", "sub"):
            parts.append(_index(text_of(child.children), child.tag))
        elif child.tag in BLOCK:
            parts.append(" " if child.tag in ("td", "th") else _BREAK)
            _gather(child.children, parts)
            parts.append(" " if child.tag in ("td", "th") else _BREAK)
        elif child.tag not in INVISIBLE:
            _gather(child.children, parts)


def _index(text: str, tag: str) -> str:
    signs = raised(text) if tag == "sup" else lowered(text)
    if signs != text or not text or "$" in text:
        return signs
    return f"${'^' if tag == 'sup' else '_'}{{{text}}}$"


def verbatim_of(children: list[Node | str]) -> str:
    """Text with its own line breaks (code, ABC notation); blank lines at the ends are dropped."""
    parts: list[str] = []
    _gather_verbatim(children, parts)
    return "".join(parts).replace("\r\n", "\n").replace("\r", "\n").strip("\n")


def _gather_verbatim(children: list[Node | str], parts: list[str]) -> None:
    for child in children:
        if isinstance(child, str):
            parts.append(child)
        elif child.tag == "br":
            parts.append("\n")
        elif child.tag not in INVISIBLE:
            _gather_verbatim(child.children, parts)


def strip_math(text: str) -> str:
    """LaTeX without the `$$…$$`, `$…$`, `\\[…\\]` or `\\(…\\)` around it."""
    match = _MATH.match(text)
    if match is None:
        return text
    inner = next(group for group in match.groups() if group is not None)
    return text if "$$" in inner else inner.strip()
