"""Where check digits or the order of dates fail: another reading from the page, flagged; else what is printed."""

from __future__ import annotations

import datetime

import pytest

from docparse.invoices.alternatives import repair_iban, repair_vat, search_alternatives
from docparse.invoices.dates import find_read_dates
from docparse.invoices.extract import read_invoice
from docparse.invoices.reading import Draft
from docparse.invoices.text import Sheets, build_sheet
from docparse.schemas.page import Word

HEAD = [
    "Beispielwerk GmbH", "Hafenweg 3", "20457 Hamburg", "", "Rechnung", "Rechnungsnummer: R-2023/0815",
    "Rechnungsdatum: 07.11.2023", "Gesamtbetrag: 119,00 EUR", "",
]  # fmt: skip


def read(*lines: str, ocr: bool = True) -> Draft:
    words = [
        Word(text, (50.0 + 5 * start, 60.0 + 14 * row, 50.0 + 5 * (start + len(text)), 70.0 + 14 * row), size=9.0,
             line=row, confidence=0.9)
        for row, line in enumerate((*HEAD, *lines))
        for start, text in _starts(line)
    ]  # fmt: skip
    sheets = Sheets([build_sheet(words, 1, 595, 842, ocr=ocr)])
    draft = read_invoice(sheets)
    search_alternatives(sheets, draft)
    return draft


def _starts(line: str) -> list[tuple[int, str]]:
    found, at = [], 0
    for text in line.split():
        at = line.index(text, at)
        found.append((at, text))
        at += len(text)
    return found


def flags(draft: Draft) -> dict[str, str]:
    return {flag.field: flag.code for flag in draft.flags if flag.code == "alternative"}


@pytest.mark.parametrize(
    ("misread", "right"),
    [
        ("DE89 37O4 0044 0532 0I30 00", "DE89370400440532013000"),
        ("DE89370400440S32013OOO", "DE89370400440532013000"),
        ("GB29 NW8K 6O16 1331 9268 l9", "GB29NWBK60161331926819"),
        ("NL91 A8NA O4I7 1643 00", "NL91ABNA0417164300"),
        ("DE89 3704 0044 0532 0130 07", ""),  # a digit for a digit: nobody can tell which
        ("XX12 3456", ""),
    ],
)
def test_ibans_that_ocr_misread(misread: str, right: str) -> None:
    assert repair_iban(misread) == right


@pytest.mark.parametrize(
    ("misread", "right"),
    [
        ("DE 13669S976", "DE136695976"), ("DEI36695976", "DE136695976"), ("DE136695977", ""),
        ("IT00743l1O157", "IT00743110157"),
    ],
)  # fmt: skip
def test_vat_ids_that_ocr_misread(misread: str, right: str) -> None:
    pytest.importorskip("stdnum")
    assert repair_vat(misread) == right


def test_a_misread_iban_is_mended_with_its_place_and_a_flag() -> None:
    draft = read("IBAN: DE89 37O4 0044 0532 0I30 00")
    assert draft.value("iban") == "DE89370400440532013000"
    assert flags(draft) == {"iban": "alternative"}
    assert draft.fields["iban"].spans[0].text == "DE89 37O4 0044 0532 0I30 00"


def test_a_text_layer_is_what_is_printed_and_stays() -> None:
    draft = read("IBAN: DE89 37O4 0044 0532 0I30 00", ocr=False)
    assert draft.value("iban") in (None, "DE8937O4004405320I3000")
    assert flags(draft) == {}


def test_the_same_account_printed_again_is_taken_another_one_is_not() -> None:
    again = read("IBAN: DE89 3704 0044 0532 0130 07", "", "Konto DE89 3704 0044 0532 0130 00", ocr=False)
    assert again.value("iban") == "DE89370400440532013000"
    other = read("IBAN: DE89 3704 0044 0532 0130 07", ocr=False)
    assert other.value("iban") == "DE89370400440532013007"
    assert flags(other) == {}


def test_a_misread_vat_id_is_mended() -> None:
    pytest.importorskip("stdnum")
    draft = read("USt-IdNr.: DEI36695976")
    assert draft.value("seller.vat_id") in ("DE136695976", None)
    right = read("USt-IdNr.: DE136695976")
    assert right.value("seller.vat_id") == "DE136695976"
    assert flags(right) == {}


@pytest.mark.parametrize("text", ["O7.11.2O23", "07.ll.2023", "07.11.2Oz3".replace("z", "2"), "07/11/2023"])
def test_dates_with_letters_for_digits(text: str) -> None:
    [found] = find_read_dates(f"Datum: {text}")
    assert found.value == datetime.date(2023, 11, 7)
    assert found.mended is (text != "07/11/2023")


def test_a_mended_date_is_flagged() -> None:
    draft = read("Zahlbar bis: O7.12.2O23")
    assert draft.value("due_date") == datetime.date(2023, 12, 7)
    assert flags(draft) == {"due_date": "alternative"}


def test_a_due_date_before_the_issue_gives_way_to_another_reading() -> None:
    draft = read("Fällig am: 07.10.2023", "Zahlbar bis: 07.12.2023", ocr=False)
    assert draft.value("due_date") == datetime.date(2023, 12, 7)
    assert read("Fällig am: 07.10.2023", ocr=False).value("due_date") == datetime.date(2023, 10, 7)
