"""`Keeper`: keeps the leases of what this process is at, and tells work to stop that is no longer wanted."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator

from docparse.errors import DocparseError
from docparse.workers.stages import Claim
from docparse.workers.store import Store

_log = logging.getLogger(__name__)
_TICK_S = 1.5  # cancelled work must stop within 5 s


class Held:
    """Work in progress. `lost` is set when it was cancelled or given to another worker."""

    def __init__(self, claim: Claim, until_s: float) -> None:
        self.claim = claim
        self.until_s = until_s
        self.lost = threading.Event()
        self._stop: Callable[[], object] | None = None
        self._lock = threading.Lock()

    def on_lost(self, stop: Callable[[], object]) -> None:
        """Call `stop` when the work is lost; at once if it is already."""
        with self._lock:
            self._stop = stop
        if self.lost.is_set():
            stop()

    def lose(self) -> None:
        self.lost.set()
        with self._lock:
            stop = self._stop
        if stop is not None:
            stop()


class Keeper:
    """One thread per process, started with the first claim (after a fork)."""

    def __init__(self, store: Store, lease_s: float) -> None:
        self._store, self._lease_s = store, lease_s
        self._held: set[Held] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._wake = threading.Event()
        self._chores: list[Callable[[], None]] = []

    def start(self) -> None:
        """Begin to tick; harmless when done twice."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="docparse-keeper", daemon=True)
                self._thread.start()

    def every_tick(self, chore: Callable[[], None]) -> None:
        """Something else to do every second or so."""
        self._chores.append(chore)

    @contextlib.contextmanager
    def hold(self, claim: Claim, longest_s: float) -> Iterator[Held]:
        """Keep the lease while the block runs, but not beyond `longest_s`: a stalled task must not keep it for ever."""
        held = Held(claim, time.monotonic() + longest_s)
        with self._lock:
            self._held.add(held)
        self.start()
        try:
            yield held
        finally:
            with self._lock:
                self._held.discard(held)

    def claims(self) -> list[Claim]:
        with self._lock:
            return [held.claim for held in self._held]

    def close(self) -> None:
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._wake.wait(min(_TICK_S, self._lease_s / 4)):
            try:
                self._renew()
                for chore in self._chores:
                    chore()
            except DocparseError as error:
                _log.warning("leases could not be renewed: %s", error)
            except Exception:
                _log.exception("the keeper of leases stumbled")

    def _renew(self) -> None:
        now = time.monotonic()
        with self._lock:
            held = {(one.claim.work, one.claim.attempt): one for one in self._held if one.until_s > now}
        for claim in self._store.renew([one.claim for one in held.values()], self._lease_s):
            held[claim.work, claim.attempt].lose()
