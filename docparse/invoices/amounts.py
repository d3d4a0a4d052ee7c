"""Candidates for the sums of an invoice: every amount that a total's label speaks for, and the rows of tax rates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from docparse.invoices.labels import Label, Place, find_labels, stops
from docparse.invoices.numbers import Number, find_numbers
from docparse.invoices.reading import Reading
from docparse.invoices.text import Row, Sheet, Sheets, Span
from docparse.invoices.vocabulary import total_labels

KINDS = (
    "line_total", "allowance_total", "charge_total", "net", "tax", "gross", "prepaid", "amount_due", "rounding", "cash",
    "change", "count",
)  # fmt: skip
_QUALIFIER = re.compile(
    r"^[\s:.,*=()\-–/+%€$£\d]*$|eur|usd|gbp|chf|pln|rm|inkl|incl|excl|exkl|ohne|zzgl|vat|mwst|ust|tva|iva|btw|gst|sst|tax|tasa|"
    r"auf|on|of|sur|su|sobre|de|van|from|satz|rate|netto|net|betrag|amount|total|in|ht|ttc|zł|zl|s|von|aus|the|and|@|at|a|"
    r"inclusive|included|including|rounded|adj|payable|only|gesamt|brutto|normal|standard|mit|with|con|comprise|esclusa|inclusa",
    re.I,
)
_HUNDRED = Decimal(100)
_CENT = Decimal("0.02")


@dataclass(frozen=True, slots=True)
class Candidate:
    """An amount that may be the total `kind`; `rate` is the percentage printed with it."""

    kind: str
    value: Decimal
    span: Span
    score: float
    row: Row
    rate: Decimal | None = None
    others: tuple[Decimal, ...] = ()
    currency: str = ""

    def reading(self) -> Reading:
        return Reading.at(self.value, self.span, self.score, self.others)


@dataclass(frozen=True, slots=True)
class TaxRow:
    """A row in which basis x rate = tax."""

    rate: Decimal
    basis: Decimal
    tax: Decimal
    row: Row
    spans: tuple[Span, Span, Span]
    printed_rate: bool = True


def money_in(row: Row, decimal: str) -> list[Number]:
    """Numbers of a row that may be amounts."""
    return [number for number in find_numbers(row.text, decimal) if not number.percent]


def find_candidates(sheets: Sheets, decimal: str, skip: set[int]) -> list[Candidate]:
    """All amounts that stand right of, or under, a total's label. Rows in `skip` (by id) are positions."""
    labels = [label for label in find_labels(sheets, total_labels()) if id(label.row) not in skip]
    ends = stops(labels)
    found: list[Candidate] = []
    for label in labels:
        place = _beside(label, ends[id(label)])
        numbers = _numbers(place, decimal) if place is not None else []
        if numbers:
            assert place is not None
            found += _right(label, place, numbers)
        elif label.strong:
            found += _under(label, decimal, skip)
    return found


def _beside(label: Label, stop: int) -> Place | None:
    """All tokens between a label and the next one, over column gaps: sums stand far from their labels."""
    first = label.hit.last
    return Place(label.row, first, stop) if first < stop else None


def _numbers(place: Place, decimal: str) -> list[Number]:
    numbers = list(find_numbers(place.text, decimal))
    money = [number for number in numbers if number.money]
    plain = [
        number
        for number in numbers
        if not number.percent and number.decimals == 0 and not number.currency and not _counts(place.text, number)
    ]
    return money or plain[-1:] if not place.text.strip().endswith("%") else money


def _counts(text: str, number: Number) -> bool:
    """A bare number before a word counts something ("30 days"); an amount ends its column."""
    return re.match(r" [^\W\d_]{2,}", text[number.end :]) is not None


