"""What the README shows is run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "docparse" / "samples" / "sample.pdf"
README = (ROOT / "README.md").read_text()


def _block(heading: str, language: str) -> str:
    section = README.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    match = re.search(rf"```{language}\n(.*?)```", section, re.DOTALL)
    assert match, heading
    return match[1]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "scans").mkdir()
    for name in ("file.pdf", "more.pdf", "scan.pdf", "scans/one.pdf"):
        shutil.copy(SAMPLE, tmp_path / name)
    return tmp_path


def test_commands(folder: Path) -> None:
    commands = re.sub(r"--pages 1,3-5,8-end", "--pages 1,2-end", _block("Command line", "sh"))
    commands = commands.replace(" --view", "")  # serves until it is stopped; tests/cli does that
    assert commands.count("docparse ") >= 4
    bin_folder = folder / "bin"
    bin_folder.mkdir()
    script = bin_folder / "docparse"
    fast = '[ "$1" = export ] || set -- "$@" --engine embedded-fast'
    script.write_text(f'#!/bin/sh\n{fast}\nexec {sys.executable} -m docparse "$@"\n')
    script.chmod(0o755)
    env = {**os.environ, "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["sh", "-ec", commands], cwd=folder, env=env, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Rain and Level of a Small River" in done.stdout
    made = ("out.html", "out/one.md", "out/more.json", "out/manifest.jsonl", "boxes.pdf", "searchable.pdf", "out.md")
    for name in made:
        assert (folder / name).stat().st_size > 0, name


def test_python(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _block("Python", "python").replace("1-3", "1-2")], cwd=folder, capture_output=True,
        text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert re.search(r"^1 table \(?\[?\d", done.stdout, re.MULTILINE)
    assert (folder / "out.html").stat().st_size > 0


def test_links_of_the_documents_resolve() -> None:
    for document in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")):
        for target in re.findall(r"\]\(([^)#]+)", document.read_text()):
            if "://" not in target:
                assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_scripts_that_are_named_exist() -> None:
    for document in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")):
        for name in re.findall(r"\bscripts/([a-z_-]+)", document.read_text()):
            assert os.access(ROOT / "scripts" / name, os.X_OK), name
