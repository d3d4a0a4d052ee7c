"""What the measurements send: documents made from one pattern, over plain connections that are kept open.

A client library costs more CPU for a request than the service does, and both share the machine.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from dataclasses import dataclass
from typing import Any, Self

from docparse.bench.service_trial import pdf_of

PDF = {"Content-Type": "application/pdf"}
_MARK = "document 00000000"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service said."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def is_refusal(answer: Answer) -> bool:
    """A 429 or 503 that says when to come again, as a problem."""
    return (
        answer.status in (429, 503)
        and answer.headers.get("retry-after", "").isdecimal()
        and answer.headers.get("content-type") == "application/problem+json"
    )


class Papers:
    """PDFs of so many pages, each with a number of its own in its words."""

    def __init__(self, pages_each: int) -> None:
        pattern = pdf_of([f"{_MARK} page {page}." for page in range(1, pages_each + 1)])
        self._hex = _MARK.encode().hex().encode()
        self._pattern = pattern.split(self._hex)
        if len(self._pattern) != pages_each + 1:
            raise ValueError("the PDF library writes text in another way than it did")
        self._numbers = itertools.count(1)
        self.sent = 0

    def next(self) -> bytes:
        self.sent = next(self._numbers)
        return _title(self.sent).encode().hex().encode().join(self._pattern)

    def words(self, number: int) -> list[str]:
        """What stands on the pages of the document of that number."""
        return [f"{_title(number)} page {page}." for page in range(1, len(self._pattern))]


def _title(number: int) -> str:
    return f"document {number:08d}"


class Client:
    """Requests to one service; each takes a free connection or opens one."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self._host, self._port = host, port
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None, timeout_s: float = 120
    ) -> Answer:
        """Raises OSError, TimeoutError; an idle connection that the service has closed is replaced."""
        given = {"Host": f"{self._host}:{self._port}", "Content-Length": str(len(body)), **(headers or {})}
        head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in given.items())
        data = head.encode() + b"\r\n" + body
        async with asyncio.timeout(timeout_s):
            while self._free:
                with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                    return await self._exchange(self._free.pop(), data)
            return await self._exchange(await asyncio.open_connection(self._host, self._port), data)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        while self._free:
            await _close(self._free.pop()[1])

    async def _exchange(self, connection: tuple[asyncio.StreamReader, asyncio.StreamWriter], data: bytes) -> Answer:
        reader, writer = connection
        keep = False
        try:
            writer.write(data)
            lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            keep = headers.get("connection", "").lower() != "close" and "content-length" in headers
            return Answer(int(lines[0].split(" ")[1]), headers, body)
        finally:
            if keep:
                self._free.append(connection)
            else:
                await _close(writer)


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
