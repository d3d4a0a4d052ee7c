"""The reconciler's side of the store: what is due and not rung for, whose lease is over, who leads."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, or_, select, tuple_, update
from sqlalchemy.exc import IntegrityError

from docparse.errors import EngineError
from docparse.workers.commits import Commits, end_page, problem
from docparse.workers.endings import end_document
from docparse.workers.jobs import bury
from docparse.workers.stages import MAX_STRIKES, DocumentState, PageState, Stage, Work, blob_scope
from docparse.workers.tables import attempts, documents, jobs, locks, pages, trash, workers

_FORGET_WORKERS_S = 300.0


@dataclass(frozen=True, slots=True)
class WorkerSeen:
    """A worker process that is alive.

    `engines` maps an engine choice to {"info": EngineInfo, "budget": PixelBudget}. `slots` and `busy` are the pieces of
    work it holds at most and now. `counts` only grow while the worker lives: "done:STAGE", "failed:STAGE",
    "retried:STAGE", "seconds:STAGE", "tokens", "engine_seconds", "flag:FLAG".
    """

    id: str
    queues: list[str]
    engines: dict[str, Any]
    slots: int
    busy: int
    counts: dict[str, float]
    started_at: float
    seen_at: float


class Due(Commits):
    """Upkeep. Every function may be called by several processes at the same time."""

    def lead(self, name: str, owner: str, lease_s: float) -> bool:
        """Whether `owner` has the lock of that name from now for `lease_s`."""
        now = time.time()
        with self.write() as connection:
            mine = connection.execute(
                update(locks).where(locks.c.name == name, or_(locks.c.owner == owner, locks.c.until < now))
                .values(owner=owner, until=now + lease_s)
            )  # fmt: skip
            if mine.rowcount:
                return True
            if connection.execute(select(locks.c.name).where(locks.c.name == name)).first() is not None:
                return False
            try:
                with connection.begin_nested():
                    connection.execute(insert(locks).values(name=name, owner=owner, until=now + lease_s))
            except IntegrityError:
                return False
            return True

    def ring_due(self, stage: Stage, limit: int, rung_before: float) -> list[Work]:
        """Work that is due and was last rung for before that time; from now on it counts as rung for. Oldest first."""
        now, table = time.time(), stage.table
        query = (
            select(*_key_columns(stage)).where(table.c.state == stage.due, table.c.due_at <= now,
                                               table.c.rung_at < rung_before)
            .order_by(table.c.due_at).limit(limit)
        )  # fmt: skip
        with self.read() as connection:
            found = [tuple(row) for row in connection.execute(query)]
        if found:
            with self.write() as connection:
                connection.execute(update(table).where(_any_of(stage, found)).values(rung_at=now))
        return [Work(stage, str(key[0]), int(key[1]) if len(key) > 1 else 0) for key in found]

    def owners(self) -> set[str]:
        """Everybody who holds a lease."""
        found: set[str] = set()
        with self.read() as connection:
            for stage in Stage:
                query = select(stage.table.c.owner).where(stage.table.c.state == stage.leased).distinct()
                found |= {row.owner for row in connection.execute(query)}
        return found

    def end_leases(self, dead: Iterable[str] = ()) -> tuple[int, list[Work]]:
        """Work whose lease is over, or whose owner is one of the `dead`, becomes due again, to be rung for; what has
        had its three strikes is given up.

        Returns how many leases were ended, and what has become due by giving up.
        """
        now, ended, due, gone = time.time(), 0, list[Work](), list(dead)
        for stage in Stage:
            table = stage.table
            over = or_(table.c.lease_until < now, table.c.owner.in_(gone))
            with self.read() as connection:
                if (
                    connection.execute(select(table.c.attempt).where(table.c.state == stage.leased, over)).first()
                    is None
                ):
                    continue
            with self.write() as connection:
                rows = connection.execute(select(table).where(table.c.state == stage.leased, over).limit(500)).all()
                for row in rows:
                    ended += 1
                    due += _end_lease(connection, stage, row, now)
        return ended, due

    def seen(
        self, worker_id: str, queues: list[str], engines: dict[str, Any], *, slots: int = 0, busy: int = 0,
        counts: dict[str, float] | None = None,
    ) -> None:  # fmt: skip
        """A worker is alive, and this is what it has and did."""
        values = {
            "queues": ",".join(queues), "engines": engines, "slots": slots, "busy": busy, "counts": counts or {},
            "seen_at": time.time(),
        }  # fmt: skip
        with self.write() as connection:
            known = connection.execute(update(workers).where(workers.c.id == worker_id).values(**values))
            if known.rowcount == 0:
                connection.execute(insert(workers).values(id=worker_id, started_at=values["seen_at"], **values))

    def gone(self, worker_id: str) -> None:
        """A worker has ended as it should."""
        with self.write() as connection:
            connection.execute(delete(workers).where(workers.c.id == worker_id))

    def workers(self, within_s: float = 30.0) -> list[WorkerSeen]:
        """Workers that were seen lately, newest first."""
        query = select(workers).where(workers.c.seen_at > time.time() - within_s).order_by(workers.c.seen_at.desc())
        with self.read() as connection:
            return [
                WorkerSeen(
                    row.id,
                    row.queues.split(","),
                    row.engines,
                    row.slots,
                    row.busy,
                    row.counts,
                    row.started_at,
                    row.seen_at,
                )
                for row in connection.execute(query)
            ]

    def forget_workers(self) -> None:
        with self.write() as connection:
            connection.execute(delete(workers).where(workers.c.seen_at < time.time() - _FORGET_WORKERS_S))

    def buried(self, limit: int = 100) -> list[str]:
        """Scopes whose blobs have to go."""
        with self.read() as connection:
            return [row.scope for row in connection.execute(select(trash.c.scope).limit(limit))]

    def unbury(self, scope: str) -> None:
        """The blobs are gone."""
        with self.write() as connection:
            connection.execute(delete(trash).where(trash.c.scope == scope))

    def bury_if_gone(self, tenant: str, job_id: str) -> bool:
        """Whether the job was deleted; then blobs that were written meanwhile have to go as well."""
        with self.write() as connection:
            if connection.execute(select(jobs.c.id).where(jobs.c.id == job_id)).first() is not None:
                return False
            bury(connection, blob_scope(tenant, job_id))
        return True

    def existing_jobs(self, job_ids: list[str]) -> set[str]:
        with self.read() as connection:
            return {row.id for row in connection.execute(select(jobs.c.id).where(jobs.c.id.in_(job_ids)))}

    def depths(self) -> dict[str, dict[str, float]]:
        """For each stage: "due" and "leased" rows, and "oldest_s", the age of what has waited longest."""
        now, found = time.time(), dict[str, dict[str, float]]()
        with self.read() as connection:
            for stage in Stage:
                table = stage.table
                query = (
                    select(table.c.state, func.count(), func.min(table.c.due_at))
                    .where(table.c.state.in_((stage.due, stage.leased))).group_by(table.c.state)
                )  # fmt: skip
                by_state = {row[0]: row for row in connection.execute(query)}
                due, leased = by_state.get(stage.due), by_state.get(stage.leased)
                found[stage.value] = {
                    "due": due[1] if due else 0, "leased": leased[1] if leased else 0,
                    "oldest_s": max(0.0, now - due[2]) if due else 0.0,
                }  # fmt: skip
        return found

    def dead_letters(self, limit: int = 100) -> list[dict[str, Any]]:
        """Pages and documents that were given up after three attempts, newest first."""
        query = (
            select(attempts, documents.c.job_id, documents.c.tenant_id)
            .join(documents, documents.c.id == attempts.c.document_id).where(attempts.c.outcome == "dead")
            .order_by(attempts.c.finished_at.desc()).limit(limit)
        )  # fmt: skip
        with self.read() as connection:
            return [dict(row._mapping) for row in connection.execute(query)]


def _key_columns(stage: Stage) -> list[Any]:
    return [documents.c.id] if stage.table is documents else [pages.c.document_id, pages.c.number]


def _any_of(stage: Stage, keys: list[tuple[Any, ...]]) -> Any:
    if stage.table is documents:
        return documents.c.id.in_([key[0] for key in keys])
    return tuple_(pages.c.document_id, pages.c.number).in_(keys)


def _end_lease(connection: Connection, stage: Stage, row: Any, now: float) -> list[Work]:
    table = stage.table
    is_page = table is pages
    document_id, page = (row.document_id, row.number) if is_page else (row.id, 0)
    held = and_(
        _any_of(stage, [(document_id, page) if is_page else (document_id,)]), table.c.state == stage.leased,
        table.c.attempt == row.attempt, table.c.lease_until == row.lease_until,
    )  # fmt: skip
    dead = row.strikes >= MAX_STRIKES
    failed = PageState.FAILED.value if is_page else DocumentState.FAILED.value
    error = problem(_killer(stage, page))
    values = {"state": failed, "error": error, "finished_at": now} if dead else {"state": stage.due, "due_at": now}
    if connection.execute(update(table).where(held).values(owner="", rung_at=0.0, **values)).rowcount == 0:
        return []
    connection.execute(
        update(attempts)
        .where(attempts.c.document_id == document_id, attempts.c.page == page, attempts.c.attempt == row.attempt)
        .values(outcome="dead" if dead else "lost", finished_at=now)
    )  # fmt: skip
    if not dead:
        return []
    if not is_page:
        end_document(connection, row.job_id, row.number, DocumentState.FAILED, error)
        return []
    number = connection.execute(select(documents.c.number).where(documents.c.id == document_id)).scalar_one()
    data = {"document": number, "page": page, "error": error}
    return end_page(connection, document_id, row.job_id, "page.failed", data)


def _killer(stage: Stage, page: int) -> EngineError:
    what = f"page {page}" if page else "the document"
    return EngineError(
        f"{what} was given up: {MAX_STRIKES} workers ended or stalled while they were at it ({stage.value})",
        page=page or None, user_action="Leave the page out, or try another engine.",
    )  # fmt: skip
