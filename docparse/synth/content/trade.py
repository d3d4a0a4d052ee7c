"""Invoices and receipts in numbers: lines, taxes and sums that add up, with their words in four languages."""

from __future__ import annotations

import datetime
import random
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from docparse.synth.content.text import Writer, localise

_CENT = Decimal("0.01")
RATES = {"en": ("20", "5"), "de": ("19", "7"), "fr": ("20", "5.5"), "es": ("21", "10")}
_DATES = {"en": "%d %B %Y", "de": "%d.%m.%Y", "fr": "%d/%m/%Y", "es": "%d/%m/%Y"}
_VAT_IDS = {"en": "GB#########", "de": "DE#########", "fr": "FR###########", "es": "ESB########"}
# title, number, date, due, VAT ID, description, quantity, unit price, amount, net, VAT, total, terms, IBAN, reference
WORDS = {
    "en": "Invoice|Invoice number|Invoice date|Due date|VAT ID|Description|Qty|Unit price|Amount|Subtotal|VAT|"
    "Total due|Payment within {days} days.|IBAN|Please quote the invoice number.",
    "de": "Rechnung|Rechnungsnummer|Rechnungsdatum|Fällig am|USt-IdNr.|Bezeichnung|Menge|Einzelpreis|Betrag|"
    "Nettobetrag|MwSt.|Rechnungsbetrag|Zahlbar innerhalb von {days} Tagen.|IBAN|"
    "Bitte geben Sie die Rechnungsnummer an.",
    "fr": "Facture|Numéro de facture|Date de facture|Échéance|N° TVA|Désignation|Qté|Prix unitaire|Montant|Total HT|"
    "TVA|Total TTC|Paiement sous {days} jours.|IBAN|Merci d'indiquer le numéro de facture.",
    "es": "Factura|Número de factura|Fecha de factura|Vencimiento|NIF|Descripción|Cant.|Precio unitario|Importe|"
    "Base imponible|IVA|Total a pagar|Pago en {days} días.|IBAN|Indique el número de factura.",
}
_KEYS = (
    "title", "number", "date", "due", "vat_id", "description", "quantity", "unit_price", "amount", "net", "vat",
    "total", "terms", "iban", "reference",
)  # fmt: skip


def words_of(language: str) -> dict[str, str]:
    return dict(zip(_KEYS, WORDS[language].split("|"), strict=True))


@dataclass(frozen=True, slots=True)
class Line:
    """One position: its amount is quantity x unit price, rounded to cents."""

    name: str
    quantity: int
    unit_price: Decimal
    rate: Decimal

    @property
    def amount(self) -> Decimal:
        return (self.quantity * self.unit_price).quantize(_CENT, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Trade:
    """Lines with what follows from them."""

    lines: tuple[Line, ...]

    @property
    def net(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal(0))

    @property
    def taxes(self) -> list[tuple[Decimal, Decimal, Decimal]]:
        """(rate in percent, basis, tax) of every rate, highest first."""
        rates = sorted({line.rate for line in self.lines}, reverse=True)
        found = []
        for rate in rates:
            basis = sum((line.amount for line in self.lines if line.rate == rate), Decimal(0))
            found.append((rate, basis, (basis * rate / 100).quantize(_CENT, ROUND_HALF_UP)))
        return found

    @property
    def tax(self) -> Decimal:
        return sum((tax for _, _, tax in self.taxes), Decimal(0))

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax


def trade(writer: Writer, count: int, *, dear: bool = True) -> Trade:
    """`count` lines; receipts are cheap (`dear` false)."""
    rng = writer.rng
    rates = [Decimal(rate) for rate in RATES.get(writer.language, ("20", "8"))]
    two = rng.random() < 0.4
    top = 60000 if dear else 1900
    return Trade(
        tuple(
            Line(
                writer.words(1, 3), rng.randint(1, 12 if dear else 3), Decimal(rng.randint(50, top)) / 100,
                rng.choice(rates) if two else rates[0],
            )
            for _ in range(count)
        )
    )  # fmt: skip


def money(value: Decimal, language: str, currency: str = "") -> str:
    """An amount as the language writes it, with its currency."""
    text = localise(f"{value:,.2f}", language)
    if not currency:
        return text
    return f"£{text}" if currency == "GBP" else f"{text} {'€' if currency == 'EUR' else currency}"


def percent(rate: Decimal, language: str) -> str:
    return f"{localise(f'{rate.normalize():f}', language)} %"


def day(rng: random.Random) -> datetime.date:
    return datetime.date(2019, 1, 1) + datetime.timedelta(days=rng.randrange(2500))


def day_text(value: datetime.date, language: str) -> str:
    return value.strftime(_DATES.get(language, "%Y-%m-%d"))


def vat_id(writer: Writer) -> str:
    return str(writer.fake.numerify(_VAT_IDS[writer.language]))