def _right(label: Label, place: Place, numbers: list[Number]) -> list[Candidate]:
    """The last amount of the row is the sum; one before it may be the basis it was reckoned from."""
    words = place.text[: numbers[0].start]
    strange = [word for word in re.split(r"[\s\t]+", words) if word and not _QUALIFIER.search(word)]
    score = 3.0 + (1.0 if label.strong else -1.5) - 0.7 * len(strange) + 0.02 * len(label.hit.key)
    rate = next((n.value for n in find_numbers(place.text) if n.percent), None)
    if rate is None:
        rate = next((n.value for n in find_numbers(label.row.text) if n.percent), None)
    last = numbers[-1]
    score -= 0.0 if last.money else 1.5
    if place.row.tokens[label.hit.first].bold:
        score += 0.2
    found = []
    for rank, name in enumerate(label.names):
        span = place.part(last.start, last.end)
        found.append(Candidate(name, last.value, span, score - 0.3 * rank, label.row, rate, last.others, last.currency))
        for other in numbers[:-1]:
            found.append(
                Candidate(name, other.value, place.part(other.start, other.end), score - 1.5 - 0.3 * rank,
                label.row, rate,
                          other.others, other.currency)
            )  # fmt: skip
    return found


def _under(label: Label, decimal: str, skip: set[int]) -> list[Candidate]:
    """Amounts under a label that heads a column: the last row of the column is its sum."""
    x0, _, x1, y1 = label.span.bbox
    size = max(label.row.tokens[label.hit.first].size, 1.0)
    found: list[Candidate] = []
    previous = y1
    for row in label.sheet.rows[label.row.index + 1 : label.row.index + 9]:
        if row.top - previous > 3.0 * size or id(row) in skip:
            break
        hits = [
            (number, tokens)
            for number in money_in(row, decimal)
            if number.money
            and (tokens := row.between(number.start, number.end))
            and _aligned(tokens[0].bbox[0], tokens[-1].bbox[2], x0, x1, size)
        ]  # fmt: skip
        if not hits:
            continue
        number, tokens = hits[-1]
        previous = row.bottom
        rank = len(found)
        for place, name in enumerate(label.names):
            found.append(
                Candidate(name, number.value, Span(row.page, tuple(tokens)), 2.2 + 0.15 * min(rank,
                3) - 0.3 * place, row, None,
                          number.others, number.currency)
            )  # fmt: skip
    return found


def _aligned(left: float, right: float, x0: float, x1: float, size: float) -> bool:
    return min(right, x1) - max(left, x0) > 0 and (abs(right - x1) < 4 * size or abs(left - x0) < 4 * size)


def find_tax_rows(sheets: Sheets, decimal: str, skip: set[int]) -> list[TaxRow]:
    """Rows of a table of tax rates, known by their arithmetic: basis x rate = tax, to the cent."""
    found = []
    for sheet in sheets.pages:
        for row in sheet.rows:
            if id(row) not in skip:
                tax = _tax_row(sheet, row, decimal)
                if tax is not None:
                    found.append(tax)
    return found


def _tax_row(sheet: Sheet, row: Row, decimal: str) -> TaxRow | None:
    numbers = list(find_numbers(row.text, decimal))
    money = [number for number in numbers if number.money and not number.percent]
    if len(money) < 2:
        return None
    rates = [n for n in numbers if n.percent] or [
        n for n in numbers if not n.currency and 0 <= n.value <= 30 and n.decimals <= 1
    ]
    rates += [n for n in numbers if n not in rates and not n.currency and n.decimals == 2 and 0 < n.value <= 30]
    for rate in rates:
        for basis in money:
            for tax in money:
                if tax.start == basis.start or rate.start in (tax.start, basis.start):
                    continue
                if abs(abs(basis.value) * rate.value / _HUNDRED - abs(tax.value)) > _CENT or abs(tax.value) >= abs(
                    basis.value
                ):
                    continue
                if rate.value == 0 and (basis.value == 0 or not (rate.percent or len(money) == 2)):
                    continue
                if not rate.percent and len(numbers) > 6:
                    continue
                spans = tuple(Span(row.page, tuple(row.between(n.start, n.end))) for n in (rate, basis, tax))
                return TaxRow(rate.value, basis.value, tax.value, row, (spans[0], spans[1], spans[2]), rate.percent)
    return None
