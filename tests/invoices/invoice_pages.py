"""Invoices that the tests draw themselves."""

from __future__ import annotations

from pathlib import Path

import pymupdf

Piece = tuple[float, float, str]

ENGLISH: list[Piece] = [
    (50, 60, "Harbour Supplies Ltd"), (50, 74, "4 Quay Street"), (50, 88, "Bristol BS1 4QA"),
    (50, 102, "VAT No: GB123456789"), (50, 150, "Bill To:"), (50, 164, "Northern Mills Limited"),
    (50, 178, "17 Mill Lane"), (50, 192, "Leeds LS1 3AB"), (380, 60, "INVOICE"),
    (380, 90, "Invoice No:"), (470, 90, "INV-2024-117"), (380, 104, "Invoice Date:"), (470, 104, "14 March 2024"),
    (380, 118, "Due Date:"), (470, 118, "13 April 2024"), (380, 132, "PO Number:"), (470, 132, "PO-7781"),
    (50, 260, "Description"), (300, 260, "Qty"), (370, 260, "Unit Price"), (450, 260, "VAT"), (500, 260, "Amount"),
    (50, 280, "Rope, 12 mm"), (300, 280, "30"), (370, 280, "2.40"), (450, 280, "20%"), (500, 280, "72.00"),
    (50, 296, "Anchor, galvanised"), (300, 296, "2"), (370, 296, "1,150.00"), (450, 296, "20%"), (500, 296, "2,300.00"),
    (370, 340, "Subtotal"), (500, 340, "£2,372.00"), (370, 356, "VAT 20%"), (500, 356, "£474.40"),
    (370, 372, "Total"), (500, 372, "£2,846.40"), (50, 430, "IBAN: GB29 NWBK 6016 1331 9268 19"),
    (50, 444, "BIC: NWBKGB2L"),
]  # fmt: skip

GERMAN: list[Piece] = [
    (50, 50, "Beispielwerk GmbH · Hafenweg 3 · 20457 Hamburg"), (50, 90, "Herrn"), (50, 104, "Jonas Probe"),
    (50, 118, "Lindenallee 8"), (50, 132, "10115 Berlin"), (380, 90, "Rechnungs-Nr.: R-2023/0815"),
    (380, 104, "Rechnungsdatum: 07.11.2023"), (380, 118, "Lieferdatum: 03.11.2023"),
    (380, 132, "Zahlbar bis: 07.12.2023"), (50, 190, "Rechnung"),
    (50, 230, "Pos."), (80, 230, "Bezeichnung"), (300, 230, "Menge"), (370, 230, "Einzelpreis"), (480, 230, "Gesamt"),
    (50, 250, "1"), (80, 250, "Beratung"), (300, 250, "7,5 Std"), (370, 250, "120,00 EUR"), (480, 250, "900,00 EUR"),
    (50, 266, "2"), (80, 266, "Handbuch"), (300, 266, "3 Stk"), (370, 266, "1.050,00 EUR"), (480, 266, "3.150,00 EUR"),
    (370, 300, "Nettobetrag"), (480, 300, "4.050,00 EUR"), (370, 316, "zzgl. 19% MwSt."), (480, 316, "769,50 EUR"),
    (370, 332, "Rechnungsbetrag"), (480, 332, "4.819,50 EUR"),
    (50, 400, "USt-IdNr.: DE136695976"), (50, 414, "IBAN DE89 3704 0044 0532 0130 00"),
]  # fmt: skip


def draw(path: Path, *pages: list[Piece], hidden: str = "") -> Path:
    """A PDF with the pieces of each page; `hidden` is drawn invisibly on the first."""
    document = pymupdf.open()
    for pieces in pages:
        page = document.new_page()
        for x, y, text in pieces:
            page.insert_text((x, y), text, fontsize=9, fontname="helv")
    if hidden:
        document[0].insert_text((50, 600), hidden, fontsize=9, render_mode=3)
    document.save(path)
    document.close()
    return path


def embed(path: Path, **files: bytes) -> Path:
    """The PDF with embedded files: name without suffix to XML."""
    document = pymupdf.open(path)
    for name, data in files.items():
        document.embfile_add(f"{name}.xml", data, filename=f"{name}.xml")
    document.saveIncr()
    document.close()
    return path


def changed(pieces: list[Piece], **words: str) -> list[Piece]:
    """The page with some texts in place of others: changed(ENGLISH, INVOICE="CREDIT NOTE")."""
    return [(x, y, words.get(text, text)) for x, y, text in pieces]
