"""One invoice from the words of its pages: every reader in turn, then the rules."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal

from docparse.invoices import ids
from docparse.invoices.amounts import Candidate, find_candidates, find_tax_rows
from docparse.invoices.facts import Facts, read_dates, read_number, read_references
from docparse.invoices.items import Items, read_items
from docparse.invoices.numbers import CODES, SYMBOLS, decimal_mark, find_numbers
from docparse.invoices.parties import read_parties
from docparse.invoices.reading import Draft, Reading, best
from docparse.invoices.text import Row, Sheets, Span
from docparse.invoices.totals import solve

_FOREIGN = 3.0  # less for an amount in another currency than the invoice's


def read_invoice(sheets: Sheets) -> Draft:
    """Everything an invoice's pages say, with the words it was read from."""
    facts = Facts(sheets)
    draft = Draft(language=facts.language)
    numbers = read_number(facts)
    if numbers:
        draft.put("number", numbers[0])
    _read_type(facts, draft)
    read_dates(facts, draft)
    read_references(facts, draft)
    decimal = decimal_mark([row.text for row in sheets.rows])
    items = read_items(sheets, decimal, draft, facts.order)
    read_parties(facts, draft, items.rows)
    _read_currency(facts, decimal, items, draft)
    candidates = _in_currency(find_candidates(sheets, decimal, items.rows), draft.value("currency"))
    tax_rows = find_tax_rows(sheets, decimal, items.rows)
    solve(candidates, tax_rows, items.total, _money(sheets, decimal), draft)
    _read_payment(facts, draft)
    return draft


def _money(sheets: Sheets, decimal: str) -> dict[Decimal, Span]:
    """Every amount of the pages, with where it stands last."""
    return {
        number.value: Span(row.page, tuple(row.between(number.start, number.end)))
        for row in sheets.rows for number in find_numbers(row.text, decimal) if number.money
    }  # fmt: skip


def _read_type(facts: Facts, draft: Draft) -> None:
    title = facts.title
    if title is None or title.code == "other":
        return
    code = "381" if title.code == "381g" else title.code
    draft.put("type_code", Reading.at(code, title.row.span(title.first, title.last), title.score))


def _in_currency(candidates: list[Candidate], code: str | None) -> list[Candidate]:
    """Totals that are printed again in another currency count less."""
    return [
        replace(candidate, score=candidate.score - _FOREIGN) if candidate.currency not in ("", code) else candidate
        for candidate in candidates
    ]


def _read_currency(facts: Facts, decimal: str, items: Items, draft: Draft) -> None:
    """The labelled currency, else the sign or code that most amounts, or the heads of their columns, carry."""
    for label in facts.named("currency"):
        for place in facts.places(label)[:1]:
            code = SYMBOLS.get(place.text.strip(), place.text.strip()[:3].upper())
            if code in CODES:
                draft.put("currency", Reading.at(code, place.span, 4.0))
                return
    votes: Counter[str] = Counter()
    places: dict[str, Span] = {}
    for row in facts.sheets.rows:
        for number in find_numbers(row.text, decimal):
            if number.currency:
                votes[number.currency] += 1
                places.setdefault(number.currency, Span(row.page, tuple(row.between(number.start, number.end))))
    heads = [row for row in facts.sheets.rows if id(row) in items.heads]
    _currency_alone(heads, max(1, items.count), votes, places)
    if not votes:
        _currency_alone(facts.sheets.rows, 1, votes, places)
    if votes:
        (code, count), *rest = votes.most_common()
        draft.put("currency", Reading.at(code, places[code], 2.0, tuple(other for other, _ in rest)))
        if rest and rest[0][1] * 2 > count:
            draft.flag("currency", "several_currencies", f"also {rest[0][0]}")


def _currency_alone(rows: list[Row], weight: int, votes: Counter[str], places: dict[str, Span]) -> None:
    """A currency that stands by itself, in the head of a column say, which speaks for all amounts under it."""
    for row in rows:
        for token in row.tokens:
            text = token.text.strip("()[]:,.;/")
            for piece in {text, text.rsplit("/", 1)[-1]}:
                code = piece if piece in CODES else SYMBOLS.get(piece, "")
                if code:
                    votes[code] += weight
                    places.setdefault(code, Span(row.page, (token,)))


def _read_payment(facts: Facts, draft: Draft) -> None:
    found = ids.find_ibans(facts.sheets)
    for label in facts.named("iban"):
        reading = ids.labelled_iban(label, facts.places(label))
        if reading is not None:
            found.append(reading)
    draft.put("iban", best(found))
    bics = [reading for label in facts.named("bic") if (reading := ids.find_bic(facts.places(label))) is not None]
    draft.put("bic", best(bics))
    terms = [
        Reading.at(place.text, place.span, 1.0 - 0.2 * rank)
        for label in facts.named("payment_terms") if label.strong
        for rank, place in enumerate(facts.places(label)[:2]) if len(place.text) > 4
    ]  # fmt: skip
    draft.put("payment_terms", best(terms))
    number, iban = draft.fields.get("number"), draft.fields.get("iban")
    if draft.value("payment_ref") is None and number is not None and iban is not None:
        draft.put("payment_ref", Reading(number.value, number.spans, 0.5, note="no other reference is printed"))
        draft.flag("payment_ref", "inferred", "no payment reference is printed; the number of the invoice stands in")
