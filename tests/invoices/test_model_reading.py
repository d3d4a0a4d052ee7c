from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from invoice_pages import ENGLISH, draw

from docparse.errors import EngineError, UsageError
from docparse.invoices import InvoiceOptions, extract_invoice
from docparse.invoices.asking import ServerAsker
from docparse.invoices.fields import load_fields
from docparse.model.base import Engine
from docparse.options import ParseOptions
from docparse.schemas.invoice import Invoice
from docparse.schemas.page import PageImage, PixelBudget
from docparse.settings import Settings

ANSWER = {
    "data": {
        "number": "INV-2024-117", "issue_date": "2024-03-14", "currency": "GBP", "gross": 2846.40, "net": 2372,
        "seller": {"name": "Harbour Supplies Ltd"}, "order_ref": "PO-9999",
        "lines": [{"name": "Rope, 12 mm", "quantity": 30, "line_total": 72}],
    },
    "quotes": {"number": "Invoice No: INV-2024-117", "seller.name": "Harbour Supplies Ltd"},
}  # fmt: skip


class Scripted:
    """An asker that says what it was told to."""

    name = "scripted"
    budget = PixelBudget(max_pixels=200 * 28 * 28)

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    def ask(self, page: PageImage, prompt: str, schema: Mapping[str, Any], *, attempt: int = 0) -> str:
        assert page.pixels is None or page.pixels.ndim == 3
        assert schema["required"] == ["data", "quotes"]
        self.asked.append((prompt, attempt))
        return self.answers.pop(0)

    def close(self) -> None:
        self.answers.clear()


def test_values_are_proved_by_code(tmp_path: Path, reader: Engine) -> None:
    asker = Scripted(json.dumps(ANSWER))
    result = extract_invoice(draw(tmp_path / "a.pdf", ENGLISH), engine=reader, asker=asker)
    assert isinstance(result.data, Invoice)
    assert (result.data.number, result.data.gross) == ("INV-2024-117", Decimal("2846.4"))
    assert result.citations["gross"][0].quote == "£2,846.40"
    assert result.citations["number"][0].quote == "INV-2024-117"
    assert result.citations["lines[0].quantity"][0].quote == "30"
    assert "order_ref" not in result.citations
    assert ("order_ref", "unproved") in {(flag.field, flag.code) for flag in result.flags}


def test_a_broken_answer_is_asked_for_once_more(tmp_path: Path, reader: Engine) -> None:
    path = draw(tmp_path / "a.pdf", ENGLISH)
    asker = Scripted("I am sorry.", json.dumps(ANSWER))
    result = extract_invoice(path, engine=reader, asker=asker)
    assert [attempt for _, attempt in asker.asked] == [0, 1]
    assert "asked_twice" in {flag.code for flag in result.flags}
    with pytest.raises(EngineError, match="no JSON"):
        extract_invoice(path, engine=reader, asker=Scripted("no", '{"data": {"gross": "many"}, "quotes": {}}'))


def test_other_fields_with_the_same_proofs(tmp_path: Path, reader: Engine) -> None:
    schema = {"type": "object", "properties": {"anchors": {"type": "integer"}, "ship": {"type": "string"}}}
    (tmp_path / "fields.json").write_text(json.dumps(schema))
    options = InvoiceOptions(fields=load_fields(str(tmp_path / "fields.json")))
    asker = Scripted('{"data": {"anchors": 2, "ship": "Mary Rose"}, "quotes": {"anchors": "2"}}')
    result = extract_invoice(draw(tmp_path / "a.pdf", ENGLISH), engine=reader, asker=asker, options=options)
    assert result.data == {"anchors": 2, "ship": "Mary Rose"}
    assert set(result.citations) == {"anchors"}
    assert [(flag.field, flag.code) for flag in result.flags] == [("ship", "unproved")]
    assert "Mary Rose" not in asker.asked[0][0]


def test_fields_from_a_model_class_and_wrong_ones() -> None:
    assert "number" in load_fields("docparse.schemas.invoice:Invoice")["properties"]
    with pytest.raises(UsageError):
        load_fields("docparse.nothing:Model")
    with pytest.raises(UsageError):
        load_fields("docparse.schemas.invoice:SCHEMA_VERSION")


class Server(BaseHTTPRequestHandler):
    """A chat completion server that knows no response_format."""

    bodies: list[dict[str, Any]] = []  # noqa: RUF012

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        Server.bodies.append(body)
        refused = "response_format" in body
        answer = {"error": "unknown field"} if refused else {"choices": [{"message": {"content": json.dumps(ANSWER)}}]}
        data = json.dumps(answer).encode()
        self.send_response(400 if refused else 200)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@pytest.fixture
def server() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Server) as one:
        thread = threading.Thread(target=one.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{one.server_port}/v1"
        one.shutdown()
        thread.join()


def test_a_server_without_guided_decoding(server: str, tmp_path: Path, reader: Engine) -> None:
    settings = Settings(remote_url=server, remote_model="small", remote_max_pixels=200 * 28 * 28)
    asker = ServerAsker(ParseOptions(engine="remote"), settings)
    try:
        result = extract_invoice(draw(tmp_path / "a.pdf", ENGLISH), engine=reader, asker=asker)
    finally:
        asker.close()
    assert isinstance(result.data, Invoice)
    assert result.data.gross == Decimal("2846.4")
    first, second = Server.bodies[-2:]
    assert first["response_format"]["type"] == "json_schema"
    assert "response_format" not in second
    assert second["messages"][0]["content"][0]["image_url"]["url"].startswith("data:image/png;base64,")
