"""The outermost layer of the API: request ids, security headers, a log line, bounds on bodies.

Bodies are counted as they come, whatever Content-Length claims; one that stalls is given up. An answer that comes
before the body is read (413, 401, 415) waits for the sender a moment, so that it is read and not lost in a reset.
"""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from docparse.api.errors import UploadTimeout, UploadTooLarge
from docparse.api.problems import as_known, problem_response
from docparse.errors import DocparseError

log = logging.getLogger("docparse.access")

_REQUEST_ID = re.compile(r"[A-Za-z0-9._~-]{1,128}")
_MIB = 1 << 20
_LINGER_S = 5.0
_GRACE_S = 30.0  # from then on a body must have come at `_SLOWEST_BYTES_S` on average
_SLOWEST_BYTES_S = 1024
_SECURITY = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Frame-Options", "DENY"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a request may cost: MiB of JSON, MiB of anything else, seconds without a byte of the body."""

    json_mb: float
    body_mb: float
    idle_s: float = 30.0

    def bytes_of(self, headers: Headers) -> int:
        media = headers.get("content-type", "").partition(";")[0].strip().lower()
        return int((self.json_mb if media.endswith("json") else self.body_mb) * _MIB)


class Shell:
    """ASGI middleware around everything; see the module."""

    def __init__(
        self, app: ASGIApp, *, bounds: Bounds, seen: Callable[[str, str, int, float], None],
        admit: Callable[[Scope], None],
    ) -> None:  # fmt: skip
        self.app, self.bounds, self.seen, self.admit = app, bounds, seen, admit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        scope["docparse.request_id"] = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(12)
        call = _Call(scope, receive, send, self.bounds)
        started = time.monotonic()
        try:
            call.check_claim()
            self.admit(scope)
            await self.app(scope, call.receive, call.send)
        except Exception as error:
            if call.status:  # the answer has begun: nothing but to break it off
                as_known(error)
                raise
            await self._answer(call, as_known(error))
        finally:
            seconds = time.monotonic() - started
            route = getattr(scope.get("route"), "path", "none")
            self.seen(scope["method"], route, call.status, seconds)
            log.info(
                "%s %s %d %.0f ms id=%s", scope["method"], scope["path"][:200].encode("ascii", "replace").decode(),
                call.status, seconds * 1000, scope["docparse.request_id"],
            )  # fmt: skip

    async def _answer(self, call: _Call, error: DocparseError) -> None:
        response = problem_response(error, call.scope["docparse.request_id"])
        await response(call.scope, call.receive, call.send)


@dataclass(slots=True)
class _Call:
    """One request and its answer."""

    scope: Scope
    upstream: Receive
    downstream: Send
    bounds: Bounds
    limit: int = 0
    got: int = 0
    waited_s: float = 0.0
    complete: bool = False  # the whole body is read, or its sender has gone
    status: int = 0
    headers: Headers = field(default_factory=Headers)

    def __post_init__(self) -> None:
        self.headers = Headers(scope=self.scope)
        self.limit = self.bounds.bytes_of(self.headers)

    def check_claim(self) -> None:
        """Refuse what says itself that it is too large, before a byte is read."""
        claim = self.headers.get("content-length", "")
        if claim.isdecimal() and int(claim[:20]) > self.limit:
            raise self._too_large()
        if not claim and "transfer-encoding" not in self.headers:
            self.complete = True

    async def receive(self) -> Message:
        if self.complete:
            return await self.upstream()
        started = time.monotonic()
        try:
            message = await asyncio.wait_for(self.upstream(), self.bounds.idle_s)
        except TimeoutError:
            raise UploadTimeout(f"no byte of the body came for {self.bounds.idle_s:g} s") from None
        self.waited_s += time.monotonic() - started
        self._count(message)
        if self.got > self.limit:
            raise self._too_large()
        if self.waited_s > _GRACE_S and self.got < self.waited_s * _SLOWEST_BYTES_S:
            raise UploadTimeout(f"the body came slower than {_SLOWEST_BYTES_S} bytes/s")
        return message

    def _count(self, message: Message) -> None:
        self.got += len(message.get("body", b""))
        self.complete = message["type"] == "http.disconnect" or not message.get("more_body", False)

    def _too_large(self) -> UploadTooLarge:
        return UploadTooLarge(f"the body is larger than {self.limit / _MIB:g} MiB")

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-Id"] = self.scope["docparse.request_id"]
            for name, value in _SECURITY:
                headers.setdefault(name, value)
        last = message["type"] == "http.response.body" and not message.get("more_body", False)
        if last and not self.complete:
            await self.downstream({**message, "more_body": True})
            await self._linger()
            message = {"type": "http.response.body", "body": b"", "more_body": False}
        await self.downstream(message)

    async def _linger(self) -> None:
        """Read on and throw away until the sender has finished or left, for a few seconds at most."""
        end = time.monotonic() + _LINGER_S
        while not self.complete and (left := end - time.monotonic()) > 0:
            try:
                self._count(await asyncio.wait_for(self.upstream(), left))
            except TimeoutError:
                return
