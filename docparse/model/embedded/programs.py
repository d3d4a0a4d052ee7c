"""Programs that the engine asks: what they print, within limits that count their own CPU time.

By the clock alone, a busy machine would decide what is read on a page.
"""

from __future__ import annotations

import contextlib
import resource
import subprocess
from collections.abc import Mapping, Sequence

from docparse.model.base import Deadline

_PATIENCE = 5.0  # seconds by the clock for each of CPU time: a program may wait its turn, but not for ever
_LEAST_S = 0.1


def printed(
    command: Sequence[str], stdin: bytes = b"", *, cpu_s: int, deadline: Deadline | None = None,
    env: Mapping[str, str] | None = None,
) -> bytes | None:  # fmt: skip
    """What a program prints; None where it can't be run, fails, takes more than `cpu_s` or passes the deadline."""
    remaining_s = None if deadline is None else deadline.remaining_s
    timeout_s = _PATIENCE * cpu_s if remaining_s is None else max(_LEAST_S, min(_PATIENCE * cpu_s, remaining_s))
    try:
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env
        ) as running:
            try:
                with contextlib.suppress(OSError, AttributeError):  # it has ended already, or this is no Linux
                    resource.prlimit(running.pid, resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))
                said, _ = running.communicate(stdin, timeout=timeout_s)
            except subprocess.TimeoutExpired:
                running.kill()
                return None
    except OSError:
        return None
    return said if running.returncode == 0 else None
