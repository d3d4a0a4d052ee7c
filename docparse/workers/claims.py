"""The workers' side of the store: take work under a lease, keep it, give it back."""

from __future__ import annotations

import functools
import time
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Table, and_, bindparam, insert, or_, select, tuple_, update

from docparse.options import ParseOptions
from docparse.schemas.job import JobOptions, JobState
from docparse.workers.database import Database
from docparse.workers.endings import emit
from docparse.workers.stages import MAX_STRIKES, Claim, Stage, Work
from docparse.workers.tables import attempts, documents, jobs, pages


class LostClaim(Exception):
    """The work is no longer ours: cancelled, deleted, or given to another worker. Nothing was committed."""


class Claims(Database):
    """Leases. A row is worked on by one owner at a time; whoever comes late gets None."""

    def claim(self, work: Work, owner: str, lease_s: float) -> Claim | None:
        """Take the work if it is due; None if it is not (a doorbell that rang twice, a cancelled job).

        What went down with its worker twice is a suspect. A worker holds one suspect at a time: the innocent ones that
        were only near the page that kills are then read, and that page gets its last strike alone.
        """
        now = time.time()
        stage = work.stage
        mine = {
            "my_document": work.document_id, "my_page": work.page, "my_owner": owner, "my_now": now,
            "my_until": now + lease_s,
        }  # fmt: skip
        with self.write() as connection:
            if connection.execute(_take(stage), mine).rowcount == 0:
                _ring_again(connection, work)
                return None
            claim = _claim(connection, work, owner, now)
            connection.execute(insert(attempts).values(
                document_id=work.document_id, page=work.page, attempt=claim.attempt, stage=stage.value, owner=owner,
                started_at=now,
            ))  # fmt: skip
            if stage is Stage.OPEN:
                _begin(connection, claim, now)
        return claim

    def renew(self, claims: Iterable[Claim], lease_s: float) -> list[Claim]:
        """Lengthen the leases; returns the claims that are no longer ours, whose work shall stop."""
        wanted = {(claim.work, claim.attempt): claim for claim in claims}
        until = time.time() + lease_s
        lost: list[Claim] = []
        by_stage: dict[Stage, list[Claim]] = {}
        for claim in wanted.values():
            by_stage.setdefault(claim.work.stage, []).append(claim)
        if not by_stage:
            return lost
        with self.write() as connection:
            for stage, group in by_stage.items():
                kept = _renewed(connection, stage, group, until)
                lost += [
                    claim for claim in group if (claim.work.document_id, claim.work.page, claim.attempt) not in kept
                ]
        return lost

    def release(self, claim: Claim, *, delay_s: float = 0.0, strike: bool = False, reason: str = "released") -> None:
        """Give the work back, due after `delay_s`. Without `strike` the attempt is not held against it."""
        table = claim.work.stage.table
        values: dict[str, Any] = {
            "state": claim.work.stage.due, "owner": "", "due_at": time.time() + delay_s, "rung_at": 0.0,
        }  # fmt: skip
        if not strike:
            values["strikes"] = table.c.strikes - 1
        with self.write() as connection:
            if connection.execute(update(table).where(*ours(claim)).values(**values)).rowcount:
                note(connection, claim, "released", reason)


@functools.cache
def _take(stage: Stage) -> Any:
    """The statement that takes a row: the hottest one, so it is put together once."""
    table = stage.table
    me: Any = bindparam("my_owner")
    here = documents.c.id == bindparam("my_document")
    if table is pages:
        here = and_(pages.c.document_id == bindparam("my_document"), pages.c.number == bindparam("my_page"))
    other = table.alias("other")
    suspect_here = select(other.c.attempt).where(
        other.c.state == stage.leased, other.c.owner == me, other.c.strikes >= MAX_STRIKES
    )
    alone = or_(table.c.strikes < MAX_STRIKES - 1, ~suspect_here.exists())
    return (
        update(table)
        .where(here, table.c.state == stage.due, table.c.due_at <= bindparam("my_now"), table.c.strikes < MAX_STRIKES,
               alone)
        .values(state=stage.leased, owner=me, lease_until=bindparam("my_until"), attempt=table.c.attempt + 1,
                strikes=table.c.strikes + 1)
    )  # fmt: skip


