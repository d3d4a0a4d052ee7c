"""Letters, forms: one page in one column."""

from __future__ import annotations

from html import escape

from docparse.schemas.document import ListBlock, ListItem, Paragraph
from docparse.synth.compose import Draft
from docparse.synth.content import basic
from docparse.synth.content.lexicon import phrase
from docparse.synth.piece import Piece, text_html


def letter(draft: Draft) -> None:
    """Sender, recipient, date, subject, text, signature."""
    rng, writer = draft.rng, draft.writer
    draft.size_pt = max(draft.size_pt, 10.0) if min(draft.plan.size) >= 420 else draft.size_pt
    sender = "\n".join((writer.company(), *writer.address()))
    recipient = "\n".join((writer.person(), *writer.address()))
    day = str(writer.fake.date(pattern="%d.%m.%Y"))
    place = writer.fake.city()
    draft.pieces += [
        basic.paragraph(sender, style="flush-end"),
        basic.paragraph(recipient, style="gap"),
        basic.paragraph(f"{place}, {day}", style="flush-end gap"),
    ]
    if draft.wants("heading"):
        draft.pieces.append(basic.heading(writer.title(3, 6), 2, style="gap"))
    draft.pieces += [basic.paragraph(writer.paragraph(rng.randint(2, 5))) for _ in range(rng.randint(2, 3))]
    if draft.wants("list") and rng.random() < 0.4:
        draft.pieces.append(basic.bullets(writer, items=3, ordered=rng.random() < 0.5))
    draft.pieces += [
        basic.paragraph(writer.sentence(3, 6)),
        basic.paragraph(writer.person(), style="gap"),
    ]


def form(draft: Draft) -> None:
    """A form that somebody filled in: labelled lines or boxes, ticks, a place to sign."""
    rng, writer, language = draft.rng, draft.writer, draft.plan.language
    if draft.wants("heading"):
        draft.pieces.append(basic.heading(writer.title(2, 5), 1))
    draft.pieces.append(basic.paragraph(writer.paragraph(1)))
    boxed = rng.random() < 0.5
    known = [
        (phrase(language, "name"), writer.person()), (phrase(language, "date"), str(writer.fake.date("%d.%m.%Y"))),
    ]  # fmt: skip
    fields = known + [(writer.words(1, 2), writer.words(1, 4) if rng.random() < 0.8 else "") for _ in range(6)]
    for number, (label, value) in enumerate(fields):
        if number == 4 and draft.wants("heading"):
            draft.pieces.append(basic.heading(writer.title(1, 4), 2))
        draft.pieces.append(_field(label, value, boxed=boxed))
    draft.pieces.append(_ticks(draft, rng.randint(3, 5)))
    signature = _field(phrase(language, "signature"), writer.person() if rng.random() < 0.5 else "", boxed=False)
    signature.style = "gap"
    draft.pieces.append(signature)


def _field(label: str, value: str, *, boxed: bool) -> Piece:
    """A label with what was filled in, as one paragraph."""
    sign = "" if boxed else ":"
    kind = "field boxed-field" if boxed else "field"
    html = (
        f'<div class="{kind}"><span class="label">{text_html(label)}{sign}</span>'
        f'<span class="value">{escape(value, quote=False)}</span></div>'
    )
    return Piece(Paragraph(text=f"{label}{sign} {value}".strip()), html)


def _ticks(draft: Draft, count: int) -> Piece:
    """Boxes to tick, some ticked: list items marked ☒ or ☐."""
    items, rows = [], []
    for index in range(count):
        ticked = draft.rng.random() < 0.45
        text = draft.writer.words(2, 7)
        items.append(ListItem(text=text, marker="☒" if ticked else "☐"))
        sign = "×" if ticked else "&nbsp;"
        rows.append(
            f'<div class="li" data-li="{index}"><span class="mark"><span class="tick">{sign}</span></span>'
            f'<span class="body">{text_html(text)}</span></div>'
        )
    return Piece(ListBlock(items=items), f'<div class="list">{"".join(rows)}</div>', style="gap")
