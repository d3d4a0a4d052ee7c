"""Batch extraction of invoices with the place of every value: `extract_invoice`, `extract_invoices`."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docparse.invoices.options import InvoiceOptions
    from docparse.invoices.run import extract_invoice, extract_invoices
    from docparse.schemas.invoice import Invoice, InvoiceResult, Receipt

_EXPORTS = {
    "Invoice": "docparse.schemas.invoice",
    "InvoiceOptions": "docparse.invoices.options",
    "InvoiceResult": "docparse.schemas.invoice",
    "Receipt": "docparse.schemas.invoice",
    "extract_invoice": "docparse.invoices.run",
    "extract_invoices": "docparse.invoices.run",
}
__all__ = ["Invoice", "InvoiceOptions", "InvoiceResult", "Receipt", "extract_invoice", "extract_invoices"]


def __getattr__(name: str) -> Any:
    if name in _EXPORTS:
        return getattr(importlib.import_module(_EXPORTS[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
