"""Magazine pages: three narrow columns, boxes on a tint, pull quotes, pictures."""

from __future__ import annotations

from docparse.synth.compose import Draft
from docparse.synth.content import basic
from docparse.synth.content.pictures import picture
from docparse.synth.layouts.running import running_lines
from docparse.synth.layouts.stream import area_pt2, make, paragraph
from docparse.synth.piece import Piece

_KINDS = ("list", "table", "chart", "image")


def magazine(draft: Draft) -> None:
    """A headline with a lead over the page, then stories with boxes among them."""
    rng, writer = draft.rng, draft.writer
    draft.size_pt = min(draft.size_pt, 9.5)
    draft.columns = 3 if draft.plan.size[0] >= 500 else 2
    draft.gap = rng.choice((12.0, 16.0))
    draft.margin = (54.0, 40.0, 54.0, 40.0) if min(draft.plan.size) >= 420 else draft.margin
    running_lines(draft)
    if draft.wants("heading"):
        draft.pieces.append(_over(basic.heading(writer.title(3, 6), 1)))
    if draft.wants("paragraph"):
        draft.pieces.append(_over(basic.paragraph(writer.paragraph(2), style="lead")))
    if draft.wants("image"):
        draft.pieces.append(_over(picture(rng, width_pt=int(draft.column_pt * 2))))
    _stories(draft)


def _over(piece: Piece) -> Piece:
    piece.place, piece.keeps = "band", False
    return piece


def _stories(draft: Draft) -> None:
    rng = draft.rng
    kinds = [kind for kind in _KINDS if draft.wants(kind)]
    filled, wanted = 0.0, draft.body_pt2 * draft.plan.pages * 1.1
    while filled < wanted:
        chance = rng.random()
        if chance < 0.2:
            new = _box(draft)
        elif chance < 0.3 and draft.wants("paragraph"):
            new = [basic.paragraph(draft.writer.sentence(6, 10), style="quote")]
        elif chance < 0.5 and kinds:
            new = make(draft, rng.choice(kinds))
        elif chance < 0.6 and draft.wants("heading"):
            new = [basic.heading(draft.writer.title(2, 5), rng.choice((2, 3)))]
        else:
            new = [paragraph(draft)]
        draft.pieces += new
        filled += sum(area_pt2(draft, piece) for piece in new)


def _box(draft: Draft) -> list[Piece]:
    """A heading and a text or list on a tint."""
    rng, writer = draft.rng, draft.writer
    style = rng.choice(("boxed", "dark"))
    pieces = []
    if draft.wants("heading"):
        pieces.append(basic.heading(writer.title(1, 3), 3, style=f"{style} joined"))
    if rng.random() < 0.5 and draft.wants("list"):
        body = basic.bullets(writer, items=rng.randint(2, 4), ordered=False, words=(3, 7))
        body.style = style
    else:
        body = basic.paragraph(writer.paragraph(rng.randint(1, 3)), style=style)
    return [*pieces, body]
