"""Invoices over REST: many files, each with its result."""

from __future__ import annotations

import httpx
import pymupdf
import pytest
from conftest import check_problem, make_pdf

pytest.importorskip("stdnum")
LINES = (
    "Example Supplies Ltd", "INVOICE", "Invoice number: INV-20417", "Invoice date: 2024-03-05",
    "Bill to: Some Customer", "Net total EUR 100.00", "VAT 19% EUR 19.00", "Total due EUR 119.00",
)  # fmt: skip


def make_invoice() -> bytes:
    document = pymupdf.open()
    page = document.new_page()
    for number, line in enumerate(LINES):
        page.insert_text((60, 80 + 30 * number), line)
    return bytes(document.tobytes())


def test_each_file_has_its_result(client: httpx.Client) -> None:
    files = [("files", ("first.pdf", make_invoice())), ("files", ("locked.pdf", make_pdf(password="x")))]
    answer = client.post("/v1/invoices", files=files, data={"engine": "embedded-fast"}, timeout=60)
    assert answer.status_code == 200, answer.text
    good, bad = answer.json()["results"]
    assert good["source"] == "first.pdf"
    assert "INV-20417" in answer.text
    assert bad["source"] == "locked.pdf"
    assert bad["status"] == "failed"
    assert bad["error"]["code"] == "file_encrypted"


def test_no_file(client: httpx.Client) -> None:
    check_problem(client.post("/v1/invoices", files={"engine": (None, "embedded-fast")}), 400, "invalid_request")
