"""A server process that misbehaves on request, and pages to send to it."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from docparse.model.remote import RemoteEngine
from docparse.model.remote_retry import Pace
from docparse.schemas.page import PageImage, TextLayer, TextQuality, Word
from docparse.settings import Settings

pytest.importorskip("httpx")
SCRIPT = Path(__file__).parent / "misbehaving_server.py"


class Server:
    """The process from the tests' side."""

    def __init__(self, port: int) -> None:
        self.root = f"http://127.0.0.1:{port}"
        self.url = f"{self.root}/v1"

    def control(self, *script: dict[str, Any], **state: Any) -> None:
        data = json.dumps({"script": list(script), **state}).encode()
        headers = {"content-type": "application/json"}
        urllib.request.urlopen(urllib.request.Request(f"{self.root}/control", data, headers), timeout=10).close()

    @property
    def log(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.root}/log", timeout=10) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    @property
    def requests(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.log["requests"]
        return found

    def settings(self, **values: Any) -> Settings:
        return Settings(remote_url=self.url, **{"remote_idle_timeout_s": 10.0, **values})


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


def page(number: int = 1, width: int = 280, height: int = 112, words: tuple[str, ...] | None = None) -> PageImage:
    text = TextLayer()
    if words is not None:
        text = TextLayer(tuple(Word(word, (0, 0, 9, 9)) for word in words), TextQuality.SOUND)
    pixels = np.full((height, width, 3), 255, np.uint8)
    return PageImage(number, width, height, float(width), float(height), "px", pixels, text)
