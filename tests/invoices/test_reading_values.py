from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from docparse.invoices import ids
from docparse.invoices.dates import date_order, find_dates
from docparse.invoices.numbers import decimal_mark, find_numbers
from docparse.invoices.text import squash


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.234,56", "1234.56"), ("1 234,56", "1234.56"), ("1,234.56", "1234.56"), ("12,34,567.00", "1234567.00"),
        ("1'234.50", "1234.50"), ("12,00-", "-12.00"), ("-12.00", "-12.00"), ("(12.00)", "-12.00"),
        ("12.00 CR", "-12.00"), ("€ 1.234", "1234"), ("0.025", "0.025"), ("1.234.567", "1234567"), ("12,-", "12"),
        ("−4,10", "-4.10"), ("$ 42.00", "42.00"), ("RM29.30", "29.30"), ("3,5", "3.5"),
    ],
)  # fmt: skip
def test_amounts_of_many_places(text: str, value: str) -> None:
    assert [number.value for number in find_numbers(text)] == [Decimal(value)]


def test_an_amount_in_doubt_keeps_its_other_reading() -> None:
    [number] = find_numbers("1.234")
    assert (number.value, number.others) == (Decimal(1234), (Decimal("1.234"),))
    [number] = find_numbers("1.234", ".")
    assert (number.value, number.others) == (Decimal("1.234"), (Decimal(1234),))


def test_currency_and_percent_are_told() -> None:
    money, rate = find_numbers("1.200,00 € 19 %")
    assert money.currency == "EUR"
    assert money.money
    assert rate.percent
    assert not rate.money


def test_dates_phones_and_codes_are_no_amounts() -> None:
    assert not [n for n in find_numbers("03.04.2018 INV-2024-117 089/99822-0 2.1.1") if n.money]


def test_the_decimal_mark_is_that_of_most_amounts() -> None:
    assert decimal_mark(["9,90 198,00", "1.234"]) == ","
    assert decimal_mark(["1,234.56", "0.50"]) == "."
    assert decimal_mark(["12"]) == ""


@pytest.mark.parametrize(
    "text",
    [
        "14 March 2024", "March 14, 2024", "14. März 2024", "14 mars 2024", "14 de marzo de 2024", "14 marzo 2024",
        "14 maart 2024", "14 de março de 2024", "14 marca 2024", "14.03.2024", "14/03/2024", "2024-03-14", "14-03-24",
    ],
)  # fmt: skip
def test_dates_in_eight_languages(text: str) -> None:
    assert [found.value for found in find_dates(f"x {text} y")] == [datetime.date(2024, 3, 14)]


def test_day_and_month_by_evidence() -> None:
    assert date_order(["03/20/2023"]) == "mdy"
    assert date_order(["20/03/2023"]) == "dmy"
    assert date_order(["04/03/2023"]) == ""
    [found] = find_dates("04/03/2023", "mdy")
    assert (found.value, found.other) == (datetime.date(2023, 4, 3), datetime.date(2023, 3, 4))


def test_labels_are_compared_by_letters() -> None:
    assert squash("USt.-Id.-Nr.") == squash("USt-IdNr") == "ustidnr"
    assert squash("N° de TVA") == squash("n de tva")
    assert squash("Invoice #") == squash("invoice no")


def test_check_digits() -> None:
    assert ids.iban_is_valid("DE89 3704 0044 0532 0130 00")
    assert not ids.iban_is_valid("DE89 3704 0044 0532 0130 01")
    assert not ids.iban_is_valid("DE12")
    assert ids.vat_checksum("DE136695976") is True
    assert ids.vat_checksum("DE123456789") is False
    assert ids.bic_is_valid("COBADEFFXXX")
    assert not ids.bic_is_valid("COBADEFXXX")
