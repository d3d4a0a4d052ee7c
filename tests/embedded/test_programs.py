"""Programs that the engine asks, and their limits."""

from __future__ import annotations

import sys
import time

from docparse.model.base import Deadline
from docparse.model.embedded.programs import printed

_BUSY = "while True: pass"


def test_what_a_program_prints() -> None:
    copy = "import sys; sys.stdout.write(sys.stdin.read().upper())"
    assert printed([sys.executable, "-c", copy], b"read", cpu_s=5) == b"READ"
    assert printed([sys.executable, "-c", "raise SystemExit(3)"], cpu_s=5) is None
    assert printed(["/nowhere/at/all"], cpu_s=5) is None


def test_a_program_that_computes_too_long_is_ended_and_one_that_waits_is_not() -> None:
    assert printed([sys.executable, "-c", _BUSY], cpu_s=1) is None
    waits = "import time; time.sleep(1.5); print('done')"
    assert printed([sys.executable, "-c", waits], cpu_s=1) == b"done\n"


def test_a_deadline_ends_a_program() -> None:
    started = time.monotonic()
    assert printed([sys.executable, "-c", _BUSY], cpu_s=60, deadline=Deadline.after(0.5)) is None
    assert time.monotonic() - started < 10
