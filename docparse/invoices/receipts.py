"""Till receipts: company, date, address, total; words come from OCR, so letters may be wrong."""

from __future__ import annotations

import contextlib
import datetime
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from docparse.invoices import blocks
from docparse.invoices.amounts import Candidate, find_candidates
from docparse.invoices.dates import Order, find_dates, find_read_dates
from docparse.invoices.facts import Facts
from docparse.invoices.numbers import decimal_mark, find_numbers
from docparse.invoices.reading import Draft, Reading, best
from docparse.invoices.text import Row, Sheets, Span
from docparse.invoices.title import is_title

_NOT_ADDRESS = re.compile(
    r"\bte[l1i|]\b|phone|fax|\bgst\b|\bsst\b|\bco\.? ?(?:reg|no)|reg\.? ?no|roc\b|@|www|invoice|receipt|"
    r"cashier|date|\bbill\b|\btax\b",
    re.I,
)
_REGISTRATION = re.compile(
    r"^\W*(?:\(?(?i:co\.?|company|reg|roc|gst|sst|tax|abn|uen)?[\s.:]*(?i:reg\.?|no\.?|id)?[\s.:]*)?"
    r"[\d\-A-Z]{0,4}\d{4,}[\dA-Z\- ]{0,8}\)?\W*$"
)
_REGISTERED = re.compile(r"^\W*(?:co(?:mpany)?\.? ?(?:reg\.? ?)?no|reg\.? ?no|roc|gst|sst)\b", re.I)
_GLUED = re.compile(r"(?P<date>\d{4}[-/.]\d\d[-/.]\d\d|\d\d[-/.]\d\d[-/.]\d{4})(?=\d{1,2}:\d\d)")
_COMPACT = re.compile(r"(?<!\d)(?P<day>[0-3]\d)(?P<month>[01]\d)(?P<year>20\d\d)(?!\d)")
_HEAD_ROWS = 14
_BORNE_OUT = 2.8  # score of an unlabelled amount that is cash less change
_WORTH = {"gross": 0.0, "amount_due": 0.0, "cash": -2.5, "line_total": -2.0}


def read_receipt(sheets: Sheets, draft: Draft) -> None:
    """Put company, date, address and total into a draft that the readers of invoices have filled already."""
    facts = Facts(sheets)
    company_row = _company(sheets, draft)
    _address(sheets, company_row, draft)
    _date(facts, draft)
    _total(sheets, draft)


def _company(sheets: Sheets, draft: Draft) -> int:
    """The first line of the head that is a name; index of its row."""
    rows = sheets.pages[0].rows
    found: list[tuple[float, int]] = []
    for index, row in enumerate(rows[:_HEAD_ROWS]):
        score = _company_score(index, row)
        if score > 0:
            found.append((score, index))
    if not found:
        return -1
    _, index = max(found, key=lambda pair: (pair[0], -pair[1]))
    row = rows[index]
    text = re.sub(
        r"\s*\(?(?:co\.? ?reg|reg\.? ?no|co\.? ?no)?\.?:?\s*\(?[\dA-Z]{4,}-?[A-Z\d]?\)\s*$",
        "",
        row.text.replace("\t", " "),
    ).strip()
    draft.put("company", Reading.at(text or row.text, row.span(0, len(row.tokens)), 2.0))
    draft.put("seller.name", draft.fields["company"])
    return index


def _company_score(index: int, row: Row) -> float:
    text = row.text.replace("\t", " ")
    letters = sum(char.isalpha() for char in text)
    if letters < 3 or is_title(text) or _REGISTRATION.match(text) or blocks.is_contact(text):
        return 0.0
    if re.match(
        r"\W*(?:date|time|table|cashier|welcome|thank|tel|doc|document|invoice|receipt|copy|reprint)\b", text, re.I
    ):
        return 0.0
    score = 2.0 - 0.25 * index
    score += 2.5 if blocks.has_company_form(text) else 0.0
    score -= 1.0 if blocks.is_street(text) and not blocks.has_company_form(text) else 0.0
    score -= 1.0 if sum(char.isdigit() for char in text) > letters / 2 else 0.0
    return score


