"""`docparse keys`: API keys of the service's store, and limits of their tenants."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from docparse.workers.accounts import Accounts, ApiKey, TenantLimits


def keys(
    action: Annotated[Literal["create", "list", "revoke", "limit"], typer.Argument(help="What to do.")],
    key_id: Annotated[str | None, typer.Argument(metavar="[ID]", help="Of the key to revoke.")] = None,
    tenant: Annotated[str, typer.Option(metavar="NAME", help="Who the key is for; jobs belong to it.")] = "default",
    name: Annotated[str, typer.Option(metavar="TEXT", help="A note to tell keys apart.")] = "",
    requests_per_minute: Annotated[int | None, typer.Option(min=0, help="With limit; 0: the default.")] = None,
    active_jobs: Annotated[int | None, typer.Option(min=0, help="With limit: jobs queued or running.")] = None,
    queued_pages: Annotated[int | None, typer.Option(min=0, help="With limit: pages that wait.")] = None,
    json_object: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> int:
    """Make, list and revoke keys; limit a tenant. A new key is shown once; only its hash is kept."""
    from docparse.cli.report import print_json
    from docparse.errors import UsageError
    from docparse.settings import load_settings
    from docparse.workers.bells import DeafBell
    from docparse.workers.service import Service

    if (action == "revoke") != (key_id is not None):
        raise UsageError("docparse keys revoke ID; the others take no id")
    given = {"requests_per_minute": requests_per_minute, "active_jobs": active_jobs, "queued_pages": queued_pages}
    if action != "limit" and any(value is not None for value in given.values()):
        raise UsageError(f"docparse keys {action} sets no limits; docparse keys limit does")
    service = Service(load_settings(), DeafBell())
    try:
        service.store.migrate()
        if action == "create":
            key, secret = service.store.create_key(tenant, name)
            if json_object:
                print_json({"ok": True, **_shown(key), "key": secret})
            else:
                print(secret)
                typer.echo(f"docparse: key {key.id} of tenant {tenant}; it is not shown again", err=True)
        elif action == "list":
            found = service.store.keys()
            if json_object:
                print_json({"ok": True, "keys": [_shown(key) for key in found]})
            else:
                _table(found)
        elif action == "limit":
            limits = asdict(_limit(service.store, tenant, given))
            if json_object:
                print_json({"ok": True, "tenant": tenant, **limits})
            else:
                print("\n".join(f"{name}  {'default' if value is None else value}" for name, value in limits.items()))
        else:
            service.store.revoke_key(str(key_id))
            if json_object:
                print_json({"ok": True, "id": key_id})
            else:
                typer.echo(f"docparse: key {key_id} is revoked", err=True)
    finally:
        service.close()
    return 0


def _limit(store: Accounts, tenant: str, given: dict[str, int | None]) -> TenantLimits:
    """The tenant's limits, with those that are given set; 0 takes one away."""
    from docparse.workers.accounts import TenantLimits

    kept = asdict(store.limits(tenant))
    limits = TenantLimits(**{name: kept[name] if value is None else value or None for name, value in given.items()})
    store.ensure_tenant(tenant, limits)
    return limits


def _shown(key: ApiKey) -> dict[str, str | None]:
    return {
        "id": key.id, "tenant": key.tenant_id, "name": key.name, "created_at": _time(key.created_at),
        "revoked_at": _time(key.revoked_at), "last_used_at": _time(key.last_used_at),
    }  # fmt: skip


def _table(found: list[ApiKey]) -> None:
    rows = [("ID", "TENANT", "CREATED", "LAST USED", "STATE", "NAME")]
    for key in found:
        state = "revoked" if key.revoked_at else "valid"
        used = _time(key.last_used_at) or "never"
        rows.append((key.id, key.tenant_id, _time(key.created_at) or "", used, state, key.name))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())


def _time(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
