"""The command as the user calls it."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_documents import Docparse, Result, write_pdf

from docparse.cli import main


def _words(args: tuple[object, ...], engine: str | None) -> list[str]:
    words = [str(arg) for arg in args]
    plain = not words or words[0] in ("schema", "--help", "--version", "-h")
    return words if plain or engine is None else [*words, "--engine", engine]


@pytest.fixture
def docparse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> Iterator[Docparse]:
    """`docparse(*args, stdin=b"")` in an empty folder with the fast engine as default, in this process."""
    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.chdir(tmp_path)

    def run(*args: object, stdin: bytes = b"", engine: str | None = "embedded-fast", **env: str) -> Result:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
            for name, value in env.items():
                patch.setenv(name, value)
            capsysbinary.readouterr()
            code = main(_words(args, engine))
            out, err = capsysbinary.readouterr()
        return Result(code, out, err.decode())

    yield run
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def docparse_process(tmp_path: Path) -> Docparse:
    """The same as a process of its own, as from a shell."""

    def run(*args: object, stdin: bytes = b"", engine: str | None = "embedded-fast", **env: str) -> Result:
        done = subprocess.run(
            [sys.executable, "-m", "docparse", *_words(args, engine)],
            input=stdin, capture_output=True, cwd=tmp_path, env={**os.environ, **env}, timeout=60, check=False,
        )  # fmt: skip
        return Result(done.returncode, done.stdout, done.stderr.decode())

    return run


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    return write_pdf(tmp_path / "file.pdf", "First page of text.", "Second page of text.", "Third page of text.")
