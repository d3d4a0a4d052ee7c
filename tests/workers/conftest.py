"""Stores on SQLite and, where it can be started, PostgreSQL."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from docparse.bench.service_rig import free_port, wait_until
from docparse.workers.store import Store


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str | None]:
    """A PostgreSQL server of the tests' own; None where there is none or it can't be started."""
    programs = _program("postgres"), _program("initdb")
    users = {entry.pw_name for entry in pwd.getpwall()}
    user = "postgres" if os.geteuid() == 0 and "postgres" in users else None
    if None in programs or (os.geteuid() == 0 and user is None):
        yield None
        return
    folder = Path("/tmp", f"docparse-postgres-{os.getpid()}") if user else tmp_path_factory.mktemp("postgres")
    folder.mkdir(exist_ok=True)
    if user:
        shutil.chown(folder, user)
    data, port = folder / "data", free_port()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder, "user": user}
    subprocess.run(
        [str(programs[1]), "-D", str(data), "-U", "docparse", "--auth=trust", "--no-sync"], check=True, **quiet
    )
    command = [str(programs[0]), "-D", str(data), "-p", str(port), "-k", str(folder), "-F", "-h", "127.0.0.1"]
    process = subprocess.Popen(command, **quiet)
    url = f"postgresql+psycopg://docparse@127.0.0.1:{port}/postgres"
    try:
        yield url if wait_until(lambda: _answers(url), 30, 0.2) else None
    finally:
        process.terminate()
        process.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def _program(name: str) -> str | None:
    """On the path, or where Debian keeps it: /usr/lib/postgresql/VERSION/bin."""
    kept = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: path.parent.parent.name)
    return shutil.which(name) or (str(kept[-1]) if kept else None)


def _answers(url: str) -> bool:
    psycopg = pytest.importorskip("psycopg")
    try:
        psycopg.connect(url.replace("+psycopg", ""), connect_timeout=2).close()
    except psycopg.Error:
        return False
    return True


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store with the default tenant and another one."""
    if request.param == "sqlite":
        made = Store(f"sqlite:///{tmp_path / 'store.db'}")
    else:
        url = request.getfixturevalue("postgres_url")
        if url is None:
            pytest.skip("no PostgreSQL server can be started here")
        made = Store(url)
        with made.engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
    made.migrate()
    made.ensure_tenant()
    made.ensure_tenant("other")
    yield made
    made.close()
