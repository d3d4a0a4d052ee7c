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

_FREED = """
import pathlib
import numpy as np
from docparse.model.embedded.inference import load_model, set_threads

def resident_mb():
    return int(pathlib.Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6

set_threads(1)
model = load_model("text-detection")
before = resident_mb()
for _ in range(2):
    model(np.zeros((1, 3, 1280, 960), np.float32))
print(resident_mb() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/statm").is_file(), reason="needs Linux's count of resident pages")
def test_text_detection_gives_its_memory_back() -> None:
    """OpenVINO would keep some 290 MB in every process for the next page."""
    result = subprocess.run([sys.executable, "-c", _FREED], capture_output=True, text=True, check=True)
    assert float(result.stdout) < 280


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs Linux's list of threads")
def test_no_thread_is_tied_to_a_core() -> None:
    """Worker processes each run one thread: tied to the first core, all of them would share it."""
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("one core")
    # in a process of its own: other libraries tie threads of theirs
    result = subprocess.run([sys.executable, "-c", _TIED], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "0"