@functools.cache
def _document_of() -> Any:
    joined = select(documents, jobs.c.options, jobs.c.service).join(jobs, jobs.c.id == documents.c.job_id)
    return joined.where(documents.c.id == bindparam("my_document"))


def _row(work: Work) -> Any:
    if work.stage.table is documents:
        return documents.c.id == work.document_id
    return and_(pages.c.document_id == work.document_id, pages.c.number == work.page)


def _ring_again(connection: Connection, work: Work) -> None:
    """A suspect that had to wait for another one."""
    table = work.stage.table
    connection.execute(
        update(table)
        .where(_row(work), table.c.state == work.stage.due, table.c.strikes >= MAX_STRIKES - 1)
        .values(rung_at=0.0)
    )


def ours(claim: Claim) -> tuple[Any, ...]:
    """The condition under which a commit counts."""
    table = claim.work.stage.table
    return (
        _row(claim.work), table.c.state == claim.work.stage.leased, table.c.owner == claim.owner,
        table.c.attempt == claim.attempt,
    )  # fmt: skip


def settle(connection: Connection, claim: Claim, outcome: str, reason: str | None = None, /, **values: Any) -> None:
    """Change the row of a claim, once. Raises LostClaim if it is no longer ours."""
    table: Table = claim.work.stage.table
    if connection.execute(update(table).where(*ours(claim)).values(owner="", **values)).rowcount == 0:
        raise LostClaim
    note(connection, claim, outcome, reason)


def note(connection: Connection, claim: Claim, outcome: str, error: str | None = None) -> None:
    """Write on the attempt what came of it."""
    connection.execute(
        update(attempts)
        .where(attempts.c.document_id == claim.work.document_id, attempts.c.page == claim.work.page,
               attempts.c.attempt == claim.attempt)
        .values(finished_at=time.time(), outcome=outcome, error=error)
    )  # fmt: skip


def _claim(connection: Connection, work: Work, owner: str, now: float) -> Claim:
    row = connection.execute(_document_of(), {"my_document": work.document_id}).one()
    held: Any = row
    if work.page:
        held = connection.execute(select(pages).where(_row(work))).one()
    return Claim(
        work=work, attempt=held.attempt, strikes=held.strikes, owner=owner, job_id=row.job_id, tenant_id=row.tenant_id,
        number=row.number, name=row.name, sha256=row.sha256, media_type=row.media_type, source_key=row.source_key,
        options=ParseOptions(**row.options, password=row.password), service=JobOptions(**row.service),
        facts=row.facts or {}, engine=row.engine, page_key=held.page_key if work.page else None,
        image_key=held.image_key if work.page else None, pages_failed=row.pages_failed,
        pages_ended=row.pages_total - row.pages_left, age_s=now - (row.started_at or now),
    )  # fmt: skip


def _begin(connection: Connection, claim: Claim, now: float) -> None:
    connection.execute(
        update(documents).where(documents.c.id == claim.work.document_id, documents.c.started_at.is_(None))
        .values(started_at=now)
    )  # fmt: skip
    first = connection.execute(
        update(jobs).where(jobs.c.id == claim.job_id, jobs.c.state == JobState.QUEUED.value)
        .values(state=JobState.RUNNING.value, started_at=now)
    )  # fmt: skip
    if first.rowcount:
        emit(connection, claim.job_id, "job.running", {"state": JobState.RUNNING.value})


def _renewed(connection: Connection, stage: Stage, group: list[Claim], until: float) -> set[tuple[str, int, int]]:
    """(document, page, attempt) of the claims that are still held."""
    table = stage.table
    held = and_(table.c.state == stage.leased, table.c.owner == group[0].owner)
    if table is documents:
        wanted = documents.c.id.in_([claim.work.document_id for claim in group])
        statement = update(table).where(held, wanted).values(lease_until=until).returning(table.c.id, table.c.attempt)
        return {(row.id, 0, row.attempt) for row in connection.execute(statement)}
    keys = [(claim.work.document_id, claim.work.page) for claim in group]
    wanted = tuple_(pages.c.document_id, pages.c.number).in_(keys)
    statement = (
        update(table).where(held, wanted).values(lease_until=until)
        .returning(pages.c.document_id, pages.c.number, pages.c.attempt)
    )  # fmt: skip
    return {(row.document_id, row.number, row.attempt) for row in connection.execute(statement)}
