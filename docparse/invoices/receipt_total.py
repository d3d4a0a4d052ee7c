"""What was to be paid at the till: the labelled total that cash, change and rounding bear out."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from docparse.invoices.amounts import Candidate, find_candidates
from docparse.invoices.numbers import decimal_mark, find_numbers
from docparse.invoices.reading import Draft, Reading, best
from docparse.invoices.text import Sheets, Span

_BORNE_OUT = 2.8  # score of an unlabelled amount that is cash less change
_WORTH = {"gross": 0.0, "amount_due": 0.0, "cash": -2.5, "line_total": -2.0, "net": -1.5}
_SUMS = ("gross", "amount_due", "line_total", "net")
_FINAL = re.compile(r"round|grand|nett?\b|payable|incl|due|amount|after", re.I)
_PART = re.compile(r"excl|before|sub|tax|gst|saving|discount|qty|item", re.I)
_TAX_IN_IT = re.compile(r"\binclud", re.I)  # "total includes 6% GST": the tax, no total
_COIN = Decimal("0.05")  # the least step of prices that are rounded for want of smaller coins
_MOST_ROUNDED = Decimal("0.03")
_TAX_OF_ROW = Decimal("0.3")  # share of an amount below which the next one in its row may be its tax


def read_total(sheets: Sheets, draft: Draft) -> None:
    """Put the total into the draft, and into its gross where that is another sum."""
    decimal = decimal_mark([row.text for row in sheets.rows]) or "."
    candidates = _with_cents([c for c in find_candidates(sheets, decimal, set()) if c.value > 0])
    till = _Till(candidates)
    found = [till.judge(candidate) for candidate in candidates if candidate.kind in _WORTH]
    amounts = _largest(sheets, decimal)
    found += [replace(reading, score=_BORNE_OUT) for reading in amounts if reading.value in till.differences]
    chosen = best(found or amounts)
    draft.put("total", chosen)
    if chosen is not None:
        known = draft.value("gross")
        if known is None or abs(known - chosen.value) > Decimal("0.05"):
            draft.put("gross", chosen)


def _with_cents(candidates: list[Candidate]) -> list[Candidate]:
    """Without whole numbers on a slip whose amounts have cents: they are counts, or pieces of what OCR tore."""
    exact = [c for c in candidates if c.value.as_tuple().exponent == -2]
    return exact if len(exact) >= 2 else candidates


class _Till:
    """What cash, change and the other sums of a slip say about a total."""

    def __init__(self, candidates: list[Candidate]) -> None:
        self._all = candidates
        self._paid = {c.value for c in candidates if c.kind in ("cash", "prepaid")}
        self._change = {c.value for c in candidates if c.kind == "change"}
        self._taxes = {c.value for c in candidates if c.kind == "tax"}
        self._sums = {c.value for c in candidates if c.kind in _SUMS}
        self.differences = {paid - change for paid in self._paid for change in self._change if paid > change}
        if not self._change:  # paid by card, or to the cent
            self.differences |= self._paid & self._sums

    def judge(self, candidate: Candidate) -> Reading:
        value, label = candidate.value, candidate.row.text.casefold()
        score = candidate.score + _WORTH[candidate.kind]
        rows = {id(other.row) for other in self._all if other.value == value and other.kind in _WORTH}
        score += 0.5 * min(len(rows) - 1, 3)
        score += 2.0 if value in self.differences else 0.0
        score -= 2.5 if any(value - change in self._sums for change in self._change if change) else 0.0
        score -= 1.5 if value in self._taxes else 0.0
        score += 1.2 if _FINAL.search(label) else 0.0
        score -= 1.5 if _PART.search(label) and "incl" not in label else 0.0
        score -= 2.5 if _TAX_IN_IT.search(label) or self._is_tax_of_row(candidate) else 0.0
        score += 2.0 if self._is_rounded(candidate) else 0.0
        return Reading.at(value, candidate.span, score, candidate.others)

    def _is_rounded(self, candidate: Candidate) -> bool:
        """Whether it is a sum above it, taken to the nearest coin."""
        value = candidate.value
        return value % _COIN == 0 and any(
            0 < abs(other.value - value) < _MOST_ROUNDED and other.row.index < candidate.row.index
            for other in self._all if other.kind in _SUMS and other.kind != "line_total"
        )  # fmt: skip

    def _is_tax_of_row(self, candidate: Candidate) -> bool:
        """The last amount of a row of the tax summary: what was taxed stands before it."""
        same = [other.value for other in self._all if other.row is candidate.row and other.kind == candidate.kind]
        return len(same) > 1 and candidate.value < _TAX_OF_ROW * max(same)


def _largest(sheets: Sheets, decimal: str) -> list[Reading]:
    """Without a label: the largest amount with two decimals, which is a guess and scores like one."""
    return [
        Reading.at(
            number.value, Span(row.page, tuple(row.between(number.start, number.end))), float(number.value) / 1e6
        )
        for row in sheets.rows for number in find_numbers(row.text, decimal)
        if number.decimals == 2 and 0 < number.value < 100_000
    ]  # fmt: skip
