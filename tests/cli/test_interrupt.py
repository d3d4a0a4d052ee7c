"""Ctrl-C, a reader that goes away, a terminal."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cli_documents import write_pdf

COMMAND = [sys.executable, "-m", "docparse"]


def _wait_for(path: Path, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not path.exists() and time.monotonic() < end:
        time.sleep(0.02)
    assert path.exists()


@pytest.mark.parametrize("files", [1, 3])
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_stopped(tmp_path: Path, files: int, sent: signal.Signals) -> None:
    """Exit code 130 soon, and neither results nor temporary files of what was not finished."""
    pages = ["Some words to read on this page, as on every other page."] * 400
    names = [write_pdf(tmp_path / f"long{number}.pdf", *pages).name for number in range(files)]
    log = tmp_path / "log"
    with log.open("wb") as err:
        run = subprocess.Popen(
            [*COMMAND, *names, "-o", "out/", "-v", "--engine", "embedded-fast", "-j", "2"], cwd=tmp_path, stderr=err,
            start_new_session=True,
        )  # fmt: skip
        end = time.monotonic() + 30
        while b"page 3 " not in log.read_bytes() and time.monotonic() < end and run.poll() is None:
            time.sleep(0.01)
        os.killpg(run.pid, sent)
        started = time.monotonic()
        assert run.wait(timeout=20) == 130, log.read_text()
    assert time.monotonic() - started < 10
    assert "Traceback" not in log.read_text()
    assert "stopped" in log.read_text().splitlines()[-1]
    left = {path.name for path in (tmp_path / "out").rglob("*")}
    ended = [Path(name).stem for name in names if re.search(rf"^(?:{name}: )?page 400 ", log.read_text(), re.M)]
    assert left <= {"manifest.jsonl", *(f"{stem}{suffix}" for stem in ended for suffix in (".html", ".json", ".md"))}


def test_stop_that_a_library_drops(tmp_path: Path) -> None:
    """pydantic-core drops a KeyboardInterrupt that is raised within `isinstance`: none may come up in what reads."""
    write_pdf(tmp_path / "long.pdf", *(["Some words to read on this page."] * 100))
    dropping = """
import os, signal, sys, time
from docparse import cli, pipeline

page_done = pipeline.PageDone

def page(*args):
    try:
        if args[0] == 3:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.5)
    except KeyboardInterrupt:
        pass
    return page_done(*args)

pipeline.PageDone = page
sys.exit(cli.main(["long.pdf", "-o", "out.md", "--engine", "embedded-fast"]))
"""
    done = subprocess.run(
        [sys.executable, "-c", dropping], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 130, done.stderr
    assert not (tmp_path / "out.md").exists()


def test_reader_goes_away(tmp_path: Path) -> None:
    write_pdf(tmp_path / "many.pdf", *(["Words that nobody reads to the end."] * 300))
    command = " ".join([*COMMAND, "many.pdf", "--engine", "embedded-fast", "--to", "json", "|", "head", "-c", "10"])
    done = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert "Broken" not in done.stderr


def test_bar_on_a_terminal(tmp_path: Path) -> None:
    write_pdf(tmp_path / "file.pdf", *(["A page of words."] * 60))
    ours, theirs = pty.openpty()
    run = subprocess.Popen(
        [*COMMAND, "file.pdf", "-o", "out.md", "--engine", "embedded-fast"], cwd=tmp_path, stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    while True:
        try:
            data = os.read(ours, 4096)
        except OSError:
            break
        shown += data
    os.close(ours)
    assert run.wait(timeout=60) == 0
    assert b"/60" in shown
    assert b"pages/s" in shown
    assert re.search(rb"docparse: 60 pages in \d+\.\d s, written to out\.md", shown)
