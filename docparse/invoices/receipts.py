"""Till receipts: company, date, address, total; words come from OCR, so letters may be wrong."""

from __future__ import annotations

import contextlib
import datetime
import re
from collections.abc import Iterator

from docparse.invoices import blocks
from docparse.invoices.dates import Order, find_dates, find_read_dates
from docparse.invoices.facts import Facts
from docparse.invoices.reading import Draft, Reading
from docparse.invoices.receipt_company import is_registration, read_company
from docparse.invoices.receipt_total import read_total
from docparse.invoices.text import Row, Sheets, Span
from docparse.invoices.title import is_title

_NOT_ADDRESS = re.compile(
    r"\bte[l1i|]\b|phone|fax|\bgst\b|\bsst\b|\bco\.? ?(?:reg|no)|reg\.? ?no|roc\b|@|www|invoice|receipt|"
    r"cashier|date|\bbill\b|\btax\b",
    re.I,
)
_GLUED = re.compile(
    r"(?P<date>\d{4}[-/.]\d\d[-/.]\d\d|\d\d[-/.]\d\d[-/.]\d{4}|"
    r"\d{1,2}[ \-/]?[A-Za-z]{3,9}[ \-/]?20\d\d)(?=\d{1,2}:\d\d)"
)
_COMPACT = re.compile(r"(?<!\d)(?P<day>[0-3]\d)(?P<month>[01]\d)(?P<year>20\d\d)(?!\d)")


def read_receipt(sheets: Sheets, draft: Draft) -> None:
    """Put company, date, address and total into a draft that the readers of invoices have filled already."""
    facts = Facts(sheets)
    company_row = read_company(sheets, draft)
    _address(sheets, company_row, draft)
    _date(facts, draft)
    read_total(sheets, draft)


def _address(sheets: Sheets, company: int, draft: Draft) -> None:
    """Lines after the name up to the first that is no address; it ends with the town."""
    rows = sheets.pages[0].rows
    lines: list[Row] = []
    for row in rows[company + 1 : company + 9]:
        text = row.text.replace("\t", " ")
        if is_registration(text) or (
            re.search(r"reg|co\.? ?no|gst|roc|company", text, re.I) and not blocks.is_street(text)
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
