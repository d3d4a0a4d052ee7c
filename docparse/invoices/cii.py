"""Cross Industry Invoice, from ZUGFeRD 1.0 to Factur-X 1.07 and XRechnung."""

from __future__ import annotations

from docparse.invoices.xml_tree import Element, amount, date, every, first, text
from docparse.schemas.invoice import Address, AllowanceCharge, Invoice, Line, Party, TaxLine

_AGREEMENT = "ApplicableHeaderTradeAgreement|ApplicableSupplyChainTradeAgreement"
_DELIVERY = "ApplicableHeaderTradeDelivery|ApplicableSupplyChainTradeDelivery"
_SETTLEMENT = "ApplicableHeaderTradeSettlement|ApplicableSupplyChainTradeSettlement"
_SUMS = "SpecifiedTradeSettlementHeaderMonetarySummation|SpecifiedTradeSettlementMonetarySummation"
_LINE_SUMS = "SpecifiedTradeSettlementLineMonetarySummation|SpecifiedTradeSettlementMonetarySummation"
_PERCENT = "RateApplicablePercent|ApplicablePercent"


def read_cii(root: Element) -> tuple[Invoice, str | None]:
    """The invoice of a CII file, and its profile (the guideline it follows)."""
    context = first(root, "ExchangedDocumentContext|SpecifiedExchangedDocumentContext")
    head = first(root, "ExchangedDocument|HeaderExchangedDocument")
    trade = first(root, "SupplyChainTradeTransaction|SpecifiedSupplyChainTradeTransaction")
    agreement, delivery, settlement = (first(trade, name) for name in (_AGREEMENT, _DELIVERY, _SETTLEMENT))
    sums = first(settlement, _SUMS)
    currency = text(settlement, "InvoiceCurrencyCode")
    means = first(settlement, "SpecifiedTradeSettlementPaymentMeans")
    terms = list(every(settlement, "SpecifiedTradePaymentTerms"))
    payee = first(settlement, "PayeeTradeParty")
    invoice = Invoice(
        number=text(head, "ID"), type_code=text(head, "TypeCode"), issue_date=date(head,
        "IssueDateTime/DateTimeString"),
        due_date=next((due for term in terms if (due := date(term, "DueDateDateTime/DateTimeString"))), None),
        delivery_date=date(delivery, "ActualDeliverySupplyChainEvent/OccurrenceDateTime/DateTimeString"),
        currency=currency, seller=_party(first(agreement, "SellerTradeParty")),
        buyer=_party(first(agreement, "BuyerTradeParty")), payee=_party(payee) if payee is not None else None,
        order_ref=text(agreement, "BuyerOrderReferencedDocument/IssuerAssignedID|ID"),
        contract_ref=text(agreement, "ContractReferencedDocument/IssuerAssignedID|ID"),
        buyer_reference=text(agreement, "BuyerReference"),
        preceding_ref=text(settlement, "InvoiceReferencedDocument/IssuerAssignedID|ID"),
        line_total=amount(sums, "LineTotalAmount"), allowance_total=amount(sums, "AllowanceTotalAmount"),
        charge_total=amount(sums, "ChargeTotalAmount"), net=amount(sums, "TaxBasisTotalAmount"),
        tax=amount(_in_currency(sums, "TaxTotalAmount", currency)), gross=amount(sums, "GrandTotalAmount"),
        prepaid=amount(sums, "TotalPrepaidAmount"), rounding=amount(sums, "RoundingAmount"),
        amount_due=amount(sums, "DuePayableAmount"),
        taxes=[_tax(tax) for tax in every(settlement, "ApplicableTradeTax")],
        allowances=[found for part in every(settlement,
        "SpecifiedTradeAllowanceCharge") if (found := _allowance(part))],
        iban=text(means, "PayeePartyCreditorFinancialAccount/IBANID"),
        bic=text(means, "PayeeSpecifiedCreditorFinancialInstitution/BICID"),
        payment_ref=text(settlement, "PaymentReference"),
        payment_terms=next((said for term in terms if (said := text(term, "Description"))), None),
        lines=[_line(item) for item in every(trade, "IncludedSupplyChainTradeLineItem")],
    )  # fmt: skip
    return invoice, text(context, "GuidelineSpecifiedDocumentContextParameter/ID")


