"""Scripts beside the tests that are run in a process of their own: coverage would stretch their times.

How long they may take is said in yardsticks, not in seconds: one processor is three times as fast as another, and a
machine that does other work is slower still.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

_TRIES = 3


class _Piece:
    __slots__ = ("name", "parts", "place")

    def __init__(self, name: str, place: int) -> None:
        self.name, self.place = name, place
        self.parts: list[_Piece] = []


def run_script(script: Path) -> Any:
    """The JSON that a Python script prints; it may import what stands beside this file."""
    paths = [str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    done = subprocess.run(
        [sys.executable, str(script)],
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def yardstick_s() -> float:
    """CPU seconds of a fixed piece of Python work, the best of three: 100,000 tags found, and an object for each."""
    text = "<p>" * 100_000
    best = float("inf")
    for _ in range(_TRIES):
        started = time.process_time()
        root = _Piece("", 0)
        known = {"p": "paragraph"}
        for tag in re.finditer("<(/?)([a-z]+)>", text):
            root.parts.append(_Piece(known.get(tag.group(2).lower(), ""), tag.start()))
        best = min(best, time.process_time() - started)
    return best
