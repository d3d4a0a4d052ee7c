"""How the small networks are run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("openvino")

_TIED = """
import os, pathlib
import numpy as np
from docparse.model.embedded.inference import load_model
allowed = os.sched_getaffinity(0)
load_model("layout")(np.zeros((1, 3, 800, 608), np.float32))
tied = [task for task in pathlib.Path("/proc/self/task").iterdir() if os.sched_getaffinity(int(task.name)) != allowed]
print(len(tied))
"""


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs Linux's list of threads")
def test_no_thread_is_tied_to_a_core() -> None:
    """Worker processes each run one thread: tied to the first core, all of them would share it."""
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("one core")
    # in a process of its own: other libraries tie threads of theirs
    result = subprocess.run([sys.executable, "-c", _TIED], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "0"
