"""Numbers as tables and charts print them."""

from __future__ import annotations

import re
from decimal import Decimal

from docparse.raised import without_marks

_NUMBER = re.compile(r"\(?[-+−–]?\s*(?:[$€£¥₹]|[A-Z]{3})?\s*[-−]?(?P<digits>\d[\d.,'’\s]*)\s*(?:[%€$£¥]|[A-Z]{3})?\)?")
_GROUPS = re.compile(r"\d{1,3}(?P<sign>[.,'’ ])\d{3}(?:(?P=sign)\d{3})*")


def read_number(text: str) -> Decimal | None:
    """The value of a cell such as "1,234.5", "1.234,50 €", "(12)" or "45 %"; None if it is no plain number.

    Raised digits behind it lead to a note.
    A single point or comma before three digits groups thousands; before any other count it is the decimal sign.
    """
    text = without_marks(" ".join(text.split()))
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    digits = match["digits"].strip()
    plain = _plain(digits)
    if plain is None:
        return None
    negative = (text.startswith("(") and text.endswith(")")) or bool(re.search(r"[-−–]", text))
    value = Decimal(plain)
    return -value if negative else value


def _plain(digits: str) -> str | None:
    """ASCII digits with a decimal point."""
    digits = digits.replace("’", "'").replace("\xa0", " ")
    if not digits.isascii():
        return None
    if digits.isdigit():
        return digits
    if _GROUPS.fullmatch(digits):
        return re.sub(r"\D", "", digits)
    head, sign, tail = _split(digits)
    if not tail.isdigit() or sign not in ".,":
        return None
    if head.isdigit():
        return f"{head}.{tail}"
    groups = _GROUPS.fullmatch(head)
    if groups is None or groups["sign"] == sign:
        return None
    return f"{re.sub(r'[^0-9]', '', head)}.{tail}"


def _split(digits: str) -> tuple[str, str, str]:
    last = max(digits.rfind("."), digits.rfind(","))
    return (digits[:last], digits[last], digits[last + 1 :]) if last >= 0 else (digits, "", "")
