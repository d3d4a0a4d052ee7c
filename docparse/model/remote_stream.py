"""The stream of a chat completion: text, log-probabilities and the end, from server-sent events or from one JSON."""

from __future__ import annotations

import json
import math
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from docparse.errors import EngineError, EngineUnavailable
from docparse.model.remote_client import Refusal, for_good, shape_refusal, without_key

_MOST_LINE = 4_000_000


@dataclass(slots=True)
class Answer:
    """What came so far. `offsets` and `logprobs` pair up, one for each token that the server told about."""

    text: str = ""
    finish: str = ""
    logprobs: list[float] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    prompt_tokens: int | None = None
    tokens: int | None = None
    done: bool = False

    @property
    def ended(self) -> bool:
        """Whether the server said that this is all."""
        return self.done or bool(self.finish)

    def take(self, event: Any) -> str:
        """Take one chunk or whole completion in; returns the text that came with it. Raises Refusal."""
        if not isinstance(event, dict):
            raise shape_refusal("an event is no object")
        if event.get("error") or event.get("object") == "error":
            raise _told(event.get("error") or event)
        choices = event.get("choices")
        if not isinstance(choices, list):
            raise shape_refusal("an event has no choices")
        self._usage(event.get("usage"))
        if not choices:
            return ""
        choice = choices[0] if isinstance(choices[0], dict) else {}
        part = choice.get("delta") or choice.get("message") or {}
        text = part.get("content") if isinstance(part, dict) else None
        text = text if isinstance(text, str) else ""
        if text:
            self._logprobs(choice.get("logprobs"), text)
            self.text += text
        if choice.get("finish_reason"):
            self.finish = str(choice["finish_reason"])
        return text

    def _usage(self, usage: Any) -> None:
        if isinstance(usage, dict):
            for name, key in (("prompt_tokens", "prompt_tokens"), ("tokens", "completion_tokens")):
                if isinstance(usage.get(key), int):
                    setattr(self, name, usage[key])

    def _logprobs(self, logprobs: Any, text: str) -> None:
        found = logprobs.get("content") if isinstance(logprobs, dict) else None
        at, end = len(self.text), len(self.text) + len(text)
        for token in found if isinstance(found, list) else ():
            value = token.get("logprob") if isinstance(token, dict) else None
            if not isinstance(value, int | float) or not math.isfinite(value):
                continue
            self.logprobs.append(min(0.0, float(value)))
            self.offsets.append(min(at, end - 1))
            at += len(str(token.get("token", "")))


async def read_lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[str]:
    """Lines that end in LF or CR LF. (httpx's own reader also breaks at U+2028 and U+0085, which JSON may hold.)"""
    rest = b""
    async for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line.rstrip(b"\r").decode("utf-8", "replace")
        if len(rest) > _MOST_LINE:
            raise shape_refusal(f"{len(rest)} bytes in one line")
    if rest:
        yield rest.decode("utf-8", "replace")


async def read_events(chunks: AsyncIterator[bytes]) -> AsyncIterator[Any]:
    """The JSON values of a stream's `data:` lines; None is `[DONE]`. Raises Refusal for what is no JSON."""
    async for line in read_lines(chunks):
        if not line.startswith("data:"):
            if line and not line.startswith((":", "event:", "id:", "retry:")):
                raise shape_refusal(f"the stream holds {line[:60]!r}")
            continue
        data = line[5:].strip()
        if data == "[DONE]":
            yield None
        elif data:
            yield read_json(data)


def read_json(text: str) -> Any:
    """Raises Refusal when the text is no JSON."""
    if len(text) > _MOST_LINE:
        raise shape_refusal(f"{len(text)} characters in one event")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        kind = "a web page" if text.lstrip()[:1] == "<" else f"{text.strip()[:60]!r}"
        raise shape_refusal(f"it answers {without_key(kind)}") from None


def _told(error: Any) -> Refusal:
    """An error that came inside a stream, after a successful status."""
    message = str(error.get("message") or error) if isinstance(error, dict) else str(error)
    message = without_key(" ".join(message.split()))[:200]
    code = error.get("code") if isinstance(error, dict) else None
    if refusal := for_good(code if isinstance(code, int) else 0, f": {message}"):
        return refusal
    if isinstance(code, int) and 400 <= code < 500 and code != 429:
        return Refusal(EngineError(f"the server refuses the request: {message}"), status=code)
    return Refusal(EngineUnavailable(f"the server failed while it wrote: {message}"), again=True)
