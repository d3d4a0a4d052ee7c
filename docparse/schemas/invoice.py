"""Invoices as data: `Invoice` (what is printed), `InvoiceResult` (with the proof of every value).

Keys follow EN 16931. Amounts are exact decimals in Python and JSON numbers in JSON; dates are ISO. In an
`InvoiceResult` citations, flags and checks name fields by path: "gross", "seller.vat_id", "lines[2].quantity".
"""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, SerializeAsAny

from docparse.geometry import Box

SCHEMA_VERSION = "1.0"

Match = Literal["exact", "normalised", "fuzzy"]


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


Amount = Annotated[Decimal, PlainSerializer(_number, when_used="json")]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Address(_Model):
    """`lines` are street and additions as printed, `country` is the ISO 3166 code."""

    lines: list[str] = Field(default_factory=list)
    postcode: str | None = None
    city: str | None = None
    country: str | None = None


class Party(_Model):
    """Seller or buyer. `tax_no` is a national tax number, `legal_id` a registration (SIRET, KvK, HRB …)."""

    name: str | None = None
    id: str | None = None
    vat_id: str | None = None
    tax_no: str | None = None
    legal_id: str | None = None
    gln: str | None = None
    address: Address | None = None
    email: str | None = None
    phone: str | None = None


class TaxLine(_Model):
    """Tax of one rate: `basis` x `rate` percent = `amount`. `category` is the UNTDID 5305 code (S, E, Z, …)."""

    category: str | None = None
    rate: Amount | None = None
    basis: Amount | None = None
    amount: Amount | None = None
    exemption: str | None = None


class AllowanceCharge(_Model):
    """An allowance (`charge` false) or charge on the whole document."""

    charge: bool = False
    amount: Amount
    basis: Amount | None = None
    percent: Amount | None = None
    reason: str | None = None
    vat_rate: Amount | None = None


class Line(_Model):
    """One position. `unit_price` is net of line discounts where both are known, `gross_unit_price` before them."""

    line_id: str | None = None
    name: str | None = None
    description: str | None = None
    seller_item_id: str | None = None
    buyer_item_id: str | None = None
    gtin: str | None = None
    quantity: Amount | None = None
    unit: str | None = None
    unit_price: Amount | None = None
    gross_unit_price: Amount | None = None
    price_base_qty: Amount | None = None
    discount_percent: Amount | None = None
    vat_rate: Amount | None = None
    vat_category: str | None = None
    line_total: Amount | None = None
    note: str | None = None


class Invoice(_Model):
    """An invoice or credit note. What is not printed is null.

    `type_code` is UNTDID 1001: 380 invoice, 381 credit note, 384 correction, 389 self-billed. `gross` is the total with
    tax, `amount_due` what remains after `prepaid`.
    """

    number: str | None = None
    type_code: str | None = None
    issue_date: datetime.date | None = None
    due_date: datetime.date | None = None
    delivery_date: datetime.date | None = None
    currency: str | None = Field(default=None, description="ISO 4217")
    seller: Party = Field(default_factory=Party)
    buyer: Party = Field(default_factory=Party)
    payee: Party | None = None
    order_ref: str | None = None
    contract_ref: str | None = None
    buyer_reference: str | None = None
    preceding_ref: str | None = Field(default=None, description="number of the invoice that this one corrects")
    line_total: Amount | None = None
    allowance_total: Amount | None = None
    charge_total: Amount | None = None
    net: Amount | None = None
    tax: Amount | None = None
    gross: Amount | None = None
    prepaid: Amount | None = None
    rounding: Amount | None = None
    amount_due: Amount | None = None
    taxes: list[TaxLine] = Field(default_factory=list)
    allowances: list[AllowanceCharge] = Field(default_factory=list)
    iban: str | None = None
    bic: str | None = None
    payment_ref: str | None = None
    payment_terms: str | None = None
    lines: list[Line] = Field(default_factory=list)


class Receipt(Invoice):
    """A till receipt: an `Invoice` as far as one is printed, and the four things every receipt has."""

    company: str | None = None
    date: datetime.date | None = None
    address: str | None = None
    total: Amount | None = None


class Citation(_Model):
    """Where a value was read: words of the page, found by code. `block` is the id of the block around them."""

    page: int
    quote: str
    bbox: Box
    block: str | None = None
    match: Match = "exact"


class Flag(_Model):
    """What is doubtful about a field ("" for the whole document), in a code for programs and words for people."""

    field: str = ""
    code: str
    detail: str = ""


class RuleCheck(_Model):
    """One rule: `fields` are those it looked at."""

    rule: str
    outcome: Literal["passed", "failed", "skipped"]
    fields: list[str] = Field(default_factory=list)
    detail: str = ""


class Contradiction(_Model):
    """A field on which the embedded XML and the page disagree; `page_value` null: the page does not show the XML's."""

    field: str
    xml_value: Any = None
    page_value: Any = None


class Failure(_Model):
    """Why nothing could be extracted."""

    code: str
    message: str
    user_action: str = ""


class InvoiceResult(_Model):
    """One invoice out of one file, or why there is none.

    `status`: ok; review (flags or failed rules need a person); not_an_invoice (`evidence` says why); failed (`error`).
    `origin` says whether `data` was read from the page or from embedded XML. `part` counts the invoices of one file.
    """

    schema_version: str = SCHEMA_VERSION
    source: str
    sha256: str = ""
    part: int = 1
    parts: int = 1
    pages: list[int] = Field(default_factory=list)
    kind: Literal["invoice", "credit_note", "receipt", "not_an_invoice", "unknown"] = "unknown"
    status: Literal["ok", "review", "not_an_invoice", "failed"] = "ok"
    origin: Literal["page", "xml", "none"] = "page"
    engine: str = ""
    language: str | None = None
    data: SerializeAsAny[Invoice] | dict[str, Any] | None = None
    citations: dict[str, list[Citation]] = Field(default_factory=dict)
    flags: list[Flag] = Field(default_factory=list)
    rules: list[RuleCheck] = Field(default_factory=list)
    contradictions: list[Contradiction] = Field(default_factory=list)
    evidence: list[str] = Field(default_factory=list)
    xml_profile: str | None = None
    error: Failure | None = None
    seconds: float = 0.0


def schema_text(*, whole: bool = True) -> str:
    """JSON Schema (draft 2020-12) of an `InvoiceResult`, or of the `Invoice` in it."""
    model: type[BaseModel] = InvoiceResult if whole else Invoice
    name = "invoice" if whole else "invoice-data"
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:docparse:{name}:{SCHEMA_VERSION}"}
    return json.dumps({**head, **model.model_json_schema(mode="serialization")}, indent=2, ensure_ascii=False) + "\n"
