from __future__ import annotations

import datetime
from decimal import Decimal

from docparse.invoices.classify import tell_kind
from docparse.invoices.extract import read_invoice
from docparse.invoices.receipts import read_receipt
from docparse.invoices.results import to_data
from docparse.invoices.text import Sheets, build_sheet
from docparse.schemas.invoice import Receipt
from docparse.schemas.page import Word

SLIP = """
CORNER MART SDN BHD
(812345-K)
NO. 12, JALAN MAWAR 3,
TAMAN BUNGA, 47100 PUCHONG.
TEL: 03-8061 2233
TAX INVOICE
Date: 05/02/201918:22:10
MILK 1L | 2 | 6.50 | 13.00
BREAD | 1 | 3.98 | 3.98
TOTAL QTY | 3
SUB TOTAL | 16.98
ROUNDING ADJ | 0.02
TOTAL AMOUNT | 17.00
CASH | 50.00
CHANGE | 33.00
GST @6% INCLUDED | 0.96
THANK YOU
"""


def sheets(text: str) -> Sheets:
    words = []
    for row, line in enumerate(text.strip().splitlines()):
        x = 20.0
        for cell in line.split(" | "):
            for word in cell.split():
                width = 9.0 * len(word)
                words.append(Word(word, (x, 20.0 * row, x + width, 20.0 * row + 14), size=14, line=row, confidence=0.9))
                x += width + 5
            x += 40
    return Sheets([build_sheet(words, 1, 420, 1000, ocr=True)])


def read(text: str) -> Receipt:
    found = sheets(text)
    assert tell_kind(found).name == "receipt"
    draft = read_invoice(found)
    draft.kind = "receipt"
    read_receipt(found, draft)
    data = to_data(draft)
    assert isinstance(data, Receipt)
    return data


def test_a_slip() -> None:
    data = read(SLIP)
    assert data.company == "CORNER MART SDN BHD"
    assert data.address == "NO. 12, JALAN MAWAR 3, TAMAN BUNGA, 47100 PUCHONG."
    assert data.date == datetime.date(2019, 2, 5)
    assert (data.total, data.gross) == (Decimal("17.00"), Decimal("17.00"))


def test_cash_and_change_find_a_total_without_a_label() -> None:
    text = SLIP.replace("TOTAL AMOUNT", "T0TEI AM0UNT")
    assert read(text).total == Decimal("17.00")


def test_labels_that_ocr_misread_by_a_letter_are_known_and_values_stay() -> None:
    from docparse.invoices.ocr_labels import label_key

    misread = {"anount": "amount", "inuoice": "invoice", "tota1": "total", "bakery": "bakery"}
    assert {word: label_key(word) for word in misread} == misread
    sheet = build_sheet([Word("INUOICE", (10, 10, 60, 20)), Word("Tota1", (70, 10, 90, 20))], 1, 100, 100, ocr=True)
    assert [token.text for token in sheet.rows[0].tokens] == ["INUOICE", "Tota1"]
    assert [token.key for token in sheet.rows[0].tokens] == ["invoice", "total"]
    plain = build_sheet([Word("INUOICE", (10, 10, 60, 20))], 1, 100, 100)
    assert plain.rows[0].tokens[0].key == "inuoice"


def test_balances_of_a_card_are_no_total_and_a_register_line_does_not_end_the_address() -> None:
    text = SLIP.replace("(812345-K)", "CO.NO. (812345-K)").replace("TEL:", "Te1 :")
    text = text.replace("ROUNDING ADJ | 0.02", "BALANCE BEFORE | 8.00\nBALANCE AFTER | 31.40")
    data = read(text)
    assert data.address == "NO. 12, JALAN MAWAR 3, TAMAN BUNGA, 47100 PUCHONG."
    assert data.total == Decimal("17.00")


def test_a_name_over_two_lines_is_read_whole_and_the_trade_name_above_it_is_not_it() -> None:
    text = SLIP.replace("CORNER MART SDN BHD", "CORNER MART\n& HARDWARE SDN BHD")
    assert read(text).company == "CORNER MART & HARDWARE SDN BHD"
    text = SLIP.replace("CORNER MART SDN BHD", "BLUE MOON\nOWNED BY: CORNER MART SDN BHD")
    data = read(text)
    assert data.company == "CORNER MART SDN BHD"
    assert data.address == "NO. 12, JALAN MAWAR 3, TAMAN BUNGA, 47100 PUCHONG."


def test_a_line_with_the_number_of_the_company_is_no_name() -> None:
    text = SLIP.replace("CORNER MART SDN BHD\n(812345-K)", "RESTORAN BUNGA\nCOMPANY REG NO : 812345-K")
    assert read(text).company == "RESTORAN BUNGA"


def test_the_rounded_total_is_what_was_paid() -> None:
    text = SLIP.replace("TOTAL AMOUNT | 17.00", "TOTAL | 16.98\nROUNDED TOTAL (RM) | 17.00")
    text = text.replace("ROUNDING ADJ | 0.02\n", "").replace("CASH | 50.00\nCHANGE | 33.00\n", "VISA CARD | 17.00\n")
    assert read(text).total == Decimal("17.00")


def test_the_tax_in_a_total_and_the_total_of_a_tax_summary_are_no_totals() -> None:
    text = SLIP.replace("GST @6% INCLUDED | 0.96", "TOTAL INCLUDES GST 6% | 0.96\nTOTAL | 16.04 | 0.96")
    text = text.replace("CASH | 50.00\nCHANGE | 33.00\n", "")
    assert read(text).total == Decimal("17.00")


def test_change_due_does_not_make_an_invoice_of_a_slip() -> None:
    text = SLIP.replace("CHANGE | 33.00", "CHANGE DUE: | 33.00").replace("TOTAL AMOUNT", "TOTAL DUE:")
    found = sheets(text)
    found.pages[0].height = found.pages[0].width  # no narrow strip
    assert tell_kind(found).name == "receipt"


def test_dates_that_ocr_ran_together_with_the_time_or_read_with_a_zero() -> None:
    for printed in ("05 FEBRUARY 201918:22:10", "05-FEB-2019 18:22", "FEB 05,2019"):
        assert read(SLIP.replace("05/02/201918:22:10", printed)).date == datetime.date(2019, 2, 5)
    assert read(SLIP.replace("05/02/201918:22:10", "05-0CT-2019")).date == datetime.date(2019, 10, 5)


def test_a_thousands_comma_that_ocr_read_as_a_point_and_a_total_that_only_the_card_bears_out() -> None:
    text = SLIP.replace("16.98", "1.216.98").replace("17.00", "1.217.00").replace("CHANGE | 33.00\n", "")
    assert read(text.replace("CASH | 50.00", "VISA | 1.217.00")).total == Decimal("1217.00")
    text = text.replace("TOTAL AMOUNT | 1.217.00", "T0TEI AM0UNT").replace("ROUNDING ADJ | 0.02\n", "")
    assert read(text.replace("CASH | 50.00", "VISA | 1,216.98")).total == Decimal("1216.98")
