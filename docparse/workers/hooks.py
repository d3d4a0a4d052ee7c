"""Webhooks and their deliveries: rows only; whoever sends them takes them here and says what came of it."""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update

from docparse.errors import NotFound
from docparse.workers.database import Database, new_id
from docparse.workers.endings import enqueue_deliveries
from docparse.workers.tables import deliveries, webhooks


@dataclass(frozen=True, slots=True)
class Webhook:
    """`kinds` are event kinds such as "job.completed", or "*". `secret` is "whsec_" + base64 (Standard Webhooks)."""

    id: str
    tenant_id: str
    url: str
    secret: str
    kinds: list[str]
    created_at: float
    disabled_at: float | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one webhook. `body` is sent as it is; `state` is pending, delivered or failed."""

    id: str
    webhook_id: str
    tenant_id: str
    job_id: str | None
    kind: str
    body: str
    state: str
    attempts: int
    due_at: float
    status_code: int | None
    error: str | None
    created_at: float
    finished_at: float | None


class Hooks(Database):
    """The tenant's webhooks, and the outbox of their deliveries."""

    def create_webhook(self, tenant: str, url: str, kinds: Sequence[str] = ("*",)) -> Webhook:
        """The tenant must exist. Whether the URL may be called is for the caller to check."""
        secret = f"whsec_{base64.b64encode(secrets.token_bytes(24)).decode()}"
        hook = Webhook(new_id("wh"), tenant, url, secret, list(kinds), time.time())
        with self.write(durable=True) as connection:
            connection.execute(insert(webhooks).values(**{name: getattr(hook, name) for name in Webhook.__slots__}))
        return hook

    def webhooks(self, tenant: str) -> list[Webhook]:
        query = select(webhooks).where(webhooks.c.tenant_id == tenant).order_by(webhooks.c.id)
        with self.read() as connection:
            return [_webhook(row) for row in connection.execute(query)]

    def webhook(self, tenant: str, webhook_id: str) -> Webhook:
        """Raises NotFound."""
        query = select(webhooks).where(webhooks.c.id == webhook_id, webhooks.c.tenant_id == tenant)
        with self.read() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise NotFound(f"there is no webhook {webhook_id[:80]!r}")
        return _webhook(row)

    def disable_webhook(self, tenant: str, webhook_id: str, *, disabled: bool = True) -> None:
        """Raises NotFound."""
        self.webhook(tenant, webhook_id)
        with self.write(durable=True) as connection:
            at = time.time() if disabled else None
            connection.execute(update(webhooks).where(webhooks.c.id == webhook_id).values(disabled_at=at))

    def delete_webhook(self, tenant: str, webhook_id: str) -> None:
        """With all its deliveries. Raises NotFound."""
        self.webhook(tenant, webhook_id)
        with self.write(durable=True) as connection:
            connection.execute(delete(webhooks).where(webhooks.c.id == webhook_id))

    def notify(self, tenant: str, kind: str, data: dict[str, object], *, job_id: str | None = None) -> None:
        """A delivery to each webhook that listens to `kind`."""
        with self.write() as connection:
            enqueue_deliveries(connection, tenant, kind, data, job_id=job_id)

    def deliveries(self, tenant: str, webhook_id: str, limit: int = 100) -> list[Delivery]:
        """Newest first. Raises NotFound."""
        self.webhook(tenant, webhook_id)
        query = select(deliveries).where(deliveries.c.webhook_id == webhook_id).order_by(deliveries.c.id.desc())
        with self.read() as connection:
            return [_delivery(row) for row in connection.execute(query.limit(limit))]

    def take_deliveries(self, limit: int = 20, lease_s: float = 60.0) -> list[tuple[Delivery, Webhook]]:
        """Messages that are due, taken so that no other sender takes them until the lease ends."""
        now = time.time()
        query = (
            select(deliveries).join(webhooks, webhooks.c.id == deliveries.c.webhook_id)
            .where(deliveries.c.state == "pending", deliveries.c.due_at <= now, webhooks.c.disabled_at.is_(None))
            .order_by(deliveries.c.due_at).limit(limit).with_for_update(skip_locked=True, of=deliveries)
        )  # fmt: skip
        with self.write() as connection:
            taken = [_delivery(row) for row in connection.execute(query)]
            ids = [delivery.id for delivery in taken]
            connection.execute(
                update(deliveries).where(deliveries.c.id.in_(ids))
                .values(due_at=now + lease_s, attempts=deliveries.c.attempts + 1)
            )  # fmt: skip
            hooks = connection.execute(select(webhooks).where(webhooks.c.id.in_([d.webhook_id for d in taken]))).all()
        by_id = {row.id: _webhook(row) for row in hooks}
        return [(delivery, by_id[delivery.webhook_id]) for delivery in taken]

    def settle_delivery(
        self, delivery_id: str, *, delivered: bool, retry_in_s: float | None = None,
        status_code: int | None = None, error: str | None = None,
    ) -> None:  # fmt: skip
        """What came of a try: delivered, to be tried again after `retry_in_s`, or given up (None)."""
        now = time.time()
        again = not delivered and retry_in_s is not None
        values = {
            "state": "delivered" if delivered else "pending" if again else "failed", "status_code": status_code,
            "error": error, "due_at": now + (retry_in_s or 0.0), "finished_at": None if again else now,
        }  # fmt: skip
        with self.write() as connection:
            connection.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(**values))

    def replay_delivery(self, tenant: str, delivery_id: str) -> Delivery:
        """Send a message once more, under the same id. Raises NotFound."""
        mine = (deliveries.c.id == delivery_id, deliveries.c.tenant_id == tenant)
        with self.write(durable=True) as connection:
            connection.execute(
                update(deliveries).where(*mine)
                .values(state="pending", attempts=0, due_at=time.time(), finished_at=None, error=None)
            )  # fmt: skip
            row = connection.execute(select(deliveries).where(*mine)).first()
        if row is None:
            raise NotFound(f"there is no delivery {delivery_id[:80]!r}")
        return _delivery(row)


def _webhook(row: object) -> Webhook:
    return Webhook(*(getattr(row, name) for name in Webhook.__slots__))


def _delivery(row: object) -> Delivery:
    return Delivery(*(getattr(row, name) for name in Delivery.__slots__))
