"""Start is light: what is loaded, and how long it takes (with room for a busy machine)."""

from __future__ import annotations

import subprocess
import sys
import time

HEAVY = ("pydantic", "numpy", "pymupdf", "PIL", "rich", "typer", "torch", "onnxruntime", "openvino")


def _loaded(code: str) -> set[str]:
    code += f"; import sys; print(*[name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


def _best_seconds(*command: str) -> float:
    times = []
    for _ in range(3):
        started = time.perf_counter()
        subprocess.run(command, capture_output=True, check=True)
        times.append(time.perf_counter() - started)
    return min(times)


def test_what_is_loaded() -> None:
    assert _loaded("import docparse") == set()
    assert _loaded("from docparse.cli import main; main(['--help'])") == set()
    assert _loaded("from docparse.cli import main; main(['--version'])") == set()
    assert not _loaded("from docparse.cli import main; main(['parse', '--help'])") & {"pydantic", "numpy", "pymupdf"}


def test_how_long_it_takes() -> None:
    """Goals: 0.15 s for the import, 0.3 s for --help. Twice that is allowed, without the interpreter's own start."""
    bare = _best_seconds(sys.executable, "-c", "pass")
    assert _best_seconds(sys.executable, "-c", "import docparse") - bare < 0.3
    assert _best_seconds(sys.executable, "-m", "docparse", "--help") - bare < 0.6
