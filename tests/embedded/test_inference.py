"""How the small networks are run."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from docparse.model.embedded.inference import load_model

pytest.importorskip("openvino")


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs Linux's list of threads")
def test_no_thread_is_tied_to_a_core() -> None:
    """Worker processes each run one thread: tied to the first core, all of them would share it."""
    allowed = os.sched_getaffinity(0)
    if len(allowed) < 2:
        pytest.skip("one core")
    load_model("layout")(np.zeros((1, 3, 800, 608), np.float32))
    tied = {}
    for task in Path("/proc/self/task").iterdir():
        try:
            cores = os.sched_getaffinity(int(task.name))
        except ProcessLookupError:
            continue
        if cores != allowed:
            tied[task.name] = cores
    assert tied == {}
