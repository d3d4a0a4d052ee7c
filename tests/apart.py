"""Scripts beside the tests that are run in a process of their own: coverage would stretch their times."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any


def run_script(script: Path) -> Any:
    """The JSON that a Python script prints."""
    done = subprocess.run([sys.executable, str(script)], check=False, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)
