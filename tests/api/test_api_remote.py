"""`docparse parse --server`: the same files and exit codes as a local run."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Server, make_pdf, wait_until


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "good.pdf").write_bytes(make_pdf(2))
    (folder / "locked.pdf").write_bytes(make_pdf(password="x"))
    (folder / "öther one.pdf").write_bytes(make_pdf(1, "Of an odd name."))
    return folder


def test_same_files_and_codes(server: Server, papers: Path, tmp_path: Path) -> None:
    common = ("--engine", "embedded-fast", "-q")
    local = server.cli("parse", str(papers), "-o", str(tmp_path / "local/"), *common)
    remote = server.cli("parse", str(papers), "-o", str(tmp_path / "remote/"), *common, "--server", server.address)
    assert (local.returncode, remote.returncode) == (17, 17), remote.stderr
    names = {path.relative_to(tmp_path / "local") for path in (tmp_path / "local").rglob("*")}
    assert names == {path.relative_to(tmp_path / "remote") for path in (tmp_path / "remote").rglob("*")}
    for name in names:
        if name.suffix in (".html", ".md"):
            assert (tmp_path / "local" / name).read_bytes() == (tmp_path / "remote" / name).read_bytes()
        if name.suffix == ".json":
            assert timeless(tmp_path / "local" / name) == timeless(tmp_path / "remote" / name)


def timeless(path: Path) -> object:
    found = json.loads(path.read_text())
    for page in found["pages"]:
        page.pop("seconds", None)
    return found


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("locked.pdf",), 8),
        (("good.pdf", "--pages", "9"), 2),
        (("good.pdf", "--pages", "2-1"), 2),
        (("missing.pdf",), 2),
        (("text.txt",), 2),
    ],
)
def test_errors_keep_their_codes(server: Server, papers: Path, arguments: tuple[str, ...], code: int) -> None:
    (papers / "text.txt").write_text("no document")
    name, *rest = arguments
    for where in ((), ("--server", server.address)):
        run = server.cli("parse", str(papers / name), "-o", str(papers / "o.md"), *rest, *where)
        assert run.returncode == code, run.stderr
        assert not (papers / "o.md").exists()


def test_password_and_progress(server: Server, papers: Path) -> None:
    run = server.cli(
        "parse", str(papers / "locked.pdf"), "--password", "x", "--engine", "embedded-fast", "--progress", "json",
        "--server", server.address,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert "Heading 1" in run.stdout
    told = [json.loads(line) for line in run.stderr.splitlines() if line.startswith("{")]
    assert [event["event"] for event in told][:1] == ["page"]
    assert {"page", "engine", "document", "end"} <= {event["event"] for event in told}


def test_key_is_sent(tight: Server, papers: Path) -> None:
    path = str(papers / "good.pdf")
    refused = tight.cli("parse", path, "--server", tight.address)
    assert refused.returncode == 1
    assert "needs a key" in refused.stderr
    secret = tight.key("remote")
    assert tight.cli("parse", path, "--server", tight.address, server_key=secret).returncode == 0


def test_no_service_there(server: Server, papers: Path) -> None:
    path = str(papers / "good.pdf")
    run = server.cli("parse", path, "--server", "http://127.0.0.1:9")
    assert run.returncode == 15
    assert "does not answer" in run.stderr
    assert server.cli("parse", path, "--server", "nonsense://x").returncode == 1


def test_stopped(server: Server, tmp_path: Path) -> None:
    """Ctrl-C cancels what was submitted, also the jobs that wait at the service and tell nothing."""
    for number in range(5):
        (tmp_path / f"{number}.pdf").write_bytes(make_pdf(400))
    before = len(server.log)
    command = [sys.executable, "-m", "docparse", ".", "-o", "out/", "-j", "4", "-v", "--engine", "embedded-fast"]
    told = tmp_path / "told"
    with told.open("wb") as err:
        run = subprocess.Popen([*command, "--server", server.address], cwd=tmp_path, stderr=err)
        wait_until(lambda: b": page " in told.read_bytes() or run.poll() is not None)
        run.send_signal(signal.SIGINT)
        assert run.wait(timeout=20) == 130, told.read_text()
    jobs = set(re.findall(r"DELETE /v1/jobs/([\w-]+) 200", server.log[before:]))
    assert len(jobs) == server.log[before:].count("POST /v1/jobs 202") == 5
    with server.client() as client:
        wait_until(lambda: all(client.get(f"/v1/jobs/{job}").json()["state"] == "canceled" for job in jobs))