def _address(sheets: Sheets, company: int, draft: Draft) -> None:
    """Lines after the name up to the first that is no address; it ends with the town."""
    rows = sheets.pages[0].rows
    lines: list[Row] = []
    for row in rows[company + 1 : company + 9]:
        text = row.text.replace("\t", " ")
        if (
            _REGISTRATION.match(text)
            or _REGISTERED.match(text)
            or (re.search(r"reg|co\.? ?no|gst|roc|company", text, re.I) and not blocks.is_street(text))
        ):
            if lines:
                break
            continue
        if list(find_dates(text)) and not lines:
            continue
        if is_title(text) or _NOT_ADDRESS.search(text) or list(find_dates(text)):
            break
        if not lines and not (blocks.is_street(text) or re.search(r"\d", text) or text.rstrip().endswith(",")):
            continue
        lines.append(row)
        if len(lines) > 5:
            break
    if lines:
        text = " ".join(row.text.replace("\t", " ") for row in lines)
        draft.put("address", Reading(text, tuple(row.span(0, len(row.tokens)) for row in lines), 1.5))


def _date(facts: Facts, draft: Draft) -> None:
    """The labelled date, else the first of the slip; day first where nothing tells."""
    known = draft.fields.get("issue_date")
    if known is not None:
        draft.put("date", known)
        return
    for row in facts.sheets.rows:
        for start, end, value in _dates_in(row.text, facts.order):
            draft.put("date", Reading.at(value, Span(row.page, tuple(row.between(start, end))), 1.0))
            draft.put("issue_date", draft.fields["date"])
            return


def _dates_in(text: str, order: Order) -> Iterator[tuple[int, int, datetime.date]]:
    """Dates of a line, those that OCR has run together with the time, and bare ones of eight digits, in this order."""
    for when in find_read_dates(text, order):
        yield when.start, when.end, when.value
    for match in _GLUED.finditer(text):
        for when in find_dates(match["date"], order):
            yield match.start(), match.end(), when.value
    for match in _COMPACT.finditer(text):
        with contextlib.suppress(ValueError):
            yield match.start(), match.end(), datetime.date(int(match["year"]), int(match["month"]), int(match["day"]))


def _total(sheets: Sheets, draft: Draft) -> None:
    """What is to be paid: the labelled total that cash and change bear out."""
    decimal = decimal_mark([row.text for row in sheets.rows]) or "."
    candidates = [c for c in find_candidates(sheets, decimal, set()) if c.value > 0]
    till = _Till(candidates)
    found = [till.judge(candidate) for candidate in candidates if candidate.kind in _WORTH]
    amounts = _largest(sheets, decimal)
    found += [replace(reading, score=_BORNE_OUT) for reading in amounts if reading.value in till.differences]
    found = found or amounts
    chosen = best(found)
    draft.put("total", chosen)
    if chosen is not None:
        known = draft.value("gross")
        if known is None or abs(known - chosen.value) > Decimal("0.05"):
            draft.put("gross", chosen)


class _Till:
    """What cash, change and the other sums of a slip say about a total."""

    def __init__(self, candidates: list[Candidate]) -> None:
        self._all = candidates
        cash = [c.value for c in candidates if c.kind in ("cash", "prepaid")]
        self._change = {c.value for c in candidates if c.kind == "change"}
        self._taxes = {c.value for c in candidates if c.kind == "tax"}
        self.differences = {paid - change for paid in cash for change in self._change if paid > change}

    def judge(self, candidate: Candidate) -> Reading:
        value, label = candidate.value, candidate.row.text.casefold()
        score = candidate.score + _WORTH[candidate.kind]
        rows = {id(other.row) for other in self._all if other.value == value and other.kind in _WORTH}
        score += 0.5 * min(len(rows) - 1, 3)
        score += 2.0 if value in self.differences else 0.0
        score -= 2.5 if any(value - change in self._values for change in self._change if change) else 0.0
        score -= 1.5 if value in self._taxes else 0.0
        score += 1.2 if re.search(r"round|grand|nett|payable|incl|due|amount", label) else 0.0
        score -= (
            1.5
            if re.search(r"excl|before|sub|tax|gst|saving|discount|qty|item", label) and "incl" not in label
            else 0.0
        )
        return Reading.at(value, candidate.span, score, candidate.others)

    @property
    def _values(self) -> set[Decimal]:
        return {c.value for c in self._all if c.kind in ("gross", "amount_due", "line_total")}


def _largest(sheets: Sheets, decimal: str) -> list[Reading]:
    """Without a label: the largest amount with two decimals, which is a guess and scores like one."""
    return [
        Reading.at(
            number.value, Span(row.page, tuple(row.between(number.start, number.end))), float(number.value) / 1e6
        )
        for row in sheets.rows for number in find_numbers(row.text, decimal)
        if number.decimals == 2 and 0 < number.value < 100_000
    ]  # fmt: skip
