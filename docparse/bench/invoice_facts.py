"""Made invoices in numbers: lines, allowances, charges, taxes and sums that add up, parties with valid ids."""

from __future__ import annotations

import datetime
import random
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

from docparse.bench.invoice_words import LOCALES, Locale
from docparse.invoices.ids import iban_is_valid, vat_checksum

_CENT = Decimal("0.01")
_ZERO = Decimal(0)
_VAT_SHAPES = {
    "GB": "GB#########", "DE": "DE#########", "FR": "FR###########", "ES": "B########", "IT": "IT###########",
    "NL": "NL#########B01", "PT": "PT#########", "PL": "PL##########",
}  # fmt: skip
_IBAN_SHAPES = {
    "GB": "NWBK##############", "DE": "##################", "FR": "#######################", "ES": "#" * 20,
    "IT": "X######################", "NL": "INGB##########", "PT": "#" * 21, "PL": "#" * 24,
}  # fmt: skip
_IDS = 24  # of each country


@dataclass(frozen=True, slots=True)
class Line:
    """One position: quantity x unit price, less the discount, rounded to cents."""

    code: str
    name: str
    quantity: Decimal
    unit: str
    price: Decimal
    rate: Decimal
    discount: Decimal = _ZERO

    @property
    def amount(self) -> Decimal:
        exact = self.quantity * self.price * (100 - self.discount) / 100
        return exact.quantize(_CENT, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Party:
    name: str
    street: str
    town: str
    vat_id: str


@dataclass(slots=True)
class Facts:
    """What one made invoice says. `traits` name what is unusual about it."""

    language: str
    seller: Party
    buyer: Party
    number: str
    issued: datetime.date
    due: datetime.date
    delivered: datetime.date | None
    order: str
    iban: str
    lines: list[Line]
    allowance: Decimal = _ZERO
    charge: Decimal = _ZERO
    prepaid: Decimal = _ZERO
    credit: bool = False
    currency_as: str = "sign"  # sign, code, head (of the column of amounts) or none
    traits: list[str] = field(default_factory=list)

    @property
    def locale(self) -> Locale:
        return LOCALES[self.language]

    @property
    def line_total(self) -> Decimal:
        return sum((line.amount for line in self.lines), _ZERO)

    @property
    def net(self) -> Decimal:
        return self.line_total - self.allowance + self.charge

    @property
    def taxes(self) -> list[tuple[Decimal, Decimal, Decimal]]:
        """(rate, basis, tax); allowance and charge are taxed at the first rate."""
        rates = list(dict.fromkeys(line.rate for line in self.lines))
        found = []
        for place, rate in enumerate(rates):
            basis = sum((line.amount for line in self.lines if line.rate == rate), _ZERO)
            basis += (self.charge - self.allowance) if place == 0 else _ZERO
            found.append((rate, basis, (basis * rate / 100).quantize(_CENT, ROUND_HALF_UP)))
        return found

    @property
    def tax(self) -> Decimal:
        return sum((tax for _, _, tax in self.taxes), _ZERO)

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax

    @property
    def _shows_currency(self) -> bool:
        """Without a table there is no head to name it; the second currency names both."""
        unheaded = self.currency_as == "head" and "no lines" in self.traits and "two currencies" not in self.traits
        return self.currency_as != "none" and not unheaded

    def truth(self) -> dict[str, Any]:
        """The values by field path; None for what is not printed."""
        found: dict[str, Any] = {
            "number": self.number, "issue_date": self.issued, "due_date": self.due, "delivery_date": self.delivered,
            "currency": self.locale.currency if self._shows_currency else None,
            "seller.name": self.seller.name, "seller.vat_id": self.seller.vat_id,
            "buyer.name": self.buyer.name, "order_ref": self.order or None, "net": self.net, "tax": self.tax,
            "gross": self.gross, "amount_due": self.gross - self.prepaid, "prepaid": self.prepaid or None,
            "allowance_total": self.allowance or None, "charge_total": self.charge or None, "iban": self.iban or None,
        }  # fmt: skip
        return {path: value for path, value in found.items() if value not in (None, "")}


def make_facts(rng: random.Random, language: str) -> Facts:
    """One invoice of a language; about half of them have something unusual about them."""
    locale = LOCALES[language]
    traits = [name for name, chance in _CHANCES.items() if rng.random() < chance]
    seller, buyer = (_party(rng, locale, name) for name in rng.sample(locale.companies, 2))
    issued = datetime.date(2021, 1, 1) + datetime.timedelta(days=rng.randrange(1700))
    count = rng.randint(40, 90) if "many lines" in traits else rng.randint(1, 9)
    facts = Facts(
        language, seller, buyer, _number(rng, issued), issued, issued + datetime.timedelta(days=rng.choice((14, 30))),
        issued - datetime.timedelta(days=rng.randint(0, 9)) if rng.random() < 0.4 else None,
        f"{rng.choice(('PO', 'B', 'A-'))}{rng.randint(1000, 99999)}" if rng.random() < 0.5 else "",
        rng.choice(_ibans(locale.country)) if locale.country in _IBAN_SHAPES and rng.random() < 0.8 else "",
        [_line(rng, locale, traits) for _ in range(count)], credit="credit note" in traits,
        currency_as=rng.choice(("sign", "sign", "code", "code", "head", "none")), traits=traits,
    )  # fmt: skip
    if "allowance" in traits:
        facts.allowance = (facts.line_total * rng.choice((2, 5, 10)) / 100).quantize(_CENT)
    if "charge" in traits:
        facts.charge = Decimal(rng.randint(300, 4500)) / 100
    if "prepaid" in traits:
        facts.prepaid = (facts.gross * rng.choice((10, 25, 50)) / 100).quantize(_CENT)
    return facts


_CHANCES = {
    "credit note": 0.1, "many lines": 0.08, "several rates": 0.25, "allowance": 0.12, "charge": 0.15, "prepaid": 0.12,
    "line discounts": 0.12, "no lines": 0.04, "two currencies": 0.05, "reverse charge": 0.04, "long names": 0.2,
}  # fmt: skip


def _line(rng: random.Random, locale: Locale, traits: list[str]) -> Line:
    rates = [Decimal(rate) for rate in locale.rates]
    rate = rng.choice(rates) if "several rates" in traits else rates[0]
    quantity = Decimal(rng.randint(1, 40)) if rng.random() < 0.8 else Decimal(rng.randint(1, 80)) / 4
    price = Decimal(rng.randint(90, 900_00 if rng.random() < 0.9 else 9000_00)) / 100
    discount = Decimal(rng.choice((0, 5, 10))) if "line discounts" in traits else _ZERO
    rate = _ZERO if "reverse charge" in traits else rate
    return Line(f"{rng.choice('ABKX')}{rng.randint(100, 99999)}", rng.choice(locale.goods), quantity,
                rng.choice(locale.units), price, rate, discount)  # fmt: skip


def _number(rng: random.Random, issued: datetime.date) -> str:
    count = rng.randint(1, 9999)
    return rng.choice(
        (f"{issued.year}-{count:04d}", f"R{count:06d}", f"INV/{issued.year}/{count}", str(100000 + count),
         f"{count:04d}/{issued.month:02d}/{issued.year}", f"F{issued:%y%m}-{count}")
    )  # fmt: skip


def _party(rng: random.Random, locale: Locale, name: str) -> Party:
    vat_id = rng.choice(_vat_ids(locale.country)) if locale.country in _VAT_SHAPES else ""
    return Party(name, rng.choice(locale.streets), rng.choice(locale.towns), vat_id)


@cache
def _vat_ids(country: str) -> list[str]:
    """Ids whose check digits hold (any, where python-stdnum is not installed)."""
    rng = random.Random(country)
    found: list[str] = []
    while len(found) < _IDS:
        value = _filled(rng, _VAT_SHAPES[country])
        if vat_checksum(value if value[:2].isalpha() else f"{country}{value}") is not False:
            found.append(value)
    return found


@cache
def _ibans(country: str) -> list[str]:
    rng = random.Random(country)
    found: list[str] = []
    while len(found) < _IDS:
        account = _filled(rng, _IBAN_SHAPES[country])
        check = 98 - int("".join(str(int(sign, 36)) for sign in f"{account}{country}00")) % 97
        value = f"{country}{check:02d}{account}"
        if iban_is_valid(value):
            found.append(value)
    return found


def _filled(rng: random.Random, shape: str) -> str:
    return "".join(str(rng.randrange(10)) if sign == "#" else sign for sign in shape)
