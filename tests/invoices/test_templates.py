from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from invoice_pages import ENGLISH, GERMAN, draw

from docparse.errors import UsageError
from docparse.invoices import InvoiceOptions, extract_invoices
from docparse.invoices.template_lines import check_rules, read_items
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


def _with_lines(folder: Path, lines: str) -> Path:
    folder.mkdir()
    (folder / "harbour.yml").write_text(TEMPLATE + lines)
    return folder


def test_lines_of_a_template_are_proved_where_they_stand(tmp_path: Path, reader: Engine) -> None:
    folder = _with_lines(
        tmp_path / "templates",
        r"""
lines:
  start: Description\s+Qty.*
  end: Subtotal
  line: (?P<name>.+?)\s{2,}(?P<qty>\d+)\s+(?P<price>[\d,.]+)\s+(?P<vat>\d+)%\s+(?P<price_subtotal>[\d,.]+)
tables:
  - start: Bill To:.*
    end: Leeds
    body: (?P<partner_name>\w+ Mills \w+)
""",
    )
    (found,) = extract_invoices([draw(tmp_path / "a.pdf", ENGLISH)], InvoiceOptions(templates=folder), engine=reader)
    assert isinstance(found.data, Invoice)
    assert [
        (line.name, line.quantity, line.unit_price, line.vat_rate, line.line_total) for line in found.data.lines
    ] == [
        ("Rope, 12 mm", Decimal(30), Decimal("2.40"), Decimal(20), Decimal("72.00")),
        ("Anchor, galvanised", Decimal(2), Decimal("1150.00"), Decimal(20), Decimal("2300.00")),
    ]
    assert found.data.buyer.name == "Northern Mills Limited"
    for place, top in ((0, 280), (1, 296)):
        for field in ("name", "quantity", "line_total"):
            (proof,) = found.citations[f"lines[{place}].{field}"]
            assert proof.bbox is not None
            assert abs(proof.bbox[3] - top) < 6


def test_positions_of_several_lines(tmp_path: Path) -> None:
    text = "Head\n7  Exchange  42.00\nBasic fee\n\nService: 17\n-----\n8  Mail  1.50\nSum\nHead\n9  Late  3.00\nSum\n"
    rule = {
        "start": "Head", "end": "Sum", "first_line": r"^(?P<pos>\d+)\s+(?P<desc>\w+)\s+(?P<price>[\d.]+)$",
        "line": "(?P<desc>.+)", "skip_line": "^-+$",
    }  # fmt: skip
    items = read_items(check_rules(rule), text)
    assert [item.values for item in items] == [
        {"pos": "7", "desc": "Exchange\nBasic fee\nService: 17", "price": "42.00"},
        {"pos": "8", "desc": "Mail", "price": "1.50"},
        {"pos": "9", "desc": "Late", "price": "3.00"},
    ]
    assert items[0].lines == [1, 2, 4]
    last = {**rule, "last_line": "(?P<desc>Service.*)"}
    assert read_items(check_rules(last), text)[0].values["desc"].endswith("Service: 17")
    assert read_items(check_rules({**rule, "end": "never"}), text) == []
    with pytest.raises(ValueError, match="start, end and line"):
        check_rules({"start": "a", "line": "b"})


def test_what_is_no_template_is_named(tmp_path: Path, reader: Engine) -> None:
    (tmp_path / "bad.yml").write_text("keywords: ['(']\nfields: {}\n")
    with pytest.raises(UsageError, match=r"bad\.yml"):
        list(extract_invoices([tmp_path / "a.pdf"], InvoiceOptions(templates=tmp_path), engine=reader))
    with pytest.raises(UsageError, match="no such folder"):
        list(extract_invoices([tmp_path / "a.pdf"], InvoiceOptions(templates=tmp_path / "none"), engine=reader))
