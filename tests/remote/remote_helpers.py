"""The server process from the tests' side, and pages to send to it."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import numpy as np

from docparse.schemas.page import PageImage, TextLayer, TextQuality, Word
from docparse.settings import Settings


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


def page(number: int = 1, width: int = 280, height: int = 112, words: tuple[str, ...] | None = None) -> PageImage:
    text = TextLayer()
    if words is not None:
        text = TextLayer(tuple(Word(word, (0, 0, 9, 9)) for word in words), TextQuality.SOUND)
    pixels = np.full((height, width, 3), 255, np.uint8)
    return PageImage(number, width, height, float(width), float(height), "px", pixels, text)
