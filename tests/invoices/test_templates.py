from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from invoice_pages import ENGLISH, GERMAN, draw

from docparse.errors import UsageError
from docparse.invoices import InvoiceOptions, extract_invoices
from docparse.model.base import Engine
from docparse.schemas.invoice import Invoice

TEMPLATE = r"""
issuer: Harbour Supplies
keywords:
  - Harbour
exclude_keywords:
  - CANCELLED
fields:
  invoice_number: PO Number:\s+(\S+)
  date: Invoice Date:\s+(.+\d{4})
  amount:
    parser: regex
    regex: Total\s+£([\d,.]+)
    type: float
  static_currency: GBP
options:
  date_formats: ["%d %B %Y"]
"""


def test_a_template_goes_before_the_rules(tmp_path: Path, reader: Engine) -> None:
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "harbour.yml").write_text(TEMPLATE)
    sources = [draw(tmp_path / "a.pdf", ENGLISH), draw(tmp_path / "b.pdf", GERMAN)]
    fits, other = extract_invoices(sources, InvoiceOptions(templates=folder), engine=reader)
    assert isinstance(fits.data, Invoice)
    assert isinstance(other.data, Invoice)
    assert (fits.data.number, fits.data.gross, fits.data.seller.name) == (
        "PO-7781",
        Decimal("2846.40"),
        "Harbour Supplies",
    )
    assert fits.citations["number"][0].quote == "PO-7781"
    assert "template harbour.yml" in fits.evidence
    assert other.data.number == "R-2023/0815"


def test_what_is_no_template_is_named(tmp_path: Path, reader: Engine) -> None:
    (tmp_path / "bad.yml").write_text("keywords: ['(']\nfields: {}\n")
    with pytest.raises(UsageError, match=r"bad\.yml"):
        list(extract_invoices([tmp_path / "a.pdf"], InvoiceOptions(templates=tmp_path), engine=reader))
    with pytest.raises(UsageError, match="no such folder"):
        list(extract_invoices([tmp_path / "a.pdf"], InvoiceOptions(templates=tmp_path / "none"), engine=reader))
