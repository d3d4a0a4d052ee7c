"""Who holds a lease: an id that tells, on the same machine, whether that process still lives."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import socket


def owner_id() -> str:
    """`MACHINE:PID:START` of this process. Another after a fork."""
    pid = os.getpid()
    return f"{_machine()}:{pid}:{_started(pid)}"


def is_dead(owner: str) -> bool:
    """Whether that process is known to have ended; False for one of another machine or container."""
    machine, _, rest = owner.partition(":")
    pid, _, started = rest.partition(":")
    return machine == _machine() and pid.isdigit() and _started(int(pid)) != started


@functools.cache
def _machine() -> str:
    """Of this boot of this machine, and of this process-id namespace."""
    parts = [socket.gethostname()]
    with contextlib.suppress(OSError):
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            parts.append(file.read().strip())
        parts.append(os.readlink("/proc/self/ns/pid"))
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:12]


def _started(pid: int) -> str:
    """When a process began, in ticks since boot; empty when there is none, or it has ended and nobody waited for it."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else fields[19]
