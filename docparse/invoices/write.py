"""Results as e-invoices: an EN 16931 CII file, and a hybrid PDF (Factur-X) from the result and the original."""

from __future__ import annotations

import logging
from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree

from docparse.errors import InputError, MissingDependency, OutputError
from docparse.invoices.einvoice import parse_xml
from docparse.invoices.xml_tree import Element
from docparse.schemas.invoice import Invoice, InvoiceResult, Line, Party, TaxLine

logging.getLogger("factur-x").setLevel(logging.CRITICAL)
_MANDATORY = ("number", "issue_date", "currency", "net", "gross")
_ZERO = Decimal(0)
_INSTALL = "pip install 'docparse[invoices]'"


class NotAnEInvoice(InputError):
    """A result that lacks what EN 16931 demands of every invoice."""

    code = "einvoice_incomplete"
    default_action = "Look at the result's flags; the missing values are not printed or could not be read."


def to_cii(invoice: Invoice) -> bytes:
    """EN 16931 CII, valid after its schema. Raises NotAnEInvoice when something mandatory is missing."""
    try:
        from facturx import generate_cii_xml, xml_check_xsd
    except ImportError:
        raise MissingDependency("writing e-invoices needs factur-x", user_action=_INSTALL) from None
    missing = [name for name in _MANDATORY if getattr(invoice, name) is None]
    missing += ["seller.name"] if invoice.seller.name is None else []
    missing += ["buyer.name"] if invoice.buyer.name is None else []
    missing += ["lines"] if not invoice.lines else []
    if missing:
        raise NotAnEInvoice(f"no e-invoice can be written without {', '.join(missing)}")
    try:
        xml = generate_cii_xml(_floats(_terms(invoice)), level="en16931", check_xsd=False, check_schematron=False)
        root = without_nil(parse_xml(xml if isinstance(xml, bytes) else str(xml).encode()))
        xml_check_xsd(root, flavor="factur-x", level="en16931")
    except Exception as error:  # the library raises bare Exceptions
        raise NotAnEInvoice(f"no valid e-invoice: {' '.join(str(error).split())[:300]}") from None
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def without_nil(root: Element) -> Element:
    """Empty elements without xsi:nil, which the schema forbids and the library writes."""
    for node in root.iter():
        node.attrib.pop("{http://www.w3.org/2001/XMLSchema-instance}nil", "")
    return root


def to_hybrid(pdf: bytes, xml: bytes) -> bytes:
    """The PDF with the XML embedded, as Factur-X wants it. Raises NotAnEInvoice."""
    from facturx import generate_from_binary

    try:
        return bytes(generate_from_binary(pdf, xml, flavor="factur-x", level="en16931", check_xsd=False))
    except Exception as error:  # the library raises bare Exceptions
        raise NotAnEInvoice(f"the XML can't be embedded: {' '.join(str(error).split())[:300]}") from None


def write_beside(source: Path, result: InvoiceResult, folder: Path) -> list[Path]:
    """NAME.factur-x.xml and, for a PDF, NAME.factur-x.pdf. Raises NotAnEInvoice, OutputError."""
    if not isinstance(result.data, Invoice) or result.kind in ("receipt", "not_an_invoice"):
        return []
    xml = to_cii(result.data)
    stem = source.stem if result.parts == 1 else f"{source.stem}-{result.part}"
    written = [_write(folder / f"{stem}.factur-x.xml", xml)]
    if source.suffix.lower() == ".pdf" and result.parts == 1:
        written.append(_write(folder / f"{stem}.factur-x.pdf", to_hybrid(source.read_bytes(), xml)))
    return written


def _write(path: Path, data: bytes) -> Path:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise OutputError(f"{path}: {error.strerror or error}") from None
    return path


