"""Amounts as they are printed: 1.234,56; 1 234,56; 1,234.56; 12,34,567.00; 1'234.50; 12,00-; (12.00); 12.00 CR."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

_SPACE = "[ \u00a0\u202f\u2009]"
_CORE = (
    rf"\d{{1,3}}(?:{_SPACE}\d{{3}})+(?:[.,]\d{{1,4}})?(?!\d)"  # 1 234,56
    r"|\d{1,3}(?:['’]\d{3})+(?:[.,]\d{1,4})?"  # 1'234.56
    r"|\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d{1,4})?"  # 12,34,567.00
    r"|\d+(?:[.,]\d+)*(?:[.,](?=[-–](?!\d)))?"  # 1.234,56; 1234.5; 12,-
)
SYMBOLS = {
    "€": "EUR", "£": "GBP", "zł": "PLN", "¥": "JPY", "₹": "INR", "₺": "TRY", "₪": "ILS", "₩": "KRW", "₫": "VND",
    "₴": "UAH", "₽": "RUB", "฿": "THB", "R$": "BRL", "US$": "USD", "C$": "CAD", "CA$": "CAD", "A$": "AUD",
    "AU$": "AUD", "NZ$": "NZD", "HK$": "HKD", "S$": "SGD", "RM": "MYR", "Kč": "CZK", "Ft": "HUF", "Rs": "INR",
    "Rs.": "INR", "$": "USD", "Fr.": "CHF", "SFr.": "CHF", "Euro": "EUR", "Euros": "EUR",
}  # fmt: skip
CODES = frozenset(
    [
        "AED", "ARS", "AUD", "BGN", "BRL", "CAD", "CHF", "CLP", "CNY", "COP", "CZK", "DKK", "EGP", "EUR", "GBP",
        "HKD", "HUF", "IDR", "ILS", "INR", "ISK", "JPY", "KES", "KRW", "KWD", "MAD", "MXN", "MYR", "NGN", "NOK",
        "NZD", "PEN", "PHP", "PKR", "PLN", "QAR", "RON", "RSD", "RUB", "SAR", "SEK", "SGD", "THB", "TND", "TRY",
        "TWD", "UAH", "USD", "UYU", "VND", "ZAR",
    ]
)  # fmt: skip
_MARKS = sorted((*SYMBOLS, *CODES), key=len, reverse=True)
_CURRENCY = "|".join(re.escape(mark) for mark in _MARKS)
AMOUNT = re.compile(
    rf"(?<![\w.,/])(?<!\d[-–])(?:(?P<before>{_CURRENCY})(?![A-Za-zÀ-ÿ]){_SPACE}?)?(?P<open>\()?(?P<sign>[-−–+]{_SPACE}?)?"
    rf"(?:(?P<inner>{_CURRENCY})(?![A-Za-zÀ-ÿ]){_SPACE}?)?(?P<core>{_CORE})(?P<dash>[-−–](?![\w\d]))?(?P<close>\))?"
    rf"(?:{_SPACE}?(?P<after>%|{_CURRENCY}(?![A-Za-zÀ-ÿ])|Cr\b|CR\b|DR\b))?(?![\w/]|[.,]\d|[-–.]\w)"
)


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text: `value` is the likeliest reading, `others` what else it may be. `cents`: decimals printed."""

    value: Decimal
    start: int
    end: int
    text: str
    decimals: int = 0
    percent: bool = False
    currency: str = ""
    others: tuple[Decimal, ...] = ()

    @property
    def money(self) -> bool:
        """Printed like an amount: two decimals or a currency."""
        return not self.percent and (self.decimals >= 2 or bool(self.currency))


def find_numbers(text: str, decimal: str = "") -> Iterator[Number]:
    """Every number of a line. `decimal` is the document's decimal mark where it is known."""
    for match in AMOUNT.finditer(text):
        readings = read_number(match["core"], decimal)
        if not readings:
            continue
        after = match["after"] or ""
        negative = (match["sign"] or "").strip() in {"-", "−", "–"} or after.upper() == "CR"
        negative = negative or (bool(match["dash"]) and not match["core"].endswith((".", ",")))
        negative = negative or bool(match["open"] and match["close"])
        values = [-value if negative else value for value, _ in readings]
        mark = match["before"] or match["inner"] or (after if after.upper() not in {"%", "CR", "DR"} else "")
        yield Number(
            values[0], match.start(), match.end(), match.group(), readings[0][1], after == "%", currency_of(mark),
            tuple(values[1:]),
        )  # fmt: skip


def currency_of(mark: str) -> str:
    """ISO 4217 code of a currency sign or code; "" for none."""
    return SYMBOLS.get(mark, mark if mark in CODES else "")


def read_number(core: str, decimal: str = "") -> list[tuple[Decimal, int]]:
    """Readings of unsigned digits with marks, the likeliest first, each with its printed decimals."""
    digits = re.sub(r"[\s'’\u00a0\u202f\u2009]", "", core).rstrip(".,")
    marks = [char for char in digits if char in ".,"]
    if not digits or not digits[0].isdigit():
        return []
    if not marks:
        return [(Decimal(digits), 0)]
    last = digits.rfind(marks[-1])
    whole, part = digits[:last], digits[last + 1 :]
    grouped = _grouped(digits)
    if len(set(marks)) == 2:
        return [(_decimal(whole, part), len(part))] if marks.count(marks[-1]) == 1 else []
    if len(marks) > 1:
        if grouped:
            return [(_decimal(digits, ""), 0)]
        return [(_decimal(whole, part), 2)] if len(part) == 2 and _grouped(whole) else []  # 1.234.50: a comma misread
    fraction = (_decimal(whole, part), len(part))
    if not grouped or whole == "0":
        return [fraction]
    group = (_decimal(digits, ""), 0)
    return [fraction, group] if decimal == marks[0] else [group, fraction]


def _grouped(digits: str) -> bool:
    parts = re.split("[.,]", digits)
    return len(parts[0]) <= 3 and parts[0] != "" and all(len(part) == 3 for part in parts[1:])


def _decimal(whole: str, part: str) -> Decimal:
    return Decimal(re.sub(r"[.,]", "", whole) + (f".{part}" if part else ""))


def decimal_mark(texts: Iterator[str] | list[str]) -> str:
    """The decimal mark that most amounts with two decimals use: "," or "." ("" if there are none)."""
    votes = {",": 0, ".": 0}
    for text in texts:
        for match in AMOUNT.finditer(text):
            core = match["core"]
            mark = core[-3:-2]
            if mark in votes and re.fullmatch(r"[\d.,\s'’\u00a0\u202f]*\d[.,]\d\d", core) and core.count(mark) == 1:
                votes[mark] += 1
    if votes[","] == votes["."]:
        return ""
    return max(votes, key=lambda mark: votes[mark])
