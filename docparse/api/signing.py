"""Standard Webhooks (standardwebhooks.com): secrets and signatures."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping

from docparse.api.errors import Unprocessable

_PREFIX = "whsec_"
TOLERANCE_S = 300


def new_secret() -> str:
    """A fresh signing secret of 256 bits."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def secret_bytes(secret: str) -> bytes:
    """The key in a `whsec_…` secret of 24 to 64 bytes. Raises Unprocessable."""
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not 24 <= len(key) <= 64:
        raise Unprocessable("a webhook secret is `whsec_` and 24 to 64 bytes in base64")
    return key


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers of a signed message."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(secret_bytes(secret), signed, hashlib.sha256).digest()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def verify(secret: str, headers: Mapping[str, str], body: bytes, *, now: float | None = None) -> bool:
    """Whether a message is signed with `secret` and was sent within five minutes: what a receiver does."""
    found = {name.lower(): value for name, value in headers.items()}
    try:
        timestamp = int(found["webhook-timestamp"])
        expected = sign(secret, found["webhook-id"], timestamp, body)["webhook-signature"]
    except (KeyError, ValueError):
        return False
    if abs((time.time() if now is None else now) - timestamp) > TOLERANCE_S:
        return False
    return any(hmac.compare_digest(expected, given) for given in found.get("webhook-signature", "").split())
