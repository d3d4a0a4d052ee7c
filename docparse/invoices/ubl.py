"""UBL 2.1 Invoice and CreditNote (Peppol BIS, XRechnung UBL)."""

from __future__ import annotations

from docparse.invoices.xml_tree import Element, amount, date, every, first, local_name, text
from docparse.schemas.invoice import Address, AllowanceCharge, Invoice, Line, Party, TaxLine


def read_ubl(root: Element) -> tuple[Invoice, str | None]:
    """The invoice of a UBL file, and its customisation (the guideline it follows)."""
    credit = local_name(root) == "CreditNote"
    sums = first(root, "LegalMonetaryTotal")
    means = list(every(root, "PaymentMeans"))
    tax = first(root, "TaxTotal")
    payee = first(root, "PayeeParty")
    invoice = Invoice(
        number=text(root, "ID"),
        type_code=text(root, "InvoiceTypeCode|CreditNoteTypeCode") or ("381" if credit else "380"),
        issue_date=date(root, "IssueDate"), due_date=date(root, "DueDate") or date(root, "PaymentMeans/PaymentDueDate"),
        delivery_date=date(root, "Delivery/ActualDeliveryDate"), currency=text(root, "DocumentCurrencyCode"),
        seller=_party(first(root, "AccountingSupplierParty/Party")),
        buyer=_party(first(root, "AccountingCustomerParty/Party")), payee=_party(payee) if payee is not None else None,
        order_ref=text(root, "OrderReference/ID"), contract_ref=text(root, "ContractDocumentReference/ID"),
        buyer_reference=text(root, "BuyerReference"),
        preceding_ref=text(root, "BillingReference/InvoiceDocumentReference/ID"),
        line_total=amount(sums, "LineExtensionAmount"), allowance_total=amount(sums, "AllowanceTotalAmount"),
        charge_total=amount(sums, "ChargeTotalAmount"), net=amount(sums, "TaxExclusiveAmount"),
        tax=amount(tax, "TaxAmount"), gross=amount(sums, "TaxInclusiveAmount"), prepaid=amount(sums, "PrepaidAmount"),
        rounding=amount(sums, "PayableRoundingAmount"), amount_due=amount(sums, "PayableAmount"),
        taxes=[_tax(part) for part in every(tax, "TaxSubtotal")],
        allowances=[found for part in every(root, "AllowanceCharge") if (found := _allowance(part)) is not None],
        iban=next((iban for part in means if (iban := text(part, "PayeeFinancialAccount/ID"))), None),
        bic=next((f for p in means if (f := text(p, "PayeeFinancialAccount/FinancialInstitutionBranch/ID"))), None),
        payment_ref=next((said for part in means if (said := text(part, "PaymentID"))), None),
        payment_terms=text(root, "PaymentTerms/Note"),
        lines=[_line(node) for node in every(root, "InvoiceLine|CreditNoteLine")],
    )  # fmt: skip
    return invoice, text(root, "CustomizationID")


def _party(node: Element | None) -> Party:
    vat = tax_no = None
    for scheme in every(node, "PartyTaxScheme"):
        if (text(scheme, "TaxScheme/ID") or "VAT").upper() == "VAT":
            vat = vat or text(scheme, "CompanyID")
        else:
            tax_no = tax_no or text(scheme, "CompanyID")
    post = first(node, "PostalAddress")
    lines = [line for name in ("StreetName", "AdditionalStreetName", "AddressLine/Line") if (line := text(post, name))]
    gln = next((text(part) for part in every(node, "PartyIdentification/ID") if part.get("schemeID") == "0088"), None)
    return Party(
        name=text(node, "PartyName/Name") or text(node, "PartyLegalEntity/RegistrationName"),
        id=text(node, "PartyIdentification/ID"), vat_id=vat, tax_no=tax_no,
        legal_id=text(node, "PartyLegalEntity/CompanyID"), gln=gln,
        address=Address(
            lines=lines, postcode=text(post, "PostalZone"), city=text(post, "CityName"),
            country=text(post, "Country/IdentificationCode"),
        ) if post is not None else None,
        email=text(node, "Contact/ElectronicMail"), phone=text(node, "Contact/Telephone"),
    )  # fmt: skip


def _tax(node: Element) -> TaxLine:
    category = first(node, "TaxCategory")
    return TaxLine(
        category=text(category, "ID"), rate=amount(category, "Percent"), basis=amount(node, "TaxableAmount"),
        amount=amount(node, "TaxAmount"), exemption=text(category, "TaxExemptionReason"),
    )  # fmt: skip


def _allowance(node: Element) -> AllowanceCharge | None:
    value = amount(node, "Amount")
    if value is None:
        return None
    return AllowanceCharge(
        charge=text(node, "ChargeIndicator") == "true", amount=value, basis=amount(node, "BaseAmount"),
        percent=amount(node, "MultiplierFactorNumeric"), reason=text(node, "AllowanceChargeReason"),
        vat_rate=amount(node, "TaxCategory/Percent"),
    )  # fmt: skip


def _line(node: Element) -> Line:
    quantity = first(node, "InvoicedQuantity|CreditedQuantity")
    item, price = first(node, "Item"), first(node, "Price")
    return Line(
        line_id=text(node, "ID"), name=text(item, "Name"), description=text(item, "Description"),
        seller_item_id=text(item, "SellersItemIdentification/ID"),
        buyer_item_id=text(item, "BuyersItemIdentification/ID"), gtin=text(item, "StandardItemIdentification/ID"),
        quantity=amount(quantity), unit=quantity.get("unitCode") if quantity is not None else None,
        unit_price=amount(price, "PriceAmount"), gross_unit_price=amount(price, "AllowanceCharge/BaseAmount"),
        price_base_qty=amount(price, "BaseQuantity"), vat_rate=amount(item, "ClassifiedTaxCategory/Percent"),
        vat_category=text(item, "ClassifiedTaxCategory/ID"), line_total=amount(node, "LineExtensionAmount"),
        note=text(node, "Note"),
    )  # fmt: skip
