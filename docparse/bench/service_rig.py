"""Real processes for tests and measurements of the service: redis-server, API and workers, all on free ports."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from docparse.bench.gpu_model import VARIABLE, Measures
from docparse.errors import MissingDependency
from docparse.settings import Settings
from docparse.workers.service import Service

_PASSWORD = "rig"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], bool], timeout_s: float, every_s: float = 0.05) -> bool:
    """Whether the condition came true in time."""
    end_s = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end_s:
            return False
        time.sleep(every_s)
    return True


def redis_program() -> str:
    """The path of redis-server. Raises MissingDependency."""
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    if found is None:
        raise MissingDependency("redis-server is not installed", user_action="apt install redis-server")
    return found


def small_disk(folder: Path, size_mb: int) -> list[str]:
    """A command in front of another one, by which that one finds a tmpfs at the folder. Raises MissingDependency."""
    unshare = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
    mount = f"mount -t tmpfs -o size={size_mb}m none {shlex.quote(str(folder))}"
    if not shutil.which("unshare") or subprocess.run([*unshare, "true"], capture_output=True, check=False).returncode:
        raise MissingDependency("no file system can be mounted here", user_action="Run it as root on Linux.")
    return [*unshare, "sh", "-c", f'{mount} && exec "$@"', "sh"]


class Rig:
    """A whole service in one folder. Processes are started by name and ended with the `with` block.

    `lease_s` is short, so that what a killed worker held comes back within the time of a test. `more` are settings.
    """

    def __init__(
        self, folder: Path, measures: Measures, *, lease_s: float = 5.0, broker: bool = True,
        more: Mapping[str, object] | None = None,
    ) -> None:  # fmt: skip
        self.folder, self.measures = folder, measures
        self.redis_port, self.api_port = free_port(), free_port()
        self.broker_url = f"redis://:{_PASSWORD}@127.0.0.1:{self.redis_port}/0" if broker else None
        values: dict[str, object] = {
            "data_dir": folder / "data", "lease_s": lease_s, "cache_results": False, "max_active_jobs": 100_000,
            "engine_slots": max(2, measures.slots + measures.slots // 2),
            "engine_factory": "docparse.bench.gpu_model:open_engine", **(more or {}),
        }  # fmt: skip
        if broker:
            values["broker_url"] = self.broker_url
        self.settings = Settings.model_validate(values)
        set_values = {f"DOCPARSE_{name.upper()}": str(value) for name, value in values.items()}
        self.env = {**os.environ, **set_values, VARIABLE: str(measures), "OMP_NUM_THREADS": "1"}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.service = Service(self.settings)
        self.service.store.migrate()
        self.service.store.ensure_tenant()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in list(self.processes):
            self.kill(name)
        self.service.close()

    def start_redis(self, *options: str) -> None:
        """A server as the deployment has it: append-only file, no eviction, a password."""
        folder = self.folder / "redis"
        folder.mkdir(exist_ok=True)
        self._start("redis", [
            redis_program(), "--port", str(self.redis_port), "--bind", "127.0.0.1", "--dir", str(folder),
            "--requirepass", _PASSWORD, "--appendonly", "yes", "--appendfsync", "everysec", "--save", "",
            "--maxmemory-policy", "noeviction", "--loglevel", "warning", *options,
        ])  # fmt: skip
        if not wait_until(self._redis_answers, 15):
            raise TimeoutError(f"redis-server did not start: {self.log('redis')}")

    def start_worker(self, queue: str, name: str | None = None, concurrency: int | None = None) -> str:
        """`docparse worker --queue QUEUE`; returns the name of the process."""
        name = name or queue
        command = [sys.executable, "-m", "docparse", "worker", "--queue", queue]
        self._start(name, command + (["--concurrency", str(concurrency)] if concurrency else []))
        return name

    def start_api(self, *, disk_mb: int | None = None) -> None:
        """`docparse serve`, without keys on loopback; with its data on a small disk of its own, if one is asked for.

        Nobody else sees that disk but by /proc/PID/root, and it is gone with the process. Raises MissingDependency.
        """
        self._start(
            "api",
            [
                *(small_disk(self.settings.data_dir, disk_mb) if disk_mb else ()),
                sys.executable,
                "-m",
                "docparse",
                "serve",
                "--port",
                str(self.api_port),
            ],
        )

    def api_answers(self) -> bool:
        address = f"http://127.0.0.1:{self.api_port}/livez"
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=2) as answer:
            return bool(answer.status == 200)
        return False

    def ready(self, timeout_s: float = 60.0) -> None:
        """Wait until a worker of each queue that was started is at work. Raises TimeoutError."""
        wanted = {name.split("-")[0] for name in self.processes} & {"render", "recognize", "assemble"}
        if not wait_until(lambda: wanted <= self._queues(), timeout_s):
            logs = {name: self.log(name)[-1000:] for name in self.processes}
            raise TimeoutError(f"only {self._queues()} of {wanted} came up: {logs}")

    def kill(self, name: str, with_signal: int = signal.SIGKILL) -> None:
        """The process and what it forked, at once."""
        process = self.processes.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGCONT)
            os.killpg(process.pid, with_signal)
        process.wait()

    def signal(self, name: str, number: int) -> None:
        os.kill(self.processes[name].pid, number)

    def stop(self, name: str, timeout_s: float = 60.0) -> float:
        """End a process gently; returns the seconds it took."""
        started_s = time.monotonic()
        process = self.processes.pop(name)
        process.terminate()
        try:
            process.wait(timeout_s)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        return time.monotonic() - started_s

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def memory_mb(self) -> dict[str, float]:
        """Memory of each process with its children, in MiB."""
        return {name: sum(map(_own_mb, self._family(name))) for name in self.processes}

    def cpu_s(self) -> dict[str, float]:
        """CPU seconds of each process with its children so far."""
        import psutil

        found = {}
        for name in self.processes:
            found[name] = 0.0
            for place, one in enumerate(self._family(name)):
                with contextlib.suppress(psutil.NoSuchProcess):
                    found[name] += sum(one.cpu_times()[: 2 if place else 4])
        return found

    def _family(self, name: str) -> list[Any]:
        """A process and all below it."""
        import psutil

        try:
            parent = psutil.Process(self.processes[name].pid)
            return [parent, *parent.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def _start(self, name: str, command: list[str]) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                command, env=self.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                cwd=self.folder,
            )  # fmt: skip

    def _queues(self) -> set[str]:
        return {queue for worker in self.service.store.workers(15.0) for queue in worker.queues}

    def _redis_answers(self) -> bool:
        from redis import Redis
        from redis.exceptions import RedisError

        with contextlib.suppress(RedisError), Redis.from_url(str(self.broker_url), socket_timeout=1) as client:
            return bool(client.ping())
        return False


def _own_mb(process: Any) -> float:
    """Memory that is a process's own, in MiB, its share of what forks share; mapped files (libraries) are left out."""
    found = 0
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines():
            if line.startswith(("Pss_Anon:", "Pss_Shmem:")):
                found += int(line.split()[1])
    return found / 1024
