"""Results as files: JSON lines, CSV and XLSX with one row for each invoice."""

from __future__ import annotations

import csv
import datetime
import json
import os
from collections.abc import Collection, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from docparse.errors import MissingDependency, OutputError, UsageError
from docparse.invoices.results import get
from docparse.schemas.invoice import InvoiceResult

SUFFIXES = (".jsonl", ".csv", ".xlsx")
_FIELDS = (
    "number", "type_code", "issue_date", "due_date", "delivery_date", "currency", "seller.name", "seller.vat_id",
    "seller.tax_no", "buyer.name", "buyer.vat_id", "order_ref", "line_total", "allowance_total", "charge_total", "net",
    "tax", "gross", "prepaid", "amount_due", "iban", "bic", "payment_ref", "payment_terms", "company", "address",
)  # fmt: skip
HEAD = ("source", "part", "kind", "status", "origin", *_FIELDS, "tax_rates", "lines", "flags", "error")
LINE_HEAD = (
    "source", "part", "number", "line_id", "seller_item_id", "gtin", "name", "description", "quantity", "unit",
    "unit_price",
    "discount_percent", "vat_rate", "line_total",
)  # fmt: skip
_RISKY = ("=", "+", "-", "@", "\t", "\r")


class JsonLines:
    """Results appended to a file of JSON lines as they come; what an interrupted run wrote stays."""

    def __init__(self, path: Path, *, append: bool) -> None:
        self.path = path
        if not append:
            _write(path, b"")
        elif path.exists():
            _cut_half_line(path)

    def add(self, results: list[InvoiceResult]) -> None:
        """One line for each. Raises OutputError."""
        lines = "".join(result.model_dump_json() + "\n" for result in results)
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(lines)
        except OSError as error:
            raise OutputError(f"{self.path}: {error.strerror or error}") from None

    def keep(self, sources: Collection[str]) -> None:
        """Take away the lines of all other files. Raises OutputError."""
        temporary = self.path.with_name(f".{self.path.name}.part")
        try:
            with self.path.open(encoding="utf-8") as lines, temporary.open("w", encoding="utf-8") as kept:
                kept.writelines(line for line in lines if json.loads(line)["source"] in sources)
            os.replace(temporary, self.path)
        except OSError as error:
            raise OutputError(f"{self.path}: {error.strerror or error}") from None

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The results written so far, as data."""
        with self.path.open(encoding="utf-8") as file:
            for line in file:
                yield json.loads(line)


def check_output(path: Path) -> None:
    """Raises UsageError for a suffix that stands for no format, MissingDependency for xlsx without openpyxl."""
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(f"-o {path}: give a file ending in {', '.join(SUFFIXES)}")
    if path.suffix.lower() == ".xlsx":
        _openpyxl()


def write_table(path: Path, results: JsonLines) -> None:
    """CSV or XLSX of all results so far. Raises OutputError."""
    if path.suffix.lower() == ".csv":
        temporary = path.with_name(f".{path.name}.part")
        try:
            with temporary.open("w", encoding="utf-8-sig", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(HEAD)
                writer.writerows([_safe(value) for value in row_of(data)] for data in results)
            os.replace(temporary, path)
        except OSError as error:
            raise OutputError(f"{path}: {error.strerror or error}") from None
    else:
        _write_xlsx(path, results)


def _write_xlsx(path: Path, results: JsonLines) -> None:
    book = _openpyxl().Workbook(write_only=True)
    invoices, lines = book.create_sheet("invoices"), book.create_sheet("lines")
    invoices.append(HEAD)
    lines.append(LINE_HEAD)
    for data in results:
        invoices.append([_cell(value) for value in row_of(data)])
        for line in line_rows(data):
            lines.append([_cell(value) for value in line])
    try:
        book.save(path)
    except OSError as error:
        raise OutputError(f"{path}: {error.strerror or error}") from None


def row_of(data: dict[str, Any]) -> list[Any]:
    """One invoice as a row under HEAD."""
    found = data.get("data") or {}
    taxes = [f"{tax.get('rate')}%: {tax.get('amount')}" for tax in found.get("taxes") or []]
    flags = sorted({f"{flag['field']}:{flag['code']}".strip(":") for flag in data["flags"]})
    error = data.get("error") or {}
    return [
        data["source"], data["part"], data["kind"], data["status"], data["origin"], *(get(found,
        path) for path in _FIELDS),
        "; ".join(taxes), len(found.get("lines") or []), " ".join(flags), error.get("message"),
    ]  # fmt: skip


def line_rows(data: dict[str, Any]) -> Iterator[list[Any]]:
    """The positions of one invoice as rows under LINE_HEAD."""
    found = data.get("data") or {}
    for line in found.get("lines") or []:
        yield [data["source"], data["part"], found.get("number"), *(line.get(name) for name in LINE_HEAD[3:])]


def _safe(value: Any) -> Any:
    """A text that a spreadsheet would take for a formula gets an apostrophe: documents are not trusted."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_RISKY) else value


def _cell(value: Any) -> Any:
    """A value of JSON as one of a sheet."""
    if isinstance(value, str):
        try:
            return datetime.date.fromisoformat(value) if len(value) == 10 and value[4] == "-" else _safe(value)
        except ValueError:
            return _safe(value)
    return float(value) if isinstance(value, Decimal) else value


def _write(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise OutputError(f"{path}: {error.strerror or error}") from None


def _cut_half_line(path: Path) -> None:
    """Take away what an interrupted write left behind the last whole line."""
    data = path.read_bytes()
    end = data.rfind(b"\n") + 1
    if end != len(data):
        _write(path, data[:end])


def _openpyxl() -> Any:
    try:
        import openpyxl
    except ImportError:
        raise MissingDependency(
            "writing .xlsx needs openpyxl", user_action="pip install 'docparse[invoices]'"
        ) from None
    return openpyxl
