"""Who asks: API keys, and the open door on loopback."""

from __future__ import annotations

import hashlib
import ipaddress
import threading
import time
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

from anyio import to_thread
from fastapi import Depends, Request
from starlette.requests import HTTPConnection

from docparse.api.errors import Forbidden, KeyInvalid, KeyMissing

if TYPE_CHECKING:
    from docparse.api.context import Context
    from docparse.workers.accounts import Accounts, TenantLimits

DEFAULT_TENANT = "default"
COOKIE = "docparse_key"
_REMEMBER_S = 3.0  # a revoked key opens nothing from then on
_MOST = 10_000


class Door:
    """Finds the tenant of a request; what the store said is remembered for a moment."""

    def __init__(self, store: Accounts, *, loopback: bool) -> None:
        self.loopback = loopback
        self._store = store
        self._known: dict[str, tuple[float, str | None]] = {}
        self._has_keys: tuple[float, bool] = (0.0, True)
        self._limits: dict[str, tuple[float, TenantLimits]] = {}
        self._lock = threading.Lock()

    def known(self, key: str) -> str | None:
        """The tenant of a key that was asked for a moment ago; None else. Asks nobody."""
        until, tenant = self._known.get(_digest(key), (0.0, None))
        return tenant if until > time.monotonic() else None

    def tenant_of(self, key: str) -> str | None:
        """The tenant of a key, None for one that is unknown or revoked."""
        digest, now = _digest(key), time.monotonic()
        with self._lock:
            until, tenant = self._known.get(digest, (0.0, None))
        if until > now:
            return tenant
        found = self._store.find_key(key)
        with self._lock:
            if len(self._known) > _MOST:
                self._known.clear()
            self._known[digest] = (now + _REMEMBER_S, found.tenant_id if found else None)
        return found.tenant_id if found else None

    def limits_known(self, tenant: str) -> TenantLimits | None:
        """The tenant's own limits as they were a moment ago; None when the store has to be asked."""
        until, found = self._limits.get(tenant, (0.0, None))
        return found if until > time.monotonic() else None

    def limits(self, tenant: str) -> TenantLimits:
        """The tenant's own limits."""
        found = self._store.limits(tenant)
        with self._lock:
            if len(self._limits) > _MOST:
                self._limits.clear()
            self._limits[tenant] = (time.monotonic() + _REMEMBER_S, found)
        return found

    @property
    def open_for_sure(self) -> bool | None:
        """`is_open` as it was a moment ago; None when the store has to be asked."""
        until, has_keys = self._has_keys
        return None if self.loopback and time.monotonic() > until else self.loopback and not has_keys

    def is_open(self) -> bool:
        """Whether no key is needed: on loopback, as long as there is none."""
        if not self.loopback:
            return False
        until, has_keys = self._has_keys
        if time.monotonic() > until:
            has_keys = self._store.has_keys()
            self._has_keys = (time.monotonic() + _REMEMBER_S, has_keys)
        return not has_keys


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def key_of(request: HTTPConnection) -> str | None:
    """The key in `Authorization: Bearer`, else in `X-Api-Key`, else in the cookie of a session; None without one."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value.strip():
        return value.strip()
    return request.headers.get("x-api-key", "").strip() or request.cookies.get(COOKIE) or None


def check_same_origin(request: HTTPConnection) -> None:
    """A browser sends the cookie by itself: what changes something counts only from our own pages. Raises Forbidden.

    The cookie is SameSite=Strict; this also stops other ports and sub-domains, which are the same site.
    """
    if request.scope.get("method", "GET") in ("GET", "HEAD", "OPTIONS") and request.scope["type"] == "http":
        return
    if "authorization" in request.headers or "x-api-key" in request.headers or COOKIE not in request.cookies:
        return
    origin = request.headers.get("origin")
    if origin is None or urlsplit(origin).netloc != request.headers.get("host"):
        raise Forbidden("another web page asks with the cookie of this one")


async def authenticate(request: Request) -> str:
    """The tenant of a request, counted against its rate. Raises KeyMissing, KeyInvalid, Forbidden, RateLimited."""
    return await authenticate_socket(request)


async def authenticate_socket(request: HTTPConnection) -> str:
    """The same for any connection: FastAPI wants to know which kind it is."""
    context: Context = request.app.state.context
    key = key_of(request)
    check_same_origin(request)
    if key is not None:
        tenant = context.door.known(key) or await to_thread.run_sync(context.door.tenant_of, key)
        if tenant is None and not await _is_open(context.door):
            raise KeyInvalid("this key is unknown or revoked")
    elif await _is_open(context.door):
        _check_neighbour(request)
        tenant = None
    else:
        raise KeyMissing("this service needs a key")
    tenant = tenant or DEFAULT_TENANT
    limits = context.door.limits_known(tenant)
    if limits is None:
        limits = await to_thread.run_sync(context.door.limits, tenant)
    context.rates.take(tenant, per_minute=limits.requests_per_minute)
    return tenant


async def _is_open(door: Door) -> bool:
    known = door.open_for_sure
    return await to_thread.run_sync(door.is_open) if known is None else known


def _check_neighbour(request: HTTPConnection) -> None:
    """Without keys, only programs of this machine are let in: no proxy's clients, and no web page in a browser here."""
    if request.headers.get("x-forwarded-for") or request.headers.get("forwarded"):
        raise KeyMissing("this service needs a key, as it stands behind a proxy")
    if not _is_loopback_name(request.url.hostname or ""):
        raise Forbidden("without keys this service answers to localhost and 127.0.0.1 alone")
    origin = request.headers.get("origin")
    if origin and urlsplit(origin).netloc != request.headers.get("host"):
        raise Forbidden("another web page asks, and this service has no keys")


def _is_loopback_name(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


Tenant = Annotated[str, Depends(authenticate)]
