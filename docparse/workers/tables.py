"""The tables of the store. Times are seconds since 1970 (UTC), ids are text that sorts by time of creation.

A document or page row is its own doorbell: its `state` says what is due, `due_at` from when, `rung_at` when a worker
was last told. `owner`, `lease_until` and `attempt` belong to whoever works on it: a commit counts only while all
three are still its own. `strikes` counts the attempts that may have killed their worker.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
_ID = String(64)
_SERIAL = BigInteger().with_variant(Integer, "sqlite")


def _work() -> list[Column[object]]:
    """What every row that workers take has."""
    return [
        Column("state", String(16), nullable=False),
        Column("attempt", Integer, nullable=False, default=0),
        Column("strikes", Integer, nullable=False, default=0),
        Column("owner", String(80), nullable=False, default=""),
        Column("lease_until", Float, nullable=False, default=0.0),
        Column("due_at", Float, nullable=False, default=0.0),
        Column("rung_at", Float, nullable=False, default=0.0),
        Column("error", JSON(none_as_null=True)),
        Column("finished_at", Float),
    ]


tenants = Table(
    "tenants", metadata,
    Column("id", _ID, primary_key=True),
    Column("created_at", Float, nullable=False),
    Column("requests_per_minute", Integer),
    Column("active_jobs", Integer),
    Column("queued_pages", Integer),
)  # fmt: skip

api_keys = Table(
    "api_keys", metadata,
    Column("id", _ID, primary_key=True),
    Column("tenant_id", _ID, ForeignKey("tenants.id"), nullable=False, index=True),
    Column("name", String(200), nullable=False, default=""),
    Column("digest", String(64), nullable=False, unique=True),
    Column("created_at", Float, nullable=False),
    Column("revoked_at", Float),
    Column("last_used_at", Float),
)  # fmt: skip

jobs = Table(
    "jobs", metadata,
    Column("id", _ID, primary_key=True),
    Column("tenant_id", _ID, ForeignKey("tenants.id"), nullable=False),
    Column("state", String(16), nullable=False),
    Column("options", JSON, nullable=False),
    Column("service", JSON, nullable=False),
    Column("idempotency_key", String(255)),
    Column("fingerprint", String(64), nullable=False),
    Column("created_at", Float, nullable=False),
    Column("started_at", Float),
    Column("finished_at", Float),
    Column("expires_at", Float),
    Column("documents_total", Integer, nullable=False),
    Column("documents_left", Integer, nullable=False),
    Column("pages_total", Integer, nullable=False, default=0),
    Column("pages_done", Integer, nullable=False, default=0),
    Column("pages_failed", Integer, nullable=False, default=0),
    Column("last_event", Integer, nullable=False, default=0),
    UniqueConstraint("tenant_id", "idempotency_key"),
    Index(None, "tenant_id", "state"),
    Index(None, "expires_at"),
)  # fmt: skip

documents = Table(
    "documents", metadata,
    Column("id", _ID, primary_key=True),
    Column("job_id", _ID, ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("tenant_id", _ID, nullable=False),
    Column("number", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("media_type", String(100), nullable=False, default=""),
    Column("source_key", String(300), nullable=False),
    Column("password", Text),
    *_work(),
    Column("pages_total", Integer, nullable=False, default=0),
    Column("pages_left", Integer, nullable=False, default=0),
    Column("pages_failed", Integer, nullable=False, default=0),
    Column("facts", JSON(none_as_null=True)),
    Column("engine", JSON(none_as_null=True)),
    Column("result_key", String(300)),
    Column("cache_key", String(64)),
    Column("cached", Boolean, nullable=False, default=False),
    Column("started_at", Float),
    Index(None, "state", "due_at"),
    Index(None, "tenant_id", "cache_key"),
)  # fmt: skip

pages = Table(
    "pages", metadata,
    Column("document_id", _ID, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("job_id", _ID, nullable=False, index=True),
    *_work(),
    Column("page_key", String(300)),
    Column("image_key", String(300)),
    Column("draft_key", String(300)),
    Column("seconds", Float),
    Column("tokens", Integer, nullable=False, default=0),
    Column("flags", JSON(none_as_null=True)),
    Index(None, "state", "due_at"),
    Index(None, "owner"),
)  # fmt: skip

corrections = Table(
    "corrections", metadata,
    Column("document_id", _ID, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("body", JSON, nullable=False),
    Column("updated_at", Float, nullable=False),
)  # fmt: skip

extracts = Table(
    "extracts", metadata,
    Column("document_id", _ID, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("key", String(300), nullable=False),
    Column("made_at", Float, nullable=False),
)  # fmt: skip

attempts = Table(
    "attempts", metadata,
    Column("document_id", _ID, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("page", Integer, primary_key=True),  # 0: the document itself
    Column("attempt", Integer, primary_key=True),
    Column("stage", String(16), nullable=False),
    Column("owner", String(80), nullable=False),
    Column("started_at", Float, nullable=False),
    Column("finished_at", Float),
    Column("outcome", String(16), nullable=False, default="running"),
    Column("error", Text),
)  # fmt: skip

events = Table(
    "events", metadata,
    Column("job_id", _ID, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("id", Integer, primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("at", Float, nullable=False),
    Column("data", JSON, nullable=False),
)  # fmt: skip

webhooks = Table(
    "webhooks", metadata,
    Column("id", _ID, primary_key=True),
    Column("tenant_id", _ID, ForeignKey("tenants.id"), nullable=False, index=True),
    Column("url", Text, nullable=False),
    Column("secret", String(100), nullable=False),
    Column("kinds", JSON, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("disabled_at", Float),
)  # fmt: skip

deliveries = Table(
    "deliveries", metadata,
    Column("id", _ID, primary_key=True),
    Column("webhook_id", _ID, ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("tenant_id", _ID, nullable=False),
    Column("job_id", _ID, ForeignKey("jobs.id", ondelete="CASCADE"), index=True),
    Column("kind", String(40), nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(16), nullable=False),  # pending, delivered, failed
    Column("attempts", Integer, nullable=False, default=0),
    Column("due_at", Float, nullable=False),
    Column("status_code", Integer),
    Column("error", Text),
    Column("created_at", Float, nullable=False),
    Column("finished_at", Float),
    Index(None, "state", "due_at"),
)  # fmt: skip

workers = Table(
    "workers", metadata,
    Column("id", String(80), primary_key=True),
    Column("queues", String(80), nullable=False),
    Column("engines", JSON, nullable=False),
    Column("slots", Integer, nullable=False, default=0),
    Column("busy", Integer, nullable=False, default=0),
    Column("counts", JSON, nullable=False),
    Column("started_at", Float, nullable=False),
    Column("seen_at", Float, nullable=False),
)  # fmt: skip

locks = Table(
    "locks", metadata,
    Column("name", String(40), primary_key=True),
    Column("owner", String(80), nullable=False),
    Column("until", Float, nullable=False),
)  # fmt: skip

trash = Table(
    "trash", metadata,
    Column("scope", String(200), primary_key=True),
    Column("at", Float, nullable=False),
)  # fmt: skip
