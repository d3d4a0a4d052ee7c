"""Tenants and API keys. Of a key only its SHA-256 is kept; whoever has it shows it."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from docparse.errors import NotFound, UsageError
from docparse.workers.database import Database, new_id
from docparse.workers.tables import api_keys, tenants

DEFAULT_TENANT = "default"
_TENANT = re.compile(r"[a-z0-9][a-z0-9_-]{0,47}")
_USED_EVERY_S = 60.0


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key without its secret. Times are seconds since 1970."""

    id: str
    tenant_id: str
    name: str
    created_at: float
    revoked_at: float | None = None
    last_used_at: float | None = None


@dataclass(frozen=True, slots=True)
class TenantLimits:
    """None: the installation's default."""

    requests_per_minute: int | None = None
    active_jobs: int | None = None
    queued_pages: int | None = None


class Accounts(Database):
    """Who may ask for what."""

    def ensure_tenant(self, tenant: str = DEFAULT_TENANT, limits: TenantLimits | None = None) -> None:
        """Make the tenant if it is new; set its limits if some are given. Raises UsageError for a bad name."""
        if not _TENANT.fullmatch(tenant):
            raise UsageError(f"tenant {tenant!r}: 1 to 48 of a-z, 0-9, - and _, the first a letter or digit")
        with self.write(durable=True) as connection:
            _make_tenant(connection, tenant)
            if limits is not None:
                values = {name: getattr(limits, name) for name in TenantLimits.__slots__}
                connection.execute(update(tenants).where(tenants.c.id == tenant).values(**values))

    def limits(self, tenant: str) -> TenantLimits:
        with self.read() as connection:
            row = connection.execute(select(tenants).where(tenants.c.id == tenant)).first()
        return TenantLimits(row.requests_per_minute, row.active_jobs, row.queued_pages) if row else TenantLimits()

    def create_key(self, tenant: str = DEFAULT_TENANT, name: str = "") -> tuple[ApiKey, str]:
        """A new key and its secret, which can't be had again."""
        self.ensure_tenant(tenant)
        secret = f"dp_{secrets.token_hex(16)}"
        key = ApiKey(new_id("key"), tenant, name[:200], time.time())
        with self.write(durable=True) as connection:
            connection.execute(insert(api_keys).values(
                id=key.id, tenant_id=tenant, name=key.name, digest=_digest(secret), created_at=key.created_at,
            ))  # fmt: skip
        return key, secret

    def keys(self, tenant: str | None = None) -> list[ApiKey]:
        """All keys (of one tenant), oldest first, revoked ones too."""
        query = select(api_keys).order_by(api_keys.c.id)
        if tenant is not None:
            query = query.where(api_keys.c.tenant_id == tenant)
        with self.read() as connection:
            return [_key(row) for row in connection.execute(query)]

    def revoke_key(self, key_id: str) -> None:
        """The key opens nothing from now on. Raises NotFound; harmless when done twice."""
        with self.write(durable=True) as connection:
            known = connection.execute(select(api_keys.c.revoked_at).where(api_keys.c.id == key_id)).first()
            if known is None:
                raise NotFound(f"there is no key {key_id!r}", user_action="docparse keys list shows the ids.")
            if known.revoked_at is None:
                connection.execute(update(api_keys).where(api_keys.c.id == key_id).values(revoked_at=time.time()))

    def find_key(self, secret: str) -> ApiKey | None:
        """The key of this secret unless it is revoked. Looked up by its digest, compared in constant time."""
        digest = _digest(secret)
        with self.read() as connection:
            row = connection.execute(select(api_keys).where(api_keys.c.digest == digest)).first()
        if row is None or not hmac.compare_digest(row.digest, digest) or row.revoked_at is not None:
            return None
        now = time.time()
        if now - (row.last_used_at or 0) > _USED_EVERY_S:
            with self.write() as connection:
                connection.execute(update(api_keys).where(api_keys.c.id == row.id).values(last_used_at=now))
        return _key(row)

    def has_keys(self) -> bool:
        """Whether any key is valid: without one the API is open, on loopback only."""
        with self.read() as connection:
            return connection.execute(select(api_keys.c.id).where(api_keys.c.revoked_at.is_(None))).first() is not None


def _make_tenant(connection: Connection, tenant: str) -> None:
    if connection.execute(select(tenants.c.id).where(tenants.c.id == tenant)).first() is None:
        try:
            with connection.begin_nested():
                connection.execute(insert(tenants).values(id=tenant, created_at=time.time()))
        except IntegrityError:
            return  # another process made it


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _key(row: object) -> ApiKey:
    return ApiKey(*(getattr(row, name) for name in ApiKey.__slots__))
