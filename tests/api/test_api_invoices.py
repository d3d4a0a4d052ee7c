"""Invoices over REST: many files, each with its result."""

from __future__ import annotations

import csv
import io
import json

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


def test_an_engine_that_is_not_there(client: httpx.Client) -> None:
    files = [("files", ("first.pdf", make_invoice()))]
    answer = client.post("/v1/invoices", files=files, data={"engine": "remote"}, timeout=60)
    assert check_problem(answer, 400, "invalid_request")["detail"] == "engine 'remote' is not set up here"


def test_kept_with_a_job(client: httpx.Client) -> None:
    files = [("files", ("first.pdf", make_invoice())), ("files", ("second.pdf", make_pdf(1)))]
    job = client.post("/v1/jobs", files=files, data={"engine": "embedded-fast"}).json()["id"]
    client.get(f"/v1/jobs/{job}", params={"wait": 30})
    path = f"/v1/jobs/{job}/invoices"
    assert client.get(path).json() == {"documents": [], "missing": [1, 2]}
    one = client.post(path, params={"document": 1}, timeout=60)
    assert one.status_code == 200, one.text
    assert [found["document"] for found in one.json()["documents"]] == [1]
    assert client.get(path).json()["missing"] == [2]
    every = client.post(path, timeout=60).json()
    assert every["missing"] == []
    first = every["documents"][0]["results"][0]
    assert (first["source"], first["data"]["number"]) == ("first.pdf", "INV-20417")
    assert first == one.json()["documents"][0]["results"][0]  # not read again
    cited = first["citations"]["number"][0]
    assert cited["page"] == 1
    assert client.get(f"/v1/jobs/{job}/pages/{cited['page']}/image", params={"size": "screen"}).status_code == 200
    assert every["documents"][1]["results"][0]["status"] == "not_an_invoice"
    again = client.post(path, params={"document": 1, "again": "true"}, timeout=60).json()
    assert again["documents"][0]["results"][0]["data"] == first["data"]
    check_problem(client.post(path, params={"document": 3}), 404, "not_found")


def test_as_tables(client: httpx.Client) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    job = client.post("/v1/jobs", files={"files": ("=one.pdf", make_invoice())}, data={"engine": "embedded-fast"})
    path = f"/v1/jobs/{job.json()['id']}/invoices"
    client.post(path, timeout=60)
    text = client.get(path, params={"format": "csv"})
    assert text.headers["content-type"].startswith("text/csv")
    head, row = list(csv.reader(text.content.decode("utf-8-sig").splitlines()))
    assert (row[0], row[head.index("number")]) == ("'=one.pdf", "INV-20417")
    book = openpyxl.load_workbook(io.BytesIO(client.get(path, params={"format": "xlsx"}).content))
    assert book.sheetnames == ["invoices", "lines"]
    lines = client.get(path, params={"format": "jsonl", "download": "true"})
    assert json.loads(lines.text)["data"]["number"] == "INV-20417"
    assert lines.headers["content-disposition"] == 'attachment; filename="invoices.jsonl"'
