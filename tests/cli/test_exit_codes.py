"""Every way to go wrong: its exit code, one clear line on stderr, nothing on stdout."""

from __future__ import annotations

import errno
import os
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pymupdf
import pytest
from cli_documents import Docparse, write_pdf


def _one_line(err: str) -> str:
    lines = [line for line in err.splitlines() if not line.startswith("docparse: engine ")]
    assert len(lines) == 1, err
    assert lines[0].startswith("docparse: ")
    assert "Traceback" not in err
    return lines[0]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["file.pdf", "--jsno"], "--jsno"),
        (["file.pdf", "-o", "out.doc"], ".html"),
        (["file.pdf", "--to", "docx"], "docx"),
        (["file.pdf", "-o", "out.html", "--to", "md"], "contradict"),
        (["file.pdf", "--to", "html", "--to", "md"], "stdout"),
        (["file.pdf", "other.pdf"], "-o DIR/"),
        (["file.pdf", "-"], "stdin"),
        (["file.pdf", "--page-timeout", "0"], "--page-timeout"),
        (["file.pdf", "--overlay", "file.pdf"], "overwritten"),
        ([], "INPUT"),
    ],
)
def test_usage(docparse: Docparse, pdf: Path, args: list[str], words: str) -> None:
    result = docparse("parse", *args)
    assert result.code == 1
    assert words in _one_line(result.err)
    assert result.out == b""


def _bad_inputs(folder: Path) -> dict[str, tuple[str, int]]:
    """name -> (a word of the message, exit code)"""
    (folder / "empty.pdf").touch()
    (folder / "page.pdf").write_text("<!doctype html><html><body>not found</body></html>")
    with zipfile.ZipFile(folder / "zip.pdf", "w") as archive:
        archive.writestr("a.txt", "text")
    (folder / "noise.pdf").write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 4)
    (folder / "none").mkdir()
    (folder / "none" / "notes.txt").write_text("no document")
    secret = {"encryption": pymupdf.PDF_ENCRYPT_AES_256, "user_pw": "open", "owner_pw": "own"}
    write_pdf(folder / "secret.pdf", **secret)
    return {
        "missing.pdf": ("no such file", 2),
        "empty.pdf": ("empty", 2),
        "page.pdf": ("HTML", 2),
        "zip.pdf": ("ZIP", 2),
        "noise.pdf": ("", 2),
        "none": ("no documents", 2),
        "secret.pdf": ("--password", 8),
    }


def test_bad_inputs(docparse: Docparse, tmp_path: Path) -> None:
    for name, (word, code) in _bad_inputs(tmp_path).items():
        result = docparse(name, "-o", "out.html")
        line = _one_line(result.err)
        assert result.code == code, line
        assert name in line
        assert word.lower() in line.lower()
        assert result.out == b""
        assert not (tmp_path / "out.html").exists()


def test_passwords(docparse: Docparse, tmp_path: Path) -> None:
    _bad_inputs(tmp_path)
    assert docparse("secret.pdf", "--password", "wrong").code == 8
    opened = docparse("secret.pdf", "--password", "open")
    assert opened.code == 0
    assert b"quick brown fox" in opened.out


@pytest.mark.parametrize("pages", ["4", "2-9", "0", "3-1", "x"])
def test_pages_out_of_range(docparse: Docparse, pdf: Path, pages: str) -> None:
    result = docparse(pdf.name, "--pages", pages)
    assert result.code == 2
    assert "--pages 1,3-5,8-end" in _one_line(result.err)


def test_settings(docparse: Docparse, pdf: Path) -> None:
    unknown = docparse(pdf.name, DOCPARSE_MAX_PAEGS="3")
    assert (unknown.code, "max_paegs" in _one_line(unknown.err)) == (9, True)
    bad = docparse(pdf.name, DOCPARSE_MAX_PAGES="many")
    assert (bad.code, "max_pages" in _one_line(bad.err)) == (9, True)
    limit = docparse(pdf.name, DOCPARSE_MAX_PAGES="2")
    assert (limit.code, "max_pages" in _one_line(limit.err)) == (2, True)


def test_engine_that_is_not_there(docparse: Docparse, pdf: Path) -> None:
    """Without the extra it names the extra, without weights the command that fetches them."""
    result = docparse(pdf.name, engine="qwen", HF_HUB_OFFLINE="1", HF_HOME=str(pdf.parent / "no-weights"))
    assert result.code in (3, 15)
    assert ("docparse[qwen]" if result.code == 3 else "docparse models download") in _one_line(result.err)


def test_output_folder_missing(docparse: Docparse, pdf: Path) -> None:
    result = docparse(pdf.name, "-o", "nowhere/out.html")
    assert result.code == 5
    assert "nowhere" in _one_line(result.err)


def test_output_is_a_file_where_a_folder_must_be(docparse: Docparse, pdf: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    assert docparse(pdf.name, "-o", "taken/").code == 5
    assert (tmp_path / "taken").read_text() == "mine"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_unwritable_folder(docparse: Docparse, pdf: Path, tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o555)
    result = docparse(pdf.name, "-o", "locked/out.html")
    assert result.code == 5
    assert "locked" in _one_line(result.err)


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("a small file system can't be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_disk_full(docparse: Docparse, tmp_path: Path, tiny_disk: Path) -> None:
    write_pdf(tmp_path / "long.pdf", *(["A long line of text, again and again, page after page."] * 40))
    result = docparse("long.pdf", "-o", tiny_disk / "out.html")
    assert result.code == 5
    assert os.strerror(errno.ENOSPC) in _one_line(result.err)
    assert list(tiny_disk.iterdir()) == []


def test_as_a_process(docparse_process: Docparse, pdf: Path) -> None:
    missing = docparse_process("missing.pdf", "-o", "out.html")
    assert (missing.code, missing.out) == (2, b"")
    assert _one_line(missing.err) == "docparse: no such file: missing.pdf. Check the path."
    assert docparse_process(pdf.name, "-o", "out.html").code == 0


def test_unexpected_error_is_one_line(docparse: Docparse, pdf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **options: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("docparse.cli.run.parse", fail)
    result = docparse(pdf.name, "-o", "out.html")
    assert result.code == 15
    assert "unexpected ZeroDivisionError" in _one_line(result.err)
    assert "Traceback" in docparse(pdf.name, "-o", "out.html", "-vv").err


def test_no_command_shows_the_help(docparse: Docparse) -> None:
    result = docparse(engine=None)
    assert result.code == 1
    assert "Usage:" in result.err
    assert result.out == b""
