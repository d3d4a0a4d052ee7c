"""Running headers, footers and page numbers."""

from __future__ import annotations

from docparse.synth.compose import Draft
from docparse.synth.content import basic
from docparse.synth.content.lexicon import phrase
from docparse.synth.piece import Piece

_SIDES = {
    "start": "left:{left}pt", "end": "right:{right}pt", "centre": "left:0;width:100%;text-align:center",
}  # fmt: skip


def running_lines(draft: Draft) -> None:
    """A header, a footer and page numbers where the document has them; never two in one place."""
    rng, writer = draft.rng, draft.writer
    top, _, bottom, _ = draft.margin
    high, low = f"top:{top * 0.45:.1f}pt;", f"bottom:{bottom * 0.4:.1f}pt;"
    number_side = rng.choice(("centre", "end", "start"))
    number_low = rng.random() < 0.8
    if draft.wants("page_number") and rng.random() < 0.85:
        text = rng.choice(("{n}", "{n}", "– {n} –", f"{phrase(draft.plan.language, 'page')} {{n}}"))
        put(draft, "number", basic.page_number(text), (low if number_low else high) + side(draft, number_side))
        draft.first_number = rng.choice((1, 1, rng.randint(2, 400)))
    if draft.wants("page_header") and rng.random() < 0.75:
        free = [s for s in _SIDES if number_low or "number" not in draft.running or s not in ("centre", number_side)]
        if number_side == "centre" and not number_low:
            free = ["start", "end"]
        piece = basic.page_header(writer.title(2, 5))
        piece.style = rng.choice(("", "not-first"))
        put(draft, "header", piece, high + side(draft, rng.choice(free)))
    if draft.wants("page_footer") and rng.random() < 0.35:
        free = [s for s in ("start", "end") if not number_low or s != number_side]
        put(draft, "footer", basic.page_footer(writer.title(2, 4)), low + side(draft, rng.choice(free)))


def put(draft: Draft, name: str, piece: Piece, css: str) -> None:
    draft.running[name] = piece
    draft.running_css[name] = css


def side(draft: Draft, name: str) -> str:
    return _SIDES[name].format(left=draft.margin[3], right=draft.margin[1])
