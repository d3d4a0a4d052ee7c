"""E-invoices as XML: Factur-X, ZUGFeRD, XRechnung, UBL and CII, inside a PDF or as a file of their own.

The parser resolves no entity, loads no DTD and opens no connection. Fields come from `cii` and `ubl`; the schemas of
the factur-x library say whether the file is valid.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from docparse.errors import DamagedFile, InputError
from docparse.invoices.cii import read_cii
from docparse.invoices.schematron import check_schematron
from docparse.invoices.ubl import read_ubl
from docparse.invoices.xml_tree import Element, local_name
from docparse.schemas.invoice import Invoice, RuleCheck

_MOST_BYTES = 20 << 20
_CII = frozenset({"CrossIndustryInvoice", "CrossIndustryDocument"})
_UBL = frozenset({"Invoice", "CreditNote"})
logging.getLogger("factur-x").setLevel(logging.CRITICAL)  # its findings are in the result


class TwoInvoices(InputError):
    """Two different e-invoices in one PDF: which one counts is not for a program to say."""

    code = "two_einvoices"
    default_action = "Ask the sender which of the embedded files is the invoice."


@dataclass(frozen=True, slots=True)
class EInvoice:
    """What an XML invoice says. `checks` tell whether it is valid."""

    name: str
    syntax: str
    profile: str | None
    data: Invoice
    root: Element = field(repr=False)
    checks: tuple[RuleCheck, ...] = ()


def parse_xml(data: bytes, name: str = "XML") -> Element:
    """The root of an XML file. Raises DamagedFile; a document type is refused, since no invoice has one."""
    if len(data) > _MOST_BYTES:
        raise DamagedFile(f"{name} is larger than an invoice can be ({len(data) >> 20} MiB)")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(data.lstrip(b"\xef\xbb\xbf \t\r\n"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DamagedFile(f"{name} is no well-formed XML: {error}") from None
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]
        raise DamagedFile(f"{name} declares a document type, which no e-invoice does")
    return root


def is_einvoice(root: Element) -> bool:
    return local_name(root) in _CII | _UBL


def read_einvoice(data: bytes, name: str = "XML", *, validate: bool = True) -> EInvoice:
    """The invoice in an XML file. Raises DamagedFile, or InputError for XML that is no invoice."""
    root = parse_xml(data, name)
    kind = local_name(root)
    if kind in _CII:
        invoice, profile = read_cii(root)
        syntax = "CII"
    elif kind in _UBL:
        invoice, profile = read_ubl(root)
        syntax = "UBL"
    else:
        raise InputError(f"{name} is XML, but no invoice: its root is {kind}", user_action="Give CII or UBL.")
    checks = (check_schema(root), *check_schematron(root)) if validate else ()
    return EInvoice(name, syntax, profile, invoice, root, checks)


def embedded_einvoice(attachments: Mapping[str, bytes]) -> tuple[EInvoice | None, list[str]]:
    """The e-invoice among the files of a PDF, and what was wrong with others. Raises TwoInvoices."""
    found: list[EInvoice] = []
    problems: list[str] = []
    for name, data in attachments.items():
        if not (name.lower().endswith(".xml") or data.lstrip(b"\xef\xbb\xbf \r\n\t")[:5] == b"<?xml"):
            continue
        try:
            if is_einvoice(parse_xml(data, name)):
                found.append(read_einvoice(data, name))
        except InputError as error:
            problems.append(error.message)
    distinct = {etree.tostring(invoice.root, method="c14n"): invoice for invoice in found}
    if len(distinct) > 1:
        names = " and ".join(invoice.name for invoice in distinct.values())
        raise TwoInvoices(f"the PDF holds {len(distinct)} different e-invoices ({names})")
    return (found[0] if found else None), problems


def check_schema(root: Element) -> RuleCheck:
    """Validity after the XSD of its own syntax and profile, by the factur-x library."""
    try:
        from facturx import xml_check_xsd
    except ImportError:
        return RuleCheck(rule="xsd", outcome="skipped", detail="factur-x is not installed")
    try:
        xml_check_xsd(root)
    except Exception as error:  # the library raises bare Exceptions
        detail = " ".join(str(error).split())
        return RuleCheck(rule="xsd", outcome="failed", detail=detail[:500])
    return RuleCheck(rule="xsd", outcome="passed")
