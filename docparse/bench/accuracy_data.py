"""Accuracy over a set with a MANIFEST.tsv, by the scorer that stands beside it (`../eval/score.py`)."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from docparse.errors import FileMissing, UsageError


def score_set(
    data: Path, *, engine: str, model: str | None, only: str | None, predictions: Path | None
) -> tuple[str, dict[str, Any]]:
    """(the scorer's table, its JSON report) of docparse over the set.

    Runs `run_docparse.py` and `score.py` of the folder `eval` beside or above the set as they are; `predictions` keeps
    what docparse wrote. Raises FileMissing without them, UsageError when one of them fails.
    """
    if not (data / "MANIFEST.tsv").is_file():
        raise FileMissing(
            f"{data}: no MANIFEST.tsv", user_action="Name the folder of a set, such as ../shared/data/dev."
        )
    scorer, runner = _beside(data, "score.py"), _beside(data, "run_docparse.py")
    with tempfile.TemporaryDirectory() as folder:
        command = _command(Path(folder), model)
        target = predictions or Path(folder) / "predictions"
        report = Path(folder) / "report.json"
        chosen = ["--only", only] if only else []
        _run(
            [
                str(runner),
                "--data",
                str(data),
                "--pred",
                str(target),
                "--docparse",
                command,
                "--engine",
                engine,
                *chosen,
            ]
        )
        shown = _run([str(scorer), "--data", str(data), "--pred", str(target), "--json", str(report), *chosen])
        found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return shown, found


def _beside(data: Path, name: str) -> Path:
    for folder in data.resolve().parents:
        path = folder / "eval" / name
        if path.is_file():
            return path
    raise FileMissing(f"{name} was not found in a folder eval above {data}", user_action="It comes with the set.")


def _command(folder: Path, model: str | None) -> str:
    """A program that is this docparse with this model."""
    script = folder / "docparse"
    tail = f" --model {shlex.quote(model)}" if model else ""
    script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m docparse "$@"{tail}\n', encoding="utf-8")
    script.chmod(0o755)
    return str(script)


def _run(arguments: list[str]) -> str:
    done = subprocess.run([sys.executable, *arguments], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise UsageError(
            f"{Path(arguments[0]).name} ended with code {done.returncode}", user_action="Its own message stands above."
        )
    return done.stdout
