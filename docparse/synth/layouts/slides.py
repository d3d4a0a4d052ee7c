"""Slides: a title and little text in large type, a figure or a table."""

from __future__ import annotations

from docparse.synth.compose import Draft
from docparse.synth.content import basic
from docparse.synth.content.charts import chart
from docparse.synth.content.formulas import formula
from docparse.synth.content.pictures import picture
from docparse.synth.content.tables import table
from docparse.synth.layouts.running import put, side
from docparse.synth.piece import Piece


def slides(draft: Draft) -> None:
    """One slide a page."""
    rng, writer = draft.rng, draft.writer
    height = draft.plan.size[1]
    draft.size_pt = round(height / 27, 1)
    draft.margin = (height * 0.08, height * 0.1, height * 0.1, height * 0.1)
    dark = rng.random() < 0.3
    draft.css = (
        ".sheet{background:#1d2636;color:#f2f2f2}h1,h2{color:#fff!important}" if dark else ".sheet{background:#fdfdfb}"
    )
    if draft.wants("page_number"):
        css = f"bottom:{height * 0.03:.1f}pt;" + side(draft, "end")
        put(draft, "number", basic.page_number("{n}"), css)
    if draft.wants("page_footer") and rng.random() < 0.5:
        css = f"bottom:{height * 0.03:.1f}pt;" + side(draft, "start")
        put(draft, "footer", basic.page_footer(writer.title(2, 4)), css)
    for _ in range(draft.plan.pages):
        draft.pieces += _slide(draft)


def _slide(draft: Draft) -> list[Piece]:
    pieces = []
    if draft.wants("heading"):
        pieces.append(basic.heading(draft.writer.title(2, 6), 1, style="slide"))
    makers = [name for name in ("list", "chart", "image", "table", "formula") if draft.wants(name)] or ["paragraph"]
    first = draft.rng.choice(makers)
    pieces.append(_content(draft, first, half=False))
    if first in ("chart", "image") and draft.wants("list"):
        pieces[-1] = _content(draft, first, half=True)
        pieces.append(_content(draft, "list", half=True))
        pieces[-2].style, pieces[-1].style = ("left", "right slide")
    for piece in pieces:
        piece.keeps = True
    pieces[-1].keeps = False
    pieces[-1].ends_page = True
    return pieces


def _content(draft: Draft, kind: str, *, half: bool) -> Piece:
    rng, writer = draft.rng, draft.writer
    height = draft.plan.size[1]
    room = int(draft.column_pt * (0.5 if half else 0.6))
    if kind == "chart":
        return chart(writer, width_pt=int(min(room, height * 0.75)))
    if kind == "image":
        return picture(rng, width_pt=int(min(room, height * 0.75)))
    if kind == "table":
        return table(writer, rows=rng.randint(2, 4), cols=rng.randint(3, 4))
    if kind == "formula":
        return formula(rng)
    if kind == "list":
        words = (2, 5) if half else (3, 8)
        piece = basic.bullets(writer, items=rng.randint(3, 4), ordered=rng.random() < 0.2, words=words)
        piece.style = "slide"
        return piece
    return basic.paragraph(writer.paragraph(2))
