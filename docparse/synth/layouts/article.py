"""Reports, papers and journals: a title, then sections in one, two or three columns."""

from __future__ import annotations

from collections.abc import Callable

from docparse.synth.compose import Draft
from docparse.synth.content import basic
from docparse.synth.content.lexicon import phrase
from docparse.synth.layouts.running import running_lines
from docparse.synth.layouts.stream import section_stream
from docparse.synth.piece import Piece


def single(draft: Draft) -> None:
    _article(draft, 1)


def two(draft: Draft) -> None:
    _article(draft, 2)


def three(draft: Draft) -> None:
    draft.size_pt = min(draft.size_pt, 9.5)
    _article(draft, 3)


def _article(draft: Draft, columns: int) -> None:
    rng = draft.rng
    draft.columns, draft.gap = columns, rng.choice((14.0, 18.0, 24.0))
    if min(draft.plan.size) >= 420:
        side = rng.choice((42.0, 54.0, 68.0))
        draft.margin = (rng.choice((58.0, 68.0)), side, rng.choice((58.0, 70.0)), side)
    running_lines(draft)
    front(draft)
    section_stream(draft)


def front(draft: Draft) -> None:
    """Title, authors and abstract over the full width."""
    rng, writer = draft.rng, draft.writer
    if draft.wants("heading"):
        draft.pieces.append(_band(basic.heading(writer.title(4, 9), 1)))
    if draft.wants("paragraph") and rng.random() < 0.6:
        names = ", ".join(writer.person() for _ in range(rng.randint(1, 3)))
        draft.pieces.append(_band(basic.paragraph(names)))
        if rng.random() < 0.6:
            draft.pieces.append(_band(basic.heading(phrase(draft.plan.language, "abstract"), 2)))
            draft.pieces.append(_band(basic.paragraph(writer.paragraph(rng.randint(2, 4)))))


def _band(piece: Piece) -> Piece:
    piece.place, piece.keeps = "band", False
    return piece


Layout = Callable[[Draft], None]
