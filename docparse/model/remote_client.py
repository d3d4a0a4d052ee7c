"""One request to an OpenAI-compatible server: what is sent, and what each kind of refusal means.

The API key comes from the environment variable DOCPARSE_REMOTE_API_KEY alone. It is in no message, log or result.
"""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from docparse.errors import EngineError, EngineUnavailable, MissingDependency, SettingsError
from docparse.qwenvl.profiles import Profile
from docparse.settings import Settings

if TYPE_CHECKING:
    import httpx

KEY = "DOCPARSE_REMOTE_API_KEY"
_RETRIED = frozenset((408, 409, 425, 429, 500, 502, 503, 504, 529))
_BODY_CHARS = 200
_FOR_GOOD: tuple[tuple[str, type[EngineError], str, str], ...] = (
    (
        r"(?=.*\b(?:images?|vision|multi-?modal)\b)"
        r".*\b(?:not support|unsupported|not a multi-?modal|missing data|at most 0)",
        EngineUnavailable, "the server can't take images",
        "Serve a model that sees images, with its vision part (llama.cpp: --mmproj).",
    ),
    (
        r"context (?:size|length|window)|maximum context", EngineError, "the page is too long for the server's context",
        "Start the server with a larger context, or set a lower remote_max_pixels.",
    ),
    (
        r"max bytes|too large", EngineError, "the page image is too large for the server",
        "Set a lower remote_max_pixels.",
    ),
    (
        r"inappropriate content|content management policy", EngineError,
        "the server's content filter refuses the page", "Choose another --engine.",
    ),
)  # fmt: skip
"""What servers say (a pattern), and what it means: no other try makes it better."""


class Refusal(Exception):
    """A request that failed. `again` says whether it may go better later; `after_s` is what the server asked for."""

    def __init__(self, error: EngineError, again: bool = False, after_s: float | None = None, status: int = 0) -> None:
        super().__init__(str(error))
        self.error, self.again, self.after_s, self.status = error, again, after_s, status


def require_httpx() -> None:
    """Raises MissingDependency unless httpx is installed. Its log of whole addresses, which may hold keys, is off."""
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        import httpx  # noqa: F401
    except ImportError:
        raise MissingDependency(
            "engine 'remote' needs httpx, which is not installed",
            user_action="Install it with: pip install 'docparse[remote]'",
        ) from None