def _in_currency(sums: Element | None, name: str, currency: str | None) -> Element | None:
    """Of two amounts of tax the one in the currency of the invoice."""
    found = list(every(sums, name))
    return next((node for node in found if node.get("currencyID") in (None, currency)), found[0] if found else None)


def _party(node: Element | None) -> Party:
    taxes = {part.get("schemeID", ""): text(part) for part in every(node, "SpecifiedTaxRegistration/ID")}
    post = first(node, "PostalTradeAddress")
    lines = [line for name in ("LineOne", "LineTwo", "LineThree", "StreetName") if (line := text(post, name))]
    address = Address(
        lines=lines, postcode=text(post, "PostcodeCode"), city=text(post, "CityName"), country=text(post, "CountryID")
    )
    contact = first(node, "DefinedTradeContact")
    ids = {part.get("schemeID"): text(part) for part in every(node, "GlobalID")}
    return Party(
        name=text(node, "Name"), id=text(node, "ID"), vat_id=taxes.get("VA"), tax_no=taxes.get("FC"),
        legal_id=text(node, "SpecifiedLegalOrganization/ID"), gln=ids.get("0088"),
        address=address if post is not None else None,
        email=text(contact, "EmailURIUniversalCommunication/URIID") or _mail(node),
        phone=text(contact, "TelephoneUniversalCommunication/CompleteNumber"),
    )  # fmt: skip


def _mail(node: Element | None) -> str | None:
    uri = first(node, "URIUniversalCommunication/URIID")
    return text(uri) if uri is not None and uri.get("schemeID") == "EM" else None


def _tax(node: Element) -> TaxLine:
    return TaxLine(
        category=text(node, "CategoryCode"), rate=amount(node, _PERCENT), basis=amount(node, "BasisAmount"),
        amount=amount(node, "CalculatedAmount"), exemption=text(node, "ExemptionReason"),
    )  # fmt: skip


def _allowance(node: Element) -> AllowanceCharge | None:
    value = amount(node, "ActualAmount")
    if value is None:
        return None
    return AllowanceCharge(
        charge=text(node, "ChargeIndicator") == "true", amount=value, basis=amount(node, "BasisAmount"),
        percent=amount(node, "CalculationPercent"), reason=text(node, "Reason"),
        vat_rate=amount(node, f"CategoryTradeTax/{_PERCENT}"),
    )  # fmt: skip


def _line(node: Element) -> Line:
    document = first(node, "AssociatedDocumentLineDocument")
    product = first(node, "SpecifiedTradeProduct")
    price = first(node, "SpecifiedLineTradeAgreement|SpecifiedSupplyChainTradeAgreement")
    delivered = first(node, "SpecifiedLineTradeDelivery|SpecifiedSupplyChainTradeDelivery")
    settled = first(node, "SpecifiedLineTradeSettlement|SpecifiedSupplyChainTradeSettlement")
    quantity = first(delivered, "BilledQuantity")
    net = first(price, "NetPriceProductTradePrice")
    return Line(
        line_id=text(document, "LineID"), name=text(product, "Name"), description=text(product, "Description"),
        seller_item_id=text(product, "SellerAssignedID"), buyer_item_id=text(product, "BuyerAssignedID"),
        gtin=text(product, "GlobalID"), quantity=amount(quantity),
        unit=quantity.get("unitCode") if quantity is not None else None, unit_price=amount(net, "ChargeAmount"),
        gross_unit_price=amount(price, "GrossPriceProductTradePrice/ChargeAmount"),
        price_base_qty=amount(net, "BasisQuantity"), vat_rate=amount(settled, f"ApplicableTradeTax/{_PERCENT}"),
        vat_category=text(settled, "ApplicableTradeTax/CategoryCode"),
        line_total=amount(settled, f"{_LINE_SUMS}/LineTotalAmount"),
        note=text(document, "IncludedNote/Content"),
    )  # fmt: skip
