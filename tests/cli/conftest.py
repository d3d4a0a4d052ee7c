"""The command as the user calls it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cli_documents import Docparse, Result, write_pdf


@pytest.fixture
def docparse(tmp_path: Path) -> Docparse:
    """`docparse(*args, stdin=b"")` in an empty folder with the fast engine as default."""

    def run(*args: object, stdin: bytes = b"", engine: str | None = "embedded-fast", **env: str) -> Result:
        words = [str(arg) for arg in args]
        if engine and words and words[0] not in ("schema", "--help", "--version", "-h"):
            words += ["--engine", engine]
        done = subprocess.run(
            [sys.executable, "-m", "docparse", *words],
            input=stdin, capture_output=True, cwd=tmp_path, env={**os.environ, **env}, timeout=60, check=False,
        )  # fmt: skip
        return Result(done.returncode, done.stdout, done.stderr.decode())

    return run


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    return write_pdf(tmp_path / "file.pdf", "First page of text.", "Second page of text.", "Third page of text.")
