"""Sections of running text with everything in them, enough to fill the pages of a draft."""

from __future__ import annotations

from docparse.schemas.document import Table
from docparse.synth.compose import Draft
from docparse.synth.content import basic
from docparse.synth.content.charts import chart
from docparse.synth.content.chemistry import chemistry
from docparse.synth.content.formulas import formula, inline_latex
from docparse.synth.content.lexicon import phrase
from docparse.synth.content.music import music
from docparse.synth.content.pictures import picture
from docparse.synth.content.tables import table
from docparse.synth.piece import Piece

_WEIGHTS = {
    "paragraph": 9, "list": 2, "table": 3, "chart": 2, "formula": 3, "chemistry": 1.5, "music": 1, "image": 1.5,
    "code": 1,
}  # fmt: skip
_FIGURES = ("chart", "image", "chemistry", "music")
_SURPLUS = 1.15  # the last column must not run dry


def section_stream(draft: Draft) -> None:
    """Headings, paragraphs and figures until the pages are full; what does not fit, the press leaves out."""
    kinds = [kind for kind in _WEIGHTS if draft.wants(kind)] or ["paragraph"]
    weights = [_WEIGHTS[kind] for kind in kinds]
    wanted = draft.body_pt2 * draft.plan.pages * _SURPLUS
    filled = 0.0
    section = 0
    last = ""
    bag = [*_shuffled(draft, kinds, weights), kinds[draft.plan.index % len(kinds)]]  # few small pages show all kinds
    while filled < wanted:
        if draft.wants("heading") and (section == 0 or draft.rng.random() < 0.28) and last != "heading":
            section += 1
            new, last = [_heading(draft, section)], "heading"
        else:
            if not bag:
                bag = _shuffled(draft, kinds, weights)
            kind = bag.pop()
            new, last = make(draft, kind), kind
        draft.pieces += new
        filled += sum(area_pt2(draft, piece) for piece in new)


def _shuffled(draft: Draft, kinds: list[str], weights: list[float]) -> list[str]:
    """Every kind about as often as its weight, in random order."""
    bag = [kind for kind, weight in zip(kinds, weights, strict=True) for _ in range(int(weight + draft.rng.random()))]
    bag = bag or list(kinds)
    draft.rng.shuffle(bag)
    return bag


def _heading(draft: Draft, section: int) -> Piece:
    rng = draft.rng
    level = rng.choice((2, 2, 2, 3, 3, 4)) if section > 1 else 2
    title = draft.writer.title(2, 6)
    if draft.numbers.setdefault("numbered", rng.randint(0, 1)):
        chapter = draft.count("section") if level == 2 else max(1, draft.numbers.get("section", 1))
        tail = "".join(f".{rng.randint(1, 5)}" for _ in range(level - 2))
        title = f"{chapter}{tail} {title}"
    return basic.heading(title, level)


def make(draft: Draft, kind: str) -> list[Piece]:
    """Pieces of one kind: a figure or table with its caption, a paragraph with its footnote."""
    rng, writer = draft.rng, draft.writer
    if kind == "paragraph":
        return [paragraph(draft)]
    if kind == "list":
        return [basic.bullets(writer, items=rng.randint(3, 6), ordered=rng.random() < 0.4, nested=rng.random() < 0.3)]
    if kind == "code":
        return [basic.code(writer)]
    if kind == "formula":
        return [formula(rng, draft.count("formula") if rng.random() < 0.35 else None)]
    if kind == "table":
        return _captioned_table(draft)
    return _captioned_figure(draft, kind)


def paragraph(draft: Draft) -> Piece:
    rng, writer = draft.rng, draft.writer
    sentences = rng.randint(2, 6)
    if draft.wants("footnote") and draft.column_pt > 120 and rng.random() < 0.12:
        return basic.noted_paragraph(writer, draft.count("note"), sentences)
    text = writer.paragraph(sentences)
    if draft.wants("formula") and rng.random() < 0.3:
        text = f"{text} {writer.words(3, 6)} ${inline_latex(rng)}$ {writer.sentence(4, 9)}"
    return basic.paragraph(text, style="body")


def _captioned_table(draft: Draft) -> list[Piece]:
    rng, writer = draft.rng, draft.writer
    narrow = draft.column_pt < 260
    wide = draft.columns > 1 and rng.random() < 0.4
    long = rng.random() < 0.15
    cols = rng.randint(3, 4) if narrow and not wide else rng.randint(4, 7) if wide else None
    piece = table(writer, rows=rng.randint(18, 40) if long and not wide else None, cols=cols)
    piece.splits = not wide and isinstance(piece.block, Table) and piece.block.rows > 12
    pieces = [piece]
    if draft.wants("caption") and rng.random() < 0.8:
        label = phrase(draft.plan.language, "table")
        above = rng.random() < 0.7 or piece.splits
        words = basic.caption(label, draft.count("table"), writer.words(3, 9), keeps=above)
        piece.keeps = not above
        pieces = [words, piece] if above else [piece, words]
    return _wide(pieces) if wide else _floating(pieces) if not piece.splits else pieces


def _captioned_figure(draft: Draft, kind: str) -> list[Piece]:
    rng, writer = draft.rng, draft.writer
    wide = draft.columns > 1 and kind in ("chart", "image", "music") and rng.random() < 0.25
    room = draft.column_pt * (1.7 if wide else 1)
    width = int(min(room, rng.randint(190, 300)))
    piece = {
        "chart": lambda: chart(writer, width_pt=width), "image": lambda: picture(rng, width_pt=width),
        "chemistry": lambda: chemistry(rng), "music": lambda: music(writer, width_pt=width),
    }[kind]()  # fmt: skip
    if not draft.wants("caption") or rng.random() < 0.2:
        return _wide([piece]) if wide else _floating([piece])
    piece.keeps = True
    label = phrase(draft.plan.language, "figure")
    pieces = [piece, basic.caption(label, draft.count("figure"), writer.words(3, 10))]
    return _wide(pieces) if wide else _floating(pieces)


def _floating(pieces: list[Piece]) -> list[Piece]:
    for piece in pieces:
        piece.floats = True
    return pieces


def _wide(pieces: list[Piece]) -> list[Piece]:
    for piece in pieces:
        piece.place = "band"
    return pieces


def area_pt2(draft: Draft, piece: Piece) -> float:
    """Roughly what a piece takes of the page."""
    block, size = piece.block, draft.size_pt
    if isinstance(block, Table):
        return draft.column_pt * block.rows * size * 1.75
    if block.kind in _FIGURES:
        return draft.column_pt * 150
    if block.kind in ("formula", "heading", "caption"):
        return draft.column_pt * size * 2.6
    text = getattr(block, "text", "") or " ".join(item.text for item in getattr(block, "items", ()))
    glyph = 1.0 if draft.plan.language in ("zh", "ja", "ko") else 0.5
    return max(len(text) * size * glyph * size * 1.45, draft.column_pt * size * 1.6)
