"""`Store`: everything the service must not lose. One database, seen from several sides."""

from __future__ import annotations

from docparse.workers.accounts import Accounts
from docparse.workers.due import Due
from docparse.workers.hooks import Hooks
from docparse.workers.jobs import Jobs
from docparse.workers.kept import Kept


class Store(Accounts, Jobs, Kept, Hooks, Due):
    """`Store(database_url)`; call `migrate()` once before use.

    Clients: `create_job`, `job`, `jobs`, `cancel`, `delete`, `page`, `events`, corrections, keys and webhooks.
    Workers: `claim`, the commits, `release`. Upkeep: `ring_due`, `end_leases`, `depths`. Thread-safe; make one per
    process.
    """
