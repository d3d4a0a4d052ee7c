"""Connections and transactions: SQLite (WAL) as it comes, PostgreSQL for several machines."""

from __future__ import annotations

import contextlib
import random
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from docparse.errors import SettingsError, StoreFull, StoreUnavailable

_BUSY_MS = 15_000
_POLL_MS = 3
_READ = {"docparse_read": True}


def new_id(kind: str) -> str:
    """An id that sorts by time: `job_` + 12 hex digits of milliseconds + 80 random bits."""
    return f"{kind}_{int(time.time() * 1000):012x}{secrets.token_hex(10)}"


class Database:
    """One engine per process; make it after a fork. `database_url` is SQLAlchemy's."""

    def __init__(self, database_url: str) -> None:
        try:
            url = make_url(database_url)
        except SQLAlchemyError:
            raise SettingsError("setting 'database_url': no database URL such as sqlite:///docparse.db") from None
        self.is_sqlite = url.get_backend_name() == "sqlite"
        arguments: dict[str, Any] = {}
        if self.is_sqlite:
            if url.database in (None, "", ":memory:"):
                raise SettingsError("setting 'database_url': an SQLite database must be a file")
            with contextlib.suppress(OSError):  # opening it says what is wrong
                Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
            arguments["connect_args"] = {"timeout": _BUSY_MS / 1000, "isolation_level": None}
        else:
            arguments |= {"pool_pre_ping": True, "connect_args": {"connect_timeout": 5}}
        self._writing = threading.Lock()
        self.engine = create_engine(url, pool_size=8, max_overflow=56, pool_timeout=10, pool_use_lifo=True, **arguments)
        if self.is_sqlite:
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)

    def close(self) -> None:
        self.engine.dispose()

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view. Raises StoreUnavailable."""
        with _translated(), self.engine.connect().execution_options(**_READ) as connection, connection.begin():
            yield connection

    @contextlib.contextmanager
    def write(self, *, durable: bool = False) -> Iterator[Connection]:
        """A transaction. `durable` ones survive a power cut; the others a crash, and their work can be done again.

        Raises StoreUnavailable or StoreFull; IntegrityError passes through.
        """
        with _translated(), self.engine.connect() as connection:
            if self.is_sqlite:
                level = "FULL" if durable else "NORMAL"
                connection.connection.driver_connection.execute(f"PRAGMA synchronous={level}")  # type: ignore[union-attr]
            with self._turn(), connection.begin():
                yield connection

    def _turn(self) -> contextlib.AbstractContextManager[object]:
        """SQLite has one writer at a time: the threads of a process wait here and not by polling the file."""
        return self._writing if self.is_sqlite else contextlib.nullcontext()

    def alive(self) -> None:
        """Raises StoreUnavailable when the database does not answer."""
        with self.read() as connection:
            connection.execute(text("SELECT 1"))

    def scrub(self) -> None:
        """After a deletion: nothing of it stays in SQLite's log (its pages are overwritten by `secure_delete`)."""
        if self.is_sqlite:
            with _translated(), contextlib.closing(self.engine.raw_connection()) as connection:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def migrate(self) -> None:
        """Create or upgrade the tables. Several processes may call it at the same time."""
        from docparse.workers.migrate import upgrade

        with _translated():
            upgrade(self.engine)


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise
    except DBAPIError as error:
        reason = " ".join(str(error.orig).split())[:200]
        if "full" in reason or "No space" in reason or getattr(error.orig, "sqlstate", "") == "53100":
            raise StoreFull(f"the database has no room left: {reason}") from error
        raise StoreUnavailable(f"the database does not answer: {reason}") from error
    except SQLAlchemyError as error:  # no connection left in the pool
        raise StoreUnavailable(f"the database does not answer: {type(error).__name__}") from error


def _prepare_sqlite(connection: Any, _record: ConnectionPoolEntry) -> None:
    # the system caches the file once for all; a cache of 2 MB for each connection would only add up
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "secure_delete=ON", "synchronous=NORMAL", "cache_size=-512"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes its lock at once: one that upgrades later fails without waiting."""
    if connection.get_execution_options().get("docparse_read"):
        connection.exec_driver_sql("BEGIN")
        return
    driver: Any = connection.connection.driver_connection
    end_s = time.monotonic() + _BUSY_MS / 1000
    driver.execute(f"PRAGMA busy_timeout={_POLL_MS}")
    try:
        while not _began(driver):
            if time.monotonic() > end_s:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                return
            time.sleep(random.uniform(0.0005, 0.002))
    except sqlite3.Error:
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # raises it as SQLAlchemy's
    finally:
        driver.execute(f"PRAGMA busy_timeout={_BUSY_MS}")


def _began(driver: Any) -> bool:
    """SQLite's own waiting sleeps longer each time, up to 100 ms, while others overtake."""
    try:
        driver.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True