def _terms(invoice: Invoice) -> dict[str, Any]:
    """The invoice as business terms (BT-1 …) of EN 16931."""
    net, gross = invoice.net or _ZERO, invoice.gross or _ZERO
    rates = _taxes(invoice)
    found: dict[str, Any] = {
        "BT-1": invoice.number, "BT-2": invoice.issue_date, "BT-3": invoice.type_code or "380",
        "BT-5": invoice.currency,
        "BT-9": invoice.due_date, "BT-10": invoice.buyer_reference, "BT-12": invoice.contract_ref,
        "BT-13": invoice.order_ref,
        "BT-20": invoice.payment_terms, "BT-72": invoice.delivery_date, "BT-83": invoice.payment_ref,
        "BG-4": _party(invoice.seller), "BG-7": _party(invoice.buyer), "BT-106": invoice.line_total or net,
        "BT-107": invoice.allowance_total, "BT-108": invoice.charge_total, "BT-109": net,
        "BT-110": invoice.tax or _ZERO,
        "BT-112": gross, "BT-113": invoice.prepaid,
        "BT-115": invoice.amount_due if invoice.amount_due is not None else gross,
        "BG-23": [_rate(tax) for tax in rates], "BG-25": [_line(n, line, rates) for n,
        line in enumerate(invoice.lines, 1)],
    }  # fmt: skip
    if invoice.iban:
        found |= {"BT-81": "58", "BT-84": invoice.iban.replace(" ", ""), "BT-86": invoice.bic}
    if invoice.allowance_total:
        found["BG-20"] = [_allowance(invoice.allowance_total, "Allowance", rates)]
    if invoice.charge_total:
        found["BG-21"] = [_allowance(invoice.charge_total, "Charge", rates)]
    return {key: value for key, value in found.items() if value not in (None, "", [], {})}


def _floats(value: Any) -> Any:
    """Decimals as the library wants them."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {key: _floats(part) for key, part in value.items()}
    return [_floats(part) for part in value] if isinstance(value, list) else value


def _allowance(amount: Decimal, reason: str, rates: list[TaxLine]) -> dict[str, Any]:
    rate = rates[0].rate or _ZERO
    category = rates[0].category or ("S" if rate else "Z")
    return {"amount": abs(amount), "reason": reason, "vat_category_code": category, "vat_rate": rate}


def _taxes(invoice: Invoice) -> list[TaxLine]:
    if invoice.taxes:
        return invoice.taxes
    net, tax = invoice.net or _ZERO, invoice.tax or _ZERO
    rate = (tax / net * 100).quantize(Decimal("0.01")) if net else _ZERO
    return [TaxLine(rate=rate, basis=net, amount=tax)]


def _rate(tax: TaxLine) -> dict[str, Any]:
    rate = tax.rate if tax.rate is not None else _ZERO
    return {
        "BT-116": tax.basis if tax.basis is not None else _ZERO,
        "BT-117": tax.amount if tax.amount is not None else _ZERO,
        "BT-118": tax.category or ("S" if rate else "Z"), "BT-119": rate,
    }  # fmt: skip


def _party(party: Party) -> dict[str, Any]:
    address = party.address
    lines = (address.lines if address else []) + ["", "", ""]
    found = {
        "name": party.name, "vat_identifier": party.vat_id, "tax_identifier": party.tax_no,
        "legal_identifier": party.legal_id, "addr_l1": lines[0], "addr_l2": lines[1], "addr_l3": lines[2],
        "postcode": address.postcode if address else None, "city": address.city if address else None,
        "country_code": (address.country if address else None) or (party.vat_id or "")[:2] or None,
    }  # fmt: skip
    return {key: value for key, value in found.items() if value}


def _line(number: int, line: Line, rates: list[TaxLine]) -> dict[str, Any]:
    rate = line.vat_rate if line.vat_rate is not None else (rates[0].rate or _ZERO)
    total = line.line_total if line.line_total is not None else _ZERO
    quantity = line.quantity if line.quantity is not None else Decimal(1)
    price = line.unit_price if line.unit_price is not None else (total / quantity if quantity else total)
    category = line.vat_category or next((tax.category for tax in rates if tax.rate == rate and tax.category), None)
    found = {
        "BT-126": line.line_id or str(number), "BT-129": quantity, "BT-130": line.unit or "C62", "BT-131": total,
        "BT-146": price, "BT-148": line.gross_unit_price, "BT-151": category or ("S" if rate else "Z"), "BT-152": rate,
        "BT-153": line.name or line.description or str(number), "BT-154": line.description,
        "BT-155": line.seller_item_id,
    }  # fmt: skip
    return {key: value for key, value in found.items() if value not in (None, "")}
