"""A server process that misbehaves on request, and engines that ask it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from remote_helpers import Server

from docparse.model.remote import RemoteEngine
from docparse.model.remote_retry import Pace

pytest.importorskip("httpx")
SCRIPT = Path(__file__).parent / "misbehaving_server.py"


@pytest.fixture(scope="session")
def server_process() -> Iterator[Server]:
    command = [sys.executable, str(SCRIPT)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield Server(int(process.stdout.readline()))
        process.stdin.close()
        process.wait(10)


@pytest.fixture
def server(server_process: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    monkeypatch.delenv("DOCPARSE_REMOTE_API_KEY", raising=False)
    server_process.control()
    return server_process


@pytest.fixture
def engine(server: Server) -> Iterator[Callable[..., RemoteEngine]]:
    """Opens engines that wait only shortly between tries; closed at the end of the test."""
    opened: list[RemoteEngine] = []

    def open_it(model: str = "qwen2.5-vl-7b", **settings: Any) -> RemoteEngine:
        found = RemoteEngine(server.settings(**settings), model)
        found.pace = Pace(found.pace.attempts, first_s=0.02)
        opened.append(found)
        return found

    yield open_it
    for one in opened:
        one.close()
