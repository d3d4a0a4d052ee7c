"""Alembic, driven from inside the package: no alembic.ini, no command for users."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

_PLACE = Path(__file__).parent / "migrations"
_ADVISORY_LOCK = 0x646F6370  # "docp"


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest revision, in one transaction."""
    config = Config()
    config.set_main_option("script_location", str(_PLACE))
    newest = ScriptDirectory.from_config(config).get_current_head()
    with engine.connect() as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})"))
        if current_revision(connection) != newest:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def current_revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
