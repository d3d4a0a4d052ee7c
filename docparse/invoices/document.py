"""One file from bytes to results: words, embedded XML, readers, rules."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from docparse.invoices.alternatives import search_alternatives
from docparse.invoices.asking import Asker
from docparse.invoices.classify import Kind, split, tell_kind
from docparse.invoices.compare import Comparison, compare, leaves
from docparse.invoices.einvoice import EInvoice, embedded_einvoice, read_einvoice
from docparse.invoices.extract import read_invoice
from docparse.invoices.fields import read_fields
from docparse.invoices.locate import Finder
from docparse.invoices.model_read import read_by_model
from docparse.invoices.options import InvoiceOptions
from docparse.invoices.reading import Draft, Reading
from docparse.invoices.receipts import read_receipt
from docparse.invoices.results import citations_of, to_data
from docparse.invoices.rules import check_rules
from docparse.invoices.source import Opened, is_xml, open_file, page_images, read_bytes
from docparse.invoices.templates import Template, apply_templates
from docparse.invoices.text import Sheet, Sheets
from docparse.model.base import Engine
from docparse.schemas.invoice import Flag, Invoice, InvoiceResult
from docparse.settings import Settings
from docparse.source import readable

_NOTICES = frozenset(
    {"derived", "inferred", "from_page", "several_invoices", "credit_note", "turned_page"}
)  # no reason for a review


@dataclass(frozen=True, slots=True)
class Tools:
    """What all files of a run share: the engine that gives words, the model that is asked, templates."""

    engine: Engine
    asker: Asker | None = None
    templates: list[Template] = field(default_factory=list)


def read_document(
    source: str | Path | bytes, options: InvoiceOptions, settings: Settings, tools: Tools, *, name: str | None = None
) -> list[InvoiceResult]:
    """All invoices of one file. Raises the typed error of a file that can't be read."""
    started = time.monotonic()
    if is_xml(source):
        results = [_from_bare_xml(read_bytes(source, settings), name or _shown(source))]
    else:
        opened = open_file(source, options, settings, tools.engine, name)
        if tools.asker is not None:
            opened.images = page_images(source, options, settings, tools.asker.budget, name)
        results = _from_pages(opened, options, tools)
    seconds = round(time.monotonic() - started, 3)
    for result in results:
        result.source = readable(source) if isinstance(source, (str, Path)) else name or result.source
        result.engine, result.seconds = tools.asker.name if tools.asker else tools.engine.name, seconds
    return results


def _shown(source: str | Path | bytes) -> str:
    return readable(Path(source).name) if isinstance(source, (str, Path)) else "document"


def _from_bare_xml(data: bytes, name: str) -> InvoiceResult:
    einvoice = read_einvoice(data, name)
    result = InvoiceResult(source=name, kind=_kind_of(einvoice.data), origin="xml", data=einvoice.data)
    result.xml_profile = einvoice.profile
    return _judged(result, einvoice)


def _kind_of(invoice: Invoice) -> Any:
    return "credit_note" if invoice.type_code == "381" else "invoice"


def _from_pages(opened: Opened, options: InvoiceOptions, tools: Tools) -> list[InvoiceResult]:
    if options.fields is not None and tools.asker is not None:
        return [_other_fields(opened, options.fields, tools.asker)]
    einvoice, problems = embedded_einvoice(opened.attachments) if options.xml else (None, [])
    parts = [opened.sheets] if einvoice is not None else split(opened.sheets)
    results = []
    for place, sheets in enumerate(parts, 1):
        result = _read_part(opened, sheets, einvoice, tools)
        result.part, result.parts = place, len(parts)
        result.sha256 = opened.sha256
        result.pages = [sheet.number for sheet in sheets]
        result.flags += [Flag(code=code) for code in opened.flags]
        result.flags += [Flag(code="embedded_xml", detail=problem) for problem in problems]
        if len(parts) > 1:
            result.flags.append(Flag(code="several_invoices", detail=f"number {place} of {len(parts)} in this file"))
        results.append(_judged(result, einvoice))
    return results


