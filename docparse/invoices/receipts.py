"""Till receipts: company, date, address, total; words come from OCR, so letters may be wrong."""

from __future__ import annotations

import re
from decimal import Decimal

from docparse.invoices import blocks
from docparse.invoices.amounts import Candidate, find_candidates
from docparse.invoices.dates import find_dates
from docparse.invoices.facts import Facts
from docparse.invoices.numbers import decimal_mark, find_numbers
from docparse.invoices.reading import Draft, Reading, best
from docparse.invoices.text import Row, Sheets, Span
from docparse.invoices.title import is_title

_NOT_ADDRESS = re.compile(r"\btel\b|phone|fax|\bgst\b|\bsst\b|\bco\.? ?(?:reg|no)|reg\.? ?no|roc\b|@|www|invoice|receipt|cashier|date|\bbill\b|\btax\b", re.I)
_REGISTRATION = re.compile(r"^\W*(?:\(?(?:co\.?|company|reg|roc|gst|sst|tax|abn|uen)?[\s.:]*(?:reg\.?|no\.?|id)?[\s.:]*)?[\d\-A-Z]{0,4}\d{4,}[\dA-Z\- ]*\)?\W*$", re.I)
_HEAD_ROWS = 14


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
    text = re.sub(r"\s*\(?(?:co\.? ?reg|reg\.? ?no|co\.? ?no)?\.?:?\s*\(?[\dA-Z]{4,}-?[A-Z\d]?\)\s*$", "", row.text.replace("\t", " ")).strip()
    draft.put("company", Reading.at(text or row.text, row.span(0, len(row.tokens)), 2.0))
    draft.put("seller.name", draft.fields["company"])
    return index


def _company_score(index: int, row: Row) -> float:
    text = row.text.replace("\t", " ")
    letters = sum(char.isalpha() for char in text)
    if letters < 3 or is_title(text) or _REGISTRATION.match(text) or blocks.is_contact(text):
        return 0.0
    if re.match(r"\W*(?:date|time|table|cashier|welcome|thank|tel|doc|document|invoice|receipt|copy|reprint)\b", text, re.I):
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
        if _REGISTRATION.match(text) or (re.search(r"reg|co\.? ?no|gst|roc|company", text, re.I) and not blocks.is_street(text)):
            if lines:
                break
            continue
        if is_title(text) or _NOT_ADDRESS.search(text) or list(find_dates(text)) or (lines and re.match(r"\W*(?:tel|fax|gst)", text, re.I)):
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
        for when in find_dates(_mended(row.text), facts.order):
            span = Span(row.page, tuple(row.between(when.start, when.end)))
            draft.put("date", Reading.at(when.value, span, 1.0, (when.other,) if when.other else ()))
            draft.put("issue_date", draft.fields["date"])
            return


def _mended(text: str) -> str:
    """Letters that OCR puts for digits between digits."""
    text = re.sub(r"(?<=\d)[Oo](?=[\d/.\-])", "0", text)
    return re.sub(r"(?<=[\d/.\-])[lI](?=\d)", "1", text)


def _total(sheets: Sheets, draft: Draft) -> None:
    """What is to be paid: the labelled total that cash and change bear out."""
    decimal = decimal_mark([row.text for row in sheets.rows]) or "."
    candidates = [c for c in find_candidates(sheets, decimal, set()) if c.value > 0]
    by_kind = {kind: [c for c in candidates if c.kind == kind] for kind in ("gross", "amount_due", "cash", "change", "line_total")}
    differences = {
        (cash.value - change.value) for cash in by_kind["cash"] for change in by_kind["change"] if cash.value > change.value
    }
    found: list[Reading] = []
    for candidate in by_kind["gross"] + by_kind["amount_due"]:
        found.append(_scored(candidate, candidates, differences, 0.0))
    for candidate in by_kind["cash"]:
        found.append(_scored(candidate, candidates, differences, -2.5))
    for candidate in by_kind["line_total"]:
        found.append(_scored(candidate, candidates, differences, -2.0))
    if not found:
        found = _largest(sheets, decimal)
    chosen = best(found)
    draft.put("total", chosen)
    if chosen is not None:
        known = draft.value("gross")
        if known is None or abs(known - chosen.value) > Decimal("0.05"):
            draft.put("gross", chosen)


def _scored(candidate: Candidate, candidates: list[Candidate], differences: set[Decimal], extra: float) -> Reading:
    score = candidate.score + extra
    same = sum(other.value == candidate.value and other.row is not candidate.row for other in candidates)
    score += 0.5 * min(same, 3)
    score += 2.0 if candidate.value in differences else 0.0
    label = candidate.row.text.casefold()
    score += 1.2 if re.search(r"round|grand|nett|payable|incl|due|amt|amount", label) else 0.0
    score -= 1.5 if re.search(r"excl|before|sub|tax|gst|saving|discount|qty|item", label) and "incl" not in label else 0.0
    score += 0.4 * max(token.size for token in candidate.span.tokens) / max(1.0, min(t.size for t in candidate.row.tokens)) - 0.4
    return Reading.at(candidate.value, candidate.span, score, candidate.others)


def _largest(sheets: Sheets, decimal: str) -> list[Reading]:
    """Without a label: the largest amount with two decimals, which is a guess and scores like one."""
    return [
        Reading.at(number.value, Span(row.page, tuple(row.between(number.start, number.end))), float(number.value) / 1e6)
        for row in sheets.rows for number in find_numbers(row.text, decimal)
        if number.decimals == 2 and 0 < number.value < 100_000
    ]  # fmt: skip


