"""A child process that answers requests over a pipe, and dies with its parent.

A plain subprocess: no user's main module is run again, threads in the parent do no harm, and killing it stops whatever
it does, also inside a C library.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import BinaryIO

_CODE = """\
import sys
sys.path[:] = {path!r}
for name in {without!r}:
    sys.modules[name] = None
from docparse.process import serve
from {module} import {function}
serve({function})
"""


class ChildProcess:
    """One process running `entry` ("module:function" taking a Connection). Not thread-safe but for `kill`."""

    def __init__(self, entry: str, *, without: tuple[str, ...] = (), env: Mapping[str, str] | None = None) -> None:
        ours, theirs = Pipe(duplex=True)
        lifeline, self._lifeline = os.pipe()
        module, function = entry.split(":")
        path = [item or os.getcwd() for item in sys.path]
        code = _CODE.format(path=path, without=without, module=module, function=function)
        self._stderr = _scratch_file()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-c", code, str(theirs.fileno()), str(lifeline)],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self._stderr,
                pass_fds=(theirs.fileno(), lifeline), env={**os.environ, **(env or {})}, process_group=0,
            )  # fmt: skip
        os.close(lifeline)
        self.connection: Connection = ours
        self.alive = True
        self._lock = threading.Lock()

    @property
    def pid(self) -> int:
        return self.process.pid

    def kill(self) -> None:
        """End the process now; harmless when it is dead. May be called from any thread."""
        with self._lock:
            if not self.alive:
                return
            self.alive = False
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)  # and whatever programs it runs
            self.process.wait()
            os.close(self._lifeline)
            self._stderr.close()

    def forget(self) -> None:
        """A forked copy of the parent does not own this process."""
        self.alive = False
        self.process.returncode = 0  # keeps Popen's destructor from warning about a process of another parent

    def death(self) -> tuple[int, str]:
        """How a process that hung up ended: exit code (negative: a signal) and the last line it wrote."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=5)
        code = self.process.returncode or 0
        last = ""
        if self.alive:
            self._stderr.seek(0)
            lines = self._stderr.read().decode(errors="replace").strip().splitlines()
            last = lines[-1][:300] if lines else ""
        self.kill()
        return code, last


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _scratch_file() -> BinaryIO:
    """For what a child writes to stderr: in memory where the system can, so that a full disk stops no child."""
    if hasattr(os, "memfd_create"):
        return open(os.memfd_create("docparse-stderr"), "w+b")
    return tempfile.TemporaryFile()


def serve(function: Callable[[Connection], None]) -> None:
    """The child's main: dies with the parent, leaves Ctrl-C to it, and ends when it hangs up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _die_with_parent(int(sys.argv[2]))
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        function(Connection(int(sys.argv[1])))


def _die_with_parent(lifeline: int) -> None:
    """SIGIO, whose default action is death, comes when the parent's end of the pipe closes, even inside a C call."""
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
