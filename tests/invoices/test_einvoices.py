from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from invoice_pages import ENGLISH, draw, embed

from docparse.errors import DamagedFile, InputError
from docparse.invoices import extract_invoice
from docparse.invoices.einvoice import TwoInvoices, read_einvoice
from docparse.invoices.write import NotAnEInvoice, to_cii, to_hybrid
from docparse.model.base import Engine
from docparse.schemas.invoice import Address, Invoice, Line, Party, TaxLine

UBL = b"""<?xml version="1.0"?>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
 <cbc:CustomizationID>urn:cen.eu:en16931:2017</cbc:CustomizationID>
 <cbc:ID>U-1</cbc:ID><cbc:IssueDate>2024-03-14</cbc:IssueDate><cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>
 <cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
 <cac:AccountingSupplierParty><cac:Party><cac:PartyName><cbc:Name>Seller</cbc:Name></cac:PartyName>
 <cac:PartyTaxScheme><cbc:CompanyID>DE136695976</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>
 </cac:PartyTaxScheme></cac:Party></cac:AccountingSupplierParty>
 <cac:TaxTotal><cbc:TaxAmount currencyID="EUR">19.00</cbc:TaxAmount></cac:TaxTotal>
 <cac:LegalMonetaryTotal><cbc:TaxExclusiveAmount>100.00</cbc:TaxExclusiveAmount>
 <cbc:TaxInclusiveAmount>119.00</cbc:TaxInclusiveAmount><cbc:PayableAmount>119.00</cbc:PayableAmount>
 </cac:LegalMonetaryTotal>
 <cac:InvoiceLine><cbc:ID>1</cbc:ID><cbc:InvoicedQuantity unitCode="C62">2</cbc:InvoicedQuantity>
 <cbc:LineExtensionAmount>100.00</cbc:LineExtensionAmount><cac:Item><cbc:Name>Thing</cbc:Name></cac:Item>
 <cac:Price><cbc:PriceAmount>50.00</cbc:PriceAmount></cac:Price></cac:InvoiceLine>
</Invoice>"""


def an_invoice(**changes: object) -> Invoice:
    """What the English page of the tests says."""
    invoice = Invoice(
        number="INV-2024-117", type_code="380", issue_date=datetime.date(2024, 3, 14), currency="GBP",
        seller=Party(name="Harbour Supplies Ltd", vat_id="GB123456789", address=Address(country="GB", city="Bristol")),
        buyer=Party(name="Northern Mills Limited", address=Address(country="GB", city="Leeds")),
        line_total=Decimal("2372.00"), net=Decimal("2372.00"), tax=Decimal("474.40"), gross=Decimal("2846.40"),
        amount_due=Decimal("2846.40"),
        taxes=[TaxLine(category="S", rate=Decimal(20), basis=Decimal("2372.00"), amount=Decimal("474.40"))],
        lines=[
            Line(
                line_id="1", name="Rope, 12 mm", quantity=Decimal(30), unit_price=Decimal("2.40"), vat_rate=Decimal(20),
                 line_total=Decimal("72.00")),
            Line(line_id="2", name="Anchor, galvanised", quantity=Decimal(2), unit_price=Decimal("1150.00"),
                 vat_rate=Decimal(20), line_total=Decimal("2300.00")),
        ],
    )  # fmt: skip
    return invoice.model_copy(update=changes)


def test_what_is_written_is_read_again() -> None:
    read = read_einvoice(to_cii(an_invoice()))
    assert {check.outcome for check in read.checks if check.rule == "xsd"} == {"passed"}
    assert (read.syntax, read.data.number, read.data.gross) == ("CII", "INV-2024-117", Decimal("2846.40"))
    assert [line.line_total for line in read.data.lines] == [Decimal("72.00"), Decimal("2300.00")]
    assert read.data.seller.vat_id == "GB123456789"


def test_nothing_is_made_up_for_a_file() -> None:
    with pytest.raises(NotAnEInvoice, match="number"):
        to_cii(an_invoice(number=None))


def test_ubl() -> None:
    data = read_einvoice(UBL, validate=False).data
    assert (data.number, data.seller.name, data.seller.vat_id) == ("U-1", "Seller", "DE136695976")
    assert (data.net, data.tax, data.gross) == (Decimal("100.00"), Decimal("19.00"), Decimal("119.00"))
    assert (data.lines[0].quantity, data.lines[0].unit) == (Decimal(2), "C62")


def test_a_bare_xml_file(tmp_path: Path, reader: Engine) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(UBL)
    result = extract_invoice(path, engine=reader)
    assert (result.origin, result.kind) == ("xml", "invoice")
    assert isinstance(result.data, Invoice)
    assert result.data.number == "U-1"


def test_an_xml_that_agrees_is_proved_on_the_page(tmp_path: Path, reader: Engine) -> None:
    path = embed(draw(tmp_path / "a.pdf", ENGLISH), invoice=to_cii(an_invoice()))
    result = extract_invoice(path, engine=reader)
    assert result.origin == "xml"
    assert result.contradictions == []
    assert isinstance(result.data, Invoice)
    assert result.data.gross == Decimal("2846.40")
    assert {"number", "gross", "lines[1].line_total"} <= set(result.citations)
    assert result.data.due_date == datetime.date(2024, 4, 13)  # the XML does not say it, the page does
    assert ("due_date", "from_page") in {(flag.field, flag.code) for flag in result.flags}


def test_contradictions_are_told_field_by_field(tmp_path: Path, reader: Engine) -> None:
    other = an_invoice(number="X-9", gross=Decimal("9999.40"), issue_date=datetime.date(2020, 1, 1))
    path = embed(draw(tmp_path / "a.pdf", ENGLISH), invoice=to_cii(other))
    result = extract_invoice(path, engine=reader)
    found = {item.field: (item.xml_value, item.page_value) for item in result.contradictions}
    assert found["number"] == ("X-9", "INV-2024-117")
    assert found["gross"] == (9999.4, 2846.4)
    assert found["issue_date"] == ("2020-01-01", "2024-03-14")
    assert "seller.name" not in found
    assert result.status == "review"


def test_two_different_files_are_refused_two_copies_are_not(tmp_path: Path, reader: Engine) -> None:
    one, other = to_cii(an_invoice()), to_cii(an_invoice(number="X-9"))
    twice = embed(draw(tmp_path / "a.pdf", ENGLISH), a=one, b=one)
    assert extract_invoice(twice, engine=reader).origin == "xml"
    with pytest.raises(TwoInvoices):
        extract_invoice(embed(draw(tmp_path / "b.pdf", ENGLISH), a=one, b=other), engine=reader)


def test_a_hybrid_is_read_back(tmp_path: Path, reader: Engine) -> None:
    pdf = draw(tmp_path / "a.pdf", ENGLISH)
    hybrid = tmp_path / "b.pdf"
    hybrid.write_bytes(to_hybrid(pdf.read_bytes(), to_cii(an_invoice())))
    result = extract_invoice(hybrid, engine=reader)
    assert (result.origin, result.contradictions) == ("xml", [])


def test_entities_and_document_types_are_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    bomb = b'<!DOCTYPE Invoice [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><Invoice>&b;</Invoice>'
    outside = f'<!DOCTYPE Invoice [<!ENTITY x SYSTEM "file://{secret}">]><Invoice>&x;</Invoice>'.encode()
    for data in (bomb, outside):
        with pytest.raises(DamagedFile):
            read_einvoice(data)
    with pytest.raises(DamagedFile):
        read_einvoice(b"<Invoice>")
    with pytest.raises(InputError, match="no invoice"):
        read_einvoice(b"<html/>")
