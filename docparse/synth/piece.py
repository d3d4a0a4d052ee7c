"""`Piece`: one element on its way to the page, its truth and what is set of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from typing import Literal

from docparse.schemas.document import Block

Place = Literal["flow", "band", "header", "footer", "number"]
_MATH = re.compile(r"\$([^$\n]+)\$")


@dataclass(slots=True)
class Piece:
    """A block without its place, and the HTML that prints it.

    `place` is the flow of a column, the full-width band at the top of a page, or the running lines. A piece that
    `keeps` stays with the next one (a heading, a caption above). `notes` are footnotes set at the end of the column. A
    table that `splits` is cut where the column ends; a figure that `floats` lets the text run on where it does not fit,
    and stands at the top of the next column. After one that `ends_page` a new page begins. `style` names CSS classes.
    """

    block: Block
    html: str
    place: Place = "flow"
    keeps: bool = False
    notes: list[Piece] = field(default_factory=list)
    style: str = ""
    splits: bool = False
    floats: bool = False
    ends_page: bool = False


def text_html(text: str) -> str:
    """Running text with `$…$` formulas and line breaks as HTML."""
    parts = []
    last = 0
    for match in _MATH.finditer(text):
        parts.append(escape(text[last : match.start()], quote=False))
        parts.append(f'<span class="tex">{escape(match[1], quote=False)}</span>')
        last = match.end()
    parts.append(escape(text[last:], quote=False))
    return "".join(parts).replace("\n", "<br>")
