"""Nothing leaves the machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import docparse

SAMPLE = Path(docparse.__file__).parent / "samples" / "sample.pdf"


def test_parses_without_any_network(tmp_path: Path) -> None:
    alone = ["unshare", "--net", "--map-root-user"]
    if not shutil.which("unshare") or subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        pytest.skip("a process without network can't be made here")
    command = [*alone, sys.executable, "-m", "docparse", str(SAMPLE), "-o", "out.txt", "--ocr", "force", "--pages", "2"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert "Conclusion" in (tmp_path / "out.txt").read_text()


def test_models_load_without_telemetry(tmp_path: Path) -> None:
    """OpenVINO reports its import to its maker and leaves a folder in the home directory, unless kept from it."""
    code = (
        "import sys\n"
        "from docparse.model.embedded.inference import load_model\n"
        "assert load_model('layout') is not None\n"
        "print(sys.modules.get('openvino_telemetry'), 'openvino' in sys.modules, 'requests' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "HOME": str(tmp_path)}, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    telemetry, _, requests = done.stdout.split()
    assert (telemetry, requests) == ("None", "False")
    assert list(tmp_path.iterdir()) == []
