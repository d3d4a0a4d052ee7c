"""A small client of the REST API, on the standard library: upload, follow, fetch, cancel."""

from __future__ import annotations

import contextlib
import http.client
import json
import secrets
import ssl
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, quote, urlsplit

from docparse.api.errors import error_of
from docparse.errors import DocparseError, EngineUnavailable, UsageError
from docparse.schemas.document import Problem

_TIMEOUT_S = 60.0
_PATIENCE_S = 300.0  # how long a service that is away or busy is asked again
_BLOCK = 1 << 18
_RETRIED = {429, 502, 503}
_NETWORK = (OSError, http.client.HTTPException)


def check_address(address: str) -> SplitResult:
    """The parts of a service's address. Raises UsageError."""
    try:
        parts = urlsplit(address if "//" in address else f"http://{address}")
        _ = parts.port
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"--server {address}: no http(s) address", user_action="For example --server http://host:8000")
    return parts


class ServiceClient:
    """One service. Each call makes its own connection, so that threads share nothing."""

    def __init__(self, parts: SplitResult, key: str | None) -> None:
        self._parts = parts
        self._base = parts.path.rstrip("/")
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}

    def submit(self, source: Path | bytes, name: str, fields: Mapping[str, str]) -> dict[str, Any]:
        """Upload a document; the job. Asked again under one Idempotency-Key when the service is away or busy."""
        boundary = secrets.token_hex(16)
        head, tail = _envelope(name, fields, boundary)
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
        headers = {
            "Content-Type": f"multipart/form-data; boundary={boundary}", "Idempotency-Key": secrets.token_hex(16),
            "Content-Length": str(len(head) + size + len(tail)),
        }  # fmt: skip

        def body() -> Iterator[bytes]:
            yield head
            if isinstance(source, bytes):
                yield source
            else:
                with source.open("rb") as file:
                    while block := file.read(_BLOCK):
                        yield block
            yield tail

        job: dict[str, Any] = json.loads(self._patiently("POST", "/v1/jobs", headers, body))
        return job

    def events(self, job_id: str) -> Iterator[dict[str, Any]]:
        """Events of a job, each once, until it is terminal; a connection that breaks is made anew."""
        last, end = 0, time.monotonic() + _PATIENCE_S
        while True:
            try:
                for number, event in self._stream(job_id, last):
                    last, end = number, time.monotonic() + _PATIENCE_S
                    yield event
                    if event["kind"].startswith("job.") and event["kind"] not in ("job.queued", "job.running"):
                        return
            except _NETWORK as error:
                if time.monotonic() > end:
                    raise self._away(error) from None
            time.sleep(1.0)

    def result(self, job_id: str) -> bytes:
        """The document as JSON, pictures inside. Raises the document's error when it failed."""
        return self._patiently("GET", f"/v1/jobs/{quote(job_id)}/result?format=json&expand=crops", {}, None)

    def cancel(self, job_id: str) -> None:
        """Stop a job, if the service can be reached; harmless when it is finished."""
        with contextlib.suppress(DocparseError, *_NETWORK):
            self._once("DELETE", f"/v1/jobs/{quote(job_id)}", {}, None, timeout_s=3.0)

    def _stream(self, job_id: str, last: int) -> Iterator[tuple[int, dict[str, Any]]]:
        connection = self._connect(_TIMEOUT_S)
        with contextlib.closing(connection):
            path = f"{self._base}/v1/jobs/{quote(job_id)}/events"
            connection.request("GET", path, headers={**self._headers, "Last-Event-ID": str(last)})
            answer = connection.getresponse()
            if answer.status != 200:
                if answer.status in _RETRIED:
                    raise http.client.HTTPException(f"the service answered {answer.status}")
                raise _error_of(answer.status, answer.read())
            number = last
            for line in answer:
                name, _, value = line.decode("utf-8", "replace").rstrip("\r\n").partition(": ")
                if name == "id":
                    number = int(value)
                elif name == "data":
                    yield number, json.loads(value)

    def _patiently(self, method: str, path: str, headers: Mapping[str, str], body: Any) -> bytes:
        """Ask until there is an answer that counts. Raises the problem that was answered, EngineUnavailable."""
        end = time.monotonic() + _PATIENCE_S
        while True:
            try:
                status, wait_s, data = self._once(method, path, headers, body and body())
            except _NETWORK as error:
                if isinstance(error, ConnectionRefusedError | ssl.SSLError) or time.monotonic() > end:
                    raise self._away(error) from None
                time.sleep(1.0)
                continue
            if status < 400:
                return data
            if status not in _RETRIED or time.monotonic() + wait_s > end or not _is_passing(data):
                raise _error_of(status, data)
            time.sleep(wait_s)

    def _once(
        self, method: str, path: str, headers: Mapping[str, str], body: Any, *, timeout_s: float = _TIMEOUT_S
    ) -> tuple[int, float, bytes]:
        connection = self._connect(timeout_s)
        with contextlib.closing(connection):
            try:
                connection.request(method, self._base + path, body, {**self._headers, **headers})
            except (BrokenPipeError, ConnectionResetError):
                if connection.sock is None:
                    raise
                # the service answered before it had read everything: its answer is what counts
            answer = connection.getresponse()
            wait = answer.headers.get("Retry-After", "1")
            return answer.status, min(60.0, float(wait) if wait.isdecimal() else 1.0), answer.read()

    def _connect(self, timeout_s: float) -> http.client.HTTPConnection:
        host, port = str(self._parts.hostname), self._parts.port
        if self._parts.scheme == "https":
            return http.client.HTTPSConnection(host, port, timeout=timeout_s)
        return http.client.HTTPConnection(host, port, timeout=timeout_s)

    def _away(self, error: Exception) -> EngineUnavailable:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return EngineUnavailable(
            f"the service at {self._parts.netloc.rpartition('@')[2]} does not answer: {reason}",
            user_action="Check the address and that the service runs.",
        )


def _envelope(name: str, fields: Mapping[str, str], boundary: str) -> tuple[bytes, bytes]:
    """What stands before and after the file in a multipart body."""
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
        for field, value in fields.items()
    ]
    shown = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    parts.append(
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{shown}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    return "".join(parts).encode("utf-8", "replace"), f"\r\n--{boundary}--\r\n".encode()


def _is_passing(data: bytes) -> bool:
    """Whether a 429, 502 or 503 is about the service and not about the document."""
    with contextlib.suppress(ValueError, AttributeError):
        return json.loads(data).get("code") not in ("engine_failed", "engine_unavailable")
    return True


def _error_of(status: int, data: bytes) -> DocparseError:
    """The error that a problem+json tells; any other answer is no docparse service."""
    try:
        found = json.loads(data)
        problem = Problem(
            code=found["code"], message=found["detail"], user_action=found["user_action"], page=found.get("page")
        )
    except (ValueError, KeyError, TypeError):
        return EngineUnavailable(f"the server answered {status}, not as a docparse service does")
    return error_of(problem)
