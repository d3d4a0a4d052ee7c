"""One file from bytes to results: words, embedded XML, readers, rules."""

from __future__ import annotations

import time
from pathlib import Path

from docparse.invoices.extract import read_invoice
from docparse.invoices.options import InvoiceOptions
from docparse.invoices.results import citations_of, to_data
from docparse.invoices.source import Opened, to_sheets
from docparse.invoices.text import Sheets
from docparse.model.base import Engine
from docparse.pipeline import parse_drafts
from docparse.schemas.invoice import InvoiceResult
from docparse.settings import Settings


def read_document(
    source: str | Path | bytes, options: InvoiceOptions, settings: Settings, engine: Engine, *, name: str | None = None
) -> list[InvoiceResult]:
    """All invoices of one file. Raises the typed error of a file that can't be read."""
    started = time.monotonic()
    parse = options.parse.model_copy(update={"crops": False, "join": False, "engine": "embedded", "jobs": 1})
    document, drafts = parse_drafts(source, options=parse, settings=settings, engine=engine, name=name)
    opened = Opened(document.source.name, document.source.sha256, to_sheets(list(drafts)), {p.number: p for p in document.pages})
    draft = read_invoice(Sheets(opened.sheets))
    result = InvoiceResult(
        source=str(source) if isinstance(source, (str, Path)) else opened.name, sha256=opened.sha256,
        pages=list(opened.pages), kind="invoice", engine=engine.name, language=draft.language, data=to_data(draft),
        citations=citations_of(draft, opened.pages), flags=draft.flags, seconds=round(time.monotonic() - started, 3),
    )  # fmt: skip
    return [result]
