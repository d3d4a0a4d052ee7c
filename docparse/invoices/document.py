"""One file from bytes to results: words, embedded XML, readers, rules."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from docparse.invoices.classify import Kind, split, tell_kind
from docparse.invoices.compare import Comparison, compare, leaves
from docparse.invoices.einvoice import EInvoice, embedded_einvoice, read_einvoice
from docparse.invoices.extract import read_invoice
from docparse.invoices.locate import Finder
from docparse.invoices.options import InvoiceOptions
from docparse.invoices.reading import Draft, Reading
from docparse.invoices.receipts import read_receipt
from docparse.invoices.results import citations_of, to_data
from docparse.invoices.rules import check_rules
from docparse.invoices.source import Opened, is_xml, open_file, read_bytes
from docparse.invoices.text import Sheet, Sheets
from docparse.model.base import Engine
from docparse.schemas.invoice import Flag, Invoice, InvoiceResult
from docparse.settings import Settings

_NOTICES = frozenset({"derived", "inferred", "from_page", "several_invoices", "credit_note"})  # no reason for a review


def read_document(
    source: str | Path | bytes, options: InvoiceOptions, settings: Settings, engine: Engine, *, name: str | None = None
) -> list[InvoiceResult]:
    """All invoices of one file. Raises the typed error of a file that can't be read."""
    started = time.monotonic()
    if is_xml(source):
        results = [_from_bare_xml(read_bytes(source, settings), name or _shown(source))]
    else:
        opened = open_file(source, options, settings, engine, name)
        results = _from_pages(opened, options)
    seconds = round(time.monotonic() - started, 3)
    for result in results:
        result.source = str(source) if isinstance(source, (str, Path)) else name or result.source
        result.engine, result.seconds = engine.name, seconds
    return results


def _shown(source: str | Path | bytes) -> str:
    return Path(source).name if isinstance(source, (str, Path)) else "document"


def _from_bare_xml(data: bytes, name: str) -> InvoiceResult:
    einvoice = read_einvoice(data, name)
    result = InvoiceResult(source=name, kind=_kind_of(einvoice.data), origin="xml", data=einvoice.data)
    result.xml_profile = einvoice.profile
    return _judged(result, einvoice)


def _kind_of(invoice: Invoice) -> Any:
    return "credit_note" if invoice.type_code == "381" else "invoice"


def _from_pages(opened: Opened, options: InvoiceOptions) -> list[InvoiceResult]:
    einvoice, problems = embedded_einvoice(opened.attachments) if options.xml else (None, [])
    parts = [opened.sheets] if einvoice is not None else split(opened.sheets)
    results = []
    for place, sheets in enumerate(parts, 1):
        result = _read_part(opened, sheets, einvoice)
        result.part, result.parts = place, len(parts)
        result.sha256 = opened.sha256
        result.pages = [sheet.number for sheet in sheets]
        result.flags += [Flag(code=code) for code in opened.flags]
        result.flags += [Flag(code="embedded_xml", detail=problem) for problem in problems]
        if len(parts) > 1:
            result.flags.append(Flag(code="several_invoices", detail=f"number {place} of {len(parts)} in this file"))
        results.append(_judged(result, einvoice))
    return results


def _read_part(opened: Opened, pages: list[Sheet], einvoice: EInvoice | None) -> InvoiceResult:
    sheets = Sheets(pages)
    kind = tell_kind(sheets)
    if einvoice is not None:
        return _from_xml(opened, sheets, einvoice, kind)
    if kind.name == "not_an_invoice":
        return InvoiceResult(
            source=opened.name, kind="not_an_invoice", status="not_an_invoice", origin="none", evidence=kind.evidence
        )
    draft = read_invoice(sheets)
    if kind.name == "receipt":
        draft.kind = "receipt"
        read_receipt(sheets, draft)
    flags = list(draft.flags)
    if kind.name == "credit_note":
        flags.append(Flag(field="type_code", code="credit_note"))
    name: Any = kind.name
    return InvoiceResult(
        source=opened.name, kind=name, origin="page", language=draft.language, data=to_data(draft),
        citations=citations_of(draft, opened.pages), flags=flags, evidence=kind.evidence,
    )  # fmt: skip


def _from_xml(opened: Opened, sheets: Sheets, einvoice: EInvoice, kind: Kind) -> InvoiceResult:
    """The XML's data with their places on the page; what it leaves out is read from the page."""
    page = read_invoice(sheets) if sheets.rows else Draft()
    found = compare(einvoice.data, page, Finder(sheets))
    draft = _merged(einvoice.data, page, found)
    return InvoiceResult(
        source=opened.name, kind=_kind_of(einvoice.data), origin="xml", language=page.language, data=to_data(draft),
        citations=citations_of(draft, opened.pages), flags=[*found.flags, *draft.flags], xml_profile=einvoice.profile,
        contradictions=found.contradictions, evidence=[f"embedded {einvoice.syntax} file {einvoice.name}", *kind.evidence],
    )  # fmt: skip


def _merged(invoice: Invoice, page: Draft, found: Comparison) -> Draft:
    """XML values first; from the page what the XML does not say, unless the two belong to different invoices."""
    draft = Draft()
    said = dict(leaves(invoice.model_dump()))
    for path, value in said.items():
        draft.fields[path] = found.readings.get(path, Reading(value))
    if any(item.field in ("number", "gross") for item in found.contradictions):
        return draft
    roots = {_root(path) for path in said}
    added = set()
    for path, reading in page.fields.items():
        root = _root(path)
        if root in roots or reading.note or not reading.spans or root in ("allowances", "payee"):
            continue
        draft.fields[path] = reading
        added.add(root)
    for root in sorted(added):
        draft.flag(root, "from_page", "the XML does not say it")
    return draft


def _root(path: str) -> str:
    """What is taken from one source only: all lines, all taxes, each other field."""
    return path.split("[")[0] if path.startswith(("lines[", "taxes[", "allowances[")) else path


def _judged(result: InvoiceResult, einvoice: EInvoice | None) -> InvoiceResult:
    """Rules checked, and the status that follows from them and the flags."""
    if isinstance(result.data, Invoice):
        result.rules = [*(einvoice.checks if einvoice is not None else ()), *check_rules(result.data)]
        for check in result.rules:
            if check.outcome == "failed" and not (result.kind == "receipt" and check.rule == "mandatory"):
                result.flags += [Flag(field=path, code=f"rule:{check.rule}", detail=check.detail) for path in check.fields or [""]]
        if any(flag.code not in _NOTICES for flag in result.flags):
            result.status = "review"
    return result


