"""Invoices in four languages and till receipts: their arithmetic adds up."""

from __future__ import annotations

import datetime
from typing import Any

from docparse.schemas.document import Cell
from docparse.synth.compose import Draft
from docparse.synth.content import basic
from docparse.synth.content.lexicon import phrase
from docparse.synth.content.tables import table_piece
from docparse.synth.content.trade import (
    Trade,
    day,
    day_text,
    money,
    percent,
    trade,
    vat_id,
    words_of,
)
from docparse.synth.layouts.running import put, side
from docparse.synth.piece import Piece


def invoice(draft: Draft) -> None:
    """Letterhead, recipient, facts, lines, sums, terms. `draft.facts` says what a reader of invoices should find."""
    writer, rng, language = draft.writer, draft.rng, draft.plan.language
    words = words_of(language)
    draft.size_pt = min(max(draft.size_pt, 9.0), 10.5)
    currency = "GBP" if language == "en" else "EUR"
    bill = trade(writer, rng.randint(2, 8))
    issued = day(rng)
    days = rng.choice((14, 30))
    due = issued + datetime.timedelta(days=days)
    number = f"{rng.choice(('', 'R-', 'INV-', 'F'))}{issued.year}-{rng.randint(1, 9999):04d}"
    seller, buyer = _party(draft), _party(draft)
    iban = str(writer.fake.iban())
    head = basic.paragraph("\n".join((seller["name"], *seller["lines"])), style=rng.choice(("", "flush-end")))
    facts = [
        (words["number"], number), (words["date"], day_text(issued, language)), (words["due"], day_text(due, language)),
        (words["vat_id"], seller["vat_id"]),
    ]  # fmt: skip
    terms = words["terms"].format(days=days)
    draft.pieces += [
        head,
        basic.paragraph("\n".join((buyer["name"], *buyer["lines"])), style="left gap"),
        _with_style(_key_table(facts), "right gap"),
        _with_style(basic.heading(words["title"], 1), "clear gap"),
        _lines(bill, words, language),
        _sums(bill, words, language, currency),
        basic.paragraph(f"{terms} {words['reference']}"),
        basic.paragraph(f"{words['iban']}: {iban}"),
    ]
    if draft.wants("page_footer"):
        text = f"{seller['name']} · {words['vat_id']} {seller['vat_id']}"
        put(draft, "footer", basic.page_footer(text), f"bottom:{draft.margin[2] * 0.4:.1f}pt;" + side(draft, "start"))
    draft.facts = {
        "number": number, "type_code": "380", "issue_date": issued.isoformat(), "due_date": due.isoformat(),
        "currency": currency, "seller": _party_facts(seller), "buyer": _party_facts(buyer),
        "iban": iban.replace(" ", ""), "payment_terms": terms, **_bill_facts(bill),
    }  # fmt: skip


def _party(draft: Draft) -> dict[str, Any]:
    return {"name": draft.writer.company(), "lines": draft.writer.address(), "vat_id": vat_id(draft.writer)}


def _party_facts(party: dict[str, Any]) -> dict[str, Any]:
    return {"name": party["name"], "vat_id": party["vat_id"], "address": {"lines": party["lines"]}}


def _bill_facts(bill: Trade) -> dict[str, Any]:
    return {
        "line_total": float(bill.net), "net": float(bill.net), "tax": float(bill.tax), "gross": float(bill.gross),
        "amount_due": float(bill.gross), "lines_complete": True,
        "taxes": [{"rate": float(r), "basis": float(b), "amount": float(a)} for r, b, a in bill.taxes],
        "lines": [
            {
                "line_id": str(number), "name": line.name, "quantity": float(line.quantity),
                "unit_price": float(line.unit_price), "vat_rate": float(line.rate), "line_total": float(line.amount),
            }
            for number, line in enumerate(bill.lines, 1)
        ],
    }  # fmt: skip


def _with_style(piece: Piece, style: str) -> Piece:
    piece.style = style
    return piece


def _key_table(facts: list[tuple[str, str]]) -> Piece:
    cells = [Cell(row=r, col=c, text=text) for r, pair in enumerate(facts) for c, text in enumerate(pair)]
    return table_piece(cells, len(facts), 2, "key")


def _lines(bill: Trade, words: dict[str, str], language: str) -> Piece:
    heads = ("#", words["description"], words["quantity"], words["unit_price"], words["vat"], words["amount"])
    cells = [Cell(row=0, col=col, text=text, header=True) for col, text in enumerate(heads)]
    for row, line in enumerate(bill.lines, 1):
        values = (
            str(row), line.name, str(line.quantity), money(line.unit_price, language), percent(line.rate, language),
            money(line.amount, language),
        )  # fmt: skip
        cells += [Cell(row=row, col=col, text=text) for col, text in enumerate(values)]
    return table_piece(cells, len(bill.lines) + 1, len(heads), "invoice", numeric={2, 3, 4, 5})


def _sums(bill: Trade, words: dict[str, str], language: str, currency: str) -> Piece:
    rows = [(words["net"], money(bill.net, language, currency))]
    rows += [
        (f"{words['vat']} {percent(rate, language)}", money(tax, language, currency)) for rate, _, tax in bill.taxes
    ]
    rows.append((words["total"], money(bill.gross, language, currency)))
    cells = [Cell(row=r, col=c, text=text) for r, pair in enumerate(rows) for c, text in enumerate(pair)]
    return table_piece(cells, len(rows), 2, "sums", numeric={1})


def receipt(draft: Draft) -> None:
    """A till receipt on narrow paper, prices with tax."""
    writer, rng, language = draft.writer, draft.rng, draft.plan.language
    draft.size_pt = 8.5
    draft.margin = (16.0, 14.0, 16.0, 14.0)
    draft.css = "h1{font-size:1.3em;text-align:center!important}p.mid{text-align:center!important}"
    bill = trade(writer, rng.randint(3, 9), dear=False)
    issued = day(rng)
    company = writer.company()
    if draft.wants("heading"):
        draft.pieces.append(basic.heading(company, 1))
    draft.pieces.append(_middle("\n".join(writer.address())))
    draft.pieces.append(_middle(f"{day_text(issued, language)} {rng.randint(8, 21):02d}:{rng.randint(0, 59):02d}"))
    cells = []
    for row, line in enumerate(bill.lines):
        name = f"{line.quantity} x {line.name}" if line.quantity > 1 else line.name
        cells += [Cell(row=row, col=0, text=name), Cell(row=row, col=1, text=money(line.amount, language))]
    last = len(bill.lines)
    cells += [
        Cell(row=last, col=0, text=phrase(language, "total").upper()),
        Cell(row=last, col=1, text=money(bill.net, language)),
    ]  # fmt: skip
    draft.pieces.append(table_piece(cells, last + 1, 2, "receipt", numeric={1}))
    draft.pieces.append(_middle(writer.sentence(3, 6)))
    draft.facts = {"company": company, "date": issued.isoformat(), "total": float(bill.net)}


def _middle(text: str) -> Piece:
    piece = basic.paragraph(text)
    piece.html = piece.html.replace("<p>", '<p class="mid">', 1)
    return piece