def _other_fields(opened: Opened, schema: dict[str, Any], asker: Asker) -> InvoiceResult:
    """Data after the caller's own schema, with the same proofs; no rules of invoices apply."""
    data, draft = read_fields(asker, opened.images, schema, Finder(Sheets(opened.sheets)))
    result = InvoiceResult(source=opened.name, sha256=opened.sha256, pages=list(opened.pages), data=data)
    result.citations, result.flags = citations_of(draft, opened.pages, opened.sheets), draft.flags
    result.status = "review" if draft.flags else "ok"
    return result


def _read_part(opened: Opened, pages: list[Sheet], einvoice: EInvoice | None, tools: Tools) -> InvoiceResult:
    sheets = Sheets(pages)
    kind = tell_kind(sheets)
    if einvoice is not None:
        return _from_xml(opened, sheets, einvoice, kind)
    if kind.name == "not_an_invoice" and (tools.asker is None or not sheets.rows):
        return InvoiceResult(
            source=opened.name, kind="not_an_invoice", status="not_an_invoice", origin="none", evidence=kind.evidence
        )
    if tools.asker is not None:
        wanted = {sheet.number for sheet in pages}
        images = [image for image in opened.images if image.number in wanted]
        draft = read_by_model(tools.asker, images, Finder(sheets))
    else:
        draft = read_invoice(sheets)
    if kind.name == "receipt" and tools.asker is None:
        draft.kind = "receipt"
        read_receipt(sheets, draft)
    search_alternatives(sheets, draft)
    template = apply_templates(tools.templates, sheets, draft) if tools.templates else None
    if template is not None:
        kind.evidence.append(f"template {template}")
    flags = list(draft.flags)
    if any(sheet.turn for sheet in pages):
        flags.append(Flag(code="turned_page", detail="a scan lies on its side or head; it was read upright"))
    if kind.name != "receipt" and "lines[0].line_total" not in draft.fields:
        flags.append(Flag(field="lines", code="no_lines", detail="no table of positions was found"))
    if kind.name == "credit_note":
        flags.append(Flag(field="type_code", code="credit_note"))
    name: Any = "invoice" if kind.name == "not_an_invoice" else kind.name
    return InvoiceResult(
        source=opened.name, kind=name, origin="page", language=draft.language, data=to_data(draft),
        citations=citations_of(draft, opened.pages, opened.sheets), flags=flags, evidence=kind.evidence,
    )  # fmt: skip


def _from_xml(opened: Opened, sheets: Sheets, einvoice: EInvoice, kind: Kind) -> InvoiceResult:
    """The XML's data with their places on the page; what it leaves out is read from the page."""
    page = read_invoice(sheets) if sheets.rows else Draft()
    found = compare(einvoice.data, page, Finder(sheets))
    draft = _merged(einvoice.data, page, found)
    return InvoiceResult(
        source=opened.name, kind=_kind_of(einvoice.data), origin="xml", language=page.language, data=to_data(draft),
        citations=citations_of(draft, opened.pages, opened.sheets), flags=[*found.flags, *draft.flags],
        xml_profile=einvoice.profile,
        contradictions=found.contradictions, 
        evidence=[f"embedded {einvoice.syntax} file {einvoice.name}", *kind.evidence],
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
    return path.split("[", maxsplit=1)[0] if path.startswith(("lines[", "taxes[", "allowances[")) else path


def _judged(result: InvoiceResult, einvoice: EInvoice | None) -> InvoiceResult:
    """Rules checked, and the status that follows from them and the flags."""
    if isinstance(result.data, Invoice):
        result.rules = [*(einvoice.checks if einvoice is not None else ()), *check_rules(result.data)]
        for check in result.rules:
            if check.outcome == "failed" and not (result.kind == "receipt" and check.rule == "mandatory"):
                result.flags += [
                    Flag(field=path, code=f"rule:{check.rule}", detail=check.detail) for path in check.fields or [""]
                ]
        if any(flag.code not in _NOTICES for flag in result.flags):
            result.status = "review"
    return result