def base_url(url: str) -> str:
    """The API's root, ending in /v1 where the address names no path. Raises SettingsError."""
    parts = urlsplit(url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError(f"setting 'remote_url': {shown_url(url)!r} is no http address")
    path = parts.path.rstrip("/").removesuffix("/chat/completions")
    return urlunsplit((parts.scheme, parts.netloc, path or "/v1", parts.query, ""))


def endpoint(base: str, name: str) -> str:
    """The address of `name` under the API's root, whose query (an API version, say) goes with every request."""
    parts = urlsplit(base)
    return urlunsplit(parts._replace(path=f"{parts.path}/{name}"))


def shown_url(url: str) -> str:
    """The address without user, password and query, for messages."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def open_client(settings: Settings) -> httpx.AsyncClient:
    """A client with the settings' timeouts and the key of the environment."""
    import httpx

    key = os.environ.get(KEY, "").strip()
    timeout = httpx.Timeout(settings.remote_idle_timeout_s, connect=settings.remote_connect_timeout_s, pool=None)
    limits = httpx.Limits(
        max_connections=settings.remote_concurrency, max_keepalive_connections=settings.remote_concurrency
    )
    headers = {"authorization": f"Bearer {key}"} if key else {}
    return httpx.AsyncClient(headers=headers, timeout=timeout, limits=limits, follow_redirects=False)


def request_body(profile: Profile, model: str, image_url: str, *, extras: bool = True) -> dict[str, Any]:
    """The JSON of one page. `extras` are the fields that not every server knows."""
    image = {"type": "image_url", "image_url": {"url": image_url}}
    text = {"type": "text", "text": profile.prompt}
    messages: list[dict[str, Any]] = [{"role": "system", "content": profile.system}] if profile.system else []
    messages.append({"role": "user", "content": [image, text] if profile.image_first else [text, image]})
    body: dict[str, Any] = {
        "model": model, "messages": messages, "max_tokens": profile.max_tokens,
        "temperature": profile.temperature, "top_p": profile.top_p, "stream": True,
    }  # fmt: skip
    if extras:
        # one alternative a token is the fewest that every server takes; llama.cpp's sends twenty unless told
        body |= {"logprobs": True, "top_logprobs": 1, "stream_options": {"include_usage": True}}
        if profile.repetition_penalty != 1.0:
            body["repetition_penalty"] = profile.repetition_penalty
    return body


def status_refusal(status: int, headers: Mapping[str, str], body: bytes) -> Refusal:
    """What an answer that is no success means, and what its reader can do."""
    said = _said(body)
    if status in (400, 422, 500, 501) and (refusal := for_good(status, said)):
        return refusal
    again = status in _RETRIED
    after_s = _after(headers.get("retry-after")) if again else None
    if status in (401, 403):
        error: EngineError = EngineUnavailable(
            f"the server refuses the key ({status}){said}", user_action=f"Set {KEY} to a key of that server."
        )
    elif status == 404:
        error = EngineUnavailable(
            f"the server knows no such address or model (404){said}",
            user_action="Check remote_url (it often ends in /v1) and remote_model, or give --model.",
        )
    elif status == 413:
        error = EngineError(
            f"the page image is too large for the server (413){said}", user_action="Set a lower remote_max_pixels."
        )
    elif 300 <= status < 400:
        error = EngineUnavailable(
            f"the server sends requests elsewhere ({status})", user_action="Set remote_url to the address it names."
        )
    elif again:
        error = EngineUnavailable(
            f"the server is busy or failing ({status}){said}", user_action="Try again later, or look at its log."
        )
    else:
        error = EngineError(f"the server refuses the request ({status}){said}", user_action="Look at the server's log.")
    return Refusal(error, again, after_s, status)


def for_good(status: int, said: str) -> Refusal | None:
    """What no other try makes better, whatever the status says (llama.cpp's server and Ollama send 500 for it).

    `status` is 0 for what comes inside a stream.
    """
    for pattern, kind, what, to_do in _FOR_GOOD:
        if re.search(pattern, said, re.IGNORECASE):
            return Refusal(kind(what + (f" ({status})" if status else "") + said, user_action=to_do), status=status)
    return None


def transport_refusal(error: Exception, url: str) -> Refusal:
    """What a connection that failed means."""
    import httpx

    where = shown_url(url)
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return Refusal(
            EngineUnavailable(
                f"no server answers at {where}", user_action="Start it, or check remote_url and the network."
            ),
            again=True,
        )
    if isinstance(error, httpx.TimeoutException):
        return Refusal(
            EngineUnavailable(f"{where} fell silent", user_action="Try again, or raise remote_idle_timeout_s."), True
        )
    return Refusal(
        EngineUnavailable(
            f"the connection to {where} broke off ({type(error).__name__})", user_action="Try again later."
        ),
        again=True,
    )


def shape_refusal(what: str) -> Refusal:
    """An answer of success that is no chat completion."""
    return Refusal(
        EngineUnavailable(
            f"the server does not speak the OpenAI API: {what}",
            user_action="Check remote_url; it is the address that ends before /chat/completions.",
        )
    )


def _said(body: bytes) -> str:
    """The server's own words, on one line and without the key."""
    text = body.decode("utf-8", "replace")
    try:
        found = json.loads(text)
        inner = found.get("error", found) if isinstance(found, dict) else found
        text = str((inner.get("message") or inner.get("detail") or inner) if isinstance(inner, dict) else inner)
    except ValueError:
        if "<" in text[:50]:
            return ""  # a page for browsers says nothing here
    text = without_key(" ".join(text.split()))[:_BODY_CHARS]
    return f": {text}" if text else ""


def without_key(text: str) -> str:
    key = os.environ.get(KEY, "").strip()
    return text.replace(key, "***") if key else text


def _after(value: str | None) -> float | None:
    """Seconds of a Retry-After header: a number, or a date."""
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    import time

    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (TypeError, ValueError):
        return None
