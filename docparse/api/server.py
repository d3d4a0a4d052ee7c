"""The HTTP server: uvicorn with a deadline for headers, and problem+json also for what is no HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import socket
from typing import Any

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from docparse.api.errors import BadRequest
from docparse.api.problems import problem_of
from docparse.errors import OutputError, UsageError
from docparse.schemas.problem import MEDIA_TYPE

HEADER_TIMEOUT_S = 10.0


class GuardedProtocol(H11Protocol):
    """A connection that must send its whole request head within `HEADER_TIMEOUT_S`, first and later ones alike."""

    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_watching()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._stop_watching()  # idle connections have their own timeout

    def _watch_head(self) -> None:
        busy = self.cycle is not None and not self.cycle.response_complete
        if busy or self.transport.is_closing():
            self._stop_watching()
        elif self._head_timer is None:
            self._head_timer = self.loop.call_later(HEADER_TIMEOUT_S, self._too_slow)

    def _stop_watching(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _too_slow(self) -> None:
        self._head_timer = None
        if not self.transport.is_closing():
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """No request at all, so no application answers it."""
        request_id = secrets.token_hex(12)
        problem = problem_of(BadRequest("not a valid HTTP request"), request_id)
        body = json.dumps(problem.shown()).encode()
        headers = [
            (b"content-type", MEDIA_TYPE.encode()), (b"content-length", str(len(body)).encode()),
            (b"x-request-id", request_id.encode()), (b"connection", b"close"),
        ]  # fmt: skip
        head = h11.Response(status_code=400, headers=headers, reason=b"Bad Request")
        for event in (head, h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


def bind(host: str, port: int) -> socket.socket:
    """The listening socket; port 0 takes a free one. Raises UsageError, OutputError."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except OSError as error:
        raise UsageError(f"--host {host}: {error.strerror or error}") from None
    # with its protocol named: only for such sockets asyncio switches Nagle's algorithm off, which costs 40 ms an answer
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind(address)
    except OSError as error:
        sock.close()
        raise OutputError(
            f"can't listen on {host}:{port}: {error.strerror or error}", user_action="Choose another --port."
        ) from None
    return sock


def run_server(app: ASGIApp, sock: socket.socket, *, log_level: str = "info", grace_s: int = 20) -> None:
    """Serve until SIGTERM or SIGINT; requests under way have `grace_s` to end."""
    config = uvicorn.Config(
        app, http=GuardedProtocol, log_config=_log_config(log_level), access_log=False, server_header=False,
        timeout_keep_alive=20, timeout_graceful_shutdown=grace_s, h11_max_incomplete_event_size=32 << 10,
        ws_max_size=64 << 10, backlog=2048,
    )  # fmt: skip
    with contextlib.suppress(KeyboardInterrupt):  # uvicorn has shut down in order, then passes the signal on
        uvicorn.Server(config).run(sockets=[sock])


def _log_config(level: str) -> dict[str, Any]:
    """One line a record on stderr. Never a header, a query or a body: they hold keys and passwords."""
    return {
        "version": 1, "disable_existing_loggers": False,
        "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "loggers": {
            "uvicorn": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
            "docparse": {"handlers": ["stderr"], "level": level.upper(), "propagate": False},
        },
    }  # fmt: skip


def is_loopback(sock: socket.socket) -> bool:
    """Whether only this machine can reach the socket."""
    host = str(sock.getsockname()[0])
    return host == "::1" or host.startswith("127.")
