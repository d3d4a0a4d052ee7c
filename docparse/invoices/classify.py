"""Is it an invoice, a receipt, or neither? And where does the next invoice of a PDF begin?"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from docparse.invoices.amounts import find_candidates
from docparse.invoices.dates import find_dates
from docparse.invoices.facts import Facts, read_number
from docparse.invoices.labels import find_labels
from docparse.invoices.numbers import decimal_mark, find_numbers
from docparse.invoices.text import Sheet, Sheets
from docparse.invoices.title import find_titles
from docparse.invoices.vocabulary import total_labels

_SLIP_WIDTH = 320.0  # points: paper narrower than this comes out of a till
_INVOICE_SCORE = 2.5  # evidence from which on a document is an invoice
_TILL = frozenset({"cash", "change", "count", "rounding"})
_CASHIER = re.compile(r"\b(?:cashier|kassierer(?:in)?|caissi[eè]re?|cajer[oa]|cassiere|kasjer|kassier)\b", re.I)
_PAGE_OF = re.compile(
    r"(?:seite|page|pagina|página|blatt|pag|str)\.?[ ]*:?[ ]*(\d{1,3})[ ]*(?:/|von|of|de|sur|di|van|z)[ ]*(\d{1,3})",
    re.I,
)


@dataclass(slots=True)
class Kind:
    """What a document is, and what speaks for it."""

    name: str
    evidence: list[str] = field(default_factory=list)


def tell_kind(sheets: Sheets) -> Kind:
    """invoice, credit_note, receipt or not_an_invoice, with the evidence in words."""
    if not sheets.rows:
        return Kind("not_an_invoice", ["the pages hold no words"])
    facts = Facts(sheets)
    title = next((title for title in facts.titles if title.score > 0), None)
    decimal = decimal_mark([row.text for row in sheets.rows])
    totals = [c for c in find_candidates(sheets, decimal, set()) if c.score >= 2.5]
    money = sum(number.money for row in sheets.rows for number in find_numbers(row.text, decimal))
    said: list[str] = []
    score = 0.0
    if title is not None:
        said.append(f'title "{title.text}"')
        score += -2.0 if title.code == "other" else 2.0
    kinds = {c.kind for c in totals}
    named = sorted(kinds & {"net", "tax", "gross", "amount_due", "line_total"})
    score += min(2.0, 0.8 * len(named))
    said.append(f"totals: {', '.join(named)}" if named else "no totals")
    numbers = read_number(facts)
    if numbers and numbers[0].score > 2.0:
        score += 1.0
        said.append(f"number {numbers[0].value}")
    score += 0.5 if money >= 3 else -1.5 if money == 0 else 0.0
    said.append(f"{money} amounts")
    words = sum(len(row.tokens) for row in sheets.rows)
    if words > 400 and money < words / 60:
        score -= 2.0
        said.append(f"running text of {words} words")
    if _is_till(sheets, facts, kinds) and (score > 0.3 or "gross" in kinds or money >= 2):
        return Kind("receipt", [*said, "the form of a till receipt"])
    if score < _INVOICE_SCORE:
        return Kind("not_an_invoice", said)
    credit = title is not None and title.code in ("381", "381g")
    return Kind("credit_note" if credit else "invoice", said)


def _is_till(sheets: Sheets, facts: Facts, kinds: set[str]) -> bool:
    """A narrow slip, or the words of a till: cash, change, number of items."""
    sheet = sheets.pages[0]
    labels = {name for label in find_labels(sheets, total_labels()) for name in label.names if label.strong}
    till = len(labels & _TILL) + any(_CASHIER.search(row.text) for row in sheet.rows)
    titled = any(title.code == "receipt" and title.score > 0 for title in facts.titles[:3])
    narrow = sheet.width < 0.62 * sheet.height and len(sheets.pages) == 1
    invoice_like = _is_due_later(facts) or bool(facts.named("iban"))
    narrow_slip = narrow and sheet.width < _SLIP_WIDTH and bool(labels & {"gross", "amount_due"})
    score = 1.0 * narrow + 0.5 * narrow_slip + 0.8 * min(till, 2) + 1.0 * titled + 0.7 * sheet.ocr - 1.5 * invoice_like
    return score >= 1.4


def _is_due_later(facts: Facts) -> bool:
    """A date under or beside a label that says when to pay; "change due" of a till has none."""
    return any(
        list(find_dates(place.text, facts.order))
        for label in facts.named("due_date") if label.strong
        for place in facts.places(label)
    )  # fmt: skip


def split(sheets: list[Sheet]) -> list[list[Sheet]]:
    """The pages of each invoice: a new one begins where a page has another number, or starts to count from 1."""
    parts: list[list[Sheet]] = []
    current: str | None = None
    for sheet in sheets:
        number = _number_on(sheet)
        first = _page_count(sheet) == 1
        begins = bool(parts) and _begins(parts, sheet, number, current, first)
        if not parts or begins:
            parts.append([sheet])
            current = number
        else:
            parts[-1].append(sheet)
            current = current or number
    return parts


def _begins(parts: list[list[Sheet]], sheet: Sheet, number: str | None, current: str | None, first: bool) -> bool:
    if number is None or current is None or number == current or _page_count(sheet) not in (None, 1):
        return False
    titled = any(title.score > 1.0 and title.code not in ("other", "receipt") for title in find_titles(Sheets([sheet])))
    return titled or first


def _number_on(sheet: Sheet) -> str | None:
    found = [reading for reading in read_number(Facts(Sheets([sheet]))) if reading.score > 3.0]
    return str(found[0].value) if found else None


def _page_count(sheet: Sheet) -> int | None:
    for row in sheet.rows:
        match = _PAGE_OF.search(row.text)
        if match is not None:
            return int(match.group(1))
    return None
