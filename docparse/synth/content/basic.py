"""Headings, paragraphs, lists, footnotes, captions, code and the running lines of a page."""

from __future__ import annotations

from html import escape

from docparse.schemas.document import (
    Caption,
    Code,
    Footnote,
    Heading,
    ListBlock,
    ListItem,
    PageFooter,
    PageHeader,
    PageNumber,
    Paragraph,
)
from docparse.synth.content.samples import code_sample
from docparse.synth.content.text import Writer
from docparse.synth.piece import Piece, text_html


def heading(text: str, level: int, *, style: str = "") -> Piece:
    return Piece(Heading(level=level, text=text), f"<h{level}>{text_html(text)}</h{level}>", keeps=True, style=style)


def paragraph(text: str, *, style: str = "") -> Piece:
    return Piece(Paragraph(text=text), f"<p>{text_html(text)}</p>", style=style)


def caption(label: str, number: int, text: str, *, keeps: bool = False) -> Piece:
    whole = f"{label} {number}: {text}"
    return Piece(Caption(text=whole), f'<p class="caption">{text_html(whole)}</p>', keeps=keeps)


def footnote(writer: Writer, number: int) -> Piece:
    text = f"{number} {writer.sentence(5, 12)}"
    marker, _, rest = text.partition(" ")
    html = f'<p class="footnote"><sup>{marker}</sup> {text_html(rest)}</p>'
    return Piece(Footnote(text=text, marker=marker), html)


def noted_paragraph(writer: Writer, number: int, sentences: int) -> Piece:
    """A paragraph with a raised footnote mark at its end, and the footnote."""
    text = writer.paragraph(sentences)
    piece = Piece(Paragraph(text=f"{text}$^{{{number}}}$"), f"<p>{text_html(text)}<sup>{number}</sup></p>")
    piece.notes.append(footnote(writer, number))
    return piece


def bullets(
    writer: Writer, *, items: int, ordered: bool, nested: bool = False, words: tuple[int, int] = (4, 14)
) -> Piece:
    """A list with its printed markers; `nested` gives some items a second level."""
    sign = writer.rng.choice("•–▪")
    found: list[ListItem] = []
    rows: list[str] = []
    number = 0
    for index in range(items):
        level = 2 if nested and index and writer.rng.random() < 0.35 else 1
        text = writer.words(*words)
        if level == 1:
            number += 1
        marker = f"{number}." if ordered and level == 1 else "–" if level == 2 else sign
        found.append(ListItem(text=text, level=level, marker=marker))
        rows.append(
            f'<div class="li l{level}" data-li="{index}"><span class="mark">{marker}</span>'
            f'<span class="body">{text_html(text)}</span></div>'
        )
    return Piece(ListBlock(ordered=ordered, items=found), f'<div class="list">{"".join(rows)}</div>')


def code(writer: Writer) -> Piece:
    language, text = code_sample(writer.rng)
    return Piece(Code(text=text, language=language), f"<pre>{escape(text, quote=False)}</pre>")


def page_header(text: str) -> Piece:
    return Piece(PageHeader(text=text), f"<div>{text_html(text)}</div>", place="header")


def page_footer(text: str) -> Piece:
    return Piece(PageFooter(text=text), f"<div>{text_html(text)}</div>", place="footer")


def page_number(text: str) -> Piece:
    return Piece(PageNumber(text=text), f"<div>{text}</div>", place="number")
